"""What leads to a node one arc on? The labels of its tails, each moved over its arc, less those that are dominated.

Two twins with identical results: a plain one that gathers the candidates and filters them, and a compiled one that
merges sorted lists. Of equal vectors the lowest arc stays, and by it the lowest parent, since the labels of one tail
are distinct; the counts of equal ones add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IndexColumn, IntColumn
from paretocode.tune.paths._kernels_pareto import AXES, MERGE
from paretocode.tune.paths._labels import Labels, Layer, undominated
from paretocode.tune.paths.graph import BandGraph

__all__ = ["extension"]

BLOCK = 2_000_000
"""Candidates that the plain twin holds at a time, unless a single arc brings more."""

Extension = Callable[[int], Labels]


def extension(layer: Layer, graph: BandGraph, values: NDArray[np.int64], n_seen: int) -> Extension:
    """Return what extends the layer to a node: the compiled twin where it serves and pays, else the plain one.

    Parameters
    ----------
    layer
        Labels after the arcs so far.
    graph, values
        The arcs, and what each adds to the vectors: shape (n_arcs, n_columns).
    n_seen
        Candidates that the search has weighed before, since compiling pays over the whole search.
    """
    merge = MERGE.for_size(n_seen + layer.n_candidates(graph)) if values.shape[1] <= AXES else None
    return _plain(layer, graph, values) if merge is None else _compiled(layer, graph, values, merge)


def _compiled(
    layer: Layer, graph: BandGraph, values: NDArray[np.int64], merge: Callable[..., tuple[NDArray[np.int64], ...]]
) -> Extension:
    # Fresh arrays: the kernel is compiled for writable ones, and a read-only view would compile it again.
    vectors, counts, starts = _padded(layer.labels.vectors), layer.labels.counts.copy(), layer.starts.copy()
    tail, padded = graph.tail.astype(np.int32), _padded(values)

    def extended(node: int) -> Labels:
        arcs = graph.arcs_into(node)
        kept, kept_counts, kept_arcs, parents = merge(vectors, counts, starts, tail, padded, arcs.start, arcs.stop)
        narrow = np.ascontiguousarray(kept[:, : values.shape[1]])
        return Labels(vectors=narrow, counts=kept_counts, arcs=kept_arcs.astype(np.int32), parents=parents)

    return extended


def _plain(layer: Layer, graph: BandGraph, values: NDArray[np.int64]) -> Extension:
    def extended(node: int) -> Labels:
        kept = Labels.none(values.shape[1])
        # Folding block by block is exact: what a block loses is dominated by what it keeps.
        for arcs in _blocks(layer, graph, node):
            kept = undominated(Labels.joined([kept, _candidates(layer, graph.tail[arcs], arcs, values)]))
        return kept

    return extended


def _candidates(layer: Layer, tails: IndexColumn, arcs: IntColumn, values: NDArray[np.int64]) -> Labels:
    """Return every label of every tail, moved over its arc; arc by arc, so that ties keep the lowest arc."""
    lengths = layer.starts[tails + 1] - layer.starts[tails]
    before = np.cumsum(lengths) - lengths
    parents = np.arange(lengths.sum()) + np.repeat(layer.starts[tails] - before, lengths)
    into = np.repeat(arcs, lengths)
    return Labels(
        vectors=layer.labels.vectors[parents] + values[into],
        counts=layer.labels.counts[parents],
        arcs=into.astype(np.int32),
        parents=parents,
    )


def _blocks(layer: Layer, graph: BandGraph, node: int) -> Iterator[IntColumn]:
    """Yield the arcs into a node that bring candidates, in order, in blocks of about so many candidates."""
    into = graph.arcs_into(node)
    lengths = np.diff(layer.starts)[graph.tail[into]]
    arcs = into.start + np.flatnonzero(lengths)
    if len(arcs):
        blocks = np.cumsum(lengths[lengths > 0]) // BLOCK
        yield from np.split(arcs, np.flatnonzero(np.diff(blocks)) + 1)


def _padded(table: NDArray[np.int64]) -> NDArray[np.int64]:
    wide = np.zeros((len(table), AXES), dtype=np.int64)
    wide[:, : table.shape[1]] = table
    return wide
