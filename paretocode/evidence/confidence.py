"""Between which bounds does the truth lie? One quantity at a time, or many at once.

Each method is a statement about repetitions: of 100 streams like this one, the 95 % intervals of about 95 hold what
the whole traffic has. `intervals` is the one to use; the others stand beside it. On replays of synthetic coding
sessions, whose costs are skewed and whose rare jumps sit in few sessions, the symmetric bootstrap-t kept its promise
from 100 sessions on, where percentile, BCa and Student intervals fell short (`docs/evidence.md` has the figures).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.estimates import Estimates
from paretocode.evidence.resampling import FloatMatrix

__all__ = [
    "Intervals",
    "bca_intervals",
    "critical_values",
    "intervals",
    "percentile_intervals",
    "simultaneous_intervals",
    "student_intervals",
]

_MOST_UNDEFINED = 0.05

Side = Literal["both", "above", "below"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Intervals:
    """Bounds of K quantities.

    Parameters
    ----------
    low, high
        Shape (K,). Infinite where too few clusters speak for a quantity to be bounded; NaN where too many resamples
        leave it undefined; equal to the estimate where the data show no spread at all, which is no proof that there
        is none.
    level
        Nominal coverage: of each interval, or of all at once.
    method
        ``bootstrap-t``, ``max-t``, ``student``, ``bca`` or ``percentile``.
    is_simultaneous
        Whether `level` holds for all K at once.
    """

    low: FloatColumn
    high: FloatColumn
    level: float
    method: str
    is_simultaneous: bool = False


def intervals(estimates: Estimates, *, level: float = 0.95) -> Intervals:
    """Return symmetric bootstrap-t intervals: estimate -/+ c x standard error, c for each quantity by itself.

    Notes
    -----
    c is the `level` quantile of |resample - estimate| / the resample's own standard error (Hall 1988, "On symmetric
    bootstrap confidence intervals"): its coverage error falls as 1/n^2 where the others' falls as 1/n or slower.

    Examples
    --------
    >>> from paretocode.evidence.estimates import ratio_estimates
    >>> from paretocode.evidence.resampling import Resampling
    >>> jumps, pairs = np.array([0] * 37 + [9, 5, 8]), np.full(40, 100)
    >>> found = ratio_estimates(jumps, pairs, names=["jump_rate"], resampling=Resampling(n_clusters=40))
    >>> ends, plain = intervals(found), student_intervals(found)
    >>> bool(ends.high[0] > 1.2 * plain.high[0])  # three sessions of forty speak: they may as well have been missed
    True
    """
    _refuse_level(level)
    half = _half_width(_critical(np.abs(_away(estimates)), level), estimates)
    return Intervals(low=estimates.point - half, high=estimates.point + half, level=level, method="bootstrap-t")


def simultaneous_intervals(estimates: Estimates, *, level: float = 0.95) -> Intervals:
    """Return intervals that hold for all K quantities at once: estimate -/+ c x standard error, by `critical_values`.

    A person may look at all of them and pick any: the interval of the picked one still holds.
    """
    half = _half_width(critical_values(estimates, level=level), estimates)
    return Intervals(
        low=estimates.point - half, high=estimates.point + half, level=level, method="max-t", is_simultaneous=True
    )


def critical_values(estimates: Estimates, *, level: float = 0.95, side: Side = "both") -> FloatColumn:
    """Return how many of its standard errors each of K quantities needs so that all are covered at once, shape (K,).

    Parameters
    ----------
    side
        ``both``, or only how far an estimate may lie ``above`` or ``below`` the truth.

    Notes
    -----
    The quantile of the largest studentised deviation of the K quantities in a resample (max-t; Westfall and Young 1993;
    Romano and Wolf 2005), which learns their correlation from the resamples: twenty maps that are nearly the same cost
    hardly more than one. Each deviation counts as a multiple of what its quantity needs alone, or of the normal value
    where that is more, in the spirit of Beran's (1988) balanced sets: a rate that rests on three sessions, and needs
    ten standard errors, gets them without handing them on to the others. A quantity that nothing bounds alone is
    unbounded here and burdens no other. 0 where there is no spread.

    One-sided, the value is the larger of two: the quantile of signed deviations, and that of absolute ones at
    2 level - 1. The first follows the skewness of the sample, which is itself uncertain, and by itself covers too
    seldom where there is none; the second covers too seldom where there is much.

    Examples
    --------
    >>> from paretocode.evidence.estimates import ratio_estimates
    >>> from paretocode.evidence.resampling import Resampling
    >>> cost = np.arange(40) % 7
    >>> rare = np.where(np.arange(40) == 3, 5, 0)  # one session of forty speaks
    >>> found = ratio_estimates(np.column_stack([cost, rare]), np.ones(40), names=["cost", "rare"],
    ...                         resampling=Resampling(n_clusters=40))
    >>> critical = critical_values(found)
    >>> bool(critical[0] < 2.2), float(critical[1])
    (True, inf)
    """
    _refuse_level(level)
    critical = np.zeros(len(estimates))
    has_spread = np.flatnonzero(estimates.standard_error > 0)
    away = _away(estimates.take(has_spread))
    if side == "both":
        critical[has_spread] = _together(np.abs(away), level, NormalDist().inv_cdf((1 + level) / 2))
        return critical
    normal = NormalDist().inv_cdf(level)
    one_sided = _together(away if side == "above" else -away, level, normal)
    critical[has_spread] = np.maximum(one_sided, _together(np.abs(away), 2 * level - 1, normal))
    return critical


def _together(away: FloatMatrix, level: float, least: float) -> FloatColumn:
    """Return critical values that cover all columns at once, each a common multiple of its own, or of the least."""
    alone = np.maximum(_critical(away, level), least)  # NaN stays
    is_bounded = np.isfinite(alone)
    if is_bounded.any():
        largest = (away[:, is_bounded] / alone[is_bounded]).max(axis=1, keepdims=True)
        alone[is_bounded] *= _critical(largest, level)[0]
    return alone


def student_intervals(estimates: Estimates, *, level: float = 0.95) -> Intervals:
    """Return estimate -/+ t x standard error, with n_clusters - 1 degrees of freedom: the analytic ones."""
    from scipy.stats import t

    _refuse_level(level)
    half = float(t.ppf((1 + level) / 2, estimates.n_clusters - 1)) * estimates.standard_error
    return Intervals(low=estimates.point - half, high=estimates.point + half, level=level, method="student")


def percentile_intervals(estimates: Estimates, *, level: float = 0.95) -> Intervals:
    """Return the middle part of the resamples (Efron 1979)."""
    _refuse_level(level)
    tail = np.full(len(estimates), (1 - level) / 2)
    low, high = _quantiles(estimates, tail, 1 - tail)
    return Intervals(low=low, high=high, level=level, method="percentile")


def bca_intervals(estimates: Estimates, *, level: float = 0.95) -> Intervals:
    """Return bias-corrected and accelerated bootstrap intervals (Efron 1987).

    Notes
    -----
    With z0 the normal quantile of the share of resamples below the estimate (ties count half) and a the acceleration,
    the ends are the resamples' quantiles at Phi(z0 + (z0 + z) / (1 - a (z0 + z))) for z = -/+ 1.96.

    Examples
    --------
    >>> from paretocode.evidence.estimates import ratio_estimates
    >>> from paretocode.evidence.resampling import Resampling
    >>> cost = np.array([1, 1, 2, 2, 3, 30])
    >>> found = ratio_estimates(cost, np.ones(6), names=["cost"], resampling=Resampling(n_clusters=6))
    >>> ends = bca_intervals(found)
    >>> below, above = found.point - ends.low, ends.high - found.point
    >>> bool(above[0] > 1.5 * below[0])  # one dear session may have been missed, a cheaper one hardly
    True
    """
    from scipy.stats import norm

    _refuse_level(level)
    replicates = estimates.replicates
    below = (replicates < estimates.point).sum(axis=0) + (replicates == estimates.point).sum(axis=0) / 2
    known = np.maximum(1, (~np.isnan(replicates)).sum(axis=0))
    half = 1 / (known + 1)
    centre = norm.ppf(np.clip(below / known, half, 1 - half))
    at = []
    for z in (norm.ppf((1 - level) / 2), norm.ppf((1 + level) / 2)):
        shifted = centre + z
        at.append(norm.cdf(centre + shifted / np.maximum(1e-9, 1 - estimates.acceleration * shifted)))
    low, high = _quantiles(estimates, at[0], at[1])
    return Intervals(low=low, high=high, level=level, method="bca")


def _refuse_level(level: float) -> None:
    if not 0.5 <= level < 1:
        raise InputError(f"the level is {level}", where="evidence", way_out="give a share such as 0.95")


def _half_width(critical: FloatColumn, estimates: Estimates) -> FloatColumn:
    """Return critical value x standard error; 0 where there is no spread, however far out a rounding lies."""
    half = np.zeros(len(estimates))
    return np.multiply(critical, estimates.standard_error, out=half, where=estimates.standard_error != 0)


def _away(estimates: Estimates) -> FloatMatrix:
    """Return by how many of its own standard errors each resample lies above the estimate; NaN where undefined."""
    away = estimates.replicates - estimates.point
    errors = estimates.replicate_errors
    # A resample that misses all clusters that speak states no error: it may lie arbitrarily far out.
    lost = np.where(away == 0, 0.0, np.copysign(np.inf, away))
    lost[np.isnan(away)] = np.nan
    np.divide(away, errors, out=lost, where=(errors > 0) & ~np.isnan(away))
    return lost


def _critical(away: FloatMatrix, level: float) -> FloatColumn:
    """Return each column's ceil((R + 1) level)-th smallest of R numbers; NaN where too many are undefined."""
    ordered = np.sort(away, axis=0)  # NaN last
    known = (~np.isnan(ordered)).sum(axis=0)
    rank = np.minimum(known, np.ceil((known + 1) * level).astype(np.int64))
    critical = np.take_along_axis(ordered, np.maximum(rank, 1)[None, :] - 1, axis=0)[0]
    return np.where(known >= (1 - _MOST_UNDEFINED) * len(away), critical, np.nan)


def _quantiles(estimates: Estimates, low: FloatColumn, high: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
    """Return two quantiles of each quantity's resamples; NaN where too many are undefined."""
    ends = np.full((2, len(estimates)), np.nan)
    ordered: FloatMatrix = np.sort(estimates.replicates, axis=0)  # NaN last
    known = (~np.isnan(ordered)).sum(axis=0)
    for k in range(len(estimates)):
        if estimates.standard_error[k] == 0:
            ends[:, k] = estimates.point[k]
        elif known[k] >= (1 - _MOST_UNDEFINED) * len(ordered):
            ends[:, k] = np.quantile(ordered[: known[k], k], [low[k], high[k]])
    return ends[0], ends[1]
