"""Which map is least something, among those that cost little more than the best? Searched, not looked up.

The frontier of the asked measures does not hold the map with least traffic near its edges, or the one that moves fewest
requests: such a map may be beaten in every asked measure by a hair. So these are searches of their own, within limits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode.tune.answer import BestMap, MapAnswer, MapPlace
from paretocode.tune.measures import measure_named
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.pareto import MOST_LABELS, frontier_of_maps

__all__ = ["at_most", "least_of_all", "most_stable_map"]


def at_most(total: int, share: float) -> int:
    """Return the total that is a share worse, rounded down; the share counts in millionths.

    Examples
    --------
    >>> at_most(1_000, 0.01), at_most(99, 0.01)
    (1010, 99)
    """
    return total * (10**6 + round(share * 10**6)) // 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A map, and what it is compared by."""

    key: tuple[int, ...]
    best: BestMap


def most_stable_map(answer: MapAnswer, best: BestMap, *, near_optimal: float) -> BestMap | None:
    """Return the map with least requests near an edge among all maps within a share of the best one's first measure.

    Parameters
    ----------
    best
        The best map of the answer.
    near_optimal
        The share, >= 0: 0.01 lets a map cost 1 % more.
    """
    first = answer.question.measures[0]
    allowed = at_most(int(best.totals[answer.column(first)]), near_optimal)
    return least_of_all(answer, "n_near_edge", {measure_named(first).metric: allowed})


def least_of_all(
    answer: MapAnswer,
    metric: str,
    limits: dict[str, int],
    *,
    graph_of: Callable[[int], BandGraph] | None = None,
) -> BestMap | None:
    """Return the map with the least of a metric, and then of the first measure, over all settings and numbers of tiers.

    Parameters
    ----------
    metric
        A metric of every setting's graph.
    limits
        Further limits, by metric, on top of the question's own.
    graph_of
        Gives a setting's graph, where it is not the searched one: the same arcs with further metrics.

    Notes
    -----
    Exact: a search of its own for each setting. Of equal maps that with the fewest tiers, then of the first setting.
    """
    question = answer.question
    first = measure_named(question.measures[0]).metric
    kept = question.totals_at_most(question.limits)
    for name, most in limits.items():
        kept[name] = min(most, kept.get(name, most))
    found: list[_Candidate] = []
    for setting, one in enumerate(answer.searched):
        graph = one.prepared.space.graph if graph_of is None else graph_of(setting)
        maps = frontier_of_maps(
            graph,
            n_bands=question.n_bands,
            metrics=list(dict.fromkeys((metric, first))),
            limits=kept,
            most_labels=max(question.most_labels, MOST_LABELS),  # what a frontier may keep, one map's search may
        )
        found += [
            _Candidate(
                key=(*each.searched_totals[0].tolist(), each.n_bands, setting),
                best=_best(answer, MapPlace(setting=setting, arcs=each.arcs[0])),
            )
            for each in maps
            if len(each)
        ]
    return min(found, key=lambda candidate: candidate.key).best if found else None


def _best(answer: MapAnswer, place: MapPlace) -> BestMap:
    graph = answer.searched[place.setting].prepared.space.graph
    totals: NDArray[np.int64] = graph.totals_of(place.arcs[None, :])[0]
    shown = np.array([totals[graph.column(measure.metric)] for measure in answer.question.shown])
    return BestMap(place=place, totals=shown, n_sharing=None)
