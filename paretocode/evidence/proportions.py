"""How sure is a share of successes, and do two shares of the same questions differ? Exact and score intervals, McNemar.

28 of 29 and 29 of 29 are no different results: their exact intervals are [0.822, 0.999] and [0.881, 1].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, int_column, same_length
from paretocode.errors import InputError
from paretocode.evidence.confidence import Intervals

__all__ = [
    "PairedProportions",
    "checked_counts",
    "clopper_pearson_intervals",
    "exact_ends",
    "paired_proportions",
    "wilson_intervals",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedProportions:
    """Two shares of the same pairs, and the exact test of McNemar that they are equal.

    Parameters
    ----------
    n_both, n_first_only, n_second_only, n_neither
        Pairs by who succeeded.
    p_value
        Two-sided, exact; 1 where no pair tells the two apart.
    """

    n_both: int
    n_first_only: int
    n_second_only: int
    n_neither: int
    p_value: float

    @property
    def n(self) -> int:
        """Number of pairs."""
        return self.n_both + self.n_first_only + self.n_second_only + self.n_neither

    @property
    def difference(self) -> float:
        """Share of successes of the first minus that of the second; more is better for the first."""
        return (self.n_first_only - self.n_second_only) / self.n


def clopper_pearson_intervals(successes: ArrayLike, trials: ArrayLike, *, level: float = 0.95) -> Intervals:
    """Return exact intervals of shares: they cover at least `level`, usually more.

    Parameters
    ----------
    successes, trials
        Shape (K,), whole, 0 <= successes <= trials. Trials are independent: with several turns a question, take
        clustered intervals instead. Without a trial nothing is known: [0, 1].
    level
        Nominal coverage, 0.5 <= level < 1.

    Raises
    ------
    InputError
        Not whole, negative, more successes than trials, columns of unequal length, or another level.

    Notes
    -----
    low = Beta^-1(tail; k, n - k + 1), high = Beta^-1(1 - tail; k + 1, n - k) with tail = (1 - level) / 2; low is 0 for
    k = 0 and high is 1 for k = n (Clopper and Pearson 1934).

    Examples
    --------
    >>> found = clopper_pearson_intervals([28, 29, 0], [29, 29, 0])
    >>> found.low.round(3).tolist(), found.high.round(3).tolist()
    ([0.822, 0.881, 0.0], [0.999, 1.0, 1.0])
    """
    k, n = checked_counts(successes, trials, level)
    low, high = exact_ends(k.astype(np.float64), n.astype(np.float64), level)
    return Intervals(low=low, high=high, level=level, method="clopper-pearson")


def exact_ends(k: FloatColumn, n: FloatColumn, level: float) -> tuple[FloatColumn, FloatColumn]:
    """Return the ends of Clopper and Pearson for k of n, fractions allowed, 0 <= k <= n; [0, 1] where n is 0."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    is_none, is_all = k <= 0, k >= n
    low = np.where(is_none, 0.0, betaincinv(np.where(is_none, 1, k), np.where(is_none, 1, n - k + 1), tail))
    high = np.where(is_all, 1.0, betaincinv(np.where(is_all, 1, k + 1), np.where(is_all, 1, n - k), 1 - tail))
    return low, high


def wilson_intervals(successes: ArrayLike, trials: ArrayLike, *, level: float = 0.95) -> Intervals:
    """Return score intervals of shares: they cover `level` on average, sometimes less.

    Parameters
    ----------
    successes, trials, level
        As for `clopper_pearson_intervals`.

    Raises
    ------
    InputError
        As `clopper_pearson_intervals`.

    Notes
    -----
    The shares p with |k/n - p| <= z sqrt(p (1 - p) / n) (Wilson 1927).

    Examples
    --------
    >>> found = wilson_intervals([28, 0], [29, 0])
    >>> found.low.round(3).tolist(), found.high.round(3).tolist()
    ([0.828, 0.0], [0.994, 1.0])
    """
    from scipy.special import ndtri

    k, n = checked_counts(successes, trials, level)
    square = float(ndtri((1 + level) / 2)) ** 2
    at_least_one = np.maximum(n, 1)
    share = k / at_least_one
    centre = (share + square / (2 * at_least_one)) / (1 + square / at_least_one)
    root = np.sqrt(square * (share * (1 - share) / at_least_one + square / (4 * at_least_one**2)))
    half = root / (1 + square / at_least_one)
    low = np.where((n == 0) | (k == 0), 0.0, np.maximum(centre - half, 0.0))
    high = np.where((n == 0) | (k == n), 1.0, np.minimum(centre + half, 1.0))
    return Intervals(low=low, high=high, level=level, method="wilson")


def paired_proportions(first: ArrayLike, second: ArrayLike) -> PairedProportions:
    """Compare two shares of success on the same pairs (McNemar 1947, the exact form).

    Parameters
    ----------
    first, second
        Shape (n,): whether each succeeded, true or false (or 1 and 0), the same questions in the same order. Pairs are
        independent; several turns of one question are not.

    Raises
    ------
    InputError
        No pair, unequal lengths, or a value that is neither 0 nor 1.

    Notes
    -----
    Given the pairs that tell the two apart, each side is equally likely under equality:
    p = min(1, 2 P(X <= min(b, c))), X binomial with b + c trials of chance 1/2.

    Examples
    --------
    >>> found = paired_proportions([1] * 6 + [0] * 2, [0] * 5 + [1] * 3)
    >>> found.n_first_only, found.n_second_only, found.difference, round(found.p_value, 4)
    (5, 2, 0.375, 0.4531)
    >>> paired_proportions([1, 0], [1, 0]).p_value
    1.0
    """
    from scipy.special import bdtr

    one, two = _flags(first, "first"), _flags(second, "second")
    if same_length({"first": one, "second": two}, where="paired proportions") == 0:
        raise InputError("there is no pair", where="paired proportions", way_out="give at least one")
    both, only_first, only_second = int((one & two).sum()), int((one & ~two).sum()), int((~one & two).sum())
    apart = only_first + only_second
    p_value = min(1.0, 2 * float(bdtr(min(only_first, only_second), apart, 0.5))) if apart else 1.0
    return PairedProportions(
        n_both=both,
        n_first_only=only_first,
        n_second_only=only_second,
        n_neither=len(one) - both - apart,
        p_value=p_value,
    )


def checked_counts(successes: ArrayLike, trials: ArrayLike, level: float) -> tuple[IntColumn, IntColumn]:
    """Return counts as whole columns, refusing a level outside 0.5 .. 1 and more successes than trials."""
    if not 0.5 <= level < 1:
        raise InputError(f"the level is {level}", where="proportions", way_out="give a share such as 0.95")
    k = int_column(successes, name="successes", where="proportions", least=0)
    n = int_column(trials, name="trials", where="proportions", least=0)
    same_length({"successes": k, "trials": n}, where="proportions")
    if (k > n).any():
        at = int(np.flatnonzero(k > n)[0])
        raise InputError(
            f"successes is {k[at]} of {n[at]} trials in row {at + 1}", where="proportions", way_out="correct it"
        )
    return k, n


def _flags(values: ArrayLike, name: str) -> BoolColumn:
    column = int_column(np.asarray(values, dtype=np.float64), name=name, where="paired proportions", least=0)
    if (column > 1).any():
        at = int(np.flatnonzero(column > 1)[0])
        raise InputError(
            f"{name} is {column[at]} in row {at + 1}", where="paired proportions", way_out="give 1 or 0, or true, false"
        )
    is_set: BoolColumn = column == 1
    return is_set
