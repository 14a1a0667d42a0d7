"""What the editor says is what a replay counts, to the last pico-dollar, and it says so wherever edges stand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paretocode.catalogue import load_bundled
from paretocode.errors import InputError
from paretocode.report.editor.answers import METRICS, Answers
from paretocode.report.editor.edges import EdgeState
from paretocode.report.editor.picks import picks_of_map
from paretocode.report.editor.rows import number_rows
from paretocode.report.editor.suggesting import best_from_here
from paretocode.report.editor.world import percentile_of
from paretocode.sim import draw_luck
from paretocode.sim.tables import ByTier, replayed_totals
from paretocode.tiermap import documented_pareto_code, shortlist
from report.editor.editing_worlds import alike_world, bundled_world, coding_stream, edge_states, world_of
from tuning_worlds import World, tuning_worlds

ALL = (*METRICS, "n_tier_jumps", "n_model_jumps", "latency_us")


@given(small=tuning_worlds(), data=st.data())
@settings(max_examples=40)
def test_numbers_are_those_of_the_replay_of_the_map_that_is_handed_on(small: World, data: st.DataObject) -> None:
    world = world_of(small)
    answers, before = Answers(world), None
    for _ in range(2):
        edges = data.draw(edge_states(world))
        answer = answers.of(edges, before=before)
        assert answer.figures is not None
        before: ByTier | None = answer.by_tier
        if answer.tier_map is None:
            assert [finding.code for finding in answer.findings] == ["no-such-map"]
            with pytest.raises(InputError, match="no room"):
                world.tier_map(edges)
            continue
        replayed = replayed_totals(small.stream, answer.tier_map, world.models, ALL, luck=small.luck)
        assert answer.figures.totals == replayed
        by_replay = answers.replayed(answer.tier_map)
        assert by_replay is not None
        assert (by_replay.routed, by_replay.served) == (answer.figures.routed, answer.figures.served)


@given(small=tuning_worlds(), data=st.data())
@settings(max_examples=20)
def test_picks_are_those_of_the_map(small: World, data: st.DataObject) -> None:
    world = world_of(small)
    answer = Answers(world).of(data.draw(edge_states(world)))
    if answer.tier_map is None or world.policy.price_metric == "request":
        return
    by_map = picks_of_map(world, answer.tier_map)
    assert [picks.n_members for picks in answer.picks] == [picks.n_members for picks in by_map]
    for ours, theirs, tier in zip(answer.picks, by_map, range(99), strict=False):
        if ours.rows:  # a tier that cannot serve hands its requests on, and the map's plan says whom to
            assert ours == theirs, tier


def test_by_hand_on_the_bundled_models() -> None:
    world = bundled_world()
    answers = Answers(world)
    edges = EdgeState(request_ppm=(400_000, 800_000))
    answer = answers.of(edges)
    assert answer.tier_map is not None
    assert answer.tier_map.request_edges == (0.4, 0.8)
    stream = coding_stream()
    small = stream.row(int(np.argmin(stream.prompt_tokens + stream.completion_tokens)))
    for tier, picks in enumerate(answer.picks):
        ranked = shortlist(small, tier, answer.tier_map, world.catalogue)
        assert list(picks.rows) == ranked[: 1 + world.policy.n_fallbacks]
    assert answer.figures is not None
    assert sum(answer.figures.routed) == len(coding_stream())
    assert answers.incumbent is not None
    counts = answers.counts
    assert counts is not None
    rows = {row.key: row for row in number_rows(answer.figures, answers.incumbent, counts, has_times=True)}
    assert rows["cost"].now == f"{answer.figures.totals['cost_pusd'] / 1e12:,.2f}"
    cheaper = answer.figures.totals["cost_pusd"] < answers.incumbent.totals["cost_pusd"]
    assert rows["cost"].verdict == ("better" if cheaper else "worse")


def test_a_model_not_met_before_is_timed_when_the_edge_is_let_go() -> None:
    answers = Answers(bundled_world())
    edges = EdgeState(request_ppm=(200_000, 900_000))
    first = answers.of(edges, is_settled=False)
    assert first.figures is not None
    assert answers.counts is not None
    assert "latency_us" not in first.figures.totals
    rows = number_rows(first.figures, None, answers.counts, has_times=True)
    assert {row.key: row.now for row in rows}["time"] == "…"
    settled, again = answers.of(edges), answers.of(edges, is_settled=False)
    assert settled.figures is not None
    assert again.figures is not None
    assert again.figures.totals["latency_us"] == settled.figures.totals["latency_us"]


def test_without_a_log_it_speaks_of_models_and_lints() -> None:
    answers = Answers(bundled_world(has_log=False))
    answer = answers.of(EdgeState(request_ppm=(330_000, 660_000)))
    assert answer.figures is None
    assert answers.counts is None
    assert all(picks.rows for picks in answer.picks)
    assert "edge-near-atom" not in {finding.code for finding in answer.findings}


def test_equal_scores_stand_together_and_an_edge_among_them_leaves_a_tier_empty() -> None:
    answers = Answers(alike_world())
    answer = answers.of(EdgeState(request_ppm=(500_000,)))
    assert answer.tier_map is not None
    assert [picks.n_members for picks in answer.picks] == [0, 13]
    assert ("empty-tier", "band1") in {(finding.code, finding.subject) for finding in answer.findings}


def test_scores_that_leave_no_room_are_said_and_the_numbers_go_on() -> None:
    models = load_bundled()
    scores = np.linspace(40.0, 40.012, len(models))  # a thousandth apart
    near = models.replace(coding_score=scores)
    world = dataclasses.replace(bundled_world(), catalogue=near, scale=percentile_of(near), incumbent=None)
    answer = Answers(world).of(EdgeState(request_ppm=(500_000, 500_001)))
    assert answer.tier_map is None
    assert answer.figures is not None
    assert "leave no room" in answer.findings[0].message


def test_an_incumbent_of_another_definition_is_said_and_left_out() -> None:
    models = load_bundled()
    other = documented_pareto_code(models.replace(score_definition="something else"))
    world = dataclasses.replace(bundled_world(), incumbent=other)
    answers = Answers(world)
    assert answers.incumbent is None
    assert answers.incumbent_picks == ()
    assert len(answers.notes) == 1
    assert "something else" in answers.notes[0]


def test_one_model_is_enough() -> None:
    models = load_bundled().select([0])
    stream = coding_stream()
    world = dataclasses.replace(
        bundled_world(), catalogue=models, incumbent=None, luck=draw_luck(stream, rng=1), scale=bundled_world().scale
    )
    answer = Answers(world).of(EdgeState(request_ppm=(330_000, 660_000)))
    assert answer.tier_map is not None
    assert sum(picks.n_members for picks in answer.picks) == 1


def test_the_best_map_keeps_pins_and_limits_and_is_exact() -> None:
    answers = Answers(bundled_world())
    edges = EdgeState(request_ppm=(330_000, 660_000)).pinned("request", 0, on=True)
    found = best_from_here(answers, edges, measure="cost_usd")
    assert found.edges.request_ppm[0] == 330_000
    assert found.edges.pinned_request == (True, False)
    assert "maps weighed" in found.said
    best, there = answers.of(found.edges).figures, answers.of(edges).figures
    assert best is not None
    assert there is not None
    assert answers.incumbent is not None
    assert best.totals["cost_pusd"] <= there.totals["cost_pusd"]
    assert best.totals["shortfall_ppm"] <= answers.incumbent.totals["shortfall_ppm"]
    again = best_from_here(answers, found.edges, measure="cost_usd")
    assert again.edges == found.edges
    assert again.said.startswith("The edges stay")


def test_the_best_map_with_edges_apart_keeps_both_kinds_of_pins() -> None:
    answers = Answers(bundled_world())
    edges = EdgeState(request_ppm=(330_000, 660_000), score_milli=(44_000, 52_000))
    edges = edges.pinned("request", 1, on=True).pinned("score", 0, on=True)
    found = best_from_here(answers, edges, measure="cost_usd").edges
    assert found.request_ppm[1] == 660_000
    assert found.score_milli is not None
    assert found.score_milli[0] == 44_000
    assert (found.pinned_request, found.pinned_score) == ((False, True), (True, False))


def test_the_best_map_is_refused_where_there_is_no_log_or_no_map() -> None:
    edges = EdgeState(request_ppm=(330_000, 660_000))
    with pytest.raises(InputError, match="no log to search on"):
        best_from_here(Answers(bundled_world(has_log=False)), edges, measure="cost_usd")
    strict = dataclasses.replace(bundled_world(), limits={"shortfall": 0.0, "excess": 0.0})
    with pytest.raises(InputError):
        best_from_here(Answers(strict), edges, measure="cost_usd")
