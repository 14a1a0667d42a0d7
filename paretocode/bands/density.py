"""Where is the smoothed density of the values lowest? Cuts in its valleys, at the widest smoothing that has enough."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn
from paretocode.bands._members import Members, bands_from_edges, members_of
from paretocode.bands.alternatives import refuse_more_than_distinct
from paretocode.bands.bands import Bands
from paretocode.errors import InputError

__all__ = ["density_valley_bands"]

_GRID = 2_048
_HALVINGS = 40
_MARGIN = 3.0


def density_valley_bands(values: ArrayLike, n_bands: int, *, weights: ArrayLike | None = None) -> Bands:
    """Cut in the valleys of a Gaussian kernel density, as wide as it can be while it has a peak for every band.

    Parameters
    ----------
    values
        Shape (n,), finite.
    n_bands
        How many bands, at least 1.
    weights
        Shape (n,), > 0; None weighs every value alike.

    Returns
    -------
    Bands
        Each edge at the lowest grid point of its valley. Where more peaks than bands appear together, the deepest
        valleys count (depth below the lower of the two peaks beside), of equal ones the lower.

    Raises
    ------
    InputError
        No value, more bands than distinct values, or too few valleys on the grid.

    Notes
    -----
    The number of modes of a Gaussian kernel density falls with its bandwidth (Silverman, "Using Kernel Density
    Estimates to Investigate Multimodality", JRSS B 43, 1981): the bandwidth found by bisection is his critical one,
    to within the grid of 2,048 points. O(n log n + 40 grid points times kernel).

    Examples
    --------
    >>> bands = density_valley_bands([1, 1.2, 1.4, 8, 8.1, 8.3], 2)
    >>> bands.gaps, bands.counts
    (((1.4, 8.0),), (3, 3))
    """
    members = members_of(values, weights)
    if n_bands < 1:
        raise InputError(f"n_bands is {n_bands}", way_out="ask for at least one band")
    refuse_more_than_distinct(members, n_bands)
    if n_bands == 1:
        return bands_from_edges("density_valley", members, np.empty(0))
    grid, mass = _binned(members)
    low, high = 0.25, float(_GRID)  # standard deviation of the kernel, in grid steps
    if len(_valleys(_smooth(mass, low))) < n_bands - 1:
        raise InputError(
            f"the density of the values has fewer than {n_bands - 1} valleys at every smoothing",
            way_out="ask for fewer bands or another scheme",
        )
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if len(_valleys(_smooth(mass, middle))) >= n_bands - 1 else (low, middle)
    smooth = _smooth(mass, low)
    valleys = _valleys(smooth)
    deepest = np.argsort(-_depths(smooth, valleys), kind="stable")[: n_bands - 1]
    return bands_from_edges("density_valley", members, grid[np.sort(valleys[deepest])])


def _binned(members: Members) -> tuple[FloatColumn, FloatColumn]:
    """Return grid points and the weight at each, every value shared between its two neighbours on the grid."""
    low, high = float(members.distinct[0]), float(members.distinct[-1])
    margin = (high - low) / _MARGIN
    grid = np.linspace(low - margin, high + margin, _GRID)
    place = np.clip((members.distinct - grid[0]) / (grid[1] - grid[0]), 0, _GRID - 1.001)
    left = place.astype(np.int64)
    share = place - left
    mass = np.bincount(left, members.weight * (1 - share), _GRID)
    mass += np.bincount(left + 1, members.weight * share, _GRID)
    return grid, mass / mass.sum()


def _smooth(mass: FloatColumn, width: float) -> FloatColumn:
    from scipy.ndimage import gaussian_filter1d

    smooth: FloatColumn = gaussian_filter1d(mass, width, mode="constant")
    # Rounding far out in the tails makes ripples that are no peaks.
    return np.where(smooth < 1e-12 * smooth.max(), 0.0, smooth)


def _valleys(smooth: FloatColumn) -> IntColumn:
    """Return the lowest place between each two neighbouring peaks, the middle one of a flat bottom."""
    runs = np.flatnonzero(np.concatenate(([True], np.diff(smooth) != 0)))
    level = smooth[runs]
    ends = np.append(runs[1:], len(smooth)) - 1
    inside = np.flatnonzero((level[1:-1] < level[:-2]) & (level[1:-1] < level[2:])) + 1
    middle: IntColumn = (runs[inside] + ends[inside]) // 2
    return middle


def _depths(smooth: FloatColumn, valleys: IntColumn) -> FloatColumn:
    bounds = np.concatenate(([0], valleys, [len(smooth) - 1]))
    peaks = np.array([smooth[a : b + 1].max() for a, b in itertools.pairwise(bounds)])
    depths: FloatColumn = np.minimum(peaks[:-1], peaks[1:]) - smooth[valleys]
    return depths
