"""Which requests are drawn together? Requests of one session resemble each other, so sessions are drawn, not requests.

Every standard error and every resample of this floor is made of sums over clusters that are taken to be independent:
sessions, or anything coarser that sessions fall into (users, days). A finer unit than the one in which requests
correlate gives intervals that are too short.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn, read_only
from paretocode.errors import InputError
from paretocode.stream.stream import RequestStream

__all__ = [
    "BLOCKS",
    "Clusters",
    "block_clusters",
    "day_clusters",
    "day_of_session",
    "label_clusters",
    "root_clusters",
    "session_clusters",
    "summed",
]

BLOCKS = 10_007
"""Into how many blocks sessions are dealt: a prime, so that no rhythm in their order falls in with it."""


_DAY_S = 86_400.0
_INT64_MAX = float(2**63)


@dataclass(frozen=True, kw_only=True, eq=False)
class Clusters:
    """A partition of rows into units that are taken to be independent.

    Parameters
    ----------
    of_row
        Shape (n_rows,): 0 .. n - 1, each used.
    n
        How many clusters.
    kind
        What one is: ``session``, ``day``, ``user``, ``question``, ...

    Raises
    ------
    InputError
        Fewer than two clusters, or a row's cluster that is none of them, or a cluster without rows.
    """

    of_row: IntColumn
    n: int
    kind: str

    def __post_init__(self) -> None:
        if self.n < 2:
            raise InputError(
                f"there is one {self.kind} only" if self.n else f"there is no {self.kind}",
                where="evidence",
                way_out=f"give at least two: nothing is known of how one {self.kind} differs from the next",
            )

        is_named = len(self.of_row) > 0 and self.of_row.min() >= 0 and self.of_row.max() < self.n
        if not is_named or not np.bincount(self.of_row, minlength=self.n).all():
            raise InputError(
                f"rows name other clusters than 0 to {self.n - 1}, or leave one of them out",
                where="evidence",
                way_out=f"number each {self.kind} that has rows, from 0 on",
            )

    @cached_property
    def is_contiguous(self) -> bool:
        """Whether rows of a cluster stand together, in order of the clusters."""
        return bool((self.of_row[1:] >= self.of_row[:-1]).all())

    @cached_property
    def starts(self) -> IntColumn:
        """Shape (n,): the first row of each cluster, where `is_contiguous`."""
        return np.flatnonzero(np.diff(self.of_row, prepend=-1))


def session_clusters(stream: RequestStream) -> Clusters:
    """Return the sessions of a stream as clusters.

    Raises
    ------
    InputError
        One session only.
    """
    return Clusters(of_row=stream.session, n=stream.n_sessions, kind="session")


def day_clusters(stream: RequestStream) -> Clusters:
    """Return the days on which sessions begin as clusters; a session belongs to one day whole.

    Notes
    -----
    Days are counted from the stream's origin of time in steps of 86,400 s, not from a calendar's midnight.

    Raises
    ------
    InputError
        All sessions begin on one day.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=["a", "a", "b"], time_s=[86_399, 86_401, 86_400], prompt_tokens=[1] * 3,
    ...                         completion_tokens=[1] * 3)
    >>> day_clusters(stream).of_row.tolist()
    [0, 0, 1]
    """
    return label_clusters(stream, day_of_session(stream).tolist(), kind="day")


def day_of_session(stream: RequestStream) -> IntColumn:
    """Return the day on which each session begins, shape (n_sessions,)."""
    days: IntColumn = np.floor(stream.time_s[stream.is_first] / _DAY_S).astype(np.int64)
    return days


def block_clusters(stream: RequestStream) -> Clusters:
    """Return sessions dealt into `BLOCKS` blocks like cards, or into as many as there are sessions.

    Sessions that are independent stay so when they are joined by a rule that does not look at them (the method of
    random groups: Wolter, Introduction to Variance Estimation, chapter 2). Only degrees of freedom are lost: with
    10,007 blocks a standard error is known to 0.7 %. In return the sums of any number of sessions are small.

    Raises
    ------
    InputError
        One session only.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=["a", "b"], time_s=[0, 0], prompt_tokens=[1] * 2, completion_tokens=[1] * 2)
    >>> block_clusters(stream).of_row.tolist()
    [0, 1]
    """
    return Clusters(of_row=stream.session % BLOCKS, n=min(stream.n_sessions, BLOCKS), kind="block")


def label_clusters(stream: RequestStream, labels: Sequence[Hashable], *, kind: str) -> Clusters:
    """Return clusters of sessions that share a label, such as the user who ran them.

    Parameters
    ----------
    labels
        One for each session, in order of `RequestStream.session`.
    kind
        What a label names.

    Raises
    ------
    InputError
        Not one label a session, or one label only.
    """
    if len(labels) != stream.n_sessions:
        raise InputError(
            f"{len(labels)} labels of a {kind} stand against {stream.n_sessions} sessions",
            where=stream.name or "stream",
            way_out="give one label a session",
        )
    number: dict[Hashable, int] = {}
    of_session = np.array([number.setdefault(label, len(number)) for label in labels], dtype=np.int64)
    return Clusters(of_row=read_only(of_session[stream.session]), n=len(number), kind=kind)


def root_clusters(stream: RequestStream) -> Clusters:
    """Return clusters of sessions whose ids share what stands before the first ``/``: a user, or the run of an agent.

    Raises
    ------
    InputError
        Sessions without ids, or ids of one root only.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=["run1/main", "run1/helper", "run2/main"], time_s=[0] * 3,
    ...                         prompt_tokens=[1] * 3, completion_tokens=[1] * 3)
    >>> root_clusters(stream).of_row.tolist()
    [0, 0, 1]
    """
    if not stream.session_ids:
        raise InputError(
            "its sessions have no ids", where=stream.name or "stream", way_out="take sessions or days as clusters"
        )
    return label_clusters(stream, [name.partition("/")[0] for name in stream.session_ids], kind="session group")


def summed(values: NDArray[Any], clusters: Clusters) -> NDArray[Any]:
    """Sum rows by cluster. O(n); exact for whole numbers.

    Parameters
    ----------
    values
        Shape (n_rows,) or (n_rows, k): whole numbers, truth values or floats.

    Returns
    -------
    NDArray
        Shape (n_clusters,) or (n_clusters, k), int64 or float64.

    Raises
    ------
    InputError
        Not one row of values a row of the clusters, or whole numbers whose sums leave 64 bits.

    Examples
    --------
    >>> clusters = Clusters(of_row=np.array([0, 1, 0]), n=2, kind="session")
    >>> summed(np.array([1, 10, 100]), clusters).tolist(), summed(np.array([True, True, True]), clusters).tolist()
    ([101, 10], [2, 1])
    """
    if len(values) != len(clusters.of_row):
        raise InputError(
            f"{len(values)} rows of values stand against {len(clusters.of_row)} rows in clusters",
            where="evidence",
            way_out="give one a row",
        )
    kind = np.float64 if values.dtype.kind == "f" else np.int64
    columns = values.astype(kind, copy=False)
    if kind is np.int64 and _may_leave_64_bits(columns):
        raise InputError("sums by cluster leave 64 bits", where="evidence", way_out="take a part of the stream")
    if clusters.is_contiguous:
        return np.add.reduceat(columns, clusters.starts, axis=0)
    total = np.zeros((clusters.n, *columns.shape[1:]), dtype=kind)
    np.add.at(total, clusters.of_row, columns)
    return total


def _may_leave_64_bits(columns: NDArray[Any]) -> bool:
    """Return whether a sum could leave 64 bits: by the largest number, or where that is too coarse by all of them."""
    if not columns.size:
        return False
    largest = max(abs(int(columns.min())), abs(int(columns.max())))
    if largest * len(columns) < _INT64_MAX:
        return False
    return float(np.abs(columns.astype(np.float64)).sum(axis=0).max()) >= _INT64_MAX
