"""A stream that is split by session, replayed in parts and merged gives the same tally and the same bytes."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from paretocode.catalogue import FractionScale
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.sim import NO_CACHE, UNSERVED, UNTIMED, Luck, PrefixCache, Replay, draw_luck, replay
from paretocode.sim.metrics import Metrics, measure, metrics_of
from paretocode.sim.tally_record import Tally, merged
from paretocode.sim.tallying import tally
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import TierMap
from strategies import streams, worlds

SCALE = FractionScale(full=40.0)
LIMITS_S = (0.0, 0.5, 2.0)
WARM = PrefixCache(ttl_s=300, min_tokens=15)


def bytes_of(metrics: Metrics) -> str:
    return json.dumps(metrics.to_dict())


def with_first_tokens(catalogue: Catalogue, data: st.DataObject) -> Catalogue:
    """Return the catalogue with a time to first token for some models."""
    ttft_s = np.full_like(catalogue.ttft_s, np.nan)
    ttft_s[:, 2] = data.draw(
        st.lists(st.sampled_from([0.25, 1.0, float("nan")]), min_size=len(catalogue), max_size=len(catalogue))
    )
    return catalogue.replace(ttft_s=ttft_s)


def replay_or_reject(
    stream: RequestStream, tier_map: TierMap, catalogue: Catalogue, *, cache: PrefixCache, luck: Luck | None
) -> Replay:
    try:
        return replay(stream, tier_map, catalogue, cache=cache, luck=luck)
    except InputError:
        assume(False)  # a map without any usable model is refused, whole or in parts
        raise


@given(world=worlds(), stream=streams(max_requests=40), data=st.data())
@settings(max_examples=300)
def test_parts_merge_to_the_whole(world: tuple[TierMap, Catalogue], stream: RequestStream, data: st.DataObject) -> None:
    tier_map, catalogue = world[0], with_first_tokens(world[1], data)
    cache = data.draw(st.sampled_from([NO_CACHE, WARM]))
    luck = draw_luck(stream, rng=data.draw(st.integers(0, 5))) if data.draw(st.booleans()) else None
    whole = tally(replay_or_reject(stream, tier_map, catalogue, cache=cache, luck=luck), scale=SCALE, slo_s=LIMITS_S)
    n_parts = data.draw(st.integers(1, 4))
    home = np.array([data.draw(st.integers(0, n_parts - 1)) for _ in range(stream.n_sessions)])
    parts = []
    for part in data.draw(st.permutations(range(n_parts))):
        sessions = np.flatnonzero(home == part)
        if len(sessions):
            own_luck = None if luck is None else luck.take(stream.rows_of(sessions))
            run = replay(stream.take_sessions(sessions), tier_map, catalogue, cache=cache, luck=own_luck)
            parts.append(tally(run, scale=SCALE, slo_s=LIMITS_S))
    total = merged(parts)
    assert total == whole
    assert bytes_of(metrics_of(total)) == bytes_of(metrics_of(whole))


@given(world=worlds(), stream=streams(max_requests=30), data=st.data())
def test_adding_is_commutative_and_associative(
    world: tuple[TierMap, Catalogue], stream: RequestStream, data: st.DataObject
) -> None:
    catalogue = with_first_tokens(world[1], data)
    run = replay_or_reject(stream, world[0], catalogue, cache=WARM, luck=draw_luck(stream, rng=1))
    a = tally(run, scale=SCALE)
    assume(stream.n_sessions > 1)
    one = stream.take_sessions(np.array([0]))
    b = tally(replay(one, world[0], catalogue, cache=WARM), scale=SCALE)
    assert a + b == b + a
    assert (a + b) + a == a + (b + a)


def slow_tally(run: Replay) -> dict[str, object]:
    """Sum request by request, in plain Python."""
    names = ("n_unserved", "cost_pusd", "prompt_tokens", "completion_tokens", "cached_tokens", "n_asked", "n_short",
             "n_refused", "shortfall_ppm", "excess_ppm", "latency_us")  # fmt: skip
    sums = dict.fromkeys(names, 0)
    by_tier = [[0, 0] for _ in run.tier_map.tiers]
    by_model = [[0, 0] for _ in run.catalogue.keys]
    axis_ppm = SCALE.to_axis_ppm(run.catalogue.coding_score).tolist()
    above = [0] * len(LIMITS_S)
    for index in range(len(run.stream)):
        row, cost = run.stream.row(index), int(run.cost_pusd[index])
        model, tier = int(run.decisions.model_index[index]), int(run.decisions.tier_served[index])
        time = UNTIMED if run.latency_us is None else int(run.latency_us[index])
        if time != UNTIMED:
            sums["latency_us"] += time
            above = [count + (time > limit * 1e6) for count, limit in zip(above, LIMITS_S, strict=True)]
        if model == UNSERVED:
            sums["n_unserved"] += 1
            sums["n_refused"] += row.min_score_ppm is not None
            continue
        for entry in (by_tier[tier], by_model[model]):
            entry[0] += 1
            entry[1] += cost
        sums["cost_pusd"] += cost
        sums["prompt_tokens"] += row.prompt_tokens
        sums["completion_tokens"] += row.completion_tokens
        sums["cached_tokens"] += int(run.cached_tokens[index])
        if row.min_score_ppm is not None and run.catalogue.has_score[model]:
            lack = row.min_score_ppm - axis_ppm[model]
            sums["n_asked"] += 1
            sums["n_short"] += lack > 0
            sums["shortfall_ppm"] += max(lack, 0)
            sums["excess_ppm"] += max(-lack, 0)
    return {
        **sums,
        "requests_by_tier": tuple(count for count, _ in by_tier),
        "cost_pusd_by_tier": tuple(cost for _, cost in by_tier),
        "requests_by_model": tuple(count for count, _ in by_model),
        "cost_pusd_by_model": tuple(cost for _, cost in by_model),
        "n_above_limit": tuple(above),
    }


@given(world=worlds(), stream=streams(), data=st.data())
@settings(max_examples=300)
def test_a_tally_is_the_sum_of_its_requests(
    world: tuple[TierMap, Catalogue], stream: RequestStream, data: st.DataObject
) -> None:
    catalogue = with_first_tokens(world[1], data)
    run = replay_or_reject(stream, world[0], catalogue, cache=WARM, luck=draw_luck(stream, rng=2))
    found: Tally = tally(run, scale=SCALE, slo_s=LIMITS_S)
    slow = slow_tally(run)
    assert {name: getattr(found, name) for name in slow} == slow
    assert bytes_of(measure(run, scale=SCALE, slo_s=LIMITS_S)) == bytes_of(metrics_of(found))
