"""Estimates and verdicts: the truth is found, mirrors agree, costs move edges, and what cannot be told is not told."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evidence.feedback.worlds import ATOMS, ONE_EDGE, TASTES, TWO_EDGES, mirrored, reports_of
from paretocode.errors import InputError
from paretocode.evidence.feedback import (
    EdgeVerdict,
    FeedbackReports,
    FeedbackWorld,
    estimate_edges,
    reports_needed,
    synthetic_reports,
)


def verdicts_of(world: FeedbackWorld, seed: int = 3, *, with_stream: bool = False) -> list[str]:
    drawn = synthetic_reports(world, rng=seed)
    found = estimate_edges(drawn.reports, stream=drawn.stream() if with_stream else None)
    return [edge.verdict.name for edge in found.edges]


def test_a_large_world_gives_its_truth() -> None:
    drawn = synthetic_reports(replace(TWO_EDGES, n_requests=200_000, n_reporters=5_000), rng=1)
    found = estimate_edges(drawn.reports)
    assert [edge.point for edge in found.edges] == pytest.approx(TWO_EDGES.ideal_edges, abs=0.006)
    assert found.fitted.scale == pytest.approx(TWO_EDGES.noise_scale, abs=0.004)
    assert found.fitted.fine_rate == pytest.approx(TWO_EDGES.fine_rate, rel=0.15)
    assert found.fitted.lapse == pytest.approx(TWO_EDGES.lapse, abs=0.01)
    assert [edge.verdict for edge in found.edges] == [EdgeVerdict.MOVE_UP, EdgeVerdict.MOVE_DOWN]
    assert all(edge.low <= edge.profile_low + 0.004 <= edge.profile_high <= edge.high + 0.004 for edge in found.edges)


def test_seen_from_above_everything_is_mirrored() -> None:
    reports = synthetic_reports(TASTES, rng=2).reports
    up, down = estimate_edges(reports), estimate_edges(mirrored(reports))
    for one, other in zip(up.edges, reversed(down.edges), strict=True):
        assert other.point == pytest.approx(1 - one.point, abs=1e-6)
        assert (other.low, other.high) == pytest.approx((1 - one.high, 1 - one.low), abs=1e-6)
        assert other.counts.n_too_weak == one.counts.n_too_dear
        # An atom on an edge belongs to the tier above, seen from either side, so the verdicts' stretches differ.
        assert other.verdict.is_told == one.verdict.is_told


def test_rows_in_another_order_say_the_same() -> None:
    reports = synthetic_reports(TASTES, rng=2).reports
    shuffled = reports.take(np.random.default_rng(1).permutation(len(reports)))
    for one, other in zip(estimate_edges(reports).edges, estimate_edges(shuffled).edges, strict=True):
        assert (other.point, other.low, other.high) == pytest.approx((one.point, one.low, one.high), abs=1e-9)
        assert other.verdict is one.verdict


def test_costs_move_the_edge_to_where_the_weighted_pulls_balance() -> None:
    reports = synthetic_reports(TWO_EDGES, rng=2).reports
    even, odd = estimate_edges(reports), estimate_edges(reports, weak_cost=3.0)
    scale = even.fitted.scale
    for one, other in zip(even.edges, odd.edges, strict=True):
        assert other.point == pytest.approx(one.point - scale * math.log(3.0), abs=1e-12)
        weak, dear = (1 / (1 + math.exp(sign * (one.point - other.point) / scale)) for sign in (1, -1))
        assert 3.0 * weak == pytest.approx(dear)
        assert other.standard_error != one.standard_error, "the scale is not known exactly"
        assert other.profile_high == pytest.approx(one.profile_high - scale * math.log(3.0))
    both = estimate_edges(reports, weak_cost=2.0, dear_cost=2.0)
    assert [edge.point for edge in both.edges] == [edge.point for edge in even.edges]


def test_the_interval_reaches_as_far_as_effective_writers_allow() -> None:
    from scipy import stats

    reports = synthetic_reports(replace(TASTES, n_reporters=25), rng=2).reports
    found = estimate_edges(reports, level=0.9)
    sizes = np.bincount(reports.writer[reports.is_placed])
    quantile = stats.t.ppf(0.95, sizes.sum() ** 2 / (sizes**2).sum() - 1)
    assert quantile > 1.72, "far from the normal law's 1.645"
    for edge in found.edges:
        assert edge.high - edge.point == pytest.approx(quantile * edge.standard_error)
        assert edge.point - edge.low == pytest.approx(quantile * edge.standard_error)


def test_the_balance_finds_the_edges_without_a_single_fine() -> None:
    world = replace(TWO_EDGES, fine_rate=0.0, n_requests=60_000, n_reporters=1_000)
    drawn = synthetic_reports(world, rng=4)
    found = estimate_edges(drawn.reports, stream=drawn.stream())
    assert found.basis == "balance"
    assert [edge.point for edge in found.edges] == pytest.approx(world.ideal_edges, abs=0.012)
    assert all(edge.verdict.is_told for edge in found.edges)
    silent = estimate_edges(drawn.reports)
    assert [edge.verdict for edge in silent.edges] == [EdgeVerdict.ONLY_COMPLAINTS] * 2
    assert "pulls it down" in silent.edges[1].sentence


def test_complaints_without_demand_are_left_out_of_the_balance() -> None:
    drawn = synthetic_reports(replace(TWO_EDGES, fine_rate=0.0, misrouted_share=0.1), rng=4)
    found = estimate_edges(drawn.reports, stream=drawn.stream())
    tier = np.searchsorted(np.array(drawn.reports.edges_ppm), drawn.reports.min_score_ppm, side="right")
    n_astray = int((tier != drawn.reports.tier_index).sum())
    assert n_astray > 0
    assert found.n_left_out == n_astray
    assert len(found.fitted.rows.cell) + found.n_left_out == len(drawn.reports)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"n_requests": 300}, ["TOO_FEW", "ONE_SIDED"]),
        ({"n_reporters": 4}, ["TOO_FEW", "TOO_FEW"]),
        ({"atoms": ((0.65, 1.0),)}, ["ONE_ATOM", "ONE_ATOM"]),
        ({"weak_over_dear": 0.0}, ["ONE_SIDED", "ONE_SIDED"]),
        ({"atoms": ((0.65, 1.0), (0.7, 0.5))}, ["ONE_ATOM", "ASSUMED"]),
        ({"ideal_edges": (0.33, 0.66)}, ["KEEP", "KEEP"]),
        ({}, ["MOVE_UP", "MOVE_DOWN"]),
    ],
)
def test_what_cannot_be_told_is_not_told(changed: dict[str, Any], expected: list[str]) -> None:
    assert verdicts_of(replace(TWO_EDGES, **changed)) == expected


def test_an_interval_past_the_next_edge_is_too_wide() -> None:
    world = replace(ONE_EDGE, ideal_edges=(0.45, 0.55), edges=(0.48, 0.52), n_requests=1_500, taste_spread=0.15)
    assert "TOO_WIDE" in verdicts_of(world, seed=1)


def test_an_edge_that_moves_past_nobody_moves_nothing() -> None:
    # Atoms 0.5, 0.6, 0.7, 0.8: an edge at 0.69 and one at 0.62 serve everybody alike.
    atoms = tuple((q, 1.0) for q in (0.5, 0.6, 0.7, 0.8))
    world = FeedbackWorld(ideal_edges=(0.63,), edges=(0.695,), atoms=atoms, n_requests=60_000, n_reporters=2_000)
    drawn = synthetic_reports(world, rng=1)
    edge = estimate_edges(drawn.reports).edges[0]
    assert edge.verdict is EdgeVerdict.SAME_STRETCH
    assert edge.stretch_ppm == (600_000, 700_000)
    assert edge.low < 0.63 < edge.high < edge.edge
    # A stream in which somebody asks for 0.66 makes the move matter.
    stream = drawn.stream()
    asked = stream.min_score_ppm.copy()
    asked[0] = 660_000
    told = estimate_edges(drawn.reports, stream=stream.replace(min_score_ppm=asked)).edges[0]
    assert told.verdict is EdgeVerdict.MOVE_DOWN
    assert told.stretch_ppm == (600_000, 660_000)


def test_one_writer_knows_nothing_of_others() -> None:
    reports = synthetic_reports(TWO_EDGES, rng=3).reports
    alone = reports_of(reports.edges_ppm, reports.min_score_ppm, reports.tier_index, reports.verdict_code,
                       np.zeros(len(reports)))  # fmt: skip
    found = estimate_edges(alone)
    assert [(edge.low, edge.high, edge.verdict.name) for edge in found.edges] == [(0.0, 1.0, "TOO_FEW")] * 2
    assert all(math.isnan(edge.design_effect) for edge in found.edges)


def test_counts_belong_to_the_two_tiers_beside_the_edge() -> None:
    reports = reports_of(
        (330_000, 660_000),
        [200_000, 200_000, 500_000, 500_000, 500_000, 800_000, 800_000],
        [0, 0, 1, 1, 1, 2, 2],
        [0, 2, 0, 1, 3, 1, 2],  # too weak, fine | too weak, too dear, too slow | too dear, fine
        [0, 0, 0, 1, 1, 2, 2],
    )
    found = estimate_edges(reports)
    low, high = (edge.counts for edge in found.edges)
    assert (low.n_reports, low.n_too_weak, low.n_too_dear, low.n_fine, low.n_min_scores, low.n_writers) == (
        4, 1, 1, 1, 2, 2,
    )  # fmt: skip
    assert (high.n_reports, high.n_too_weak, high.n_too_dear, high.n_fine, high.n_writers) == (4, 1, 1, 1, 3)
    assert low.n_effective_writers == pytest.approx(16 / 10)
    assert found.n_left_out == 1


def bad(reports: FeedbackReports, **options: Any) -> str:
    with pytest.raises(InputError) as refusal:
        estimate_edges(reports, **options)
    return str(refusal.value)


def test_bad_settings_get_one_sentence() -> None:
    reports = synthetic_reports(ONE_EDGE, rng=1).reports
    assert bad(reports, level=1.0) == "level is 1.0; give a share inside (0, 1), such as 0.95."
    assert bad(reports, weak_cost=0.0) == "weak_cost is 0.0; give a cost above 0; only the ratio of the two matters."
    assert bad(reports, weighting="people") == "weighting is 'people'; use one of reports, writers."
    slow = reports_of((500_000,), [400_000, 600_000], [0, 1], [3, 4])
    assert bad(slow) == (
        "feedback: no report says too weak, too dear or fine about a min score that was asked; bring reports with one "
        "of these verdicts and a min score."
    )
    lost = reports_of((500_000,), [400_000, 600_000], [0, 1], [0, 1])
    elsewhere = synthetic_reports(replace(ONE_EDGE, atoms=((0.7, 1.0),)), rng=1).stream()
    assert bad(lost, stream=elsewhere) == (
        "feedback: no complaint is about a min score that the stream asks for, served by the map's tier; bring the "
        "stream of the same time and map."
    )
    with pytest.raises(InputError, match=r"half_width is 0; give a part of the 0\.\.1 axis, such as 0\.02"):
        reports_needed(estimate_edges(reports), half_width=0)


def test_atoms_default_to_those_of_the_reports() -> None:
    reports = synthetic_reports(TWO_EDGES, rng=1).reports
    assert estimate_edges(reports).atoms_ppm.tolist() == [round(q * 1e6) for q, _ in ATOMS]
