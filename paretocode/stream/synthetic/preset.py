"""What is known about a coding agent's sessions? The numbers behind the preset ``coding_agent``.

Measured on the 710 main-thread sessions (48,658 requests) of callanjfox/kv-cache-tester (commit 94f6046d, Apache-2.0);
the hourly profile is that of ServeGen's `m-small`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paretocode.stream.synthetic.laws import LognormalMixture

FIRST_INPUT_TOKENS = LognormalMixture(weights=(0.49, 0.51), medians=(18_230.0, 107_384.0), sigmas=(0.20, 0.93))
OUTPUT_TOKENS = LognormalMixture(weights=(0.456, 0.544), medians=(155.0, 404.0), sigmas=(0.37, 0.97))
GAP_S = LognormalMixture(weights=(0.579, 0.312, 0.109), medians=(12.8, 38.8, 245.0), sigmas=(0.41, 0.80, 1.58))


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingAgent:
    """Parameters of synthetic coding sessions.

    Parameters
    ----------
    turns_log_mean, turns_log_sd, turns_most
        Turns of a session: lognormal, rounded, clipped to 1 .. `turns_most`.
    first_input
        Prompt of a session's first turn [tokens]: a fresh start, or a conversation taken up again.
    growth_log_mean, growth_sd_between, growth_sd_within
        Log of the tokens added per turn: its mean over *turns*, and its spread between and within sessions.
    output
        Completion [tokens].
    gap
        Start-to-start time between turns [s], as a law over turns.
    gap_between_share
        Share of the variance of (normal-scored) gaps that lies between sessions: some people are slow.
    correlation
        Of the normal scores of turns, first input, growth and slowness, between sessions. Turns with first input and
        with growth are the published copula; those of slowness are measured on the same sessions.
    window, compaction_window, compaction_share
        Largest prompt [tokens]; and the smaller one at which a share of the sessions is compacted. Of the measured
        sessions 77 % never exceed 200,000 tokens. A session that starts above its smaller window has the large one.
    reset_rate
        Chance per turn that a conversation is cut back without need.
    reset_ratio_median, reset_ratio_log_sd, reset_ratio_most
        New prompt over old at a reset or compaction.
    head_low, head_high
        Tools and system prompt [tokens], all that is still shared after a reset or a lost history.
    loss_after_s, loss_rate
        Chance per turn that the history before the head is rewritten, by the preceding gap [s]; `loss_after_s` are the
        bounds between the rates.
    sessions_per_hour, burst_shape, hourly_low, hourly_high
        Arrival of sessions. The rate is our choice: the traces do not say when sessions met.
    """

    turns_log_mean: float = 3.667
    turns_log_sd: float = 1.156
    turns_most: int = 514
    first_input: LognormalMixture = FIRST_INPUT_TOKENS
    growth_log_mean: float = 6.644
    growth_sd_between: float = 0.66
    growth_sd_within: float = 1.04
    output: LognormalMixture = OUTPUT_TOKENS
    gap: LognormalMixture = GAP_S
    gap_between_share: float = 0.16
    correlation: tuple[tuple[float, ...], ...] = (
        (1.0, -0.34, -0.48, -0.25),
        (-0.34, 1.0, 0.0, 0.36),
        (-0.48, 0.0, 1.0, 0.37),
        (-0.25, 0.36, 0.37, 1.0),
    )
    window: int = 900_000
    compaction_window: int = 165_000
    compaction_share: float = 0.77
    reset_rate: float = 0.0005
    reset_ratio_median: float = 0.27
    reset_ratio_log_sd: float = 0.62
    reset_ratio_most: float = 0.7
    head_low: int = 12_300
    head_high: int = 15_100
    loss_after_s: tuple[float, ...] = (30.0, 60.0, 300.0, 3600.0)
    loss_rate: tuple[float, ...] = (0.0042, 0.0083, 0.019, 0.094, 0.37)
    sessions_per_hour: float = 30.0
    burst_shape: float = 0.8
    hourly_low: float = 0.70
    hourly_high: float = 1.43

    def turn_weighted_score(self) -> float:
        """Return the mean normal score of a session's length when sessions are weighted by their turns.

        The laws of growth and gap are laws over turns. Long sessions grow more slowly and pause less, so a law
        centred on the average *session* would miss the average *turn* by this number times correlation times spread.
        """
        score = np.linspace(-8, 8, 4001)
        weight = np.exp(-(score**2) / 2) * np.clip(
            np.exp(self.turns_log_mean + self.turns_log_sd * score), 1, self.turns_most
        )
        return float(np.sum(weight * score) / np.sum(weight))

    @property
    def slowness_loading(self) -> float:
        """Correlation of a gap's normal score with its session's slowness."""
        return math.sqrt(self.gap_between_share)
