"""What is known about a coding agent's sessions? The numbers behind the preset ``coding_agent``.

Measured on the 710 main-thread sessions (48,658 requests) of callanjfox/kv-cache-tester (commit 94f6046d, Apache-2.0);
the hourly profile is that of ServeGen's `m-small`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from paretocode.errors import InputError
from paretocode.stream.synthetic.laws import LognormalMixture
from paretocode.stream.synthetic.limits import at_least, in_unit_interval, kind, not_negative, positive, whole
from paretocode.stream.synthetic.preset import Preset

__all__ = ["CodingAgent"]

FIRST_INPUT_TOKENS = LognormalMixture(weights=(0.49, 0.51), medians=(18_230.0, 107_384.0), sigmas=(0.20, 0.93))
OUTPUT_TOKENS = LognormalMixture(weights=(0.456, 0.544), medians=(155.0, 404.0), sigmas=(0.37, 0.97))
GAP_S = LognormalMixture(weights=(0.579, 0.312, 0.109), medians=(12.8, 38.8, 245.0), sigmas=(0.41, 0.80, 1.58))


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingAgent(Preset):
    """Parameters of synthetic coding sessions; those of every `Preset` beside them.

    The rate of sessions is our choice: the traces do not say when sessions met.

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

    Raises
    ------
    InputError
        A share or chance outside 0..1, a negative spread, a window that does not hold the head, bounds out of order,
        a correlation matrix that is none.

    Examples
    --------
    >>> CodingAgent(compaction_window=9_000)
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: coding_agent: compaction_window is 9000, which is below 15100; correct it.
    """

    NAME: ClassVar[str] = "coding_agent"

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

    def __post_init__(self) -> None:
        # No bare super(): a dataclass with slots is made twice, and super() would look at the first one.
        Preset.__post_init__(self)
        self._check_sessions()
        self._check_windows()
        self._check_losses()
        _check_correlation(self.correlation, where=self.NAME)

    def _check_sessions(self) -> None:
        laws = ("first_input", "output", "gap")
        kind(LognormalMixture, where=self.NAME, **{name: getattr(self, name) for name in laws})
        whole(1, where=self.NAME, turns_most=self.turns_most)
        not_negative(
            where=self.NAME,
            turns_log_sd=self.turns_log_sd,
            growth_sd_between=self.growth_sd_between,
            growth_sd_within=self.growth_sd_within,
            reset_ratio_log_sd=self.reset_ratio_log_sd,
        )
        # Means of logarithms may be negative, but not missing.
        at_least(-100, where=self.NAME, turns_log_mean=self.turns_log_mean, growth_log_mean=self.growth_log_mean)

    def _check_windows(self) -> None:
        whole(0, where=self.NAME, head_low=self.head_low)
        whole(self.head_low, where=self.NAME, head_high=self.head_high)
        whole(self.head_high, where=self.NAME, compaction_window=self.compaction_window)
        whole(self.compaction_window, where=self.NAME, window=self.window)

    def _check_losses(self) -> None:
        shares = ("gap_between_share", "compaction_share", "reset_rate", "reset_ratio_most")
        in_unit_interval(where=self.NAME, **{name: getattr(self, name) for name in shares})
        positive(where=self.NAME, reset_ratio_median=self.reset_ratio_median)
        for rate in self.loss_rate:
            in_unit_interval(where=self.NAME, loss_rate=rate)
        if len(self.loss_rate) != len(self.loss_after_s) + 1 or list(self.loss_after_s) != sorted(self.loss_after_s):
            raise InputError(
                f"{len(self.loss_rate)} loss rates stand beside {len(self.loss_after_s)} bounds",
                where=self.NAME,
                way_out="give increasing bounds, and one rate more than bounds",
            )

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


def _check_correlation(correlation: tuple[tuple[float, ...], ...], *, where: str) -> None:
    is_square = len(correlation) == 4 and all(len(row) == 4 for row in correlation)
    matrix = np.array(correlation if is_square else np.zeros((4, 4)), dtype=np.float64)
    is_symmetric = bool((matrix == matrix.T).all() and (np.diag(matrix) == 1).all())
    if not is_symmetric or float(np.linalg.eigvalsh(matrix).min()) <= 0:
        raise InputError(
            "correlation is no positive definite 4 x 4 matrix with ones on its diagonal",
            where=where,
            way_out="move its numbers towards 0 and make it symmetric",
        )
