"""How is every path written down without writing every path? As first halves and the last halves they fit.

A map of k bands is a *prefix* of some bands from node 0 to a node v and a *suffix* from v to the last node. There are
few of each, and any row of the enumeration is one pair; totals of a row are one addition a metric. Both tables know
only paths that some map runs through.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, IntColumn
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import count_from_start, count_to_end

__all__ = ["Halves", "PartialPaths", "halves_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartialPaths:
    """Prefixes or suffixes of one length.

    Parameters
    ----------
    node
        Shape (n_paths,): where the path is open: its last node for a prefix, its first for a suffix.
    totals
        Shape (n_paths, n_metrics).
    arc, parent
        For each length from 1 on: the arc that a path was prolonged by, and the row of the shorter path.
    """

    node: IntColumn
    totals: NDArray[np.int64]
    arc: tuple[IntColumn, ...] = ()
    parent: tuple[IntColumn, ...] = ()

    def prolonged(self, graph: BandGraph, *, row: IntColumn, arc: IntColumn, node: IntColumn) -> PartialPaths:
        """Return paths of one arc more: path `row` prolonged by `arc` to `node`."""
        return PartialPaths(
            node=node,
            totals=self.totals[row] + graph.values[arc],
            arc=(*self.arc, arc),
            parent=(*self.parent, row),
        )

    def arcs_of(self, rows: IntColumn) -> NDArray[np.int32]:
        """Return the arcs of some paths in the order they were added: shape (n_rows, length)."""
        arcs = np.empty((len(rows), len(self.arc)), dtype=np.int32)
        for b in range(len(self.arc) - 1, -1, -1):
            arcs[:, b] = self.arc[b][rows]
            rows = self.parent[b][rows]
        return arcs


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Halves:
    """Every path of a graph with some number of arcs, as pairs; rows are ordered by their arcs read from the end.

    Parameters
    ----------
    prefixes
        Ordered by node, then by arcs read from the end.
    suffixes
        Ordered by arcs read from the end.
    first, n_fitting
        Shape (n_suffixes,): a suffix fits the prefixes first .. first + n_fitting - 1, which are those of its node.
    starts
        Shape (n_suffixes + 1,): the rows of suffix s are starts[s] .. starts[s + 1] - 1.
    """

    prefixes: PartialPaths
    suffixes: PartialPaths
    first: IntColumn
    n_fitting: IntColumn
    starts: IntColumn

    @property
    def n_maps(self) -> int:
        """Number of rows."""
        return int(self.starts[-1])

    def pairs_of(self, rows: IntColumn) -> tuple[IntColumn, IntColumn]:
        """Return the prefix and the suffix of some rows."""
        suffix = np.searchsorted(self.starts, rows, side="right") - 1
        return self.first[suffix] + (rows - self.starts[suffix]), suffix

    def arcs_of(self, rows: IntColumn) -> NDArray[np.int32]:
        """Return the arcs of some rows from node 0 on: shape (n_rows, n_bands)."""
        prefix, suffix = self.pairs_of(rows)
        return np.hstack((self.prefixes.arcs_of(prefix), self.suffixes.arcs_of(suffix)[:, ::-1]))


def halves_of(graph: BandGraph, n_bands: int) -> Halves:
    """Return all paths of exactly n_bands arcs as pairs.

    O(n_bands x n_arcs) and the number of halves, each of which is part of at least one map.
    """
    n_prefix = n_bands - n_bands // 2
    leads_to_end = count_to_end(graph, n_bands) > 0
    is_reached = count_from_start(graph, n_bands) > 0
    none = np.zeros((1, len(graph.metrics)), dtype=np.int64)
    prefixes = PartialPaths(node=np.zeros(1, dtype=np.int64), totals=none)
    for b in range(1, n_prefix + 1):
        prefixes = _longer_prefixes(graph, prefixes, leads_to_end[n_bands - b])
    suffixes = PartialPaths(node=np.full(1, graph.n_nodes - 1), totals=none)
    for b in range(1, n_bands - n_prefix + 1):
        suffixes = _longer_suffixes(graph, suffixes, is_reached[n_bands - b])
    first, n_fitting = _places(prefixes.node, suffixes.node)
    starts = np.concatenate(([0], np.cumsum(n_fitting)))
    return Halves(prefixes=prefixes, suffixes=suffixes, first=first, n_fitting=n_fitting, starts=starts)


def _longer_prefixes(graph: BandGraph, prefixes: PartialPaths, is_useful: BoolColumn) -> PartialPaths:
    """Prolong prefixes by every arc into a useful node; arcs run by head, so the order by node comes by itself."""
    arc = np.flatnonzero(is_useful[graph.head])
    first, n_fitting = _places(prefixes.node, graph.tail[arc])
    row, which = _spans(first, n_fitting)
    return prefixes.prolonged(graph, row=row, arc=arc[which], node=graph.head[arc[which]].astype(np.int64))


def _longer_suffixes(graph: BandGraph, suffixes: PartialPaths, is_useful: BoolColumn) -> PartialPaths:
    """Prolong each suffix in its turn by every arc from a useful node into the one where it is open."""
    first = graph.starts[suffixes.node]
    arc, row = _spans(first, graph.starts[suffixes.node + 1] - first)
    tail = graph.tail[arc].astype(np.int64)
    keep = is_useful[tail]
    return suffixes.prolonged(graph, row=row[keep], arc=arc[keep], node=tail[keep])


def _places(sorted_nodes: IntColumn, nodes: NDArray[np.integer]) -> tuple[IntColumn, IntColumn]:
    """Return where the rows of each node begin among sorted ones, and how many they are."""
    first = np.searchsorted(sorted_nodes, nodes, side="left")
    return first, np.searchsorted(sorted_nodes, nodes, side="right") - first


def _spans(first: IntColumn, length: IntColumn) -> tuple[IntColumn, IntColumn]:
    """Return first[i], first[i] + 1, .. length[i] numbers for each i in turn, and the i of each."""
    which = np.repeat(np.arange(len(first)), length)
    before = np.cumsum(length) - length
    return first[which] + (np.arange(len(which)) - before[which]), which
