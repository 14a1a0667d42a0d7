"""What do the requests of each band add up to? Prefix sums over the rows of a kind, for each model that takes it."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.sim.tables._band_set import BandSet
from paretocode.sim.tables.metrics import TableMetrics

__all__ = ["add_requests"]

_CHUNK_ROWS = 1 << 18


def add_requests(values: NDArray[np.int64], metrics: TableMetrics, bands: BandSet) -> None:
    """Add, in place, what the requests of each band add to each metric, served without any cache.

    Bands of one row of choices share their ends, so sums are taken up to each distinct (row, cell) and a band is the
    difference of two of them.
    """
    n_ends = metrics.tables.subject.grid.n_cells + 1
    ends = np.concatenate((bands.row * n_ends + bands.low, bands.row * n_ends + bands.high))
    distinct, at = np.unique(ends, return_inverse=True)
    row, cell = np.divmod(distinct, n_ends)
    upto = np.zeros((len(distinct), len(metrics.names)), dtype=np.int64)
    kind = bands.kind_of_class[metrics.tables.requests.number]
    order = np.argsort(kind, kind="stable")
    starts = np.append(np.flatnonzero(np.diff(kind[order], prepend=-1)), len(order))
    for start, stop in itertools.pairwise(starts.tolist()):
        mine = order[start:stop]
        _add_kind(upto, metrics, mine, bands.choices[row, kind[mine[0]]], cell)
    n_bands = len(bands.low)
    values += upto[at[n_bands:]] - upto[at[:n_bands]]


def _add_kind(
    upto: NDArray[np.int64], metrics: TableMetrics, mine: IntColumn, chosen: NDArray[np.int32], cell: IntColumn
) -> None:
    """Add, in place, the requests of one kind below each end, served by the model that is chosen there.

    Rows of the table are sorted by cell, so the rows below an end are the first ones.
    """
    n_below = np.searchsorted(metrics.tables.requests.cell[mine], cell, side="left")
    models, model_at = np.unique(chosen, return_inverse=True)
    order = np.argsort(model_at, kind="stable")
    starts = np.searchsorted(model_at[order], np.arange(len(models) + 1))
    step = max(1, _CHUNK_ROWS // len(mine))
    for first in range(0, len(models), step):
        some = models[first : first + step].astype(np.int64)
        added = metrics.of_requests(np.tile(mine, len(some)), np.repeat(some, len(mine)))
        sums = np.zeros((len(some), len(mine) + 1, added.shape[1]), dtype=np.int64)
        np.cumsum(added.reshape(len(some), len(mine), -1), axis=1, out=sums[:, 1:])
        ends = order[starts[first] : starts[first + len(some)]]
        upto[ends] += sums[model_at[ends] - first, n_below[ends]]
