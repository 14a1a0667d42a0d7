"""Which cuts make the bands as tight as they can be? Exact weighted one-dimensional k-means, Jenks' natural breaks.

Values are collapsed to distinct values with weights, centred, and summed up in prefixes, so that the loss of any run of
values costs a few operations. A dynamic programme over bands then finds the least total; because the best last cut
never moves left when values are added on the right, each of its layers is solved by divide and conquer.

Sources: Fisher, "On Grouping for Maximum Homogeneity", JASA 53 (1958); Wang and Song, "Ckmeans.1d.dp", The R Journal
3/2 (2011); Gronlund et al., "Fast Exact k-Means ... in 1D", arXiv:1701.07204 (2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn
from paretocode.bands._members import Members, bands_from_cuts, members_of
from paretocode.bands.bands import Bands
from paretocode.errors import InputError

__all__ = ["natural_bands"]

TIE = 1e-12
"""Losses closer than this share of the one-band loss count as equal, so that rounding does not choose among ties."""


def natural_bands(
    values: ArrayLike,
    n_bands: int,
    *,
    weights: ArrayLike | None = None,
    min_members: int = 1,
    min_gap: float = 0.0,
) -> Bands:
    """Cut the values into bands of least weighted squared distance to the band means.

    Parameters
    ----------
    values
        Shape (n,), finite, any order and unit. Equal values never separate.
    n_bands
        How many bands, at least 1.
    weights
        Shape (n,), > 0; None weighs every value alike.
    min_members
        Least number of values (rows, not weight) in every band.
    min_gap
        Least distance between neighbouring edges, in the unit of the values.

    Returns
    -------
    Bands
        Each edge in the middle of its gap, with the whole gap beside it. Of several best bandings the one with the
        leftmost edges, the highest edge deciding first.

    Raises
    ------
    InputError
        No value, a value that is not finite, a weight that is not positive, or no banding that meets the demands.

    Notes
    -----
    With u_1 < .. < u_m the distinct centred values and W, S, Q the prefix sums of w, w u and w u^2, the loss of the
    band i+1 .. j is c(i, j) = (Q_j - Q_i) - (S_j - S_i)^2 / (W_j - W_i), and D_b(j) = min_i D_{b-1}(i) + c(i, j).
    Time O(n log n + n_bands m log m), memory O(n_bands m). Both demands only forbid i above a bound that never falls
    with j, which keeps the best i monotone and the divide and conquer exact.

    Examples
    --------
    >>> bands = natural_bands([1, 1, 2, 9, 10, 30], 3)
    >>> bands.edges, bands.gaps, bands.counts
    ((5.5, 20.0), ((2.0, 9.0), (10.0, 30.0)), (3, 2, 1))
    >>> natural_bands([0, 1, 2], 2).edges  # a tie between 0 | 1 2 and 0 1 | 2
    (0.5,)
    """
    members = members_of(values, weights)
    _refuse_impossible(members, n_bands, min_members, min_gap)
    if n_bands == 1:
        return bands_from_cuts("natural", members, np.empty(0, dtype=np.int64))
    cuts = _best_cuts(members, n_bands, min_members, min_gap)
    return bands_from_cuts("natural", members, cuts)


def _refuse_impossible(members: Members, n_bands: int, min_members: int, min_gap: float) -> None:
    n, m = members.n, len(members.distinct)
    if n_bands < 1:
        raise InputError(f"n_bands is {n_bands}", way_out="ask for at least one band")
    if min_members < 1:
        raise InputError(f"min_members is {min_members}", way_out="ask for at least one member in a band")
    if not (np.isfinite(min_gap) and min_gap >= 0):
        raise InputError(f"min_gap is {min_gap:g}", way_out="give a distance of at least 0 in the unit of the values")
    if n_bands > m:
        raise InputError(
            f"{n_bands} bands are asked of {m} distinct {'value' if m == 1 else 'values'}",
            way_out=f"ask for at most {m}",
        )
    if n_bands * min_members > n:
        raise InputError(
            f"{n_bands} bands of at least {min_members} members need {n_bands * min_members} values and there are {n}",
            way_out="lower n_bands or min_members",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prefix:
    """Prefix sums over the distinct centred values, shape (m + 1,)."""

    weight: FloatColumn
    first: FloatColumn
    second: FloatColumn

    def loss(self, start: IntColumn | int, stop: IntColumn | int) -> FloatColumn:
        """Return c(start, stop), the loss of the band of distinct values start .. stop - 1."""
        weight = self.weight[stop] - self.weight[start]
        first = self.first[stop] - self.first[start]
        return np.maximum(self.second[stop] - self.second[start] - first * first / weight, 0.0)


def _prefix(members: Members) -> _Prefix:
    # Without the centring, values far from zero lose their variance to rounding.
    centred = members.distinct - np.average(members.distinct, weights=members.weight)
    terms = (members.weight, members.weight * centred, members.weight * centred**2)
    weight, first, second = (np.concatenate(([0.0], np.cumsum(term))) for term in terms)
    return _Prefix(weight=weight, first=first, second=second)


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


def _best_cuts(members: Members, n_bands: int, min_members: int, min_gap: float) -> IntColumn:
    """Return the cuts c_1 < .. < c_{k-1}; cut c separates distinct values c - 1 and c."""
    m = len(members.distinct)
    prefix, highest = _prefix(members), _highest_start(members, min_members, min_gap)
    tie = TIE * float(prefix.loss(0, m))
    enough = np.cumsum(members.count) >= min_members
    best = np.full(m + 1, np.inf)
    stops = 1 + np.flatnonzero(enough)
    best[stops] = prefix.loss(np.zeros_like(stops), stops)
    came_from = np.zeros((n_bands + 1, m + 1), dtype=np.int32)
    for band in range(2, n_bands + 1):
        last_only = band == n_bands
        best, came_from[band] = _next_layer(best, prefix, highest, tie, first_stop=m if last_only else 1)
    if not np.isfinite(best[m]):
        raise InputError(
            f"no cut into {n_bands} bands gives every band {min_members} members and every two edges a distance of "
            f"{min_gap:g}",
            way_out="lower n_bands, min_members or min_gap",
        )
    cuts, stop = np.empty(n_bands - 1, dtype=np.int64), m
    for band in range(n_bands, 1, -1):
        stop = int(came_from[band, stop])
        cuts[band - 2] = stop
    return cuts


def _next_layer(
    best: FloatColumn, prefix: _Prefix, highest: IntColumn, tie: float, *, first_stop: int
) -> tuple[FloatColumn, IntColumn]:
    """Add one band: the least best(i) + c(i, j) for every j >= first_stop, all midpoints of a level at once."""
    m = len(best) - 1
    total, argmin = np.full(m + 1, np.inf), np.zeros(m + 1, dtype=np.int64)
    finite = np.isfinite(best[:m])
    lowest = int(np.argmax(finite))  # feasible prefixes are closed upwards: a longer last band stays allowed
    first_row = max(first_stop, int(np.searchsorted(highest, max(lowest, 1))))
    if first_row > m or not finite.any():
        return total, argmin
    left, right = np.array([first_row]), np.array([m])
    low, high = np.array([lowest]), np.array([m - 1])
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
    best: FloatColumn, prefix: _Prefix, tie: float, *, row: IntColumn, low: IntColumn, high: IntColumn
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
