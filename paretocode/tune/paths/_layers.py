"""How do labels become maps? Layer after layer to the end of the graph, and back along the parents."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IndexColumn, IntColumn
from paretocode.errors import InputError
from paretocode.tune.paths._asked import Asked
from paretocode.tune.paths._extend import extension
from paretocode.tune.paths._labels import Labels, first_layer, layer_of, thinned

__all__ = ["Progress", "Trail", "labels_at_the_end", "paths_of"]

Progress = Callable[[int, int, int], None]

Trail = list[tuple[IndexColumn, IntColumn]]
"""For each layer from the first arc on, arcs and parents of its labels; vectors are needed in the latest only."""


def labels_at_the_end(asked: Asked, most_labels: int, progress: Progress | None) -> Iterator[tuple[int, Labels, Trail]]:
    """Yield each asked number of bands, rising, with the labels at the last node and the layers before them.

    Raises
    ------
    InputError
        More than `most_labels` labels.
    """
    n_nodes, n_columns = asked.graph.n_nodes, asked.values.shape[1]
    nodes_at = [asked.nodes_at(n_arcs).tolist() for n_arcs in range(1, asked.deepest + 1)]
    n_nodes_in_all = sum(map(len, nodes_at))
    n_done, n_kept, n_seen = 0, 0, 0
    layer = first_layer(n_nodes, n_columns)
    trail: Trail = []
    for n_arcs, nodes in enumerate(nodes_at, start=1):
        extended = extension(layer, asked.graph, asked.values, n_seen)
        n_seen += layer.n_candidates(asked.graph)
        by_node = {}
        for node in nodes:
            by_node[node] = _kept(asked, extended(node), n_arcs, node)
            n_done, n_kept = n_done + 1, n_kept + len(by_node[node])
            if n_kept > most_labels:
                _refuse(n_kept, most_labels, n_arcs, asked.deepest)
            if progress is not None:
                progress(n_done, n_nodes_in_all, n_kept)
        layer = layer_of(by_node, n_nodes, n_columns)
        if n_arcs in asked.n_bands:
            yield n_arcs, layer.of_node(n_nodes - 1), trail
        trail.append((layer.labels.arcs, layer.labels.parents))


def paths_of(ends: Labels, trail: Trail, n_bands: int) -> NDArray[np.int32]:
    """Return the arcs of each label's path: shape (n_labels, n_bands)."""
    paths = np.empty((len(ends), n_bands), dtype=np.int32)
    if not len(ends):
        return paths  # of any number of bands, far more than the graph has layers
    paths[:, -1], rows = ends.arcs, ends.parents
    for b in range(n_bands - 2, -1, -1):
        arcs, parents = trail[b]
        paths[:, b], rows = arcs[rows], parents[rows]
    return paths


def _kept(asked: Asked, labels: Labels, n_arcs: int, node: int) -> Labels:
    """Return the labels that may keep the limits, one per cell.

    A dominated label keeps no limit that its dominator breaks, so limits may wait until dominance is settled.
    """
    if asked.limits:
        labels = labels.take(asked.may_keep_limits(labels.vectors, n_arcs, node))
    is_thinned = 1 < n_arcs < asked.deepest and node < asked.graph.n_nodes - 1
    return thinned(labels, asked.widths) if is_thinned else labels


def _refuse(n_kept: int, most_labels: int, n_arcs: int, deepest: int) -> None:
    raise InputError(
        f"{n_kept:,} partial maps are worth keeping by band {n_arcs} of {deepest}, and {most_labels:,} were allowed",
        where="search",
        way_out="allow an epsilon, search fewer metrics, offer fewer candidate edges, or set tighter limits",
    )
