"""Which loop of the frontier search is worth compiling? The merge of all tails' sorted labels, with a staircase sweep.

The labels of a node are sorted, and adding an arc's values keeps them sorted, so the candidates at the arc's head are
a few dozen sorted lists: a heap merges them without sorting anew. In lexicographic order a vector is dominated if and
only if an earlier one is nowhere larger in the second and third number, and the best of the earlier ones form a
staircase that a binary search looks up (Kung, Luccio and Preparata, 1975). Fewer than three numbers are padded with
zeros. The numpy twin is in `_extend`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IndexColumn, IntColumn
from paretocode._compiled import Kernel
from paretocode.tune.paths.reachable import MOST

__all__ = ["AXES", "MERGE"]

AXES = 3
"""Numbers in a vector; a staircase knows no more."""


def _is_before(heads: NDArray[np.int64], left: int, right: int) -> bool:
    """Whether the vector at the head of one list comes first; of equal ones that of the lower list."""
    for axis in range(AXES):
        if heads[left, axis] != heads[right, axis]:
            return bool(heads[left, axis] < heads[right, axis])
    return left < right


def _sink(heap: IntColumn, size: int, place: int, heads: NDArray[np.int64]) -> None:
    """Move the list at `place` of the heap down to where it belongs."""
    moving = heap[place]
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and _is_before(heads, heap[child + 1], heap[child]):
            child += 1
        if not _is_before(heads, heap[child], moving):
            break
        heap[place] = heap[child]
        place = child
    heap[place] = moving


def _admit(steps: NDArray[np.int64], size: int, second: int, third: int) -> int:
    """Put a pair on the staircase and return its new size, or -1 if a step is nowhere larger.

    Steps rise in the second number and fall in the third, both strictly.
    """
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if steps[middle, 0] <= second:
            low = middle + 1
        else:
            high = middle
    if low and steps[low - 1, 1] <= third:
        return -1
    start = low - 1 if low and steps[low - 1, 0] == second else low
    stop = low
    while stop < size and steps[stop, 1] >= third:
        stop += 1
    grown = 1 - (stop - start)  # the new step takes the place of those it covers
    if grown > 0:
        for k in range(size, start, -1):
            steps[k, 0], steps[k, 1] = steps[k - 1, 0], steps[k - 1, 1]
    elif grown < 0:
        for k in range(stop, size):
            steps[k + grown, 0], steps[k + grown, 1] = steps[k, 0], steps[k, 1]
    steps[start, 0], steps[start, 1] = second, third
    return size + grown


def _merge(  # noqa: PLR0917 - a kernel takes plain arrays
    vectors: NDArray[np.int64],
    counts: IntColumn,
    starts: IntColumn,
    tail: IndexColumn,
    values: NDArray[np.int64],
    first_arc: int,
    stop_arc: int,
) -> tuple[NDArray[np.int64], IntColumn, IndexColumn, IntColumn]:
    """Return vectors, counts, arcs and parents of the non-dominated candidates over arcs first_arc .. stop_arc - 1."""
    n_lists = stop_arc - first_arc
    heads = np.empty((n_lists, AXES), dtype=np.int64)
    parent, stop = np.empty(n_lists, dtype=np.int64), np.empty(n_lists, dtype=np.int64)
    heap, size, n_candidates = np.empty(n_lists, dtype=np.int64), 0, 0
    for i in range(n_lists):
        node = tail[first_arc + i]
        parent[i], stop[i] = starts[node], starts[node + 1]
        if parent[i] < stop[i]:
            heads[i] = vectors[parent[i]] + values[first_arc + i]
            heap[size] = i
            size += 1
            n_candidates += stop[i] - parent[i]
    for place in range(size // 2 - 1, -1, -1):
        _sink(heap, size, place, heads)
    # Room for all; the system hands out only the pages that are written to, and few labels stay.
    kept, steps = np.empty((n_candidates, AXES), dtype=np.int64), np.empty((n_candidates, 2), dtype=np.int64)
    kept_counts, kept_parents = np.empty(n_candidates, dtype=np.int64), np.empty(n_candidates, dtype=np.int64)
    kept_arcs = np.empty(n_candidates, dtype=np.int32)
    n_kept, n_steps = 0, 0
    while size:
        i = heap[0]
        one, two, three, count = heads[i, 0], heads[i, 1], heads[i, 2], counts[parent[i]]
        last = n_kept - 1
        if n_kept and kept[last, 0] == one and kept[last, 1] == two and kept[last, 2] == three:
            kept_counts[last] += min(count, MOST - kept_counts[last])
        else:
            grown = _admit(steps, n_steps, two, three)
            if grown >= 0:
                n_steps = grown
                kept[n_kept, 0], kept[n_kept, 1], kept[n_kept, 2] = one, two, three
                kept_counts[n_kept], kept_parents[n_kept], kept_arcs[n_kept] = count, parent[i], first_arc + i
                n_kept += 1
        parent[i] += 1
        if parent[i] < stop[i]:
            for axis in range(AXES):
                heads[i, axis] = vectors[parent[i], axis] + values[first_arc + i, axis]
        else:
            size -= 1
            heap[0] = heap[size]
        if size:
            _sink(heap, size, 0, heads)
    return kept[:n_kept].copy(), kept_counts[:n_kept].copy(), kept_arcs[:n_kept].copy(), kept_parents[:n_kept].copy()


def _example() -> tuple[object, ...]:
    whole = np.array([0, 1, 1])
    tail = np.zeros(1, dtype=np.int32)
    return (
        np.zeros((1, AXES), dtype=np.int64),
        np.ones(1, dtype=np.int64),
        whole,
        tail,
        np.zeros((1, AXES), np.int64),
        0,
        1,
    )


# A first compilation takes a second or two: numpy weighs that many candidates meanwhile.
MERGE = Kernel(_merge, example=_example, from_size=8_000_000, helpers=(_is_before, _sink, _admit), cold=(_admit,))
