"""Does a closed loop wait for its answers without losing the measured gaps?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.stream import PRESETS, RequestStream, synthesise
from paretocode.stream.synthetic import Responder
from paretocode.stream.synthetic.responder import LEAST_THINK_S, gaps_that_hold

pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=12)


def think_s(stream: RequestStream) -> np.ndarray:
    """Return the time from each answer to the session's next request [s]."""
    later = np.flatnonzero(~stream.is_first)
    assert stream.logged is not None
    return stream.gap_s[later] - stream.logged.answer_s[later - 1]


@given(pairs, st.integers(0, 3))
def test_gaps_hold_their_answers_and_keep_their_law(rows: list[tuple[int, int]], seed: int) -> None:
    gap, answer = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    before = gap.copy()
    dealt = gaps_that_hold(gap, answer, np.random.default_rng(seed))
    assert (gap == before).all()
    assert (dealt >= answer + LEAST_THINK_S).all()
    # Whatever was not lengthened is one of the old gaps, each used once.
    waited = dealt == answer + LEAST_THINK_S
    left = before.tolist()
    for value in dealt[~waited].tolist():
        left.remove(value)
    assert len(left) == waited.sum()
    assert (np.sort(dealt) >= np.sort(before)).all()
    if (before >= answer + LEAST_THINK_S).all():
        assert (dealt == before).all()


@pytest.mark.parametrize("seed", range(8))
def test_a_gap_is_never_traded_for_another_shortage(seed: int) -> None:
    # Every answer takes 5 s: whoever takes the gap of 1 s is short, so the first row waits and the others keep theirs.
    dealt = gaps_that_hold(np.array([1.0, 10.0, 20.0]), np.full(3, 5.0), np.random.default_rng(seed))
    assert dealt.tolist() == [5.002, 10.0, 20.0]


@pytest.mark.parametrize(
    ("preset", "lengthened"), [("coding_agent", 0.01), ("chat", 0.001), ("reasoning", 0.005), ("rag", 0.002)]
)
def test_the_start_to_start_law_survives(preset: str, lengthened: float) -> None:
    gaps = []
    for closed_loop in (False, True):
        stream = synthesise(preset, n_requests=100_000, parameters={"closed_loop": closed_loop}, rng=3)
        gaps.append(stream.gap_s[~stream.is_first])
    assert (think_s(stream) > 0).all()
    shares = (0.05, 0.25, 0.5, 0.75, 0.95)
    assert np.quantile(gaps[1], shares) == pytest.approx(np.quantile(gaps[0], shares), rel=0.03)
    assert np.mean(gaps[1] > 300) == pytest.approx(np.mean(gaps[0] > 300), abs=0.001)
    # Both are sorted by size, so what differs by more than the clock's rounding is what had to wait.
    assert np.mean(np.sort(gaps[1]) - np.sort(gaps[0]) > 1) < 5 * lengthened
    assert np.mean(think_s(stream) <= 2 * LEAST_THINK_S) < lengthened


@pytest.mark.parametrize("preset", PRESETS)
def test_open_streams_say_nothing_of_answers_and_closed_ones_all(preset: str) -> None:
    assert synthesise(preset, n_requests=200, rng=1).logged is None
    closed = synthesise(preset, n_requests=200, parameters={"closed_loop": True}, rng=1)
    assert closed.logged is not None
    assert (closed.logged.answer_s > 0).all()
    assert closed.notes[-1] == "answer times are those of a nominal responder"
    assert closed.digest == synthesise(preset, n_requests=200, parameters={"closed_loop": True}, rng=1).digest


def test_a_closed_loop_changes_nothing_but_times_and_reuse() -> None:
    opened, closed = (
        synthesise("coding_agent", n_sessions=50, parameters={"closed_loop": loop}, rng=2) for loop in (False, True)
    )
    assert (opened.prompt_tokens == closed.prompt_tokens).all()
    assert (opened.completion_tokens == closed.completion_tokens).all()
    assert (opened.time_s[opened.is_first] == closed.time_s[closed.is_first]).all()


def test_the_responder_has_its_percentiles() -> None:
    rng = np.random.default_rng(1)
    responder = Responder()
    none = responder.answer_s(np.zeros(200_000, dtype=np.int64), rng)
    assert np.quantile(none, (0.5, 0.9)) == pytest.approx((2.0, 3.8), rel=0.02)
    long = responder.answer_s(np.full(200_000, 6_000_000), rng)
    assert 6_000_000 / np.quantile(long, (0.5, 0.9)) == pytest.approx((60.0, 45.0), rel=0.02)


@pytest.mark.data
def test_think_times_are_those_that_were_measured(data_dir: Path) -> None:
    import duckdb

    trace = data_dir / "traces/claude_code_weka_requests_nohash_derived.parquet"
    rows = duckdb.execute("SELECT think_time FROM read_parquet(?) WHERE agent_id IS NULL", [str(trace)]).fetchnumpy()
    real = np.asarray(np.ma.compressed(np.ma.masked_invalid(rows["think_time"])), dtype=np.float64)
    ours = think_s(synthesise("coding_agent", n_requests=300_000, parameters={"closed_loop": True}, rng=1))
    # The trace's own 25th, 50th and 75th percentiles are 6, 10 and 34 s; nothing here was fitted to them.
    assert np.median(ours) == pytest.approx(np.median(real), rel=0.1)
    assert np.quantile(ours, (0.25, 0.75)) == pytest.approx(np.quantile(real, (0.25, 0.75)), rel=0.3)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"ttft_p50_s": 0}, "ttft_p50_s is 0, which is not positive; correct it."),
        ({"tokens_per_s_slow": 61}, "tokens_per_s_slow is 61 and tokens_per_s_p50 60; give the smaller speed as slow."),
    ],
)
def test_refusals(settings: dict[str, float], sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        Responder(**settings)
    assert str(refusal.value) == f"responder: {sentence}"
