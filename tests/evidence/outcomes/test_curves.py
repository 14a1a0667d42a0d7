"""Are curves, hulls and gaps what plain enumeration of thresholds says, on few points and on ties too?"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.evidence.outcomes import (
    OutcomeTable,
    aiq,
    apgr_estimates,
    assigned_to,
    assignment_curve,
    outcome_table,
    pair_curve,
    performance_gap,
    quality_hull,
    routed_by_threshold,
    tier_curve,
    zero_router,
)
from paretocode.evidence.resampling import Resampling


def table_of(rows: list[tuple[int, int, int]], *, cost: bool = True) -> OutcomeTable:
    return outcome_table(
        question=[f"q{i}" for i in range(len(rows)) for _ in range(2)],
        model=["weak", "strong"] * len(rows),
        score=[score for row in rows for score in row[:2]],
        score_range=(0, 3),
        cost_usd=[c for i in range(len(rows)) for c in (0.001 * (1 + i % 2), 0.01 * (1 + i % 3))] if cost else None,
    )


question = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
worlds = st.lists(question, min_size=1, max_size=9)


@given(worlds)
def test_every_threshold_is_a_point(rows: list[tuple[int, int, int]]) -> None:
    table, score = table_of(rows), [float(r) for _, _, r in rows]
    curve = pair_curve(table, "weak", "strong", score)
    assert len(curve) == len(set(score)) + 1
    slow = [routed_by_threshold(table, score, ["weak", "strong"], [float(t)]) for t in curve.thresholds[1:, 0]]
    slow.insert(0, assigned_to(table, "weak"))
    assert curve.quality == pytest.approx([a.mean_score for a in slow])
    assert curve.cost_usd == pytest.approx([a.mean_cost_usd for a in slow])
    assert curve.share[:, 1] == pytest.approx([a.share_of_model["strong"] for a in slow])
    again = tier_curve(table, ["weak", "strong"], score, [[float(t)] for t in curve.thresholds[1:, 0]])
    assert again.total_score == pytest.approx(curve.total_score[1:])


points = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=8)


@given(points, st.floats(0, 8))
def test_the_hull_is_the_best_mixture_that_can_be_paid(corners: list[tuple[int, int]], budget: float) -> None:
    hull = quality_hull([float(c) for c, _ in corners], [float(q) for _, q in corners])
    affordable = [q for c, q in corners if c <= budget]
    mixed = [
        q + (budget - c) / (d - c) * (r - q) for (c, q), (d, r) in itertools.permutations(corners, 2) if c <= budget < d
    ]
    found = float(hull.at(budget))
    if not affordable:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(max(affordable + mixed))


@given(points)
def test_corners_rise_and_bend(corners: list[tuple[int, int]]) -> None:
    hull = quality_hull([float(c) for c, _ in corners], [float(q) for _, q in corners])
    assert (np.diff(hull.cost) > 0).all()
    assert (np.diff(hull.quality) > 0).all()
    slopes = np.diff(hull.quality) / np.diff(hull.cost)
    assert (np.diff(slopes) < 0).all()
    xs = np.linspace(hull.cost[0], hull.cost[-1] + 1, 40_001)
    mean = hull.mean_quality(float(xs[0]), float(xs[-1]))
    assert mean == pytest.approx(float(np.interp(xs, hull.cost, hull.quality).mean()), abs=1e-3)


def test_aiq_by_hand_on_two_points_and_on_one() -> None:
    table = outcome_table(
        question=["a", "a", "b", "b"],
        model=["weak", "strong"] * 2,
        score=[0, 1, 1, 1],
        score_range=(0, 1),
        cost_usd=[0.0, 1.0] * 2,
    )
    learnt = aiq(pair_curve(table, "weak", "strong", [1.0, 0.0]))
    # (0, 0.5) -> (0.5, 1), then 1 up to the strong model's cost: 0.875; mixing at random: 0.75.
    assert (learnt.value, learnt.zero_router, learnt.cost_range_usd) == (0.875, 0.75, (0.0, 1.0))
    assert str(learnt) == ("AIQ 0.8750 against 0.7500 for random mixing of 2 models, over 0 to 1 USD per question")
    knows_nothing = aiq(pair_curve(table, "weak", "strong", [0.0, 0.0]))
    assert knows_nothing.value == knows_nothing.zero_router == 0.75
    single = aiq(assignment_curve([assigned_to(table, "strong")]), models=["strong"])
    assert (single.value, single.zero_router, single.cost_range_usd) == (1.0, 1.0, (1.0, 1.0))
    one_point = aiq(assignment_curve([assigned_to(table, "weak")]))
    assert (one_point.value, one_point.zero_router) == (0.5, 0.75)
    narrow = aiq(pair_curve(table, "weak", "strong", [1.0, 0.0]), cost_range_usd=(0.0, 0.5))
    assert narrow.value == 0.75


def test_three_tiers_make_a_curve_with_their_zero_router() -> None:
    table = outcome_table(
        question=[q for q in "abc" for _ in range(3)],
        model=["low", "medium", "high"] * 3,
        score=[0, 0, 1, 0, 1, 1, 1, 1, 1],
        score_range=(0, 1),
        cost_usd=[0.1, 0.2, 1.0] * 3,
    )
    score = [0.9, 0.5, 0.1]
    curve = tier_curve(table, ["low", "medium", "high"], score, [[0.4, 0.8], [0.0, 1.0], [0.95, 0.99]])
    assert curve.n_served.tolist() == [[1, 1, 1], [0, 3, 0], [3, 0, 0]]
    assert curve.quality == pytest.approx([1.0, 2 / 3, 1 / 3])
    hull = zero_router(curve)
    assert hull.cost == pytest.approx([0.1, 0.2, 1.0])
    assert aiq(curve).value > aiq(curve).zero_router


@given(worlds)
def test_gaps_equal_enumeration(rows: list[tuple[int, int, int]]) -> None:
    table, score = table_of(rows, cost=False), np.array([float(r) for _, _, r in rows])
    weak, strong = sum(w for w, _, _ in rows), sum(s for _, s, _ in rows)
    if strong <= weak or len(set(score.tolist())) == 1:
        with pytest.raises(InputError):
            performance_gap(table, "weak", "strong", score)
        return
    found = performance_gap(table, "weak", "strong", score)

    def at(taken: np.ndarray) -> tuple[float, float]:
        total = sum(s if t else w for (w, s, _), t in zip(rows, taken, strict=True))
        return float(taken.mean()), (total - weak) / (strong - weak)

    options = sorted(at(score >= t) for t in [np.inf, *set(score.tolist())])
    assert found.pgr == pytest.approx([p for _, p in options])
    for recovered in (0.1, 0.5, 1.0):
        assert found.cpt(recovered) == min(share for share, p in options if p >= recovered)
    # RouteLLM's cutoffs: quantiles in tenths, at or above, the last one strictly above.
    cutoffs = np.quantile(score, np.linspace(0, 1, 11))
    parts = sorted({at(score >= t) for t in cutoffs[:-1]} | {at(score > cutoffs[-1])})
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in itertools.pairwise(parts))
    assert found.apgr == pytest.approx(area)
    tenths = [max(o for o in options if round(o[0] * len(rows)) * 10 <= i * len(rows))[1] for i in range(1, 11)]
    assert found.apgr_of_tenths == pytest.approx(np.mean(tenths))


def test_a_random_router_recovers_half_on_average() -> None:
    rng = np.random.default_rng(1)
    rows = [(int(w), int(s), 0) for w, s in zip(rng.integers(0, 3, 400), rng.integers(1, 4, 400), strict=True)]
    table = table_of(rows, cost=False)
    found = [performance_gap(table, "weak", "strong", rng.random(400)) for _ in range(60)]
    assert np.mean([f.apgr for f in found]) == pytest.approx(0.5, abs=0.02)
    assert np.mean([f.apgr_of_tenths for f in found]) == pytest.approx(0.55, abs=0.02)
    assert "over 0 % to 100 % strong calls between weak" in str(found[0])


@given(st.lists(question, min_size=8, max_size=14))
def test_apgr_errors_equal_a_numerical_derivative(rows: list[tuple[int, int, int]]) -> None:
    score = np.array([float(r) for _, _, r in rows])
    if sum(s - w for w, s, _ in rows) <= 0 or len(set(score.tolist())) == 1:
        return
    gap = performance_gap(table_of(rows, cost=False), "weak", "strong", score)
    cuts = gap.curve.thresholds[gap.cutoff_index, 0]

    def apgr(weights: np.ndarray) -> float:
        taken = score[:, None] >= cuts
        gain = weights * np.array([s - w for w, s, _ in rows])
        p, share = gain @ taken / gain.sum(), weights @ taken / weights.sum()
        return float(((p[1:] + p[:-1]) / 2 * np.diff(share)).sum())

    n, step = len(rows), 1e-6
    assert apgr(np.ones(n)) == pytest.approx(gap.apgr)
    u = [(apgr(np.ones(n) + step * np.eye(n)[i]) - apgr(np.ones(n))) / step for i in range(n)]
    found = apgr_estimates(gap, resampling=Resampling(n_clusters=n, n_replicates=100))
    assert found.standard_error[0] == pytest.approx((n / (n - 1) * np.dot(u, u)) ** 0.5, rel=1e-3, abs=1e-4)
    counts = next(iter(Resampling(n_clusters=n, n_replicates=100).blocks()))[1][0]
    if counts @ np.array([s - w for w, s, _ in rows]) > 0:
        assert found.replicates[0, 0] == pytest.approx(apgr(counts))
    else:
        assert np.isnan(found.replicates[0, 0])


def test_refusals() -> None:
    table = table_of([(1, 2, 0), (2, 2, 1)])
    bare = table_of([(1, 2, 0), (2, 2, 1)], cost=False)
    level = table_of([(1, 1, 0), (2, 2, 1)])
    with pytest.raises(InputError, match=r"'strong' scores 1.5 and the weak 'weak' 1.5, so there is no gap"):
        performance_gap(level, "weak", "strong", [0, 1])
    with pytest.raises(InputError, match=r"'weak' scores 1.5 and the weak 'strong' 2, so there is no gap"):
        performance_gap(table, "strong", "weak", [0, 1])
    with pytest.raises(InputError, match=r"router_score is 0.5 for every question"):
        performance_gap(table, "weak", "strong", [0.5, 0.5])
    with pytest.raises(InputError, match="CPT is asked at 0;"):
        performance_gap(table, "weak", "strong", [0, 1]).cpt(0)
    with pytest.raises(InputError, match="is both the weak and the strong model"):
        pair_curve(table, "weak", "weak", [0, 1])
    with pytest.raises(InputError, match="the curve has no costs"):
        aiq(pair_curve(bare, "weak", "strong", [0, 1]))
    with pytest.raises(InputError, match=r"nothing is known below 0.0015"):
        aiq(pair_curve(table, "weak", "strong", [0, 1]), cost_range_usd=(0.0, 1.0))
    with pytest.raises(InputError, match="there is no point"):
        quality_hull([], [])
    with pytest.raises(InputError, match="quality is nan"):
        quality_hull([1.0], [float("nan")])
    with pytest.raises(InputError, match="there is no set of thresholds"):
        tier_curve(table, ["weak", "strong"], [0, 1], [])
    with pytest.raises(InputError, match="there is no assignment"):
        assignment_curve([])
    with pytest.raises(InputError, match="assignments of two tables"):
        assignment_curve([assigned_to(table, "weak"), assigned_to(bare, "weak")])
