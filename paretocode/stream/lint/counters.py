"""Are these tokens of one request, or a counter that runs on?

A prompt grows within its session as a matter of course, so that only its growth through the whole log is odd. A
completion has no reason to grow at all.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paretocode._checks import IntColumn
from paretocode.stream.description.arrivals import has_common_clock
from paretocode.stream.lint.finding import ENOUGH, WARNING, StreamFinding
from paretocode.stream.lint.tokens import TOKEN_COLUMNS
from paretocode.stream.stream import RequestStream

__all__ = ["check_counters"]

LEAST_TURNS = 5
"""By chance a session of five grows throughout once in 120."""
NEARLY_ALL = 0.9


def check_counters(stream: RequestStream) -> Iterator[StreamFinding]:
    """Yield ``cumulative-tokens`` for a column that only grows through the log, or completions within sessions."""
    for name in TOKEN_COLUMNS:
        column = getattr(stream, name)
        is_counter = has_common_clock(stream) and _only_grows(column[np.argsort(stream.time_us, kind="stable")])
        if is_counter and (name == "completion_tokens" or stream.n_sessions >= ENOUGH):
            message = (
                f"{name} never falls from the first to the last of {len(stream):,} requests ({column.min():,} to "
                f"{column.max():,}), as a running total does; export the tokens of each request."
            )
            yield StreamFinding(code="cumulative-tokens", severity=WARNING, message=message)
        elif name == "completion_tokens":
            yield from _within_sessions(stream)


def _only_grows(column: IntColumn) -> bool:
    return len(column) >= ENOUGH and bool(column[-1] > column[0]) and not bool((column[1:] < column[:-1]).any())


def _within_sessions(stream: RequestStream) -> Iterator[StreamFinding]:
    column = stream.completion_tokens
    turns = np.bincount(stream.session)
    first = np.flatnonzero(stream.is_first)
    falls = np.zeros(len(stream), dtype=np.int64)
    falls[1:] = (column[1:] < column[:-1]) & ~stream.is_first[1:]
    is_long = turns >= LEAST_TURNS
    grows = is_long & (np.add.reduceat(falls, first) == 0) & (column[first + turns - 1] > column[first])
    n_long, n_grows = int(is_long.sum()), int(grows.sum())
    if n_long and int(turns[is_long].sum()) >= ENOUGH and n_grows >= NEARLY_ALL * n_long:
        message = (
            f"completion_tokens never falls within {n_grows:,} of {n_long:,} sessions of {LEAST_TURNS} requests or "
            "more, as a running total does; export the tokens of each request."
        )
        yield StreamFinding(code="cumulative-tokens", severity=WARNING, message=message)
