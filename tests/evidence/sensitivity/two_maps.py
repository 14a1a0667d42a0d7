"""Worlds of a few models and requests for two maps, whose every number can be worked out by hand; and random ones."""

from __future__ import annotations

import dataclasses

from hypothesis import assume
from hypothesis import strategies as st

from paretocode.catalogue import Catalogue, FractionScale
from paretocode.errors import InputError
from paretocode.evidence.sensitivity import World, world_of
from paretocode.sim import NO_CACHE, PrefixCache
from paretocode.stream import RequestStream, request_stream
from paretocode.tiermap import Policy, Tier, TierMap, map_from_edges
from strategies import catalogue_of, policies, streams, timed
from strategies import worlds as maps_and_catalogues

COST = "cost_usd_per_krequest"
SHORT = "shortfall_mean"
SCALE = FractionScale(full=100.0)


def three_models(**more: object) -> Catalogue:
    """Models a, b, c at 1, 2 and 4 USD per million prompt tokens that score 40, 60 and 80."""
    return catalogue_of(
        {
            "model_id": ["a", "b", "c"],
            "coding_score": [40.0, 60.0, 80.0],
            "coding_score_se": [15.0, 15.0, 0.0],
            "prompt_usd_per_mtok": [1.0, 2.0, 4.0],
            "completion_usd_per_mtok": [2.0, 4.0, 8.0],
            "context_tokens": [10_000.0] * 3,
        },
        **more,
    )


def four_requests() -> RequestStream:
    """Four sessions of one request of 1,000 prompt tokens, which ask for 0.3, 0.3, 0.7 and 0.9."""
    return request_stream(
        session=[0, 1, 2, 3], time_s=[0.0] * 4, prompt_tokens=[1000] * 4, completion_tokens=[0] * 4,
        min_score=[0.3, 0.3, 0.7, 0.9],
    )  # fmt: skip


def listing(name: str = "incumbent", *, low: tuple[str, ...] = ("a",), high: tuple[str, ...] = ("c",)) -> TierMap:
    """A listing cut at 0.5."""
    return TierMap(
        name=name, tiers=(Tier(name="low", models=low), Tier(name="high", models=high)), request_edges_ppm=(500_000,),
        score_edges_milli=None, default_tier="high", policy=Policy(), score_definition="test-1",
    )  # fmt: skip


def small_world(
    *,
    catalogue: Catalogue | None = None,
    stream: RequestStream | None = None,
    incumbent: TierMap | None = None,
    candidate: TierMap | None = None,
    cache: PrefixCache = NO_CACHE,
) -> World:
    """The incumbent lists a and c; the candidate cuts scores at 50, so that b and c are high. Both cut requests at 0.5.

    Today the incumbent serves a, a, c, c for 10 thousandths of a USD and is short of 0.9 by 0.1; the candidate serves
    a, a, b, b for 6 and is short by 0.1 and 0.3. A thousand requests cost 2.5 and 1.5 USD.
    """
    models = catalogue if catalogue is not None else three_models()
    cut = map_from_edges(
        models, score_edges=[50.0], request_edges=[0.5], names=["low", "high"], name="candidate", policy=Policy()
    )
    return world_of(
        models, stream or four_requests(), incumbent or listing(), candidate or cut, scale=SCALE, rng=1, cache=cache
    )


@st.composite
def random_worlds(draw: st.DrawFn, *, is_ranked_by_list: bool = False) -> World:
    """Any world of two maps: the second is the first with other request edges, policy or order of tiers, or none."""
    first, catalogue = draw(maps_and_catalogues())
    catalogue = draw(timed(catalogue))
    second = dataclasses.replace(first, name="candidate")
    if draw(st.booleans()):
        edges = sorted(draw(st.sets(st.sampled_from([0, 250_000, 650_000, 900_000]), min_size=first.n_tiers - 1,
                                    max_size=first.n_tiers - 1)))  # fmt: skip
        second = dataclasses.replace(second, request_edges_ppm=tuple(edges))
    if draw(st.booleans()):
        policy = draw(policies(has_score_edges=first.score_edges_milli is not None))
        second = dataclasses.replace(second, policy=policy)
    if draw(st.booleans()):
        reversed_models = [tier.models for tier in reversed(second.tiers)]
        tiers = tuple(Tier(name=t.name, models=own) for t, own in zip(second.tiers, reversed_models, strict=True))
        second = dataclasses.replace(second, tiers=tiers)
    maps = [first.renamed("incumbent"), second]
    if is_ranked_by_list:
        maps = [m.with_policy(price_metric="prompt") if m.policy.price_metric == "request" else m for m in maps]
    cache = draw(st.sampled_from([NO_CACHE, PrefixCache(ttl_s=5.0, min_tokens=0)]))
    world = world_of(catalogue, draw(streams()), maps[0], maps[1], scale=SCALE, rng=1, cache=cache)
    assume(can_be_replayed(world))
    return world


def can_be_replayed(world: World) -> bool:
    """Whether both maps have a model that can serve."""
    from paretocode.sim import routing_plan

    try:
        for tier_map in world.maps:
            routing_plan(tier_map, world.catalogue)
    except InputError:
        return False
    return True
