"""Do intervals of paired differences hold what the whole traffic has? Worlds are drawn from many replayed sessions.

The population is a long synthetic stream replayed under the documented map and under one with bands at quantiles. A
world is n of its sessions, drawn with replacement; the truth is the difference on the population.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from evidence.coverage.counting import Count, Row, holds
from paretocode.bands import bands_by_scheme
from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.evidence import (
    DEFAULT_MEASURES,
    Clusters,
    Estimates,
    Intervals,
    MapEstimates,
    MapSums,
    Resampling,
    bca_intervals,
    estimates_of_maps,
    intervals,
    map_measure,
    map_sums,
    percentile_intervals,
    simultaneous_intervals,
    student_intervals,
)
from paretocode.evidence.quantiles import quantile_window
from paretocode.sim import Replay, draw_luck, replay
from paretocode.stream import DEFAULT_DEMAND, apply_demand, synthesise
from paretocode.tiermap import documented_pareto_code, map_from_edges

MEASURES = (*DEFAULT_MEASURES, "latency_mean_s", "latency_above_share:30")
METHODS = {
    "bootstrap-t": intervals,
    "student": student_intervals,
    "BCa": bca_intervals,
    "percentile": percentile_intervals,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Population:
    """Replays of one stream under two maps, summed by session and by request."""

    runs: tuple[Replay, Replay]
    by_session: tuple[MapSums, MapSums]
    by_request: tuple[MapSums, MapSums]
    measures: tuple[str, ...]

    @cached_property
    def starts(self) -> np.ndarray:
        return np.append(np.flatnonzero(self.runs[0].stream.is_first), len(self.runs[0].stream))

    @cached_property
    def truth(self) -> np.ndarray:
        """Shape (K,): the differences on the whole population."""
        resampling = Resampling(n_clusters=self.by_session[0].n_clusters, n_replicates=100)
        one, other = estimates_of_maps(self.by_session, resampling, measures=self.measures)
        found: np.ndarray = other.point - one.point
        return found

    @cached_property
    def products(self) -> dict[str, np.ndarray]:
        """Measure -> shape (n_sessions, 4, 4): sums over requests of products of its columns under both maps."""
        found = {}
        for measure in (map_measure(name) for name in self.measures):
            if measure.per_mille is None:
                names = (measure.numerator, measure.denominator)
                columns = np.stack([s.columns[name] for s in self.by_request for name in names], axis=1).astype(float)
                products = columns[:, :, None] * columns[:, None, :]
                found[measure.name] = np.add.reduceat(products, self.starts[:-1], axis=0)
        return found

    def world(self, sessions: np.ndarray) -> list[MapSums]:
        """Return the sums of some sessions, each a cluster of its own however often it is drawn."""
        n, length = len(sessions), np.diff(self.starts)[sessions]
        ends = np.cumsum(length)
        rows = np.arange(ends[-1]) + np.repeat(self.starts[sessions] - ends + length, length)
        clusters = Clusters(of_row=np.repeat(np.arange(n), length), n=n, kind="session")
        return [
            replace(
                sums,
                n_clusters=n,
                columns={name: column[sessions] for name, column in sums.columns.items()},
                windows={
                    at: quantile_window(run.latency_us[rows], clusters, per_mille=at)
                    for at in sums.windows
                    if run.latency_us is not None
                },
            )
            for sums, run in zip(self.by_session, self.runs, strict=True)
        ]

    def naive_errors(self, world: list[MapSums], sessions: np.ndarray) -> np.ndarray:
        """Return standard errors of the differences as if requests were independent; NaN for quantiles."""
        errors = np.full(len(self.measures), np.nan)
        for k, measure in enumerate(map_measure(name) for name in self.measures):
            if measure.per_mille is None:
                weights: list[float] = []
                for sums, sign in zip(world, (-1, 1), strict=True):
                    below = sums.total(measure.denominator)
                    weights += [sign / below, -sign * sums.total(measure.numerator) / below**2]
                squares = np.array(weights) @ self.products[measure.name][sessions].sum(axis=0) @ np.array(weights)
                errors[k] = np.sqrt(max(0.0, squares)) / measure.unit
        return errors


def population(n_requests: int, *, seed: int, measures: tuple[str, ...] = MEASURES) -> Population:
    """Return replays of made-up coding sessions under the documented map and under quantile bands."""
    models = load_bundled()
    scale = PercentileScale(field=tuple(models.coding_score))
    stream = apply_demand(synthesise("coding_agent", n_requests=n_requests, rng=seed), DEFAULT_DEMAND, rng=seed + 1)
    luck = draw_luck(stream, rng=seed + 2)
    edges = list(bands_by_scheme("quantile", models.coding_score, 3).edges)
    maps = (documented_pareto_code(models), map_from_edges(models, score_edges=edges, scale=scale, name="quantile"))
    one, other = (replay(stream, tier_map, models, luck=luck) for tier_map in maps)
    ratios = tuple(name for name in measures if map_measure(name).per_mille is None)
    alone = Clusters(of_row=np.arange(len(stream)), n=len(stream), kind="request")
    return Population(
        runs=(one, other),
        by_session=(map_sums(one, scale=scale, measures=measures), map_sums(other, scale=scale, measures=measures)),
        by_request=(
            map_sums(one, scale=scale, measures=ratios, clusters=alone),
            map_sums(other, scale=scale, measures=ratios, clusters=alone),
        ),
        measures=measures,
    )


def replayed_rows(people: Population, *, n_sessions: int, n_worlds: int, n_replicates: int, seed: int) -> list[Row]:
    """Count how often each method holds the truth, of a measure in worlds where some session tells the maps apart."""
    count = Count(study=f"Differences on replays, {n_sessions} sessions")
    for world, sessions, maps in _worlds(people, n_sessions=n_sessions, n_worlds=n_worlds, seed=seed):
        resampling = Resampling(n_clusters=n_sessions, n_replicates=n_replicates, seed=world)
        one, other = estimates_of_maps(maps, resampling, measures=people.measures)
        found = other.minus(one)
        differs = _differs(one, other)
        ends = {name: method(found) for name, method in METHODS.items()}
        ends["requests independent"] = _naive(found, people.naive_errors(maps, sessions))
        for method, each in ends.items():
            held = holds(each, people.truth)
            for k in np.flatnonzero(differs):
                if not np.isnan(each.low[k]) or method != "requests independent":
                    count.add(people.measures[k], method, held[k])
        together = {"at once, max-t": simultaneous_intervals(found), "at once, each alone": ends["bootstrap-t"]}
        for method, each in together.items():
            count.add("all of them", method, bool(holds(each, people.truth)[differs].all()))
    return count.rows()


def _worlds(
    people: Population, *, n_sessions: int, n_worlds: int, seed: int
) -> Iterator[tuple[int, np.ndarray, list[MapSums]]]:
    rng = np.random.default_rng(seed)
    for world in range(n_worlds):
        sessions = rng.integers(0, people.by_session[0].n_clusters, n_sessions)
        yield world, sessions, people.world(sessions)


def _differs(one: MapEstimates, other: MapEstimates) -> np.ndarray:
    """Return for which measures some session tells the maps apart."""
    found: np.ndarray = (one.influence != other.influence).any(axis=0) | (one.point != other.point)
    return found


def _naive(found: Estimates, errors: np.ndarray) -> Intervals:
    return Intervals(low=found.point - 1.96 * errors, high=found.point + 1.96 * errors, level=0.95, method="naive")
