"""Which loop of the bands is worth compiling? One layer of the programme, by divide and conquer on a stack."""

from __future__ import annotations

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode._compiled import Kernel

__all__ = ["LAYER"]


def _layer(  # noqa: PLR0917 - a kernel takes plain arrays
    best: FloatColumn,
    weight: FloatColumn,
    first: FloatColumn,
    second: FloatColumn,
    highest: IntColumn,
    tie: float,
    span: IntColumn,
    total: FloatColumn,
    argmin: IntColumn,
) -> None:
    """Fill `total` and `argmin` for rows span[0] .. span[1] with starts from span[2] .. span[3]."""
    stack = np.empty((256, 4), dtype=np.int64)
    stack[0] = span
    depth = 1
    while depth:
        depth -= 1
        left, right, low, high = stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3]
        if left > right:
            continue
        row = (left + right) // 2
        stop = min(high, highest[row])
        least = np.inf
        for i in range(low, stop + 1):
            part = first[row] - first[i]
            loss = second[row] - second[i] - part * part / (weight[row] - weight[i])
            least = min(least, best[i] + max(loss, 0.0))
        cut = len(best)
        for i in range(low, stop + 1):
            part = first[row] - first[i]
            loss = second[row] - second[i] - part * part / (weight[row] - weight[i])
            if best[i] + max(loss, 0.0) <= least + tie:
                cut = i
                break
        total[row], argmin[row] = least, cut
        stack[depth] = np.array([left, row - 1, low, cut])
        stack[depth + 1] = np.array([row + 1, right, cut, high])
        depth += 2


def _example() -> tuple[object, ...]:
    best, ones, whole = np.zeros(3), np.arange(3.0), np.array([0, 0, 1])
    span = np.array([2, 2, 1, 1])
    return best, ones, ones, ones, whole, 0.0, span, np.zeros(3), np.zeros(3, dtype=np.int64)


LAYER = Kernel(_layer, example=_example, from_size=3_000_000)
