"""Which whole-number vectors does no other beat? The filter behind the search for the frontier of maps.

Less is better in every column, and every decision is made on whole numbers: floats appear only where they hold the
numbers, or their ranks, exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, IntColumn
from paretocode.errors import InputError

__all__ = ["group_starts", "nondominated_copies", "nondominated_rows"]

_WHOLE_IN_FLOAT = 2**53
"""Up to here float64 holds every whole number."""


def nondominated_rows(vectors: NDArray[np.int64]) -> IntColumn:
    """Return the rows of the distinct vectors that no other dominates, in lexicographic order of the vectors.

    A vector dominates another if it is nowhere larger and somewhere smaller. Of equal vectors the first row stands
    for all; no rows give no rows.

    Parameters
    ----------
    vectors
        Shape (n, d), d >= 1, whole numbers, less is better.

    Raises
    ------
    InputError
        Another shape, or numbers that are not whole by type.

    Notes
    -----
    O(n log n) for d <= 3, O(n log^(d-2) n) above (Kung, Luccio and Preparata, 1975; from three columns on in moocore).

    Examples
    --------
    The first has a copy and beats the last, which is as small in one column; [3, 1] is smaller in the other.

    >>> nondominated_rows(np.array([[1, 2], [1, 2], [3, 1], [1, 4]])).tolist()
    [0, 2]
    """
    if vectors.ndim != 2 or not vectors.shape[1] or vectors.dtype.kind not in "iu":
        raise InputError(
            f"vectors have shape {vectors.shape} and type {vectors.dtype}",
            way_out="give a row of whole numbers for each vector",
        )
    order, first = nondominated_copies(vectors.astype(np.int64, copy=False))
    return order[first]


def nondominated_copies(vectors: NDArray[np.int64]) -> tuple[IntColumn, IntColumn]:
    """Return the rows of all copies of the non-dominated vectors, and where in that list each new vector begins.

    The list is in lexicographic order of the vectors, copies in the order of their rows.

    Examples
    --------
    >>> order, first = nondominated_copies(np.array([[3, 1], [1, 2], [1, 4], [1, 2]]))
    >>> order.tolist(), first.tolist()
    ([1, 3, 0], [0, 2])
    """
    rows = _survivors(vectors)
    order = rows[np.lexsort(vectors[rows].T[::-1])]
    first = group_starts(vectors[order])
    if vectors.shape[1] != 2 or not len(order):
        return order, first
    # The two-column scan lets ties in the first column through: of each only the least second one may stay.
    second = vectors[order[first], 1]
    beats = np.append(True, second[1:] < np.minimum.accumulate(second)[:-1])
    order = order[np.repeat(beats, np.diff(np.append(first, len(order))))]
    return order, group_starts(vectors[order])


def group_starts(table: NDArray[np.int64]) -> IntColumn:
    """Return the rows of a sorted table that differ from the row before; the first row always does."""
    is_new = np.ones(len(table), dtype=np.bool_)
    is_new[1:] = (table[1:] != table[:-1]).any(axis=1)
    return np.flatnonzero(is_new)


def _survivors(vectors: NDArray[np.int64]) -> IntColumn:
    """Return rows, rising, with every copy of every non-dominated vector; others only where there are two columns."""
    n_columns = vectors.shape[1]
    if not len(vectors):
        return np.zeros(0, dtype=np.int64)
    if n_columns == 1:
        return np.flatnonzero(vectors[:, 0] == vectors[:, 0].min())
    if n_columns == 2:
        # Whatever the order among ties, nothing before a non-dominated vector has a smaller second number.
        order = np.argsort(vectors[:, 0])
        second = vectors[order, 1]
        least_so_far: IntColumn = np.minimum.accumulate(second)
        return np.sort(order[second == least_so_far])
    return np.flatnonzero(_moocore_mask(vectors))


def _moocore_mask(vectors: NDArray[np.int64]) -> BoolColumn:
    from moocore import is_nondominated

    if vectors.min() >= -_WHOLE_IN_FLOAT and vectors.max() <= _WHOLE_IN_FLOAT:
        numbers = vectors.astype(np.float64)
    else:
        # Dominance only compares within a column, so ranks decide alike, and they are small.
        ranks = [np.unique(column, return_inverse=True)[1].ravel() for column in vectors.T]
        numbers = np.stack(ranks, axis=1).astype(np.float64)
    return np.asarray(is_nondominated(numbers, keep_weakly=True), dtype=np.bool_)
