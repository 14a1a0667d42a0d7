"""Do made-up chats and completions cost what Azure's logs cost?

Azure names no sessions, so like is compared with like: one turn a session, at the log's rate, all hours alike (each
log shows one hour). A chat with turns sends longer prompts; that is the preset's assumption and no trace can test it.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_2samp

from paretocode.stream import RequestStream, read_azure, synthesise
from paretocode.stream.synthetic import FLAT_HOURS, MOONCAKE_CHAT

pytestmark = pytest.mark.data
ALIKE: dict[str, dict[str, Any]] = {
    "conv": {"turns_mean": 1.0, "sessions_per_hour": 5.530 * 3600, "hourly": FLAT_HOURS},
    "code": {"hourly": FLAT_HOURS},
}
PRESET = {"conv": "chat", "code": "completion"}


@pytest.fixture(scope="module", params=["conv", "code"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def real(kind: str, data_dir: Path) -> RequestStream:
    return read_azure(data_dir / f"traces/azure_llm_2023_{kind}.csv.gz")


@pytest.fixture(scope="module")
def ours(kind: str) -> RequestStream:
    return synthesise(PRESET[kind], n_requests=300_000, parameters=ALIKE[kind], rng=1)


def usd_per_request(stream: RequestStream) -> float:
    """At 3 and 15 USD per million tokens, without a cache: without sessions nothing is sent twice."""
    return float(np.mean(3 * stream.prompt_tokens + 15 * stream.completion_tokens)) / 1e6


def variation(stream: RequestStream) -> float:
    gaps = np.diff(np.sort(stream.time_s))
    return float(gaps.std() / gaps.mean())


def test_cost_and_means(real: RequestStream, ours: RequestStream) -> None:
    assert usd_per_request(ours) == pytest.approx(usd_per_request(real), rel=0.02)
    assert ours.prompt_tokens.mean() == pytest.approx(real.prompt_tokens.mean(), rel=0.02)
    assert ours.completion_tokens.mean() == pytest.approx(real.completion_tokens.mean(), rel=0.02)


def test_distances_of_the_laws(kind: str, real: RequestStream, ours: RequestStream) -> None:
    # Greatest difference of the distribution functions, as docs/synthetic_streams.md states them.
    prompt, completion, gap = {"conv": (0.05, 0.035, 0.025), "code": (0.03, 0.025, 0.14)}[kind]
    assert ks_2samp(real.prompt_tokens, ours.prompt_tokens).statistic < prompt
    assert ks_2samp(real.completion_tokens, ours.completion_tokens).statistic < completion
    assert ks_2samp(np.diff(np.sort(real.time_s)), np.diff(np.sort(ours.time_s))).statistic < gap


def test_quantiles(kind: str, real: RequestStream, ours: RequestStream) -> None:
    shares = (0.05, 0.25, 0.5, 0.75, 0.9)
    for name, distance in (("prompt_tokens", 0.12), ("completion_tokens", 0.05)):
        wanted = np.quantile(getattr(real, name), shares)
        assert np.quantile(getattr(ours, name), shares) == pytest.approx(wanted, rel=distance), (kind, name)


def test_rate_and_bursts(kind: str, real: RequestStream, ours: RequestStream) -> None:
    rate = len(real) / real.time_s.max()
    assert len(ours) / (ours.time_s.max() - ours.time_s.min()) == pytest.approx(rate, rel=0.06)
    # A few silences make the code trace's variation of 13; a single sample of it scatters.
    assert variation(ours) == pytest.approx(variation(real), rel={"conv": 0.05, "code": 0.35}[kind])


def test_the_longer_chats_of_mooncake(data_dir: Path) -> None:
    with gzip.open(data_dir / "traces/mooncake_fast25_conversation_trace.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    ours = synthesise("chat", n_requests=300_000, parameters={**MOONCAKE_CHAT, "turns_mean": 1.0}, rng=1)
    for column, key, distance in (
        (ours.prompt_tokens, "input_length", 0.05),
        (ours.completion_tokens, "output_length", 0.03),
    ):
        real = np.array([row[key] for row in rows])
        assert ks_2samp(real, column).statistic < distance
        assert column.mean() == pytest.approx(real.mean(), rel=0.06)
