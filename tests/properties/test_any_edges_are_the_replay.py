"""A map with edges anywhere comes to what its replay counts, and so does the next one that an edge is dragged to."""

from __future__ import annotations

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from paretocode.sim.tables import AnyEdges, EdgeTotals, replayed_totals
from paretocode.sim.tables.by_tier import ByTier
from paretocode.stream.stream import PPM
from paretocode.tiermap import Tier, TierMap, tier_names
from tuning_worlds import World, tuning_worlds

NAMES = (
    "cost_pusd",
    "list_cost_pusd",
    "fresh_tokens",
    "shortfall_ppm",
    "excess_ppm",
    "n_short",
    "n_unmet",
    "n_unserved",
    "n_tier_changes",
    "tier_distance",
    "n_near_edge",
    "n_untimed",
)
ALL = (*NAMES, "latency_us", "n_tier_jumps", "n_model_jumps")


def map_of(world: World, request_ppm: tuple[int, ...], score_milli: tuple[int, ...]) -> TierMap:
    """Return the map with these edges, put together without the code under test."""
    models = world.models
    names = tier_names(len(request_ppm) + 1)
    band = np.searchsorted(score_milli, models.score_milli, side="right")
    keys = np.array(models.keys, dtype=object)
    return TierMap(
        name="dragged",
        tiers=tuple(Tier(name=name, models=tuple(keys[band == at])) for at, name in enumerate(names)),
        request_edges_ppm=request_ppm,
        score_edges_milli=score_milli,
        default_tier=names[-1] if world.default_is_highest else names[0],
        policy=models.policy,
        score_definition=models.catalogue.score_definition,
    )


@st.composite
def drags(draw: st.DrawFn, world: World) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Edges of a few maps of one number of tiers: data points, their neighbours and anything else."""
    n_edges = draw(st.integers(0, 3))
    levels = world.stream.min_score_ppm[~world.stream.is_omitted].tolist()
    at_levels = [level + shift for level in levels for shift in (0, 1) if 0 < level + shift <= PPM]
    scores = [milli + shift for milli in world.models.score_milli.tolist() for shift in (0, 1)]
    request_edge = st.one_of(st.sampled_from([1, PPM, *at_levels]), st.integers(1, PPM))
    score_edge = st.one_of(st.sampled_from(scores), st.integers(min(scores) - 2, max(scores) + 2))

    def distinct(edge: st.SearchStrategy[int], least: int) -> list[int]:
        found = draw(st.sets(edge, min_size=0, max_size=n_edges))
        free = (number for number in range(least, PPM) if number not in found)
        return sorted([*found, *(next(free) for _ in range(n_edges - len(found)))])

    request, score = distinct(request_edge, 1), distinct(score_edge, min(scores) - 9)
    maps = [(tuple(request), tuple(score))]
    for _ in range(draw(st.integers(1, 4)) if n_edges else 0):
        at = draw(st.integers(0, n_edges - 1))
        low, high = ([0, *request][at] + 1, [*request, PPM + 1][at + 1] - 1)
        request[at] = draw(st.integers(low, high))
        maps.append((tuple(request), tuple(score)))
    return maps


@given(data=st.data(), world=tuning_worlds())
@settings(max_examples=80)
def test_every_map_of_a_drag_comes_to_what_its_replay_counts(data: st.DataObject, world: World) -> None:
    edges = AnyEdges.of(world.stream, world.models, NAMES, luck=world.luck, default_is_highest=world.default_is_highest)
    before: ByTier | None = None
    for request_ppm, score_milli in data.draw(drags(world)):
        found = totals_of(edges, world, request_ppm, score_milli, before)
        tier_map = map_of(world, request_ppm, score_milli)
        assert found.totals == replayed_totals(world.stream, tier_map, world.models, ALL, luck=world.luck)
        before = found.by_tier


def totals_of(
    edges: AnyEdges, world: World, request_ppm: tuple[int, ...], score_milli: tuple[int, ...], before: ByTier | None
) -> EdgeTotals:
    cuts = np.searchsorted(world.models.score_milli, score_milli, side="left")
    return edges.totals(np.array(request_ppm, dtype=np.int64), cuts, before=before)


@given(data=st.data(), world=tuning_worlds())
@settings(max_examples=25)
def test_sums_after_a_drag_are_the_sums_from_the_start(data: st.DataObject, world: World) -> None:
    edges = AnyEdges.of(world.stream, world.models, NAMES, default_is_highest=world.default_is_highest)
    before: ByTier | None = None
    for request_ppm, score_milli in data.draw(drags(world)):
        found = totals_of(edges, world, request_ppm, score_milli, before)
        anew = totals_of(edges, world, request_ppm, score_milli, None)
        for field in dataclasses.fields(ByTier):
            np.testing.assert_array_equal(getattr(found.by_tier, field.name), getattr(anew.by_tier, field.name))
        np.testing.assert_array_equal(found.n_routed, anew.n_routed)
        before = found.by_tier
