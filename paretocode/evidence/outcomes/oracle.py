"""How much better could any router do? The per-question oracle, its gap, and what an assignment leaves on the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paretocode.errors import InputError
from paretocode.evidence.confidence import Intervals, intervals
from paretocode.evidence.estimates import Estimates
from paretocode.evidence.outcomes.assignment import Assignment, refuse_other_table
from paretocode.evidence.outcomes.estimating import checked_resampling, mean_estimates
from paretocode.evidence.outcomes.table import OutcomeTable
from paretocode.evidence.resampling import Resampling

__all__ = ["OracleGap", "best_single_model", "oracle_assignment", "oracle_gap"]


@dataclass(frozen=True, kw_only=True, eq=False)
class OracleGap:
    """An assignment between the best single model and the oracle.

    Parameters
    ----------
    name
        The assignment.
    oracle_score, best_single_score, score
        Mean scores of the oracle, of the best single model and of the assignment.
    best_single
        The best single model (ties: the first of the table).
    gap
        oracle_score - best_single_score, >= 0: what perfect routing would add.
    closed_share
        (score - best_single_score) / gap: 1 is the oracle, 0 the best single model, below 0 is worse than no routing;
        None where there is no gap.
    regret
        One quantity, ``regret`` [score]: oracle minus assignment, >= 0, less is better.
    regret_intervals
        Clustered; of this oracle on these questions. An oracle of noisy scores profits from luck, so the regret
        is an upper bound of what a router could win.
    """

    name: str
    oracle_score: float
    best_single_score: float
    best_single: str
    score: float
    gap: float
    closed_share: float | None
    regret: Estimates
    regret_intervals: Intervals


def oracle_assignment(table: OutcomeTable, models: Sequence[str] | None = None) -> Assignment:
    """Return the assignment of each question to its best model.

    Parameters
    ----------
    models
        Among which; all of the table when None. A model without a score for a question cannot be its best.

    Ties go to the cheapest of the best, where costs are known, then to the first model.

    Raises
    ------
    InputError
        An unknown model, or a question that none of the models answered.

    Examples
    --------
    >>> from paretocode.evidence.outcomes.build import outcome_table
    >>> table = outcome_table(question=["a", "a", "b", "b"], model=["strong", "weak"] * 2, score=[1, 1, 1, 0],
    ...                       score_range=(0, 1), cost_usd=[0.03, 0.001] * 2)
    >>> oracle = oracle_assignment(table)
    >>> [table.models[i] for i in oracle.model_index], oracle.mean_cost_usd
    (['weak', 'strong'], 0.0155)
    """
    columns = np.array([table.index_of(model) for model in models or table.models], dtype=np.int64)
    score = table.score[:, columns]
    nobody = np.isnan(score).all(axis=1)
    if nobody.any():
        at = int(np.flatnonzero(nobody)[0])
        raise InputError(
            "no model has a score there",
            where=f"{table.name}, question {table.questions[at]!r}",
            way_out="leave the question out",
        )
    is_best = score == np.nanmax(score, axis=1)[:, None]
    if table.cost_pusd is not None and table.has_cost is not None:
        most = np.iinfo(np.int64).max
        cost = np.where(table.has_cost[:, columns], table.cost_pusd[:, columns], most)
        least = np.where(is_best, cost, most).min(axis=1)
        is_best &= cost == least[:, None]
    return Assignment(name="oracle", table=table, model_index=columns[is_best.argmax(axis=1)])


def best_single_model(table: OutcomeTable) -> str:
    """Return the model of highest mean score over all questions; ties: the first.

    Raises
    ------
    InputError
        No model answered every question.
    """
    has_all = ~np.isnan(table.score).any(axis=0)
    if not has_all.any():
        raise InputError("no model has a score for every question", where=table.name, way_out="use table.complete()")
    means = np.where(has_all, np.nan_to_num(table.score).mean(axis=0), -np.inf)
    return table.models[int(means.argmax())]


def oracle_gap(
    assignment: Assignment,
    *,
    oracle: Assignment | None = None,
    level: float = 0.95,
    resampling: Resampling | None = None,
) -> OracleGap:
    """Return where an assignment stands between the best single model and the oracle.

    Parameters
    ----------
    oracle
        The oracle to compare with; over all models of the table when None.

    Raises
    ------
    InputError
        One cluster only, another table, or what `oracle_assignment` and `best_single_model` refuse.
    """
    table = assignment.table
    draws = checked_resampling(table, resampling)
    oracle = oracle_assignment(table) if oracle is None else oracle
    refuse_other_table(oracle, assignment)
    best = best_single_model(table)
    best_score = float(table.scores_of(best).mean())
    gap = max(0.0, oracle.mean_score - best_score)
    regret = mean_estimates((oracle.score - assignment.score)[:, None], table, names=["regret"], resampling=draws)
    return OracleGap(
        name=assignment.name,
        oracle_score=oracle.mean_score,
        best_single_score=best_score,
        best_single=best,
        score=assignment.mean_score,
        gap=gap,
        closed_share=(assignment.mean_score - best_score) / gap if gap > 0 else None,
        regret=regret,
        regret_intervals=intervals(regret, level=level),
    )
