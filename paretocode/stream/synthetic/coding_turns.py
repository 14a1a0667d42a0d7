"""How does a coding session grow, turn by turn? From the preset's laws to the columns of a stream.

Every random number is drawn for all turns of all sessions at once; only the growth of the prompts, where each turn
needs the one before, goes through the turns one by one, all sessions side by side.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.progress import task
from paretocode.stream.synthetic.coding_agent import CodingAgent
from paretocode.stream.synthetic.columns import Columns, answered_gaps, first_rows, request_times
from paretocode.stream.synthetic.laws import correlated_normals

__all__ = ["coding_columns"]


class Sessions(NamedTuple):
    """What is drawn once a session, shape (n_sessions,)."""

    turns: IntColumn
    first_input: FloatColumn
    growth_log_mean: FloatColumn
    slowness: FloatColumn

    def joined(self, other: Sessions) -> Sessions:
        """Return these sessions and then the other ones."""
        return Sessions(
            np.concatenate((self.turns, other.turns)),
            np.concatenate((self.first_input, other.first_input)),
            np.concatenate((self.growth_log_mean, other.growth_log_mean)),
            np.concatenate((self.slowness, other.slowness)),
        )

    def head(self, n_requests: int) -> Sessions:
        """Return the first sessions that hold n requests together; the last is cut short to fit."""
        total = np.cumsum(self.turns)
        last = int(np.searchsorted(total, n_requests))
        turns = self.turns[: last + 1].copy()
        turns[last] -= total[last] - n_requests
        kept = slice(last + 1)
        return Sessions(turns, self.first_input[kept], self.growth_log_mean[kept], self.slowness[kept])


def coding_columns(
    preset: CodingAgent, n_sessions: int | None, n_requests: int | None, rng: np.random.Generator
) -> Columns:
    """Draw that many sessions, or as many as hold that many requests, and let them run."""
    for_sessions, for_requests = rng.spawn(2)
    return _run(preset, _draw_sessions(preset, n_sessions, n_requests, for_sessions), for_requests)


def _draw_sessions(
    preset: CodingAgent, n_sessions: int | None, n_requests: int | None, rng: np.random.Generator
) -> Sessions:
    if n_requests is None:
        return _draw(preset, n_sessions or 0, rng)
    n = 64 + n_requests // 32
    sessions = _draw(preset, n, rng)
    while int(sessions.turns.sum()) < n_requests:
        sessions = sessions.joined(_draw(preset, n, rng))
    return sessions.head(n_requests)


def _draw(preset: CodingAgent, n: int, rng: np.random.Generator) -> Sessions:
    length, first, growth, slow = correlated_normals(preset.correlation, n, rng)
    _, _, with_growth, with_slow = preset.correlation[0]
    shift = preset.turn_weighted_score()
    turns = np.clip(np.rint(np.exp(preset.turns_log_mean + preset.turns_log_sd * length)), 1, preset.turns_most)
    return Sessions(
        turns=turns.astype(np.int64),
        first_input=np.minimum(preset.first_input.from_normal(first), preset.window),
        growth_log_mean=preset.growth_log_mean + preset.growth_sd_between * (growth - with_growth * shift),
        slowness=slow - with_slow * shift,
    )


def _run(preset: CodingAgent, sessions: Sessions, rng: np.random.Generator) -> Columns:
    """Let the sessions run, turn by turn; O(n_requests + turns_most)."""
    for_growth, for_resets, for_gaps, for_output, for_losses, for_starts, for_answers = rng.spawn(7)
    n = int(sessions.turns.sum())
    session = np.repeat(np.arange(len(sessions.turns)), sessions.turns)
    first = first_rows(sessions.turns)
    prompt, is_reset = _prompts(preset, sessions, first, for_growth, for_resets)
    completion = np.rint(preset.output.draw(n, for_output)).astype(np.int64)
    gap = _gaps(preset, sessions.slowness[session], for_gaps)
    gap, answer = answered_gaps(preset, gap, completion, first, for_answers)
    time_s, client = request_times(preset, gap, session, first, for_starts)
    return Columns(
        session=session,
        time_s=time_s,
        prompt_tokens=prompt,
        completion_tokens=completion,
        prefix_tokens=_prefixes(preset, prompt, gap, is_reset, session=session, rng=for_losses),
        answer_s=answer,
        client=client,
    )


def _prompts(
    preset: CodingAgent,
    sessions: Sessions,
    first: IntColumn,
    for_growth: np.random.Generator,
    for_resets: np.random.Generator,
) -> tuple[IntColumn, BoolColumn]:
    """Return every turn's prompt [tokens] and whether the conversation was cut back before it."""
    n, n_sessions = int(sessions.turns.sum()), len(sessions.turns)
    log_mean = np.repeat(sessions.growth_log_mean, sessions.turns)
    growth = np.exp(log_mean + preset.growth_sd_within * for_growth.standard_normal(n))
    is_reset = for_resets.random(n) < preset.reset_rate
    ratio = preset.reset_ratio_median * np.exp(preset.reset_ratio_log_sd * for_resets.standard_normal(n))
    ratio = np.minimum(ratio, preset.reset_ratio_most)
    is_small = (for_resets.random(n_sessions) < preset.compaction_share) & (
        sessions.first_input < preset.compaction_window
    )
    limit = np.where(is_small, preset.compaction_window, preset.window)
    prompt = np.empty(n)
    prompt[first] = sessions.first_input
    is_reset[first] = False
    by_length = np.argsort(-sessions.turns, kind="stable")
    n_longer = len(by_length) - np.searchsorted(np.sort(sessions.turns), np.arange(sessions.turns.max()), side="right")
    with task("make the stream", total=n, unit="request") as work:
        work.advance(n_sessions)  # the first turns are there
        for turn, n_active in enumerate(n_longer[1:].tolist(), start=1):
            active = by_length[:n_active]
            row = first[active] + turn
            before = prompt[row - 1]
            after = before + growth[row]
            cut = is_reset[row] | (after > limit[active])
            prompt[row] = np.where(cut, np.maximum(before * ratio[row], np.minimum(before, preset.head_low)), after)
            is_reset[row] = cut
            work.advance(n_active)
    return np.rint(prompt).astype(np.int64), is_reset


def _gaps(preset: CodingAgent, slowness: FloatColumn, rng: np.random.Generator) -> FloatColumn:
    loading = preset.slowness_loading
    own = rng.standard_normal(len(slowness))
    return preset.gap.from_normal(loading * slowness + np.sqrt(1 - loading**2) * own)


def _prefixes(
    preset: CodingAgent,
    prompt: IntColumn,
    gap: FloatColumn,
    is_reset: BoolColumn,
    *,
    session: IntColumn,
    rng: np.random.Generator,
) -> IntColumn:
    """Return the tokens shared with the turn before: all of its prompt, or the head alone after a reset or a loss.

    The loss rates reproduce the reused share of the prompt by preceding gap: 98.5, 98.2, 96.0, 87.2 and 63.0 %.
    """
    rate = np.array(preset.loss_rate)[np.searchsorted(preset.loss_after_s, gap)]
    is_lost = is_reset | (rng.random(len(prompt)) < rate)
    head = rng.integers(preset.head_low, preset.head_high + 1, int(session[-1]) + 1)[session]
    before = np.concatenate(([0], prompt[:-1]))
    before[np.concatenate(([True], session[1:] != session[:-1]))] = 0
    shared = np.minimum(before, prompt)
    return np.where(is_lost, np.minimum(shared, head), shared)
