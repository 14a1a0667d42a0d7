"""Known bills of 48,658 real coding-agent requests: fixed models, and random jumps between three."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from paretocode.sim import PrefixCache, bill, random_jump_models
from paretocode.sim.billing import exact_sum
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


@pytest.mark.parametrize(
    ("probability", "usd", "token_hit"), [(0.0, 3885, 0.916), (0.05, 4664, 0.877), (0.2, 6018, 0.812)]
)
def test_random_jumps(stream: RequestStream, probability: float, usd: float, token_hit: float) -> None:
    bills, hits = [], []
    for seed in range(40):
        models = random_jump_models(stream, n_models=3, jump_probability=probability, rng=seed)
        billed = bill(stream, models, THREE, FIVE_MINUTES)
        bills.append(exact_sum(billed.cost_pusd) / 1e12)
        hits.append(billed.cached_tokens.sum() / stream.prompt_tokens.sum())
    assert np.mean(bills) == pytest.approx(usd, rel=0.02)
    assert np.mean(hits) == pytest.approx(token_hit, abs=0.003)


def test_five_percent_of_jumps_add_a_fifth_to_the_bill(stream: RequestStream) -> None:
    def mean_bill(probability: float) -> float:
        return float(
            np.mean(
                [
                    bill_usd(stream, random_jump_models(stream, n_models=3, jump_probability=probability, rng=seed))
                    for seed in range(40)
                ]
            )
        )

    assert mean_bill(0.05) / mean_bill(0.0) - 1 == pytest.approx(0.20, abs=0.03)
