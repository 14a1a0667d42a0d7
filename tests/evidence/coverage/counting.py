"""How often did intervals hold the truth, and how far off may that count itself be?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from paretocode.evidence import Intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: in `n_worlds` worlds the interval held the truth `n_held` times."""

    study: str
    case: str
    method: str
    n_worlds: int
    n_held: int

    @property
    def share(self) -> float:
        return self.n_held / self.n_worlds if self.n_worlds else float("nan")

    def band(self, level: float = 0.95, *, sure: float = 0.999) -> tuple[float, float]:
        """Return between which shares a true coverage of `level` shows with probability `sure`; the normal law."""
        half = NormalDist().inv_cdf((1 + sure) / 2) * float(np.sqrt(level * (1 - level) / max(1, self.n_worlds)))
        return level - half, level + half


@dataclass(slots=True)
class Count:
    """Worlds and hits by case and method."""

    study: str
    worlds: Counter[tuple[str, str]] = field(default_factory=Counter)
    held: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, case: str, method: str, holds: bool) -> None:
        """Count one world."""
        self.worlds[case, method] += 1
        self.held[case, method] += bool(holds)

    def rows(self) -> list[Row]:
        """Return a row a case and method, in the order of their first world."""
        return [
            Row(study=self.study, case=case, method=method, n_worlds=n, n_held=self.held[case, method])
            for (case, method), n in self.worlds.items()
        ]


def holds(ends: Intervals, truth: np.ndarray) -> np.ndarray:
    """Return which intervals hold the truth, with room for rounding."""
    room = 1e-9 * np.abs(truth)
    found: np.ndarray = (ends.low - room <= truth) & (truth <= ends.high + room)
    return found


def markdown(rows: list[Row]) -> str:
    """Return a table: a line a case, a column a method, worlds counted beside it."""
    lines: list[str] = []
    for study in dict.fromkeys(row.study for row in rows):
        mine = [row for row in rows if row.study == study]
        methods = list(dict.fromkeys(row.method for row in mine))
        lines += [
            "",
            f"### {study}",
            "",
            f"| case | worlds | {' | '.join(methods)} |",
            f"|---|--:|{'--:|' * len(methods)}",
        ]
        for case in dict.fromkeys(row.case for row in mine):
            of = {row.method: row for row in mine if row.case == case}
            worlds = max(row.n_worlds for row in of.values())
            cells = [f"{of[m].share:.3f}" if m in of and of[m].n_worlds else "-" for m in methods]
            lines.append(f"| {case} | {worlds:,} | {' | '.join(cells)} |")
    return "\n".join(lines).strip()
