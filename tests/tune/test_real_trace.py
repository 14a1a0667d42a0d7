"""The best map for 49,334 real requests: the search against replays of maps one by one, and what tiers cost at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.sim.tables import replayed_totals, scored_models
from paretocode.stream import DEFAULT_DEMAND, RequestStream, apply_demand, read_coding_agent
from paretocode.tiermap import documented_pareto_code
from paretocode.tune import (
    EdgeRules,
    Incumbent,
    MapQuestion,
    every_map,
    incumbent_of,
    measure_named,
    per_request_optimum,
    search_maps,
    served_models,
)
from paretocode.tune.edges.maps import tier_map_of

pytestmark = pytest.mark.data

MODELS = load_bundled()
SCALE = PercentileScale(field=tuple(MODELS.coding_score))


@pytest.fixture(scope="module")
def stream(data_dir: Path) -> RequestStream:
    trace = read_coding_agent(data_dir / "traces" / "claude_code_weka_requests_nohash_derived.parquet", threads="all")
    return apply_demand(trace, DEFAULT_DEMAND, rng=2)


@pytest.fixture(scope="module")
def question(stream: RequestStream) -> MapQuestion:
    asked = MapQuestion(
        stream=stream,
        catalogue=MODELS,
        scale=SCALE,
        n_bands=(2, 3),
        request_rules=EdgeRules(most_candidates=40),
    )
    incumbent = incumbent_of(asked, documented_pareto_code(MODELS))
    limits = {name: incumbent.value(name, asked) for name in ("shortfall", "tier_change_rate", "unserved_share")}
    return replace(asked, limits=limits)


@pytest.fixture(scope="module")
def incumbent(question: MapQuestion) -> Incumbent:
    return incumbent_of(question, documented_pareto_code(MODELS))


def test_the_documented_map_costs_what_its_replay_says(question: MapQuestion, incumbent: Incumbent) -> None:
    assert len(question.stream) == 49_334
    assert incumbent.value("cost_usd", question) == pytest.approx(917.96, abs=0.01)
    assert incumbent.value("shortfall", question) == pytest.approx(0.1140, abs=0.0001)


def test_no_replayed_map_is_cheaper_within_the_incumbents_limits(question: MapQuestion) -> None:
    """All coupled maps of three tiers are replayed one by one; the search must name the cheapest of those that fit."""
    answer = search_maps(replace(question, n_bands=(3,)))
    space = answer.searched[0].prepared.space
    paths = every_map(space.graph, n_bands=3)
    models = scored_models(MODELS, question.policy, scale=SCALE)
    limited = {
        measure_named(n).metric: measure_named(n).total(most, question.counts) for n, most in question.limits.items()
    }
    assert 50 < len(paths) < 2_000
    costs = []
    for arcs in paths.arcs_of(np.arange(len(paths))):
        totals = replayed_totals(question.stream, tier_map_of(space, arcs, name="map"), models, ["cost_pusd", *limited])
        if all(totals[metric] <= most for metric, most in limited.items()):
            costs.append(totals["cost_pusd"])
    assert int(answer.total("cost_usd")[answer.is_within].min()) == min(costs)


def test_tiers_beat_the_incumbent_and_cost_little_against_no_tiers(question: MapQuestion, incumbent: Incumbent) -> None:
    answer = search_maps(replace(question, edges=("coupled", "apart")))
    cost = answer.value("cost_usd")
    saved = 1 - cost[answer.is_within].min() / incumbent.value("cost_usd", question)
    assert saved > 0.7
    models = scored_models(MODELS, question.policy, scale=SCALE)
    optimum = per_request_optimum(
        question.stream, models, omitted=served_models(question.requests, incumbent.tier_map, MODELS)
    )
    # A map that meets as much as the optimum does costs more: that is the price of having tiers.
    meets = answer.total("shortfall") <= optimum.shortfall_ppm
    assert meets.any()
    assert cost[meets].min() > optimum.cost_pusd / 1e12


def test_edges_apart_are_never_worse(question: MapQuestion) -> None:
    """Every coupled map is one of the maps whose edges stand apart."""
    best = {}
    for edges in ("coupled", "apart"):
        answer = search_maps(replace(question, edges=(edges,)))
        best[edges] = int(answer.total("cost_usd")[answer.is_within].min())
    assert best["apart"] <= best["coupled"]
