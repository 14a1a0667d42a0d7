"""How often must a logged request count to stand for the candidate's traffic? Importance weights and what they hide."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import BoolColumn, FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.clusters import summed
from paretocode.evidence.logged._ratios import ratios
from paretocode.evidence.logged.choices import LoggedChoices

__all__ = ["WeightCheck", "check_weights", "importance_weights", "propensity_column"]


_PLAUSIBLE_LEVEL = 0.99
"""One right log in a hundred is suspected."""


def propensity_column(propensity: ArrayLike, *, n_requests: int, where: str = "log") -> FloatColumn:
    """Return propensities as a column.

    Raises
    ------
    InputError
        Another length than the log, or one outside (0, 1], with its row: a choice that was made had a probability
        above 0.

    Examples
    --------
    >>> propensity_column([0.5, 0.0], n_requests=2)
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: log: propensity is 0 in row 2, outside (0, 1]; give the probability with which the
    logged choice was made.
    """
    column = np.array(propensity, dtype=np.float64)
    if column.shape != (n_requests,):
        raise InputError(
            f"propensity has shape {column.shape} and the log {n_requests} requests",
            where=where,
            way_out="give one number for each request",
        )
    bad = np.flatnonzero(~((column > 0) & (column <= 1)))
    if len(bad):
        row = int(bad[0])
        raise InputError(
            f"propensity is {column[row]:g} in row {row + 1}, outside (0, 1]",
            where=where,
            way_out="give the probability with which the logged choice was made",
        )
    column.flags.writeable = False
    return column


def importance_weights(choices: LoggedChoices, propensity: FloatColumn, *, clip: float | None = None) -> FloatColumn:
    """Return 1 / propensity where the log chose what the candidate would, else 0; at most `clip`.

    Raises
    ------
    InputError
        A clip below 1: it would cut weights that no estimator needs cut.
    """
    if clip is not None and not clip >= 1:
        raise InputError(f"the clip is {clip}", where="weights", way_out="give a largest weight of 1 or more, or None")
    weight = np.where(choices.is_identical, 1.0 / propensity, 0.0)
    return weight if clip is None else np.minimum(weight, clip)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightCheck:
    """What the weights say about themselves.

    Parameters
    ----------
    n_requests, n_matched
        Covered requests, and those of them that the log decided as the candidate would.
    effective_requests
        (sum w)^2 / sum w^2 over requests (Kish 1965).
    effective_sessions
        The same over sums of weights by cluster: what intervals rest on.
    largest, largest_share
        The largest weight, and its share of all.
    mean, mean_low, mean_high
        Mean unclipped weight and its interval. Where propensities are right its expectation is 1.
    is_mean_plausible
        Whether 1 lies within the 99 % interval. Where not, the propensities are wrong, or strata hold requests for
        which the log never made the candidate's choice, so that no weight stands for them.
    clip
        The largest weight allowed, None for any.
    n_clipped
        How many weights were cut.
    weight_lost
        Mean weight that clipping took away, of all covered requests.
    level
        Of the interval.
    """

    n_requests: int
    n_matched: int
    effective_requests: float
    effective_sessions: float
    largest: float
    largest_share: float
    mean: float
    mean_low: float
    mean_high: float
    is_mean_plausible: bool
    clip: float | None
    n_clipped: int
    weight_lost: float
    level: float

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return asdict(self)


def check_weights(
    choices: LoggedChoices,
    propensity: FloatColumn,
    covered_mask: BoolColumn,
    *,
    clip: float | None = None,
    level: float = 0.95,
) -> WeightCheck:
    """Return what the weights of the covered requests, at least one, say about themselves. O(n).

    Raises
    ------
    InputError
        A clip below 1.
    """
    whole = np.where(covered_mask, importance_weights(choices, propensity), 0.0)
    used = np.where(covered_mask, importance_weights(choices, propensity, clip=clip), 0.0)
    n = int(np.count_nonzero(covered_mask))
    sums = [summed(column[:, None], choices.clusters) for column in (whole, covered_mask)]
    found = ratios(*sums)
    low, high = found.student(level)
    wide = found.student(_PLAUSIBLE_LEVEL)
    total = float(used.sum())
    return WeightCheck(
        n_requests=n,
        n_matched=int(np.count_nonzero(used)),
        effective_requests=_kish(used),
        effective_sessions=_kish(summed(used, choices.clusters)),
        largest=float(used.max()),
        largest_share=float(used.max()) / total if total else 0.0,
        mean=float(found.point[0]),
        mean_low=float(low[0]),
        mean_high=float(high[0]),
        is_mean_plausible=bool(wide[0][0] <= 1 <= wide[1][0]),
        clip=clip,
        n_clipped=int(np.count_nonzero(used < whole)),
        weight_lost=float((whole - used).sum()) / n,
        level=level,
    )


def _kish(weight: FloatColumn) -> float:
    squares = float(np.dot(weight, weight))
    return float(weight.sum()) ** 2 / squares if squares else 0.0
