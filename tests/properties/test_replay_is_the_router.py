"""The vectorised replay equals the readable router and the bill by hand, request by request, in every small world."""

from __future__ import annotations

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
from paretocode.sim.replaying import replay
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import TierMap
from strategies import catalogues, streams, worlds

CACHES = st.builds(PrefixCache, ttl_s=st.sampled_from([0.0, 4.0, 300.0]), min_tokens=st.sampled_from([0, 15, 1024]))


def _is_usable(key: str, catalogue: Catalogue) -> bool:
    if key not in catalogue:
        return False
    row = catalogue.index_of(key)
    return bool(catalogue.has_price[row] and catalogue.context_tokens[row] > 0)


def _code(row: int | None) -> int:
    return UNSERVED if row is None else row


@given(world=worlds(), stream=streams(), cache=CACHES)
@settings(max_examples=400)
def test_replay_equals_router_and_bill(
    world: tuple[TierMap, Catalogue], stream: RequestStream, cache: PrefixCache
) -> None:
    tier_map, catalogue = world
    if not any(_is_usable(key, catalogue) for key in tier_map.models):
        with pytest.raises(InputError, match="none of its models"):
            replay(stream, tier_map, catalogue, cache=cache)
        return
    run = replay(stream, tier_map, catalogue, cache=cache)
    slow = slow_decisions(stream, tier_map, catalogue)
    assert run.decisions.tier_requested.tolist() == [d.tier_requested for d in slow]
    assert run.decisions.tier_served.tolist() == [_code(d.tier_served) for d in slow]
    assert run.decisions.model_index.tolist() == [_code(d.primary) for d in slow]
    costs, cached = slow_bill(stream, [d.primary for d in slow], catalogue, cache)
    assert run.cached_tokens.tolist() == cached
    assert run.cost_pusd.tolist() == costs


@given(world=worlds(), stream=streams())
def test_plan_lists_the_routers_fallbacks(world: tuple[TierMap, Catalogue], stream: RequestStream) -> None:
    tier_map, catalogue = world
    tier_map = tier_map.with_policy(stickiness="none")
    try:
        plan = routing_plan(tier_map, catalogue)
    except InputError:
        return
    if not plan.is_static:
        return
    state = plan.state(stream, plan.tier_map.tiers_of(stream))
    for index, decision in enumerate(slow_decisions(stream, tier_map, catalogue)):
        listed = plan.shortlists[state[index]]
        assert listed[:1] == (() if decision.primary is None else (decision.primary,))
        assert listed[1 : 1 + tier_map.policy.n_fallbacks] == decision.fallbacks


@given(catalogue=catalogues(), stream=streams(), cache=CACHES, data=st.data())
@settings(max_examples=300)
def test_bill_of_any_sequence_of_models(
    catalogue: Catalogue, stream: RequestStream, cache: PrefixCache, data: st.DataObject
) -> None:
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
