"""How far can a mix of worlds still get? Least totals of many columns at once, and the bound of the mix with limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.tune.paths._levels import Levels
from paretocode.tune.paths._mixes import tight_mix
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import MOST

__all__ = ["Mix", "least_columns", "mixed_worlds"]

_COLUMNS_AT_ONCE = 64
_MOST_MIXED_LIMITS = 4


def least_columns(graph: BandGraph, values: NDArray[np.int64], n_bands: int) -> NDArray[np.int64]:
    """Return the least total of each column on a path from node 0 to each node with exactly b arcs.

    As `least_from_start`, for all columns of `values` (n_arcs, n_columns) together: shape (n_bands + 1, n_nodes,
    n_columns), 2^62 where there is no path.
    """
    least = np.full((n_bands + 1, graph.n_nodes, values.shape[1]), MOST, dtype=np.int64)
    least[0, 0] = 0
    if not graph.n_arcs:
        return least
    heads, first = np.unique(graph.head, return_index=True)
    for b in range(1, n_bands + 1):
        for start in range(0, values.shape[1], _COLUMNS_AT_ONCE):
            part = slice(start, start + _COLUMNS_AT_ONCE)
            # MOST + a value is below 2^63, and the minimum cuts it back.
            through = least[b - 1][graph.tail, part] + values[:, part]
            least[b, heads, part] = np.minimum(np.minimum.reduceat(through, first, axis=0), MOST)
    return least


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """A column for which every map within the limits has column <= share x (weights . level + offset) + allowance."""

    column: IntColumn
    least: NDArray[np.int64]
    share: int
    allowance: int
    offset: int
    total: int


def mixed_worlds(graph: BandGraph, n_bands: int, levels: Levels, limits: IntColumn, weights: list[int]) -> Mix | None:
    """Return the mix of worlds, with the limits that its best map breaks most as prices; None without weights."""
    if not any(weights):
        return None
    n_worlds = len(weights)
    heavy = np.array([w * s for w, s in zip(weights, levels.scale, strict=True)], dtype=np.int64)
    mean = graph.values[:, :n_worlds] @ heavy
    # A limit that no map can break prices nothing; of many the tightest few carry nearly all of the bound.
    room = graph.values[:, n_worlds:-1].max(axis=0, initial=0) * n_bands
    tight = np.flatnonzero(room > limits)[:_MOST_MIXED_LIMITS]
    table = np.column_stack((mean, graph.values[:, n_worlds + tight]))
    prices = tight_mix(graph, table, limits[tight], n_bands) if len(tight) else np.ones(1, dtype=np.int64)
    column: IntColumn = table @ prices
    return Mix(
        column=column,
        least=least_columns(graph, column[:, None], n_bands)[:, :, 0],
        share=int(prices[0]),
        allowance=sum(int(p) * int(limit) for p, limit in zip(prices[1:], limits[tight], strict=True)),
        offset=levels.offset(weights),
        total=sum(weights),
    )
