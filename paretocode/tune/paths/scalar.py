"""Which map is best when one number decides? The shortest path with a given number of arcs.

The number is a metric or a weighted sum of metrics. Weighted sums reach only the convex hull of the frontier
(`pareto` finds all of it), but they cost one run over the arcs for each band.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.errors import InputError, UsageError
from paretocode.tune.paths.found import FoundMaps, Verdict
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import MOST, least_from_start, refuse_no_bands, saturating_sums

__all__ = ["best_map", "best_maps", "path_back", "weighted_sum"]


def best_map(graph: BandGraph, *, n_bands: int, weights: Mapping[str, int]) -> FoundMaps:
    """Return a map of exactly n_bands bands with the least weighted sum of metrics.

    Parameters
    ----------
    graph
        What is searched.
    n_bands
        Arcs of the path, at least 1.
    weights
        Metric -> whole number >= 0, not all 0. ``{"cost": 1}`` minimises one metric.

    Returns
    -------
    One map, or none with `Verdict.NO_MAP` where no path has that many arcs. Among several best maps it is the one
    whose arcs, read from the end, are the smallest numbers. `searched` names the metrics of weight above 0;
    `n_sharing` counts the maps with the same *weighted sum*, which may differ in the single metrics.

    Raises
    ------
    UsageError
        n_bands below 1, a weight that is negative or not whole, or all weights 0.
    InputError
        An unknown metric, or sums that do not fit 62 bits.

    Notes
    -----
    Bellman (1958), a layer for each number of bands: O(n_bands x n_arcs) whatever the ties.

    Examples
    --------
    Over node 1 it costs 3, directly 3 as well, but only one of the two has one band.

    >>> graph = BandGraph(n_nodes=3, tail=np.array([0, 0, 0, 1]), head=np.array([1, 2, 2, 2]), metrics=("cost",),
    ...                   values=np.array([[1], [3], [3], [2]]))
    >>> found = best_map(graph, n_bands=1, weights={"cost": 1})
    >>> found.arcs.tolist(), found.n_sharing.tolist(), found.verdict.name
    ([[1]], [2], 'EXACT')
    >>> best_map(graph, n_bands=3, weights={"cost": 1}).verdict.name
    'NO_MAP'
    """
    return best_maps(graph, n_bands=[n_bands], weights=weights)[0]


def best_maps(graph: BandGraph, *, n_bands: Sequence[int], weights: Mapping[str, int]) -> tuple[FoundMaps, ...]:
    """Return the best map of each number of bands, in the order asked for, from one run over the layers.

    Parameters
    ----------
    n_bands
        Numbers of bands; none gives an empty tuple.

    Raises
    ------
    UsageError, InputError
        As `best_map`.

    Examples
    --------
    >>> graph = BandGraph(n_nodes=3, tail=np.array([0, 0, 1]), head=np.array([1, 2, 2]), metrics=("cost",),
    ...                   values=np.array([[1], [9], [2]]))
    >>> [found.totals.tolist() for found in best_maps(graph, n_bands=[1, 2, 3], weights={"cost": 1})]
    [[[9]], [[3]], []]
    """
    for each in n_bands:
        refuse_no_bands(each)
    summed = weighted_sum(graph, weights, n_bands=max(n_bands, default=1))
    searched = tuple(metric for metric, weight in weights.items() if weight)
    if not n_bands:
        return ()
    least = least_from_start(graph, summed, max(n_bands))
    return tuple(_found(graph, each, searched, summed, least) for each in n_bands)


def weighted_sum(graph: BandGraph, weights: Mapping[str, int], *, n_bands: int) -> IntColumn:
    """Return what each arc weighs: shape (n_arcs,), exact whole numbers of which n_bands fit 62 bits.

    Raises
    ------
    UsageError
        A weight that is negative or not whole, or all weights 0.
    InputError
        An unknown metric, or sums that do not fit 62 bits.

    Examples
    --------
    >>> graph = BandGraph(n_nodes=2, tail=np.array([0]), head=np.array([1]), metrics=("cost", "jumps"),
    ...                   values=np.array([[7, 2]]))
    >>> weighted_sum(graph, {"jumps": 10, "cost": 1}, n_bands=1).tolist()
    [27]
    >>> weighted_sum(graph, {"jumps": -1}, n_bands=1)
    Traceback (most recent call last):
    ...
    paretocode.errors.UsageError: search: the weight of jumps is -1; give a whole number, 0 or more.
    """
    columns = {metric: graph.column(metric) for metric in weights}
    for metric, weight in weights.items():
        if not isinstance(weight, int | np.integer) or weight < 0:
            raise UsageError(
                f"the weight of {metric} is {weight!r}", where="search", way_out="give a whole number, 0 or more"
            )
    if not any(weights.values()):
        raise UsageError(
            f"weights are {dict(weights)}, none above 0", where="search", way_out="give one metric a weight above 0"
        )
    graph.refuse_overflow(n_bands)
    exact = {metric: int(weight) for metric, weight in weights.items()}
    summed = np.zeros(graph.n_arcs, dtype=np.int64)
    if graph.n_arcs:
        largest = {metric: int(graph.values[:, column].max()) for metric, column in columns.items()}
        _refuse_heavy(exact, largest, n_bands)
        for metric, column in columns.items():
            # A metric that is 0 everywhere may have a weight beyond 64 bits.
            summed += graph.values[:, column] * min(exact[metric], MOST)
    return summed


def _refuse_heavy(weights: Mapping[str, int], largest: Mapping[str, int], n_bands: int) -> None:
    """Refuse weights whose sums might not fit 62 bits; in Python's whole numbers, which always fit."""
    heaviest = {metric: weight * largest[metric] for metric, weight in weights.items()}
    if sum(heaviest.values()) * n_bands >= MOST:
        metric = max(heaviest, key=lambda name: heaviest[name])
        raise InputError(
            f"weight {weights[metric]:,} of {metric} times {largest[metric]:,} in one band does not fit 62 bits over "
            f"{n_bands} bands",
            where="search",
            way_out="divide all weights by a common number",
        )


def _found(
    graph: BandGraph, n_bands: int, searched: tuple[str, ...], summed: IntColumn, least: NDArray[np.int64]
) -> FoundMaps:
    is_found = bool(least[n_bands, -1] < MOST)
    path = path_back(graph, n_bands, summed, least) if is_found else []
    n_sharing = [_count_tied(graph, n_bands, summed, least)] if is_found else []
    return FoundMaps(
        graph=graph,
        n_bands=n_bands,
        searched=searched,
        arcs=np.array(path, dtype=np.int32).reshape(-1, n_bands),
        n_sharing=np.array(n_sharing, dtype=np.int64),
        slack=(0,) * len(searched),
        verdict=Verdict.EXACT if is_found else Verdict.NO_MAP,
    )


def path_back(graph: BandGraph, n_bands: int, summed: IntColumn, least: NDArray[np.int64]) -> list[int]:
    """Return the arcs of the best path whose arcs, read from the end, are the smallest."""
    node, path = graph.n_nodes - 1, []
    for b in range(n_bands, 0, -1):
        into = graph.arcs_into(node)
        through = least[b - 1][graph.tail[into]] + summed[into]
        path.append(into.start + int(np.argmax(through == least[b, node])))
        node = int(graph.tail[path[-1]])
    return path[::-1]


def _count_tied(graph: BandGraph, n_bands: int, summed: IntColumn, least: NDArray[np.int64]) -> int:
    """Return how many paths are as short as the shortest; looks only at nodes that such a path visits."""
    ways = np.zeros(graph.n_nodes, dtype=np.int64)
    ways[-1] = 1
    for b in range(n_bands, 0, -1):
        spans = [np.arange(graph.starts[node], graph.starts[node + 1]) for node in np.flatnonzero(ways)]
        arcs = np.concatenate(spans)
        tail, head = graph.tail[arcs].astype(np.int64), graph.head[arcs]
        is_tight = least[b - 1][tail] + summed[arcs] == least[b][head]
        ways = saturating_sums(ways[head[is_tight]], tail[is_tight], graph.n_nodes)
    return int(ways[0])
