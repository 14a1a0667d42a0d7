"""When do sessions begin? Bursts at a rate that follows the hour of the day."""

from __future__ import annotations

import math

import numpy as np

from paretocode._checks import FloatColumn

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


def hourly_profile(low: float, high: float) -> FloatColumn:
    """Return 24 hourly rates of mean 1 that swing between about low and high, least at 4 and most at 16 o'clock.

    The shape exp(a cos) has the stated ratio of greatest to least; both lie within 5 % of what is asked where
    low x high is near 1.
    """
    swing = math.log(high / low) / 2
    profile = np.exp(swing * np.cos((np.arange(24) - 16) * 2 * math.pi / 24))
    return np.asarray(profile / profile.mean(), dtype=np.float64)


def session_starts(
    n: int, *, per_hour: float, burst_shape: float, profile: FloatColumn, rng: np.random.Generator
) -> FloatColumn:
    """Return n increasing start times [s]; the first session starts at or after 0.

    Gamma gaps of mean 1 and shape `burst_shape` (below 1: burstier than Poisson) pass on a clock that runs with the
    hour's rate: a renewal process in operational time. O(n).
    """
    expected = np.cumsum(rng.gamma(burst_shape, 1 / burst_shape, n)) / per_hour
    day, within = np.divmod(expected, 24.0)
    passed = np.concatenate(([0.0], np.cumsum(profile)))
    return np.asarray(day * DAY_S + np.interp(within, passed, np.arange(25)) * HOUR_S, dtype=np.float64)
