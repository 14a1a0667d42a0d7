"""The definition of the searches over a band graph: every path, one by one, and the frontier by comparing all pairs."""

from __future__ import annotations

from collections.abc import Iterable

from paretocode.tune.paths.graph import BandGraph


def all_paths(graph: BandGraph, n_bands: int) -> list[tuple[int, ...]]:
    """Return the arcs of every path of n_bands arcs from node 0 to the last node, in lexicographic order of arcs."""

    def onwards(node: int, left: int) -> list[tuple[int, ...]]:
        if left == 0:
            return [()] if node == graph.n_nodes - 1 else []
        arcs = [arc for arc in range(graph.n_arcs) if graph.tail[arc] == node]
        return [(arc, *rest) for arc in arcs for rest in onwards(int(graph.head[arc]), left - 1)]

    return onwards(0, n_bands)


def slow_totals(graph: BandGraph, path: Iterable[int]) -> tuple[int, ...]:
    """Return every metric of a path, added up arc by arc."""
    totals = [0] * len(graph.metrics)
    for arc in path:
        totals = [total + int(value) for total, value in zip(totals, graph.values[arc], strict=True)]
    return tuple(totals)


def slow_frontier(vectors: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return the distinct vectors that no other is as small as everywhere and smaller somewhere, sorted."""
    distinct = set(vectors)
    return sorted(
        vector
        for vector in distinct
        if not any(other != vector and all(a <= b for a, b in zip(other, vector, strict=True)) for other in distinct)
    )
