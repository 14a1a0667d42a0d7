"""How do sums by session become ratios with errors, resampled at most once? What all estimates of a log are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.estimates import Estimates, estimates_from
from paretocode.evidence.resampling import FloatMatrix, Resampling, resampled_totals

__all__ = ["Ratios", "as_estimates", "ratios", "resampled"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ratios:
    """Ratios of sums over clusters.

    Parameters
    ----------
    point
        Shape (K,).
    influence
        Shape (n_clusters, K): first-order contributions to estimate minus truth.
    """

    point: FloatColumn
    influence: FloatMatrix

    def minus_column(self, column: int) -> Ratios:
        """Return each ratio minus one of them, cluster by cluster."""
        at = slice(column, column + 1)
        return Ratios(point=self.point - self.point[at], influence=self.influence - self.influence[:, at])

    def student(self, level: float) -> tuple[FloatColumn, FloatColumn]:
        """Return clustered Student limits, shape (K,) each; no resample is needed.

        Raises
        ------
        InputError
            A level outside 0.5 .. 1.
        """
        from scipy.stats import t

        if not 0.5 <= level < 1:
            raise InputError(f"the level is {level}", where="log", way_out="give a share such as 0.95")
        n = len(self.influence)
        error = np.sqrt(np.einsum("ck,ck->k", self.influence, self.influence) * n / (n - 1))
        half = float(t.ppf((1 + level) / 2, n - 1)) * error
        return self.point - half, self.point + half


def ratios(numerator: FloatMatrix, denominator: NDArray[np.generic]) -> Ratios:
    """Return ratios of sums and the influence (a_c - r b_c) / B of each cluster.

    Parameters
    ----------
    numerator, denominator
        Shape (n_clusters, K); denominators sum to more than 0.
    """
    below = denominator.astype(np.float64)
    whole = below.sum(axis=0)
    point = numerator.sum(axis=0) / whole
    return Ratios(point=point, influence=(numerator - point * below) / whole)


def resampled(numerator: FloatMatrix, denominator: FloatMatrix, resampling: Resampling) -> FloatMatrix:
    """Return the ratios under every resample, NaN where a denominator is 0. One pass for all columns."""
    totals = resampled_totals(np.hstack((numerator, denominator)), resampling)
    above, below = np.hsplit(totals, 2)
    return np.divide(above, below, out=np.full_like(below, np.nan), where=below != 0)


def as_estimates(found: Ratios, names: Sequence[str], replicates: FloatMatrix, resampling: Resampling) -> Estimates:
    """Return ratios and their resamples as estimates, for any of the evidence's intervals."""
    return estimates_from(
        names=names, point=found.point, influence=found.influence, replicates=replicates, resampling=resampling
    )
