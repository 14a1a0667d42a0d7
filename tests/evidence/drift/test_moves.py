"""By how much did the map's metrics move, and does the interval hold the truth as often as it says?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.drift.drift_worlds import (
    DEARER,
    TODAY_MARGINS,
    TUNED_MARGINS,
    cost_of_margins,
    cost_sums,
    kinds_of_sessions,
)
from paretocode.catalogue import FractionScale
from paretocode.errors import InputError
from paretocode.evidence.drift import (
    MetricMove,
    MetricSums,
    Strata,
    attribute,
    independent_moves,
    metric_sums,
    raked_weights,
    session_strata,
)
from paretocode.evidence.drift.draws import critical_reach, draws_of, standard_error
from paretocode.sim import draw_luck, measure, replay
from paretocode.stream import RequestStream, synthesise
from strategies import streams, timed, worlds

N_WORLDS = 1_000


def holds(move: MetricMove, truth: float) -> bool:
    """Whether the interval of a move holds the truth."""
    return move.low is not None and move.high is not None and move.low <= truth <= move.high


@settings(max_examples=40)
@given(data=st.data())
def test_metrics_are_those_of_the_replay(data: st.DataObject) -> None:
    tier_map, catalogue = data.draw(worlds())
    stream: RequestStream = data.draw(streams())
    catalogue = data.draw(timed(catalogue))
    if stream.n_sessions < 2:
        return
    scale = FractionScale(full=40.0)
    try:
        run = replay(stream, tier_map, catalogue, luck=draw_luck(stream, rng=1))
    except InputError:
        return  # a map without a usable model
    sums, whole = metric_sums(run, scale=scale), measure(run, scale=scale)
    for name, value in zip(sums.names, sums.values(), strict=True):
        known = getattr(whole, name)
        assert np.isnan(value) if known is None else value == pytest.approx(known, rel=1e-6, abs=1e-9)


def test_the_interval_of_a_difference_covers() -> None:
    hits = 0
    draws = draws_of(40, 90, n_replicates=399)
    for world in range(N_WORLDS):
        rng = np.random.default_rng([21, world])
        (move,) = independent_moves(cost_sums(40, rng), cost_sums(90, rng, mean=4.0), draws=draws)
        hits += holds(move, 1.0)
    assert 0.93 <= hits / N_WORLDS <= 0.97


def test_the_intervals_of_an_attribution_cover() -> None:
    base, joint = cost_of_margins(*TUNED_MARGINS), cost_of_margins(*TODAY_MARGINS)
    truth = [
        cost_of_margins(TODAY_MARGINS[0], TUNED_MARGINS[1]) - base,
        cost_of_margins(TUNED_MARGINS[0], TODAY_MARGINS[1]) - base,
        joint - base,
        (DEARER - 1) * joint,
    ]
    hits = np.zeros(4)
    draws = draws_of(150, 120, n_replicates=199)
    for world in range(N_WORLDS):
        rng = np.random.default_rng([22, world])
        tuned, before = kinds_of_sessions(150, TUNED_MARGINS, rng)
        today, after = kinds_of_sessions(120, TODAY_MARGINS, rng, factor=DEARER)
        strata = [
            Strata(factor=factor, tuned=before[at], today=after[at], n=n)
            for at, (factor, n) in enumerate((("callers", 3), ("session length", 2)))
        ]
        found = attribute(tuned, today, strata, draws=draws)
        moves = [*(single.moves[0] for single in found.single), found.joint.moves[0], found.unexplained[0]]
        hits += [holds(move, true) for move, true in zip(moves, truth, strict=True)]
    assert ((hits / N_WORLDS >= 0.93) & (hits / N_WORLDS <= 0.97)).all(), hits / N_WORLDS


def test_the_parts_add_up_to_the_whole() -> None:
    rng = np.random.default_rng(4)
    tuned, before = kinds_of_sessions(50, TUNED_MARGINS, rng)
    today, after = kinds_of_sessions(40, TODAY_MARGINS, rng, factor=DEARER)
    strata = [Strata(factor="callers", tuned=before[0], today=after[0], n=3)]
    found, (whole,) = attribute(tuned, today, strata), independent_moves(tuned, today)
    parts = (found.joint.moves[0].difference, found.unexplained[0].difference)
    assert sum(part for part in parts if part is not None) == pytest.approx(whole.difference)
    assert found.single[0] == found.joint  # one factor alone is all factors


def test_what_the_strata_explain_whole_leaves_nothing_and_no_error() -> None:
    """Cost is a function of the kind alone, the same on both sides: only the mix differs, and it is matched."""
    rng = np.random.default_rng(8)
    kinds = [rng.choice(3, size=n, p=p) for n, p in ((80, [0.5, 0.3, 0.2]), (60, [0.2, 0.3, 0.5]))]
    sums = [
        MetricSums(
            names=("cost_usd_per_krequest",),
            numerator=np.array([2.0, 9.0, 40.0])[kind][:, None],
            denominator=np.array([2.0, 3.0, 5.0])[kind][:, None],
        )
        for kind in kinds
    ]
    found = attribute(sums[0], sums[1], [Strata(factor="callers", tuned=kinds[0], today=kinds[1], n=3)])
    left, moved = found.unexplained[0], found.joint.moves[0]
    assert (left.difference, left.standard_error, left.low, left.high) == (0.0, 0.0, 0.0, 0.0)
    (whole,) = independent_moves(sums[0], sums[1])
    assert moved.difference == pytest.approx(whole.difference)
    assert moved.standard_error == pytest.approx(whole.standard_error)


codes = st.lists(st.integers(0, 2), min_size=2, max_size=12)


@given(tuned=codes, today=codes, data=st.data())
def test_weighted_shares_are_todays(tuned: list[int], today: list[int], data: st.DataObject) -> None:
    other = [data.draw(st.lists(st.integers(0, 1), min_size=len(side), max_size=len(side))) for side in (tuned, today)]
    strata = [
        Strata(factor="callers", tuned=np.array(tuned), today=np.array(today), n=3),
        Strata(factor="gaps", tuned=np.array(other[0]), today=np.array(other[1]), n=2),
    ]
    weights = raked_weights(strata)
    assert (weights.weight >= 0).all()
    assert 0 <= weights.uncovered_share <= 1
    if not weights.has_converged:
        return
    assert weights.weight.mean() == pytest.approx(1.0)
    assert 1 <= weights.effective_sessions <= len(tuned) + 1e-9
    for factor in strata:
        shares = np.bincount(factor.tuned, weights=weights.weight, minlength=factor.n) / len(tuned)
        target = np.bincount(factor.today[weights.is_covered], minlength=factor.n) / weights.is_covered.sum()
        assert shares == pytest.approx(target, abs=1e-6)


def test_margins_that_contradict_each_other_are_said_to() -> None:
    """Tuned: every a is long, every b short. Today half of the a's are short: no weights give both margins."""
    one = Strata(factor="callers", tuned=np.array([0, 0, 1, 1]), today=np.array([0, 0, 0, 1]), n=2)
    other = Strata(factor="gaps", tuned=np.array([0, 0, 1, 1]), today=np.array([0, 1, 1, 1]), n=2)
    assert not raked_weights([one, other]).has_converged


def test_strata_are_shared_and_single_requests_have_no_gap() -> None:
    tuned, today = (synthesise("chat", n_sessions=40, rng=seed) for seed in (1, 2))
    strata = session_strata(tuned, today, callers=(["a"] * 40, ["a", "b"] * 20))
    assert [factor.factor for factor in strata] == ["min scores", "tokens", "gaps", "session length", "callers"]
    for factor in strata:
        assert (len(factor.tuned), len(factor.today)) == (40, 40)
        assert max(factor.tuned.max(), factor.today.max()) == factor.n - 1
    gaps = strata[2]
    alone = np.bincount(tuned.session) == 1
    assert alone.any()
    assert len(np.unique(gaps.tuned[alone])) == 1
    assert not np.isin(gaps.tuned[~alone], gaps.tuned[alone]).any()
    assert strata[-1].is_covered.mean() == 0.5


def test_a_metric_without_a_value_is_missing_not_zero() -> None:
    nothing = MetricSums(names=("tier_jump_rate",), numerator=np.zeros((2, 1)), denominator=np.zeros((2, 1)))
    some = MetricSums(names=("tier_jump_rate",), numerator=np.array([[1.0], [0.0]]), denominator=np.full((2, 1), 2.0))
    (move,) = independent_moves(nothing, some)
    assert (move.before, move.after, move.difference, move.low, move.standard_error) == (None, 0.25, None, None, None)


def test_what_is_refused() -> None:
    rng = np.random.default_rng(1)
    sums = cost_sums(5, rng)
    with pytest.raises(InputError, match="the level is 95; give a share"):
        independent_moves(sums, sums, level=95)
    other = MetricSums(names=("latency_mean_s",), numerator=sums.numerator, denominator=sums.denominator)
    with pytest.raises(InputError, match="replay both with times or both without"):
        independent_moves(sums, other)


def test_the_reach_is_its_definition() -> None:
    """Resample by resample: the sum of what was drawn over the standard error that it would state."""
    rng = np.random.default_rng(6)
    influences = [rng.integers(-3, 4, size=(n, 2)).astype(np.float64) for n in (5, 7)]
    influences = [u - u.mean(axis=0) for u in influences]
    draws = draws_of(5, 7, n_replicates=100)
    counts = [np.vstack([block.copy() for _, block in drawn.blocks()]) for drawn in draws]
    for k in range(2):
        ratio = []
        for b in range(100):
            away, variance = 0.0, 0.0
            for u, drawn in zip(influences, counts, strict=True):
                sample = np.repeat(u[:, k], drawn[b].astype(np.int64))
                away += sample.sum()
                variance += len(sample) * sample.var(ddof=1)
            ratio.append(abs(away) / variance**0.5)
        assert critical_reach(influences, draws, level=0.9)[k] == pytest.approx(sorted(ratio)[90])
    by_hand = sum(u.var(axis=0, ddof=1) * len(u) for u in influences)
    assert standard_error(influences) == pytest.approx(by_hand**0.5)


def test_two_sessions_bound_nothing() -> None:
    one, other = (
        MetricSums(names=("unmet_share",), numerator=np.array([[a], [b]]), denominator=np.full((2, 1), 4.0))
        for a, b in ((0.0, 2.0), (1.0, 1.0))
    )
    (move,) = independent_moves(one, other)
    assert (move.difference, move.standard_error) == (0.0, 0.25)
    assert move.low is move.high is None
