"""Are planned numbers what the formulas say, and do they give the power they promise on fresh draws?"""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit
from scipy.stats import norm, t

from paretocode.errors import InputError
from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, two_tiers
from paretocode.evidence.map_sums import MapSums
from paretocode.evidence.size import (
    Design,
    Paired,
    Rollout,
    SessionSpread,
    check_plan,
    detectable_difference,
    sessions_to_keep,
    sessions_to_see,
    sessions_to_tell,
    simulated_power,
    simulated_sessions,
    spread_of_sums,
)
from paretocode.sim import replay

COST = "cost_usd_per_krequest"
DESIGNS = [Paired(), Rollout(canary_share=0.5), Rollout(canary_share=0.1)]


def world(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cost under two maps and requests, session by session: requests of a session share its prices."""
    requests = 1 + rng.poisson(3, size=n)
    own = rng.gamma(6.0, size=n)
    old = requests * (own + rng.normal(0, 0.3, size=n))
    new = old * (0.9 + 0.15 * rng.normal(size=n))
    return np.rint(new * 1e9), np.rint(old * 1e9), requests


def spread_of(n: int, seed: int) -> SessionSpread:
    new, old, requests = world(n, np.random.default_rng(seed))
    tables = [
        MapSums(
            name=name,
            n_clusters=n,
            cluster_kind="session",
            columns={"cost_pusd": cost.astype(np.int64), "n_requests": requests},
            windows={},
        )
        for name, cost in (("new", new), ("old", old))
    ]
    return spread_of_sums(*tables, COST, n_requests=int(requests.sum()), sessions_per_day=100.0)


SPREAD, SMALL = spread_of(20_000, 1), spread_of(1_500, 2)


def test_the_normal_formula_by_hand() -> None:
    plan = sessions_to_see(SPREAD, difference=-0.3)
    assert plan.n_sessions_normal == pytest.approx(((1.959964 + 0.841621) * SPREAD.sd_paired / 0.3) ** 2, rel=1e-5)
    # Student's correction adds about z^2 / 2 sessions (Guenther 1981).
    assert plan.n_sessions - plan.n_sessions_normal == pytest.approx(1.96**2 / 2, abs=1.0)
    arms = sessions_to_see(SPREAD, difference=-0.3, design=Rollout(canary_share=0.1))
    variance = SPREAD.sd_arms[0] ** 2 / 0.1 + SPREAD.sd_arms[1] ** 2 / 0.9
    assert arms.n_sessions_normal == pytest.approx((1.959964 + 0.841621) ** 2 * variance / 0.09, rel=1e-5)
    keep = sessions_to_keep(SPREAD, margin=0.3, true_difference=0.1, power=0.9)
    assert keep.n_sessions_normal == pytest.approx(((1.959964 + 1.281552) * SPREAD.sd_paired / 0.2) ** 2, rel=1e-5)


def test_pairs_need_far_fewer_than_arms() -> None:
    paired, arms = (sessions_to_see(SPREAD, relative=0.05, design=design).n_sessions for design in DESIGNS[:2])
    assert paired < arms / 4


@pytest.mark.parametrize("design", DESIGNS)
def test_it_is_the_smallest_number(design: Design) -> None:
    for plan in (
        sessions_to_see(SPREAD, relative=0.1, design=design, power=0.9),
        sessions_to_keep(SPREAD, relative=0.1, design=design),
    ):
        assert plan.reached_power >= plan.power
        error, freedom = design.error(SPREAD, plan.n_sessions - 1)
        away = plan.difference if plan.margin is None else plan.margin
        normal = norm.sf(t.isf(0.025, freedom) - abs(away) / error)
        assert normal < plan.power + 0.01  # one session fewer does not reach it by more than Student's correction


@settings(max_examples=15)
@given(
    share=st.sampled_from([0.02, 0.05, 0.3, -0.1]),
    power=st.sampled_from([0.5, 0.8, 0.9, 0.95]),
    design=st.sampled_from(DESIGNS),
)
def test_what_can_be_seen_is_the_plan_turned_round(share: float, power: float, design: Design) -> None:
    plan = sessions_to_see(SPREAD, relative=share, power=power, design=design)
    assume(plan.n_sessions > design.least_sessions)
    here, fewer = (
        detectable_difference(SPREAD, n_sessions=n, power=power, design=design).difference
        for n in (plan.n_sessions, plan.n_sessions - 1)
    )
    assert here <= abs(plan.difference) * (1 + 1e-6)
    assert fewer >= abs(plan.difference) * (1 - 1e-6) or fewer > here
    keep = sessions_to_keep(SPREAD, relative=abs(share), power=power, design=design)
    assert detectable_difference(
        SPREAD, n_sessions=keep.n_sessions, power=power, design=design
    ).margin <= keep.margin * (1 + 1e-6)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("power", [0.8, 0.9])
def test_the_planned_number_gives_the_planned_power(design: Design, power: float) -> None:
    """Fifteen hundred fresh worlds, drawn from the law and not from the stream that was planned from."""
    plan = sessions_to_see(SPREAD, relative=0.12, power=power, design=design)
    true = _truth()
    seen = sum(
        _is_seen(design, plan.n_sessions, np.random.default_rng([7, i]), plan.difference - true) for i in range(1500)
    )
    assert seen / 1500 == pytest.approx(plan.reached_power, abs=0.03)


@pytest.mark.parametrize("design", DESIGNS)
def test_draws_of_the_stream_agree(design: Design) -> None:
    plan = sessions_to_see(SMALL, relative=0.1, design=design)
    check = check_plan(plan, n_worlds=2000, rng=2)
    assert check.power == pytest.approx(plan.reached_power, abs=0.03)
    keep = sessions_to_keep(SMALL, relative=0.1, power=0.9, design=design)
    assert check_plan(keep, n_worlds=2000, rng=2).power == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize("design", DESIGNS)
def test_without_a_difference_one_in_twenty_is_seen(design: Design) -> None:
    share = simulated_power(SMALL, design=design, n_sessions=2000, difference=0.0, n_worlds=2000, rng=4)
    assert share == pytest.approx(0.05, abs=0.015)
    at_margin = simulated_power(SMALL, design=design, n_sessions=2000, difference=0.5, margin=0.5, n_worlds=2000, rng=4)
    assert at_margin == pytest.approx(0.025, abs=0.015)


def test_drawing_by_sums_is_drawing_sessions() -> None:
    """The fast check against a slow loop that draws sessions and runs the whole test on each draw."""
    spread = spread_of(60, 3)
    n, shift = 25, 0.4 - spread.difference
    moved = spread.candidate.columns["cost_pusd"] / 1e9 + shift * spread.candidate.columns["n_requests"]
    seen, rng = 0, np.random.default_rng(11)
    for _ in range(2000):
        at = rng.integers(0, 60, size=n)
        seen += _seen(moved[at], spread.incumbent.columns["cost_pusd"][at] / 1e9, _requests(spread)[at])
    fast = simulated_power(spread, design=Paired(), n_sessions=n, difference=0.4, n_worlds=4000, rng=1)
    assert fast == pytest.approx(seen / 2000, abs=0.03)


def test_same_seed_same_answer() -> None:
    plan = sessions_to_see(SMALL, relative=0.2)
    assert check_plan(plan, rng=3).power == check_plan(plan, rng=3).power
    assert check_plan(plan, rng=3).power != check_plan(plan, rng=4).power


def test_a_skewed_stream_takes_more_than_the_formula_says() -> None:
    rng = np.random.default_rng(1)
    cost = np.rint(rng.lognormal(0, 1.6, size=400) * 1e9).astype(np.int64)
    ones = np.ones(400, dtype=np.int64)
    tables = [
        MapSums(
            name=name,
            n_clusters=400,
            cluster_kind="session",
            columns={"cost_pusd": values, "n_requests": ones},
            windows={},
        )
        for name, values in (("new", cost), ("old", 2 * cost))
    ]
    spread = spread_of_sums(*tables, COST, n_requests=400)
    plan = sessions_to_see(spread, difference=1.8)
    assert len(plan.warnings) == 2
    check = check_plan(plan, n_worlds=2000, rng=1)
    assert abs(check.power - plan.power) > 0.03  # what the warning is about
    enough = simulated_sessions(plan, n_worlds=2000)
    reached = simulated_power(
        spread, design=Paired(), n_sessions=enough, difference=plan.difference, n_worlds=4000, rng=9
    )
    assert reached == pytest.approx(plan.power, abs=0.04)


def test_requests_and_days() -> None:
    plan = sessions_to_see(SPREAD, relative=0.05)
    assert plan.n_requests == round(plan.n_sessions * SPREAD.n_requests / 20_000)
    assert plan.n_days == pytest.approx(plan.n_sessions / 100)
    assert plan.is_enough
    assert json.loads(json.dumps(plan.to_dict(), allow_nan=False))["n_sessions"] == plan.n_sessions


def test_the_sentences() -> None:
    plan = sessions_to_see(SPREAD, difference=-0.6)
    relative = -0.6 / SPREAD.values[1] * 100
    assert plan.sentence == (
        f"cost per 1,000 requests [USD]: to see 'new' differ by -0.6 ({relative:+.3g} %) from 'old' with 80 % power at "
        f"5 % takes {plan.n_sessions:,} sessions ({plan.n_requests:,} requests, {plan.n_days:.2g} days) of both maps "
        "replayed on the same log; this stream has enough with 20,000."
    )
    keep = sessions_to_keep(SPREAD, margin=0.6, design=Rollout(canary_share=0.1))
    assert "to show that 'new' is worse by less than 0.6" in keep.sentence
    assert "than 'old', if they are equal, with 80 % power" in keep.sentence
    assert "of a live rollout with 0.1 of sessions on the candidate;" in keep.sentence


def test_refusals() -> None:
    with pytest.raises(InputError, match="the difference to be seen is 0, which no number of sessions shows"):
        sessions_to_see(SPREAD, difference=0)
    with pytest.raises(InputError, match="no difference is given"):
        sessions_to_see(SPREAD)
    with pytest.raises(InputError, match="a margin is given twice"):
        sessions_to_keep(SPREAD, margin=1, relative=0.1)
    with pytest.raises(InputError, match=r"the margin is 0.1 and the true difference 0.2; give a margin above 0 and"):
        sessions_to_keep(SPREAD, margin=0.1, true_difference=0.2)
    with pytest.raises(InputError, match="the difference is nan"):
        sessions_to_see(SPREAD, difference=float("nan"))
    with pytest.raises(InputError, match="canary_share is 1"):
        Rollout(canary_share=1)
    with pytest.raises(InputError, match="1 sessions show no spread; give at least 2"):
        detectable_difference(SPREAD, n_sessions=1)
    with pytest.raises(InputError, match="sessions would be needed; ask for a larger difference"):
        sessions_to_see(SPREAD, difference=1e-9)
    with pytest.raises(InputError, match="99 draws say little; ask for at least 100"):
        check_plan(sessions_to_see(SPREAD, relative=0.1), n_worlds=99, rng=1)


def test_constant_measures_are_told_in_one_sentence() -> None:
    stream = many_sessions(20)
    run = replay(stream, documented(), models())
    (same,) = sessions_to_tell(run, run, [COST], scale=percentiles())
    assert same.sentence == (
        "cost_usd_per_krequest: their difference is the same in all 20 sessions, so there is no spread to plan with; "
        "plan for a measure in which sessions differ."
    )
    assert same.detectable is None
    (arms,) = sessions_to_tell(run, run, [COST], scale=percentiles(), design=Rollout())
    assert "the difference to be seen is 0" in arms.sentence
    assert arms.detectable is not None  # live arms differ by chance, and what they could show is known
    (free,) = sessions_to_tell(run, run, ["unserved_share"], scale=percentiles(), design=Rollout())
    assert "either map is the same in all 20 sessions" in free.sentence
    zero = spread_of_sums(*[_flat(name) for name in ("new", "old")], COST, n_requests=3)
    with pytest.raises(InputError, match=r"the incumbent.s value is 0, of which 5 % is nothing"):
        sessions_to_see(zero, relative=0.05)


def test_telling_maps_apart_names_the_ends_of_the_interval() -> None:
    stream = many_sessions(200)
    runs = [replay(stream, tier_map, models()) for tier_map in (two_tiers(), documented())]
    cost, jumps = sessions_to_tell(*runs, [COST, "tier_jump_rate"], scale=percentiles())
    for found in (cost, jumps):
        assert found.plan is not None
        assert found.detectable is not None
        assert found.n_sessions_least is not None
        assert found.n_sessions_least <= found.plan.n_sessions
        assert found.n_sessions_most is None or found.n_sessions_most >= found.plan.n_sessions
        assert (found.n_sessions_most is None) == (found.low <= 0 <= found.high)
        json.dumps(found.to_dict(), allow_nan=False)
        # what the stream can see and what it needs say the same
        assert found.detectable.is_seen == found.plan.is_enough


def test_a_difference_that_may_be_nothing_has_no_upper_number() -> None:
    stream = many_sessions(6)
    runs = [replay(stream, tier_map, models()) for tier_map in (two_tiers(), documented())]
    (found,) = sessions_to_tell(*runs, [COST], scale=percentiles())
    assert found.low < 0 < found.high
    assert found.n_sessions_most is None
    assert (
        "to without limit, since it may be 0 at the ends of its interval; this stream has 6, too few." in found.sentence
    )


def _flat(name: str) -> MapSums:
    return MapSums(
        name=name,
        n_clusters=3,
        cluster_kind="session",
        columns={"cost_pusd": np.zeros(3, dtype=np.int64), "n_requests": np.ones(3, dtype=np.int64)},
        windows={},
    )


def _requests(spread: SessionSpread) -> np.ndarray:
    return spread.candidate.columns["n_requests"]


def _truth() -> float:
    new, old, requests = world(2_000_000, np.random.default_rng(99))
    return float((new.sum() - old.sum()) / requests.sum() / 1e9)


def _is_seen(design: Design, n_sessions: int, rng: np.random.Generator, shift: float) -> bool:
    """Draw a fresh world whose difference is moved to the planned one, and run the whole test on it."""
    if isinstance(design, Paired):
        new, old, requests = world(n_sessions, rng)
        return _seen(new / 1e9 + shift * requests, old / 1e9, requests)
    n_new = max(2, round(n_sessions * design.arms(1.0)[0])) if isinstance(design, Rollout) else 0
    new, _, requests = world(n_new, rng)
    _, old, others = world(n_sessions - n_new, rng)
    values, variances, counts = [], [], []
    for cost, r in ((new / 1e9 + shift * requests, requests), (old / 1e9, others)):
        ratio = cost.sum() / r.sum()
        u = (cost - ratio * r) / r.mean()
        values.append(ratio)
        variances.append(u.var(ddof=1) / len(u))
        counts.append(len(u))
    freedom = sum(variances) ** 2 / sum(v**2 / (n - 1) for v, n in zip(variances, counts, strict=True))
    return bool(abs(values[0] - values[1]) > -stdtrit(freedom, 0.025) * sum(variances) ** 0.5)


def _seen(new: np.ndarray, old: np.ndarray, requests: np.ndarray) -> bool:
    n, ratios = len(new), [new.sum() / requests.sum(), old.sum() / requests.sum()]
    u = ((new - ratios[0] * requests) - (old - ratios[1] * requests)) / requests.mean()
    return bool(abs(ratios[0] - ratios[1]) > -stdtrit(n - 1, 0.025) * u.std(ddof=1) / n**0.5)
