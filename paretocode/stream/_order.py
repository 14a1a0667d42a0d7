"""In which order do a stream's rows stand? Session by session, by time within each, and in the log's order where tied.

Ten million rows in any order are sorted by whole numbers that carry their row along, which numpy does several times
faster than a stable sort of positions; rows that stand right already are only looked at.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn

_KEY_BITS = 62
_ROWS_PER_RUN = 4
_GATHERERS = 2
_SMALL = 100_000


def order_of(session: IntColumn, time_s: FloatColumn) -> IntColumn | None:
    """Return the positions of the rows by (session, time), ties in the given order; None where they stand so already.

    Parameters
    ----------
    session
        Shape (n,), >= 0.
    time_s
        Shape (n,) [s], without NaN.

    Examples
    --------
    >>> order_of(np.array([1, 0, 1, 1]), np.array([5.0, 9.0, 1.0, 5.0])).tolist()
    [1, 2, 0, 3]
    >>> order_of(np.array([0, 0, 1]), np.array([5.0, 5.0, 1.0])) is None
    True
    """
    if _is_ordered(session, time_s):
        return None
    order = grouped(session)
    is_by_time = not bool((time_s[1:] < time_s[:-1]).any())
    if is_by_time or _is_ordered(session[order], time_s[order]):
        return order
    by_time = np.argsort(time_s, kind="stable")
    return by_time[grouped(session[by_time])]


def grouped(session: IntColumn) -> IntColumn:
    """Return the positions of the rows by session, in the given order within each. O(n log n).

    Examples
    --------
    >>> grouped(np.array([2, 2, 0, 2, 0])).tolist()
    [2, 4, 0, 1, 3]
    """
    starts = np.flatnonzero(session[1:] != session[:-1]) + 1
    if _ROWS_PER_RUN * len(starts) > len(session):
        return _stable_order(session)
    # Rows that stand session by session are moved as runs, whatever the order of the runs.
    starts = np.concatenate(([0], starts)) if len(session) else starts
    lengths = np.diff(starts, append=len(session))
    runs = _stable_order(session[starts])
    shift = starts[runs] - np.concatenate(([0], np.cumsum(lengths[runs])[:-1])) if len(runs) else starts
    order = np.repeat(shift, lengths[runs])
    order += np.arange(len(session))
    return order


def _stable_order(session: IntColumn) -> IntColumn:
    row_bits = len(session).bit_length()
    if len(session) == 0 or int(session.max()).bit_length() + row_bits > _KEY_BITS:
        return np.argsort(session, kind="stable")
    key = session << row_bits
    key |= np.arange(len(session))
    key.sort()
    key &= (1 << row_bits) - 1
    return key


def backward_rows(session: IntColumn, time_s: FloatColumn) -> tuple[int, int] | None:
    """Return the first row that is earlier than the previous row of its session, as (previous, row), or None.

    Examples
    --------
    >>> backward_rows(np.array([0, 1, 0, 1]), np.array([5.0, 1.0, 4.0, 0.5]))
    (0, 2)
    """
    order = grouped(session)
    falls = np.flatnonzero((session[order][1:] == session[order][:-1]) & (np.diff(time_s[order]) < 0))
    if len(falls) == 0:
        return None
    first = falls[np.argmin(order[falls + 1])]
    return int(order[first]), int(order[first + 1])


def put_in_order(columns: dict[str, NDArray[Any]], order: IntColumn | None) -> None:
    """Sort columns of shape (n,) within their mapping and cut prefixes down to what a stream allows.

    The one function here that changes its argument: a column is dropped soon after its sorted copy is there, so that
    ten million rows are not held twice.

    Parameters
    ----------
    columns
        With ``session``, ``prompt_tokens`` and ``prefix_tokens``; the latter ends at most as large as the prompt, and
        0 in a session's first row.
    order
        From `order_of`.
    """
    if order is not None:
        _gather(columns, order)
    session, prefix = columns["session"], np.minimum(columns["prefix_tokens"], columns["prompt_tokens"])
    prefix[:1] = 0
    prefix[1:][session[1:] != session[:-1]] = 0
    columns["prefix_tokens"] = prefix


def _gather(columns: dict[str, NDArray[Any]], order: IntColumn) -> None:
    # Rows far apart keep one core waiting for memory most of the time, and numpy lets two wait at once.
    with ThreadPoolExecutor(max_workers=_GATHERERS if len(order) > _SMALL else 1) as pool:
        gathered = pool.map(lambda column: column.take(order), columns.values())
        for name, column in zip(tuple(columns), gathered, strict=True):
            columns[name] = column


def _is_ordered(session: IntColumn, time_s: FloatColumn) -> bool:
    if bool((session[1:] < session[:-1]).any()):
        return False
    return not bool(((time_s[1:] < time_s[:-1]) & (session[1:] == session[:-1])).any())
