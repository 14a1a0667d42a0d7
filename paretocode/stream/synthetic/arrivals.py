"""When do sessions begin? Bursts at a rate that follows the hour of the day."""

from __future__ import annotations

import math

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.stream.synthetic.limits import not_negative
from paretocode.stream.synthetic.renewal import GapLaw

__all__ = ["FLAT_HOURS", "M_SMALL_HOURS", "R1_HOURS", "check_hours", "hourly_profile", "session_starts", "to_clock"]

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
BUSIEST_HOUR = 16
MEAN_TOLERANCE = 1e-6


def hourly_profile(low: float, high: float) -> tuple[float, ...]:
    """Return 24 hourly rates of mean 1 that swing between low and high, least at 4 and most at 16 o'clock.

    The published profiles name their least and greatest hour only; the shape between them is our choice:
    low + (high - low) ((1 + cos) / 2)^c, with c such that the mean is 1. Both bounds are met exactly.

    Raises
    ------
    InputError
        Unless 0 <= low < 1 < high, or where the mean of 1 lies so near a bound that no c from 0.02 to 50 gives it.

    Examples
    --------
    >>> hours = hourly_profile(0.45, 2.19)
    >>> min(hours), max(hours), hours.index(max(hours)), round(sum(hours), 9)
    (0.45, 2.19, 16, 24.0)
    """
    if not 0 <= low < 1 < high:
        raise InputError(f"an hourly profile from {low:g} to {high:g} has no mean of 1", way_out="put 1 between them")
    wave = (1 + np.cos((np.arange(24) - BUSIEST_HOUR) * 2 * math.pi / 24)) / 2
    wanted = (1 - low) / (high - low)
    sharp, blunt = 50.0, 0.02
    if not np.mean(wave**sharp) < wanted < np.mean(wave**blunt):
        raise InputError(f"no daily wave from {low:g} to {high:g} has a mean of 1", way_out="give the 24 rates")
    for _ in range(80):  # bisection: the mean of wave^c falls with c
        middle = math.sqrt(sharp * blunt)
        sharp, blunt = (middle, blunt) if np.mean(wave**middle) < wanted else (sharp, middle)
    return tuple((low + (high - low) * wave**sharp).tolist())


def _swinging_hours(low: float, high: float) -> tuple[float, ...]:
    """Return exp(a cos) rates of mean 1 whose ratio of greatest to least is high / low."""
    profile = np.exp(math.log(high / low) / 2 * np.cos((np.arange(24) - BUSIEST_HOUR) * 2 * math.pi / 24))
    return tuple((profile / profile.mean()).tolist())


FLAT_HOURS = (1.0,) * 24
"""Every hour alike."""
# Kept in its first shape, within 5 % of the published bounds, so that streams made before keep their bytes.
M_SMALL_HOURS = _swinging_hours(0.70, 1.43)
"""ServeGen's `m-small`: 0.70 to 1.43 of the mean."""
R1_HOURS = hourly_profile(0.45, 2.19)
"""ServeGen's `deepseek-r1`: 0.45 to 2.19 of the mean."""


def check_hours(hourly: tuple[float, ...], *, where: str) -> None:
    """Refuse anything but 24 rates, not negative, of mean 1."""
    if len(hourly) != 24:
        raise InputError(f"hourly has {len(hourly)} values", where=where, way_out="give 24, from midnight on")
    for rate in hourly:
        not_negative(where=where, hourly=rate)
    mean = math.fsum(hourly) / 24
    if abs(mean - 1) > MEAN_TOLERANCE:
        raise InputError(f"hourly has a mean of {mean:g}", where=where, way_out="divide its values by their mean")


def session_starts(
    n: int, *, per_hour: float, gaps: GapLaw, hourly: tuple[float, ...], rng: np.random.Generator
) -> FloatColumn:
    """Return n increasing start times [s]; the first session starts at or after 0.

    A renewal process in operational time: the gaps, brought to mean 1, pass on a clock that runs with the hour's rate.
    O(n).
    """
    return to_clock(np.cumsum(gaps.draw(n, rng) / gaps.mean), per_hour=per_hour, hourly=hourly)


def to_clock(expected: FloatColumn, *, per_hour: float, hourly: tuple[float, ...]) -> FloatColumn:
    """Return when so many sessions are expected to have begun [s since midnight]; O(n).

    Examples
    --------
    >>> to_clock(np.array([0.0, 6.0, 24.0]), per_hour=1.0, hourly=(0.0,) * 12 + (2.0,) * 12).tolist()
    [43200.0, 54000.0, 129600.0]
    """
    day, within = np.divmod(expected / per_hour, 24.0)
    passed = np.concatenate(([0.0], np.cumsum(hourly)))
    # np.interp takes the last of equal totals, so nothing begins in an hour of rate 0.
    return np.asarray(day * DAY_S + np.interp(within, passed, np.arange(25)) * HOUR_S, dtype=np.float64)
