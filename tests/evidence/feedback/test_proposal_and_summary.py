"""What a search takes from reports: zones that leave room, pins inside, penalties that fall to 0; and plain data."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.feedback.worlds import TASTES, TWO_EDGES
from paretocode.evidence.feedback import (
    EdgeEstimates,
    EdgeProposal,
    EdgeVerdict,
    FeedbackProposal,
    estimate_edges,
    propose_edges,
    summarise_feedback,
    synthetic_reports,
)
from paretocode.experiment.search_sections import SearchSpec
from paretocode.tune import EdgeRules
from paretocode.tune.edges.candidates import request_candidates

FOUND = estimate_edges(synthetic_reports(TASTES, rng=2).reports)
LEVELS = np.array([200_000, 330_000, 400_000, 500_000, 600_000, 650_000, 700_000, 800_000, 1_000_000])


@st.composite
def estimates_of(draw: st.DrawFn) -> EdgeEstimates:
    """Estimates with any intervals inside the axis: touching, nested, of no width, or not told at all."""
    n_edges = draw(st.integers(1, 4))
    values = st.integers(0, 20).map(lambda at: at / 20)
    current = sorted(draw(st.sets(st.integers(1, 19), min_size=n_edges, max_size=n_edges)))
    told = [v for v in EdgeVerdict if v.is_told]
    edges = []
    for at in range(n_edges):
        low, point, high = sorted(draw(st.tuples(values, values, values)))
        verdict = draw(st.sampled_from([*told, EdgeVerdict.ONE_SIDED]))
        edges.append(
            replace(
                FOUND.edges[0], edge_index=at, edge=current[at] / 20, low=low, point=point, high=high, verdict=verdict
            )
        )
    return replace(FOUND, edges=tuple(edges))


def is_allowed(edge: int, zones: tuple[tuple[int, int], ...]) -> bool:
    return not any(low < edge < high for low, high in zones)


@given(estimates_of())
def test_zones_leave_each_edge_its_room_and_nothing_else(estimates: EdgeEstimates) -> None:
    proposal = propose_edges(estimates)
    zones = proposal.as_zones_ppm()
    for one, other in itertools.pairwise(zones):
        assert one[1] < other[0] or one[1] == other[0] < 10**7
    open_parts = [edge.open_ppm for edge in proposal.edges]
    marks = {end + step for part in open_parts for end in part for step in (-1, 0, 1)} | {1, 25_000, 975_000, 1_000_000}
    for mark in sorted(mark for mark in marks if 1 <= mark <= 1_000_000):
        is_open = any(low <= mark <= high for low, high in open_parts)
        assert is_allowed(mark, zones) == is_open, (mark, zones, open_parts)
    for edge, estimate in zip(proposal.edges, estimates.edges, strict=True):
        low, high = edge.open_ppm
        assert 1 <= low <= high <= 1_000_000
        if not estimate.verdict.is_told:
            assert low <= round(estimate.edge * 1e6) <= high
            assert edge.pin_ppm is None
        else:
            assert edge.pin_ppm is not None
            assert low <= edge.pin_ppm <= high
    pins = proposal.as_pins_ppm()
    assert all(is_allowed(pin, zones) for pin in pins)
    assert list(pins) == sorted(set(pins))


@given(estimates_of())
def test_a_search_accepts_zones_and_pins(estimates: EdgeEstimates) -> None:
    proposal = propose_edges(estimates)
    rules = EdgeRules(forbidden=proposal.as_zones_ppm(), pinned=proposal.as_pins_ppm())
    rules.check(axis="request", least=0, most=1_000_000)
    spec = SearchSpec(forbidden_request_edges=list(proposal.as_zones()), pinned_request_edges=list(proposal.as_pins()))
    assert len(spec.forbidden_request_edges) == len(proposal.as_zones())
    assert spec.pinned_request_edges == list(proposal.as_pins())
    # Candidates for every ten thousandth: each edge still has some.
    levels = np.arange(1, 1_000_001, 9_999)
    found = request_candidates(levels, np.ones_like(levels), rules).edge
    for edge in proposal.edges:
        assert ((found >= edge.open_ppm[0]) & (found <= edge.open_ppm[1])).any()
    assert all(is_allowed(int(at), proposal.as_zones_ppm()) for at in found)


def test_the_search_stays_inside_the_intervals() -> None:
    proposal = propose_edges(FOUND)
    assert all(edge.verdict.is_told for edge in proposal.edges)
    rules = EdgeRules(forbidden=tuple((round(a * 1e6), round(b * 1e6)) for a, b in proposal.as_zones()))
    found = request_candidates(LEVELS, np.ones_like(LEVELS), rules)
    inside = [any(e.low <= at / 1e6 <= e.high for e in FOUND.edges) for at in found.edge.tolist()]
    # Written for people the last zone ends at 1, whose end is allowed: a tier for exactly 1.
    assert inside[:-1] == [True] * (len(inside) - 1)
    assert found.edge[-1] == 1_000_000
    strict = request_candidates(LEVELS, np.ones_like(LEVELS), EdgeRules(forbidden=proposal.as_zones_ppm()))
    assert strict.edge.tolist() == found.edge[:-1].tolist()


def test_penalties_are_least_at_the_estimate_and_end_the_interval_at_1920() -> None:
    proposal = propose_edges(FOUND)
    ends = [(e.point, e.profile_low, e.profile_high) for e in FOUND.edges]
    candidates = np.array([round(at * 1e6) for part in ends for at in part])
    penalties = proposal.penalties(candidates)
    assert penalties.dtype == np.int64
    assert penalties.shape == (2, 6)
    for edge in range(2):
        own = penalties[edge, 3 * edge : 3 * edge + 3]
        assert own[0] <= 1
        assert own[1:] == pytest.approx([1920, 1920], rel=0.03)
        assert penalties[edge, 3 * (1 - edge)] > 10_000, "the other edge's place is far"
    far = proposal.penalties(np.array([1, 500_000, 1_000_000]))
    assert (far > 0).all()
    assert proposal.penalties(np.array([], dtype=np.int64)).shape == (2, 0)


def test_penalties_follow_the_costs() -> None:
    reports = synthetic_reports(TASTES, rng=2).reports
    dear = propose_edges(estimate_edges(reports, dear_cost=2.0))
    at = np.arange(300_000, 800_000, 2_000)
    least = at[dear.penalties(at).argmin(axis=1)]
    assert least / 1e6 == pytest.approx([edge.estimate for edge in dear.edges], abs=0.002)
    assert (least / 1e6 > [edge.point + 0.02 for edge in FOUND.edges]).all()


def test_what_cannot_be_placed_is_left_alone() -> None:
    drawn = synthetic_reports(replace(TWO_EDGES, weak_over_dear=0.0), rng=3)
    proposal = propose_edges(estimate_edges(drawn.reports))
    assert [edge.verdict.is_told for edge in proposal.edges] == [False, False]
    assert proposal.as_zones() == ()
    assert proposal.as_pins() == ()
    assert [edge.open_ppm for edge in proposal.edges] == [(1, 660_000), (330_000, 1_000_000)]
    assert not proposal.penalties(LEVELS).any()


def test_zones_by_hand() -> None:
    def part(at: int, low: int, high: int) -> EdgeProposal:
        return replace(propose_edges(FOUND).edges[0], edge_index=at, open_ppm=(low, high))

    proposal = FeedbackProposal(edges=(part(0, 300_000, 400_000), part(1, 600_000, 650_000)), estimates=FOUND)
    assert proposal.as_zones() == ((0.0, 0.3), (0.4, 0.6), (0.65, 1.0))
    touching = FeedbackProposal(edges=(part(0, 1, 400_000), part(1, 400_001, 1_000_000)), estimates=FOUND)
    assert touching.as_zones_ppm() == ()
    parted = FeedbackProposal(edges=(part(0, 2, 400_000), part(1, 400_002, 999_999)), estimates=FOUND)
    assert parted.as_zones_ppm() == ((0, 2), (400_000, 400_002), (999_999, 1_000_001)), "one whole number in each"


def test_a_summary_is_plain_data_and_whole() -> None:
    drawn = synthetic_reports(replace(TASTES, slow_share=0.05, misrouted_share=0.02), rng=2)
    summary = summarise_feedback(drawn.reports, stream=drawn.stream(), half_width=0.01)
    plain = summary.to_dict()
    again = json.loads(json.dumps(plain, allow_nan=False))
    assert again == json.loads(json.dumps(summary.to_dict(), allow_nan=False))
    assert again["n_reports"] == len(drawn.reports) == sum(sum(row.values()) for row in again["counts"].values())
    assert sum(again["cells"]["n"]) == again["n_reports"] - again["n_left_out"]
    assert sum(again["atoms"]["n_requests"]) == 10_000
    for edge, curve, proposal in zip(again["edges"], again["curves"], summary.proposal.edges, strict=True):
        assert edge["sentence"] == proposal.sentence
        assert EdgeVerdict[edge["verdict"]].is_told == edge["is_told"]
        assert edge["needed"]["half_width"] == 0.01
        # The curves cross at the estimate.
        pulls = np.array(curve["too_weak_below"]) - np.array(curve["too_dear_above"])
        assert np.interp(0.0, pulls, curve["min_score"]) == pytest.approx(edge["point"], abs=0.002)
        best = int(np.argmin(edge["profile"]["fall"]))
        assert edge["profile"]["at"][best] == pytest.approx(edge["point"], abs=0.002)
        assert edge["low"] <= edge["point"] <= edge["high"]
    assert again["zones"] == [list(zone) for zone in summary.proposal.as_zones()]
    assert {rate["verdict"] for rate in again["channels"]} == {"too slow", "jumped"}


def test_what_is_not_a_number_is_none() -> None:
    drawn = synthetic_reports(replace(TWO_EDGES, fine_rate=0.0), rng=2)
    plain = summarise_feedback(drawn.reports, stream=drawn.stream()).to_dict()
    assert json.dumps(plain, allow_nan=False)
    assert plain["basis"] == "balance"
    assert plain["model"]["fine_rate"] is None
    assert not math.isnan(plain["model"]["noise_scale"])
    alone = summarise_feedback(drawn.reports).to_dict()
    assert alone["atoms"] is None
    assert [edge["verdict"] for edge in alone["edges"]] == ["ONLY_COMPLAINTS", "ONLY_COMPLAINTS"]
