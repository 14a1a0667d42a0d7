"""What a path means, worked by hand: tiers, shortlists, defaults, and totals that bands alone cannot know."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from paretocode._checks import IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import FractionScale
from paretocode.sim.cache import PrefixCache
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables import RequestGrid, log_tables, request_classes, scored_models, table_subject
from paretocode.stream.stream import request_stream
from paretocode.tiermap import Policy
from paretocode.tune.edges.candidates import EdgeRules, request_candidates, score_candidates
from paretocode.tune.edges.lattice import apart
from paretocode.tune.edges.maps import decisions_of, edges_of, exact_totals, tier_map_of
from paretocode.tune.edges.space import SearchSpace, search_space
from strategies import catalogue_of
from tuning_worlds import paths_of

NAMES = ("cost_pusd", "fresh_tokens", "n_unserved", "n_near_edge")
MODELS = catalogue_of(
    {
        "model_id": ["p/low", "p/high", "p/middle", "p/unscored"],
        "coding_score": [20.0, 60.0, 40.0, float("nan")],
        "prompt_usd_per_mtok": [1.0, 4.0, 2.0, 1.0],
        "cache_read_usd_per_mtok": [0.5, 0.5, 0.5, 0.5],
        "context_tokens": [500.0, 1e6, 1e6, 1e6],
    }
)
STREAM = request_stream(
    session=[1, 1, 1],
    time_s=[0, 1, 2],
    prompt_tokens=[400, 600, 600],
    completion_tokens=[0, 0, 0],
    prefix_tokens=[0, 400, 600],
    min_score=[0.3, 0.3, 0.5],
)


def space(policy: Policy, catalogue: Catalogue = MODELS, *, default_is_highest: bool = True) -> SearchSpace:
    """Return the graph of all maps with edges that stand apart, caches that hold any prefix for a minute."""
    cache = PrefixCache(ttl_s=60.0, min_tokens=1)
    models = scored_models(catalogue, policy, scale=FractionScale(full=100.0), cache=cache)
    points = request_candidates(*np.unique(STREAM.min_score_ppm, return_counts=True), EdgeRules())
    lattice = apart(points, score_candidates(models, EdgeRules()))
    grid = RequestGrid(edges_ppm=points.edge, asked_ppm=np.unique(models.axis_ppm))
    classes = request_classes(models, np.unique(lattice.places_of(models)))
    subject = table_subject(models, classes, grid, default_is_highest=default_is_highest)
    return search_space([log_tables(STREAM, subject)], lattice, metrics=NAMES, near_edge_ppm=100_000)


def path_of(found: SearchSpace, request_edges: tuple[int, ...], score_edges: tuple[int, ...]) -> IntColumn:
    """Return the path of the map with these edges."""
    for path in paths_of(found.graph, most=99):
        tier_map = tier_map_of(found, path, name="any")
        if (tier_map.request_edges_ppm, tier_map.score_edges_milli) == (request_edges, score_edges):
            return path
    raise LookupError(request_edges, score_edges)


UP = Policy(stickiness="none", empty_tier="up")


@pytest.mark.parametrize("rule", ["up", "down", "refuse"])
def test_a_map_has_its_tiers_lowest_first_whichever_end_the_walk_began_at(rule: str) -> None:
    found = space(dataclasses.replace(UP, empty_tier=rule))
    tier_map = tier_map_of(found, path_of(found, (400_000,), (50_000,)), name="mine")
    assert tier_map.name == "mine"
    assert [(tier.name, tier.models) for tier in tier_map.tiers] == [
        ("band1", ("p/low", "p/middle")),  # the cheapest first
        ("band2", ("p/high",)),
    ]
    assert tier_map.default_tier == "band2"
    assert tier_map.policy.empty_tier == rule


def test_the_default_may_be_the_lowest_tier() -> None:
    found = space(UP, default_is_highest=False)
    assert tier_map_of(found, path_of(found, (400_000,), (50_000,)), name="any").default_tier == "band1"


def test_edges_stand_lowest_first_whichever_way_the_path_runs() -> None:
    found = space(UP)
    path = np.asarray(path_of(found, (400_000,), (30_000,)), dtype=np.int32)
    request, score = edges_of(found, path[None, :])
    assert (request.tolist(), score.tolist()) == ([[400_000]], [[30_000]])
    none, _ = edges_of(found, np.asarray(path_of(found, (), ()), dtype=np.int32)[None, :])
    assert none.shape == (1, 0)


def test_a_full_tier_hands_on_and_shares_a_model_with_the_next() -> None:
    found = space(UP)
    path = path_of(found, (400_000,), (30_000,))  # low alone, then middle and high
    decided = decisions_of(found, path)
    assert decided.tier.tolist() == [0, 0, 1]
    kinds = found.choices[0].kind_of_class[found.metrics[0].tables.requests.number]
    short, long = int(kinds.min()), int(kinds.max())
    assert decided.model[0, [short, long]].tolist() == [0, 1]  # the long request goes to middle
    assert decided.served_tier[0, [short, long]].tolist() == [0, 1]
    # 400 at low; 600 cold at middle; the last finds its 600 at middle, though the band above cannot know.
    exact = exact_totals(found, path)
    cold = 400 * 1_000_000 + 600 * 2_000_000
    assert exact.totals[:2].tolist() == [cold + 600 * 500_000, 400 + 600]
    assert found.graph.totals_of(path[None])[0, :2].tolist() == [cold + 600 * 2_000_000, 400 + 600 + 600]
    # The second request is served by the upper tier already: one jump of tier and of model, before the routing changes.
    assert (exact.n_tier_jumps, exact.n_model_jumps) == (1, 1)


def test_refused_requests_have_no_model_and_no_tier() -> None:
    found = space(dataclasses.replace(UP, empty_tier="refuse"))
    path = path_of(found, (400_000,), (30_000,))
    decided = decisions_of(found, path)
    assert UNSERVED in decided.model[0].tolist()
    assert decided.served_tier[decided.model == UNSERVED].tolist() == [UNSERVED]
    exact = exact_totals(found, path)
    # The refused request lies between the two served ones: no pair has both served.
    assert (exact.totals[2], exact.n_tier_jumps, exact.n_model_jumps) == (1, 0, 0)


def test_near_an_edge_is_counted_where_the_edge_stands() -> None:
    found = space(UP)
    # Within 0.1 of 0.4 lie all three requests, of 0.2 the two that ask for 0.3.
    assert exact_totals(found, path_of(found, (400_000,), (30_000,))).totals[3] == 3
    low = path_of(found, (200_000,), (30_000,))
    assert exact_totals(found, low).totals[3] == found.graph.totals_of(low[None])[0, 3] == 2
