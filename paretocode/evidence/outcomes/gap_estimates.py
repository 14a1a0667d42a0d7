"""How sure is a router's APGR? The same thresholds on other draws of questions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode.evidence.clusters import summed
from paretocode.evidence.estimates import Estimates, estimates_from
from paretocode.evidence.outcomes.estimating import checked_resampling, whole_where_possible
from paretocode.evidence.outcomes.performance_gap import PerformanceGap
from paretocode.evidence.resampling import FloatMatrix, Resampling, resampled_totals

__all__ = ["apgr_estimates"]


def apgr_estimates(gap: PerformanceGap, *, resampling: Resampling | None = None) -> Estimates:
    """Return the APGR of a router with a clustered standard error and resamples; more is better.

    Parameters
    ----------
    gap
        From `performance_gap`. Its cutoffs are held as thresholds: each resample counts anew which share of its
        questions they send to the strong model and what that recovers of its own gap.
    resampling
        Resamples of the table's clusters; 2,000 when None.

    Returns
    -------
    Estimates
        One quantity, ``apgr``. A resample whose strong model is not better has none (NaN).

    Raises
    ------
    InputError
        One cluster only, or a resampling of another number of clusters.

    Notes
    -----
    APGR = sum (p_j + p_{j+1}) / 2 x (s_{j+1} - s_j), p_j = (R_j - R_0) / (R_J - R_0), s_j = n_j / n: a smooth function
    of sums by cluster, so that the influence of a cluster follows by the chain rule (Efron and Tibshirani 1993,
    section 21.4).

    Examples
    --------
    >>> from paretocode.evidence.confidence import student_intervals
    >>> from paretocode.evidence.outcomes.build import outcome_table
    >>> from paretocode.evidence.outcomes.performance_gap import performance_gap
    >>> labels = [f"q{i}" for i in range(40) for _ in range(2)]
    >>> table = outcome_table(question=labels, model=["weak", "strong"] * 40, score=[0, 1, 1, 1, 0, 0, 1, 1] * 10,
    ...                       score_range=(0, 1))
    >>> found = apgr_estimates(performance_gap(table, "weak", "strong", [0.9, 0.4, 0.6, 0.1] * 10))
    >>> ends = student_intervals(found)
    >>> found.point.tolist(), ends.low.round(3).tolist(), ends.high.round(3).tolist()
    ([0.875], [0.805], [0.945])
    """
    table, curve = gap.curve.table, gap.curve
    draws = checked_resampling(table, resampling)
    at = gap.cutoff_index
    gain = whole_where_possible(table.scores_of(curve.models[1]) - table.scores_of(curve.models[0]))
    is_strong = gap.router_score[:, None] >= curve.thresholds[at, 0]
    recovered = summed(np.where(is_strong, gain[:, None], 0), table.clusters)
    n_strong = summed(is_strong, table.clusters)
    n_of = np.bincount(table.cluster, minlength=table.n_clusters)[:, None]
    whole, called = recovered.sum(axis=0), n_strong.sum(axis=0)
    p, s = whole / whole[-1], called / table.n_questions
    dp = (recovered - p * recovered[:, -1:]) / whole[-1]
    ds = (n_strong - s * n_of) / table.n_questions
    influence = (dp[:, 1:] + dp[:, :-1]) / 2 @ np.diff(s) + np.diff(ds, axis=1) @ ((p[1:] + p[:-1]) / 2)
    return estimates_from(
        names=["apgr"],
        point=np.array([gap.apgr]),
        influence=influence[:, None],
        replicates=_replicates(recovered, n_strong, n_of, draws),
        resampling=draws,
    )


def _replicates(
    recovered: NDArray[Any], n_strong: NDArray[Any], n_of: NDArray[Any], resampling: Resampling
) -> FloatMatrix:
    gained, called = resampled_totals(recovered, resampling), resampled_totals(n_strong, resampling)
    share = called / resampled_totals(n_of, resampling)
    gap = gained[:, -1:]
    p = np.divide(gained, gap, out=np.full_like(gained, np.nan), where=gap > 0)
    found: FloatMatrix = ((p[:, 1:] + p[:, :-1]) / 2 * np.diff(share, axis=1)).sum(axis=1, keepdims=True)
    return found
