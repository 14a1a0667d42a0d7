"""What is left to say where outcomes were never seen? Bounds: the unseen ones may be anything within their range."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import BoolColumn, FloatColumn, float_column
from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters, summed
from paretocode.evidence.logged._ratios import ratios

__all__ = ["BoundedMean", "bounded_mean", "check_range", "filled_bounds", "outcome_column"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedMean:
    """Bounds of a mean of which a part is not known.

    Parameters
    ----------
    known_share
        Share of requests whose outcome is known.
    known_mean
        Their mean; None where there is none.
    low, high
        Mean if every unknown outcome were the lowest, the highest possible one. Not an interval: more data of the same
        kind do not bring them together.
    low_end, high_end
        The same with sampling: the truth lies between with at least `level`.
    level
        Nominal coverage.
    """

    known_share: float
    known_mean: float | None
    low: float
    high: float
    low_end: float
    high_end: float
    level: float

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return asdict(self)


def bounded_mean(
    outcome: ArrayLike,
    is_known: BoolColumn,
    clusters: Clusters,
    *,
    outcome_range: tuple[float, float],
    level: float = 0.95,
) -> BoundedMean:
    """Return bounds of the mean outcome of all requests when only some outcomes are known.

    Parameters
    ----------
    outcome
        Shape (n_requests,), within the range where known; ignored elsewhere.
    is_known
        Shape (n_requests,): such as `LoggedChoices.is_identical_so_far`.
    outcome_range
        Least and greatest possible outcome, a statement of the caller's.

    Notes
    -----
    Worst-case bounds (Manski 1990, "Nonparametric bounds on treatment effects"). Each end gets its own one-sided
    clustered Student limit at (1 + level) / 2, which covers the truth at least as often as stated, more often where
    bounds lie apart (Imbens and Manski 2004).

    Raises
    ------
    InputError
        A known outcome that is missing or outside the range, a range that is none, columns of unequal length.

    Examples
    --------
    >>> clusters = Clusters(of_row=np.array([0, 1, 2, 3]), n=4, kind="session")
    >>> known = np.array([True, True, True, False])
    >>> found = bounded_mean([1.0, 0.0, 1.0, float("nan")], known, clusters, outcome_range=(0.0, 1.0))
    >>> found.low, found.high, found.low_end < 0.5, found.known_share
    (0.5, 0.75, True, 0.75)
    """
    values = outcome_column(outcome, is_known, clusters, outcome_range=outcome_range)
    return filled_bounds(values, is_known, clusters, outcome_range=outcome_range, level=level)


def filled_bounds(
    values: FloatColumn,
    is_known: BoolColumn,
    clusters: Clusters,
    *,
    outcome_range: tuple[float, float],
    level: float,
) -> BoundedMean:
    """Return bounds of the mean of values of which some are known, nothing checked but the range.

    Parameters
    ----------
    values
        Shape (n_requests,): outcomes, or parts of an estimated mean, of which single ones may lie outside the range.
    is_known
        Shape (n_requests,).
    """
    least, most = check_range(outcome_range)
    filled = np.column_stack([np.where(is_known, values, bound) for bound in (least, most)])
    found = ratios(summed(filled, clusters), summed(np.ones_like(filled), clusters))
    low, high = found.student(level)
    return BoundedMean(
        known_share=float(np.mean(is_known)),
        known_mean=float(np.mean(values[is_known])) if is_known.any() else None,
        low=float(found.point[0]),
        high=float(found.point[1]),
        low_end=max(least, float(low[0])),
        high_end=min(most, float(high[1])),
        level=level,
    )


def outcome_column(
    outcome: ArrayLike, is_needed: BoolColumn, clusters: Clusters, *, outcome_range: tuple[float, float] | None = None
) -> FloatColumn:
    """Return outcomes as a column, 0 where they are not needed.

    Raises
    ------
    InputError
        Another length than the log, or a needed outcome that is missing or outside the range, with its row.
    """
    values = float_column(outcome, name="outcome", where="log", missing_allowed=True)
    if len(values) != len(clusters.of_row) or len(is_needed) != len(values):
        raise InputError(
            f"outcome has {len(values)} rows and the log {len(clusters.of_row)}",
            where="log",
            way_out="give one value for each request",
        )
    least, most = (-np.inf, np.inf) if outcome_range is None else check_range(outcome_range)
    bad = np.flatnonzero(is_needed & ~((values >= least) & (values <= most)))
    if len(bad):
        row = int(bad[0])
        what = "missing" if np.isnan(values[row]) else f"{values[row]:g}, outside {least:g} to {most:g},"
        raise InputError(
            f"outcome is {what} in row {row + 1}", where="log", way_out="fill it, drop the row, or widen the range"
        )
    return np.where(is_needed, values, 0.0)


def check_range(outcome_range: tuple[float, float]) -> tuple[float, float]:
    """Return the range, least before greatest, both finite.

    Raises
    ------
    InputError
        Otherwise.
    """
    least, most = outcome_range
    if not (np.isfinite(least) and np.isfinite(most) and least < most):
        raise InputError(
            f"the range of outcomes is {least:g} to {most:g}",
            where="log",
            way_out="give two finite numbers, the least first",
        )
    return float(least), float(most)
