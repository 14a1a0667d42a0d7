"""Which outcomes may not enter a table? Checked entry by entry, so that a refusal can name file, row and column."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, same_length
from paretocode.errors import InputError

__all__ = [
    "Entries",
    "numbered",
    "per_question",
    "refuse_lengths",
    "refuse_scores",
    "refuse_twice",
    "without_sentinel",
]

_SENTINELS = frozenset((-1.0, -9.0, -99.0, -100.0, -999.0, -9999.0, 999.0, 9999.0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Entries:
    """Outcomes one by one, before they are a table; columns of length n_entries.

    Parameters
    ----------
    question, model
        Labels.
    score
        NaN where it is missing.
    cost_usd
        NaN where it is missing; None: no costs at all.
    domain, cluster
        Labels; None: no domains, every question its own cluster.
    is_contaminated
        None: not marked.
    place
        What to call entry i's ``score``, ``cost_usd``, ``domain`` or ``cluster`` in an error: file, row, column.
    """

    question: Sequence[str]
    model: Sequence[str]
    score: FloatColumn
    cost_usd: FloatColumn | None
    domain: Sequence[str] | None
    cluster: Sequence[str] | None
    is_contaminated: BoolColumn | None
    place: Callable[[int, str], str]


def refuse_lengths(entries: Entries, name: str) -> None:
    """Refuse columns of unequal length, and no entry at all."""
    columns: dict[str, NDArray[np.generic]] = {"question": np.empty(len(entries.question))}
    for column in ("model", "score", "cost_usd", "domain", "cluster", "is_contaminated"):
        values = getattr(entries, column)
        if values is not None:
            columns[column] = np.empty(len(values))
    if same_length(columns, where=name) == 0:
        raise InputError("there is no outcome in it", where=name, way_out="give at least one row")


def without_sentinel(
    entries: Entries, score_range: tuple[float, float], sentinel: float | None, name: str
) -> tuple[Entries, tuple[str, ...]]:
    """Make holes of scores that are the sentinel; what else such rows say of their questions stays."""
    if sentinel is None:
        return entries, ()
    if score_range[0] <= sentinel <= score_range[1]:
        raise InputError(
            f"the sentinel {sentinel:g} lies inside the score range {score_range[0]:g} to {score_range[1]:g}",
            where=name,
            way_out="leave it out: those are scores",
        )
    is_sentinel = entries.score == sentinel
    if is_sentinel.all():
        raise InputError(f"every score is the sentinel {sentinel:g}", where=name, way_out="check the score column")
    n_dropped = int(is_sentinel.sum())
    note = f"{n_dropped:,} of {len(is_sentinel):,} scores dropped: they are the sentinel {sentinel:g}"
    holed = dataclasses.replace(entries, score=np.where(is_sentinel, np.nan, entries.score))
    return holed, (note,) if n_dropped else ()


def refuse_scores(entries: Entries, score_range: tuple[float, float]) -> None:
    """Refuse the first score outside the range; a usual sentinel is called one and the option to drop it is named."""
    low, high = score_range
    outside = np.isinf(entries.score) | (entries.score < low) | (entries.score > high)
    if outside.any():
        at = int(np.flatnonzero(outside)[0])
        value = float(entries.score[at])
        is_sentinel = value in _SENTINELS
        raise InputError(
            f"the score is {value:g}, {'a sentinel ' if is_sentinel else ''}outside {low:g} to {high:g}",
            where=entries.place(at, "score"),
            way_out=f"pass sentinel={value:g} to drop such scores with a note"
            if is_sentinel
            else "correct it or state the scale's range",
        )


def numbered(labels: Sequence[str]) -> tuple[tuple[str, ...], IntColumn]:
    """Return the distinct labels in order of first appearance, and the number of each entry's."""
    number: dict[str, int] = {}
    of_entry = np.array([number.setdefault(label, len(number)) for label in labels], dtype=np.int64)
    return tuple(number), of_entry


def refuse_twice(entries: Entries, pair: IntColumn) -> None:
    """Refuse a pair of question and model that occurs twice; `pair` numbers the pairs."""
    order = np.argsort(pair, kind="stable")
    again = np.flatnonzero(pair[order][1:] == pair[order][:-1]) + 1
    if len(again):
        at = int(order[again].min())
        raise InputError(
            f"question {entries.question[at]!r} has model {entries.model[at]!r} twice",
            where=entries.place(at, "score"),
            way_out="keep one, or name turns and repetitions as questions of one cluster",
        )


def per_question(
    labels: Sequence[str] | None, question_of: IntColumn, first_entry: IntColumn, entries: Entries, what: str
) -> list[str] | None:
    """Return one label a question, refusing entries of one question that disagree; None where there are no labels."""
    if labels is None:
        return None
    for at, number in enumerate(question_of.tolist()):
        expected = labels[first_entry[number]]
        if labels[at] != expected:
            raise InputError(
                f"question {entries.question[at]!r} has {what} {labels[at]!r} here and {expected!r} before",
                where=entries.place(at, what),
                way_out="give all rows of a question the same",
            )
    return [labels[i] for i in first_entry]
