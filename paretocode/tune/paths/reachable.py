"""What can still become of half a map? Least totals and numbers of paths between every node and the two ends.

Each table has a row per number of arcs and a column per node, so that a search can ask in O(1) whether a node leads
to the end with exactly that many bands left, how cheaply, and in how many ways.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.errors import UsageError
from paretocode.tune.paths.graph import BandGraph

__all__ = [
    "MOST",
    "count_from_start",
    "count_maps",
    "count_to_end",
    "least_from_start",
    "least_to_end",
    "refuse_no_bands",
    "saturating_sums",
]

MOST = 2**62
"""Stands for "impossible" among least totals and for "that many or more" among counts."""

_HALF, _LOW = 31, 2**31 - 1


def least_from_start(graph: BandGraph, weights: IntColumn, n_bands: int) -> NDArray[np.int64]:
    """Return the least weight of a path from node 0 to each node with exactly b arcs.

    Parameters
    ----------
    graph
        Where the paths run.
    weights
        Shape (n_arcs,): whole numbers >= 0, a column of `graph.values` or a weighted sum of several. The caller sees
        to it that n_bands of them fit 62 bits.
    n_bands
        Largest number of arcs, at least 1.

    Returns
    -------
    Shape (n_bands + 1, n_nodes); 2^62 where no path has that many arcs. Row 0 is 0 at node 0.

    Raises
    ------
    UsageError
        n_bands below 1.

    Notes
    -----
    Bellman (1958), one layer for each number of arcs: O(n_bands x n_arcs).

    Examples
    --------
    Node 2 is reached at once for 9 or over node 1 for 3; no path has two arcs to node 1.

    >>> graph = BandGraph(n_nodes=3, tail=np.array([0, 0, 1]), head=np.array([1, 2, 2]), metrics=("cost",),
    ...                   values=np.array([[1], [9], [2]]))
    >>> (least_from_start(graph, graph.values[:, 0], 2) == [[0, MOST, MOST], [MOST, 1, 9], [MOST, MOST, 3]]).all()
    np.True_
    """
    return _least(graph.tail, graph.head, weights, origin=0, shape=(_n_rows(n_bands), graph.n_nodes))


def least_to_end(graph: BandGraph, weights: IntColumn, n_bands: int) -> NDArray[np.int64]:
    """Return the least weight of a path from each node to the last one with exactly b arcs.

    As `least_from_start`, the other way round; row 0 is 0 at the last node.

    Raises
    ------
    UsageError
        n_bands below 1.

    Examples
    --------
    >>> graph = BandGraph(n_nodes=3, tail=np.array([0, 0, 1]), head=np.array([1, 2, 2]), metrics=("cost",),
    ...                   values=np.array([[1], [9], [2]]))
    >>> (least_to_end(graph, graph.values[:, 0], 2) == [[MOST, MOST, 0], [9, 2, MOST], [3, MOST, MOST]]).all()
    np.True_
    """
    return _least(graph.head, graph.tail, weights, origin=-1, shape=(_n_rows(n_bands), graph.n_nodes))


def count_from_start(graph: BandGraph, n_bands: int) -> NDArray[np.int64]:
    """Return how many paths of exactly b arcs lead from node 0 to each node: shape (n_bands + 1, n_nodes).

    2^62 stands for that many or more; smaller counts are exact. O(n_bands x n_arcs).

    Raises
    ------
    UsageError
        n_bands below 1.
    """
    return _count(graph.tail, graph.head, origin=0, shape=(_n_rows(n_bands), graph.n_nodes))


def count_to_end(graph: BandGraph, n_bands: int) -> NDArray[np.int64]:
    """Return how many paths of exactly b arcs lead from each node to the last: as `count_from_start`.

    Raises
    ------
    UsageError
        n_bands below 1.
    """
    return _count(graph.head, graph.tail, origin=-1, shape=(_n_rows(n_bands), graph.n_nodes))


def count_maps(graph: BandGraph, n_bands: int) -> tuple[int, ...]:
    """Return how many maps have 0, 1, .. n_bands bands; 2^62 stands for that many or more.

    Raises
    ------
    UsageError
        n_bands below 1.

    Examples
    --------
    Two parallel arcs are two maps, and no map has no band.

    >>> graph = BandGraph(n_nodes=3, tail=np.array([0, 0, 0, 1]), head=np.array([1, 1, 2, 2]), metrics=("cost",),
    ...                   values=np.ones((4, 1), dtype=np.int64))
    >>> count_maps(graph, 3)
    (0, 1, 2, 0)
    """
    return tuple(int(count) for count in count_from_start(graph, n_bands)[:, -1])


def saturating_sums(counts: IntColumn, groups: IntColumn, n_groups: int) -> IntColumn:
    """Return the sum of the counts of each group, 2^62 where it is that much or more.

    Parameters
    ----------
    counts
        Shape (n,), n < 2^31: whole numbers from 0 to 2^62.
    groups
        Shape (n,): the group of each, 0 .. n_groups - 1.

    Examples
    --------
    >>> (saturating_sums(np.array([MOST, MOST, 5, 6]), np.array([0, 0, 1, 1]), 3) == [MOST, 11, 0]).all()
    np.True_
    """
    # Two halves of 31 bits: fewer than 2^31 of them never overflow, so the sum is exact until it saturates.
    low, high = np.zeros(n_groups, dtype=np.int64), np.zeros(n_groups, dtype=np.int64)
    np.add.at(low, groups, counts & _LOW)
    np.add.at(high, groups, counts >> _HALF)
    high += low >> _HALF
    return np.where(high > _LOW, MOST, (high << _HALF) | (low & _LOW))


def refuse_no_bands(n_bands: int) -> None:
    """Refuse a number of bands below 1.

    Raises
    ------
    UsageError
        With the number.
    """
    if n_bands < 1:
        raise UsageError(f"n_bands is {n_bands}", where="search", way_out="ask for maps of at least one band")


def _n_rows(n_bands: int) -> int:
    refuse_no_bands(n_bands)
    return n_bands + 1


def _least(
    source: NDArray[np.int32], target: NDArray[np.int32], weights: IntColumn, *, origin: int, shape: tuple[int, int]
) -> NDArray[np.int64]:
    least = np.full(shape, MOST, dtype=np.int64)
    least[0, origin] = 0
    source_index, target_index = source.astype(np.int64), target.astype(np.int64)
    for b in range(1, shape[0]):
        # MOST + weight is below 2^63, and the fill of the row cuts it back to MOST.
        np.minimum.at(least[b], target_index, least[b - 1][source_index] + weights)
    return least


def _count(
    source: NDArray[np.int32], target: NDArray[np.int32], *, origin: int, shape: tuple[int, int]
) -> NDArray[np.int64]:
    counts = np.zeros(shape, dtype=np.int64)
    counts[0, origin] = 1
    source_index, target_index = source.astype(np.int64), target.astype(np.int64)
    for b in range(1, shape[0]):
        counts[b] = saturating_sums(counts[b - 1][source_index], target_index, shape[1])
    return counts
