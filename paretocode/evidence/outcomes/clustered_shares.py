"""How sure is a share when trials come in clusters? Exact intervals of an effective number of trials."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.confidence import Intervals
from paretocode.evidence.proportions import checked_counts, exact_ends

__all__ = ["clustered_proportion_intervals"]


def clustered_proportion_intervals(
    successes: NDArray[np.int64], trials: NDArray[np.int64], *, level: float = 0.95
) -> Intervals:
    """Return intervals of shares whose trials resemble each other within clusters.

    Parameters
    ----------
    successes, trials
        Shape (n_clusters, K): counts by cluster, 0 <= successes <= trials.
    level
        Nominal coverage, 0.5 <= level < 1.

    Returns
    -------
    Intervals
        The exact interval of an effective number of trials, so that shares of 0 and 1 get an interval too, as if each
        cluster were one trial. With one cluster or none nothing is known: [0, 1].

    Raises
    ------
    InputError
        Not two matrices of one shape, more successes than trials, or another level.

    Notes
    -----
    With the clustered standard error s of share p, n* = p (1 - p) / s^2, at most n, and
    n** = n* (t(n - 1) / t(m - 1))^2 for m clusters that hold trials; then Clopper-Pearson for p n** of n** (Korn and
    Graubard 1998). s is taken without the factor for few clusters, so that clusters of one trial give Clopper-Pearson
    itself.

    Examples
    --------
    >>> both_turns_alike = np.array([[2], [2], [2], [0]])
    >>> found = clustered_proportion_intervals(both_turns_alike, np.full((4, 1), 2))
    >>> found.low.round(3).tolist(), found.high.round(3).tolist()
    ([0.076], [1.0])
    """
    k, n = np.asarray(successes), np.asarray(trials)
    if k.ndim != 2 or k.shape != n.shape:
        raise InputError(
            f"successes has shape {k.shape} and trials {n.shape}",
            where="proportions",
            way_out="give both as (n_clusters, K)",
        )
    for column in range(k.shape[1]):
        checked_counts(k[:, column], n[:, column], level)
    total = n.sum(axis=0)
    p = k.sum(axis=0) / np.maximum(total, 1)
    effective = _effective_trials(k, n, p, level)
    low, high = exact_ends(p * effective, effective, level)
    is_known = (n > 0).sum(axis=0) > 1
    return Intervals(
        low=np.where(is_known, low, 0.0), high=np.where(is_known, high, 1.0), level=level, method="korn-graubard"
    )


def _effective_trials(k: NDArray[np.int64], n: NDArray[np.int64], p: FloatColumn, level: float) -> FloatColumn:
    from scipy.special import stdtrit

    total = np.maximum(n.sum(axis=0), 1)
    n_holding = np.maximum((n > 0).sum(axis=0), 2)
    square = (((k - p * n) / total) ** 2).sum(axis=0)
    plain = np.where(square > 0, p * (1 - p) / np.where(square > 0, square, 1.0), n_holding)
    upper = (1 + level) / 2
    wider = (stdtrit(np.maximum(total - 1, 1), upper) / stdtrit(n_holding - 1, upper)) ** 2
    effective: FloatColumn = np.where(square > 0, np.minimum(plain, total) * wider, plain)
    return effective
