"""A replay in motion equals the readable router under the catalogue of each moment, in every small world."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracles.slow_motion import slow_epoch, slow_motion, slow_motion_bill, worlds_of
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.sim.cache import PrefixCache
from paretocode.sim.latency import latency_tables, latency_us
from paretocode.sim.luck import draw_luck
from paretocode.sim.motion import MotionReplay, Timeline, catalogue_jumps, jump_causes, motion_effect, replay_in_motion
from paretocode.sim.plan import UNSERVED, usable_rows
from paretocode.sim.replaying import Replay, replay
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import TierMap
from strategies import NAN, streams, worlds

CACHES = st.builds(
    PrefixCache,
    ttl_s=st.sampled_from([0.0, 4.0, 300.0]),
    min_tokens=st.sampled_from([0, 15, 1024]),
    write_to_prompt=st.sampled_from([None, 0.0, 1.25]),
)
MEMBERSHIPS = st.sampled_from(["listed", "recut"])


@st.composite
def moved(draw: st.DrawFn, catalogue: Catalogue) -> Catalogue:
    """The same models later: some gone, some free, some with other prices, windows, scores and speeds."""
    n = len(catalogue)
    fates = draw(st.lists(st.sampled_from(["stays", "moves", "gone", "free"]), min_size=n, max_size=n))

    def column(name: str, values: list[float]) -> np.ndarray:
        drawn = np.array(draw(st.lists(st.sampled_from(values), min_size=n, max_size=n)))
        return np.select([[f == "stays" for f in fates], [f == "gone" for f in fates]],
                         [getattr(catalogue, name), NAN], drawn)  # fmt: skip

    is_free = np.array([f == "free" or (f == "stays" and was) for f, was in zip(fates, catalogue.is_free, strict=True)])
    stays = np.array([f == "stays" for f in fates])[:, None]
    tps = np.array(draw(st.lists(st.sampled_from([10.0, 20.0, NAN]), min_size=n, max_size=n)))[:, None]
    return catalogue.replace(
        coding_score=column("coding_score", [10.0, 20.0, 30.0, NAN]),
        prompt_usd_per_mtok=np.where(is_free, 0.0, column("prompt_usd_per_mtok", [0.5, 1.0, 2.0, NAN])),
        completion_usd_per_mtok=np.where(is_free, 0.0, column("completion_usd_per_mtok", [1.0, 2.0, 8.0])),
        cache_read_usd_per_mtok=column("cache_read_usd_per_mtok", [0.0036, 0.1, NAN]),
        cache_write_usd_per_mtok=column("cache_write_usd_per_mtok", [1.25, NAN]),
        context_tokens=column("context_tokens", [50.0, 100.0, 200.0, NAN]),
        throughput_tps=np.where(stays, catalogue.throughput_tps, tps),
        ttft_s=np.where(stays, catalogue.ttft_s, tps / 10),
        is_free=is_free,
        price_steps=catalogue.price_steps if draw(st.booleans()) else (),
    )


@st.composite
def moving_worlds(draw: st.DrawFn, *, max_epochs: int = 3) -> tuple[TierMap, Timeline]:
    """A map and one to three catalogues of its models; starts that coincide with requests, before and after them."""
    tier_map, first = draw(worlds())
    n_epochs = draw(st.integers(1, max_epochs))
    starts = draw(st.sets(st.sampled_from([-5, 0, 1, 4, 9, 15, 150, 310]), min_size=n_epochs, max_size=n_epochs))
    catalogues = [first]
    for _ in range(n_epochs - 1):
        # A model that has vanished can return with the numbers of the first day.
        catalogues.append(draw(st.one_of(moved(first), moved(catalogues[-1]), st.just(first))))
    return tier_map, Timeline(starts_us=np.array(sorted(starts)) * 1_000_000, catalogues=tuple(catalogues))


def replay_or_refusal(
    stream: RequestStream, tier_map: TierMap, timeline: Timeline, membership: str, cache: PrefixCache
) -> MotionReplay | None:
    """Return the replay; None where it is refused, and rightly so."""
    if stream.time_us.max() < timeline.starts_us[0]:
        with pytest.raises(InputError, match="time 0 as origin"):
            replay_in_motion(stream, tier_map, timeline, membership=membership, cache=cache)
        return None
    if membership == "recut" and tier_map.score_edges_milli is None:
        with pytest.raises(InputError, match="no score edges to cut by"):
            replay_in_motion(stream, tier_map, timeline, membership=membership, cache=cache)
        return None
    if not any(usable_rows(world.tier_map, world.catalogue) for world in worlds_of(timeline, tier_map, membership)):
        with pytest.raises(InputError, match="none of its models"):
            replay_in_motion(stream, tier_map, timeline, membership=membership, cache=cache)
        return None
    return replay_in_motion(stream, tier_map, timeline, membership=membership, cache=cache)


def _code(row: int | None) -> int:
    return UNSERVED if row is None else row


@given(world=moving_worlds(), stream=streams(), membership=MEMBERSHIPS, cache=CACHES)
@settings(max_examples=600)
def test_motion_equals_the_router_and_the_bill_of_each_moment(
    world: tuple[TierMap, Timeline], stream: RequestStream, membership: str, cache: PrefixCache
) -> None:
    tier_map, timeline = world
    motion = replay_or_refusal(stream, tier_map, timeline, membership, cache)
    if motion is None:
        return
    run = motion.run
    slow, jumps = slow_motion(stream, timeline, tier_map, membership)
    assert motion.epoch.tolist() == [slow_epoch(timeline, time) for time in stream.time_us.tolist()]
    assert run.decisions.tier_routed.tolist() == [d.tier_routed for d in slow]
    assert run.decisions.tier_served.tolist() == [_code(d.tier_served) for d in slow]
    assert run.decisions.model_index.tolist() == [_code(d.primary) for d in slow]
    costs, cached = slow_motion_bill(stream, [d.primary for d in slow], timeline, cache)
    assert run.cached_tokens.tolist() == cached
    assert run.cost_pusd.tolist() == costs
    assert catalogue_jumps(motion).tolist() == jumps
    assert jump_causes(motion).n_catalogue_jumps == sum(jumps)


@given(world=moving_worlds(), stream=streams())
def test_times_are_those_of_the_speeds_in_force(world: tuple[TierMap, Timeline], stream: RequestStream) -> None:
    tier_map, timeline = world
    luck = draw_luck(stream, rng=1)
    try:
        motion = replay_in_motion(stream, tier_map, timeline, luck=luck)
    except InputError:
        return
    run = motion.run
    assert run.latency_us is not None
    for epoch, catalogue in enumerate(timeline.catalogues):
        here = motion.epoch == epoch
        expected = latency_us(stream, run.decisions.model_index, run.cached_tokens, latency_tables(catalogue), luck)
        assert run.latency_us[here].tolist() == expected[here].tolist()


def columns_of(run: Replay) -> dict[str, list[int]]:
    names = ("tier_requested", "tier_routed", "tier_served", "ranked_index", "model_index")
    columns = {name: getattr(run.decisions, name).tolist() for name in names}
    assert run.latency_us is not None
    return columns | {
        "cost": run.cost_pusd.tolist(),
        "cached": run.cached_tokens.tolist(),
        "time": run.latency_us.tolist(),
    }


@given(world=worlds(), stream=streams(), cache=CACHES)
@settings(max_examples=300)
def test_one_catalogue_is_the_plain_replay(
    world: tuple[TierMap, Catalogue], stream: RequestStream, cache: PrefixCache
) -> None:
    tier_map, catalogue = world
    timeline, luck = Timeline(starts_us=np.array([0]), catalogues=(catalogue,)), draw_luck(stream, rng=1)
    try:
        plain = replay(stream, tier_map, catalogue, cache=cache, luck=luck)
    except InputError as error:
        with pytest.raises(InputError, match=re.escape(str(error))):
            replay_in_motion(stream, tier_map, timeline, cache=cache, luck=luck)
        return
    motion = replay_in_motion(stream, tier_map, timeline, cache=cache, luck=luck)
    assert columns_of(motion.run) == columns_of(plain)
    assert motion.run.catalogue.digest == catalogue.digest
    effect = motion_effect(motion)
    assert (effect.cost_pusd, effect.n_other_model) == (0, 0)
    assert effect.standing_pusd == sum(plain.cost_pusd.tolist())


@given(world=moving_worlds(), stream=streams(), membership=MEMBERSHIPS)
def test_a_catalogue_that_comes_again_unchanged_changes_nothing(
    world: tuple[TierMap, Timeline], stream: RequestStream, membership: str
) -> None:
    tier_map, timeline = world
    starts = np.unique(np.concatenate((timeline.starts_us, timeline.starts_us + 2_000_000)))
    twice = Timeline(
        starts_us=starts, catalogues=tuple(timeline.catalogues[i] for i in timeline.epoch_of(starts).tolist())
    )
    try:
        once = replay_in_motion(stream, tier_map, timeline, membership=membership)
    except InputError:
        return
    again = replay_in_motion(stream, tier_map, twice, membership=membership)
    assert again.run.decisions.model_index.tolist() == once.run.decisions.model_index.tolist()
    assert again.run.cost_pusd.tolist() == once.run.cost_pusd.tolist()
    assert catalogue_jumps(again).tolist() == catalogue_jumps(once).tolist()
    assert len(again.plan.versions.catalogue) == len(once.plan.versions.catalogue)


@given(world=moving_worlds(), stream=streams())
def test_epochs_in_order_are_read_in_order(world: tuple[TierMap, Timeline], stream: RequestStream) -> None:
    epoch = world[1].epoch_of(stream.time_us)
    later = np.flatnonzero(~stream.is_first)
    assert (epoch[later] >= epoch[later - 1]).all()
