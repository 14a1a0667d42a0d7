"""What do general optimisers get to see of a search for maps? The totals of any edges, and a clock.

They are given what the exact search is given, the bands of the grid with their totals, so that a map costs them some
microseconds and not a replay. Whatever they ask for becomes a map: edges are put in order and equal ones moved apart.
Budgets are processor time of the one thread that all of them use, so that what else the machine does takes nothing from
anybody.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Totals = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class MapProblem:
    """Maps of some tiers by their edges.

    Parameters
    ----------
    matrix
        Shape (n_positions, n_positions, 3): cost, shortfall and tier changes of the band between two positions.
    n_bands
        Tiers of a map.
    limits
        The most shortfall and tier changes; None for a search of the frontier of cost and shortfall.
    goal
        Cost of the best map, where the search is for one: who has found it may stop.
    """

    matrix: Totals
    n_bands: int
    limits: tuple[int, int] | None = None
    goal: int = -1

    @property
    def n_edges(self) -> int:
        """Edges that may be chosen, numbered from 1."""
        return len(self.matrix) - 2

    def totals(self, edges: NDArray[np.int64]) -> Totals:
        """Return shape (n_maps, 3) for any edges of shape (n_maps, n_bands - 1)."""
        marks = np.sort(edges, axis=1)
        steps = np.arange(self.n_bands - 1)
        marks = np.maximum.accumulate(marks - steps, axis=1) + steps
        marks = np.minimum(marks, self.n_edges - steps[::-1])
        ends = np.pad(marks, ((0, 0), (1, 1)), constant_values=((0, 0), (0, len(self.matrix) - 1)))
        found: Totals = self.matrix[ends[:, :-1], ends[:, 1:]].sum(axis=1)
        return found

    def excess(self, totals: Totals) -> NDArray[np.float64]:
        """Return by how much maps break the limits, as shares of them: shape (n_maps, 2), 0 or less where kept."""
        limits = np.array(self.limits if self.limits is not None else (1, 1))
        return totals[:, 1:] / np.maximum(limits, 1) - 1

    def keeps(self, totals: Totals) -> NDArray[np.bool_]:
        """Mark the maps that keep the limits."""
        return np.ones(len(totals), np.bool_) if self.limits is None else (totals[:, 1:] <= self.limits).all(axis=1)


@dataclass(kw_only=True)
class Trail:
    """Every map that an optimiser weighed, in batches, and when each was weighed [s]."""

    problem: MapProblem
    seconds: float
    most_maps: int
    times: list[float] = field(default_factory=list)
    totals: list[Totals] = field(default_factory=list)
    start: float = field(default_factory=time.process_time)
    n_maps: int = 0
    has_won: bool = False

    def begin(self) -> None:
        """Start the clock: nobody pays for imports."""
        self.start = time.process_time()

    def weigh(self, edges: NDArray[np.int64]) -> Totals:
        """Weigh maps and remember them."""
        found = self.problem.totals(edges)
        self.times.append(time.process_time() - self.start)
        self.totals.append(found)
        self.n_maps += len(found)
        if self.problem.goal >= 0:
            self.has_won |= bool((self.problem.keeps(found) & (found[:, 0] <= self.problem.goal)).any())
        return found

    @property
    def is_over(self) -> bool:
        """Whether time or maps are used up, or the best map is found."""
        return self.has_won or self.n_maps >= self.most_maps or time.process_time() - self.start >= self.seconds
