"""Which of the nearly best maps stands farthest from where requests sit? The most stable one, found exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode.tune.measures import measure_named
from paretocode.tune.paths.pareto import frontier_of_maps
from paretocode.tune.search import MapAnswer, MapPlace

__all__ = ["StableMap", "most_stable_map"]


@dataclass(frozen=True, kw_only=True, eq=False)
class StableMap:
    """A nearly best map with least traffic near its edges.

    Parameters
    ----------
    place
        Where it is.
    totals
        Shape (n_shown,): the shown measures' metrics.
    row
        Its row in the answer, where it is a map of the frontier; else None.
    """

    place: MapPlace
    totals: NDArray[np.int64]
    row: int | None


def most_stable_map(answer: MapAnswer, best: int, *, near_optimal: float) -> StableMap | None:
    """Return the map with least requests near an edge among all maps within a share of the best one's first measure.

    Parameters
    ----------
    best
        Row of the best map; the others are of its setting, with any asked number of tiers.
    near_optimal
        The share, >= 0: 0.01 lets a map cost 1 % more.

    Notes
    -----
    Exact: a search for the least traffic near edges, then for the least of the first measure, with the other limits
    kept and that share as one more.
    """
    question = answer.question
    first = measure_named(question.measures[0])
    setting = int(answer.setting[best])
    space = answer.searched[setting].prepared.space
    limits = {
        measure_named(n).metric: measure_named(n).total(most, question.counts) for n, most in question.limits.items()
    }
    allowed = int(int(answer.total(first.name)[best]) * round((1 + near_optimal) * 10**6) // 10**6)
    limits[first.metric] = min(allowed, limits.get(first.metric, allowed))
    metrics = list(dict.fromkeys(("n_near_edge", first.metric)))
    found = frontier_of_maps(space.graph, n_bands=question.n_bands, metrics=metrics, limits=limits)
    maps = [(f.searched_totals[0].tolist(), f.n_bands, f.arcs[0]) for f in found if len(f)]
    if not maps:
        return None
    _, n_bands, arcs = min(maps, key=lambda one: (one[0], one[1]))
    totals = space.graph.totals_of(arcs[None, :])[0]
    shown = np.array([totals[space.graph.column(measure.metric)] for measure in question.shown])
    same = (answer.setting == setting) & (answer.n_bands == n_bands) & (answer.totals == shown).all(axis=1)
    at = np.flatnonzero(same)
    place = MapPlace(setting=setting, arcs=arcs)
    return StableMap(place=place, totals=shown, row=int(at[0]) if len(at) else None)
