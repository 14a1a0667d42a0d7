"""Between which values can the best cuts lie at all? Bounds on coarse cells, before the exact programme runs.

Let D_b(i) be the least loss of the first i values in b bands and E_b(i) that of the values from i on in the bands
above cut b. Cut b can stand at i in a best banding only if D_b(i) + E_b(i) is no more than the loss of any banding
that is known. D never falls and E never rises with i, and the loss of a band only falls when values are left out of it;
so, when the candidates are grouped into cells [s, e], programmes over cells bound D_b from below at every s and E_b at
every e. Cells whose bounds exceed the loss of the best banding on cell starts go; what is left is cut into finer cells,
and so on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.bands._prefix import Prefix

__all__ = ["whole_windows", "windows_of_best_cuts"]

_CELLS = 256
_ROUNDS = 6
_ENOUGH = 0.75
_WORTH_IT_FROM = 4_096

Windows = list[tuple[int, int]]
_Cells = tuple[IntColumn, IntColumn]
_Table = NDArray[np.float64]


def whole_windows(m: int, n_bands: int) -> Windows:
    """Return for each cut 1 .. n_bands - 1 every place it may take: one value or more in every band."""
    return [(b, m - (n_bands - b)) for b in range(1, n_bands)]


def windows_of_best_cuts(prefix: Prefix, n_bands: int) -> Windows:
    """Return for each cut an interval of places, both ends included, outside which no best banding has it.

    Ties of best bandings are all inside. Below some thousand values the windows are whole.
    O(n_bands _CELLS^2) a round, independent of m.
    """
    windows = whole_windows(prefix.m, n_bands)
    if prefix.m < _WORTH_IT_FROM or n_bands == 1:
        return windows
    for _ in range(_ROUNDS):
        narrower = _narrowed(prefix, windows)
        before, after = (sum(high - low + 1 for low, high in each) for each in (windows, narrower))
        windows = narrower
        if after > _ENOUGH * before:
            break
    return windows


def _narrowed(prefix: Prefix, windows: Windows) -> Windows:
    cells = [_cells(low, high) for low, high in windows]
    below, reached = _from_below(prefix, cells)
    above = _from_above(prefix, cells)
    starts, _ = cells[-1]
    known = float(np.min(reached + prefix.loss(starts, prefix.m)))
    if not np.isfinite(known):
        return windows
    # Every band may lose its rounding, and every choice among ties its tolerance.
    limit = known + 2 * (len(cells) + 1) * prefix.tie
    return [
        _kept(cell, lower + upper <= limit, window)
        for cell, lower, upper, window in zip(cells, below, above, windows, strict=True)
    ]


def _cells(low: int, high: int) -> _Cells:
    starts = np.unique(np.linspace(low, high + 1, min(_CELLS, high - low + 1) + 1).astype(np.int64)[:-1])
    return starts, np.append(starts[1:] - 1, high)


def _kept(cell: _Cells, may_hold: BoolColumn, window: tuple[int, int]) -> tuple[int, int]:
    held = np.flatnonzero(may_hold)
    return (int(cell[0][held[0]]), int(cell[1][held[-1]])) if len(held) else window


def _from_below(prefix: Prefix, cells: list[_Cells]) -> tuple[list[FloatColumn], FloatColumn]:
    """Return for each cut the bound on D at its cell starts, and the least loss over cuts on starts at the last."""
    starts, ends = cells[0]
    reached = bound = prefix.loss(np.zeros_like(starts), starts)
    bounds = [bound]
    for next_starts, next_ends in cells[1:]:
        column, row = starts[:, None], next_starts[None, :]
        is_before = column < row
        furthest = np.minimum(ends[:, None], row - 1)
        bound = _least(bound[:, None] + _loss(prefix, furthest, row), is_before, axis=0)
        reached = _least(reached[:, None] + _loss(prefix, np.minimum(column, row - 1), row), is_before, axis=0)
        bounds.append(bound)
        starts, ends = next_starts, next_ends
    return bounds, reached


def _from_above(prefix: Prefix, cells: list[_Cells]) -> list[FloatColumn]:
    """Return for each cut the bound on E at its cell ends."""
    next_starts, next_ends = cells[-1]
    bounds = [prefix.loss(next_ends, prefix.m)]
    for starts, ends in reversed(cells[:-1]):
        column, row = ends[:, None], next_starts[None, :]
        nearest = np.maximum(row, column + 1)
        bounds.append(_least(bounds[-1][None, :] + _loss(prefix, column, nearest), next_ends[None, :] > column, axis=1))
        next_starts, next_ends = starts, ends
    return bounds[::-1]


def _loss(prefix: Prefix, start: NDArray[np.int64], stop: NDArray[np.int64]) -> _Table:
    return prefix.loss(*np.broadcast_arrays(start, np.minimum(stop, prefix.m)))


def _least(loss: _Table, is_allowed: NDArray[np.bool_], *, axis: int) -> FloatColumn:
    least: FloatColumn = np.where(is_allowed, loss, np.inf).min(axis=axis)
    return least
