"""What is estimated, how far off may it be, and what did every resample say? The common form of all evidence.

Whatever is compared (cost per request, a quantile, a quality score) ends as `Estimates`: a value, a standard error from
clusters, and the values of the resamples. Intervals, verdicts and corrections for choosing know nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.evidence.resampling import FloatMatrix, Resampling, resampled_totals

__all__ = ["Estimates", "estimates_from", "ratio_estimates"]

_ROUNDING = 1e-13
"""Influences that add up to less than this part of the estimate are rounding, not spread."""

_SINGLE = 1e-5
"""The same for sums of squares in single precision."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimates:
    """K quantities, estimated from the same clusters.

    Parameters
    ----------
    names
        Length K.
    point
        Shape (K,): the estimates.
    standard_error
        Shape (K,), >= 0: linearised, clustered. 0 where no cluster differs by more than rounding.
    acceleration
        Shape (K,): how the standard error moves with the quantity (Efron 1987), a sixth of the skewness of the sum of
        the clusters' influences; 0 where there is no spread.
    replicates
        Shape (R, K): the quantities under each resample, common to all; NaN where one is undefined.
    replicate_errors
        Shape (R, K): the standard error that each resample would state, >= 0.
    n_clusters
        How many clusters stand behind them.
    """

    names: tuple[str, ...]
    point: FloatColumn
    standard_error: FloatColumn
    acceleration: FloatColumn
    replicates: FloatMatrix
    replicate_errors: FloatMatrix
    n_clusters: int

    def __len__(self) -> int:
        return len(self.names)

    def take(self, index: IntColumn | Sequence[int]) -> Estimates:
        """Return some of the quantities, in the order given."""
        at = np.asarray(index, dtype=np.int64)
        return Estimates(
            names=tuple(self.names[i] for i in at.tolist()),
            point=self.point[at],
            standard_error=self.standard_error[at],
            acceleration=self.acceleration[at],
            replicates=self.replicates[:, at],
            replicate_errors=self.replicate_errors[:, at],
            n_clusters=self.n_clusters,
        )


def estimates_from(
    *,
    names: Sequence[str],
    point: FloatColumn,
    influence: FloatMatrix,
    replicates: FloatMatrix,
    resampling: Resampling,
    influence_totals: FloatMatrix | None = None,
) -> Estimates:
    """Return estimates from what each cluster contributes.

    Parameters
    ----------
    influence
        Shape (n_clusters, K): each cluster's first-order contribution to estimate minus truth; columns sum to 0.
    replicates
        Shape (R, K): the quantities under the resamples of `resampling`.
    influence_totals
        Shape (R, K): what the influences of the clusters drawn add up to, where that is known; else it is computed.

    Notes
    -----
    standard error = sqrt(n / (n - 1) x sum u^2), acceleration = sum u^3 / (6 (sum u^2)^1.5), the infinitesimal
    jackknife (Efron and Tibshirani 1993, sections 14.3 and 21.4) with the factor of Liang and Zeger (1986) for few
    clusters. A resample's own standard error takes its clusters' contributions for what they are in the whole:
    n / (n - 1) x (sum w u^2 - (sum w u)^2 / n) with counts w.
    """
    n = len(influence)
    squares = np.einsum("ck,ck->k", influence, influence)
    squares = np.where(squares <= (_ROUNDING * point) ** 2 / n, 0.0, squares)  # NaN stays
    cubes = np.einsum("ck,ck,ck->k", influence, influence, influence)
    spread = np.where(squares > 0, squares, 1.0)
    return Estimates(
        names=tuple(names),
        point=point,
        standard_error=np.sqrt(squares * n / (n - 1)),
        acceleration=np.where(squares > 0, cubes / (6 * spread**1.5), 0.0),
        replicates=replicates,
        replicate_errors=_replicate_errors(influence, squares, resampling, influence_totals),
        n_clusters=n,
    )


def _replicate_errors(
    influence: FloatMatrix, squares: FloatColumn, resampling: Resampling, totals: FloatMatrix | None
) -> FloatMatrix:
    """Return the standard error of each resample, shape (R, K); single precision is more than it is worth."""
    n, kept = len(influence), np.flatnonzero(squares != 0)  # NaN stays
    k = len(kept)
    size = np.sqrt(squares[kept])  # to numbers around 1: squares of small ones would vanish
    table = np.empty((n, k if totals is not None else 2 * k), dtype=np.float32)
    np.divide(influence[:, kept], size, out=table[:, :k], casting="same_kind")
    if totals is None:
        table[:, k:] = table[:, :k]
    np.square(table[:, :k], out=table[:, :k])
    errors = np.zeros((resampling.n_replicates, len(squares)))
    if not k:
        return errors
    for rows, counts in resampling.blocks(np.float32):
        sums = (counts @ table).astype(np.float64)
        drawn = sums[:, k:] if totals is None else totals[rows, kept] / size
        spread = sums[:, :k] - drawn**2 / n
        spread[spread < _SINGLE * sums[:, :k]] = 0.0  # all clusters drawn contribute the same: what is left is rounding
        errors[rows.start : rows.stop, kept] = np.sqrt(spread * n / (n - 1)) * size
    return errors


def ratio_estimates(
    numerator: NDArray[Any],
    denominator: NDArray[Any],
    *,
    names: Sequence[str],
    resampling: Resampling,
    minus: tuple[NDArray[Any], NDArray[Any]] | None = None,
) -> Estimates:
    """Estimate ratios of sums, or differences of two such ratios, from sums by cluster.

    Parameters
    ----------
    numerator, denominator
        Shape (n_clusters, K), or (n_clusters,) for one column that serves all K. The estimate is
        sum(numerator) / sum(denominator); a mean per cluster has a denominator of ones.
    names
        Length K.
    minus
        Numerator and denominator of what is subtracted, on the same clusters.

    Raises
    ------
    InputError
        Shapes that do not fit, a number that is not finite, a denominator that sums to 0.

    Notes
    -----
    The influence of cluster c on a ratio r = A / B is (a_c - r b_c) / B (Woodruff 1971; Cochran 1977, section 6.3).

    Examples
    --------
    >>> cost, requests = np.array([4, 2, 6, 0]), np.array([2, 1, 3, 2])
    >>> found = ratio_estimates(cost, requests, names=["cost"], resampling=Resampling(n_clusters=4))
    >>> found.point.tolist(), round(float(found.standard_error[0]), 4)
    ([1.5], 0.5103)
    """
    sides = [(numerator, denominator), *([] if minus is None else [minus])]
    tables = [
        (_table(a, len(names), resampling, "numerator"), _table(b, len(names), resampling, "denominator"))
        for a, b in sides
    ]
    values = [_ratios(a, b, names, resampling) for a, b in tables]
    point, influence, replicates = values[0]
    if minus is not None:
        point, influence, replicates = (x - y for x, y in zip(values[0], values[1], strict=True))
    return estimates_from(names=names, point=point, influence=influence, replicates=replicates, resampling=resampling)


def _table(values: NDArray[Any], n_names: int, resampling: Resampling, what: str) -> NDArray[Any]:
    table = np.asarray(values)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or len(table) != resampling.n_clusters or table.shape[1] not in {1, n_names}:
        raise InputError(
            f"the {what} has shape {np.shape(values)}",
            where="evidence",
            way_out=f"give ({resampling.n_clusters}, {n_names}), a row for each cluster and a column for each name",
        )
    if table.dtype.kind == "f" and not np.isfinite(table).all():
        row = int(np.flatnonzero(~np.isfinite(table).all(axis=1))[0])
        raise InputError(f"the {what} of cluster {row} is not finite", where="evidence", way_out="drop or fill it")
    return table


def _ratios(
    numerator: NDArray[Any], denominator: NDArray[Any], names: Sequence[str], resampling: Resampling
) -> tuple[FloatColumn, FloatMatrix, FloatMatrix]:
    """Return value, influence by cluster and value under each resample of ratios of sums."""
    whole = denominator.sum(axis=0).astype(np.float64)
    if (whole == 0).any():
        at = int(np.flatnonzero(whole == 0)[0])
        raise InputError(
            f"{names[min(at, len(names) - 1)]} is divided by nothing",
            where="evidence",
            way_out="leave it out: no row of the data speaks about it",
        )
    value = numerator.sum(axis=0) / whole
    influence = (numerator - value * denominator) / whole
    above, below = resampled_totals(numerator, resampling), resampled_totals(denominator, resampling)
    return value, influence, np.divide(above, below, out=np.full_like(above, np.nan), where=below != 0)
