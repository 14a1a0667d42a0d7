"""How many standard errors must an interval reach? Bootstrap-t over one or several independent samples of sessions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.evidence.resampling import FloatMatrix, Resampling

__all__ = ["critical_reach", "draws_of", "standard_error"]

_NOISE = 1e-12
"""Below this share of a variance, that of a resample is the rounding of 0."""


def draws_of(*n_sessions: int, n_replicates: int = 999, seed: int = 5) -> tuple[Resampling, ...]:
    """Return independent resamplings, one for each sample of sessions; common to all moves that use them."""
    return tuple(Resampling(n_clusters=n, n_replicates=n_replicates, seed=seed + at) for at, n in enumerate(n_sessions))


def standard_error(influences: Sequence[FloatMatrix]) -> FloatColumn:
    """Return sqrt(sum over samples of n / (n - 1) x sum of squared influences), shape (K,)."""
    variance = sum(np.einsum("sk,sk->k", u, u) * len(u) / (len(u) - 1) for u in influences)
    error: FloatColumn = np.sqrt(variance)
    return error


def critical_reach(influences: Sequence[FloatMatrix], draws: Sequence[Resampling], *, level: float) -> FloatColumn:
    """Return for each quantity how many standard errors its interval must reach on either side, shape (K,).

    Parameters
    ----------
    influences
        Shape (n_sessions, K) for each sample: first-order contributions, columns sum to 0.
    draws
        A resampling for each sample, all of as many replicates.

    Notes
    -----
    The `level` quantile of |resampled sum of influences| / the resample's own standard error: a symmetric bootstrap-t
    (Hall 1988) of the linearised difference, samples being resampled apart (Efron and Tibshirani 1993, section 8.3).
    Costs of sessions are skewed and jumps sit in few of them: Student's quantile with the degrees of freedom of Welch
    (1947), the alternative, held the truth less often on replays of coding sessions. Infinite where too few sessions
    speak. O(n_replicates x n_sessions x K).
    """
    away = np.zeros((draws[0].n_replicates, influences[0].shape[1]))
    variance = np.zeros_like(away)
    for u, drawn in zip(influences, draws, strict=True):
        n, k = u.shape
        both = np.hstack((u, u**2))
        for rows, counts in drawn.blocks():
            sums = counts @ both
            away[rows] += sums[:, :k] - u.sum(axis=0)
            variance[rows] += (sums[:, k:] - sums[:, :k] ** 2 / n) * n / (n - 1)
    floor = _NOISE * standard_error(influences) ** 2
    ratio = np.where(np.abs(away) > 0, np.inf, 0.0)
    np.divide(np.abs(away), np.sqrt(np.maximum(variance, 0.0)), out=ratio, where=variance > floor)
    rank = min(len(away), int(np.ceil((len(away) + 1) * level)))
    reach: FloatColumn = np.sort(ratio, axis=0)[rank - 1]
    return reach
