"""What is searched in the benchmarks? Five hundred made-up models, and a million requests whose min scores wander.

Sizes follow a large router: more models than any line-up holds, scores and min scores of three decimals, so that many
tie, prices that rise with the score and scatter, eight context windows, caches at most models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from paretocode.catalogue import Catalogue, FractionScale
from paretocode.catalogue.catalogue import SPEED_PERCENTILES
from paretocode.sim import PrefixCache
from paretocode.sim.tables import (
    LogTables,
    RequestGrid,
    ScoredModels,
    TableSubject,
    log_tables,
    request_classes,
    routed_levels,
    scored_models,
    table_subject,
)
from paretocode.stream import RequestStream
from paretocode.stream.stream import PPM, request_stream
from paretocode.tiermap import Policy
from paretocode.tune.edges.candidates import EdgeRules, coupled_values, request_candidates
from paretocode.tune.edges.lattice import Lattice, TierRules, coupled
from paretocode.tune.edges.space import SearchSpace, search_space

SIX = ("cost_pusd", "list_cost_pusd", "shortfall_ppm", "excess_ppm", "n_unserved", "n_tier_changes")
THREE = ("cost_pusd", "shortfall_ppm", "n_tier_changes")
TWO = THREE[:2]
SCALE = FractionScale(full=70.0)
WINDOWS = (32_000, 64_000, 128_000, 200_000, 256_000, 400_000, 512_000, 1_000_000)
STEP = 0.2
ATOMS = np.array([0.0, 0.25, 0.33, 0.5, 0.65, 0.66, 0.8, 0.9])
ANY_TIER = TierRules(least_members=0, least_serving=0)
"""No rule takes a map away, so that m edges have C(m, k - 1) maps of k tiers."""


def random_models(n_models: int) -> Catalogue:
    """Return models with scores from 10 to 70 and prompt prices from 0.05 to 15 USD per million tokens."""
    rng = np.random.default_rng(11)
    place = rng.random(n_models)
    score = np.round(10 + 60 * place, 3)
    at = np.clip(place + rng.normal(0, 0.2, n_models), 0, 1)
    prompt = np.round(0.05 * 300**at, 3)
    has_cache = rng.random(n_models) < 0.8
    nothing = np.full(n_models, np.nan)
    return Catalogue(
        model_id=tuple(f"maker{row % 40:02d}/model-{row:03d}" for row in range(n_models)),
        effort=("",) * n_models,
        name=tuple(f"Model {row}" for row in range(n_models)),
        coding_score=score,
        coding_score_se=nothing,
        score_definition="made-up",
        prompt_usd_per_mtok=prompt,
        completion_usd_per_mtok=np.round(prompt * rng.uniform(2, 6, n_models), 3),
        cache_read_usd_per_mtok=np.where(has_cache, np.round(prompt * rng.uniform(0.1, 0.5, n_models), 3), np.nan),
        cache_write_usd_per_mtok=nothing,
        throughput_tps=np.full((n_models, len(SPEED_PERCENTILES)), np.nan),
        ttft_s=np.full((n_models, len(SPEED_PERCENTILES)), np.nan),
        context_tokens=rng.choice(WINDOWS, n_models).astype(float),
        max_output_tokens=nothing,
        release_date=np.full(n_models, np.datetime64("NaT"), dtype="datetime64[D]"),
        is_free=np.zeros(n_models, dtype=np.bool_),
        listed_tier=("",) * n_models,
    )


def wandering_stream(n_requests: int) -> RequestStream:
    """Return sessions of about 50 requests; every fifth min score is one of a few that people like to name."""
    rng = np.random.default_rng(12)
    n_sessions = max(1, n_requests // 50)
    session = np.sort(rng.integers(0, n_sessions, n_requests))
    level = wandering(session, rng)
    is_named = rng.random(n_requests) < 0.2
    nearest = ATOMS[np.abs(level[:, None] - ATOMS).argmin(axis=1)]
    asked = np.where(is_named, nearest, np.round(level, 3))
    prompt = np.clip(rng.lognormal(9.2, 1.3, n_requests), 1, 900_000).astype(np.int64)
    before = np.concatenate(([0], np.where(session[1:] == session[:-1], prompt[:-1], 0)))
    return request_stream(
        session=session,
        time_s=np.cumsum(rng.exponential(60, n_requests)),
        prompt_tokens=prompt,
        completion_tokens=np.clip(rng.lognormal(6.0, 1.1, n_requests), 1, 60_000).astype(np.int64),
        prefix_tokens=np.minimum(before, prompt),
        min_score=np.where(rng.random(n_requests) < 0.02, np.nan, asked),
        name=f"{n_requests:,} made-up requests",
    )


def wandering(session: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return levels of 0..1 that start anywhere and drift from request to request within a session."""
    steps = rng.normal(0, STEP, len(session))
    first = np.flatnonzero(np.concatenate(([True], session[1:] != session[:-1])))
    steps[first] = rng.random(len(first))
    walk = np.cumsum(steps)
    before = np.concatenate(([0.0], walk))[first]
    walk -= np.repeat(before, np.diff(np.append(first, len(session))))
    return 1 - np.abs(walk % 2 - 1)  # a walk that leaves 0..1 is thrown back at the end


@dataclass(frozen=True, kw_only=True, eq=False)
class SearchWorld:
    """Models, requests and a grid of edges; what is counted and what is searched."""

    stream: RequestStream
    models: ScoredModels
    lattice: Lattice
    subject: TableSubject

    def tables(self) -> LogTables:
        """Count the log."""
        return log_tables(self.stream, self.subject)

    def space(self, tables: LogTables, metrics: Sequence[str] = SIX) -> SearchSpace:
        """Return the graph of all maps."""
        return search_space([tables], self.lattice, metrics=metrics, rules=ANY_TIER)

    @cached_property
    def six(self) -> SearchSpace:
        """The graph with six metrics, made once."""
        return self.space(self.tables())


def search_world(
    n_requests: int,
    *,
    n_models: int = 500,
    n_edges: int | None = 100,
    eligibility: str = "floor",
    price_metric: str = "prompt",
) -> SearchWorld:
    """Return a world with so many candidate edges; None for every edge that makes a difference."""
    policy = Policy(eligibility=eligibility, price_metric=price_metric, stickiness="none")
    models = scored_models(random_models(n_models), policy, scale=SCALE, cache=PrefixCache())
    stream = wandering_stream(n_requests)
    levels, n_at = np.unique(routed_levels(stream, policy), return_counts=True)
    is_on_axis = levels <= PPM
    values = coupled_values(models, levels[is_on_axis], n_at[is_on_axis])
    points = request_candidates(*values, EdgeRules(most_candidates=n_edges))
    lattice = coupled(points, models)
    classes = request_classes(models, np.unique(lattice.places_of(models)))
    grid = RequestGrid(edges_ppm=points.edge, asked_ppm=np.unique(models.axis_ppm))
    return SearchWorld(stream=stream, models=models, lattice=lattice, subject=table_subject(models, classes, grid))
