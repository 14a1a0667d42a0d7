"""How do weights and a model become estimates? Four ratios of sums by session, on common resamples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn
from paretocode.evidence.clusters import Clusters, summed
from paretocode.evidence.confidence import Intervals
from paretocode.evidence.logged._ratios import as_estimates, ratios, resampled
from paretocode.evidence.resampling import Resampling

__all__ = ["ESTIMATORS", "Covered", "ValueEstimate", "value_estimates"]

ESTIMATORS = {
    "logged_mean": "mean outcome of the log itself on the covered traffic: the incumbent's value, not the candidate's",
    "ips": "inverse propensity score: mean of weight x outcome (Horvitz and Thompson 1952)",
    "snips": "self-normalised: sum of weight x outcome over sum of weights (Hajek 1971; Swaminathan and Joachims 2015)",
    "dr": "doubly robust: model plus weighted residual (Dudik, Langford and Li 2011), cross-fitted by session",
}
"""Estimator -> what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueEstimate:
    """One estimator's answer.

    Parameters
    ----------
    name
        A key of `ESTIMATORS`.
    value, low, high
        Mean outcome per covered request, and its interval; None where too few sessions speak to bound it.
    difference, difference_low, difference_high
        Of it minus the log's own mean on the same traffic: candidate minus incumbent, paired by session.
    standard_error
        Of the value, clustered.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    difference: float
    difference_low: float | None
    difference_high: float | None
    standard_error: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Covered:
    """The covered part of a log; columns of shape (n_requests,), 0 where a request is not covered.

    Parameters
    ----------
    clusters
        Of all requests.
    mask
        Which are covered.
    outcome, weight, expected
        Logged outcome, weight (clipped), and the model's expectation of the candidate's choice.
    """

    clusters: Clusters
    mask: BoolColumn
    outcome: FloatColumn
    weight: FloatColumn
    expected: FloatColumn

    @property
    def score(self) -> FloatColumn:
        """Shape (n_requests,): part of the doubly robust mean, expected + weight x (outcome - expected)."""
        return np.where(self.mask, self.expected + self.weight * (self.outcome - self.expected), 0.0)


def value_estimates(
    covered: Covered, *, resampling: Resampling, intervals: Callable[..., Intervals], level: float
) -> tuple[ValueEstimate, ...]:
    """Return the answer of every estimator, in the order of `ESTIMATORS`. O(n_replicates x n_sessions)."""
    names = tuple(ESTIMATORS)
    count, weighted = covered.mask.astype(np.float64), covered.weight * covered.outcome
    above = np.column_stack((covered.outcome, weighted, weighted, covered.score))
    below = np.column_stack((count, count, covered.weight, count))
    sums = summed(above, covered.clusters), summed(below, covered.clusters)
    found, drawn = ratios(*sums), resampled(*sums, resampling)
    logged = names.index("logged_mean")
    apart_drawn = drawn - drawn[:, logged, None]
    plain = as_estimates(found, names, drawn, resampling)
    paired = as_estimates(found.minus_column(logged), names, apart_drawn, resampling)
    ends, apart = intervals(plain, level=level), intervals(paired, level=level)
    return tuple(
        ValueEstimate(
            name=name,
            value=float(plain.point[k]),
            low=_finite(ends.low[k]),
            high=_finite(ends.high[k]),
            difference=float(paired.point[k]),
            difference_low=_finite(apart.low[k]),
            difference_high=_finite(apart.high[k]),
            standard_error=float(plain.standard_error[k]),
        )
        for k, name in enumerate(names)
    )


def _finite(end: float) -> float | None:
    return float(end) if np.isfinite(end) else None
