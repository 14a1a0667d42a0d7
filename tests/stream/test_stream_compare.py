"""A synthetic stream beside a real one, and the bill of one model against the replay's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from paretocode.errors import InputError
from paretocode.sim import PrefixCache, bill
from paretocode.stream import RequestStream, load_stream, request_stream, synthesise
from paretocode.stream.compare import TOLERANCES, TokenPrices, bill_one_model, compare_streams
from strategies import catalogue_of

CODING = "traces/claude_code_weka_requests_nohash_derived.parquet"

# (session, gap [s], prompt, completion, prefix): gaps at, just below and just above the five minutes.
rows = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([0.0, 1.0, 299.999999, 300.0, 300.000001, 5000.0]),
        st.integers(0, 50),
        st.integers(0, 5),
        st.integers(0, 60),
    ),
    min_size=1,
    max_size=15,
)


def stream_of(table: list[tuple[int, float, int, int, int]]) -> RequestStream:
    session, gap, prompt, completion, prefix = zip(*table, strict=True)
    return request_stream(
        session=session,
        time_s=np.cumsum(gap),
        prompt_tokens=prompt,
        completion_tokens=completion,
        prefix_tokens=prefix,
    )


@given(rows, st.sampled_from([0, 1, 300, 3600]), st.sampled_from([0.0, 0.3, 1.5]))
def test_one_model_costs_what_the_replay_bills(table: list[tuple], ttl_s: int, read: float) -> None:
    stream = stream_of(table)
    model = catalogue_of(
        {
            "model_id": ["one"],
            "prompt_usd_per_mtok": [3.0],
            "completion_usd_per_mtok": [15.0],
            "cache_read_usd_per_mtok": [read],
            "cache_write_usd_per_mtok": [3.75],
        }
    )
    replayed = bill(stream, np.zeros(len(stream), dtype=np.int64), model, PrefixCache(ttl_s=ttl_s, min_tokens=0))
    ours = bill_one_model(stream, prices=TokenPrices(cache_read_usd_per_mtok=read), ttl_s=ttl_s)
    assert ours.cost_pusd == int(replayed.cost_pusd.sum())
    assert ours.cached_tokens == int(replayed.cached_tokens.sum())


def test_a_bill_beyond_64_bits_stays_exact() -> None:
    n_tokens = 2**61
    stream = request_stream(session=range(8), time_s=range(8), prompt_tokens=[n_tokens] * 8, completion_tokens=[0] * 8)
    assert bill_one_model(stream).cost_pusd == 8 * n_tokens * 3_750_000


def test_a_stream_without_tokens_has_no_hit_share() -> None:
    stream = request_stream(session=[0], time_s=[0], prompt_tokens=[0], completion_tokens=[4])
    assert (bill_one_model(stream).hit_share, bill_one_model(stream).usd_per_request) == (None, 6e-5)


@pytest.mark.parametrize("ttl_s", [-1.0, float("nan"), float("inf")])
def test_time_limits_are_refused(ttl_s: float) -> None:
    with pytest.raises(InputError, match=r"^cache: ttl_s is .*; give seconds >= 0; 0 turns caching off\.$"):
        bill_one_model(stream_of([(0, 0.0, 1, 1, 0)]), ttl_s=ttl_s)


@pytest.mark.parametrize("price", [-1.0, float("nan"), 2e6])
def test_prices_are_refused(price: float) -> None:
    with pytest.raises(InputError, match=r"^prices: cache_read_usd_per_mtok is "):
        TokenPrices(cache_read_usd_per_mtok=price)


def two() -> tuple[RequestStream, RequestStream]:
    real = request_stream(
        session=["a", "a", "a", "b"],
        time_s=[0, 100, 500, 0],
        prompt_tokens=[100, 150, 120, 30],
        completion_tokens=[1, 2, 3, 4],
        prefix_tokens=[0, 100, 60, 0],
    )
    other = request_stream(
        session=["a", "a"], time_s=[0, 400], prompt_tokens=[110, 90], completion_tokens=[1, 9], prefix_tokens=[0, 80]
    )
    return real, other


def test_two_streams_by_hand() -> None:
    comparison = compare_streams(*two())
    found = {number.name: (number.real, number.synthetic) for number in comparison.numbers}
    assert found["prompt_tokens_mean"] == (100.0, 100.0)
    assert found["gap_s_p50"] == (250.0, 400.0)
    assert found["turns_mean"] == (2.0, 2.0)
    assert found["growth_tokens_mean"] == (10.0, -20.0)
    assert found["gap_over_300s_share"] == (0.5, 1.0)
    assert found["prefix_share"] == (0.4, 0.4)
    assert found["hit_share_300s"] == (0.25, 0.0)
    assert found["hit_share_3600s"] == (0.4, 0.4)
    real_pusd = 100 * 300_000 + 300 * 3_750_000 + 10 * 15_000_000
    other_pusd = 200 * 3_750_000 + 10 * 15_000_000
    assert found["usd_per_request"] == (pytest.approx(real_pusd / 4e12), pytest.approx(other_pusd / 2e12))


def test_differences_and_verdicts() -> None:
    numbers = {number.name: number for number in compare_streams(*two()).numbers}
    assert numbers["growth_tokens_mean"].difference == pytest.approx(-3.0)
    assert (numbers["prefix_share"].difference, numbers["prefix_share"].is_within) == (0.0, None)
    judged = {name: number.is_within for name, number in numbers.items() if number.is_within is not None}
    assert judged == {
        "prompt_tokens_mean": True,
        "gap_over_300s_share": False,
        "hit_share_300s": False,
        "hit_share_3600s": True,
        "usd_per_request": False,
    }
    assert set(judged) == set(TOLERANCES)


def test_a_share_that_is_zero_in_the_log_has_no_relative_difference() -> None:
    real, other = two()
    share = next(n for n in compare_streams(other, real).numbers if n.name == "hit_share_300s")
    assert (share.real, share.difference, share.is_within) == (0.0, None, False)


def test_distances_by_hand() -> None:
    distances = {d.name: d for d in compare_streams(*two()).distances}
    # Prompts 30, 100, 120, 150 against 90, 110: after 110 the functions stand at 1/2 and 1.
    assert (distances["prompt_tokens"].ks, distances["prompt_tokens"].n_real) == (0.5, 4)
    # Gaps 100, 400 against 400: after 100 at 1/2 and 0.
    assert distances["gap_s"].ks == 0.5
    assert distances["turns"].n_synthetic == 1


many = st.lists(st.integers(0, 9), min_size=3, max_size=20)


@given(many, many)
def test_the_distance_is_that_of_scipy(left: list[int], right: list[int]) -> None:
    real, synthetic = (stream_of([(0, 1.0, prompt, 1, 0) for prompt in prompts]) for prompts in (left, right))
    ks = next(d.ks for d in compare_streams(real, synthetic).distances if d.name == "prompt_tokens")
    assert ks == pytest.approx(ks_2samp(left, right, method="asymp").statistic, abs=1e-12)


@given(rows)
def test_a_stream_is_like_itself(table: list[tuple]) -> None:
    stream = stream_of(table)
    comparison = compare_streams(stream, stream, tolerances=dict.fromkeys(TOLERANCES, 0.0))
    assert comparison.is_within
    assert all(number.difference in {0.0, None} for number in comparison.numbers)
    assert all(distance.ks == 0 for distance in comparison.distances)


def test_single_requests_have_neither_gaps_nor_growth() -> None:
    single = request_stream(session=[1, 2], time_s=[0, 5], prompt_tokens=[9, 8], completion_tokens=[1, 1])
    comparison = compare_streams(two()[0], single)
    found = {number.name: number for number in comparison.numbers}
    assert (found["gap_s_mean"].synthetic, found["gap_s_mean"].difference) == (None, None)
    assert found["gap_over_300s_share"].is_within is False
    assert [d.name for d in comparison.distances] == ["prompt_tokens", "completion_tokens", "turns"]
    assert compare_streams(single, single).is_within


@pytest.mark.parametrize("tolerances", [{"speed": 0.1}, {"prefix_share": -0.1}, {"prefix_share": float("nan")}])
def test_tolerances_are_refused(tolerances: dict[str, float]) -> None:
    with pytest.raises(
        InputError, match=r"^a tolerance of .* is given for .*; use numbers >= 0 for prompt_tokens_mean"
    ):
        compare_streams(*two(), tolerances=tolerances)


@pytest.mark.data
def test_the_published_bills_of_the_coding_trace(data_dir: Path) -> None:
    stream = load_stream("coding_agent", data_dir / CODING, threads="main")
    five_minutes = bill_one_model(stream)
    assert five_minutes.cost_pusd / 1e12 == pytest.approx(3864.31, abs=0.005)
    assert five_minutes.usd_per_request == pytest.approx(0.0794, abs=5e-5)
    assert five_minutes.hit_share == pytest.approx(0.916, abs=5e-4)
    hour = bill_one_model(stream, prices=TokenPrices(cache_write_usd_per_mtok=6.0), ttl_s=3600)
    assert (hour.cost_pusd / 1e12, hour.hit_share) == (pytest.approx(3506, abs=0.5), pytest.approx(0.960, abs=5e-4))
    assert bill_one_model(stream, ttl_s=0).cost_pusd / 1e12 == pytest.approx(18_341, abs=0.5)


@pytest.mark.data
def test_growth_as_published_and_the_preset_beside_it(data_dir: Path) -> None:
    stream = load_stream("coding_agent", data_dir / CODING, threads="main")
    comparison = compare_streams(stream, synthesise("coding_agent", n_requests=len(stream), rng=1))
    real = {number.name: number.real for number in comparison.numbers}
    growth = [round(real[f"growth_tokens_{cut}"]) for cut in ("p05", "p50", "p90", "p99")]
    assert growth == [149, 646, 3510, 16_379]
    bare = next(n for n in comparison.numbers if n.name == "gap_over_300s_share")
    assert bare.is_within
