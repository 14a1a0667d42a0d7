"""On which questions does it matter who answers? Rescue, loss, safe and hard.

- rescue: the first is wrong and the second right, so that moving up pays;
- loss: the first is right and the second wrong, so that moving up hurts;
- safe: both are right, so that the cheaper one will do;
- hard: both are wrong, so that neither helps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode.errors import InputError
from paretocode.evidence.clusters import summed
from paretocode.evidence.confidence import Intervals
from paretocode.evidence.estimates import Estimates
from paretocode.evidence.outcomes.assignment import Assignment, refuse_other_table
from paretocode.evidence.outcomes.clustered_shares import clustered_proportion_intervals
from paretocode.evidence.outcomes.estimating import checked_resampling, mean_estimates
from paretocode.evidence.proportions import (
    PairedProportions,
    clopper_pearson_intervals,
    paired_proportions,
)
from paretocode.evidence.resampling import Resampling

__all__ = ["QUADRANTS", "Quadrants", "quadrants"]

QUADRANTS = ("rescue", "loss", "safe", "hard")
"""In the order of all columns here."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Quadrants:
    """Questions by who is right.

    Parameters
    ----------
    first, second
        Names: weak and strong, or baseline and candidate.
    right_at
        Least score that counts as right.
    counts
        Questions by quadrant, in the order of `QUADRANTS`; they sum to all.
    share
        Shares, with clustered standard errors.
    intervals
        Exact (Clopper-Pearson) where every question is its own cluster, else by effective number of questions
        (`clustered_proportion_intervals`).
    test
        McNemar's exact test of equal shares; None where clusters hold several questions, which it does not allow.
    """

    first: str
    second: str
    right_at: float
    counts: tuple[int, int, int, int]
    share: Estimates
    intervals: Intervals
    test: PairedProportions | None


def quadrants(
    first: Assignment,
    second: Assignment,
    *,
    right_at: float | None = None,
    level: float = 0.95,
    resampling: Resampling | None = None,
) -> Quadrants:
    """Return how many questions are rescued, lost, safe and hard.

    Parameters
    ----------
    first, second
        On the same table: weak and strong model, or baseline and routed.
    right_at
        Least score that counts as right; the top of the table's range when None.
    level, resampling
        Of each interval; 2,000 resamples of the table's clusters when None.

    Raises
    ------
    InputError
        Two tables, one cluster only, or a limit outside the score range (at its lower end everything would be right).

    Examples
    --------
    >>> from paretocode.evidence.outcomes.assignment import assigned_to
    >>> from paretocode.evidence.outcomes.build import outcome_table
    >>> table = outcome_table(question=["a", "a", "b", "b", "c", "c"], model=["weak", "strong"] * 3,
    ...                       score=[0, 1, 1, 1, 0, 0], score_range=(0, 1))
    >>> found = quadrants(assigned_to(table, "weak"), assigned_to(table, "strong"))
    >>> dict(zip(QUADRANTS, found.counts))
    {'rescue': 1, 'loss': 0, 'safe': 1, 'hard': 1}
    """
    refuse_other_table(first, second)
    table = first.table
    low, high = table.score_range
    limit = high if right_at is None else right_at
    if not low < limit <= high:
        raise InputError(
            f"right_at is {limit:g} and scores run from {low:g} to {high:g}",
            where=table.name,
            way_out="give a score above the least and up to the greatest",
        )
    draws = checked_resampling(table, resampling)
    one, two = first.score >= limit, second.score >= limit
    members = np.column_stack([~one & two, one & ~two, one & two, ~one & ~two])
    counts = members.sum(axis=0)
    share = mean_estimates(members.astype(np.int64), table, names=list(QUADRANTS), resampling=draws)
    by_cluster = [summed(column, table.clusters) for column in (members, np.ones_like(members))]
    is_single = table.n_clusters == table.n_questions
    return Quadrants(
        first=first.name,
        second=second.name,
        right_at=limit,
        counts=(int(counts[0]), int(counts[1]), int(counts[2]), int(counts[3])),
        share=share,
        intervals=clopper_pearson_intervals(counts, np.full(4, table.n_questions), level=level)
        if is_single
        else clustered_proportion_intervals(*by_cluster, level=level),
        test=paired_proportions(one, two) if is_single else None,
    )
