"""Which map does best where it does worst? The least highest level over several columns, limits kept, exactly.

Half maps grow from the end towards node 0 and wait in a heap under a level that no completion of theirs undercuts: the
highest over the worlds of what each could still reach alone, or the bound of the mix of worlds (`_play`), whichever is
more. As no bound is ever too high, the first whole map to come out is the best (A* of Hart, Nilsson and Raphael, 1968).
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.tune.paths._halves import halves_of
from paretocode.tune.paths._levels import Levels
from paretocode.tune.paths._play import played
from paretocode.tune.paths._world_mix import Mix, least_columns, mixed_worlds
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import MOST, count_maps

__all__ = ["BestWorst", "least_worst"]

_MOST_LISTED = 500_000_000
_LISTED_AT_ONCE = 4_000_000


class BestWorst(NamedTuple):
    """A path, empty where there is none; whether nothing better exists; and other paths met on the way."""

    path: tuple[int, ...]
    is_proven: bool
    met: list[list[int]]


def least_worst(graph: BandGraph, *, n_bands: int, levels: Levels, limits: IntColumn, most_steps: int) -> BestWorst:
    """Return the map of exactly n_bands bands whose highest level is least, among those that keep the limits.

    Parameters
    ----------
    graph
        Its columns are the worlds, then the limited metrics, then the metric that breaks ties. Sums fit 62 bits.
    levels
        What a total is worth in each world.
    limits
        Shape (n_limits,): the most total of each limited metric, inclusive.
    most_steps
        Most half maps that are looked into; after that maps are listed one by one where they are few enough.

    Returns
    -------
    BestWorst
        The least by (highest level, last column, arcs read from the end). Without a proof the path is empty.
    """
    least = least_columns(graph, graph.values, n_bands)
    n_worlds = len(levels.base)
    end = least[n_bands, -1]
    if end[0] == MOST or (end[n_worlds:-1] > limits).any():
        return BestWorst((), True, [])
    weights, met = played(graph, levels, n_bands)
    bounds = _Bounds(graph, least, levels, limits, mixed_worlds(graph, n_bands, levels, limits, weights))
    path = _first_out(bounds, n_bands, most_steps)
    if path is None and count_maps(graph, n_bands)[n_bands] * graph.values.shape[1] <= _MOST_LISTED:
        path = _listed(graph, n_bands, levels, limits)
    return BestWorst(path or (), path is not None, met)


class _Branches(NamedTuple):
    """How a half map can be prolonged: (level, tie, arc) in rising order, and what each has spent."""

    keys: list[tuple[int, int, int]]
    spent: NDArray[np.int64]
    in_mix: IntColumn
    row: list[int]


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What half maps can still reach."""

    graph: BandGraph
    least: NDArray[np.int64]
    levels: Levels
    limits: IntColumn
    mix: Mix | None

    def branches(self, node: int, n_left: int, spent: IntColumn, in_mix: int) -> _Branches:
        """Return how a half map that is open at a node, with n_left >= 1 arcs to go, can be prolonged."""
        into = self.graph.arcs_into(node)
        tail, n_worlds = self.graph.tail[into], len(self.levels.base)
        beyond = self.least[n_left - 1][tail]
        now = self.graph.values[into] + spent
        reach = now + beyond
        alive = np.flatnonzero((beyond[:, 0] < MOST) & (reach[:, n_worlds:-1] <= self.limits).all(axis=1))
        level, mixed = self.levels.worst(reach[alive, :n_worlds]), np.zeros(len(alive), dtype=np.int64)
        if self.mix is not None and len(alive):
            mixed = self.mix.column[into][alive] + in_mix
            level = np.maximum(level, self._mean(mixed + self.mix.least[n_left - 1][tail[alive]]))
        keys = zip(level.tolist(), reach[alive, -1].tolist(), (alive + into.start).tolist(), strict=True)
        order = sorted(range(len(alive)), key=list(every := list(keys)).__getitem__)
        return _Branches([every[i] for i in order], now[alive], mixed, order)

    def _mean(self, reach: IntColumn) -> NDArray[Any]:
        """Return the least level that the mix allows, rounded up twice: levels and their weighted sums are whole."""
        mix = self.mix
        if mix is None:
            return reach
        whole = reach.astype(object) if self.levels.is_large or mix.allowance >= MOST or mix.offset >= MOST else reach
        summed = -((mix.allowance - whole) // mix.share)
        bound: NDArray[Any] = -((mix.offset - summed) // mix.total)
        return bound


def _first_out(bounds: _Bounds, n_bands: int, most_steps: int) -> tuple[int, ...] | None:
    """Return the best path, () where there is none, None where it takes too many steps.

    Of each set of branches only the next one waits. A half map's arcs, read from the end, begin those of its
    completions, so that among equal keys it comes before every map with larger arcs.
    """
    heap: list[tuple[int, int, tuple[int, ...], int, _Branches]] = []

    def wait(branches: _Branches, i: int, stem: tuple[int, ...]) -> None:
        if i < len(branches.keys):
            level, tie, arc = branches.keys[i]
            heappush(heap, (level, tie, (*stem, arc), i, branches))

    nothing = np.zeros(bounds.graph.values.shape[1], dtype=np.int64)
    wait(bounds.branches(bounds.graph.n_nodes - 1, n_bands, nothing, 0), 0, ())
    for _ in range(most_steps):
        if not heap:
            return ()
        _, _, arcs, i, branches = heappop(heap)
        if len(arcs) == n_bands:
            return arcs[::-1]
        wait(branches, i + 1, arcs[:-1])
        row, node = branches.row[i], int(bounds.graph.tail[arcs[-1]])
        wait(bounds.branches(node, n_bands - len(arcs), branches.spent[row], int(branches.in_mix[row])), 0, arcs)
    return None


def _listed(graph: BandGraph, n_bands: int, levels: Levels, limits: IntColumn) -> tuple[int, ...]:
    """Return the best path by listing all maps, some at once; () where none keeps the limits."""
    halves, n_worlds = halves_of(graph, n_bands), len(levels.base)
    at_once = max(1, _LISTED_AT_ONCE // graph.values.shape[1])
    best: tuple[int, int, int] | None = None
    for start in range(0, halves.n_maps, at_once):
        rows = np.arange(start, min(start + at_once, halves.n_maps))
        prefix, suffix = halves.pairs_of(rows)
        totals = halves.prefixes.totals[prefix] + halves.suffixes.totals[suffix]
        kept = np.flatnonzero((totals[:, n_worlds:-1] <= limits).all(axis=1))
        if not len(kept):
            continue
        level, tie = levels.worst(totals[kept, :n_worlds]), totals[kept, -1]
        lowest = np.flatnonzero(level == level.min())
        at = int(lowest[np.argmin(tie[lowest])])  # rows come by their arcs from the end, and the first minimum stays
        found = (int(level[at]), int(tie[at]), int(rows[kept[at]]))
        best = found if best is None or found < best else best
    if best is None:
        return ()
    return tuple(halves.arcs_of(np.array([best[2]]))[0].tolist())
