"""What are the totals of every map? All of them, one row a map, for as many as memory holds.

Enumeration proves nothing that the exact searches do not, but it proves it without them: it is their oracle, and for
a few million maps it is the quickest way to see a whole cloud.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import BoolColumn, IntColumn, int_column, read_only
from paretocode.errors import UsageError
from paretocode.frontier.many_axes import non_dominated_mask
from paretocode.tune.paths._halves import Halves, halves_of
from paretocode.tune.paths._kernels_every import JOIN
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import MOST, count_maps

__all__ = ["EveryMap", "every_map", "frontier_of_every"]

_ROWS_AT_ONCE = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EveryMap:
    """All maps of one number of bands, ordered by their arcs read from the end (lexicographic).

    Parameters
    ----------
    graph
        What was enumerated.
    n_bands
        Arcs of each path.
    totals
        Shape (n_maps, n_metrics), read-only: every additive metric of every map.
    halves
        The paths, as pairs; `arcs_of` writes them out.
    """

    graph: BandGraph
    n_bands: int
    totals: NDArray[np.int64]
    halves: Halves

    def __len__(self) -> int:
        return len(self.totals)

    def arcs_of(self, rows: ArrayLike) -> NDArray[np.int32]:
        """Return the arcs of some maps from node 0 on: shape (n_rows,) -> (n_rows, n_bands).

        Raises
        ------
        UsageError
            A row that is not there.
        InputError
            Rows that are not a list of whole numbers >= 0.
        """
        wanted = int_column(rows, name="row", where="maps", least=0)
        if len(wanted) and wanted.max() >= len(self):
            raise UsageError(
                f"row {wanted.max()} was asked for, and there are {len(self):,} maps",
                where="maps",
                way_out="count rows from 0",
            )
        return self.halves.arcs_of(wanted)


def every_map(graph: BandGraph, *, n_bands: int, most_maps: int = 5_000_000) -> EveryMap:
    """Enumerate all maps of exactly n_bands bands.

    Parameters
    ----------
    graph
        What is enumerated.
    n_bands
        Arcs of each path, at least 1. No path with that many arcs gives no rows.
    most_maps
        Refuse more than these; a map takes 8 bytes a metric.

    Raises
    ------
    UsageError
        n_bands below 1, or more than `most_maps` maps; the maps are counted before any is made.
    InputError
        Sums that do not fit 62 bits.

    Notes
    -----
    O(n_maps x n_metrics): every map is a first half and a last half, and halves that fit no other are never made.

    Examples
    --------
    Two parallel arcs are two maps; the order is that of the last arc, then of the one before it.

    >>> graph = BandGraph(n_nodes=4, tail=np.array([0, 0, 0, 1, 2]), head=np.array([1, 1, 2, 3, 3]), metrics=("cost",),
    ...                   values=np.array([[5], [4], [1], [10], [20]]))
    >>> every = every_map(graph, n_bands=2)
    >>> every.totals[:, 0].tolist(), every.arcs_of([2, 0]).tolist()
    ([15, 14, 21], [[2, 4], [0, 3]])
    >>> every_map(graph, n_bands=2, most_maps=2)
    Traceback (most recent call last):
    ...
    paretocode.errors.UsageError: search: there are 3 maps of 2 bands and at most 2 were allowed; raise most_maps, offer
    fewer candidate edges, or search the frontier instead of listing all maps.
    """
    n_maps = count_maps(graph, n_bands)[n_bands]
    if n_maps > most_maps:
        raise UsageError(
            f"there are {'2^62 or more' if n_maps == MOST else format(n_maps, ',')} maps of {n_bands} bands "
            f"and at most {most_maps:,} were allowed",
            where="search",
            way_out="raise most_maps, offer fewer candidate edges, or search the frontier instead of listing all maps",
        )
    graph.refuse_overflow(n_bands)
    halves = halves_of(graph, n_bands)
    return EveryMap(graph=graph, n_bands=n_bands, totals=read_only(_totals(halves)), halves=halves)


def frontier_of_every(every: EveryMap, metrics: Sequence[str]) -> tuple[IntColumn, IntColumn]:
    """Return the maps that no other beats in the metrics (less is better), and how many share each one's totals.

    Parameters
    ----------
    every
        All maps.
    metrics
        One or more; in their order the rows are sorted.

    Returns
    -------
    Two columns: rows of `every`, in lexicographic order of the metrics, one for each distinct vector (the first of
    those that share it); and the number of maps with exactly this vector.

    Raises
    ------
    UsageError
        No metric.
    InputError
        An unknown one.

    Notes
    -----
    O(n log n) for up to three metrics. Totals are replaced by their ranks before moocore sees them as float64, so
    that whole numbers beyond 2^53 stay apart.

    Examples
    --------
    Two maps share the least cost; of two with equal cost the one with more jumps is beaten.

    >>> graph = BandGraph(n_nodes=2, tail=np.zeros(4, dtype=int), head=np.ones(4, dtype=int),
    ...                   metrics=("cost", "jumps"), values=np.array([[1, 9], [2, 7], [1, 9], [2, 8]]))
    >>> rows, n_sharing = frontier_of_every(every_map(graph, n_bands=1), ["cost", "jumps"])
    >>> rows.tolist(), n_sharing.tolist()
    ([0, 1], [2, 1])
    """
    if not metrics:
        raise UsageError("metrics is empty", where="search", way_out="name one metric or more")
    columns = every.totals[:, [every.graph.column(metric) for metric in metrics]]
    if not len(columns):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    order = np.lexsort(columns.T[::-1])  # stable: of equal vectors the lowest row comes first
    vectors = columns[order]
    is_new = np.concatenate(([True], (vectors[1:] != vectors[:-1]).any(axis=1)))
    first = np.flatnonzero(is_new)
    n_sharing = np.diff(np.append(first, len(order)))
    best = _best_of_sorted(vectors[first])
    return order[first[best]], n_sharing[best]


def _best_of_sorted(vectors: NDArray[np.int64]) -> BoolColumn:
    """Mark the non-dominated among distinct vectors in lexicographic order."""
    n_metrics = vectors.shape[1]
    if n_metrics > 2:
        ranks = np.column_stack([np.unique(column, return_inverse=True)[1].ravel() for column in vectors.T])
        return non_dominated_mask(ranks, [False] * n_metrics)
    best = np.zeros(len(vectors), dtype=np.bool_)
    best[0] = True
    if n_metrics == 2:
        best[1:] = vectors[1:, 1] < np.minimum.accumulate(vectors[:-1, 1])
    return best


def _totals(halves: Halves) -> NDArray[np.int64]:
    totals = np.empty((halves.n_maps, halves.prefixes.totals.shape[1]), dtype=np.int64)
    kernel = JOIN.for_size(totals.size)
    if kernel is None:
        _join_plainly(halves, totals)
    else:
        kernel(halves.first, halves.n_fitting, halves.prefixes.totals, halves.suffixes.totals, totals)
    return totals


def _join_plainly(halves: Halves, totals: NDArray[np.int64]) -> None:
    """Do what the kernel does, some rows at once so that they stay in the cache."""
    for start in range(0, len(totals), _ROWS_AT_ONCE):
        part = totals[start : start + _ROWS_AT_ONCE]
        prefix, suffix = halves.pairs_of(np.arange(start, start + len(part)))
        np.take(halves.prefixes.totals, prefix, axis=0, out=part, mode="clip")  # "raise" would buffer
        part += halves.suffixes.totals[suffix]
