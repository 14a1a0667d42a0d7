"""How likely does a Student interval say what is true? Power, and what reaches a given one.

An estimate with standard error s and f degrees of freedom excludes 0 when it is more than t x s away. If the truth is
d, its ratio to its own standard error follows Student's law around d / s (Owen 1968), exactly for normal contributions
and nearly so for means of many.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError

__all__ = ["MOST_SESSIONS", "check_chances", "least_count", "least_shift", "power_of"]

MOST_SESSIONS = 10**15
_FAR = 10.0
_REACH, _N_NODES = 8.0, 200


def power_of(shift: float, freedom: float, *, alpha: float, is_two_sided: bool = True) -> float:
    """Return the probability that the interval lies on the far side.

    Parameters
    ----------
    shift
        True distance in standard errors, any sign; of a one-sided question the distance to the margin, positive when
        the truth lies inside.
    freedom
        Degrees of freedom, above 0.
    alpha
        1 minus the level of the two-sided interval that is looked at.
    is_two_sided
        Whether either end may say it: a difference is seen when the interval lies above or below 0. A margin is kept
        when the upper end lies below it, which is a test at alpha / 2.

    Notes
    -----
    P(T > t) + P(T < -t) with T noncentral Student, t the quantile of 1 - alpha / 2 (Owen 1968), integrated over the
    law of the estimated error; right to 1e-6, also far out, where libraries give NaN.

    Examples
    --------
    >>> round(power_of(0.0, 20, alpha=0.05), 6), round(power_of(2.8, 1e9, alpha=0.05), 3)
    (0.05, 0.8)
    """
    from scipy.special import ndtr

    critical, scale, weight = _law(freedom, alpha)
    above = ndtr(shift - critical * scale)
    below = ndtr(-shift - critical * scale) if is_two_sided else 0.0
    return min(1.0, float(weight @ (above + below)))


@lru_cache(maxsize=256)
def _law(freedom: float, alpha: float) -> tuple[float, FloatColumn, FloatColumn]:
    """Return the critical value, and how far an estimated error is off, at nodes with weights.

    The error is off by sqrt(chi2 / freedom), here at normal quantiles and worked out from the nearer tail.
    """
    from scipy.special import gammainccinv, gammaincinv, ndtr
    from scipy.stats import t

    node, weight = _normal_nodes()
    half = freedom / 2
    below, above = gammaincinv(half, ndtr(node[node < 0])), gammainccinv(half, ndtr(-node[node >= 0]))
    return float(t.isf(alpha / 2, freedom)), np.sqrt(np.concatenate([below, above]) / half), weight


@cache
def _normal_nodes() -> tuple[FloatColumn, FloatColumn]:
    """Return places and weights that integrate over a standard normal, by Gauss and Legendre on -8..8."""
    node, weight = np.polynomial.legendre.leggauss(_N_NODES)
    return node * _REACH, weight * _REACH * np.exp(-((node * _REACH) ** 2) / 2) / np.sqrt(2 * np.pi)


def least_count(power_at: Callable[[int], float], power: float, *, least: int) -> int:
    """Return the smallest count whose power reaches the given one; power must not fall with the count.

    Raises
    ------
    InputError
        More than `MOST_SESSIONS` would be needed.

    Examples
    --------
    >>> least_count(lambda n: 1 - 1 / n, 0.8, least=2)
    5
    """
    low, high = least, least
    while power_at(high) < power:
        low, high = high + 1, high * 2
        if high > MOST_SESSIONS:
            raise InputError(
                f"more than {MOST_SESSIONS:.0e} sessions would be needed",
                where="sample size",
                way_out="ask for a larger difference",
            )
    while low < high:
        middle = (low + high) // 2
        if power_at(middle) < power:
            low = middle + 1
        else:
            high = middle
    return high


def least_shift(freedom: float, *, power: float, alpha: float, is_two_sided: bool = True) -> float:
    """Return how many standard errors away the truth must lie to be seen with the given power.

    Examples
    --------
    >>> round(least_shift(1e9, power=0.8, alpha=0.05), 3), round(least_shift(9, power=0.8, alpha=0.05), 3)
    (2.802, 3.15)
    """
    from scipy.optimize import brentq
    from scipy.stats import t

    far = _FAR * float(t.isf(alpha / 2, freedom))
    return float(
        brentq(lambda d: power_of(d, freedom, alpha=alpha, is_two_sided=is_two_sided) - power, 0.0, far, xtol=1e-10)
    )


def check_chances(power: float, alpha: float) -> None:
    """Refuse a power or a level that plans nothing.

    Raises
    ------
    InputError
        Power not above alpha and below 1, or alpha outside 0..0.5.
    """
    if not 0 < alpha <= 0.5:
        raise InputError(f"alpha is {alpha}", where="sample size", way_out="give a share such as 0.05")
    if not max(alpha, 0.5) <= power < 1:
        raise InputError(f"power is {power}", where="sample size", way_out="give a share such as 0.8 or 0.9, below 1")
