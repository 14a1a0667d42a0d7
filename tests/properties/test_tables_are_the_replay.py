"""What the tables add up to is what a replay counts, for every map of the graph, in every small world."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from oracles.slow_totals import slow_totals
from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.sim.cache import PrefixCache
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables import (
    ScoredModels,
    replayed_totals,
    routed_levels,
    scored_models,
)
from paretocode.stream.stream import PPM
from paretocode.tiermap import Tier, TierMap, tier_names
from paretocode.tune.edges.candidates import EdgeRules, request_candidates, score_candidates
from paretocode.tune.edges.lattice import TierRules, apart
from paretocode.tune.edges.maps import decisions_of, exact_totals, tier_map_of
from paretocode.tune.edges.space import SearchSpace, search_space
from tuning_worlds import CACHED_SUMS, EXACT_SUMS, METRICS, World, paths_of, tuning_worlds

JUMPS = ("n_tier_jumps", "n_model_jumps")
MAPS = 8


def space_of(world: World) -> SearchSpace:
    """Return the search space of a world; a world whose rules no band keeps proves nothing."""
    try:
        return search_space([world.tables()], world.lattice, metrics=METRICS, rules=world.rules)
    except InputError as error:
        assume("keeps the rules" not in str(error))
        raise


def shares_a_model(space: SearchSpace, path: IntColumn) -> bool:
    """Return whether two tiers of a map serve one model."""
    model = decisions_of(space, path).model
    own = [set(row[row != UNSERVED].tolist()) for row in model]
    return sum(map(len, own)) != len(set().union(*own))


def dearly_caches(world: World) -> bool:
    """Return whether a cached token costs more than a fresh one somewhere."""
    prompts = world.tables().subject.example_prompts
    return any(bool((world.models.tariff_at(prompt).saved < 0).any()) for prompt in prompts)


@given(world=tuning_worlds())
@settings(max_examples=100)
def test_totals_of_every_map_are_those_of_its_replay(world: World) -> None:
    space = space_of(world)
    for path in paths_of(space.graph, most=MAPS):
        replayed = replayed_totals(
            world.stream,
            tier_map_of(space, path, name="any"),
            world.models,
            (*METRICS, *JUMPS),
            luck=world.luck,
        )
        exact = exact_totals(space, path)
        found = dict(zip(METRICS, exact.totals.tolist(), strict=True))
        assert {**found, "n_tier_jumps": exact.n_tier_jumps, "n_model_jumps": exact.n_model_jumps} == replayed


@given(world=tuning_worlds())
@settings(max_examples=100)
def test_bands_add_up_to_the_map_and_bound_what_caches_save(world: World) -> None:
    space = space_of(world)
    is_dear = dearly_caches(world)
    for path in paths_of(space.graph, most=MAPS):
        added = dict(zip(METRICS, space.graph.totals_of(path[None])[0].tolist(), strict=True))
        exact = dict(zip(METRICS, exact_totals(space, path).totals.tolist(), strict=True))
        assert {name: added[name] for name in EXACT_SUMS} == {name: exact[name] for name in EXACT_SUMS}
        if not world.models.cache.is_on or not shares_a_model(space, path):
            assert added == exact
        for name in CACHED_SUMS:
            assert added[name] >= exact[name] or (name == "cost_pusd" and is_dear)


@given(world=tuning_worlds())
@settings(max_examples=100)
def test_the_replay_itself_is_the_router_request_by_request(world: World) -> None:
    space = space_of(world)
    for path in paths_of(space.graph, most=1):
        tier_map = tier_map_of(space, path, name="any")
        slow = slow_totals(world.stream, tier_map, world.models)
        assert slow == replayed_totals(world.stream, tier_map, world.models, tuple(slow))


@given(world=tuning_worlds(), data=st.data())
@settings(max_examples=100)
def test_tables_of_parts_add_up_to_the_tables_of_the_whole(world: World, data: st.DataObject) -> None:
    stream = world.stream
    assume(stream.n_sessions > 1)
    cut = int(np.searchsorted(stream.session, data.draw(st.integers(1, stream.n_sessions - 1))))
    parts = [
        world.tables(stream.part(rows.start, rows.stop), world.luck.take(rows))
        for rows in (slice(0, cut), slice(cut, len(stream)))
    ]
    whole, there, back = world.tables(), parts[0] + parts[1], parts[1] + parts[0]
    for one in (there, back):
        assert one.subject.identity == whole.subject.identity
        assert (one.n_requests, one.n_sessions, one.n_pairs) == (whole.n_requests, whole.n_sessions, whole.n_pairs)
        for table in ("requests", "pairs"):
            for name in getattr(whole, table).__dataclass_fields__:
                np.testing.assert_array_equal(getattr(getattr(one, table), name), getattr(getattr(whole, table), name))
        for name in ("asked_scores_ppm", "n_asked", "levels_ppm", "n_at_level"):
            np.testing.assert_array_equal(getattr(one, name), getattr(whole, name))


@given(world=tuning_worlds())
@settings(max_examples=40)
def test_tables_of_other_subjects_do_not_add_up(world: World) -> None:
    tables = world.tables()
    other_models = dataclasses.replace(world.models, cache=PrefixCache(ttl_s=9.0, min_tokens=3))
    others = [
        dataclasses.replace(world, default_is_highest=not world.default_is_highest).tables(),
        world.tables(models=other_models),
        world.tables(luck=None, limits_s=(9.0,)),
    ]
    for other in others:
        if other.subject.identity != tables.subject.identity:
            with pytest.raises(InputError, match="do not add up"):
                _ = tables + other
    assert others[0].subject.identity != tables.subject.identity != others[2].subject.identity


@given(world=tuning_worlds(), data=st.data())
@settings(max_examples=100)
def test_edges_anywhere_are_edges_of_the_grid_that_they_round_up_to(world: World, data: st.DataObject) -> None:
    models, stream = world.models, world.stream
    whole = EdgeRules()
    level = routed_levels(stream, models.policy, default_is_highest=world.default_is_highest)
    levels, n_at = np.unique(level[~stream.is_omitted], return_counts=True)
    assume(bool(((levels > 0) & (levels <= PPM)).any()))
    points, scores = request_candidates(levels, n_at, whole), score_candidates(models, whole)
    free = dataclasses.replace(
        world,
        points=points,
        scores=scores,
        lattice=apart(points, scores),
        rules=TierRules(least_members=0, least_serving=0),
    )
    space = space_of(free)
    n_edges = data.draw(st.integers(0, min(len(points), len(scores), 3)))
    request_at, score_at = (
        sorted(data.draw(st.sets(st.integers(0, n - 1), min_size=n_edges, max_size=n_edges)))
        for n in (len(points), len(scores))
    )
    request_edges = [data.draw(st.integers(int(points.low[i]) + 1, int(points.high[i]))) for i in request_at]
    score_edges = [data.draw(st.integers(int(scores.low[i]) + 1, int(scores.high[i]))) for i in score_at]
    anywhere = map_with_edges(models, request_edges, score_edges, default_is_highest=world.default_is_highest)
    positions = [
        0,
        *(1 + r * len(scores) + s for r, s in zip(request_at, score_at, strict=True)),
        len(free.lattice) - 1,
    ]
    names = tuple(name for name in METRICS if name != "n_near_edge")
    replayed = replayed_totals(stream, anywhere, models, names, luck=world.luck)
    exact = dict(zip(METRICS, exact_totals(space, path_through(space, positions)).totals.tolist(), strict=True))
    assert replayed == {name: exact[name] for name in names}


def map_with_edges(
    models: ScoredModels, request_edges: list[int], score_edges: list[int], *, default_is_highest: bool
) -> TierMap:
    """Return the map of any edges."""
    tier_of = np.searchsorted(score_edges, models.score_milli, side="right")
    names = tier_names(len(score_edges) + 1)
    return TierMap(
        name="anywhere",
        tiers=tuple(
            Tier(name=name, models=tuple(k for k, t in zip(models.keys, tier_of.tolist(), strict=True) if t == at))
            for at, name in enumerate(names)
        ),
        request_edges_ppm=tuple(request_edges),
        score_edges_milli=tuple(score_edges),
        default_tier=names[-1 if default_is_highest else 0],
        policy=models.policy,
        score_definition=models.catalogue.score_definition,
    )


def path_through(space: SearchSpace, positions: list[int]) -> IntColumn:
    """Return the path whose bands lie between the given positions, lowest first."""
    bands = list(itertools.pairwise(positions))
    node, path = 0, []
    for low, high in reversed(bands) if space.direction.is_from_top else bands:
        leaves = (space.graph.tail == node) & (space.low == low) & (space.high == high)
        (arc,) = np.flatnonzero(leaves).tolist()
        node = int(space.graph.head[arc])
        path.append(arc)
    assert node == space.graph.n_nodes - 1
    return np.array(path)


@given(world=tuning_worlds(), data=st.data())
@settings(max_examples=100)
def test_scenarios_side_by_side_are_each_by_itself(world: World, data: st.DataObject) -> None:
    # The first scenario's models decide on members: only without rules for them has each alone the same bands.
    rules = TierRules(least_members=0, least_serving=0)
    catalogue = world.models.catalogue
    factor = np.array([data.draw(st.sampled_from([0.5, 1.0, 4.0])) for _ in catalogue.keys])
    moved = np.array([data.draw(st.sampled_from([-10.0, 0.0, 0.0, 5.0])) for _ in catalogue.keys])
    changed = catalogue.replace(
        prompt_usd_per_mtok=catalogue.prompt_usd_per_mtok * factor, coding_score=catalogue.coding_score + moved
    )
    other = scored_models(changed, world.models.policy, scale=world.models.scale, cache=world.models.cache)
    tables = [world.tables(), world.tables(models=other)]
    joint = search_space(tables, world.lattice, metrics=METRICS, rules=rules, names=["now", "then"])
    for path in paths_of(joint.graph, most=4):
        bands = path[::-1] if joint.direction.is_from_top else path
        positions = [*joint.low[bands].tolist(), len(world.lattice) - 1]
        added = joint.graph.totals_of(path[None])[0]
        for at, each in enumerate(tables):
            alone = search_space([each], world.lattice, metrics=METRICS, rules=rules)
            same = path_through(alone, positions)
            own = slice(at * len(METRICS), (at + 1) * len(METRICS))
            np.testing.assert_array_equal(added[own], alone.graph.totals_of(same[None])[0])
            ours, its = exact_totals(joint, path, scenario=at), exact_totals(alone, same)
            np.testing.assert_array_equal(ours.totals, its.totals)
            assert ours[1:] == its[1:]
