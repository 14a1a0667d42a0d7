"""What is picked from a frontier, and whether each reason is true: every map of the search is looked at one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.sim import UNSERVED
from paretocode.stream import DEFAULT_DEMAND, apply_demand, synthesise
from paretocode.tiermap import documented_pareto_code
from paretocode.tune import (
    MOVED,
    EdgeRules,
    Incumbent,
    MapAnswer,
    MapQuestion,
    MovedTraffic,
    Pick,
    ServedCount,
    every_map,
    incumbent_of,
    pick_maps,
    search_maps,
    served_models,
)

MODELS = load_bundled()
QUESTION = MapQuestion(
    stream=apply_demand(synthesise("coding_agent", n_requests=4_000, rng=8), DEFAULT_DEMAND, rng=9),
    catalogue=MODELS,
    scale=PercentileScale(field=tuple(MODELS.coding_score)),
    n_bands=(2, 3),
    edges=("coupled", "apart"),
    request_rules=EdgeRules(most_candidates=8),
)


@pytest.fixture(scope="module")
def incumbent() -> Incumbent:
    return incumbent_of(QUESTION, documented_pareto_code(MODELS))


@pytest.fixture(scope="module")
def answer(incumbent: Incumbent) -> MapAnswer:
    limits = {"shortfall": incumbent.value("shortfall", QUESTION), "unserved_share": 0.0}
    return search_maps(replace(QUESTION, limits=limits))


@pytest.fixture(scope="module")
def picks(answer: MapAnswer, incumbent: Incumbent) -> tuple[Pick, ...]:
    return pick_maps(answer, incumbent)


def all_totals(answer: MapAnswer, *, setting: int | None = None, n_bands: int | None = None) -> np.ndarray:
    """Return the shown totals of every map that keeps the limits, enumerated."""
    found = []
    for at, one in enumerate(answer.searched):
        graph = one.prepared.space.graph
        columns = [graph.column(measure.metric) for measure in answer.question.shown]
        for n in answer.question.n_bands:
            if setting in {None, at} and n_bands in {None, n}:
                found.append(every_map(graph, n_bands=n).totals[:, columns])
    totals = np.concatenate(found)
    return totals[answer._within(totals)]


def column(answer: MapAnswer, name: str) -> int:
    return [measure.name for measure in answer.question.shown].index(name)


def reasons(picks: tuple[Pick, ...], start: str) -> list[Pick]:
    """Return the picks that give a reason, their own or as a twin that does as well."""
    return [pick for pick in picks if any(why.removeprefix("as good as the ").startswith(start) for why in pick.why)]


@pytest.mark.parametrize("name", ["cost_usd", "shortfall", "tier_change_rate"])
def test_the_best_by_each_measure(answer: MapAnswer, picks: tuple[Pick, ...], name: str) -> None:
    at = column(answer, name)
    least = all_totals(answer)[:, at].min()
    texts = {"cost_usd": "least cost, ", "shortfall": "least mean", "tier_change_rate": "least tier"}
    (pick,) = reasons(picks, texts[name])
    assert pick.totals[at] == least


def test_the_best_of_each_setting_and_number_of_tiers(answer: MapAnswer, picks: tuple[Pick, ...]) -> None:
    cost = column(answer, "cost_usd")
    for at, edges in enumerate(("coupled", "apart")):
        for pick in reasons(picks, f"least cost_usd with edges {edges}"):
            assert pick.totals[cost] == all_totals(answer, setting=at)[:, cost].min()
    for n_bands in (2, 3):
        (pick,) = reasons(picks, f"least cost_usd with {n_bands} tiers")
        assert pick.totals[cost] == all_totals(answer, n_bands=n_bands)[:, cost].min()


def test_the_most_stable_of_the_nearly_best(answer: MapAnswer, picks: tuple[Pick, ...]) -> None:
    cost, near = column(answer, "cost_usd"), column(answer, "near_edge_share")
    (pick,) = reasons(picks, "least traffic near an edge")
    cheapest = all_totals(answer)[:, cost].min()
    mine = all_totals(answer, setting=pick.place.setting)
    nearly = mine[mine[:, cost] <= cheapest * 101 // 100]
    assert pick.totals[near] == nearly[:, near].min()
    assert pick.totals[cost] <= cheapest * 101 // 100


def test_the_simplest_of_the_nearly_best(answer: MapAnswer, picks: tuple[Pick, ...]) -> None:
    cost = column(answer, "cost_usd")
    (pick,) = reasons(picks, "fewest tiers of all maps")
    allowed = all_totals(answer)[:, cost].min() * 101 // 100
    assert pick.totals[cost] <= allowed
    fewest = next(n for n in (2, 3) if (all_totals(answer, n_bands=n)[:, cost] <= allowed).any())
    assert len(pick.place.arcs) == fewest


def test_the_nearest_moves_least_of_all_maps_that_improve(
    answer: MapAnswer, picks: tuple[Pick, ...], incumbent: Incumbent
) -> None:
    (pick,) = reasons(picks, "fewest requests change model of all maps")
    columns = [measure.metric for measure in answer.question.shown]
    moved = []
    for one in answer.searched:
        space = one.prepared.space
        traffic = MovedTraffic(space, ServedCount.of(space, incumbent.tier_map)(QUESTION.requests)).graph()
        for n in QUESTION.n_bands:
            totals = every_map(traffic, n_bands=n).totals
            shown = totals[:, [traffic.column(metric) for metric in columns]]
            fits = answer._within(shown) & (shown[:, columns.index("cost_pusd")] < incumbent.totals["cost_pusd"])
            moved += totals[fits, traffic.column(MOVED)].tolist()
    assert pick.moved_share == min(moved) / len(QUESTION.stream)


def test_served_counts_of_parts_are_those_of_the_whole(answer: MapAnswer) -> None:
    count = ServedCount.of(answer.searched[0].prepared.space, documented_pareto_code(MODELS))
    stream, half = QUESTION.requests, QUESTION.requests.n_sessions // 2
    sessions = np.arange(stream.n_sessions)
    both = count(stream.take_sessions(sessions[half:])) + count(stream.take_sessions(sessions[:half]))
    whole = count(stream)
    np.testing.assert_array_equal(both.key, whole.key)
    np.testing.assert_array_equal(both.n, whole.n)


def test_requests_that_nobody_served_move_when_somebody_does(answer: MapAnswer) -> None:
    place = answer.place_of(0)
    space = answer.searched[place.setting].prepared.space
    nobody = np.full(len(QUESTION.stream), UNSERVED, dtype=np.int32)
    counts = ServedCount.of(space, documented_pareto_code(MODELS)).by_model(QUESTION.requests, nobody)
    assert MovedTraffic(space, counts).share(place.arcs) == 1.0


def test_the_moved_share_is_that_of_the_replayed_models(
    answer: MapAnswer, picks: tuple[Pick, ...], incumbent: Incumbent
) -> None:
    for pick in picks:
        served, before = (served_models(QUESTION.requests, m, MODELS) for m in (pick.tier_map, incumbent.tier_map))
        assert pick.moved_share == pytest.approx(np.mean(served != before), abs=0)


def test_names_and_reasons_are_distinct(picks: tuple[Pick, ...]) -> None:
    assert len({pick.name for pick in picks}) == len(picks) <= 10
    assert all(pick.tier_map.name == pick.name for pick in picks)
    assert len({why for pick in picks for why in pick.why}) == sum(len(pick.why) for pick in picks)


def test_nothing_is_picked_where_no_map_keeps_the_limits(incumbent: Incumbent) -> None:
    answer = search_maps(replace(QUESTION, limits={"cost_usd": 0.0}))
    assert pick_maps(answer, incumbent) == ()
