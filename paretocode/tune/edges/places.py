"""Where inside its freedom does an edge stand best, and which edges stand for the others? Rounding and thinning.

Every edge of an interval between two neighbouring data points gives the same map on that data, so the search decides
on the interval; a person and next week's traffic get the number with the fewest digits near its middle.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paretocode._checks import IntColumn

__all__ = ["Zone", "most_moved", "outside", "roundest", "thinned"]

Zone = tuple[int, int]
"""An open interval in which no edge may stand; its ends are allowed."""


def roundest(low: int, high: int) -> int:
    """Return the whole number in (low, high] that ends in the most zeros within the middle half.

    Of two equally round ones the nearer to the centre, then the higher. Where the middle half holds no whole number
    it is the one just above the centre. Whole numbers throughout.

    Parameters
    ----------
    low, high
        low < high: exclusive and inclusive end.

    Examples
    --------
    >>> roundest(500_000, 650_000), roundest(649_999, 650_000), roundest(38_691, 40_100)
    (600000, 650000, 39400)
    """
    twice_centre, width = low + high, high - low
    step: int = 10 ** len(str(max(1, abs(low), abs(high))))
    while step > 1:
        near = (twice_centre + step) // (2 * step) * step
        if abs(4 * near - 2 * twice_centre) <= width and low < near <= high:
            return near
        step //= 10
    return low + (width + 1) // 2


def outside(low: int, high: int, zones: Sequence[Zone]) -> tuple[int, int] | None:
    """Return the widest part of (low, high] that no zone forbids, as (exclusive, inclusive); None where none is left.

    Of equally wide parts the lowest. Zones may overlap; one that holds no whole number forbids nothing.

    Examples
    --------
    >>> outside(500_000, 650_000, [(600_000, 700_000)]), outside(0, 10, [(-1, 20)]), outside(0, 10, [(4, 5)])
    ((500000, 600000), None, (0, 10))
    """
    parts, start = [], low
    for zone_low, zone_high in sorted(zones):
        if zone_high - zone_low > 1:
            parts.append((start, min(high, zone_low)))
            start = max(start, zone_high - 1)
    parts.append((start, high))
    allowed = [(a, b) for a, b in parts if a < b]
    return max(allowed, key=lambda part: (part[1] - part[0], -part[0]), default=None)


def thinned(below: IntColumn, kept: IntColumn, most: int) -> IntColumn:
    """Return positions of at most `most` candidates, so that every other one is near one of them.

    Parameters
    ----------
    below
        Shape (n,), not decreasing: what lies below each candidate, so that moving an edge from one to another
        re-routes the difference.
    kept
        Positions that stay in any case, even if there are more than `most`.

    Returns
    -------
    IntColumn
        Increasing positions.

    Notes
    -----
    Ever the candidate that is farthest from those chosen joins them (ties: the more candidates lie between, then the
    lowest); without any chosen, the one at the middle. The farthest left is then at most twice as far as under the
    best choice: T. F. Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer
    Science 38 (1985), for the case that nothing must stay. O(most x n).

    Examples
    --------
    >>> thinned(np.array([0, 1, 50, 51, 100]), np.array([], dtype=np.int64), 3).tolist()
    [0, 2, 4]
    """
    n = len(below)
    chosen = np.zeros(n, dtype=np.bool_)
    chosen[kept] = True
    if not chosen.any() and most > 0:
        chosen[np.argmin(np.abs(2 * below - below[0] - below[-1]))] = True
    place = np.arange(n)
    far = np.full(n, np.iinfo(np.int64).max)
    for at in np.flatnonzero(chosen).tolist():
        far = np.minimum(far, _distance(below, place, at))
    for _ in range(min(most, n) - int(chosen.sum())):
        at = int(np.argmax(far))
        chosen[at] = True
        far = np.minimum(far, _distance(below, place, at))
    return np.flatnonzero(chosen)


def _distance(below: IntColumn, place: IntColumn, at: int) -> IntColumn:
    """Return how far each candidate is: by what lies between, then by how many candidates do."""
    distance: IntColumn = np.abs(below - below[at]) * len(below) + np.abs(place - at)
    return distance


def most_moved(below: IntColumn, kept: IntColumn) -> int:
    """Return the most that moving any candidate's edge to the nearest kept one re-routes. O(n log n).

    Parameters
    ----------
    below, kept
        As in `thinned`; at least one is kept.

    Examples
    --------
    >>> most_moved(np.array([0, 1, 50, 60, 100]), np.array([0, 4]))
    50
    """
    at = np.searchsorted(kept, np.arange(len(below)), side="left")
    up = below[kept[np.minimum(at, len(kept) - 1)]] - below
    down = below - below[kept[np.maximum(at - 1, 0)]]
    # Beyond the first and the last kept one there is one neighbour only.
    nearest = np.where(at == len(kept), down, np.where(at == 0, up, np.minimum(up, down)))
    return int(nearest.max())
