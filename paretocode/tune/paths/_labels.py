"""What is worth knowing of all ways to a node? Labels: the vectors that no other way to it dominates.

A layer holds the labels of all nodes after the same number of arcs, node by node, each node's in lexicographic order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, IndexColumn, IntColumn
from paretocode.tune.paths._nondominated import group_starts, nondominated_copies
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import saturating_sums

__all__ = ["Labels", "Layer", "first_layer", "layer_of", "thinned", "undominated"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labels:
    """Partial maps as columns: vectors (n, d), how many ways have each vector, last arc, and label before that arc."""

    vectors: NDArray[np.int64]
    counts: IntColumn
    arcs: IndexColumn
    parents: IntColumn

    def __len__(self) -> int:
        return len(self.vectors)

    def take(self, rows: slice | IntColumn | BoolColumn) -> Labels:
        """Return some of the labels."""
        return Labels(
            vectors=self.vectors[rows], counts=self.counts[rows], arcs=self.arcs[rows], parents=self.parents[rows]
        )

    @staticmethod
    def joined(parts: list[Labels]) -> Labels:
        """Return labels one after another; at least one part."""
        return Labels(
            vectors=np.concatenate([part.vectors for part in parts]),
            counts=np.concatenate([part.counts for part in parts]),
            arcs=np.concatenate([part.arcs for part in parts]),
            parents=np.concatenate([part.parents for part in parts]),
        )

    @staticmethod
    def none(n_columns: int) -> Labels:
        """Return no labels."""
        whole = np.zeros(0, dtype=np.int64)
        vectors = np.zeros((0, n_columns), dtype=np.int64)
        return Labels(vectors=vectors, counts=whole, arcs=np.zeros(0, dtype=np.int32), parents=whole)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """All labels after one number of arcs; those of node v stand in rows starts[v] .. starts[v + 1] - 1."""

    labels: Labels
    starts: IntColumn

    def of_node(self, node: int) -> Labels:
        """Return the labels of a node."""
        return self.labels.take(slice(int(self.starts[node]), int(self.starts[node + 1])))

    def n_candidates(self, graph: BandGraph) -> int:
        """How many ways lead one arc on, from all labels over all arcs."""
        return int(np.diff(self.starts)[graph.tail].sum())


def first_layer(n_nodes: int, n_columns: int) -> Layer:
    """Return the layer of no arcs: one way to node 0, of nothing."""
    nothing = Labels(
        vectors=np.zeros((1, n_columns), dtype=np.int64),
        counts=np.ones(1, dtype=np.int64),
        arcs=np.full(1, -1, dtype=np.int32),
        parents=np.full(1, -1, dtype=np.int64),
    )
    return layer_of({0: nothing}, n_nodes, n_columns)


def layer_of(by_node: dict[int, Labels], n_nodes: int, n_columns: int) -> Layer:
    """Return the layer of some nodes' labels, the nodes in rising order; the others have none."""
    lengths = np.zeros(n_nodes + 1, dtype=np.int64)
    for node, labels in by_node.items():
        lengths[node + 1] = len(labels)
    return Layer(labels=Labels.joined([Labels.none(n_columns), *by_node.values()]), starts=lengths.cumsum())


def undominated(candidates: Labels) -> Labels:
    """Return the labels that no other dominates; the first of equal ones stays and takes the counts of all."""
    order, first = nondominated_copies(candidates.vectors)
    kept = candidates.take(order[first])
    groups = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(order))))
    counts = saturating_sums(candidates.counts[order], groups, len(first))
    return Labels(vectors=kept.vectors, counts=counts, arcs=kept.arcs, parents=kept.parents)


def thinned(labels: Labels, widths: IntColumn) -> Labels:
    """Return the first label of each cell of a grid with cells of these widths; width 1 keeps full resolution.

    In lexicographic order as the labels come, so that what stays is in every column less than a width above what goes.
    """
    if (widths == 1).all() or not len(labels):
        return labels
    cells = labels.vectors // widths
    order = np.lexsort(cells.T[::-1])  # stable: the first of a cell is its lexicographically least label
    return labels.take(np.sort(order[group_starts(cells[order])]))
