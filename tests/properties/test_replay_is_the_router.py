"""The vectorised replay equals the readable router and the bill by hand, request by request, in every small world."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracles.slow_replay import slow_bill, slow_decisions
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.sim.billing import bill
from paretocode.sim.cache import PrefixCache
from paretocode.sim.plan import UNSERVED, routing_plan
from paretocode.sim.replaying import replay, session_blocks
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import TierMap
from strategies import catalogues, streams, worlds

RULES = {
    "ttl_s": st.sampled_from([0.0, 4.0, 300.0]),
    "min_tokens": st.sampled_from([0, 15, 1024]),
    "write_to_prompt": st.sampled_from([None, 0.0, 1.25, 2.0]),
}
CACHES = st.builds(PrefixCache, **RULES)


@st.composite
def caches_of(draw: st.DrawFn, catalogue: Catalogue) -> PrefixCache:
    """Rules for all, and other rules for some models."""
    return dataclasses.replace(
        draw(CACHES), by_model={key: draw(CACHES) for key in catalogue.keys if draw(st.booleans())}
    )


def _is_usable(key: str, catalogue: Catalogue) -> bool:
    if key not in catalogue:
        return False
    row = catalogue.index_of(key)
    return bool(catalogue.has_price[row] and catalogue.context_tokens[row] > 0)


def _code(row: int | None) -> int:
    return UNSERVED if row is None else row


@given(world=worlds(), stream=streams(), data=st.data())
@settings(max_examples=500)
def test_replay_equals_router_and_bill(
    world: tuple[TierMap, Catalogue], stream: RequestStream, data: st.DataObject
) -> None:
    tier_map, catalogue = world
    cache = data.draw(caches_of(catalogue))
    if not any(_is_usable(key, catalogue) for key in tier_map.models):
        with pytest.raises(InputError, match="none of its models"):
            replay(stream, tier_map, catalogue, cache=cache)
        return
    run = replay(stream, tier_map, catalogue, cache=cache)
    slow = slow_decisions(stream, tier_map, catalogue)
    assert run.decisions.tier_routed.tolist() == [d.tier_routed for d in slow]
    assert run.decisions.tier_requested.tolist() == [d.tier_requested for d in slow]
    assert run.decisions.tier_served.tolist() == [_code(d.tier_served) for d in slow]
    assert run.decisions.model_index.tolist() == [_code(d.primary) for d in slow]
    costs, cached = slow_bill(stream, [d.primary for d in slow], catalogue, cache)
    assert run.cached_tokens.tolist() == cached
    assert run.cost_pusd.tolist() == costs


@given(world=worlds(), stream=streams())
def test_plan_lists_the_routers_fallbacks(world: tuple[TierMap, Catalogue], stream: RequestStream) -> None:
    tier_map, catalogue = world
    tier_map = tier_map.with_policy(stickiness="none", hysteresis_ppm=0, downgrades="allowed")
    try:
        plan = routing_plan(tier_map, catalogue)
    except InputError:
        return
    if not plan.is_static:
        return
    state = plan.state(stream, plan.tier_map.tiers_of(stream).astype(np.int32))
    for index, decision in enumerate(slow_decisions(stream, tier_map, catalogue)):
        listed = plan.shortlists[state[index]]
        assert listed[:1] == (() if decision.primary is None else (decision.primary,))
        assert listed[1 : 1 + tier_map.policy.n_fallbacks] == decision.fallbacks


@given(catalogue=catalogues(), stream=streams(), data=st.data())
@settings(max_examples=300)
def test_bill_of_any_sequence_of_models(catalogue: Catalogue, stream: RequestStream, data: st.DataObject) -> None:
    cache = data.draw(caches_of(catalogue))
    priced = [row for row in range(len(catalogue)) if catalogue.has_price[row]]
    choices = st.sampled_from([UNSERVED, *priced])
    models = data.draw(st.lists(choices, min_size=len(stream), max_size=len(stream)))
    billed = bill(stream, np.array(models), catalogue, cache)
    costs, cached = slow_bill(stream, [None if m == UNSERVED else m for m in models], catalogue, cache)
    assert billed.cached_tokens.tolist() == cached
    assert billed.cost_pusd.tolist() == costs


@given(world=worlds(), stream=streams())
def test_inputs_stay_frozen(world: tuple[TierMap, Catalogue], stream: RequestStream) -> None:
    for column in (stream.prompt_tokens, stream.session, world[1].coding_score):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


@given(world=worlds(), stream=streams(max_requests=40), data=st.data())
def test_blocks_of_sessions_change_nothing(
    world: tuple[TierMap, Catalogue], stream: RequestStream, data: st.DataObject
) -> None:
    tier_map, catalogue = world
    try:
        whole = replay(stream, tier_map, catalogue)
    except InputError:
        return
    size = data.draw(st.integers(1, 12))
    blocks = list(session_blocks(stream, size))
    assert blocks[0].start == 0
    assert blocks[-1].stop == len(stream)
    assert all(before.stop == after.start for before, after in itertools.pairwise(blocks))
    for rows in blocks:
        part = replay(stream.part(rows.start, rows.stop), tier_map, catalogue)
        assert part.cost_pusd.tolist() == whole.cost_pusd[rows].tolist()
        assert part.decisions.model_index.tolist() == whole.decisions.model_index[rows].tolist()
