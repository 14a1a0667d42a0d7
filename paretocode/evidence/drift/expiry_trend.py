"""How fast does a metric of the map drift, and when has it left the tolerance? A dated series carried forward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import FloatColumn, float_column, one_of, read_only
from paretocode.catalogue.history._days import day_of
from paretocode.errors import InputError
from paretocode.evidence.drift.expiry import Expiry, ExpiryReason, last_day_to_extrapolate

__all__ = ["ERRORS", "DatedMetric", "expiry_of_metric"]

ERRORS = ("independent", "cumulative")
"""What lies between two dates beside the drift: errors of each date alone (samples of traffic), or changes that stay
(prices)."""

LEAST_DATES = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class DatedMetric:
    """One metric of one map on several days.

    Parameters
    ----------
    name
        Of the metric.
    dates
        Shape (n,), strictly increasing; ISO days.
    values
        Shape (n,), in the metric's unit.
    standard_errors
        Shape (n,) >= 0, of each value; None where they are known exactly, as on a fixed stream.

    Raises
    ------
    InputError
        Dates out of order, a value that is not finite, columns of unequal length.
    """

    name: str
    dates: NDArray[np.datetime64]
    values: FloatColumn
    standard_errors: FloatColumn | None = None

    def __post_init__(self) -> None:
        where = f"history of {self.name}"
        dates = np.asarray(self.dates, dtype="datetime64[D]")
        values = float_column(self.values, name=self.name, where=where)
        if len(dates) != len(values) or not (np.diff(dates) > np.timedelta64(0, "D")).all():
            raise InputError(
                f"{len(values)} values stand on {len(dates)} days, or the days are not in order",
                where=where,
                way_out="give one value a day, in order of time",
            )
        object.__setattr__(self, "dates", read_only(dates))
        object.__setattr__(self, "values", values)
        if self.standard_errors is not None:
            errors = float_column(self.standard_errors, name="standard_errors", where=where, least=0.0)
            if len(errors) != len(values):
                raise InputError(
                    f"{len(errors)} standard errors stand against {len(values)} values",
                    where=where,
                    way_out="give one each",
                )
            object.__setattr__(self, "standard_errors", errors)

    @property
    def days(self) -> FloatColumn:
        """Shape (n,): days since the first date."""
        days: FloatColumn = (self.dates - self.dates[0]).astype(np.float64)
        return days


def dated_metric(
    name: str, dates: Sequence[object], values: ArrayLike, standard_errors: ArrayLike | None = None
) -> DatedMetric:
    """Return a dated series from plain columns.

    Parameters
    ----------
    dates
        ISO days, as texts or numpy days, in order of time.
    values, standard_errors
        As in `DatedMetric`.

    Raises
    ------
    InputError
        Something that is no day, or what `DatedMetric` refuses.

    Examples
    --------
    >>> dated_metric("cost", ["2026-06-01", "today"], [1.0, 2.0])
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: history of cost: 'today' is not a date; write it as 2026-06-18.
    """
    return DatedMetric(
        name=name,
        dates=np.array([day_of(date, where=f"history of {name}") for date in dates], dtype="datetime64[D]"),
        values=np.asarray(values, dtype=np.float64),
        standard_errors=None if standard_errors is None else np.asarray(standard_errors, dtype=np.float64),
    )


def expiry_of_metric(
    series: DatedMetric,
    *,
    tolerance: float,
    errors: Literal["independent", "cumulative"] = "independent",
    level: float = 0.95,
) -> Expiry:
    """Return the first day on which the metric's extrapolated drift may exceed the tolerance.

    Parameters
    ----------
    series
        From the day the map was tuned on, at least three dates.
    tolerance
        Largest accepted drift, up or down, in the metric's unit; > 0.
    errors
        One of `ERRORS`.
    level
        Of the interval of the drift.

    Notes
    -----
    ``independent``: least squares on days; the drift after d days is d x rate, its interval d x (rate -/+ t x standard
    error), t with n - 2 degrees of freedom; the standard error is the larger of the residuals' and of the stated ones.
    ``cumulative``: a random walk with drift; rate = (last - first) / days T, steps of variance s^2 a day; the interval
    h days after the last date is (last - first) + h x rate -/+ t x s x sqrt(h + h^2 / T), t with n - 2 degrees of
    freedom. Both assume that what went on goes on at a steady rate. No day later than the history's own length after
    its end is named: that is `ExpiryReason.HORIZON`. O(n).

    Raises
    ------
    InputError
        Fewer than three dates, a tolerance that is not above 0, another word for errors.

    Examples
    --------
    A cost that rises by a tenth of a dollar a day, exactly, may rise by two dollars:

    >>> cost = dated_metric("cost", ["2026-06-01", "2026-06-08", "2026-06-15"], [10.0, 10.7, 11.4])
    >>> found = expiry_of_metric(cost, tolerance=2.0)
    >>> found.expires_on, found.reason.name
    ('2026-06-22', 'DRIFT')
    >>> expiry_of_metric(cost, tolerance=9.0).expires_on  # no further ahead than the two weeks that were seen
    '2026-06-29'
    """
    one_of(errors, ERRORS, name="errors", where="expiry")
    if len(series.dates) < LEAST_DATES:
        raise InputError(
            f"{series.name} is known on {len(series.dates)} date{'s' * (len(series.dates) != 1)}",
            where="expiry",
            way_out="give three or more: one date shows no rate, two show none of its error",
        )
    if not 0 < tolerance < np.inf:
        raise InputError(f"the tolerance is {tolerance}", where="expiry", way_out="give a finite number above 0")
    horizon = last_day_to_extrapolate(series.dates[0], series.dates[-1])
    ahead = np.arange(int((horizon - series.dates[0]).astype(np.int64)) + 1, dtype=np.float64)
    fit = _trend(series, ahead, level) if errors == "independent" else _walk(series, ahead, level)
    outside = np.flatnonzero((np.abs(fit.drift) + fit.half > tolerance * (1 + 1e-12)) & (ahead >= fit.first_day))
    day = int(outside[0]) if len(outside) else int(ahead[-1])
    expires_on = series.dates[0] + np.timedelta64(day, "D")
    is_past = len(outside) > 0 and expires_on <= series.dates[-1]
    reason = ExpiryReason.PAST if is_past else ExpiryReason.DRIFT if len(outside) else ExpiryReason.HORIZON
    return Expiry(
        expires_on=str(expires_on),
        reason=reason,
        subject=series.name,
        rule=_RULES[errors],
        numbers={
            "rate_per_day": fit.rate,
            "rate_standard_error": fit.rate_error,
            "tolerance": float(tolerance),
            "level": level,
            "n_dates": float(len(series.dates)),
            "observed_days": float(series.days[-1]),
        },
    )


_RULES = {
    "independent": "first day on which the interval of a straight drift since the first date leaves the tolerance",
    "cumulative": "first day on which the interval of a random walk with drift leaves the tolerance",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """Drift since the first date and half its interval, for every day ahead; the first day that is extrapolated."""

    rate: float
    rate_error: float
    drift: FloatColumn
    half: FloatColumn
    first_day: float


def _trend(series: DatedMetric, ahead: FloatColumn, level: float) -> _Fit:
    from scipy.stats import t

    centred = series.days - series.days.mean()
    pull = centred / np.dot(centred, centred)
    rate = float(np.dot(pull, series.values))
    residual = series.values - series.values.mean() - rate * centred
    n_free = len(residual) - 2
    by_scatter = float(np.dot(residual, residual)) / n_free * float(np.dot(pull, pull))
    stated = 0.0 if series.standard_errors is None else float(np.dot(pull**2, series.standard_errors**2))
    error = float(np.sqrt(max(by_scatter, stated)))
    half = float(t.ppf((1 + level) / 2, n_free)) * error
    return _Fit(rate=rate, rate_error=error, drift=rate * ahead, half=half * ahead, first_day=0.0)


def _walk(series: DatedMetric, ahead: FloatColumn, level: float) -> _Fit:
    from scipy.stats import t

    steps, days = np.diff(series.values), np.diff(series.days)
    total = float(series.days[-1])
    gone = float(series.values[-1] - series.values[0])
    rate = gone / total
    n_free = len(steps) - 1
    per_day = float(np.sqrt(np.sum((steps - rate * days) ** 2 / days) / n_free))
    further = np.maximum(ahead - total, 0.0)
    half = float(t.ppf((1 + level) / 2, n_free)) * per_day * np.sqrt(further + further**2 / total)
    error = per_day / float(np.sqrt(total))
    return _Fit(rate=rate, rate_error=error, drift=gone + rate * further, half=half, first_day=total)
