"""Does a price schedule hold at its hours, a discount by its rule, and an endpoint by its units?"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.catalogue import (
    Catalogue,
    load_catalogue,
    read_openrouter_endpoints,
    read_openrouter_models,
    with_endpoint_speeds,
)
from paretocode.catalogue._clock import in_window
from paretocode.catalogue.openrouter_pricing import read_pricing
from paretocode.errors import InputError

PEAK = {"utc_start": "16:30", "utc_end": "00:30", "prompt": "0.000001"}
LONG = {"min_prompt_tokens": 1000, "prompt": "0.000006", "completion": "0.00002"}
LONG_PEAK = {**LONG, **PEAK, "prompt": "0.000003"}


def read(folder: Path, *overrides: object, at: str | None = None, **pricing: object) -> Catalogue:
    path = folder / "models.json"
    prices = {"prompt": "0.000002", "completion": "0.00001", "overrides": list(overrides), **pricing}
    path.write_text(json.dumps({"data": [{"id": "a/b", "pricing": prices}]}))
    return read_openrouter_models(path, at_utc=at)


@pytest.mark.parametrize(
    ("at", "price"), [("16:29", 2.0), ("16:30", 1.0), ("23:59", 1.0), ("00:00", 1.0), ("00:29:59", 1.0), ("00:30", 2.0)]
)
def test_hours_are_half_open_and_wrap(at: str, price: float, tmp_path: Path) -> None:
    catalogue = read(tmp_path, PEAK, at=at)
    assert catalogue.prompt_usd_per_mtok.tolist() == [price]
    assert catalogue.completion_usd_per_mtok.tolist() == [10.0]
    assert catalogue.notes == ()


def test_without_a_time_the_base_price_holds_and_is_noted(tmp_path: Path) -> None:
    catalogue = read(tmp_path, PEAK, LONG_PEAK)
    assert catalogue.prompt_usd_per_mtok.tolist() == [2.0]
    assert not catalogue.price_steps
    assert set(catalogue.notes) == {"a/b has other prices from 16:30 to 00:30 UTC: left out."}


def test_conditions_join_and_later_entries_win(tmp_path: Path) -> None:
    (peak_last,) = read(tmp_path, LONG, PEAK, at="17:00").price_steps
    assert (peak_last.prompt_usd_per_mtok, peak_last.completion_usd_per_mtok) == (1.0, 20.0)
    (long_last,) = read(tmp_path, PEAK, LONG, at="17:00").price_steps
    assert (long_last.prompt_usd_per_mtok, long_last.completion_usd_per_mtok) == (6.0, 20.0)
    (both,) = read(tmp_path, LONG, LONG_PEAK, at="17:00").price_steps
    assert both.prompt_usd_per_mtok == 3.0
    (off_peak,) = read(tmp_path, LONG, LONG_PEAK, at="12:00").price_steps
    assert off_peak.prompt_usd_per_mtok == 6.0


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ({"prompt": "0.1"}, "a price override without min_prompt_tokens"),
        ({"min_prompt_tokens": -1, "prompt": "0.1"}, "a price override from -1 prompt tokens on"),
        ({**PEAK, "utc_end": "later"}, "other prices from 16:30 to later UTC"),
        ({**LONG, "weekdays": [1, 2]}, "a price override with the unknown condition weekdays"),
    ],
)
def test_a_condition_that_we_cannot_judge_leaves_the_override_out(
    override: object, reason: str, tmp_path: Path
) -> None:
    catalogue = read(tmp_path, override, at="17:00")
    assert catalogue.prompt_usd_per_mtok.tolist() == [2.0]
    assert catalogue.notes == (f"a/b has {reason}: left out.",)


def test_a_discount_multiplies_prices_and_steps(tmp_path: Path) -> None:
    catalogue = read(tmp_path, LONG, discount=0.1)
    assert catalogue.prompt_usd_per_mtok.tolist() == [1.8]
    assert catalogue.price_steps[0].prompt_usd_per_mtok == 5.4
    assert catalogue.price_steps[0].min_prompt_tokens == 1000
    listed = read_openrouter_models(tmp_path / "models.json", apply_discount=False)
    assert listed.prompt_usd_per_mtok.tolist() == [2.0]
    assert listed.notes == ("a/b has a discount of 0.1: its prices are kept as listed.",)
    odd = read(tmp_path, discount=25)
    assert odd.notes == ("a/b has a discount of 25, which is no fraction: its prices are kept as listed.",)
    whole = read(tmp_path, discount=1)  # price 0 that no id states is missing, however it came about
    assert not whole.has_price.any()


def test_a_fee_a_request_is_named(tmp_path: Path) -> None:
    assert read(tmp_path, request="0.005").notes == ("a/b also costs 0.005 USD a request: not counted.",)


def test_a_coding_index_is_read_under_a_named_definition_only(tmp_path: Path) -> None:
    path = tmp_path / "models.json"
    prices = {"prompt": "0.000002", "completion": "0.00001"}
    indexed = {"id": "a/b", "pricing": prices, "benchmarks": {"artificial_analysis": {"coding_index": 63.2}}}
    path.write_text(json.dumps([indexed, {"id": "c/d", "pricing": prices}]))
    silent = load_catalogue(path)
    assert not silent.has_score.any()
    assert silent.notes == ("1 records carry a coding index: not read, name its score_definition to read it.",)
    scored = load_catalogue(path, score_definition="aa-coding-4.1")
    assert scored.has_score.tolist() == [True, False]
    assert scored.score_definition == "aa-coding-4.1"
    assert "Artificial Analysis" in scored.attribution


@given(st.floats(0, 1440, exclude_max=True), st.integers(0, 1439), st.integers(0, 1439))
def test_a_window_and_its_rest_share_out_the_day(minute: float, start: int, end: int) -> None:
    # Oracle: step through the day from the start until the end.
    inside = in_window(minute, start, end)
    length = (end - start) % 1440 or 1440
    assert inside == ((minute - start) % 1440 < length)
    if start != end:
        assert inside != in_window(minute, end, start)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"prompt": st.integers(1, 9)},
            optional={
                "min_prompt_tokens": st.integers(0, 4),
                "utc_start": st.just("06:00"),
                "utc_end": st.just("18:00"),
            },
        ),
        max_size=5,
    ),
    st.integers(0, 6),
    st.sampled_from(["00:00", "06:00", "12:00", "18:00"]),
)
def test_steps_equal_the_rule_read_aloud(overrides: list[dict[str, object]], n_tokens: int, at: str) -> None:
    overrides = [
        {**entry, "prompt": f"0.00000{entry['prompt']}"}
        for entry in overrides
        if "min_prompt_tokens" in entry or {"utc_start", "utc_end"} <= set(entry)
    ]
    overrides = [entry for entry in overrides if ("utc_start" in entry) == ("utc_end" in entry)]
    hour = int(at[:2])
    expected = "0.00001"
    for entry in overrides:
        is_long = n_tokens > int(str(entry.get("min_prompt_tokens", -1)))
        is_now = "utc_start" not in entry or 6 <= hour < 18
        if is_long and is_now:
            expected = str(entry["prompt"])
    found = read_pricing(
        "a/b", {"prompt": "0.00001", "overrides": overrides}, minute=hour * 60, apply_discount=True, where="x"
    )
    price = found.prices["prompt_usd_per_mtok"]
    for step in found.steps:
        if n_tokens > step["min_prompt_tokens"]:
            price = step["prompt_usd_per_mtok"]
    assert price == pytest.approx(float(expected) * 1e6)


def endpoint(tag: str, prompt: str, **changed: object) -> dict[str, object]:
    return {
        "name": f"{tag} | a/b",
        "tag": tag,
        "context_length": 8192,
        "max_completion_tokens": 4096,
        "pricing": {"prompt": prompt, "completion": "0.00001", "discount": 0},
        "uptime_last_30m": 99.5,
        "latency_last_30m": {"p50": 250, "p75": 350, "p90": 480, "p99": 850},
        "throughput_last_30m": {"p50": 45.2, "p75": 38.5, "p90": 28.3, "p99": 15.1},
        **changed,
    }


def write(folder: Path, *endpoints: dict[str, object]) -> Path:
    path = folder / "endpoints.json"
    path.write_text(json.dumps({"data": {"id": "a/b", "name": "B", "endpoints": list(endpoints)}}))
    return path


def test_endpoints_in_seconds_and_tokens_per_second(tmp_path: Path) -> None:
    catalogue = load_catalogue(write(tmp_path, endpoint("x", "0.000002"), endpoint("y", "0.000001")))
    assert catalogue.keys == ("a/b@provider:x", "a/b@provider:y")
    nan = np.nan
    np.testing.assert_array_equal(catalogue.ttft_s[0], [nan, nan, 0.25, 0.35, 0.48, nan, 0.85])
    np.testing.assert_array_equal(catalogue.throughput_tps[0], [nan, nan, 45.2, 38.5, 28.3, nan, 15.1])
    assert catalogue.max_output_tokens.tolist() == [4096, 4096]


def test_without_a_key_there_is_no_speed_and_it_is_said(tmp_path: Path) -> None:
    silent = {"latency_last_30m": None, "throughput_last_30m": None, "uptime_last_30m": None}
    catalogue = load_catalogue(write(tmp_path, endpoint("x", "0.000002", **silent)))
    assert np.isnan(catalogue.throughput_tps).all()
    assert catalogue.notes == ("No endpoint states its speed: OpenRouter shows it only to calls with a key.",)


def test_uptime_is_in_percent(tmp_path: Path) -> None:
    path = write(tmp_path, endpoint("x", "0.000002"), endpoint("y", "0.000001", uptime_last_30m=80.0))
    catalogue = read_openrouter_endpoints(path, min_uptime_percent=95)
    assert catalogue.effort == ("provider:x",)
    assert catalogue.notes == ("a/b at y is left out: its uptime is 80 percent.",)


def test_a_model_gets_the_speed_of_its_cheapest_endpoint(tmp_path: Path) -> None:
    slow = {"throughput_last_30m": {"p50": 10.0}}
    endpoints = load_catalogue(
        write(tmp_path, endpoint("x", "0.000002"), endpoint("y", "0.000001", **slow), endpoint("z", "0"))
    )
    models = read(tmp_path)
    fast = with_endpoint_speeds(models, endpoints)
    assert fast.throughput_tps[0, 2] == 10.0
    assert np.isnan(models.throughput_tps).all()
    assert fast.sources["ttft_s"] == "OpenRouter /endpoints, the cheapest endpoint"


@pytest.mark.parametrize("document", [{"data": {"id": "a/b", "endpoints": 3}}, {"data": {"endpoints": []}}])
def test_another_shape_is_refused(document: object, tmp_path: Path) -> None:
    path = tmp_path / "endpoints.json"
    path.write_text(json.dumps(document))
    with pytest.raises(
        InputError, match="there is no id with a list of endpoints under data; give the file as fetched"
    ):
        read_openrouter_endpoints(path)
