"""Jumps, their causes and their losses equal the definition as a loop, and add up, in every small world."""

from __future__ import annotations

import dataclasses
from functools import partial, reduce
from operator import add
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracles.slow_jumps import SlowTally, slow_bill_of_one, slow_causes, slow_tally
from oracles.slow_motion import slow_motion, slow_motion_bill, worlds_of
from oracles.slow_replay import slow_bill, slow_decisions
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.sim.cache import PrefixCache
from paretocode.sim.events import Failure, replay_events
from paretocode.sim.jumps import (
    CATALOGUE_DRIVEN,
    FAILURE_DRIVEN,
    Failures,
    JumpCause,
    JumpTables,
    JumpTally,
    count_jumps,
    expected_flips,
    jump_causes,
    jump_tables,
    tally_jumps,
)
from paretocode.sim.jumps.parts import BUSY, OUTAGE
from paretocode.sim.luck import draw_luck
from paretocode.sim.motion import MotionReplay, Timeline, catalogue_jumps
from paretocode.sim.plan import UNSERVED
from paretocode.sim.replaying import Replay, replay
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import SessionMemory, TierMap, remember
from paretocode.tiermap.router import shortlist
from properties.test_motion_properties import moving_worlds, replay_or_refusal
from strategies import operations_of, streams, timed, worlds

RULES = {
    "ttl_s": st.sampled_from([0.0, 1.0, 4.0, 300.0]),
    "min_tokens": st.sampled_from([0, 15, 40]),
    "write_to_prompt": st.sampled_from([None, 0.0, 1.25]),
}
CACHES = st.builds(PrefixCache, **RULES)
TURNS = st.sampled_from([1, 2, 3, 50])


@st.composite
def caches_of(draw: st.DrawFn, catalogue: Catalogue) -> PrefixCache:
    """Rules for all, and other rules for some models."""
    return dataclasses.replace(
        draw(CACHES), by_model={key: draw(CACHES) for key in catalogue.keys if draw(st.booleans())}
    )


def replay_if_usable(stream: RequestStream, world: tuple[TierMap, Catalogue], cache: PrefixCache) -> Replay | None:
    try:
        run = replay(stream, *world, cache=cache)
    except InputError:
        return None
    freeze(run)
    return run


def freeze(run: Replay) -> None:
    """Let writing to what was replayed fail."""
    for column in (*vars(run.decisions).values(), run.cost_pusd, run.cached_tokens):
        if column is not None:
            column.flags.writeable = False


def coded(column: np.ndarray) -> list[int | None]:
    return [None if value == UNSERVED else value for value in column.tolist()]


def names_of(causes: np.ndarray) -> list[str]:
    return [list(JumpCause)[code - 1].name if code else "" for code in causes.tolist()]


def by_cause(names: list[str], values: list[int]) -> tuple[int, ...]:
    return tuple(sum(v for n, v in zip(names, values, strict=True) if n == cause.name) for cause in JumpCause)


def assert_equal_but_for_causes(found: JumpTally, slow: SlowTally) -> None:
    n_tiers = len(found.tiers)
    assert found.n_pairs == slow.n_pairs
    assert found.tier_pairs == tuple(tuple(slow.tier_pairs[a, b] for b in range(n_tiers)) for a in range(n_tiers))
    assert found.model_jumps == dict(slow.model_jumps)
    assert found.n_sessions_with_tier_jump == len(slow.sessions_with_tier_jump)
    assert found.n_sessions_with_model_jump == len(slow.sessions_with_model_jump)
    assert (found.n_tier_flaps, found.n_model_flaps) == (slow.n_tier_flaps, slow.n_model_flaps)
    assert found.n_warm_jumps == slow.n_warm_jumps
    assert found.lost_tokens == sum(slow.lost_tokens)
    assert found.unpriced_tokens == slow.unpriced_tokens


@given(world=worlds(), stream=streams(), turns=TURNS, data=st.data())
@settings(max_examples=400)
def test_jumps_equal_the_loop(
    world: tuple[TierMap, Catalogue], stream: RequestStream, turns: int, data: st.DataObject
) -> None:
    tier_map, catalogue = world
    cache = data.draw(caches_of(catalogue))
    run = replay_if_usable(stream, world, cache)
    if run is None:
        return
    found = tally_jumps(run, jump_tables(run, cache), flap_turns=turns)
    tiers, models = coded(run.decisions.tier_served), coded(run.decisions.model_index)
    slow = slow_tally(
        stream, tiers, models, catalogue_at=lambda _: catalogue, cache=cache,
        bill=partial(slow_bill, stream, catalogue=catalogue, cache=cache), flap_turns=turns,
    )  # fmt: skip
    assert_equal_but_for_causes(found, slow)
    decisions = slow_decisions(stream, tier_map, catalogue)
    names = slow_causes(stream, decisions, memories_of(stream, tier_map, catalogue), tier_map, catalogue)
    assert names_of(jump_causes(run, jump_tables(run, cache))) == names
    assert found.jumps_by_cause == by_cause(names, [1] * len(stream))
    assert found.lost_tokens_by_cause == by_cause(names, slow.lost_tokens)
    lost_pusd = costs_of_losing(run, cache, slow.lost_tokens, [catalogue] * len(stream))
    assert found.lost_pusd_by_cause == by_cause(names, lost_pusd)


def memories_of(stream: RequestStream, tier_map: TierMap, catalogue: Catalogue) -> list[SessionMemory | None]:
    """Return what the router remembers of the session when each request comes."""
    memories: dict[int, SessionMemory] = {}
    before = []
    for index, decision in enumerate(slow_decisions(stream, tier_map, catalogue)):
        request = stream.row(index)
        before.append(memories.get(request.session))
        memories[request.session] = remember(before[-1], request, decision, tier_map.policy)
    return before


def costs_of_losing(run: Replay, cache: PrefixCache, lost: list[int], in_force: list[Catalogue]) -> list[int]:
    """Return each request's bill less what it would be with the lost tokens found."""
    costs = []
    for index, model in enumerate(coded(run.decisions.model_index)):
        if model is None:
            costs.append(0)
            continue
        cost_with = partial(slow_bill_of_one, run.stream.row(index), model, catalogue=in_force[index], cache=cache)
        found = int(run.cached_tokens[index])
        assert cost_with(cached=found) == run.cost_pusd[index]
        costs.append(cost_with(cached=found) - cost_with(cached=found + lost[index]))
    return costs


@given(world=worlds(), stream=streams(max_requests=40), turns=TURNS, data=st.data())
@settings(max_examples=200)
def test_sessions_add_up_in_any_order(
    world: tuple[TierMap, Catalogue], stream: RequestStream, turns: int, data: st.DataObject
) -> None:
    cache = data.draw(CACHES)
    whole = replay_if_usable(stream, world, cache)
    if whole is None:
        return
    parts = []
    for session in data.draw(st.permutations(range(stream.n_sessions))):
        run = replay(stream.take_sessions(np.array([session])), *world, cache=cache)
        parts.append(tally_jumps(run, jump_tables(run, cache), flap_turns=turns))
    found = tally_jumps(whole, jump_tables(whole, cache), flap_turns=turns)
    assert reduce(add, parts) == found
    assert reduce(lambda right, left: left + right, parts[::-1]) == found


@given(world=worlds(), stream=streams(max_requests=40))
@settings(max_examples=300)
def test_counts_add_up_and_no_jump_is_left_without_a_cause(
    world: tuple[TierMap, Catalogue], stream: RequestStream
) -> None:
    run = replay_if_usable(stream, world, PrefixCache())
    if run is None:
        return
    found = tally_jumps(run, jump_tables(run))
    plain = count_jumps(stream, run.decisions.tier_served, run.decisions.model_index)
    assert found.n_pairs == plain.n_pairs
    assert found.n_tier_jumps == plain.n_tier_jumps == sum(found.tier_jumps_by_height.values())
    assert found.n_model_jumps == plain.n_model_jumps == sum(found.jumps_by_cause)
    assert (found.tier_jump_rate, found.model_jump_rate) == (plain.tier_jump_rate, plain.model_jump_rate)
    assert found.n_model_flaps <= found.n_model_jumps
    # One catalogue and no failure: what was asked explains every jump.
    assert found.n_request_driven == found.n_model_jumps
    policy = run.tier_map.policy
    assert policy.hysteresis_ppm > 0 or found.n_of([JumpCause.HYSTERESIS]) == 0
    assert policy.stickiness != "none" or found.n_of([JumpCause.STICKINESS]) == 0
    assert policy.price_metric == "request" or found.n_of([JumpCause.OWN_TOKENS]) == 0


def tables_of(motion: MotionReplay) -> JumpTables:
    versions = motion.plan.versions
    tariff = versions.tariff(motion.cache.rules(motion.plan.catalogue))
    return JumpTables(plan=motion.plan, tariff=tariff, price_index=versions.row)


@given(world=moving_worlds(), stream=streams(), membership=st.sampled_from(["listed", "recut"]), cache=CACHES)
@settings(max_examples=400)
def test_jumps_while_the_catalogue_moves(
    world: tuple[TierMap, Timeline], stream: RequestStream, membership: str, cache: PrefixCache
) -> None:
    tier_map, timeline = world
    motion = replay_or_refusal(stream, tier_map, timeline, membership, cache)
    if motion is None:
        return
    run, epoch = motion.run, motion.epoch.tolist()
    freeze(run)
    found, names = tally_jumps(run, tables_of(motion)), names_of(jump_causes(run, tables_of(motion)))
    models = coded(run.decisions.model_index)
    slow = slow_tally(
        stream, coded(run.decisions.tier_served), models,
        catalogue_at=lambda index: timeline.catalogues[epoch[index]], cache=cache,
        bill=partial(slow_motion_bill, stream, timeline=timeline, cache=cache), flap_turns=3,
    )  # fmt: skip
    assert_equal_but_for_causes(found, slow)
    in_force = [timeline.catalogues[at] for at in epoch]
    assert found.lost_pusd == sum(costs_of_losing(run, cache, slow.lost_tokens, in_force))
    decisions, is_catalogue_jump = slow_motion(stream, timeline, tier_map, membership)
    assert catalogue_jumps(motion).tolist() == is_catalogue_jump
    routers = worlds_of(timeline, tier_map, membership)
    for index, name in enumerate(names):
        if not name:
            continue
        same_tier = decisions[index].tier_routed == decisions[index - 1].tier_routed
        same_tier &= decisions[index].tier_requested == decisions[index - 1].tier_requested
        assert (name in {"CATALOGUE", "PRICE"}) == (same_tier and is_catalogue_jump[index])
        if name in {"CATALOGUE", "PRICE"}:
            now = routers[epoch[index]]
            listed = shortlist(stream.row(index), decisions[index].tier_served or 0, now.tier_map, now.catalogue)
            assert (name == "PRICE") == (now.local(models[index - 1]) in listed)
    assert found.n_catalogue_driven == sum(name in {c.name for c in CATALOGUE_DRIVEN} for name in names)
    assert found.n_request_driven + found.n_catalogue_driven == found.n_model_jumps


@given(world=worlds(), stream=streams(), data=st.data())
@settings(max_examples=400)
def test_jumps_when_things_fail(world: tuple[TierMap, Catalogue], stream: RequestStream, data: st.DataObject) -> None:
    tier_map, catalogue = world[0], data.draw(timed(world[1]))
    operations = data.draw(operations_of(catalogue, stream))
    try:
        events = replay_events(
            stream, tier_map, catalogue, operations=operations, luck=draw_luck(stream, rng=1), engine="twin"
        )
    except InputError:
        return
    run, out = events.run, events.outcome
    tables = jump_tables(run)
    failures = Failures(out.failure, out.primary)
    names = names_of(jump_causes(run, tables, failures=failures))
    fell_back = (out.failure != Failure.NONE) & (out.model != out.primary) & (out.model != UNSERVED)
    for i in np.flatnonzero([bool(name) for name in names]).tolist():
        expected = ("OUTAGE" if out.failure[i] == OUTAGE else "FALLBACK") if fell_back[i] else "RETURN"
        if not (fell_back[i] or fell_back[i - 1]):
            assert names[i] not in {cause.name for cause in FAILURE_DRIVEN}
        elif names[i] not in {"CALLER", "HYSTERESIS"}:
            assert names[i] == expected
    found = tally_jumps(run, tables, failures=failures)
    n_left = found.n_of([JumpCause.RANKING])
    assert n_left == 0 or tier_map.policy.stickiness != "none"
    assert found.n_request_driven + found.n_failure_driven + n_left == found.n_model_jumps == sum(map(bool, names))
    assert found.n_model_jumps == count_jumps(stream, run.decisions.tier_served, out.model).n_model_jumps


def test_codes_of_failures_are_those_of_events() -> None:
    assert (OUTAGE, BUSY) == (Failure.OUTAGE, Failure.BUSY)


@given(world=worlds(), stream=streams(), noise_sd=st.sampled_from([0.0, 0.003, 0.1, 0.5]))
@settings(max_examples=200)
def test_expected_flips_request_by_request(
    world: tuple[TierMap, Catalogue], stream: RequestStream, noise_sd: float
) -> None:
    tier_map = world[0]
    found = expected_flips(stream, tier_map, noise_sd)
    shares = [slow_tier_shares(stream.row(i).min_score_ppm, tier_map, noise_sd) for i in range(len(stream))]
    tiers = [tier_map.tier_of(stream.row(i).min_score_ppm) for i in range(len(stream))]
    pairs = [i for i in range(1, len(stream)) if stream.session[i] == stream.session[i - 1]]
    assert found.flips == pytest.approx(sum(1 - s[t] for s, t in zip(shares, tiers, strict=True)), abs=1e-9)
    assert found.n_pairs == len(pairs)
    assert found.tier_jumps_stated == sum(tiers[i] != tiers[i - 1] for i in pairs)
    by_turn = sum(1 - sum(a * b for a, b in zip(shares[i], shares[i - 1], strict=True)) for i in pairs)
    assert found.tier_jumps_by_turn == pytest.approx(by_turn, abs=1e-9)
    assert found.tier_jumps_by_session <= len(pairs) + 1e-9
    if noise_sd == 0:
        assert found.flips == 0
        assert found.tier_jumps_by_turn == found.tier_jumps_by_session == found.tier_jumps_stated


def slow_tier_shares(asked_ppm: int | None, tier_map: TierMap, noise_sd: float) -> list[float]:
    """Return the probability of each tier for one request."""
    if asked_ppm is None or noise_sd == 0:
        return [float(tier == tier_map.tier_of(asked_ppm)) for tier in range(tier_map.n_tiers)]
    law = NormalDist(asked_ppm / 1e6, noise_sd)
    below = [0.0 if edge == 0 else law.cdf(edge / 1e6) for edge in tier_map.request_edges_ppm]
    return [high - low for low, high in zip([0.0, *below], [*below, 1.0], strict=True)]
