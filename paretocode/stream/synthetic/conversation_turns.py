"""How does a conversation run, turn by turn? From a preset's laws to the columns of a stream.

Prompts only grow until the window stops them, so no turn has to wait for the one before: sums do it, all sessions at
once.
"""

from __future__ import annotations

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.stream.synthetic.columns import Columns, answered_gaps, first_rows, request_times
from paretocode.stream.synthetic.conversation import Conversation
from paretocode.stream.synthetic.laws import normal_correlation

__all__ = ["conversation_columns"]


def conversation_columns(
    preset: Conversation, n_sessions: int | None, n_requests: int | None, rng: np.random.Generator
) -> Columns:
    """Draw that many sessions, or as many as hold that many requests, and let them run; O(n_requests)."""
    for_turns, for_output, for_growth, for_losses, for_gaps, for_answers, for_starts = rng.spawn(7)
    turns = _turns(preset, n_sessions, n_requests, for_turns)
    first = first_rows(turns)
    session = np.repeat(np.arange(len(turns)), turns)
    is_later = np.ones(len(session), dtype=np.bool_)
    is_later[first] = False
    opening, completion = _openings_and_outputs(preset, session, len(turns), for_output)
    grown = _grown(preset, opening, completion, is_later, session=session, rng=for_growth)
    prompt = np.rint(np.minimum(grown, preset.window)).astype(np.int64)
    is_lost = (grown > preset.window) | (for_losses.random(len(session)) < preset.history_loss_rate)
    gap = np.zeros(len(session))
    gap[is_later] = preset.gap.draw(int(is_later.sum()), for_gaps)
    gap, answer = answered_gaps(preset, gap, completion, first, for_answers)
    time_s, client = request_times(preset, gap, session, first, for_starts)
    return Columns(
        session=session,
        time_s=time_s,
        prompt_tokens=prompt,
        completion_tokens=completion,
        prefix_tokens=_prefixes(preset, prompt, is_later, is_lost),
        answer_s=answer,
        client=client,
    )


def _turns(preset: Conversation, n_sessions: int | None, n_requests: int | None, rng: np.random.Generator) -> IntColumn:
    """Return the turns of each session; with `n_requests` the last session is cut short to fit."""
    chance = 1 / preset.turns_mean
    if n_requests is None:
        return np.minimum(rng.geometric(chance, n_sessions or 0), preset.turns_most)
    turns = np.zeros(0, dtype=np.int64)
    while int(turns.sum()) < n_requests:
        n = 64 + int(1.1 * n_requests * chance)
        turns = np.concatenate((turns, np.minimum(rng.geometric(chance, n), preset.turns_most)))
    total = np.cumsum(turns)
    last = int(np.searchsorted(total, n_requests))
    turns = turns[: last + 1]
    turns[last] -= total[last] - n_requests
    return turns


def _openings_and_outputs(
    preset: Conversation, session: IntColumn, n_sessions: int, rng: np.random.Generator
) -> tuple[FloatColumn, IntColumn]:
    """Return first prompts, shape (n_sessions,), and all completions, with the stated rank correlation [tokens]."""
    size = rng.standard_normal(n_sessions)
    loading = normal_correlation(preset.input_output_spearman)
    own = rng.standard_normal(len(session))
    drawn = preset.output.from_normal(loading * size[session] + np.sqrt(1 - loading**2) * own)
    completion = np.clip(np.rint(drawn), 1, preset.output_most).astype(np.int64)
    return np.clip(preset.first_input.from_normal(size), 1, preset.window), completion


def _grown(
    preset: Conversation,
    opening: FloatColumn,
    completion: IntColumn,
    is_later: BoolColumn,
    *,
    session: IntColumn,
    rng: np.random.Generator,
) -> FloatColumn:
    """Return how long each prompt would be without a window [tokens]."""
    later = np.flatnonzero(is_later)
    if len(later) == 0:
        return opening
    kept = preset.answer_kept_share * completion[later - 1]
    if preset.reasoning_odds is not None:
        kept = kept / (1 + preset.reasoning_odds.draw(len(later), rng))
    growth = np.zeros(len(session))
    growth[later] = np.maximum(preset.message.draw(len(later), rng), 1) + kept
    total = np.cumsum(growth)
    return np.asarray(opening[session] + total - total[~is_later][session], dtype=np.float64)


def _prefixes(preset: Conversation, prompt: IntColumn, is_later: BoolColumn, is_lost: BoolColumn) -> IntColumn:
    """Return the tokens shared with the turn before: all of its prompt, or the head where the rest was lost."""
    before = np.concatenate(([0], prompt[:-1]))
    shared = np.minimum(before, prompt)
    return np.where(is_later, np.where(is_lost, np.minimum(shared, preset.head_tokens), shared), 0)
