"""Replay pieces worked out by hand: caches at their limits, long-context prices, latency, jumps, exact sums."""

from __future__ import annotations

import dataclasses
from statistics import NormalDist

import numpy as np
import pytest

from oracles.slow_replay import slow_decisions
from paretocode.catalogue import FractionScale, PriceStep
from paretocode.errors import InputError
from paretocode.sim import (
    NO_CACHE,
    UNSERVED,
    UNTIMED,
    Luck,
    PrefixCache,
    bill,
    cached_tokens,
    count_jumps,
    latency_tables,
    latency_us,
    measure,
    replay,
)
from paretocode.sim.billing import exact_sum, nano_usd
from paretocode.sim.latency import UNCACHED_US_PER_TOKEN
from paretocode.sim.luck import LEVEL_NORMALS
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap import Policy, Tier, TierMap
from strategies import catalogue_of

NAN = float("nan")


TWO = catalogue_of({"model_id": ["a", "b"]})


def session(
    times: list[float], prompts: list[int], prefixes: list[int], outputs: list[int] | None = None
) -> RequestStream:
    return request_stream(
        session=[0] * len(times), time_s=times, prompt_tokens=prompts, prefix_tokens=prefixes,
        completion_tokens=outputs or [0] * len(times),
    )  # fmt: skip


def test_a_cache_lives_to_its_ttl_and_not_beyond() -> None:
    stream = session([0, 300, 601], [1000, 2000, 3000], [0, 1000, 2000])
    cached = cached_tokens(stream, np.array([0, 0, 0]), PrefixCache(ttl_s=300, min_tokens=0).rules(TWO))
    assert cached.tolist() == [0, 1000, 0]


def test_a_model_left_and_used_again_finds_what_all_prompts_in_between_share() -> None:
    # Model 0 at rows 0 and 3: its 1,000 tokens are cut to 700 by row 2, whatever row 3 shares with row 2.
    stream = session([0, 100, 200, 300], [1000, 1500, 1600, 1700], [0, 900, 700, 1600])
    cached = cached_tokens(stream, np.array([0, 1, 1, 0]), PrefixCache(ttl_s=300, min_tokens=0).rules(TWO))
    assert cached.tolist() == [0, 0, 700, 700]
    just_too_late = PrefixCache(ttl_s=299.9, min_tokens=0)
    assert cached_tokens(stream, np.array([0, 1, 1, 0]), just_too_late.rules(TWO)).tolist() == [0, 0, 700, 0]


def test_short_prefixes_are_not_cached() -> None:
    stream = session([0, 1, 2], [1023, 1500, 1600], [0, 1023, 1024])
    assert cached_tokens(stream, np.array([0, 0, 0]), PrefixCache().rules(TWO)).tolist() == [0, 0, 1024]


def test_an_unserved_request_reads_nothing_and_warms_nothing() -> None:
    stream = session([0, 1, 2], [2000, 2000, 2000], [0, 2000, 2000])
    cached = cached_tokens(stream, np.array([0, UNSERVED, 0]), PrefixCache(min_tokens=0).rules(TWO))
    assert cached.tolist() == [0, 0, 2000]


def test_a_bill_with_write_premium_read_discount_and_long_context() -> None:
    catalogue = catalogue_of(
        {
            "model_id": ["a"],
            "prompt_usd_per_mtok": [3.0],
            "completion_usd_per_mtok": [15.0],
            "cache_read_usd_per_mtok": [0.3],
            "cache_write_usd_per_mtok": [3.75],
        },
        price_steps=(
            PriceStep(model_index=0, min_prompt_tokens=2000, prompt_usd_per_mtok=6.0, completion_usd_per_mtok=22.5),
        ),
    )
    stream = session([0, 10, 20], [1000, 2000, 2001], [0, 1000, 2000], [10, 10, 10])
    billed = bill(stream, np.array([0, 0, 0]), catalogue, PrefixCache(min_tokens=1001))
    assert billed.cached_tokens.tolist() == [0, 0, 2000]  # the first prompt is too short to be written
    assert billed.cost_pusd.tolist() == [
        1000 * 3_000_000 + 10 * 15_000_000,  # below the minimum: plain prompt price
        2000 * 3_750_000 + 10 * 15_000_000,  # written; 2,000 is not strictly longer than 2,000
        2000 * 300_000 + 1 * 3_750_000 + 10 * 22_500_000,  # the step names no cache prices: the model's own stay
    ]
    uncached = bill(stream, np.array([0, 0, UNSERVED]), catalogue, NO_CACHE)
    assert uncached.cost_pusd.tolist() == [3_150_000_000, 6_150_000_000, 0]


def test_a_price_of_fractions_of_a_nano_dollar_is_exact() -> None:
    catalogue = catalogue_of({"model_id": ["a"], "cache_read_usd_per_mtok": [0.0036], "prompt_usd_per_mtok": [0.435]})
    stream = session([0, 1], [100_001, 100_001], [0, 100_001])
    cost = bill(stream, np.array([0, 0]), catalogue, PrefixCache()).cost_pusd
    assert cost[1] == 100_001 * 3_600  # 3.6 nano-USD a token


def test_costs_beyond_63_bits_are_refused() -> None:
    catalogue = catalogue_of({"model_id": ["a"], "prompt_usd_per_mtok": [1e6]})
    stream = session([0], [10**7], [0])
    with pytest.raises(InputError, match="check the units of tokens and prices"):
        bill(stream, np.array([0]), catalogue, NO_CACHE)


def test_nano_usd_rounds_half_to_even_once() -> None:
    assert [nano_usd(x) for x in (499, 500, 501, 1500, 2500, 2501)] == [0, 0, 1, 2, 2, 3]
    assert exact_sum(np.full(5, 2**61)) == 5 * 2**61


def test_latency_is_ttft_plus_tokens_over_throughput() -> None:
    tps, ttft = np.full((1, 7), NAN), np.full((1, 7), NAN)
    tps[0, [2, 4]], ttft[0, [2, 4]] = [50.0, 25.0], [2.0, 4.0]
    catalogue = catalogue_of({"model_id": ["a"]}, throughput_tps=tps, ttft_s=ttft)
    stream = session([0, 1, 2], [1, 1, 1], [0, 0, 0], [100, 100, 100])
    p90 = NormalDist().inv_cdf(0.9)
    luck = luck_of([0.0, p90, 0.0], [0.0, p90, p90])
    times = latency_us(stream, np.array([0, 0, 0]), np.array([1, 1, 1]), latency_tables(catalogue), luck)
    assert times / 1e6 == pytest.approx([2 + 100 / 50, 4 + 100 / 25, 2 + 100 / 25], rel=2e-3)
    cold = latency_us(stream, np.array([0, 0, 0]), np.array([0, 0, 0]), latency_tables(catalogue), luck)
    assert (cold - times).tolist() == [UNCACHED_US_PER_TOKEN] * 3
    nobody = np.array([UNSERVED] * 3)
    assert (latency_us(stream, nobody, np.zeros(3, dtype=int), latency_tables(catalogue), luck) == UNTIMED).all()


def test_jumps_skip_unserved_requests_and_session_borders() -> None:
    stream = request_stream(
        session=[0, 0, 0, 0, 1], time_s=[0, 1, 2, 3, 0], prompt_tokens=[1] * 5, completion_tokens=[1] * 5
    )
    jumps = count_jumps(stream, np.array([0, 1, UNSERVED, 1, 0]), np.array([5, 5, UNSERVED, 6, 7]))
    assert (jumps.n_pairs, jumps.n_tier_jumps, jumps.n_model_jumps) == (3, 1, 0)


def world() -> tuple[TierMap, object]:
    catalogue = catalogue_of(
        {
            "model_id": ["cheap", "dear"],
            "coding_score": [40.0, 80.0],
            "prompt_usd_per_mtok": [1.0, 2.0],
            "completion_usd_per_mtok": [0.5, 1.0],
            "context_tokens": [100.0, 200.0],
        }
    )
    tier_map = TierMap(
        name="two", tiers=(Tier(name="low", models=("cheap",)), Tier(name="high", models=("dear",))),
        request_edges_ppm=(500_000,), score_edges_milli=None, default_tier="high",
        policy=Policy(empty_tier="up"), score_definition="test-1",
    )  # fmt: skip
    return tier_map, catalogue


def test_metrics_by_hand() -> None:
    tier_map, catalogue = world()
    stream = request_stream(
        session=[0, 0, 0, 0, 1], time_s=[0, 1, 2, 3, 0],
        prompt_tokens=[90, 150, 300, 10, 10], completion_tokens=[10, 10, 0, 0, 0],
        min_score=[0.3, 0.3, 0.9, 0.9, NAN],
    )  # fmt: skip
    metrics = measure(replay(stream, tier_map, catalogue, cache=NO_CACHE), scale=FractionScale(full=100.0))  # type: ignore[arg-type]
    # Row 0 low; row 1 fits only the dear one, one tier up; row 2 fits nothing; row 3 high; row 4 omitted, so high.
    assert metrics.unserved == 1
    assert metrics.cost_nusd == (90 * 1000 + 10 * 500) + (150 * 2000 + 10 * 1000) + 0 + 20_000 + 20_000
    assert metrics.tier_share == {"low": 0.2, "high": 0.6}
    assert metrics.model_share == {"cheap": 0.2, "dear": 0.6}
    assert metrics.tier_cost_usd == {"low": 95_000 / 1e9, "high": 350_000 / 1e9}
    assert metrics.model_cost_usd == {"cheap": 95_000 / 1e9, "dear": 350_000 / 1e9}
    assert (metrics.n_pairs, metrics.n_tier_jumps) == (3, 1)
    assert metrics.score_coverage == 0.6  # rows 0, 1 and 3 ask for something and get an answer
    assert metrics.shortfall_mean == pytest.approx(0.1 / 3)  # row 3 asks 0.9 and gets 0.8
    assert metrics.excess_mean == pytest.approx((0.1 + 0.5) / 3)
    assert metrics.shortfall_share == pytest.approx(1 / 3)
    assert metrics.latency_p95_s is None
    assert metrics.latency_mean_s is None
    assert metrics.latency_coverage == 0


def test_a_map_that_can_serve_nothing_is_refused() -> None:
    tier_map, catalogue = world()
    blind = catalogue.replace(context_tokens=[NAN, NAN])  # type: ignore[attr-defined]
    stream = session([0], [1], [0])
    with pytest.raises(InputError, match="none of its models has both prices and a context window; fill prompt_usd"):
        replay(stream, tier_map, blind)
    with pytest.raises(InputError, match="none of its models is in the catalogue"):
        replay(stream, tier_map, catalogue_of({"model_id": ["other"]}))


@pytest.mark.parametrize("cache", [{"ttl_s": -1.0}, {"ttl_s": NAN}, {"min_tokens": -1}])
def test_cache_rules_are_checked(cache: dict[str, float]) -> None:
    with pytest.raises(InputError, match="ttl_s = 0 turns caching off"):
        PrefixCache(**cache)  # type: ignore[arg-type]


def test_a_session_keeps_a_model_through_a_refused_request_but_not_beyond_its_time() -> None:
    tier_map, catalogue = world()
    both = TierMap(
        name="one", tiers=(Tier(name="all", models=("cheap", "dear")),), request_edges_ppm=(), score_edges_milli=None,
        default_tier="all", policy=Policy(sticky_ttl_s=300), score_definition="test-1",
    )  # fmt: skip
    # The first needs the large context; the second fits nowhere; the third would go to the cheap one.
    for times, models in (
        ([0, 100, 399], [1, UNSERVED, 1]),
        ([0, 100, 400], [1, UNSERVED, 0]),
        ([0, 300, 301], [1, UNSERVED, 0]),
    ):
        stream = session(times, [150, 500, 50], [0, 0, 0])
        run = replay(stream, both, catalogue, cache=NO_CACHE)  # type: ignore[arg-type]
        assert run.decisions.model_index.tolist() == models
        assert [_code(d.primary) for d in slow_decisions(stream, both, catalogue)] == models  # type: ignore[arg-type]
    assert tier_map.n_tiers == 2


def _code(row: int | None) -> int:
    return UNSERVED if row is None else row


def test_latency_quantiles_are_those_of_the_known_ones() -> None:
    tier_map, catalogue = world()
    n = 101
    stream = request_stream(session=np.arange(n), time_s=np.zeros(n), prompt_tokens=[10] * n, completion_tokens=[0] * n)
    run = dataclasses.replace(replay(stream, tier_map, catalogue, cache=NO_CACHE), latency_us=np.arange(n) * 1_000_000)
    metrics = measure(run, scale=FractionScale(full=100.0), slo_s=[90, 99.5, 100])
    # Of 101 times the 51st, 96th and 100th, each within the width of a bucket; means and counts are exact.
    known = (metrics.latency_p50_s, metrics.latency_p95_s, metrics.latency_p99_s)
    assert known == pytest.approx((50.0, 95.0, 99.0), rel=1 / 512)
    assert metrics.latency_mean_s == 50.0
    assert metrics.latency_above_share == {"90": 10 / 101, "99.5": 1 / 101, "100": 0.0}


def test_slow_calls_are_slow_in_both_directions() -> None:
    tps, ttft = np.full((1, 7), NAN), np.full((1, 7), NAN)
    tps[0, 2], ttft[0, 2] = 50.0, 2.0
    catalogue = catalogue_of({"model_id": ["a"]}, throughput_tps=tps, ttft_s=ttft)
    stream = session([0, 1, 2], [1, 1, 1], [0, 0, 0], [100, 100, 100])
    tables, held = latency_tables(catalogue), np.array([1, 1, 1])
    slow = luck_of([0.0, 3.0, 0.0], [0.0, 0.0, 3.0])
    base, late, slow_stream = latency_us(stream, np.array([0, 0, 0]), held, tables, slow) / 1e6
    assert late == pytest.approx(2 * np.exp(0.5 * 3) + 2, rel=0.02)
    assert slow_stream == pytest.approx(2 + 2 * np.exp(0.24 * 3), rel=0.02)
    assert base == pytest.approx(4, rel=2e-3)
    with pytest.raises(InputError, match="the luck has 3 draws and the stream 1 requests"):
        latency_us(session([0], [1], [0]), np.array([0]), held, tables, slow)


def luck_of(ttft: list[float], throughput: list[float]) -> Luck:
    """Return the levels nearest to the given normal scores."""
    near = [
        np.abs(LEVEL_NORMALS[None] - np.array(z)[:, None]).argmin(axis=1).astype(np.uint16) for z in (ttft, throughput)
    ]
    return Luck(ttft=near[0], throughput=near[1], bits=np.zeros(len(ttft), dtype=np.uint32))


def test_refusing_requests_counts_as_not_meeting_them() -> None:
    tier_map, catalogue = world()
    stream = request_stream(
        session=[0, 1, 2, 3], time_s=[0] * 4, prompt_tokens=[10, 10, 900, 900], completion_tokens=[0] * 4,
        min_score=[0.3, 0.9, 0.9, NAN],
    )  # fmt: skip
    metrics = measure(replay(stream, tier_map, catalogue, cache=NO_CACHE), scale=FractionScale(full=100.0))  # type: ignore[arg-type]
    # Of three that ask for something one is met (40 >= 30), one is short (80 < 90), one is refused.
    assert metrics.unmet_share == pytest.approx(2 / 3)
    assert metrics.unserved_share == 0.5
    assert metrics.cost_usd_per_kserved == 2 * metrics.cost_usd_per_krequest


def test_metrics_of_single_requests_know_no_jump_rate() -> None:
    tier_map, catalogue = world()
    metrics = measure(replay(session([0], [1], [0]), tier_map, catalogue), scale=FractionScale(full=100.0))  # type: ignore[arg-type]
    assert metrics.tier_jump_rate is None
    assert metrics.model_jump_rate is None


def test_overflow_is_seen_in_every_price() -> None:
    for name in (
        "prompt_usd_per_mtok",
        "completion_usd_per_mtok",
        "cache_read_usd_per_mtok",
        "cache_write_usd_per_mtok",
    ):
        catalogue = catalogue_of({"model_id": ["a"], name: [1e6]})
        with pytest.raises(InputError, match="check the units of tokens and prices"):
            bill(session([0], [10**7], [0]), np.array([0]), catalogue, NO_CACHE)
