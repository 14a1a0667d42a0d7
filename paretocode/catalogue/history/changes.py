"""What changed from one entry to the next? Scores, prices, entries, exits, definitions: one flat record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.catalogue.history.history import History, has_meaning

__all__ = ["KINDS", "Changes", "changes_of", "score_tolerance"]

KINDS = ("entry", "exit", "definition", "score", "price", "context")
"""Kinds of change, in the order in which those of one day are listed."""

_MOST_DECIMALS = 6
_NEARLY_ALL = 0.95
_LEAST_COLUMN = 3
"""Fewer numbers than this are no column that the source began to give."""

_FIELDS = {
    "score": ("coding_score",),
    "price": ("prompt_usd_per_mtok", "completion_usd_per_mtok", "cache_read_usd_per_mtok", "cache_write_usd_per_mtok"),
    "context": ("context_tokens",),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """Changes as columns, by day, then kind, then model.

    Parameters
    ----------
    history
        What was compared.
    day_index
        Shape (n,): the row of the later of two consecutive entries.
    model_index
        Shape (n,): the column of the model; -1 for a change of the definition.
    kind
        Shape (n,): position in `KINDS`.
    field
        The number that changed, "" for entries, exits and definitions.
    before, after
        Shape (n,): its values, NaN for missing.
    n_rounded
        Shape (n_days,): scores that were only written with other decimals (`score_tolerance`); not among the changes.
    first_known
        (row of the day, field, how many models): a column that no earlier entry held at all, and this one does for at
        least three models that were listed before. The source began to give it; not among the changes.
    """

    history: History
    day_index: IntColumn
    model_index: IntColumn
    kind: IntColumn
    field: tuple[str, ...]
    before: FloatColumn
    after: FloatColumn
    n_rounded: IntColumn
    first_known: tuple[tuple[int, str, int], ...] = ()

    def __len__(self) -> int:
        return len(self.day_index)

    def counts(self) -> dict[str, int]:
        """Return how many changes there are of each kind."""
        count = Counter(KINDS[kind] for kind in self.kind)
        return {kind: count[kind] for kind in KINDS}

    def mask(self, kind: str) -> BoolColumn:
        """Return which changes are of a kind."""
        chosen: BoolColumn = self.kind == KINDS.index(kind)
        return chosen

    def rows(self) -> Iterator[dict[str, object]]:
        """Yield every change as plain values: date, kind, key, name, field, before, after (None for missing)."""
        history = self.history
        for i, day in enumerate(self.day_index):
            model, kind = int(self.model_index[i]), KINDS[self.kind[i]]
            if kind == "definition":
                before: object = history.score_definitions[day - 1]
                after: object = history.score_definitions[day]
            else:
                before, after = (None if np.isnan(v) else float(v) for v in (self.before[i], self.after[i]))
            yield {
                "date": str(history.dates[day]),
                "kind": kind,
                "key": history.keys[model] if model >= 0 else "",
                "name": history.names[model] if model >= 0 else "",
                "field": self.field[i],
                "before": before,
                "after": after,
            }


def changes_of(history: History) -> Changes:
    """Return what changed between consecutive entries; speeds, which change daily, are not compared.

    A number that comes or goes while the model stays listed is a change from or to missing; the numbers of a model
    that enters or leaves are not listed again, nor a column that is known for the first time. One comparison of
    matrices per field, O(n_days n_models).

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.catalogue.history import history_of_catalogues
    >>> today = load_bundled()
    >>> cheaper = today.replace(prompt_usd_per_mtok=today.prompt_usd_per_mtok * 0.5).select(range(12))
    >>> changes_of(history_of_catalogues([("2026-05-29", today), ("2026-05-30", cheaper)])).counts()
    {'entry': 0, 'exit': 1, 'definition': 0, 'score': 0, 'price': 12, 'context': 0}
    """
    was, stands = history.is_listed[:-1], history.is_listed[1:]
    stays = was & stands
    n_rounded = np.zeros(history.n_days, dtype=np.int64)
    found: list[tuple[IntColumn, IntColumn, str, str, FloatColumn, FloatColumn]] = []
    first_known: list[tuple[int, str, int]] = []

    def note(mask: BoolColumn, kind: str, field: str = "") -> None:
        day, model = np.nonzero(mask)
        matrix = history.numbers[field] if field else np.full(history.is_listed.shape, np.nan)
        found.append((day + 1, model, kind, field, matrix[day, model], matrix[day + 1, model]))

    note(stands & ~was, "entry")
    note(was & ~stands, "exit")
    labels = np.array(history.score_definitions)
    named = np.array([has_meaning(label) for label in history.score_definitions], dtype=np.bool_)
    day = np.flatnonzero((labels[1:] != labels[:-1]) & named[1:] & named[:-1]) + 1
    nothing = np.full(len(day), np.nan)
    found.append((day, np.full(len(day), -1), "definition", "", nothing, nothing))
    for kind, fields in _FIELDS.items():
        for field in fields:
            moved = stays & differs(history.numbers[field])
            if kind == "score":
                shift = np.abs(np.diff(history.numbers[field], axis=0))
                rounded = moved & (shift <= score_tolerance(history)[:, None])
                n_rounded[1:] = rounded.sum(axis=1)
                moved &= ~rounded
            step = _first_step(history.numbers[field])
            if step is not None and moved[step].sum() >= _LEAST_COLUMN:
                first_known.append((step + 1, field, int(moved[step].sum())))
                moved[step] = False
            note(moved, kind, field)
    return _in_order(history, found, n_rounded, tuple(sorted(first_known)))


def _first_step(matrix: FloatColumn) -> int | None:
    """Return the step to the first entry that holds any number of a column, None where there is no such step."""
    holds = np.flatnonzero((~np.isnan(matrix)).any(axis=1))
    return int(holds[0]) - 1 if len(holds) and holds[0] > 0 else None


def differs(matrix: FloatColumn) -> BoolColumn:
    """Return where a row differs from the row before it; missing equals missing. Shape (n_days - 1, n_models)."""
    before, after = matrix[:-1], matrix[1:]
    moved: BoolColumn = (before != after) & ~(np.isnan(before) & np.isnan(after))
    return moved


def score_tolerance(history: History) -> FloatColumn:
    """Return for each step between two entries by how much a score may differ and still be the same score.

    0 as a rule. Where one day is written with fewer decimals than the other, and at least half of the scores on both
    days differ by no more than that hides, the column was written anew: then half a unit of the coarser last decimal
    (and a hair for floats).

    Returns
    -------
    tolerance
        Shape (n_days - 1,) [score points].

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.catalogue.history import history_of_catalogues
    >>> fine = load_bundled()
    >>> coarse = fine.replace(coding_score=fine.coding_score.round(1))
    >>> score_tolerance(history_of_catalogues([("2026-05-28", coarse), ("2026-05-29", fine)])).round(3).tolist()
    [0.05]
    """
    scores = history.numbers["coding_score"]
    decimals = np.array([_decimals(row[~np.isnan(row)]) for row in scores])
    coarser = np.minimum(decimals[1:], decimals[:-1])
    tolerance = np.where(decimals[1:] != decimals[:-1], 0.5 * 10.0**-coarser + 1e-9, 0.0)
    shift = np.abs(np.diff(scores, axis=0))
    n_written_anew = ((shift > 0) & (shift <= tolerance[:, None])).sum(axis=1)
    return np.where(2 * n_written_anew >= np.maximum((~np.isnan(shift)).sum(axis=1), 1), tolerance, 0.0)


def _decimals(values: FloatColumn) -> int:
    """Return the decimals that nearly all of the scores make do with; single ones are often written otherwise."""
    enough = _NEARLY_ALL * len(values)
    fits = (d for d in range(_MOST_DECIMALS) if (np.round(values, d) == values).sum() >= enough)
    return next(fits, _MOST_DECIMALS)


def _in_order(
    history: History,
    found: list[tuple[IntColumn, IntColumn, str, str, FloatColumn, FloatColumn]],
    n_rounded: IntColumn,
    first_known: tuple[tuple[int, str, int], ...],
) -> Changes:
    day, model, before, after = (np.concatenate([part[i] for part in found]) for i in (0, 1, 4, 5))
    kind = np.repeat([KINDS.index(part[2]) for part in found], [len(part[0]) for part in found])
    field = np.repeat([part[3] for part in found], [len(part[0]) for part in found])
    order = np.lexsort((model, kind, day))
    return Changes(
        history=history,
        day_index=day[order],
        model_index=model[order],
        kind=kind[order],
        field=tuple(field[order].tolist()),
        before=before[order],
        after=after[order],
        n_rounded=n_rounded,
        first_known=first_known,
    )
