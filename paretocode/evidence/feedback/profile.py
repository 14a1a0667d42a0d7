"""How fast does the likelihood fall when one edge is held elsewhere? The second witness, and a prior for searches.

The profile of an edge holds it at a value and lets everything else fit anew. An interval is where twice the fall stays
below the chi-squared quantile; with several reports a writer the fall is divided by the design effect first, as in
A. Rotnitzky and N. P. Jewell, Biometrika 77 (1990). Unlike the point -/+ standard errors it need not be symmetric.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.evidence.feedback.fitted import FittedReports
from paretocode.evidence.feedback.fitting import fit_cut_points

__all__ = ["EdgeProfile", "edge_profile", "profile_fall", "profile_interval"]

_N_AXIS = 41
_N_NEAR = 32


class EdgeProfile(NamedTuple):
    """The profile of one edge.

    Parameters
    ----------
    at
        Shape (n,), increasing: where the edge is held, 0..1.
    fall
        Shape (n,), >= 0: how far the penalised log-likelihood lies below its maximum, divided by the design effect
        [nats].
    """

    at: FloatColumn
    fall: FloatColumn


def profile_fall(fitted: FittedReports, edge_index: int, at: FloatColumn) -> FloatColumn:
    """Return the fall of the likelihood with one edge held at each of several values, over the design effect [nats].

    Parameters
    ----------
    fitted
        The reports.
    edge_index
        Which edge.
    at
        Shape (n,), 0..1.

    Notes
    -----
    One batch of n fits. A design effect below 1, or of a single writer, counts as 1.
    """
    held = np.full((len(at), len(fitted.theta)), np.nan)
    held[:, edge_index] = at
    counts = fitted.rows.counts(len(fitted.cells))
    fits = fit_cut_points(np.tile(counts, (len(at), 1, 1)), fitted.cells, edges=fitted.edges, held=held)
    fall: FloatColumn = np.maximum(0.0, fitted.objective - fits.objective) / _design_effect(fitted, edge_index)
    return fall


def _design_effect(fitted: FittedReports, edge_index: int) -> float:
    """Return the design effect, 1 where it is below or unknown."""
    effect = float(fitted.design_effect[edge_index])
    return effect if effect > 1.0 else 1.0


def edge_profile(fitted: FittedReports, edge_index: int) -> EdgeProfile:
    """Return the profile over the axis, finer within four model standard errors of the fit."""
    point = float(fitted.theta[edge_index])
    effect = _design_effect(fitted, edge_index)
    near = 4.0 * float(np.sqrt(fitted.model_covariance[edge_index, edge_index] * effect))
    grid = np.concatenate((np.linspace(0, 1, _N_AXIS), point + near * np.linspace(-1, 1, _N_NEAR + 1)))
    at = np.unique(np.clip(grid, 0.0, 1.0))
    return EdgeProfile(at, profile_fall(fitted, edge_index, at))


def profile_interval(profile: EdgeProfile, *, level: float) -> tuple[float, float]:
    """Return where the profile's fall stays within the chi-squared quantile, by linear interpolation, inside 0..1.

    An end that the fall never reaches is the end of the axis.

    Examples
    --------
    >>> parabola = EdgeProfile(np.linspace(0, 1, 1001), 0.5 * ((np.linspace(0, 1, 1001) - 0.6) / 0.05) ** 2)
    >>> low, high = profile_interval(parabola, level=0.95)
    >>> round(low, 3), round(high, 3)
    (0.502, 0.698)
    """
    from scipy import special

    limit = 0.5 * float(special.chdtri(1, 1 - level))
    best = int(np.argmin(profile.fall))
    above = np.flatnonzero(profile.fall > limit)
    left, right = above[above < best], above[above > best]
    low = _crossing(profile, int(left[-1]), int(left[-1]) + 1, limit) if len(left) else 0.0
    high = _crossing(profile, int(right[0]), int(right[0]) - 1, limit) if len(right) else 1.0
    return low, high


def _crossing(profile: EdgeProfile, outer: int, inner: int, limit: float) -> float:
    share = (limit - profile.fall[inner]) / (profile.fall[outer] - profile.fall[inner])
    return float(profile.at[inner] + share * (profile.at[outer] - profile.at[inner]))
