"""The tier map: edges belong above, omitted gets the default, and what a map refuses."""

from __future__ import annotations

import pytest

from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.errors import InputError
from paretocode.stream.stream import RequestRow
from paretocode.tiermap import (
    Policy,
    Tier,
    TierMap,
    documented_pareto_code,
    map_from_edges,
    map_from_listing,
    route,
    to_ppm,
)
from paretocode.tiermap.file import tier_map_file


def make(**changed: object) -> TierMap:
    fields: dict[str, object] = {
        "name": "m",
        "tiers": (Tier(name="low", models=("a",)), Tier(name="high", models=("b",))),
        "request_edges_ppm": (500_000,),
        "score_edges_milli": (20_000,),
        "default_tier": "high",
        "policy": Policy(),
        "score_definition": "test-1",
    }
    return TierMap(**{**fields, **changed})  # type: ignore[arg-type]


def test_an_edge_belongs_to_the_tier_above() -> None:
    tier_map = make()
    assert [tier_map.tier_of(q) for q in (0, 499_999, 500_000, 1_000_000, None)] == [0, 0, 1, 1, 1]


def test_the_documented_map() -> None:
    tier_map = documented_pareto_code(load_bundled())
    assert tier_map.request_edges == (0.33, 0.66)
    assert tier_map.default_tier == "high"
    assert [len(tier.models) for tier in tier_map.tiers] == [5, 4, 4]


@pytest.mark.parametrize(
    ("metric", "medium", "high"),
    [
        ("prompt", "moonshotai/kimi-k2.6", "deepseek/deepseek-v4-pro@max"),
        ("completion", "x-ai/grok-4.3@high", "deepseek/deepseek-v4-pro@max"),
    ],
)
def test_the_pick_depends_on_the_price_metric(metric: str, medium: str, high: str) -> None:
    tier_map = documented_pareto_code(load_bundled(), policy=Policy(price_metric=metric))
    assert [tier.models[0] for tier in tier_map.tiers][1:] == [medium, high]


def test_nitro_takes_the_fastest() -> None:
    catalogue = load_bundled()
    tier_map = documented_pareto_code(catalogue, policy=Policy(ranking="throughput"))
    assert [tier.models[0] for tier in tier_map.tiers] == [
        "deepseek/deepseek-v4-flash@max",  # 104.4 tokens/s
        "x-ai/grok-4.3@high",  # 175.6
        "google/gemini-3.1-pro-preview",  # 133.2
    ]


def test_score_edges_and_coupled_request_edges() -> None:
    catalogue = load_bundled()
    scale = PercentileScale(field=tuple(catalogue.coding_score))
    tier_map = map_from_edges(catalogue, score_edges=[42.0, 50.0], scale=scale)
    # Three of the thirteen score at most 42 (32.61, 38.71, 41.03), eight at most 50.
    assert tier_map.request_edges_ppm == (round(3 / 13 * 1e6), round(8 / 13 * 1e6))
    assert [len(tier.models) for tier in tier_map.tiers] == [3, 5, 5]


def test_a_model_on_an_edge_is_above_it() -> None:
    catalogue = load_bundled()
    tier_map = map_from_edges(catalogue, score_edges=[47.12], request_edges=[0.5])
    assert "moonshotai/kimi-k2.6" in tier_map.tiers[1].models


REFUSALS = [
    (lambda: to_ppm([0.66, 0.33]), "request_edges has 0.66 before 0.33; write the edges in strictly increasing order."),
    (lambda: to_ppm([0.33, 0.33]), "request_edges has 0.33 twice; write the edges in strictly increasing order."),
    (lambda: to_ppm([0.33, 1.2]), "request_edges has 1.2; give edges of the request axis, between 0 and 1."),
    (lambda: to_ppm([float("nan")]), "request_edges has nan; give edges of the request axis, between 0 and 1."),
    (
        lambda: make(request_edges_ppm=(1, 2)),
        "tier map 'm': 2 tiers have 2 edges; give one edge fewer than tiers.",
    ),
    (
        lambda: make(default_tier="top"),
        "tier map 'm': default tier 'top' and tiers ['low', 'high'] do not fit; "
        "name each tier once and take the default from them.",
    ),
    (
        lambda: make(tiers=(Tier(name="low", models=("a",)), Tier(name="high", models=("a",)))),
        "tier map 'm': model 'a' stands in tier 'low' and in 'high'; keep it in one of them.",
    ),
    (
        lambda: make(score_edges_milli=None, policy=Policy(eligibility="floor")),
        "tier map 'm': eligibility 'floor' needs score edges and the map has none; "
        "give score_edges, or use eligibility 'tier'.",
    ),
    (lambda: Policy(ranking="fastest"), "policy: ranking is 'fastest'; use one of price, throughput."),
    (lambda: Policy(sticky_ttl_s=-1), "policy: sticky_ttl_s is -1; give a whole number >= 0."),
    (
        lambda: map_from_edges(load_bundled(), score_edges=[40.0]),
        "neither request_edges nor a scale is given; give one of them.",
    ),
    (
        lambda: map_from_edges(load_bundled(), score_edges=[47.1196], request_edges=[0.5]),
        None,
    ),
    (
        lambda: map_from_edges(load_bundled(), score_edges=[47.1201], request_edges=[0.5]),
        "score_edges: rounding the edges to thousandths moves 'moonshotai/kimi-k2.6' (score 47.12) to another tier; "
        "put the edge into the gap between two scores.",
    ),
    (
        lambda: make().check_against(load_bundled()),
        "tier map 'm': the map cuts 'test-1' and the catalogue scores 'aa-coding-4.0'; "
        "re-anchor the edges to the catalogue's definition first.",
    ),
    (
        lambda: map_from_listing(load_bundled(), request_edges=[0.5], tiers=["low", "high"]),
        "the catalogue lists tier 'medium'; use one of low, high.",
    ),
]


@pytest.mark.parametrize(("call", "sentence"), REFUSALS)
def test_refusals(call: object, sentence: str | None) -> None:
    if sentence is None:
        call()  # type: ignore[operator]
        return
    with pytest.raises(InputError) as refusal:
        call()  # type: ignore[operator]
    assert str(refusal.value) == sentence


def test_unscored_models_are_in_no_tier_of_a_map_from_edges() -> None:
    catalogue = load_bundled()
    unscored = catalogue.replace(coding_score=[float("nan"), *catalogue.coding_score[1:]])
    tier_map = map_from_edges(unscored, score_edges=[45.0], request_edges=[0.5])
    assert catalogue.keys[0] not in tier_map.models
    assert len(tier_map.models) == 12


def test_scores_and_speeds_are_compared_in_thousandths() -> None:
    catalogue = load_bundled().select([0, 3])
    close = catalogue.replace(
        coding_score=[45.0001, 45.0002], prompt_usd_per_mtok=[1.0, 1.0], throughput_tps=[[25.0001] * 7, [25.0003] * 7]
    )
    for policy in (Policy(), Policy(ranking="throughput")):
        tier_map = map_from_edges(close, score_edges=[40.0], request_edges=[0.5], policy=policy)
        file = tier_map_file(tier_map, close)
        assert tier_map.tiers[1].models == file.tier_map().tiers[1].models
        request = RequestRow(0, 0, 600_000, 10, 1, 0)
        here, there = route(request, tier_map, close), route(request, file.tier_map(), file.catalogue())
        assert close.keys[here.primary] == file.catalogue().keys[there.primary]  # type: ignore[index]
