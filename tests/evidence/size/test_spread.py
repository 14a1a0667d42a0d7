"""Is the spread between sessions the one that a slow loop finds?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.evidence.clusters import label_clusters
from paretocode.evidence.estimates import ratio_estimates
from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, small_stream, two_tiers
from paretocode.evidence.map_sums import MapSums
from paretocode.evidence.resampling import Resampling
from paretocode.evidence.size import SessionSpread, session_spread, spread_of_sums, tails_of
from paretocode.sim import draw_luck, replay

COST = "cost_usd_per_krequest"


def sums(name: str, cost: list[int], requests: list[int]) -> MapSums:
    return MapSums(
        name=name,
        n_clusters=len(cost),
        cluster_kind="session",
        columns={"cost_pusd": np.array(cost), "n_requests": np.array(requests)},
        windows={},
    )


@st.composite
def spreads(draw: st.DrawFn) -> SessionSpread:
    n = draw(st.integers(2, 12))
    requests = draw(st.lists(st.integers(1, 4), min_size=n, max_size=n))
    costs = [draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)) for _ in range(2)]
    return spread_of_sums(
        sums("new", costs[0], requests), sums("old", costs[1], requests), COST, n_requests=sum(requests)
    )


@given(spreads())
def test_it_is_the_standard_error_of_the_core(spread: SessionSpread) -> None:
    """sd / sqrt(n) of the paired contributions is the clustered standard error of the difference, and so for arms."""
    n, resampling = spread.n_sessions, Resampling(n_clusters=spread.n_sessions, n_replicates=100)
    tables = [(s.columns["cost_pusd"], s.columns["n_requests"]) for s in (spread.candidate, spread.incumbent)]
    core = ratio_estimates(*tables[0], names=["x"], resampling=resampling, minus=tables[1])
    assert spread.sd_paired / n**0.5 == pytest.approx(core.standard_error[0] / 1e9, rel=1e-9, abs=1e-18)
    assert spread.difference == pytest.approx(core.point[0] / 1e9, abs=1e-18)
    for arm, table in enumerate(tables):
        alone = ratio_estimates(*table, names=["x"], resampling=resampling)
        assert spread.sd_arms[arm] / n**0.5 == pytest.approx(alone.standard_error[0] / 1e9, rel=1e-9, abs=1e-18)


def test_the_spread_of_a_replay_by_a_slow_loop() -> None:
    stream = many_sessions(40)
    runs = [replay(stream, tier_map, models()) for tier_map in (two_tiers(), documented())]
    spread = session_spread(*runs, COST, scale=percentiles())
    n, cost = stream.n_sessions, [run.cost_pusd for run in runs]
    mean = [c.sum() / len(stream) for c in cost]
    of_session, of_request = np.zeros(n), np.zeros(len(stream))
    for row in range(len(stream)):
        share = [(c[row] - m) / len(stream) / 1e9 for c, m in zip(cost, mean, strict=True)]
        of_session[stream.session[row]] += n * (share[0] - share[1])
        of_request[row] = share[0] - share[1]
    assert np.allclose(spread.paired_influence, of_session)
    assert spread.sd_paired == pytest.approx(of_session.std(ddof=1))
    assert spread.design_effect == pytest.approx((of_session**2).sum() / n**2 / (of_request**2).sum())
    # one session starts every 1,000 s
    assert spread.sessions_per_day == pytest.approx(86.4)


def test_groups_are_what_is_counted() -> None:
    stream = many_sessions(40)
    runs = [replay(stream, tier_map, models()) for tier_map in (two_tiers(), documented())]
    groups = label_clusters(stream, [i // 4 for i in range(40)], kind="user")
    spread = session_spread(*runs, COST, scale=percentiles(), clusters=groups)
    assert (spread.n_sessions, spread.kind, spread.sessions_per_day) == (10, "user", None)


def test_a_quantile_has_a_spread_too() -> None:
    stream = many_sessions(60)
    luck = draw_luck(stream, rng=1)
    runs = [replay(stream, tier_map, models(), luck=luck) for tier_map in (two_tiers(), documented())]
    spread = session_spread(*runs, "latency_p50_s", scale=percentiles())
    assert spread.sd_paired > 0
    assert spread.values[0] == pytest.approx(np.sort(runs[0].latency_s)[int(np.ceil(0.5 * len(stream))) - 1])


def test_refusals() -> None:
    stream = small_stream()
    run = replay(stream, documented(), models())
    with pytest.raises(InputError, match="were replayed on two streams; replay both on one"):
        session_spread(run, replay(many_sessions(5), documented(), models()), COST, scale=percentiles())
    one = stream.take_sessions(np.array([0]))
    with pytest.raises(InputError, match="there is one session only"):
        session_spread(*[replay(one, documented(), models())] * 2, COST, scale=percentiles())
    single = stream.take_sessions(np.array([1, 1])).replace()
    assert single.n_sessions == 1
    with pytest.raises(InputError, match="there is no measure 'speed'"):
        session_spread(run, run, "speed", scale=percentiles())
    with pytest.raises(InputError, match="map 'new': shortfall_mean was not summed"):
        spread_of_sums(sums("new", [1, 2], [1, 1]), sums("old", [1, 2], [1, 1]), "shortfall_mean", n_requests=2)
    with pytest.raises(InputError, match="2 clusters stand against 3"):
        spread_of_sums(sums("new", [1, 2], [1, 1]), sums("old", [1, 2, 3], [1, 1, 1]), COST, n_requests=2)
    with pytest.raises(InputError, match="cost_usd_per_krequest of map 'new' is divided by nothing"):
        spread_of_sums(sums("new", [0, 0], [0, 0]), sums("old", [1, 2], [1, 1]), COST, n_requests=2)


def test_tails_of_a_normal_law() -> None:
    """0.085 of a normal law's variance lies in its largest 1 %; its effective number is n / 3."""
    tails = tails_of(np.random.default_rng(1).normal(size=200_000))
    assert tails.top_share == pytest.approx(0.0845, abs=0.003)
    assert tails.n_effective / 200_000 == pytest.approx(1 / 3, abs=0.01)
    assert abs(tails.skewness) < 0.03
    assert tails.warnings(10_000) == ()


def test_tails_worked_by_hand() -> None:
    tails = tails_of(np.array([-1.0, -1.0, -1.0, 3.0]))
    assert tails.top_share == pytest.approx(9 / 12)
    assert tails.n_effective == pytest.approx(12**2 / (3 + 81))
    assert tails.skewness == pytest.approx((-3 + 27) / 4 / (12 / 4) ** 1.5)
    assert tails.n_for_normal == 34  # 25 x 4 / 3
    first, second = tails.warnings(10)
    assert first.startswith("the largest 1 sessions (1 %) make 75 % of the variance")
    assert second.endswith("(skewness 1.2) that a mean of 10 is not near enough to normal: plan at least 34")


def test_the_variance_is_known_as_well_as_it_says() -> None:
    """Its error share against the spread of variances over draws of a skewed law."""
    rng = np.random.default_rng(5)
    draws = rng.exponential(size=(2000, 400)) - 1
    seen = (draws**2).mean(axis=1)
    told = np.mean([tails_of(row).variance_error_share for row in draws])
    assert told == pytest.approx(seen.std() / seen.mean(), rel=0.15)
