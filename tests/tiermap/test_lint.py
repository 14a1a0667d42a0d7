"""The lint finds on the 13 models what is known about them, and each check can also stay silent."""

from __future__ import annotations

import dataclasses

from paretocode.catalogue import Catalogue, load_bundled
from paretocode.catalogue.finding import Finding
from paretocode.stream import DEFAULT_DEMAND, Demand
from paretocode.tiermap import Policy, TierMap, documented_pareto_code, map_from_edges
from paretocode.tiermap.lint import lint_tier_map

CATALOGUE = load_bundled()


def findings(
    tier_map: TierMap, code: str, catalogue: Catalogue = CATALOGUE, demand: Demand = DEFAULT_DEMAND
) -> list[Finding]:
    return [f for f in lint_tier_map(tier_map, catalogue, demand=demand) if f.code == code]


def test_the_medium_tier_is_dominated() -> None:
    (finding,) = findings(documented_pareto_code(CATALOGUE), "dominated-tier")
    assert finding.subject == "medium"
    assert finding.message == (
        "high serves deepseek/deepseek-v4-pro@max at 0.435 USD/Mtok, no dearer than moonshotai/kimi-k2.6 at "
        "0.73 USD/Mtok here (prompt price)"
    )


def test_hermes_agents_atom_lies_one_hundredth_below_the_high_cut() -> None:
    (finding,) = findings(documented_pareto_code(CATALOGUE), "edge-near-atom")
    assert finding.subject == "request edge 0.66"
    assert "0.65 (Hermes Agent's default) lies 0.01 below it and gets medium" in finding.message


def test_mediums_pick_leads_by_2_7_percent() -> None:
    (finding,) = findings(documented_pareto_code(CATALOGUE), "pick-flips")
    assert finding.subject == "medium"
    assert (
        "moonshotai/kimi-k2.6 (0.73 USD/Mtok) leads openai/gpt-5.4-mini@xhigh (0.75 USD/Mtok) by 2.7%"
        in finding.message
    )


def test_score_intervals_overlap_and_five_pairs_are_inverted() -> None:
    low, high = findings(documented_pareto_code(CATALOGUE), "overlapping-scores")
    assert "20 of 20 pairs overlap, 3 stand the wrong way round" in low.message
    assert "16 of 16 pairs overlap, 2 stand the wrong way round" in high.message


def test_an_edge_on_a_model_and_on_an_atom() -> None:
    tier_map = map_from_edges(CATALOGUE, score_edges=[47.12, 50.0], request_edges=[0.5, 0.7])
    on = findings(tier_map, "edge-on-data-point")
    assert [f.subject for f in on] == ["request edge 0.5", "score edge 47.12"]


def test_a_map_with_room_around_its_edges_is_silent() -> None:
    tier_map = map_from_edges(CATALOGUE, score_edges=[30.0], request_edges=[0.35])
    assert not findings(tier_map, "edge-near-atom")
    assert not findings(tier_map, "edge-on-data-point")


def test_empty_and_unreachable_tiers() -> None:
    empty = map_from_edges(CATALOGUE, score_edges=[10.0, 50.0], request_edges=[0.0, 0.5])
    assert [(f.severity, f.subject) for f in findings(empty, "empty-tier")] == [("error", "low")]
    assert [(f.severity, f.subject) for f in findings(empty, "unreachable-tier")] == [("error", "low")]


def test_a_tier_nobody_asks_for() -> None:
    demand = Demand(atoms=((0.8, 1.0),))
    quiet = findings(documented_pareto_code(CATALOGUE), "tier-without-demand", demand=demand)
    assert [f.subject for f in quiet] == ["low", "medium"]


def test_models_that_can_never_serve() -> None:
    first = CATALOGUE.select([0, 1, 2, 3])
    tier_map = documented_pareto_code(CATALOGUE)
    missing = findings(tier_map, "model-not-in-catalogue", first)
    assert len(missing) == 9
    assert {f.severity for f in missing} == {"error"}
    blind = CATALOGUE.replace(
        prompt_usd_per_mtok=[float("nan")] * 13,
        context_tokens=[float("nan")] * 13,
        throughput_tps=[[float("nan")] * 7] * 13,
    )
    nitro = dataclasses.replace(tier_map, policy=Policy(ranking="throughput"))
    codes = {f.code for f in lint_tier_map(nitro, blind, demand=DEFAULT_DEMAND)}
    assert {"model-without-price", "model-without-context", "model-without-speed", "empty-tier"} <= codes


def test_an_equal_price_dominates_too() -> None:
    level = CATALOGUE.replace(prompt_usd_per_mtok=[1.0] * 13)
    assert [f.subject for f in findings(documented_pareto_code(level), "dominated-tier", level)] == ["low", "medium"]


def test_the_margin_around_an_atom_is_two_hundredths() -> None:
    for edge, is_near in ((0.669, True), (0.67, False), (0.631, True), (0.63, False)):
        tier_map = map_from_edges(CATALOGUE, score_edges=[40.0], request_edges=[edge])
        assert bool(findings(tier_map, "edge-near-atom")) is is_near, edge


def test_a_model_whose_score_left_its_tier() -> None:
    tier_map = map_from_edges(CATALOGUE, score_edges=[40.0], request_edges=[0.35])
    moved = CATALOGUE.replace(coding_score=[35.0, *CATALOGUE.coding_score[1:]])
    (finding,) = findings(tier_map, "score-outside-tier", moved)
    assert finding.message == "it stands in band2 and its score 35 belongs in band1"
