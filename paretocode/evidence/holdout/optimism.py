"""How much better did the map look where it was chosen? Its training measures minus those of the holdout.

A map that was picked as the best of many on one part of a log looks better there than it is. Less is better, so an
optimism below 0 says that the training part flattered the map.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.confidence import Intervals, intervals
from paretocode.evidence.estimates import Estimates
from paretocode.evidence.holdout.plain import number

__all__ = ["Optimism", "gap_between", "optimism_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimism:
    """Training minus holdout, for K quantities; make one with `optimism_of`.

    Parameters
    ----------
    gap
        The K differences, with their standard errors and resamples.
    interval
        Of each by itself: bootstrap-t.
    student
        The analytic ones beside it.
    degrees_of_freedom
        Shape (K,): of the Student quantile behind `student`; NaN where neither part shows any spread.
    """

    gap: Estimates
    interval: Intervals
    student: Intervals
    degrees_of_freedom: FloatColumn

    def to_dict(self) -> dict[str, dict[str, float | None]]:
        """Return plain numbers for JSON, by quantity; an end that nothing bounds is None."""
        return {
            name: {
                "train_minus_test": number(self.gap.point[k]),
                "standard_error": number(self.gap.standard_error[k]),
                "low": number(self.interval.low[k]),
                "high": number(self.interval.high[k]),
                "student_low": number(self.student.low[k]),
                "student_high": number(self.student.high[k]),
            }
            for k, name in enumerate(self.gap.names)
        }


def optimism_of(train: Estimates, test: Estimates, *, level: float = 0.95) -> Optimism:
    """Return training minus holdout with intervals for two independent samples of sessions.

    Parameters
    ----------
    train, test
        The same quantities on both parts: of a map, or of its difference from the incumbent. Their resamples must be
        drawn with two seeds.
    level
        At least 0.5, below 1.

    Raises
    ------
    InputError
        Other quantities or another number of resamples on one side, or a level outside its range.

    Notes
    -----
    Standard error sqrt(s1^2 + s2^2); the analytic interval has the degrees of freedom of Welch (1947), (s1^2 + s2^2)^2
    / (s1^4 / (n1 - 1) + s2^4 / (n2 - 1)). Both take the map as given. The training part chose it, so they say how large
    a gap two draws of sessions leave by chance, and a gap outside them is more than chance.

    Examples
    --------
    >>> from paretocode.evidence.estimates import ratio_estimates
    >>> from paretocode.evidence.resampling import Resampling
    >>> train, test = (
    ...     ratio_estimates(np.array(cost), np.ones(len(cost)), names=["cost"],
    ...                     resampling=Resampling(n_clusters=len(cost), n_replicates=100, seed=len(cost)))
    ...     for cost in ([1.0, 2.0, 3.0], [4.0, 4.0]))
    >>> found = optimism_of(train, test)  # the holdout shows no spread: only the training part's counts
    >>> found.gap.point.tolist(), found.degrees_of_freedom.tolist(), round(float(found.gap.standard_error[0]), 4)
    ([-2.0], [2.0], 0.5774)
    """
    from scipy.stats import t

    gap = gap_between(train, test)
    ends = intervals(gap, level=level)
    squares = [part.standard_error**2 for part in (train, test)]
    parts = squares[0] ** 2 / (train.n_clusters - 1) + squares[1] ** 2 / (test.n_clusters - 1)
    has_spread = parts > 0
    freedom = np.divide((squares[0] + squares[1]) ** 2, parts, out=np.full(len(parts), np.nan), where=has_spread)
    half = np.where(has_spread, t.ppf((1 + level) / 2, np.where(has_spread, freedom, 1.0)) * gap.standard_error, 0.0)
    student = Intervals(low=gap.point - half, high=gap.point + half, level=level, method="student")
    return Optimism(gap=gap, interval=ends, student=student, degrees_of_freedom=freedom)


def gap_between(one: Estimates, other: Estimates) -> Estimates:
    """Return one sample's quantities minus those of an independent other, resample by resample.

    Raises
    ------
    InputError
        As `optimism_of`.

    Notes
    -----
    The acceleration is that of the contributions of both samples together: sum u^3 / (6 (sum u^2)^1.5), those of the
    other with their sign turned. The number of clusters is the smaller one.
    """
    if one.names != other.names or one.replicates.shape != other.replicates.shape:
        raise InputError(
            f"{', '.join(one.names)} with {len(one.replicates)} resamples stand against {', '.join(other.names)} with "
            f"{len(other.replicates)}",
            where="optimism",
            way_out="measure the same on both parts",
        )
    squares = [part.standard_error**2 * (part.n_clusters - 1) / part.n_clusters for part in (one, other)]
    cubes = one.acceleration * squares[0] ** 1.5 - other.acceleration * squares[1] ** 1.5
    spread = np.where(squares[0] + squares[1] > 0, squares[0] + squares[1], 1.0)
    return Estimates(
        names=one.names,
        point=one.point - other.point,
        standard_error=np.hypot(one.standard_error, other.standard_error),
        acceleration=cubes / spread**1.5,
        replicates=one.replicates - other.replicates,
        replicate_errors=np.hypot(one.replicate_errors, other.replicate_errors),
        n_clusters=min(one.n_clusters, other.n_clusters),
    )
