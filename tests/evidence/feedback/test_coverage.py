"""Do 95 % intervals cover the truth in 93 to 97 % of 1,000 worlds? And what does each bias knob do to them?

Reports of one person resemble each other in every world here, so the interval that takes them for strangers is shown
beside ours.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evidence.feedback.worlds import ONE_EDGE, TASTES
from paretocode.evidence.feedback import FeedbackWorld, coverage_of, planned_reports
from paretocode.evidence.feedback.estimate import estimate_edges
from paretocode.evidence.feedback.needed import reports_needed
from paretocode.evidence.feedback.synthetic import synthetic_reports

N_WORLDS = 1_000
FEW_PEOPLE = replace(TASTES, n_reporters=40, n_requests=4_000)
HABITS = replace(TASTES, taste_spread=0.0, complaint_rate=0.02, writing_spread=0.0, n_requests=20_000)
"""Chances to write that stay far below 1 under every knob."""


def test_intervals_keep_their_word_and_naive_ones_do_not() -> None:
    found = coverage_of(FEW_PEOPLE, n_worlds=N_WORLDS, rng=11)
    assert found.n_worlds == N_WORLDS
    assert (found.share_covered >= 0.93).all(), found.share_covered
    assert (found.share_covered <= 0.97).all(), found.share_covered
    assert (found.naive_share_covered < 0.85).all(), found.naive_share_covered
    assert (np.abs(found.bias) < 0.1 * found.spread).all()


def test_so_do_those_of_the_balance() -> None:
    world = replace(FEW_PEOPLE, fine_rate=0.0)
    found = coverage_of(world, n_worlds=200, rng=12, is_balance=True)
    # 200 worlds: three standard errors of a share of 0.95 are 0.047.
    assert (np.abs(found.share_covered - 0.95) < 0.047).all(), found.share_covered
    assert (found.naive_share_covered < 0.9).all()


def test_another_law_of_noise_does_little_harm() -> None:
    found = coverage_of(replace(TASTES, noise="normal", n_requests=4_000), n_worlds=150, rng=13)
    assert (np.abs(found.share_covered - 0.95) < 0.054).all(), found.share_covered
    assert (np.abs(found.bias) < 0.4 * found.spread).all()


def test_loud_people_pull_the_edges_and_one_voice_each_undoes_it() -> None:
    world = replace(TASTES, loud_taste=0.05, writing_spread=1.0)
    loud = coverage_of(world, n_worlds=60, rng=14)
    alike = coverage_of(world, n_worlds=60, rng=14, weighting="writers")
    assert (loud.bias < -0.03).all(), "who writes more finds more too weak, which pulls edges down"
    assert (loud.share_covered < 0.6).all()
    assert (np.abs(alike.bias) < 0.012).all()
    assert (alike.share_covered > 0.85).all()


@pytest.mark.parametrize("ratio", [0.25, 4.0])
def test_readiness_to_complain_moves_the_edge_by_the_formula(ratio: float) -> None:
    world = replace(ONE_EDGE, lapse=0.0, taste_spread=0.0, writing_spread=0.0, complaint_rate=0.03, n_requests=40_000,
                    weak_over_dear=ratio)  # fmt: skip
    found = coverage_of(world, n_worlds=40, rng=15)
    expected = -world.noise_scale * math.log(ratio) / 2
    assert found.bias[0] == pytest.approx(expected, abs=4 * found.spread[0] / math.sqrt(40))
    assert abs(found.bias[0]) > 8 * found.spread[0] / math.sqrt(40), "a bias that the knob makes"


@pytest.mark.parametrize(
    "knob",
    [{"fine_rate": 1.0}, {"fine_rate": 0.05}, {"atom_rates": ((0.65, 5.0), (0.4, 0.5))}, {"misrouted_share": 0.2},
     {"slow_share": 0.3}, {"lapse": 0.15}, {"burst_share": 0.9}],
    ids=lambda knob: next(iter(knob)),
)  # fmt: skip
def test_what_the_model_knows_or_conditions_on_makes_no_bias(knob: dict[str, Any]) -> None:
    world: FeedbackWorld = replace(HABITS, **knob)
    found = coverage_of(world, n_worlds=40, rng=16)
    assert (np.abs(found.bias) < 4 * found.spread / math.sqrt(40) + 0.002).all(), found.bias
    assert (found.share_covered > 0.82).all(), found.share_covered


def test_uneven_writing_by_min_score_misleads_the_balance_only() -> None:
    world = replace(HABITS, atom_rates=((0.65, 5.0),))
    rated = coverage_of(world, n_worlds=20, rng=17)
    balance = coverage_of(replace(world, fine_rate=0.0), n_worlds=20, rng=17, is_balance=True)
    assert (np.abs(rated.bias) < 0.01).all()
    assert balance.bias[0] < -0.05
    assert balance.share_covered[0] == 0


def test_the_planned_number_of_reports_gives_the_planned_interval() -> None:
    world = replace(ONE_EDGE, taste_spread=0.0, writing_spread=0.0, complaint_rate=0.02, n_reporters=20_000)
    scores, shares = np.array(world.atoms).T
    options = {"noise_scale": world.noise_scale, "lapse": world.lapse, "fine_rate": world.fine_rate}
    plan = planned_reports(edges=np.array(world.ideal_edges), min_scores=scores, request_shares=shares,
                           half_width=0.02, **options)[0]  # fmt: skip
    assert plan.n_reports is not None
    at_truth = replace(world, edges=world.ideal_edges)
    pilot = coverage_of(replace(at_truth, n_requests=20_000), n_worlds=4, rng=18).n_reports
    n_requests = round(20_000 * plan.n_reports / pilot)
    found = coverage_of(replace(at_truth, n_requests=n_requests), n_worlds=40, rng=19)
    assert found.n_reports == pytest.approx(plan.n_reports, rel=0.05)
    assert found.half_width[0] == pytest.approx(0.02, rel=0.06)
    assert found.spread[0] * 1.96 == pytest.approx(0.02, rel=0.3)


def test_needed_reports_are_confirmed_by_bringing_them() -> None:
    few = estimate_edges(synthetic_reports(TASTES, rng=5).reports)
    needed = reports_needed(few, half_width=0.012)
    for one in needed:
        assert one.n_reports is not None
        assert one.n_independent is not None
        assert one.n_reports > one.n_independent > one.n_now
    most = max(one.n_reports or 0 for one in needed)
    growth = most / needed[0].n_now
    larger = replace(
        TASTES, n_requests=round(TASTES.n_requests * growth), n_reporters=round(TASTES.n_reporters * growth)
    )
    many = estimate_edges(synthetic_reports(larger, rng=6).reports)
    halves = [(edge.high - edge.low) / 2 for edge in many.edges]
    assert max(halves) == pytest.approx(0.012, rel=0.25)
    # What there is now, asked again.
    again = reports_needed(few, half_width=needed[1].half_width_now)
    assert again[1].n_reports == pytest.approx(needed[1].n_now, abs=2)
    assert needed[1].half_width_now == pytest.approx((few.edges[1].high - few.edges[1].low) / 2, rel=0.02)
