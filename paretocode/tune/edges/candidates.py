"""Where may edges stand? The finite grids on which the search is exact, and thinner ones with their error.

A request's tier changes only when an edge passes its level, a model's only when an edge passes its score, so one edge
for each stretch between neighbouring data points stands for all of them: a map with any real edges has the totals of
the map on the grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, IntColumn, read_only
from paretocode.errors import InputError
from paretocode.sim.tables import ScoredModels
from paretocode.stream.stream import PPM
from paretocode.tune.edges.edge_rules import EdgeRules
from paretocode.tune.edges.places import most_moved, outside, roundest, thinned

__all__ = ["Candidates", "EdgeRules", "coupled_values", "request_candidates", "score_candidates"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """Edges that may be chosen, on one axis.

    Parameters
    ----------
    edge
        Shape (n,), strictly increasing: where each stands.
    low, high
        Shape (n,): every edge in (low, high] gives the same map on this data.
    is_pinned
        Shape (n,): whether every map has it.
    moved_share
        How large a share of what is cut (requests, or models) changes sides at most when one edge of the whole grid
        moves to the nearest of this one; 0 where the grid is whole.
    left_out
        How many stretches the rules forbid altogether.
    """

    edge: IntColumn
    low: IntColumn
    high: IntColumn
    is_pinned: BoolColumn
    moved_share: float
    left_out: int

    def __len__(self) -> int:
        return len(self.edge)


def request_candidates(levels_ppm: IntColumn, n_at_level: IntColumn, rules: EdgeRules) -> Candidates:
    """Return the edges on the request axis: one for each distinct level above 0.

    Parameters
    ----------
    levels_ppm, n_at_level
        Shape (n,): distinct routed levels, increasing, and how many requests stand at each. Levels off the axis
        (`ABOVE_ALL`, `BELOW_ALL`) are passed over: no edge reaches them.

    Raises
    ------
    InputError
        Rules that contradict each other, a pinned edge off the axis, or no edge left.

    Examples
    --------
    >>> found = request_candidates(np.array([200_000, 500_000, 650_000]), np.array([1, 2, 3]), EdgeRules())
    >>> found.edge.tolist(), found.high.tolist()
    ([100000, 400000, 600000], [200000, 500000, 650000])
    """
    return _candidates(levels_ppm, n_at_level, rules, axis="request", least=0, most=PPM)


def score_candidates(models: ScoredModels, rules: EdgeRules) -> Candidates:
    """Return the edges on the score axis: one for each gap between distinct scores [thousandths].

    Raises
    ------
    InputError
        Rules that contradict each other, a pinned edge that parts no two models, or no edge left.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.tables import scored_models
    >>> from paretocode.tiermap import Policy
    >>> catalogue = load_bundled()
    >>> models = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    >>> found = score_candidates(models, EdgeRules(pinned=(55_000,), forbidden=((35_000, 55_000),)))
    >>> found.edge[:3].tolist(), found.is_pinned[:3].tolist(), found.left_out
    ([34000, 55000, 55300], [False, True, False], 8)
    """
    scores, n_at = np.unique(models.score_milli, return_counts=True)
    return _candidates(scores, n_at, rules, axis="score", least=int(scores[0]), most=int(scores[-1]))


def coupled_values(models: ScoredModels, levels_ppm: IntColumn, n_at_level: IntColumn) -> tuple[IntColumn, IntColumn]:
    """Return the points of the common axis that a coupled edge can pass, and how many requests stand at each.

    The distinct levels and the distinct places of models: the exact grid for edges that cut both at one place.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.tables import scored_models
    >>> from paretocode.tiermap import Policy
    >>> catalogue = load_bundled()
    >>> models = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    >>> values, weight = coupled_values(models, np.array([100_000]), np.array([7]))
    >>> values[:3].tolist(), weight[:3].tolist()
    ([76923, 100000, 153846], [0, 7, 0])
    """
    values = np.union1d(levels_ppm, models.axis_ppm)
    weight = np.zeros(len(values), dtype=np.int64)
    weight[np.searchsorted(values, levels_ppm)] = n_at_level
    return values, weight


def _candidates(
    values: IntColumn, weight: IntColumn, rules: EdgeRules, *, axis: str, least: int, most: int
) -> Candidates:
    """Return a candidate for every value and pin in (least, most] that the rules leave, thinned where they ask it."""
    rules.check(axis=axis, least=least, most=most)
    pins = np.array(sorted(rules.pinned), dtype=np.int64)
    points = np.union1d(values[(values > least) & (values <= most)], pins)
    stretches = _stretches(points, pins, rules, least)
    allowed = np.array([at for at, stretch in enumerate(stretches) if stretch is not None], dtype=np.int64)
    if not len(allowed):
        raise InputError(
            f"no candidate edge is left on the {axis} axis",
            where="search",
            way_out="narrow the forbidden intervals, those that avoid_atoms_share or avoid_scores_se make included"
            if rules.forbidden
            else "bring two values to cut between",
        )
    below = np.concatenate(([0], np.cumsum(weight)))[np.searchsorted(values, points[allowed], side="left")]
    is_pinned = np.isin(points[allowed], pins)
    kept = np.arange(len(allowed))
    if rules.most_candidates is not None and rules.most_candidates < len(allowed):
        kept = thinned(below, np.flatnonzero(is_pinned), rules.most_candidates)
    ends = np.array([stretches[at] for at in allowed[kept].tolist()], dtype=np.int64)
    return Candidates(
        edge=read_only(np.array([roundest(low, high) for low, high in ends.tolist()], dtype=np.int64)),
        low=read_only(ends[:, 0]),
        high=read_only(ends[:, 1]),
        is_pinned=read_only(is_pinned[kept]),
        moved_share=most_moved(below, kept) / max(1, int(weight.sum())),
        left_out=len(points) - len(allowed),
    )


def _stretches(points: IntColumn, pins: IntColumn, rules: EdgeRules, least: int) -> list[tuple[int, int] | None]:
    """Return in which stretch, exclusive and inclusive, the edge below each point may stand; a pin has no freedom."""
    low = np.concatenate(([least], points))[: len(points)]
    return [
        (point - 1, point) if is_pin else outside(start, point, rules.forbidden)
        for start, point, is_pin in zip(low.tolist(), points.tolist(), np.isin(points, pins).tolist(), strict=True)
    ]
