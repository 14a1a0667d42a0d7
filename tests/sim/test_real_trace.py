"""Known bills of 48,658 real coding-agent requests: fixed models, and random jumps between three."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paretocode.sim import NO_CACHE, PrefixCache, bill, random_jump_models
from paretocode.sim.billing import billed, exact_sum, tariff
from paretocode.sim.cache import lag1_cached_tokens
from paretocode.stream import RequestStream, read_coding_agent
from strategies import catalogue_of

pytestmark = pytest.mark.data

THREE = catalogue_of(
    {
        "model_id": ["haiku", "sonnet", "opus"],
        "prompt_usd_per_mtok": [1.0, 3.0, 5.0],
        "completion_usd_per_mtok": [5.0, 15.0, 25.0],
        "cache_read_usd_per_mtok": [0.1, 0.3, 0.5],
        "cache_write_usd_per_mtok": [1.25, 3.75, 6.25],
    }
)
FIVE_MINUTES = PrefixCache(ttl_s=300, min_tokens=0)


@pytest.fixture(scope="module")
def stream(data_dir: Path) -> RequestStream:
    path = data_dir / "traces" / "claude_code_weka_requests_nohash_derived.parquet"
    return read_coding_agent(path, threads="main")


def bill_usd(stream: RequestStream, models: np.ndarray) -> float:
    return exact_sum(bill(stream, models, THREE, FIVE_MINUTES).cost_pusd) / 1e12


@pytest.mark.parametrize(("model", "usd"), [(0, 1288), (1, 3864), (2, 6441)])
def test_one_model_throughout(stream: RequestStream, model: int, usd: float) -> None:
    assert len(stream) == 48_658
    models = np.full(len(stream), model)
    assert bill_usd(stream, models) == pytest.approx(usd, rel=0.001)
    cached = bill(stream, models, THREE, FIVE_MINUTES).cached_tokens
    assert cached.sum() / stream.prompt_tokens.sum() == pytest.approx(0.916, abs=0.0005)


ONE_HOUR = PrefixCache(ttl_s=3600, min_tokens=0, write_to_prompt=2.0)
N_SEEDS = 24


def mean_bill(
    stream: RequestStream, probability: float, cache: PrefixCache = FIVE_MINUTES, *, n_models: int = 3
) -> tuple[float, float]:
    """Return the mean bill [USD] and token hit share over seeds."""
    bills, hits = [], []
    for seed in range(N_SEEDS):
        models = random_jump_models(stream, n_models=n_models, jump_probability=probability, rng=seed)
        billed = bill(stream, models, THREE, cache)
        bills.append(exact_sum(billed.cost_pusd) / 1e12)
        hits.append(billed.cached_tokens.sum() / stream.prompt_tokens.sum())
    return float(np.mean(bills)), float(np.mean(hits))


def test_without_caches_and_with_an_hours_cache(stream: RequestStream) -> None:
    sonnet = np.full(len(stream), 1)
    assert exact_sum(bill(stream, sonnet, THREE, NO_CACHE).cost_pusd) / 1e12 == pytest.approx(18_341, abs=1)
    billed = bill(stream, sonnet, THREE, ONE_HOUR)
    assert exact_sum(billed.cost_pusd) / 1e12 == pytest.approx(3506, abs=1)
    assert billed.cached_tokens.sum() / stream.prompt_tokens.sum() == pytest.approx(0.960, abs=0.0005)


@pytest.mark.parametrize(
    ("probability", "usd", "token_hit"),
    [
        (0.0, 3885, 0.916),
        (0.01, 4061, 0.907),
        (0.02, 4221, 0.899),
        (0.05, 4664, 0.877),
        (0.1, 5252, 0.849),
        (0.2, 6018, 0.812),
        (0.5, 6907, 0.769),
    ],
)
def test_random_jumps(stream: RequestStream, probability: float, usd: float, token_hit: float) -> None:
    mean_usd, mean_hit = mean_bill(stream, probability)
    assert mean_usd == pytest.approx(usd, rel=0.02)
    assert mean_hit == pytest.approx(token_hit, abs=0.003)


@pytest.mark.parametrize(("probability", "usd"), [(0.05, 4555), (0.5, 5870)])
def test_random_jumps_with_an_hours_cache(stream: RequestStream, probability: float, usd: float) -> None:
    assert mean_bill(stream, probability, ONE_HOUR)[0] == pytest.approx(usd, rel=0.02)


def test_flipping_on_half_the_turns_saves_4_percent_not_33(stream: RequestStream) -> None:
    sonnet = bill_usd(stream, np.full(len(stream), 1))
    flipping, _ = mean_bill(stream, 0.5, n_models=2)
    assert 1 - flipping / sonnet == pytest.approx(0.044, abs=0.01)
    blind = [
        exact_sum(
            bill(
                stream, random_jump_models(stream, n_models=2, jump_probability=0.5, rng=seed), THREE, NO_CACHE
            ).cost_pusd
        )
        for seed in range(N_SEEDS)
    ]
    sonnet_blind = exact_sum(bill(stream, np.full(len(stream), 1), THREE, NO_CACHE).cost_pusd)
    assert 1 - np.mean(blind) / sonnet_blind == pytest.approx(0.33, abs=0.01)


@pytest.mark.parametrize(
    ("probability", "bias"), [(0.01, 0.002), (0.02, 0.006), (0.05, 0.030), (0.1, 0.095), (0.2, 0.27), (0.5, 0.93)]
)
def test_remembering_only_the_turn_before_overstates_the_bill(
    stream: RequestStream, probability: float, bias: float
) -> None:
    prepared = tariff(THREE, FIVE_MINUTES)
    found = []
    for seed in range(8):
        models = random_jump_models(stream, n_models=3, jump_probability=probability, rng=seed)
        cached = lag1_cached_tokens(stream, models, prepared.rules)
        pessimistic = exact_sum(billed(stream, models, cached, prepared).cost_pusd)
        found.append(pessimistic / exact_sum(bill(stream, models, THREE, FIVE_MINUTES).cost_pusd) - 1)
    assert np.mean(found) == pytest.approx(bias, rel=0.06, abs=0.002)


def test_five_percent_of_jumps_add_a_fifth_to_the_bill(stream: RequestStream) -> None:
    assert mean_bill(stream, 0.05)[0] / mean_bill(stream, 0.0)[0] - 1 == pytest.approx(0.20, abs=0.03)
