"""What do caches save inside each band? Pairs of requests that lie in it whole and that it serves with one model."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode._counting import binned
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables._band_set import BandSet
from paretocode.sim.tables.metrics import TableMetrics

__all__ = ["take_pairs"]


class _Pairs(NamedTuple):
    """Pairs of which a cache may hold something, by their lowest cell."""

    row: IntColumn
    lowest: IntColumn
    highest: IntColumn
    kinds: IntColumn
    kind: IntColumn


def take_pairs(values: NDArray[np.int64], metrics: TableMetrics, bands: BandSet) -> None:
    """Take, in place, what caches give back off each band; see `TableMetrics.of_pairs`.

    Bands of one row of choices know the same pairs of kinds that share a model: what these pairs give back is binned
    once by (lowest cell, highest cell) and each band reads its block.
    """
    if not metrics.given_back:
        return
    pairs = _pairs_of(metrics, bands)
    order = np.argsort(bands.row, kind="stable")
    starts = np.append(np.flatnonzero(np.diff(bands.row[order], prepend=-1)), len(order))
    columns = list(metrics.given_back)
    for start, stop in itertools.pairwise(starts.tolist()):
        mine = order[start:stop]
        low, high = bands.low[mine], bands.high[mine]
        chosen = bands.choices[bands.row[mine[0]]]
        found = _shared(pairs, chosen, int(low.min()), int(high.max()))
        if len(found):
            given = metrics.of_pairs(pairs.row[found], chosen[pairs.kind[found]].astype(np.int64))
            values[mine[:, None], columns] -= _blocks(pairs.lowest[found], pairs.highest[found], given, low, high)


def _pairs_of(metrics: TableMetrics, bands: BandSet) -> _Pairs:
    table, n_kinds = metrics.tables.pairs, bands.choices.shape[1]
    row = np.flatnonzero(table.held.any(axis=1))
    lowest = np.minimum(table.cell_before[row], table.cell[row])
    order = np.argsort(lowest, kind="stable")
    row, lowest = row[order], lowest[order]
    kind_before, kind = (bands.kind_of_class[number[row]] for number in (table.number_before, table.number))
    highest = np.maximum(table.cell_before[row], table.cell[row])
    return _Pairs(row=row, lowest=lowest, highest=highest, kinds=kind_before * n_kinds + kind, kind=kind)


def _shared(pairs: _Pairs, chosen: NDArray[np.int32], low: int, high: int) -> IntColumn:
    """Return the pairs within cells low .. high - 1 whose kinds are served by one model."""
    is_shared = ((chosen[:, None] == chosen) & (chosen != UNSERVED)).ravel()
    start, stop = np.searchsorted(pairs.lowest, (low, high))
    within = is_shared[pairs.kinds[start:stop]]
    within &= pairs.highest[start:stop] < high
    found: IntColumn = np.flatnonzero(within) + start
    return found


def _blocks(
    lowest: IntColumn, highest: IntColumn, given: NDArray[np.int64], low: IntColumn, high: IntColumn
) -> NDArray[np.int64]:
    """Return shape (n_bands, n_columns): the sum of what pairs give that have lowest >= low and highest < high."""
    lows, low_at = np.unique(low, return_inverse=True)
    first = int(lows[0])
    width = int(high.max()) - first + 1
    at = (np.searchsorted(lows, lowest, side="right") - 1) * width + highest - first + 1
    sums = np.empty((len(low), given.shape[1]), dtype=np.int64)
    for column in range(given.shape[1]):
        block = binned(at, given[:, column], size=len(lows) * width).reshape(len(lows), width)
        np.cumsum(block, axis=1, out=block)
        sums[:, column] = np.cumsum(block[::-1], axis=0)[::-1][low_at, high - first]
    return sums
