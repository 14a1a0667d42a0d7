"""Which half maps can still keep all limits, and how good can each become? Bounds that are exact whole numbers.

Half maps grow from the end towards node 0. A half map is dead if for some limited metric even its most frugal
completion breaks the limit; otherwise its *key* is a total of the metric below which no completion comes: that of its
cheapest completion, or that of the Lagrangian mix (`_mixes`), whichever is more. A whole map's key is its total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.tune.paths._mixes import tight_mix
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import MOST, least_from_start

__all__ = ["Branches", "Completions", "completions"]


class Branches(NamedTuple):
    """The half maps that prolong one by an arc, dead ones left out, in the order of (key, arc)."""

    keys: list[int]
    arcs: list[int]
    spent: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Completions:
    """Least completions of half maps.

    Parameters
    ----------
    graph
        Where the maps run.
    table
        Shape (n_arcs, n_columns): the metric, the limited metrics, the mix.
    least
        Shape (n_bands + 1, n_nodes, n_columns): least completion with that many arcs.
    most
        Shape (n_columns,): most total of each column.
    share, allowance
        A map that keeps the limits has mix <= share x metric + allowance.
    """

    graph: BandGraph
    table: NDArray[np.int64]
    least: NDArray[np.int64]
    most: IntColumn
    share: int
    allowance: int

    def nothing_spent(self) -> IntColumn:
        """Return what the empty half map has spent."""
        return np.zeros(self.table.shape[1], dtype=np.int64)

    def branches(self, node: int, n_left: int, spent: IntColumn) -> Branches:
        """Return how a half map that is open at a node, with n_left >= 1 arcs to go, can be prolonged."""
        into = self.graph.arcs_into(node)
        now = self.table[into] + spent
        reach = now + self.least[n_left - 1][self.graph.tail[into]]
        alive = np.flatnonzero((reach <= self.most).all(axis=1))
        # Rounded up: the metric is whole. The allowance may exceed the mix, which makes the quotient negative.
        keys = np.maximum(reach[alive, 0], -((self.allowance - reach[alive, -1]) // self.share))
        order = np.argsort(keys, kind="stable")
        return Branches(keys[order].tolist(), (alive[order] + into.start).tolist(), now[alive[order]])


def completions(graph: BandGraph, n_bands: int, columns: Sequence[int], limits: Sequence[int]) -> Completions:
    """Tabulate the least completions for the column to minimise and the limited ones after it."""
    metrics = graph.values[:, list(columns)]
    # A limit that no map can break is as good as the largest total, and one that every map breaks as good as -1.
    largest = (metrics.max(axis=0, initial=0) * n_bands).tolist()
    kept = np.array(
        [max(-1, min(limit, most)) for limit, most in zip(limits, largest[1:], strict=True)], dtype=np.int64
    )
    least = [least_from_start(graph, np.ascontiguousarray(column), n_bands) for column in metrics.T]
    has_mix = len(kept) and kept.min() >= 0 and least[0][n_bands, -1] < MOST
    weights = tight_mix(graph, metrics, kept, n_bands) if has_mix else np.eye(1, metrics.shape[1], dtype=np.int64)[0]
    mix = metrics @ weights
    least.append(least_from_start(graph, mix, n_bands))
    return Completions(
        graph=graph,
        table=np.column_stack((metrics, mix)),
        least=np.stack(least, axis=2),
        most=np.concatenate(([MOST - 1], kept, [MOST - 1])),
        share=int(weights[0]),
        allowance=int(weights[1:] @ kept),
    )
