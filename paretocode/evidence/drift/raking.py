"""How must tuned sessions be weighted so that they fall into strata as today's do? Post-stratification and raking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn
from paretocode.evidence.drift.strata import Strata
from paretocode.evidence.resampling import FloatMatrix

__all__ = ["Weights", "raked_weights"]

_MOST_ROUNDS = 500
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """Weights of the tuned sessions.

    Parameters
    ----------
    strata
        What was matched.
    weight
        Shape (n_sessions,), >= 0, mean 1.
    is_covered
        Shape (n_sessions of today,): sessions whose strata the tuned stream has. Only these are matched.
    has_converged
        Whether the weighted shares equal today's; where they contradict each other no weights do.
    """

    strata: tuple[Strata, ...]
    weight: FloatColumn
    is_covered: BoolColumn
    has_converged: bool

    @property
    def effective_sessions(self) -> float:
        """How many equally weighted sessions would vary as much: (sum w)^2 / sum w^2 (Kish 1965)."""
        return float(self.weight.sum() ** 2 / np.sum(self.weight**2))

    @property
    def uncovered_share(self) -> float:
        """Share of today's sessions of a kind that the tuned stream does not hold: no weight brings them in."""
        return 1 - float(np.mean(self.is_covered))

    def calibrated(self, residuals: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
        """Return the influence of tuned and of today's sessions on a weighted metric.

        Parameters
        ----------
        residuals
            Shape (n_sessions, K): `MetricSums.residuals` under these weights.

        Notes
        -----
        Raked and post-stratified estimators vary, in large samples, as the regression estimator on the strata does
        (Deville and Sarndal 1992): a tuned session contributes its weighted residual from that regression, a session of
        today its fitted value. O(n_sessions x (sum of strata)^2).
        """
        x, x_today = (_dummies(self.strata, side) for side in ("tuned", "today"))
        weighted = x * self.weight[:, None]
        beta = np.linalg.pinv(x.T @ weighted) @ (weighted.T @ residuals)
        own = (residuals - x @ beta) * self.weight[:, None] / len(self.weight)
        n_covered = max(int(np.count_nonzero(self.is_covered)), 1)
        fitted = (x_today @ beta) * self.is_covered[:, None]
        centred = fitted - self.is_covered[:, None] * fitted.sum(axis=0) / n_covered
        return own, centred / n_covered


def raked_weights(strata: Sequence[Strata]) -> Weights:
    """Return weights under which the tuned sessions fall into each factor's strata as today's sessions do.

    With one factor it is post-stratification, with several iterative proportional fitting of the margins (Deming and
    Stephan 1940). Today's sessions of a kind that the tuned stream lacks are left out and counted.

    Notes
    -----
    O(rounds x n_sessions x factors), at most 500 rounds.

    Examples
    --------
    >>> long = Strata(factor="session length", tuned=np.array([0, 0, 1]), today=np.array([0, 1, 1, 2]), n=3)
    >>> weights = raked_weights([long])
    >>> weights.weight.tolist(), weights.uncovered_share
    ([0.5, 0.5, 2.0], 0.25)
    """
    n_tuned = len(strata[0].tuned)
    covered = np.logical_and.reduce([factor.is_covered for factor in strata])
    weight = np.ones(n_tuned)
    if not covered.any():
        return Weights(strata=tuple(strata), weight=weight, is_covered=covered, has_converged=False)
    targets = [np.bincount(f.today[covered], minlength=f.n) / np.count_nonzero(covered) * n_tuned for f in strata]
    has_converged = False
    for _ in range(_MOST_ROUNDS):
        for factor, target in zip(strata, targets, strict=True):
            mass = np.bincount(factor.tuned, weights=weight, minlength=factor.n)
            weight = weight * np.divide(target, mass, out=np.zeros_like(target), where=mass > 0)[factor.tuned]
        if has_converged := _fits(strata, targets, weight):
            break
    return Weights(strata=tuple(strata), weight=weight, is_covered=covered, has_converged=has_converged)


def _fits(strata: Sequence[Strata], targets: Sequence[FloatColumn], weight: FloatColumn) -> bool:
    masses = (np.bincount(f.tuned, weights=weight, minlength=f.n) for f in strata)
    return all(bool(np.abs(m - t).max() <= _CLOSE * len(weight)) for m, t in zip(masses, targets, strict=True))


def _dummies(strata: Sequence[Strata], side: str) -> FloatMatrix:
    return np.hstack([np.eye(factor.n)[getattr(factor, side)] for factor in strata])
