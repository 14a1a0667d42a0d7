"""What do all presets draw in the same way? The columns of requests, their answers and their times."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.stream.synthetic.arrivals import session_starts, to_clock
from paretocode.stream.synthetic.preset import Preset
from paretocode.stream.synthetic.responder import gaps_that_hold

__all__ = ["Columns", "answered_gaps", "first_rows", "request_times"]


class Columns(NamedTuple):
    """What is known of every request, shape (n_requests,), sessions contiguous and turns in order."""

    session: IntColumn
    time_s: FloatColumn
    prompt_tokens: IntColumn
    completion_tokens: IntColumn
    prefix_tokens: IntColumn
    answer_s: FloatColumn | None
    """How long each answer takes [s]; None where requests do not wait for answers."""
    client: IntColumn | None
    """Each session's client, shape (n_sessions,), 0 for the largest; None where there are no clients."""


def first_rows(turns: IntColumn) -> IntColumn:
    """Return the row of each session's first request."""
    return np.asarray(np.cumsum(turns) - turns, dtype=np.int64)


def answered_gaps(
    preset: Preset, gap_s: FloatColumn, completion_tokens: IntColumn, first: IntColumn, rng: np.random.Generator
) -> tuple[FloatColumn, FloatColumn | None]:
    """Return the gap before every request [s], 0 before a session's first, and the answer times of a closed loop.

    Parameters
    ----------
    preset
        Whether requests wait, and for whom.
    gap_s
        Start-to-start gaps [s], shape (n_requests,); those before a session's first request do not count.
    completion_tokens
        What is answered, same shape.
    first
        Row of each session's first request.
    """
    gap = gap_s.copy()
    gap[first] = 0.0
    if not preset.closed_loop:
        return gap, None
    for_answers, for_places = rng.spawn(2)
    answer = preset.responder.answer_s(completion_tokens, for_answers)
    is_later = np.ones(len(gap), dtype=np.bool_)
    is_later[first] = False
    later = np.flatnonzero(is_later)
    gap[later] = gaps_that_hold(gap[later], answer[later - 1], for_places)
    return gap, answer


def request_times(
    preset: Preset, gap_s: FloatColumn, session: IntColumn, first: IntColumn, rng: np.random.Generator
) -> tuple[FloatColumn, IntColumn | None]:
    """Return when each request is sent [s since the first midnight], to the millisecond, and the sessions' clients."""
    client = None
    if preset.clients is None:
        starts = session_starts(
            len(first), per_hour=preset.sessions_per_hour, gaps=preset.arrival, hourly=preset.hourly, rng=rng
        )
    else:
        expected, client = preset.clients.arrivals(len(first), rng)
        starts = to_clock(expected, per_hour=preset.sessions_per_hour, hourly=preset.hourly)
    passed = np.cumsum(gap_s)
    return np.round(starts[session] + passed - passed[first][session], 3), client
