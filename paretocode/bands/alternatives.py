"""What do other ways of cutting give? Head/tail breaks and the widest gaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from paretocode.bands._members import Members, bands_from_cuts, bands_from_edges, members_of
from paretocode.bands.bands import Bands
from paretocode.errors import InputError

__all__ = ["head_tail_bands", "maximum_gap_bands"]


def head_tail_bands(values: ArrayLike, n_bands: int, *, weights: ArrayLike | None = None) -> Bands:
    """Cut at the mean, then at the mean of what lies above, and so on; made for heavy-tailed values.

    Parameters
    ----------
    values
        Shape (n,), finite. Equal values never separate.
    n_bands
        How many bands, at least 1. Jiang's own rule stops once the head holds 40 % of its parent or more; here the
        number is given, so that schemes can be compared.
    weights
        Shape (n,), > 0; None weighs every value alike.

    Returns
    -------
    Bands
        Edges are weighted means; a value equal to a mean belongs to the head.

    Raises
    ------
    InputError
        No value, or a head of equal values before enough bands are cut.

    Notes
    -----
    O(n log n + n_bands n). Source: Jiang, "Head/Tail Breaks", The Professional Geographer 65 (2013).

    Examples
    --------
    >>> head_tail_bands([1, 1, 1, 1, 2, 2, 4, 8], 3).edges
    (2.5, 6.0)
    """
    members = members_of(values, weights)
    _refuse_fewer_than_one(n_bands)
    edges: list[float] = []
    start = 0
    while len(edges) < n_bands - 1:
        head, weight = members.distinct[start:], members.weight[start:]
        if len(head) < 2:
            raise InputError(
                f"{n_bands} head/tail bands are asked and the head is one value after {len(edges) + 1} "
                f"{'band' if not edges else 'bands'}",
                way_out=f"ask for at most {len(edges) + 1}",
            )
        edges.append(float(np.clip(np.average(head, weights=weight), np.nextafter(head[0], np.inf), head[-1])))
        start = int(np.searchsorted(members.distinct, edges[-1], side="left"))
    return bands_from_edges("head_tail", members, np.array(edges))


def maximum_gap_bands(values: ArrayLike, n_bands: int, *, weights: ArrayLike | None = None) -> Bands:
    """Cut in the middle of the widest gaps between neighbouring values; of equal gaps the lower is taken first.

    The same bands as single-linkage clustering. One outlier makes a band.

    Parameters
    ----------
    values, n_bands
        As in `head_tail_bands`.
    weights
        They count in the loss only.

    Raises
    ------
    InputError
        No value, or more bands than distinct values.

    Examples
    --------
    >>> maximum_gap_bands([1, 2, 4, 5, 9], 3).edges
    (3.0, 7.0)
    """
    members = members_of(values, weights)
    _refuse_fewer_than_one(n_bands)
    refuse_more_than_distinct(members, n_bands)
    widest = np.argsort(-np.diff(members.distinct), kind="stable")[: n_bands - 1]
    return bands_from_cuts("maximum_gap", members, np.sort(widest) + 1)


def refuse_more_than_distinct(members: Members, n_bands: int) -> None:
    """Refuse more bands than there are distinct values.

    Raises
    ------
    InputError
        When they are more.
    """
    m = len(members.distinct)
    if n_bands > m:
        raise InputError(
            f"{n_bands} bands are asked of {m} distinct {'value' if m == 1 else 'values'}",
            way_out=f"ask for at most {m}",
        )


def _refuse_fewer_than_one(n_bands: int) -> None:
    if n_bands < 1:
        raise InputError(f"n_bands is {n_bands}", way_out="ask for at least one band")
