"""What do the plain ways of cutting give? Quantiles, equal intervals, edges given; and one door to all schemes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import float_column, increasing, one_of
from paretocode.bands._members import bands_from_cuts, bands_from_edges, members_of
from paretocode.bands.alternatives import head_tail_bands, maximum_gap_bands
from paretocode.bands.bands import Bands
from paretocode.bands.density import density_valley_bands
from paretocode.bands.mixture import gaussian_mixture_bands
from paretocode.bands.natural import natural_bands
from paretocode.errors import InputError, UsageError

__all__ = ["SCHEMES", "bands_by_scheme", "equal_interval_bands", "fixed_bands", "quantile_bands"]

SCHEMES = (
    "natural",
    "quantile",
    "equal_interval",
    "head_tail",
    "maximum_gap",
    "density_valley",
    "gaussian_mixture",
    "fixed",
)
"""Names of the schemes; every one but ``fixed`` takes a number of bands."""


def _refuse_fewer_than_one(n_bands: int) -> None:
    if n_bands < 1:
        raise InputError(f"n_bands is {n_bands}", way_out="ask for at least one band")


def quantile_bands(values: ArrayLike, n_bands: int, *, weights: ArrayLike | None = None) -> Bands:
    """Cut the values into bands of as nearly equal weight as ties allow.

    Parameters
    ----------
    values
        Shape (n,), finite. Equal values never separate.
    n_bands
        How many bands, at least 1.
    weights
        Shape (n,), > 0; None weighs every value alike.

    Returns
    -------
    Bands
        Edge b lies in the middle of the gap whose weight below is nearest to b / n_bands of the whole; of two equally
        near gaps, the lower.

    Raises
    ------
    InputError
        No value, or two edges that would fall into one gap because too many values are equal.

    Examples
    --------
    >>> quantile_bands([1, 2, 3, 4, 5, 6], 3).edges
    (2.5, 4.5)
    >>> quantile_bands([7, 7, 7, 7, 7, 7, 8, 9], 3)
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: 3 quantile bands need 2 different gaps and edges 1 and 2 both fall into (7, 8],
    because too many values are equal; ask for fewer bands or another scheme.
    """
    members = members_of(values, weights)
    _refuse_fewer_than_one(n_bands)
    m = len(members.distinct)
    if n_bands > m:
        raise InputError(
            f"{n_bands} bands are asked of {m} distinct {'value' if m == 1 else 'values'}",
            way_out=f"ask for at most {m}",
        )
    below = np.cumsum(members.weight)
    wanted = below[-1] * np.arange(1, n_bands) / n_bands
    upper = np.clip(np.searchsorted(below[:-1], wanted), 0, max(m - 2, 0))
    lower = np.maximum(upper - 1, 0)
    cuts = 1 + np.where(np.abs(wanted - below[lower]) <= np.abs(below[upper] - wanted) * (1 + 1e-9), lower, upper)
    same = np.flatnonzero(cuts[1:] <= cuts[:-1])
    if len(same):
        b, c = int(same[0]) + 1, int(cuts[same[0]])
        raise InputError(
            f"{n_bands} quantile bands need {n_bands - 1} different gaps and edges {b} and {b + 1} both fall into "
            f"({members.distinct[c - 1]:g}, {members.distinct[c]:g}], because too many values are equal",
            way_out="ask for fewer bands or another scheme",
        )
    return bands_from_cuts("quantile", members, cuts)


def equal_interval_bands(values: ArrayLike, n_bands: int, *, weights: ArrayLike | None = None) -> Bands:
    """Cut the range of the values into bands of equal width; a band may be empty.

    Parameters
    ----------
    values, n_bands, weights
        As in `quantile_bands`; the weights count in the loss only.

    Raises
    ------
    InputError
        No value, or several bands asked of a range of width 0 (or too narrow for its numbers).

    Examples
    --------
    >>> bands = equal_interval_bands([0, 1, 2, 9], 3)
    >>> bands.edges, bands.counts, bands.gaps[1]  # an edge is the least value of the band above it
    ((3.0, 6.0), (3, 0, 1), (2.0, 9.0))
    """
    members = members_of(values, weights)
    _refuse_fewer_than_one(n_bands)
    low, high = float(members.distinct[0]), float(members.distinct[-1])
    edges = np.linspace(low, high, n_bands + 1)[1:-1]
    if len(edges) and not (np.diff(np.concatenate(([low], edges, [high]))) > 0).all():
        raise InputError(
            f"the values span {low:g} to {high:g}, which cannot be cut into {n_bands} equal intervals",
            way_out="ask for one band",
        )
    return bands_from_edges("equal_interval", members, edges)


def fixed_bands(values: ArrayLike, edges: Sequence[float], *, weights: ArrayLike | None = None) -> Bands:
    """Describe the bands that given edges cut; a value equal to an edge belongs to the band above, a band may be empty.

    Parameters
    ----------
    values, weights
        As in `quantile_bands`.
    edges
        Finite, strictly increasing, in the unit of the values; none makes one band.

    Raises
    ------
    InputError
        No value, or edges that are not finite or do not strictly increase.

    Examples
    --------
    >>> bands = fixed_bands([0.2, 0.5, 0.66, 0.9], [0.33, 0.66])
    >>> bands.counts, bands.gaps
    ((1, 1, 2), ((0.2, 0.5), (0.5, 0.66)))
    """
    members = members_of(values, weights)
    column = float_column(list(edges), name="edges")
    increasing(column.tolist(), name="edges")
    return bands_from_edges("fixed", members, column)


def bands_by_scheme(
    scheme: str,
    values: ArrayLike,
    n_bands: int | None = None,
    *,
    edges: Sequence[float] | None = None,
    weights: ArrayLike | None = None,
    min_members: int = 1,
    min_gap: float = 0.0,
) -> Bands:
    """Cut by the scheme of that name.

    Parameters
    ----------
    scheme
        One of `SCHEMES`.
    values, weights
        As in `natural_bands`.
    n_bands
        For every scheme but ``fixed``, where it may be left out.
    edges
        For ``fixed`` only.
    min_members, min_gap
        For ``natural`` only.

    Raises
    ------
    InputError
        Unknown scheme, or what the scheme itself refuses.
    UsageError
        Settings that do not belong to the scheme, or are missing.

    Examples
    --------
    >>> [bands_by_scheme(scheme, [0, 1, 2, 3, 9], 2).edges for scheme in ("natural", "quantile", "equal_interval")]
    [(6.0,), (1.5,), (4.5,)]
    """
    one_of(scheme, SCHEMES, name="scheme")
    if scheme != "natural" and (min_members != 1 or min_gap != 0.0):
        raise UsageError(f"min_members and min_gap do not fit scheme {scheme!r}", way_out="use natural, or drop them")
    if scheme == "fixed":
        if edges is None:
            raise UsageError("scheme 'fixed' has no edges", way_out="give edges")
        if n_bands is not None and n_bands != len(edges) + 1:
            raise UsageError(
                f"{len(edges)} edges make {len(edges) + 1} bands and n_bands is {n_bands}", way_out="drop n_bands"
            )
        return fixed_bands(values, edges, weights=weights)
    if edges is not None:
        raise UsageError(f"edges do not fit scheme {scheme!r}", way_out="use fixed, or drop them")
    if n_bands is None:
        raise UsageError(f"scheme {scheme!r} has no n_bands", way_out="give n_bands")
    if scheme == "natural":
        return natural_bands(values, n_bands, weights=weights, min_members=min_members, min_gap=min_gap)
    return _BY_NAME[scheme](values, n_bands, weights=weights)


_BY_NAME: dict[str, Callable[..., Bands]] = {
    "quantile": quantile_bands,
    "equal_interval": equal_interval_bands,
    "head_tail": head_tail_bands,
    "maximum_gap": maximum_gap_bands,
    "density_valley": density_valley_bands,
    "gaussian_mixture": gaussian_mixture_bands,
}
