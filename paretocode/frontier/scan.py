"""Which points are worth paying for? The exact set that no other point dominates, price against score.

Direction: price is minimised, score maximised. a dominates b when it costs no more, scores no less, and is strictly
better in one of the two. Equal points do not dominate each other: all copies stay.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import BoolColumn, IntColumn
from paretocode.errors import InputError
from paretocode.frontier._kernels import ORDER, SCAN_FLOAT, SCAN_INT, sort_keys

__all__ = ["dominator_index", "frontier_mask", "number_column", "twins"]

_PRUNE_FROM = 20_000
_SAMPLE = 2_048

_Numbers = NDArray[np.int64] | NDArray[np.float64]


def frontier_mask(price: ArrayLike, score: ArrayLike) -> BoolColumn:
    """Return which points are on the frontier.

    Parameters
    ----------
    price, score
        Shape (n,), whole or real numbers, no NaN; infinity is an ordinary number. Whole numbers are compared as such.

    Returns
    -------
    mask
        Shape (n,), True for every point that no other dominates, all copies included. Empty in, empty out.

    Raises
    ------
    InputError
        NaN, something that is no number, or unequal shapes.

    Notes
    -----
    Sort and scan, O(n log n) (Kung, Luccio and Preparata, 1975). Above 20,000 points, those that the frontier of a
    small sample strictly dominates are dropped first (Bentley, Clarkson and Levine, 1993): exact as well, and O(n)
    on random clouds. The sample is every (n / 2,048)-th point, so that the same input takes the same path. With the
    extra ``fast`` a scan of very many points takes a compiled loop with identical results.

    Examples
    --------
    Of equal prices only the best score stays, of equal points every copy:

    >>> frontier_mask(price=[1, 1, 2, 2, 3], score=[10, 12, 15, 15, 14]).tolist()
    [False, True, True, True, False]
    """
    prices, scores = _columns(price, score)
    mask = np.zeros(len(prices), dtype=np.bool_)
    if len(prices) <= _PRUNE_FROM:
        mask[_scan(prices, scores)] = True
        return mask
    rest = _unpruned(prices, scores)
    mask[rest[_scan(prices[rest], scores[rest])]] = True
    return mask


def dominator_index(price: ArrayLike, score: ArrayLike) -> IntColumn:
    """Return for each dominated point one that dominates it, and for each point of the frontier itself.

    The dominator is on the frontier: the one with the greatest score among those that cost no more; of its copies
    the first in row order. O(n log n).

    Returns
    -------
    index
        Shape (n,); ``index[i] == i`` exactly where `frontier_mask` is True.

    Raises
    ------
    InputError
        As `frontier_mask`.

    Examples
    --------
    >>> dominator_index(price=[1, 1, 2, 2, 3], score=[10, 12, 15, 15, 14]).tolist()
    [1, 1, 2, 3, 2]
    """
    prices, scores = _columns(price, score)
    mask = frontier_mask(prices, scores)
    index = np.arange(len(prices))
    members = np.flatnonzero(mask)
    if not len(members):
        return index
    # np.unique keeps the first row of each price, and members of one price are copies of one point.
    steps, first = np.unique(prices[members], return_index=True)
    place = np.searchsorted(steps, prices, side="right") - 1
    return np.where(mask, index, members[first][place])


def twins(price: ArrayLike, score: ArrayLike) -> tuple[tuple[int, ...], ...]:
    """Return the groups of two or more equal points on the frontier, each in row order, cheapest group first.

    Raises
    ------
    InputError
        As `frontier_mask`.

    Examples
    --------
    >>> twins(price=[1, 1, 2, 2, 3], score=[10, 12, 15, 15, 14])
    ((2, 3),)
    """
    prices, scores = _columns(price, score)
    members = np.flatnonzero(frontier_mask(prices, scores))
    order = members[np.argsort(prices[members], kind="stable")]
    starts = np.flatnonzero(np.diff(prices[order])) + 1
    groups = np.split(order, starts)
    return tuple(tuple(int(i) for i in group) for group in groups if len(group) > 1)


def _columns(price: ArrayLike, score: ArrayLike) -> tuple[_Numbers, _Numbers]:
    prices, scores = number_column(price, name="price"), number_column(score, name="score")
    if prices.shape != scores.shape or prices.ndim != 1:
        raise InputError(
            f"price has shape {prices.shape} and score {scores.shape}", way_out="give one price and score a point"
        )
    return prices, scores


def number_column(values: ArrayLike, *, name: str) -> _Numbers:
    """Return whole numbers as int64 and others as float64, of any shape; not copied where nothing changes: read only.

    Raises
    ------
    InputError
        NaN, or something that is no number.
    """
    array = np.asarray(values)
    if array.dtype.kind in "biu" and array.dtype != np.uint64:
        return array.astype(np.int64, copy=False)
    try:
        column = array.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{name} holds something that is not a number ({error})", way_out="give numbers only"
        ) from error
    missing = np.isnan(column)
    if missing.any():
        raise InputError(
            f"{name} is missing in row {int(np.flatnonzero(missing.ravel())[0]) + 1}",
            way_out="leave the point out; a missing number is neither cheap nor good",
        )
    return column


def _scan(prices: _Numbers, scores: _Numbers) -> IntColumn:
    """Return the frontier's positions by rising price: the best of each price, where it beats all lower prices."""
    if not len(prices):
        return np.arange(0)
    sort, kernel = ORDER.for_size(len(prices)), _kernel(prices, scores)
    if sort is not None and kernel is not None:
        mask = np.zeros(len(prices), dtype=np.bool_)
        order = sort(sort_keys(prices))
        kernel(order, prices, scores, mask)
        kept: IntColumn = order[mask[order]]
        return kept
    order = np.argsort(prices)  # groups of equal prices are decided as one, so that their inner order is free
    sorted_prices, sorted_scores = prices[order], scores[order]
    is_new = sorted_prices[1:] != sorted_prices[:-1]
    if is_new.all():
        alone: IntColumn = order[np.r_[True, sorted_scores[1:] > np.maximum.accumulate(sorted_scores)[:-1]]]
        return alone
    starts = np.flatnonzero(np.r_[True, is_new])
    best = np.maximum.reduceat(sorted_scores, starts)
    wins = np.r_[True, best[1:] > np.maximum.accumulate(best)[:-1]]
    group = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(prices)]))
    members: IntColumn = order[wins[group] & (sorted_scores == best[group])]
    return members


def _kernel(prices: _Numbers, scores: _Numbers) -> Callable[..., None] | None:
    """Return the compiled scan where it pays; columns of mixed kinds stay with numpy."""
    if prices.dtype != scores.dtype:
        return None
    return (SCAN_INT if prices.dtype == np.int64 else SCAN_FLOAT).for_size(len(prices))


def _unpruned(prices: _Numbers, scores: _Numbers) -> IntColumn:
    """Return the positions that no sample point with a strictly lower price equals or beats in score."""
    sample = np.arange(0, len(prices), -(-len(prices) // _SAMPLE))
    sample = sample[_scan(prices[sample], scores[sample])]
    place = np.searchsorted(prices[sample], prices, side="left") - 1
    beaten = (place >= 0) & (scores[sample][place] >= scores)
    return np.flatnonzero(~beaten)
