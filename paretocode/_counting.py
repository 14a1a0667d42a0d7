"""How often does each key occur, and what do its rows add up to? By dense bins where they are few, else by sorting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paretocode._checks import IntColumn, read_only

__all__ = ["binned", "counted", "numbered", "summed"]

_MOST_BINS = 1 << 22
_LOW_BITS = 26


def counted(key: IntColumn, columns: Sequence[IntColumn], *, size: int) -> tuple[IntColumn, IntColumn, list[IntColumn]]:
    """Return the distinct keys, increasing, how often each occurs, and its sums.

    Parameters
    ----------
    key
        Shape (n,), 0 .. size - 1.
    columns
        Each of shape (n,), its sum below 2^53: bins add up in 64-bit floats, which are whole up to there.

    Notes
    -----
    O(n + size) with bins, O(n log n) by sorting where there would be more bins than is worth it.

    Examples
    --------
    >>> [part.tolist() for part in counted(np.array([7, 2, 7]), [], size=10)[:2]]
    [[2, 7], [1, 2]]
    """
    if size > max(_MOST_BINS, 4 * len(key)):
        order = np.argsort(key, kind="stable")
        in_order = key[order]
        starts = np.flatnonzero(np.concatenate(([True], in_order[1:] != in_order[:-1]))[: len(key)])
        n = np.diff(np.append(starts, len(key)))
        return in_order[starts], n, [np.add.reduceat(column[order], starts) for column in columns]
    found, at = numbered(key, size=size)
    n = np.bincount(at, minlength=len(found))
    return found, n, [np.bincount(at, weights=c, minlength=len(found)).astype(np.int64) for c in columns]


def numbered(key: IntColumn, *, size: int) -> tuple[IntColumn, IntColumn]:
    """Return the distinct keys, increasing, and the position of each key among them. O(n + size), or a sort.

    Examples
    --------
    >>> [part.tolist() for part in numbered(np.array([7, 2, 7]), size=10)]
    [[2, 7], [1, 0, 1]]
    """
    if size > max(_MOST_BINS, 4 * len(key)):
        found, position = np.unique(key, return_inverse=True)
        return found, position
    occurs = np.zeros(size, dtype=np.bool_)
    occurs[key] = True
    found = np.flatnonzero(occurs)
    number = np.empty(size, dtype=np.int64)  # only what occurs is ever written or read
    number[found] = np.arange(len(found))
    return found, number[key]


def summed(keys: list[IntColumn], values: list[IntColumn]) -> tuple[list[IntColumn], list[IntColumn]]:
    """Return the distinct keys, sorted, and the sums of the values of each. O(n log n), exact in 64 bits.

    Parameters
    ----------
    keys
        Columns of one key, most important first.
    values
        Each of shape (n, ...), summed over rows.

    Examples
    --------
    >>> keys, sums = summed([np.array([1, 0, 1]), np.array([5, 5, 5])], [np.array([2, 3, 4])])
    >>> [key.tolist() for key in keys], [value.tolist() for value in sums]
    ([[0, 1], [5, 5]], [[3, 6]])
    """
    if not len(keys[0]):
        return [read_only(key) for key in keys], [read_only(value) for value in values]
    order = np.lexsort(keys[::-1])
    in_order = [key[order] for key in keys]
    opens = np.ones(len(order), dtype=np.bool_)
    opens[1:] = np.any([key[1:] != key[:-1] for key in in_order], axis=0)
    starts = np.flatnonzero(opens)
    return (
        [read_only(key[starts]) for key in in_order],
        [read_only(np.add.reduceat(value[order], starts, axis=0)) for value in values],
    )


def binned(at: IntColumn, weight: IntColumn, *, size: int) -> IntColumn:
    """Return shape (size,): the sum of the weights of each bin, exact where it fits 63 bits.

    Bins add up in 64-bit floats, which are whole below 2^53, so high and low bits are summed apart: the low bits of
    10^8 rows fit.

    Examples
    --------
    >>> binned(np.array([1, 1]), np.array([2**60 + 1, -2]), size=2).tolist() == [0, 2**60 - 1]
    True
    """
    low = np.bincount(at, weights=weight & ((1 << _LOW_BITS) - 1), minlength=size)
    high = np.bincount(at, weights=weight >> _LOW_BITS, minlength=size)
    found: IntColumn = (high.astype(np.int64) << _LOW_BITS) + low.astype(np.int64)
    return found
