"""How is the least loss over all cuts found? A dynamic programme over bands, each layer by divide and conquer."""

from __future__ import annotations

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.bands._kernels import LAYER
from paretocode.bands._members import Members
from paretocode.bands._prefix import Prefix, prefix_of
from paretocode.bands._windows import whole_windows, windows_of_best_cuts
from paretocode.errors import InputError

__all__ = ["best_cuts", "best_cuts_of_each"]


def best_cuts(members: Members, n_bands: int, *, min_members: int, min_gap: float) -> IntColumn:
    """Return the cuts c_1 < .. < c_{k-1} of least loss; cut c separates distinct values c - 1 and c.

    Raises
    ------
    InputError
        No banding meets the demands.
    """
    m, prefix = len(members.distinct), prefix_of(members)
    is_free = min_members == 1 and min_gap == 0.0
    windows = windows_of_best_cuts(prefix, n_bands) if is_free else whole_windows(m, n_bands)
    highest = np.arange(m + 1) - 1 if is_free else _highest_start(members, min_members, min_gap)
    best = np.full(m + 1, np.inf)
    low, high = (*windows, (m, m))[0]
    stops = np.arange(low, high + 1)
    stops = stops[np.cumsum(members.count)[stops - 1] >= min_members]
    best[stops] = prefix.loss(np.zeros_like(stops), stops)
    came_from = []
    for rows, columns in zip([*windows[1:], (m, m)], windows, strict=True):
        best, argmin = _next_layer(best, prefix, highest, rows=rows, columns=columns)
        came_from.append(argmin)
    if not np.isfinite(best[m]):
        raise InputError(
            f"no cut into {n_bands} bands gives every band {min_members} members and every two edges a distance of "
            f"{min_gap:g}",
            way_out="lower n_bands, min_members or min_gap",
        )
    return _traced(came_from, m)


def best_cuts_of_each(members: Members, max_bands: int) -> list[IntColumn]:
    """Return the best cuts for 1, 2, .. max_bands bands; no more bands than distinct values may be asked."""
    m, prefix = len(members.distinct), prefix_of(members)
    highest = np.arange(m + 1) - 1
    best = np.full(m + 1, np.inf)
    best[1:] = prefix.loss(np.zeros(m, dtype=np.int64), np.arange(1, m + 1))
    came_from: list[IntColumn] = []
    each = [_traced(came_from, m)]
    for n_bands in range(2, max_bands + 1):
        best, argmin = _next_layer(best, prefix, highest, rows=(n_bands, m), columns=(n_bands - 1, m - 1))
        came_from.append(argmin)
        each.append(_traced(came_from, m))
    return each


def _traced(came_from: list[IntColumn], m: int) -> IntColumn:
    """Return the cuts that lead to m, from the layers' best starts."""
    cuts, stop = np.empty(len(came_from), dtype=np.int64), m
    for place in range(len(came_from) - 1, -1, -1):
        stop = int(came_from[place][stop])
        cuts[place] = stop
    return cuts


def _highest_start(members: Members, min_members: int, min_gap: float) -> IntColumn:
    """Return for every stop 0 .. m the highest start (1 .. m - 1) its last band may have, 0 where none is allowed."""
    m = len(members.distinct)
    count = np.concatenate(([0], np.cumsum(members.count)))
    highest = np.searchsorted(count, count - min_members, side="right") - 1
    middle = members.middle  # middle[c - 1] is the edge of cut c
    near = np.searchsorted(middle, middle - min_gap, side="right")  # cuts 1 .. near lie far enough below, but for ...
    # ... the rounding of the subtraction: what counts is that the difference of two edges is at least min_gap.
    one_more = np.minimum(near, m - 2)
    near += (near < m - 1) & (middle - middle[one_more] >= min_gap)
    near -= (near > 0) & (middle - middle[near - 1] < min_gap)
    highest[1:m] = np.minimum(highest[1:m], near)
    return np.clip(highest, 0, np.arange(m + 1) - 1)


def _next_layer(
    best: FloatColumn, prefix: Prefix, highest: IntColumn, *, rows: tuple[int, int], columns: tuple[int, int]
) -> tuple[FloatColumn, IntColumn]:
    """Add one band: the least best(i) + c(i, j) for every j of the rows (both ends included) over i of the columns."""
    m = prefix.m
    total, argmin = np.full(m + 1, np.inf), np.zeros(m + 1, dtype=np.int64)
    finite = np.flatnonzero(np.isfinite(best[columns[0] : columns[1] + 1]))
    if not len(finite):
        return total, argmin
    lowest = columns[0] + int(finite[0])  # feasible prefixes are closed upwards: a longer last band stays allowed
    first_row = max(rows[0], int(np.searchsorted(highest, max(lowest, 1))))
    if first_row > rows[1]:
        return total, argmin
    tie, span = prefix.tie, np.array([first_row, rows[1], lowest, columns[1]])
    kernel = LAYER.for_size((rows[1] - first_row + columns[1] - lowest) * max(1, (rows[1] - first_row).bit_length()))
    if kernel is not None:
        kernel(best, prefix.weight, prefix.first, prefix.second, highest, tie, span, total, argmin)
        return total, argmin
    left, right, low, high = (span[i : i + 1] for i in range(4))
    while len(left):
        row = (left + right) // 2
        stop = np.minimum(high, highest[row])
        total[row], argmin[row] = _row_minima(best, prefix, tie, row=row, low=low, high=stop)
        cut = argmin[row]
        left, right = np.concatenate((left, row + 1)), np.concatenate((row - 1, right))
        low, high = np.concatenate((low, cut)), np.concatenate((cut, high))
        alive = left <= right
        left, right, low, high = left[alive], right[alive], low[alive], high[alive]
    return total, argmin


def _row_minima(
    best: FloatColumn, prefix: Prefix, tie: float, *, row: IntColumn, low: IntColumn, high: IntColumn
) -> tuple[FloatColumn, IntColumn]:
    """Return each row's least best(i) + c(i, row) over low <= i <= high and the leftmost i that reaches it."""
    size = high - low + 1
    begin = np.cumsum(size) - size
    start = np.arange(int(size.sum())) + np.repeat(low - begin, size)
    loss = best[start] + prefix.loss(start, np.repeat(row, size))
    least = np.minimum.reduceat(loss, begin)
    reaches = loss <= np.repeat(least, size) + tie
    leftmost = np.minimum.reduceat(np.where(reaches, start, len(best)), begin)
    return least, leftmost
