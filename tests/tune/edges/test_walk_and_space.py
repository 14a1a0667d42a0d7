"""The graph of maps, worked by hand: nodes with and without a memory, price steps from below and from above."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from paretocode._checks import IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import FractionScale
from paretocode.errors import InputError
from paretocode.sim.cache import NO_CACHE
from paretocode.sim.tables import (
    LogTables,
    RequestGrid,
    log_tables,
    request_classes,
    scored_models,
    table_subject,
)
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap import Policy
from paretocode.tune.edges import walk as walk_module
from paretocode.tune.edges.arcs import direction_of
from paretocode.tune.edges.candidates import EdgeRules, request_candidates, score_candidates
from paretocode.tune.edges.lattice import Lattice, TierRules, apart
from paretocode.tune.edges.maps import tier_map_of
from paretocode.tune.edges.space import SearchSpace, search_space
from strategies import catalogue_of
from tuning_worlds import paths_of

PLAIN = Policy(stickiness="none", empty_tier="refuse")


def catalogue(prices: list[float], windows: list[float]) -> Catalogue:
    """Return models that score 20, 40, 60 ... with given prices and context windows."""
    n = len(prices)
    return catalogue_of(
        {
            "model_id": [f"p/{at}" for at in range(n)],
            "coding_score": [20.0 * (at + 1) for at in range(n)],
            "prompt_usd_per_mtok": [*prices],
            "context_tokens": [*windows],
        }
    )


def stream(prompts: list[int]) -> RequestStream:
    """Return one session that asks for 0.3, 0.5, 0.7, 0.3 ... with given prompts, each growing out of the last."""
    n = len(prompts)
    return request_stream(
        session=[1] * n,
        time_s=range(n),
        prompt_tokens=prompts,
        completion_tokens=[10] * n,
        prefix_tokens=[0, *(min(pair) for pair in itertools.pairwise(prompts))],
        min_score=[(0.3, 0.5, 0.7)[at % 3] for at in range(n)],
    )


def counted(models_of: Catalogue, log: RequestStream, policy: Policy) -> tuple[LogTables, Lattice]:
    """Return the tables and the lattice of edges that stand apart."""
    models = scored_models(models_of, policy, scale=FractionScale(full=100.0), cache=NO_CACHE)
    levels, n_at = np.unique(log.min_score_ppm, return_counts=True)
    points = request_candidates(levels, n_at, EdgeRules())
    lattice = apart(points, score_candidates(models, EdgeRules()))
    grid = RequestGrid(edges_ppm=points.edge, asked_ppm=np.unique(models.axis_ppm))
    classes = request_classes(models, np.unique(lattice.places_of(models)))
    return log_tables(log, table_subject(models, classes, grid)), lattice


def space(models_of: Catalogue, log: RequestStream, policy: Policy, rules: TierRules | None = None) -> SearchSpace:
    """Return the graph of all maps, by cost, shortfall and tier changes."""
    tables, lattice = counted(models_of, log, policy)
    names = ("list_cost_pusd", "shortfall_ppm", "n_unserved", "n_tier_changes", "tier_distance", "n_near_edge")
    return search_space([tables], lattice, metrics=names, rules=rules)


def edges_of(graph: SearchSpace, path: IntColumn) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
    """Return the edges of a path's map."""
    tier_map = tier_map_of(graph, path, name="any")
    return tier_map.request_edges_ppm, tier_map.score_edges_milli


def test_directions() -> None:
    up = direction_of(Policy())
    assert (up.hands_on, up.is_from_top) == (True, True)
    down = direction_of(Policy(empty_tier="down"))
    assert (down.hands_on, down.is_from_top) == (True, False)
    # Above a floor stands nobody whom the floor does not admit.
    assert not direction_of(Policy(eligibility="floor")).hands_on
    assert direction_of(Policy(eligibility="floor", empty_tier="down")).hands_on
    assert not direction_of(Policy(empty_tier="refuse")).hands_on


def test_all_maps_of_three_models_and_what_they_add_up_to() -> None:
    found = space(catalogue([1.0, 2.0, 4.0], [1e6] * 3), stream([100, 200, 300]), PLAIN)
    assert found.graph.n_nodes == len(found.lattice) == 3 * 2 + 2
    paths = paths_of(found.graph, most=99)
    # One tier; two tiers at any of 3 x 2 positions; three tiers with both edges rising: 3 pairs of request edges.
    assert sorted(map(len, paths)) == [1] + [2] * 6 + [3] * 3
    odd = [path for path in paths if len(path) != 2]
    totals = {edges_of(found, path)[0]: found.graph.totals_of(path[None])[0].tolist() for path in odd}
    # One tier: the cheapest, prompt 1 and completion 2 USD per million, serves 0.2 to all: short by .1, .3 and .5.
    assert totals[()] == [600 * 1_000_000 + 30 * 2_000_000, 900_000, 0, 0, 0, 0]
    # Edges in (0.3, 0.5] and (0.5, 0.7]: each request its own tier, two changes of one step each.
    assert totals[400_000, 600_000] == [(100 + 400 + 1200) * 1_000_000 + 30 * 2_000_000, 300_000, 0, 2, 2, 0]


def test_a_price_step_forbids_a_higher_tier_that_is_no_dearer() -> None:
    models_of, log = catalogue([1.0, 2.0, 2.0, 3.0], [1e6] * 4), stream([100, 100, 100])
    ups = {"refuse": PLAIN, "up": dataclasses.replace(PLAIN, empty_tier="up")}
    for step_ppm, score_edges in [
        (None, {(30_000,), (50_000,), (70_000,), (30_000, 50_000), (30_000, 70_000), (50_000, 70_000)}),
        # Equal prices are no step: the second and the third model may not be first choices of two tiers.
        (0, {(30_000,), (50_000,), (70_000,), (30_000, 70_000), (50_000, 70_000)}),
        (500_000, {(30_000,), (50_000,), (70_000,), (30_000, 70_000), (50_000, 70_000)}),  # 2 to 3 just is
        (500_001, {(30_000,), (50_000,), (70_000,)}),
        (1_000_001, {(70_000,)}),
    ]:
        rules = TierRules(least_price_step_ppm=step_ppm)
        for policy in ups.values():  # built from the bottom, and from the top
            found = space(models_of, log, policy, rules)
            edges = [edges_of(found, path)[1] for path in paths_of(found.graph, most=9999)]
            assert {each for each in edges if each and len(each) < 3} == score_edges


def test_a_memory_is_kept_only_while_it_matters() -> None:
    log = stream([900, 200, 100])  # the longest request asks for 0.3
    up = dataclasses.replace(PLAIN, empty_tier="up")
    fits = space(catalogue([1.0, 2.0, 4.0], [1e6] * 3), log, up)
    assert fits.graph.n_nodes == len(fits.lattice)  # nothing is ever handed on
    tight = space(catalogue([1.0, 2.0, 4.0], [500.0, 500.0, 1e6]), log, up)
    assert tight.graph.n_nodes == len(tight.lattice)  # all tiers hand it to the one model that holds it
    # Two models hold it, the better one cheaper: who takes over is the better one where both share a tier.
    both = space(catalogue([1.0, 2.0, 8.0, 4.0], [500.0, 500.0, 1e6, 1e6]), log, up)
    assert both.graph.n_nodes > len(both.lattice)
    for path in paths_of(both.graph, most=99):
        assert both.graph.totals_of(path[None])[0, both.graph.column("n_unserved")] == 0


def test_down_hands_on_to_the_tier_below_and_refuse_to_nobody() -> None:
    models_of, log = catalogue([1.0, 2.0], [1e6, 500.0]), stream([100, 200, 900])
    unserved = {}
    for rule in ("down", "up", "refuse"):
        found = space(models_of, log, dataclasses.replace(PLAIN, empty_tier=rule))
        column = found.graph.column("n_unserved")
        paths = paths_of(found.graph, most=99)
        unserved[rule] = sorted({int(found.graph.totals_of(path[None])[0, column]) for path in paths})
    # The long request asks for 0.7: where the top tier begins at 0.7 or below it cannot be held there.
    assert unserved == {"down": [0], "up": [0, 1], "refuse": [0, 1]}


def test_a_graph_without_any_map_still_has_its_end() -> None:
    # No two models may share a tier, and no tier may be cheaper than the one below.
    rules = TierRules(most_members=1, least_price_step_ppm=0)
    found = space(catalogue([4.0, 2.0, 1.0], [1e6] * 3), stream([100, 100, 100]), PLAIN, rules)
    assert found.graph.n_nodes >= 2
    assert paths_of(found.graph, most=1) == []


def test_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    models_of, log = catalogue([1.0, 2.0], [1e6, 1e6]), stream([100, 200, 300])
    tables, lattice = counted(models_of, log, PLAIN)
    for names in ([], ["a"], ["a", "a"]):
        with pytest.raises(InputError, match=r"2 scenarios are called .*; give each a name of its own"):
            search_space([tables, tables], lattice, metrics=("n_short",), names=names)
    other, _ = counted(models_of, stream([100]), PLAIN)
    with pytest.raises(InputError, match="the tables count by other edges than the lattice has"):
        search_space([other], lattice, metrics=("n_short",))
    handing, _ = counted(models_of, log, dataclasses.replace(PLAIN, empty_tier="down"))
    with pytest.raises(InputError, match="the scenarios differ in eligibility, empty_tier or the default tier"):
        search_space([tables, handing], lattice, metrics=("n_short",), names=("a", "b"))
    with pytest.raises(InputError, match="there is no metric 'price'; use one of cost_pusd"):
        search_space([tables], lattice, metrics=("price",))
    monkeypatch.setattr(walk_module, "_MOST_ARCS", 2)
    with pytest.raises(InputError, match="more than 2 bands with what they hand on"):
        search_space([handing], lattice, metrics=("n_short",))
