"""Which loops of the frontier are worth compiling? The scan of sorted points, one set of scores or many.

Each is the definition read off in price order and has a numpy twin in `scan` and `batch`.
"""

from __future__ import annotations

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode._compiled import Kernel

__all__ = ["BATCH", "ORDER", "SCAN_FLOAT", "SCAN_INT", "sort_keys"]

_BITS, _DIGITS = 11, 6


def sort_keys(numbers: IntColumn | FloatColumn) -> IntColumn:
    """Return int64 whose bit patterns, read as unsigned, are ordered as the numbers are; equal numbers, equal keys."""
    if numbers.dtype == np.int64:
        return numbers.astype(np.int64, copy=False) ^ np.int64(-(2**63))
    bits = (numbers + 0.0).view(np.int64)  # adding 0.0 turns -0.0 into 0.0, which it equals
    return np.where(bits < 0, ~bits, bits ^ np.int64(-(2**63)))


def _order(keys: IntColumn) -> IntColumn:
    """Return the positions in the order of the keys: a radix sort by digits of 11 bits, skipping those all share."""
    n = len(keys)
    count = np.zeros((_DIGITS, 1 << _BITS), dtype=np.int64)
    for i in range(n):
        for digit in range(_DIGITS):
            # The shift carries the sign along: the top digit has 9 bits of its own.
            mask = 511 if digit == _DIGITS - 1 else 2047
            count[digit, (keys[i] >> (_BITS * digit)) & mask] += 1
    order, spare = np.arange(n), np.empty(n, dtype=np.int64)
    place = np.empty(1 << _BITS, dtype=np.int64)
    for digit in range(_DIGITS):
        if count[digit].max() == n:
            continue
        mask = 511 if digit == _DIGITS - 1 else 2047
        start = 0
        for value in range(1 << _BITS):
            place[value] = start
            start += count[digit, value]
        for i in range(n):
            value = (keys[order[i]] >> (_BITS * digit)) & mask
            spare[place[value]] = order[i]
            place[value] += 1
        order, spare = spare, order
    return order


def _scan(order: IntColumn, prices: FloatColumn, scores: FloatColumn, mask: BoolColumn) -> None:
    """Mark in `mask` the best scores of each price that beat every lower price; `order` sorts by price."""
    n = len(order)
    start, is_first = 0, True
    best = scores[order[0]] if n else scores.sum()
    while start < n:
        price, top, stop = prices[order[start]], scores[order[start]], start + 1
        while stop < n and prices[order[stop]] == price:
            top = max(top, scores[order[stop]])
            stop += 1
        if is_first or top > best:
            for k in range(start, stop):
                mask[order[k]] = scores[order[k]] == top
            best, is_first = top, False
        start = stop


def _batch(order: IntColumn, group_stop: IntColumn, scores: FloatColumn, mask: BoolColumn) -> None:
    """Scan every row of `scores`; `group_stop` holds where each group of equal prices ends in `order`."""
    for r in range(scores.shape[0]):
        start, best = 0, -np.inf
        for g in range(len(group_stop)):
            stop = group_stop[g]
            top = scores[r, order[start]]
            for k in range(start + 1, stop):
                top = max(top, scores[r, order[k]])
            if g == 0 or top > best:
                for k in range(start, stop):
                    mask[r, order[k]] = scores[r, order[k]] == top
                best = top
            start = stop


def _scan_example_float() -> tuple[IntColumn, FloatColumn, FloatColumn, BoolColumn]:
    return np.arange(1), np.zeros(1), np.zeros(1), np.zeros(1, dtype=np.bool_)


def _scan_example_int() -> tuple[IntColumn, IntColumn, IntColumn, BoolColumn]:
    whole = np.zeros(1, dtype=np.int64)
    return np.arange(1), whole, whole, np.zeros(1, dtype=np.bool_)


def _batch_example() -> tuple[IntColumn, IntColumn, FloatColumn, BoolColumn]:
    return np.arange(1), np.ones(1, dtype=np.int64), np.zeros((1, 1)), np.zeros((1, 1), dtype=np.bool_)


def _order_example() -> tuple[IntColumn]:
    return (np.zeros(1, dtype=np.int64),)


# A first compilation takes a second or two, from disk a few tenths: numpy does that much work meanwhile.
ORDER = Kernel(_order, example=_order_example, from_size=20_000_000)
SCAN_FLOAT = Kernel(_scan, example=_scan_example_float, from_size=20_000_000)
SCAN_INT = Kernel(_scan, example=_scan_example_int, from_size=20_000_000)
BATCH = Kernel(_batch, example=_batch_example, from_size=100_000_000)
