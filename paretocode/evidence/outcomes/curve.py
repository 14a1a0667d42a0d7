"""What do cost and quality become as thresholds move? One point a threshold, for two models or more tiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.evidence.outcomes.assignment import Assignment, assigned_to
from paretocode.evidence.outcomes.routed import routed_by_threshold, router_scores
from paretocode.evidence.outcomes.table import PUSD_PER_USD, OutcomeTable
from paretocode.evidence.resampling import FloatMatrix

__all__ = ["CostQualityCurve", "assignment_curve", "pair_curve", "tier_curve"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CostQualityCurve:
    """Points of one router on one table.

    Parameters
    ----------
    table
        Where the outcomes stand.
    models
        The models routed among, weakest tier first.
    thresholds
        Shape (P, n_models - 1); +inf where a tier above it gets nothing. NaN where a point is no set of thresholds.
    n_served
        Shape (P, n_models): questions by model.
    total_score
        Shape (P,): sum of scores over questions.
    cost_usd
        Shape (P,) [USD per question], or None where the table has no costs.
    """

    table: OutcomeTable
    models: tuple[str, ...]
    thresholds: FloatMatrix
    n_served: IntColumn
    total_score: FloatColumn
    cost_usd: FloatColumn | None

    def __len__(self) -> int:
        return len(self.total_score)

    @property
    def quality(self) -> FloatColumn:
        """Mean score by point."""
        return self.total_score / self.table.n_questions

    @property
    def share(self) -> FloatMatrix:
        """Share of the questions by point and model."""
        shares: FloatMatrix = self.n_served / self.table.n_questions
        return shares


def pair_curve(table: OutcomeTable, weak: str, strong: str, router_score: ArrayLike) -> CostQualityCurve:
    """Return every point that one threshold between two adjacent tiers can reach. O(n log n).

    Parameters
    ----------
    weak, strong
        The two models; both answered every question.
    router_score
        Shape (n_questions,): at or above the threshold a question goes to the strong model. Equal scores move together.

    Returns
    -------
    CostQualityCurve
        From no question to the strong model (threshold +inf) to all of them (threshold = least score): distinct scores
        plus one.

    Raises
    ------
    InputError
        Unknown models, a question that lacks one of them, a score that is not finite, one model given twice.

    Examples
    --------
    >>> from paretocode.evidence.outcomes.build import outcome_table
    >>> table = outcome_table(question=["a", "a", "b", "b", "c", "c"], model=["weak", "strong"] * 3,
    ...                       score=[0, 1, 1, 1, 1, 0], score_range=(0, 1), cost_usd=[0.01, 0.03] * 3)
    >>> curve = pair_curve(table, "weak", "strong", [0.9, 0.2, 0.2])  # b and c tie
    >>> curve.thresholds.ravel().tolist(), curve.n_served[:, 1].tolist(), curve.total_score.tolist()
    ([inf, 0.9, 0.2], [0, 1, 3], [2.0, 3.0, 2.0])
    """
    if weak == strong:
        raise InputError(f"{weak!r} is both the weak and the strong model", where=table.name, way_out="give two")
    low, high = assigned_to(table, weak), assigned_to(table, strong)
    score = router_scores(table, router_score)
    order = np.argsort(-score, kind="stable")
    is_last = np.append(score[order][1:] != score[order][:-1], True)
    n_strong = np.append(0, np.flatnonzero(is_last) + 1)
    gain = np.append(0.0, np.cumsum((high.score - low.score)[order]))[n_strong]
    cost = None
    if table.cost_pusd is not None:
        _refuse_overflow(high, low)
        extra = np.append(0, np.cumsum((high.cost_pusd - low.cost_pusd)[order]))[n_strong]
        cost = (low.cost_pusd.sum() + extra) / table.n_questions / PUSD_PER_USD
    return CostQualityCurve(
        table=table,
        models=(weak, strong),
        thresholds=np.append(np.inf, score[order][is_last])[:, None],
        n_served=np.column_stack([table.n_questions - n_strong, n_strong]),
        total_score=low.score.sum() + gain,
        cost_usd=cost,
    )


def tier_curve(
    table: OutcomeTable, models: Sequence[str], router_score: ArrayLike, thresholds: Sequence[Sequence[float]]
) -> CostQualityCurve:
    """Return the points of stated thresholds among ordered tiers. O(P n).

    Parameters
    ----------
    models
        Weakest tier first.
    thresholds
        One set a point, each strictly increasing and one shorter than `models`.

    Raises
    ------
    InputError
        No set at all, or what `routed_by_threshold` refuses.
    """
    if not thresholds:
        raise InputError("there is no set of thresholds", where=table.name, way_out="give at least one")
    routed = [routed_by_threshold(table, router_score, models, cuts) for cuts in thresholds]
    return _curve(table, models, routed, np.array([list(cuts) for cuts in thresholds], dtype=np.float64))


def assignment_curve(assignments: Sequence[Assignment]) -> CostQualityCurve:
    """Return the points of any assignments of one table, such as tier maps.

    Raises
    ------
    InputError
        None at all, or two tables.
    """
    if not assignments:
        raise InputError("there is no assignment", where="curve", way_out="give at least one")
    table = assignments[0].table
    if any(assignment.table is not table for assignment in assignments):
        raise InputError("assignments of two tables cannot share a curve", where=table.name, way_out="use one table")
    return _curve(table, table.models, assignments, np.full((len(assignments), len(table.models) - 1), np.nan))


def _curve(
    table: OutcomeTable, models: Sequence[str], routed: Sequence[Assignment], thresholds: FloatMatrix
) -> CostQualityCurve:
    columns = [table.index_of(model) for model in models]
    counts = np.stack([np.bincount(a.model_index, minlength=len(table.models))[columns] for a in routed])
    return CostQualityCurve(
        table=table,
        models=tuple(models),
        thresholds=thresholds,
        n_served=counts,
        total_score=np.array([float(a.score.sum()) for a in routed]),
        cost_usd=None if table.cost_pusd is None else np.array([a.mean_cost_usd for a in routed]),
    )


def _refuse_overflow(*assignments: Assignment) -> None:
    if sum(float(a.cost_pusd.astype(np.float64).sum()) for a in assignments) >= 2.0**63:
        raise InputError(
            "the summed costs leave 64 bits", where=assignments[0].table.name, way_out="take a part of the questions"
        )
