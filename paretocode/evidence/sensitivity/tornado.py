"""Which shifts matter most to candidate against incumbent? The table behind the tornado figure.

A one-way sensitivity analysis: one shift at a time, all else as today. Its bars, sorted by length, are the tornado
diagram of decision analysis (T. G. Eschenbach, "Spiderplots versus Tornado Diagrams for Sensitivity Analysis",
Interfaces 22, 1992). It says nothing of shifts that come together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from paretocode._checks import one_of
from paretocode.evidence.measures import map_measure
from paretocode.evidence.sensitivity.replays import Compared
from paretocode.evidence.sensitivity.row_words import row_sentence
from paretocode.evidence.sensitivity.tornado_row import Effect, TornadoRow
from paretocode.evidence.sensitivity.words import Standing, counted, difference_in_words, standing

__all__ = ["Tornado"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tornado:
    """All shifts of an analysis, the longest bar first.

    Parameters
    ----------
    incumbent, candidate
        Names of the maps.
    measures
        What was measured.
    sorted_by
        The measure whose bars are sorted.
    base
        Both maps today.
    rows
        By falling swing, ties by name.
    n_replays, n_reused, n_requests
        Replays done, replays whose numbers were there already, and requests replayed.
    seconds
        How long each replay took [s]. Left out of `to_dict`: it is the one thing that differs from run to run.
    """

    incumbent: str
    candidate: str
    measures: tuple[str, ...]
    sorted_by: str
    base: Compared
    rows: tuple[TornadoRow, ...]
    n_replays: int
    n_reused: int
    n_requests: int
    seconds: tuple[float, ...]

    def by(self, measure: str) -> Tornado:
        """Return the same, sorted by another measure.

        Raises
        ------
        InputError
            A measure that was not taken.
        """
        one_of(measure, self.measures, name="measure", where="tornado")
        rows = sorted(self.rows, key=lambda row: (-row.swing(measure), row.shift))
        return replace(self, sorted_by=measure, rows=tuple(rows))

    def row(self, shift: str) -> TornadoRow:
        """Return the row of a shift.

        Raises
        ------
        InputError
            A shift that is not in it.
        """
        one_of(shift, [row.shift for row in self.rows], name="shift", where="tornado")
        return next(row for row in self.rows if row.shift == shift)

    @property
    def n_settings(self) -> dict[Effect, int]:
        """How many settings had each effect, none of them dropped."""
        counts = Counter(setting.effect for row in self.rows for setting in row.settings)
        return {effect: counts[effect] for effect in Effect}

    def turning(self, measure: str = "") -> tuple[TornadoRow, ...]:
        """Return the shifts under which the candidate stops being better, on the sorted measure unless one is named."""
        return tuple(row for row in self.rows if row.stops_being_better(measure or self.sorted_by))

    def sentences(self, measure: str = "") -> tuple[str, ...]:
        """Return the analysis in words: today, what turns the comparison, each row, and what says nothing."""
        measure = measure or self.sorted_by
        rows = self.by(measure).rows
        head = (
            f"Today, {map_measure(measure).text} of {self.candidate!r} against {self.incumbent!r}: "
            f"{difference_in_words(self.base.difference[measure], measure)}."
        )
        rest = tuple(row_sentence(row, measure) for row in rows)
        return (head, self._verdict(rows, measure), *rest, self._counts())

    def _verdict(self, rows: tuple[TornadoRow, ...], measure: str) -> str:
        if standing(self.base.difference[measure]) is not Standing.BETTER:
            return "The candidate is not better today, so nothing makes it stop being better."
        turning = [row.shift for row in rows if row.stops_being_better(measure)]
        if not turning:
            return f"It stops being better under none of {counted(len(rows), 'shift')}."
        return f"It stops being better under {len(turning)} of {counted(len(rows), 'shift')}: {', '.join(turning)}."

    def _counts(self) -> str:
        parts = [f"{n} where {effect.value}" for effect, n in self.n_settings.items() if n]
        return f"In all {counted(sum(self.n_settings.values()), 'setting')}: {', '.join(parts)}."

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; same input, same bytes."""
        return {
            "incumbent": self.incumbent,
            "candidate": self.candidate,
            "sorted_by": self.sorted_by,
            "measures": {name: map_measure(name).text for name in self.measures},
            "base": self.base.to_dict(),
            "rows": [
                {**row.to_dict(), "sentences": {name: row_sentence(row, name) for name in self.measures}}
                for row in self.rows
            ],
            "n_settings": {effect.name.lower(): n for effect, n in self.n_settings.items()},
            "n_replays": self.n_replays,
            "n_reused": self.n_reused,
            "n_requests": self.n_requests,
            "sentences": list(self.sentences()),
        }
