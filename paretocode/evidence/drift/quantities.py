"""What is watched for drift? Quantities of both streams, counted by session and class, with classes common to both.

Classes come from the two streams pooled, never from one of them: under no drift sessions can then be dealt out anew
without touching the classes, which is what makes the permutation test exact.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.evidence.drift.asked_classes import asked_classes
from paretocode.stream.stream import RequestStream

__all__ = ["FACTORS", "Callers", "Quantity", "caller_labels", "number_cuts", "watched_quantities"]

FACTORS = ("min scores", "tokens", "gaps", "session length", "callers")
"""What may drift, in the order of the report."""

Callers = tuple[Sequence[Hashable], Sequence[Hashable]]
"""One label a session of the tuned stream, and of today's."""

_DECILES = tuple(step / 10 for step in range(1, 10))
_TERCILES = (1 / 3, 2 / 3)
_SIZES = ("short", "middle", "long")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quantity:
    """One quantity of both streams.

    Parameters
    ----------
    name
        Such as ``prompt_tokens``.
    factor
        One of `FACTORS`.
    labels
        Of the classes, length K.
    is_ordered
        Whether classes are stretches of numbers, in order.
    tuned, today
        Shape (n_sessions, K): how many values of each session fall into each class.
    values
        The numbers themselves on either side, None where classes are not made of numbers.
    unit
        Of the numbers, "" where there are none.
    """

    name: str
    factor: str
    labels: tuple[str, ...]
    is_ordered: bool
    tuned: IntColumn
    today: IntColumn
    values: tuple[FloatColumn, FloatColumn] | None = None
    unit: str = ""

    @property
    def is_constant(self) -> bool:
        """Whether all values of both streams are one and the same."""
        return len(self.labels) < 2

    @property
    def is_absent(self) -> bool:
        """Whether a stream has no value at all, such as gaps where every session is one request."""
        return not (self.tuned.any() and self.today.any())


class _Sides(NamedTuple):
    """Values of both streams and the session of each."""

    tuned: NDArray[np.generic]
    today: NDArray[np.generic]
    sessions: tuple[IntColumn, IntColumn]


def watched_quantities(
    tuned: RequestStream,
    today: RequestStream,
    *,
    callers: Callers | None = None,
    edges_ppm: Sequence[int] = (),
) -> Iterator[Quantity]:
    """Yield the quantities of two streams: min scores, tokens, gaps, requests per session, callers.

    Parameters
    ----------
    callers
        A label for each session of either stream; without it callers are not watched.
    edges_ppm
        Request edges of the map [ppm], at which min scores are told apart whatever their number.

    Notes
    -----
    Min scores are told apart as `asked_classes` says. Tokens come three times: prompt and completion in stretches
    between deciles, and as the pair of both in thirds. Gaps are start to start; a session of one request has none.
    Requests per session and callers count one value a session. A quantity has one class only where all its values are
    one and the same. O(n log n).

    Raises
    ------
    InputError
        Not one label a session, or callers of which no label stands on both sides.

    Examples
    --------
    >>> from paretocode.stream.synthetic import synthesise
    >>> one, other = (synthesise("chat", n_sessions=20, rng=seed) for seed in (1, 2))
    >>> {quantity.name: len(quantity.labels) for quantity in watched_quantities(one, other)}
    {'min_scores': 1, 'prompt_tokens': 10, 'completion_tokens': 10, 'token_pair': 9, 'gap_s': 10,
     'requests_per_session': ...}
    """
    streams = (tuned, today)
    both = tuned.session, today.session
    yield _of_classes(
        "min_scores", "min scores", _Sides(*asked_classes(tuned, today, edges_ppm=edges_ppm), both), streams
    )
    for name in ("prompt_tokens", "completion_tokens"):
        sides = _Sides(getattr(tuned, name), getattr(today, name), both)
        yield _of_numbers(name, "tokens", "tokens", sides, streams)
    yield _of_classes("token_pair", "tokens", _Sides(*_token_pairs(tuned, today), both), streams)
    later = np.flatnonzero(~tuned.is_first), np.flatnonzero(~today.is_first)
    gaps = _Sides(tuned.gap_s[later[0]], today.gap_s[later[1]], (both[0][later[0]], both[1][later[1]]))
    yield _of_numbers("gap_s", "gaps", "s", gaps, streams)
    each = np.arange(tuned.n_sessions), np.arange(today.n_sessions)
    turns = _Sides(np.bincount(tuned.session), np.bincount(today.session), each)
    yield _of_numbers("requests_per_session", "session length", "requests", turns, streams)
    if callers is not None:
        yield _of_classes("callers", "callers", _Sides(*caller_labels(callers, streams), each), streams)


def number_cuts(tuned: NDArray[np.generic], today: NDArray[np.generic], shares: Sequence[float]) -> FloatColumn:
    """Return where numbers are cut: quantiles of both streams pooled, equal ones once, none above all values.

    A value belongs to the first stretch whose upper cut it does not exceed. Where every quantile is the greatest value,
    the cut is the one below it, so that different values are never all in one stretch.

    Examples
    --------
    >>> number_cuts(np.array([1, 1, 1, 2]), np.array([1, 3]), [0.25, 0.5, 0.75]).tolist()
    [1.0, 2.0]
    >>> number_cuts(np.array([1, 2, 9, 9, 9, 9, 9, 9]), np.array([9, 9]), [0.5, 0.9]).tolist()
    [2.0]
    """
    pooled = np.concatenate((tuned, today)).astype(np.float64)
    if not len(pooled):
        return np.zeros(0)
    cuts = np.unique(np.quantile(pooled, shares, method="inverted_cdf"))
    below_all: FloatColumn = cuts[cuts < pooled.max()]
    return below_all if len(below_all) else np.unique(pooled)[:-1][-1:]


def _of_numbers(
    name: str, factor: str, unit: str, sides: _Sides, streams: tuple[RequestStream, RequestStream]
) -> Quantity:
    cuts = number_cuts(sides.tuned, sides.today, _DECILES)
    ends = ["", *(f"{cut:g}" for cut in cuts), ""]
    labels = tuple(
        f"over {low} to {high}" if low and high else f"to {high}" if high else f"over {low}" if low else "all"
        for low, high in itertools.pairwise(ends)
    )
    codes = [np.searchsorted(cuts, values, side="left") for values in sides[:2]]
    counts = [_counted(c, s, len(labels), t) for c, s, t in zip(codes, sides.sessions, streams, strict=True)]
    return Quantity(
        name=name,
        factor=factor,
        labels=labels,
        is_ordered=True,
        tuned=counts[0],
        today=counts[1],
        values=(sides.tuned.astype(np.float64), sides.today.astype(np.float64)),
        unit=unit,
    )


def _of_classes(name: str, factor: str, sides: _Sides, streams: tuple[RequestStream, RequestStream]) -> Quantity:
    labels, code = np.unique(np.concatenate((sides.tuned, sides.today)), return_inverse=True)
    codes = np.split(code, [len(sides.tuned)])
    counts = [_counted(c, s, len(labels), t) for c, s, t in zip(codes, sides.sessions, streams, strict=True)]
    return Quantity(
        name=name,
        factor=factor,
        labels=tuple(str(label) for label in labels),
        is_ordered=False,
        tuned=counts[0],
        today=counts[1],
    )


def _counted(code: IntColumn, session: IntColumn, n_classes: int, stream: RequestStream) -> IntColumn:
    cells = np.bincount(session * n_classes + code, minlength=stream.n_sessions * n_classes)
    return cells.reshape(stream.n_sessions, n_classes)


def _token_pairs(tuned: RequestStream, today: RequestStream) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    names = np.array(_SIZES)
    parts: list[list[NDArray[np.str_]]] = [[], []]
    for name in ("prompt_tokens", "completion_tokens"):
        columns = getattr(tuned, name), getattr(today, name)
        cuts = number_cuts(*columns, _TERCILES)
        for side, column in enumerate(columns):
            parts[side].append(names[np.searchsorted(cuts, column, side="left")])
    pairs = [np.char.add(np.char.add(prompt, " prompt, "), completion) for prompt, completion in parts]
    return tuple(np.char.add(pair, " completion") for pair in pairs)  # type: ignore[return-value]


def caller_labels(
    callers: Callers, streams: tuple[RequestStream, RequestStream]
) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Return the labels of both sides as texts, shape (n_sessions,) each.

    Raises
    ------
    InputError
        Not one label a session, or no label that stands on both sides.
    """
    for labels, stream in zip(callers, streams, strict=True):
        if len(labels) != stream.n_sessions:
            raise InputError(
                f"{len(labels)} callers stand against {stream.n_sessions} sessions",
                where=stream.name or "stream",
                way_out="give one label a session",
            )
    named = [np.array([str(label) for label in labels], dtype=np.str_) for labels in callers]
    if not np.isin(named[0], named[1]).any():
        raise InputError(
            f"no caller stands in both streams ({named[0][0]!r} in one, {named[1][0]!r} in the other)",
            where="callers",
            way_out="give labels that mean the same on both sides, or leave callers out",
        )
    return named[0], named[1]
