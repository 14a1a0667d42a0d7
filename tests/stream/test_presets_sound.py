"""Is every made-up stream a possible one, and does it have the published figures?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from paretocode.stream import PRESETS, RequestStream, synthesise
from paretocode.stream.synthetic import Chat, lognormal

SHARES = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


@given(
    st.sampled_from(tuple(PRESETS)),
    st.integers(1, 60),
    st.integers(0, 5),
    st.booleans(),
    st.sampled_from([{}, {"window": 200_000}]),
)
def test_every_stream_is_sound(preset: str, n: int, seed: int, closed_loop: bool, more: dict[str, int]) -> None:
    stream = synthesise(preset, n_requests=n, parameters={"closed_loop": closed_loop, **more}, rng=seed)
    assert len(stream) == n
    assert (stream.prefix_tokens[stream.is_first] == 0).all()
    later = np.flatnonzero(~stream.is_first)
    before = stream.prompt_tokens[later - 1]
    assert (stream.prefix_tokens[later] <= np.minimum(before, stream.prompt_tokens[later])).all()
    assert (stream.gap_s[later] > 0).all()
    assert (np.diff(stream.time_s[stream.is_first]) >= 0).all()
    assert min(stream.prompt_tokens.min(), stream.completion_tokens.min()) >= 1
    assert stream.prompt_tokens.max() <= (more.get("window") or PRESETS[preset]().window)
    assert synthesise(preset, n_sessions=n, rng=seed).n_sessions == n


def test_a_chat_sends_the_answer_back() -> None:
    preset = Chat(turns_mean=5.0, message=lognormal(10.0, 1e-9))
    stream = synthesise(preset, n_sessions=200, rng=1)
    later = np.flatnonzero(~stream.is_first)
    grown = stream.prompt_tokens[later] - stream.prompt_tokens[later - 1]
    assert np.abs(grown - stream.completion_tokens[later - 1] - 10).max() <= 1  # prompts are rounded
    assert (stream.prefix_tokens[later] == stream.prompt_tokens[later - 1]).all()


def test_a_full_window_keeps_the_head_alone() -> None:
    preset = Chat(turns_mean=20.0, first_input=lognormal(900.0, 1e-9), window=1_000, head_tokens=50)
    stream = synthesise(preset, n_sessions=20, rng=1)
    full = stream.prompt_tokens == 1_000
    assert full.any()
    assert (stream.prefix_tokens[full & ~stream.is_first] == 50).all()
    assert (stream.prompt_tokens[~full & ~stream.is_first] < 1_000).all()


def test_reasoning_is_not_sent_again() -> None:
    stream = synthesise("reasoning", n_sessions=40_000, rng=1)
    later = np.flatnonzero(~stream.is_first)
    grown = stream.prompt_tokens[later] - stream.prompt_tokens[later - 1] - 49.46  # the mean message
    kept = grown.sum() / stream.completion_tokens[later - 1].sum()
    # Shares of reasoning average .70 between the two published heaps; the rest goes back.
    assert kept == pytest.approx(0.30, abs=0.02)
    assert np.bincount(np.bincount(stream.session)).size == 4


@pytest.fixture(scope="module")
def rag() -> RequestStream:
    return synthesise("rag", n_requests=300_000, rng=1)


def test_rag_against_its_table(rag: RequestStream) -> None:
    assert np.quantile(rag.prompt_tokens, SHARES) == pytest.approx([1055, 2754, 3140, 3437, 3959, 4425, 5438], rel=0.03)
    assert rag.prompt_tokens.mean() == pytest.approx(2_944, rel=0.02)
    assert np.quantile(rag.completion_tokens, SHARES) == pytest.approx([66, 131, 234, 385, 563, 670, 891], rel=0.03)
    assert rag.completion_tokens.mean() == pytest.approx(283, rel=0.02)
    gaps = rag.gap_s[~rag.is_first]
    assert np.quantile(gaps, (0.1, 0.25, 0.5, 0.75, 0.9, 0.95)) == pytest.approx([15, 23, 40, 89, 301, 1024], rel=0.08)
    turns = np.bincount(rag.session)
    assert turns.mean() == pytest.approx(1.78, rel=0.02)
    assert np.mean(turns > 1) == pytest.approx(0.41, abs=0.035)
    assert rag.prefix_tokens.sum() / rag.prompt_tokens.sum() == pytest.approx(0.314, abs=0.01)
    assert len(rag) / rag.time_s[rag.is_first][-1] == pytest.approx(0.0118, rel=0.03)
    # Later prompts grow whatever the answer was, so the correlation of all requests is a little below the first turn's.
    first = rag.is_first
    assert spearmanr(rag.prompt_tokens[first], rag.completion_tokens[first]).statistic == pytest.approx(0.42, abs=0.02)
    assert spearmanr(rag.prompt_tokens, rag.completion_tokens).statistic == pytest.approx(0.42, abs=0.06)


def test_rag_follows_its_hours(rag: RequestStream) -> None:
    hour = np.bincount((rag.time_s // 3600).astype(int) % 24, minlength=24)
    assert hour.max() / hour.mean() == pytest.approx(485 / 296, rel=0.05)
    assert hour.min() / hour.mean() == pytest.approx(20 / 296, abs=0.03)


@pytest.mark.parametrize(
    ("preset", "prompt", "completion"),
    [("api_mix", (601, 2404, 914), (53, 539, 155)), ("reasoning", (208, 6714, 1268), (792, 5701, 1527))],
)
def test_servegen_tables(preset: str, prompt: tuple[int, int, int], completion: tuple[int, int, int]) -> None:
    stream = synthesise(preset, n_sessions=400_000, rng=1)
    for tokens, (p50, p95, mean) in (
        (stream.prompt_tokens[stream.is_first], prompt),
        (stream.completion_tokens, completion),
    ):
        assert np.quantile(tokens, (0.5, 0.95)) == pytest.approx((p50, p95), rel=0.03)
        assert tokens.mean() == pytest.approx(mean, rel=0.02)


def test_reasoning_shares_have_their_published_percentiles() -> None:
    odds = PRESETS["reasoning"]().reasoning_odds.draw(200_000, np.random.default_rng(1))
    assert np.quantile(odds / (1 + odds), (0.05, 0.5, 0.95)) == pytest.approx((0.32, 0.76, 0.97), abs=0.015)


def test_chat_gaps_and_turns_are_those_of_mooncake() -> None:
    stream = synthesise("chat", n_sessions=200_000, rng=1)
    gaps = stream.gap_s[~stream.is_first]
    # The published lognormal is .036 away from the trace; its percentiles are therefore not the trace's.
    assert np.quantile(gaps, (0.1, 0.25, 0.5, 0.75, 0.9)) == pytest.approx([39, 66, 123, 267, 474], rel=0.08)
    assert np.bincount(stream.session).mean() == pytest.approx(1.49, rel=0.02)
