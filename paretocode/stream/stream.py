"""What was asked, when, and by which session? Requests as columns.

A million requests are one `RequestStream` of equal-length, read-only columns, rows contiguous by session and in time
order within each. There is no request object in hot code; `RequestStream.row` makes one for reading.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, float_column, int_column, read_only, same_length
from paretocode.errors import InputError
from paretocode.stream._order import order_of, put_in_order
from paretocode.stream._scores import refuse_scores_above_one
from paretocode.stream.logged import Logged

__all__ = ["PPM", "RequestRow", "RequestStream", "request_stream"]

PPM = 1_000_000
"""Min scores are whole parts per million inside, so that no float decides on which side of an edge a request falls."""

COLUMNS = (
    "session",
    "time_s",
    "min_score_ppm",
    "is_omitted",
    "prompt_tokens",
    "completion_tokens",
    "prefix_tokens",
)
"""The columns of a stream, in the order of its digest."""


class RequestRow(NamedTuple):
    """One request, for reading and for the reference router."""

    session: int
    time_us: int
    min_score_ppm: int | None
    prompt_tokens: int
    completion_tokens: int
    prefix_tokens: int


@dataclass(frozen=True, kw_only=True, eq=False)
class RequestStream:
    """Requests as columns of shape (n_requests,), sorted by (session, time). Make one with `request_stream`.

    Parameters
    ----------
    session
        0 .. n_sessions - 1, not decreasing; a session is one conversation (one growing prompt).
    time_s
        Seconds since the log's origin, not decreasing within a session.
    min_score_ppm
        Requested minimum score in parts per million of the 0..1 axis; meaningless where `is_omitted`.
    is_omitted
        Whether the request left the min score out.
    prompt_tokens, completion_tokens
        [tokens], >= 0.
    prefix_tokens
        Leading prompt tokens shared with the previous request of the same session [tokens], 0 for a session's first.
        This is content reuse, before any time limit of a cache.
    session_ids
        The log's own names of the sessions, "" where it has none.
    name
        What the stream is, for tables and files.
    notes
        What the reader left out or changed, one sentence each.
    logged
        What the log says was done with each request, where it says anything. Routing never looks at it.
    """

    session: IntColumn
    time_s: FloatColumn
    min_score_ppm: IntColumn
    is_omitted: BoolColumn
    prompt_tokens: IntColumn
    completion_tokens: IntColumn
    prefix_tokens: IntColumn
    session_ids: tuple[str, ...] = ()
    name: str = ""
    notes: tuple[str, ...] = ()
    logged: Logged | None = None

    def __post_init__(self) -> None:
        same_length({name: getattr(self, name) for name in COLUMNS}, where=self.name)
        if self.logged is not None:
            self.logged.check_length(len(self.session), where=self.name or "stream")
        same_session = self.session[1:] == self.session[:-1]
        rules = {
            "there is no request in it": len(self.session) == 0,
            "sessions are not numbered from 0, contiguous": len(self.session) > 0
            and (self.session[0] != 0 or bool(((self.session[1:] - self.session[:-1]) >> 1).any())),
            "time goes backwards within a session": bool((same_session & (self.time_s[1:] < self.time_s[:-1])).any()),
            "a number of tokens is negative": any(
                bool((getattr(self, name) < 0).any()) for name in COLUMNS if name.endswith("_tokens")
            ),
            "a min score lies outside 0..1,000,000 parts per million": bool(
                ((self.min_score_ppm < 0) | (self.min_score_ppm > PPM)).any()
            ),
        }
        for what, is_broken in rules.items():
            if is_broken:
                raise InputError(what, where=self.name or "stream", way_out="build it with request_stream")

    def __len__(self) -> int:
        return len(self.session)

    @cached_property
    def n_sessions(self) -> int:
        """Number of sessions."""
        return int(self.session[-1]) + 1 if len(self) else 0

    @cached_property
    def is_first(self) -> BoolColumn:
        """Whether the request opens its session."""
        return read_only(np.concatenate(([True], self.session[1:] != self.session[:-1]))[: len(self)])

    @cached_property
    def gap_s(self) -> FloatColumn:
        """Start-to-start time since the session's previous request [s]; NaN for a session's first."""
        gap = np.empty(len(self))
        gap[1:] = self.time_s[1:] - self.time_s[:-1]
        gap[self.is_first] = np.nan
        return read_only(gap)

    @cached_property
    def time_us(self) -> IntColumn:
        """Times as whole microseconds: what time limits are compared in, so that no float decides on a cache hit."""
        return read_only(np.rint(self.time_s * 1e6).astype(np.int64))

    @cached_property
    def gap_us(self) -> IntColumn:
        """Start-to-start time since the session's previous request [microseconds]; 0 for a session's first."""
        gap = np.zeros(len(self), dtype=np.int64)
        np.subtract(self.time_us[1:], self.time_us[:-1], out=gap[1:])
        gap[self.is_first] = 0
        return read_only(gap)

    @cached_property
    def has_demand(self) -> bool:
        """Whether any request states a min score."""
        return not bool(self.is_omitted.all())

    def row(self, index: int) -> RequestRow:
        """Return one request in plain Python numbers."""
        return RequestRow(
            session=int(self.session[index]),
            time_us=int(self.time_us[index]),
            min_score_ppm=None if self.is_omitted[index] else int(self.min_score_ppm[index]),
            prompt_tokens=int(self.prompt_tokens[index]),
            completion_tokens=int(self.completion_tokens[index]),
            prefix_tokens=int(self.prefix_tokens[index]),
        )

    def replace(self, **changed: object) -> RequestStream:
        """Return a copy with some fields changed; the columns are taken as they are."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return RequestStream(**{**fields, **changed})

    def first_sessions(self, n_requests: int) -> RequestStream:
        """Return whole sessions from the start of the stream, with at least `n_requests` requests if it has so many."""
        if n_requests >= len(self):
            return self
        stop = int(np.searchsorted(self.session, self.session[n_requests - 1], side="right"))
        note = f"only the first {stop:,} of {len(self):,} requests, whole sessions"
        part = self.take_sessions(np.arange(int(self.session[stop - 1]) + 1))
        return part.replace(notes=(*self.notes, note))

    def part(self, start: int, stop: int) -> RequestStream:
        """Return rows start .. stop - 1, which must be whole sessions, as a stream; nothing is checked again."""
        part = object.__new__(RequestStream)
        columns = {name: getattr(self, name)[start:stop] for name in COLUMNS}
        columns["session"] = columns["session"] - columns["session"][0]
        rest = {"session_ids": (), "name": self.name, "notes": self.notes, "logged": None}
        for name, value in {**columns, **rest}.items():
            object.__setattr__(part, name, value)
        return part

    def rows_of(self, sessions: IntColumn) -> IntColumn:
        """Return the row indices of whole sessions, in stream order. O(n)."""
        is_in = np.zeros(self.n_sessions, dtype=np.bool_)
        is_in[sessions] = True
        return np.flatnonzero(is_in[self.session])

    def take_sessions(self, sessions: IntColumn) -> RequestStream:
        """Return a stream of the given sessions alone, renumbered from 0 in the same order. O(n).

        Raises
        ------
        InputError
            When no session is asked for: a stream holds at least one request.

        Examples
        --------
        >>> stream = request_stream(session=["a", "b", "b"], time_s=[0, 0, 1], prompt_tokens=[1, 2, 3],
        ...                         completion_tokens=[1] * 3)
        >>> stream.take_sessions(np.array([1])).prompt_tokens.tolist()
        [2, 3]
        """
        rows = self.rows_of(sessions)
        columns = {name: read_only(getattr(self, name)[rows]) for name in COLUMNS if name != "session"}
        kept, number = np.unique(self.session[rows], return_inverse=True)
        return self.replace(
            session=read_only(number.astype(np.int64)),
            **columns,
            session_ids=tuple(self.session_ids[i] for i in kept.tolist()) if self.session_ids else (),
            logged=None if self.logged is None else self.logged.take(rows),
        )

    @cached_property
    def digest(self) -> str:
        """sha256 of all columns, the logged ones included."""
        sha = hashlib.sha256(f"{len(self)}".encode())
        for name in COLUMNS:
            sha.update(name.encode() + np.ascontiguousarray(getattr(self, name)).tobytes())
        if self.logged is not None:
            self.logged.add_to(sha)
        return sha.hexdigest()


def request_stream(
    *,
    session: ArrayLike,
    time_s: ArrayLike,
    prompt_tokens: ArrayLike,
    completion_tokens: ArrayLike,
    prefix_tokens: ArrayLike | None = None,
    min_score: ArrayLike | None = None,
    name: str = "",
    where: str = "",
    notes: tuple[str, ...] = (),
    logged: Logged | None = None,
) -> RequestStream:
    """Check raw columns, sort them by (session, time) and return a stream.

    Parameters
    ----------
    session
        Shape (n,): any ids (numbers or strings); equal ids are one session. Sessions are numbered in order of id.
    time_s, prompt_tokens, completion_tokens
        Shape (n,). Rows of equal (session, time) keep their order.
    prefix_tokens
        Shape (n,); None means that no prompt shares anything with its predecessor. Cut down to the prompt.
    min_score
        Shape (n,) in 0..1, NaN for omitted; None means that every request omits it.
    name, where, notes
        For tables and for errors.
    logged
        What the log says was done, rows in the order of the raw columns; sorted along with them.

    Raises
    ------
    InputError
        Empty, unequal lengths, NaN or negative tokens or times that are not finite, min score outside 0..1.

    Examples
    --------
    >>> stream = request_stream(session=["b", "a", "b"], time_s=[5, 0, 1], prompt_tokens=[30, 10, 20],
    ...                         completion_tokens=[1, 1, 1], min_score=[0.65, 0.5, float("nan")])
    >>> stream.prompt_tokens.tolist(), stream.is_omitted.tolist(), stream.gap_s.tolist()
    ([10, 20, 30], [False, True, False], [nan, nan, 4.0])
    """
    times = float_column(time_s, name="time_s", where=where)
    prompt = int_column(prompt_tokens, name="prompt_tokens", where=where, least=0)
    completion = int_column(completion_tokens, name="completion_tokens", where=where, least=0)
    prefix = (
        np.zeros(len(prompt), dtype=np.int64)
        if prefix_tokens is None
        else int_column(prefix_tokens, name="prefix_tokens", where=where, least=0)
    )
    scores = (
        np.full(len(prompt), np.nan)
        if min_score is None
        else float_column(min_score, name="min_score", where=where, least=0.0, missing_allowed=True)
    )
    refuse_scores_above_one(scores, name="min_score", where=where)
    ids = np.asarray(session)
    columns: dict[str, NDArray[np.generic]] = {
        "session": ids,
        "time_s": times,
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "prefix_tokens": prefix,
        "min_score": scores,
    }
    if same_length(columns, where=where) == 0:
        raise InputError("there is no request in it", where=where, way_out="give a log with at least one row")
    names, number = np.unique(ids, return_inverse=True)
    is_omitted = np.isnan(scores)
    rows: dict[str, NDArray[Any]] = {
        "session": number.astype(np.int64, copy=False),
        "time_s": times,
        "min_score_ppm": np.rint(np.where(is_omitted, 0.0, scores) * PPM).astype(np.int64),
        "is_omitted": is_omitted,
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "prefix_tokens": prefix,
    }
    order = order_of(rows["session"], times)
    put_in_order(rows, order)
    return RequestStream(
        **{column: read_only(values) for column, values in rows.items()},
        session_ids=tuple(str(i) for i in names) if ids.dtype.kind in "OUS" else (),
        name=name,
        notes=notes,
        logged=logged if logged is None or order is None else logged.take(order),
    )
