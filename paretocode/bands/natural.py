"""Which cuts make the bands as tight as they can be? Exact weighted one-dimensional k-means, Jenks' natural breaks.

Values are collapsed to distinct values with weights, centred, and summed up in prefixes, so that the loss of any run of
values costs a few operations. A dynamic programme over bands then finds the least total; because the best last cut
never moves left when values are added on the right, each of its layers is solved by divide and conquer.

Sources: Fisher, "On Grouping for Maximum Homogeneity", JASA 53 (1958); Wang and Song, "Ckmeans.1d.dp", The R Journal
3/2 (2011); Gronlund et al., "Fast Exact k-Means ... in 1D", arXiv:1701.07204 (2017).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from paretocode.bands._members import Members, bands_from_cuts, members_of
from paretocode.bands._programme import best_cuts, best_cuts_of_each
from paretocode.bands.bands import Bands
from paretocode.errors import InputError

__all__ = ["natural_bands", "natural_bands_of_each"]


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
    Time O(n log n + n_bands m log m), memory O(n_bands m); values of few decimals are counted, not sorted. Both
    demands only forbid i above a bound that never falls with j, which keeps the best i monotone and the divide and
    conquer exact. Without demands, thousands of distinct values are first narrowed to windows outside which lower
    bounds forbid every best cut: exact as well. With the extra ``fast`` large programmes take a compiled loop with
    identical results.

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
    cuts = best_cuts(members, n_bands, min_members=min_members, min_gap=min_gap)
    return bands_from_cuts("natural", members, cuts)


def natural_bands_of_each(values: ArrayLike, max_bands: int, *, weights: ArrayLike | None = None) -> tuple[Bands, ...]:
    """Return the natural bands for 1, 2, .. max_bands bands from one run of the programme.

    Parameters
    ----------
    values, weights
        As in `natural_bands`.
    max_bands
        The most bands, at least 1; no more than distinct values are tried.

    Returns
    -------
    tuple
        Item k - 1 equals ``natural_bands(values, k, weights=weights)``.

    Raises
    ------
    InputError
        No value, a value that is not finite, a weight that is not positive, or no band.

    Examples
    --------
    >>> [bands.edges for bands in natural_bands_of_each([1, 2, 9, 10, 30], 3)]
    [(), (20.0,), (5.5, 20.0)]
    """
    members = members_of(values, weights)
    if max_bands < 1:
        raise InputError(f"max_bands is {max_bands}", way_out="ask for at least one band")
    each = best_cuts_of_each(members, min(max_bands, len(members.distinct)))
    return tuple(bands_from_cuts("natural", members, cuts) for cuts in each)


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
