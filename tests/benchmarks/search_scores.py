"""How near do general optimisers come to the exact answer, in its own time, in ten times that, and in a minute?

One map: the least cost with no more shortfall and tier changes than a map in force, and how far above the optimum they
stop. The frontier of cost and shortfall: which share of its points they find, and which share of its hypervolume. All
that they ever weighed counts, not only what they would hand over. The exact search runs in plain numpy here, so that it
takes as long where nothing is compiled.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.frontier_uncertainty import in_mode
from benchmarks.search_every import band_matrix
from benchmarks.search_figures import table, timed
from benchmarks.search_peers import optimisers
from benchmarks.search_problem import MapProblem, Totals, Trail
from benchmarks.search_tables import middling_map
from benchmarks.search_world import THREE, SearchWorld
from paretocode.tune import frontier_of_maps

_MOST_MAPS = 10_000_000
Score = Callable[[Trail, float, float], float]


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How hard everybody tries: seeds of each optimiser, the longest budget [s], and what a replay takes [s]."""

    n_seeds: int
    seconds: float
    replay_s: float
    most_maps: int = _MOST_MAPS


def seen(trail: Trail, budget_s: float, each_s: float = 0.0) -> Totals:
    """Return the maps weighed within a budget, had each evaluation taken so much longer."""
    sizes = np.array([len(batch) for batch in trail.totals])
    totals = np.concatenate(trail.totals)
    at = np.repeat(np.array(trail.times), sizes) + each_s * np.arange(1, len(totals) + 1)
    return totals[at <= budget_s]


def gap(trail: Trail, budget_s: float, each_s: float = 0.0) -> float:
    """Return how far above the optimum the best map within a budget costs, as a share; infinite where there is none."""
    found = seen(trail, budget_s, each_s)
    kept = found[trail.problem.keeps(found), 0]
    return float(kept.min() / trail.problem.goal - 1) if len(kept) else float("inf")


def found_share(exact: Totals) -> Score:
    """Return the share of the exact frontier's points that were weighed."""
    wanted = {tuple(point) for point in exact.tolist()}

    def score(trail: Trail, budget_s: float, each_s: float = 0.0) -> float:
        found = np.unique(seen(trail, budget_s, each_s)[:, :2], axis=0)
        return len(wanted & {tuple(point) for point in found.tolist()}) / len(wanted)

    return score


def hypervolume_share(exact: Totals) -> Score:
    """Return the share of the exact frontier's hypervolume; the reference point is its worst value on each axis."""
    worst = exact.max(axis=0)
    whole = hypervolume(exact, worst)

    def score(trail: Trail, budget_s: float, each_s: float = 0.0) -> float:
        return hypervolume(seen(trail, budget_s, each_s)[:, :2], worst) / whole

    return score


def hypervolume(points: Totals, worst: NDArray[np.int64]) -> float:
    """Return the area between points and a reference point, less being better on both axes."""
    inside = points[(points < worst).all(axis=1)]
    if not len(inside):
        return 0.0
    order = inside[np.lexsort(inside.T[::-1])].astype(float)
    lowest = np.minimum.accumulate(order[:, 1])
    right = np.append(order[1:, 0], float(worst[0]))
    return float(((right - order[:, 0]) * (worst[1] - lowest)).sum())


def one_map_table(world: SearchWorld, n_bands: int, effort: Effort) -> str:
    """Return how far from the cheapest map within a middling map's limits everybody stops."""
    space = world.six
    columns = [space.graph.column(name) for name in THREE]
    _, arcs = middling_map(world, n_bands)
    inforce = space.graph.values[arcs].sum(axis=0)[columns]
    limits = (int(inforce[1]), int(inforce[2]))

    def exact() -> int:
        asked = dict(zip(THREE[1:], limits, strict=True))
        found = frontier_of_maps(space.graph, n_bands=n_bands, metrics=THREE[:1], limits=asked)[0]
        return int(found.searched_totals[0, 0])

    best, own_s = exact(), timed(in_mode("never", exact))  # type: ignore[arg-type]
    matrix = band_matrix(space)[:, :, columns]
    trails = _trails(MapProblem(matrix=matrix, n_bands=n_bands, limits=limits, goal=best), effort)
    budgets = (own_s, 10 * own_s, effort.seconds)
    rows = [
        [
            name,
            f"{statistics.median(trail.n_maps for trail in mine):,.0f}",
            *(_percent(_median(gap, mine, budget)) for budget in budgets),
            _percent(_median(gap, mine, effort.seconds, effort.replay_s)),
        ]
        for name, mine in trails.items()
    ]
    headings = ["optimiser", "maps weighed", *(f"after {budget:.3g} s" for budget in budgets)]
    title = (
        f"Least cost of {n_bands} tiers within limits: above the exact optimum, which takes {own_s:.3g} s "
        f"and costs {best / inforce[0]:.1%} of the map in force"
    )
    return table(title, [*headings, f"{effort.seconds:.3g} s of replays"], rows)


def frontier_table(world: SearchWorld, n_bands: int, effort: Effort) -> str:
    """Return how much of the exact frontier of cost and shortfall everybody finds."""
    space = world.six
    columns = [space.graph.column(name) for name in THREE]

    def exact() -> Totals:
        return frontier_of_maps(space.graph, n_bands=n_bands, metrics=THREE[:2])[0].searched_totals

    points, own_s = exact(), timed(in_mode("never", exact))  # type: ignore[arg-type]
    trails = _trails(MapProblem(matrix=band_matrix(space)[:, :, columns], n_bands=n_bands), effort)
    budgets = (own_s, 10 * own_s, effort.seconds)
    scores = {"points": found_share(points), "hypervolume": hypervolume_share(points)}
    rows = [
        [
            name,
            f"{statistics.median(trail.n_maps for trail in mine):,.0f}",
            *(_percent(_median(score, mine, budget)) for score in scores.values() for budget in budgets),
        ]
        for name, mine in trails.items()
    ]
    headings = [f"{name}, {budget:.3g} s" for name in scores for budget in budgets]
    title = (
        f"Frontier of cost and shortfall, {n_bands} tiers: share found of {len(points):,} points, "
        f"which the exact search finds in {own_s:.3g} s"
    )
    return table(title, ["optimiser", "maps weighed", *headings], rows)


def _trails(problem: MapProblem, effort: Effort) -> dict[str, list[Trail]]:
    found: dict[str, list[Trail]] = {}
    for name, run in optimisers().items():
        for seed in range(effort.n_seeds):
            trail = Trail(problem=problem, seconds=effort.seconds, most_maps=effort.most_maps)
            run(trail, seed)
            found.setdefault(name, []).append(trail)
    return found


def _median(score: Score, trails: Sequence[Trail], budget_s: float, each_s: float = 0.0) -> float:
    return statistics.median(score(trail, budget_s, each_s) for trail in trails)


def _percent(share: float) -> str:
    return "none" if share == float("inf") else f"{100 * share:.3g} %"
