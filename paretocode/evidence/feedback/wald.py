"""Which interval does the clustered standard error give? The point -/+ a t quantile, moved by what errors cost."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from paretocode.evidence.feedback.fitted import FittedReports

__all__ = ["EdgeInterval", "clustered_interval"]


class EdgeInterval(NamedTuple):
    """An edge with its interval, 0..1 as a rule and not clipped to it."""

    point: float
    standard_error: float
    low: float
    high: float


def clustered_interval(
    fitted: FittedReports, edge_index: int, *, level: float, cost_ratio: float = 1.0
) -> EdgeInterval:
    """Return the interval of one edge.

    Parameters
    ----------
    fitted
        The reports.
    edge_index
        Which edge.
    level
        Inside (0, 1).
    cost_ratio
        dear_cost / weak_cost: the edge is ``c + scale x log(cost_ratio)``; the error of the scale enters by the delta
        method.

    Notes
    -----
    Student's t with as many degrees of freedom as effective writers, less one. With a single writer nothing is known of
    how people differ, and the interval is the whole line.
    """
    from scipy import special

    slope = np.zeros(len(fitted.theta))
    slope[edge_index] = 1.0
    slope[fitted.n_edges] = fitted.scale * math.log(cost_ratio)
    point = float(fitted.theta[edge_index] + slope[fitted.n_edges])
    if fitted.rows.n_writers < 2:
        return EdgeInterval(point, math.inf, -math.inf, math.inf)
    error = math.sqrt(float(slope @ fitted.covariance @ slope))
    reach = float(special.stdtrit(fitted.degrees_of_freedom, 0.5 + level / 2)) * error
    return EdgeInterval(point, error, point - reach, point + reach)
