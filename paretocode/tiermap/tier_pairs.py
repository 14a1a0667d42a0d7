"""Which tier of the new map is which tier of the old one? By position and edges: a new name moves no request."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

__all__ = ["paired_tiers"]

_PPM = 1_000_000


def paired_tiers(old_edges_ppm: Sequence[int], new_edges_ppm: Sequence[int]) -> dict[int, int]:
    """Return old tier index -> new tier index.

    Parameters
    ----------
    old_edges_ppm, new_edges_ppm
        Request edges, increasing [parts per million of the 0..1 axis].

    Returns
    -------
    dict[int, int]
        Maps of as many tiers are paired by position. Otherwise the pairs keep their order and share most of the axis
        (ties: the lower old tier with the lower new one); tiers without a partner are left out.

    Notes
    -----
    The order-keeping pairing of greatest overlap is the alignment of Needleman and Wunsch (1970) without a gap penalty.
    O(n_old x n_new).

    Examples
    --------
    >>> paired_tiers([330_000, 660_000], [330_000, 640_000])
    {0: 0, 1: 1, 2: 2}
    >>> paired_tiers([330_000, 660_000], [660_000])  # the lowest two were merged, equally wide: the lower one stays
    {0: 0, 2: 1}
    >>> paired_tiers([], [100_000])
    {0: 1}
    """
    n_old, n_new = len(old_edges_ppm) + 1, len(new_edges_ppm) + 1
    if n_old == n_new:
        return {at: at for at in range(n_old)}
    old, new = _bands(old_edges_ppm), _bands(new_edges_ppm)
    best = [[0] * (n_new + 1) for _ in range(n_old + 1)]
    for i in reversed(range(n_old)):
        for j in reversed(range(n_new)):
            best[i][j] = max(best[i + 1][j + 1] + _overlap(old[i], new[j]), best[i + 1][j], best[i][j + 1])
    pairs: dict[int, int] = {}
    i = j = 0
    while i < n_old and j < n_new:
        if _overlap(old[i], new[j]) and best[i][j] == best[i + 1][j + 1] + _overlap(old[i], new[j]):
            pairs[i] = j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _bands(edges_ppm: Sequence[int]) -> list[tuple[int, int]]:
    ends = [0, *edges_ppm, _PPM + 1]  # the highest band holds 1 itself
    return list(pairwise(ends))


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))
