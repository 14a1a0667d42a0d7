"""What does RouterArena's leaderboard say of an accuracy at a cost? One number by its published formula."""

from __future__ import annotations

import math

from paretocode.errors import InputError
from paretocode.evidence.outcomes.assignment import Assignment

__all__ = ["ARENA_BETA", "ARENA_COST_RANGE_USD", "arena_score", "arena_score_of"]

ARENA_BETA = 0.1
"""Weight of accuracy against cost, as published."""

ARENA_COST_RANGE_USD = (0.0044, 200.0)
"""Costs between which cost is put on a scale of 1 to 0 [USD per 1,000 queries], as published."""


def arena_score(
    accuracy: float,
    cost_usd_per_1000: float,
    *,
    beta: float = ARENA_BETA,
    cost_range_usd: tuple[float, float] = ARENA_COST_RANGE_USD,
) -> float:
    """Return RouterArena's score of an accuracy at a cost, 0..1; more is better.

    Parameters
    ----------
    accuracy
        Share of right answers, 0..1.
    cost_usd_per_1000
        [USD per 1,000 queries], within `cost_range_usd`.
    beta
        > 0; the smaller, the less cost counts.
    cost_range_usd
        Cost that counts as 1 and cost that counts as 0.

    Raises
    ------
    InputError
        A number outside its range; the published formula has no meaning there.

    Notes
    -----
    C = (log2 c_max - log2 c) / (log2 c_max - log2 c_min); S = (1 + beta) A C / (beta A + C); 0 where A or C is 0.
    Source: RouterArena (arXiv 2510.00202) and RouteWorks/RouterArena, `llm_evaluation/run.py`.

    Examples
    --------
    >>> round(100 * arena_score(0.7513, 0.26), 2)  # published as 73.71
    73.71
    >>> arena_score(0.9, 200.0)
    0.0
    """
    low, high = cost_range_usd
    if not 0 <= accuracy <= 1:
        raise InputError(f"the accuracy is {accuracy:g}", where="arena score", way_out="give a share between 0 and 1")
    if not (0 < low < high < math.inf and 0 < beta < math.inf):
        raise InputError(
            f"the cost range is {low:g} to {high:g} and beta {beta:g}",
            where="arena score",
            way_out="give positive numbers, the lower cost first",
        )
    if not low <= cost_usd_per_1000 <= high:
        raise InputError(
            f"the cost is {cost_usd_per_1000:g} USD per 1,000 queries",
            where="arena score",
            way_out=f"stay between {low:g} and {high:g}, where the published formula holds",
        )
    scaled = (math.log2(high) - math.log2(cost_usd_per_1000)) / (math.log2(high) - math.log2(low))
    below = beta * accuracy + scaled
    return (1 + beta) * accuracy * scaled / below if below > 0 else 0.0


def arena_score_of(assignment: Assignment) -> float:
    """Return the arena score of an assignment on its table; the score range is put on 0..1 as the accuracy.

    Raises
    ------
    InputError
        No costs, or a mean cost outside the published range.
    """
    low, high = assignment.table.score_range
    return arena_score((assignment.mean_score - low) / (high - low), 1000 * assignment.mean_cost_usd)
