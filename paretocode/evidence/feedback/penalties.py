"""What keeps a fit in place where reports leave something open? Penalties that are worth less than one report.

==================  ==================================================================================
edge c_j            normal about the current edge, standard deviation 0.5 of the 0..1 axis
log scale           normal about log 0.1, standard deviation 1
logit lapse         normal about logit 0.02, standard deviation 1
log fine_rate       normal about 0, standard deviation 2
gap c_{j+1} - c_j   0.1 log(gap): two edges do not coincide
==================  ==================================================================================

How much of an answer rests on them is measured (`FittedReports.assumed_share`). That lapses need a prior follows
F. A. Wichmann and N. J. Hill, Perception & Psychophysics 63 (2001): free ones bias the slope.
"""

from __future__ import annotations

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.evidence.feedback.cut_points import FloatArray

__all__ = ["LEAST_GAP", "penalty", "penalty_slopes", "start_of"]

_NUISANCE_MEAN = (np.log(0.1), np.log(0.02 / 0.98), 0.0)
_NUISANCE_SD = (1.0, 1.0, 2.0)
_EDGE_SD = 0.5
_GAP_WEIGHT = 0.1
LEAST_GAP = 1e-6
"""Edges nearer than one part per million count as out of order."""


def start_of(edges: FloatColumn) -> FloatColumn:
    """Return where a fit starts and what the penalties pull to: the current edges and ordinary noise.

    Parameters
    ----------
    edges
        Shape (n_edges,): current edges on the 0..1 axis, strictly increasing.

    Examples
    --------
    >>> start_of(np.array([0.33, 0.66])).round(2).tolist()
    [0.33, 0.66, -2.3, -3.89, 0.0]
    """
    return np.concatenate((edges, _NUISANCE_MEAN))


def _precision(n_edges: int) -> FloatColumn:
    return np.array([_EDGE_SD] * n_edges + list(_NUISANCE_SD)) ** -2.0


def penalty(theta: FloatArray, start: FloatColumn, n_edges: int) -> FloatColumn:
    """Return the penalties' logarithm [nats], shape (n_fits,); edges must be in order."""
    quadratic = -0.5 * ((theta - start) ** 2 * _precision(n_edges)).sum(axis=1)
    barrier = _GAP_WEIGHT * np.log(np.diff(theta[:, :n_edges], axis=1)).sum(axis=1)
    both: FloatColumn = quadratic + barrier
    return both


def penalty_slopes(theta: FloatArray, start: FloatColumn, n_edges: int) -> tuple[FloatArray, FloatArray]:
    """Return the penalties' slope and their negated curvature; shapes (n_fits, p) and (n_fits, p, p)."""
    precision = _precision(n_edges)
    pull = -(theta - start) * precision
    stiffness = np.tile(np.diag(precision), (len(theta), 1, 1))
    for edge in range(n_edges - 1):
        gap = theta[:, edge + 1] - theta[:, edge]
        pull[:, edge] -= _GAP_WEIGHT / gap
        pull[:, edge + 1] += _GAP_WEIGHT / gap
        curve = _GAP_WEIGHT / gap**2
        stiffness[:, edge, edge] += curve
        stiffness[:, edge + 1, edge + 1] += curve
        stiffness[:, edge, edge + 1] -= curve
        stiffness[:, edge + 1, edge] -= curve
    return pull, stiffness
