"""How do sums over questions become estimates with clustered errors? The bridge to the statistics core."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode.errors import InputError
from paretocode.evidence.clusters import summed
from paretocode.evidence.estimates import Estimates, ratio_estimates
from paretocode.evidence.outcomes.table import OutcomeTable
from paretocode.evidence.resampling import Resampling

__all__ = ["checked_resampling", "mean_estimates", "whole_where_possible"]


def mean_estimates(
    values: NDArray[np.generic], table: OutcomeTable, *, names: list[str], resampling: Resampling
) -> Estimates:
    """Return means over questions; `values` has shape (n_questions, K). Whole numbers are summed exactly."""
    n_of = np.bincount(table.cluster, minlength=table.n_clusters)
    return ratio_estimates(
        summed(whole_where_possible(values), table.clusters), n_of, names=names, resampling=resampling
    )


def whole_where_possible(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return whole floats as int64, so that sums of rights and wrongs are exact."""
    if values.dtype.kind != "f":
        return values
    is_whole = bool((values == np.rint(values)).all()) and bool((np.abs(values) < 2**31).all())
    return values.astype(np.int64) if is_whole else values


def checked_resampling(table: OutcomeTable, resampling: Resampling | None) -> Resampling:
    """Return the resampling to use; 2,000 resamples of the table's clusters when None.

    Raises
    ------
    InputError
        One cluster only, or a resampling of another number of clusters.
    """
    n = table.clusters.n
    if resampling is None:
        return Resampling(n_clusters=n, n_replicates=2000)
    if resampling.n_clusters != n:
        raise InputError(
            f"the resampling draws {resampling.n_clusters} clusters and the table has {n}",
            where=table.name,
            way_out=f"give Resampling(n_clusters={n})",
        )
    return resampling
