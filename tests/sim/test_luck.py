"""Luck: one draw a request, made before any map is seen; its law, its seed, its correlation, its hash."""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.sim.luck import LEVEL_NORMALS, N_LEVELS, SESSION_CORRELATION, Luck, draw_luck, mixed_bits
from paretocode.stream.stream import RequestStream, request_stream

N_SESSIONS, N_TURNS = 400, 50


def long_stream() -> RequestStream:
    session = np.repeat(np.arange(N_SESSIONS), N_TURNS)
    times = np.tile(np.arange(N_TURNS), N_SESSIONS)
    ones = np.ones(len(session))
    return request_stream(session=session, time_s=times, prompt_tokens=ones, completion_tokens=ones)


def lag1(levels: np.ndarray) -> float:
    """Return the correlation of normal scores between consecutive requests of a session."""
    normal = LEVEL_NORMALS[levels].reshape(N_SESSIONS, N_TURNS)
    return float(np.corrcoef(normal[:, :-1].ravel(), normal[:, 1:].ravel())[0, 1])


def as_bytes(luck: Luck) -> tuple[bytes, ...]:
    return luck.ttft.tobytes(), luck.throughput.tobytes(), luck.bits.tobytes()


def test_levels_are_the_middles_of_equal_steps() -> None:
    assert len(LEVEL_NORMALS) == N_LEVELS
    assert (np.diff(LEVEL_NORMALS) > 0).all()
    assert np.abs(LEVEL_NORMALS + LEVEL_NORMALS[::-1]).max() < 1e-9


def test_same_seed_same_bytes_and_another_seed_others() -> None:
    stream = long_stream()
    assert as_bytes(draw_luck(stream, rng=3)) == as_bytes(draw_luck(stream, rng=np.random.default_rng(3)))
    assert not set(as_bytes(draw_luck(stream, rng=3))) & set(as_bytes(draw_luck(stream, rng=4)))


def test_luck_reads_sessions_and_nothing_else() -> None:
    stream = long_stream()
    other = stream.replace(prompt_tokens=stream.prompt_tokens * 9, time_s=stream.time_s * 7)
    assert as_bytes(draw_luck(stream, rng=3)) == as_bytes(draw_luck(other, rng=3))


@pytest.mark.parametrize("correlation", [0.0, SESSION_CORRELATION, 0.9])
def test_luck_runs_on_within_a_session(correlation: float) -> None:
    luck = draw_luck(long_stream(), rng=3, correlation=correlation)
    # 400 x 49 pairs: an estimate of a lag-1 correlation is within .05 of it even where pairs repeat each other.
    assert lag1(luck.ttft) == pytest.approx(correlation, abs=0.05)
    assert lag1(luck.throughput) == pytest.approx(correlation, abs=0.05)
    both = LEVEL_NORMALS[luck.ttft], LEVEL_NORMALS[luck.throughput]
    assert np.corrcoef(*both)[0, 1] == pytest.approx(0, abs=0.06)


@pytest.mark.parametrize("correlation", [0.0, SESSION_CORRELATION, 0.9])
def test_every_turn_of_a_session_has_the_same_law(correlation: float) -> None:
    luck = draw_luck(long_stream(), rng=3, correlation=correlation)
    for turn in (0, 1, N_TURNS - 1):
        quantile = (luck.ttft.reshape(N_SESSIONS, N_TURNS)[:, turn] + 0.5) / N_LEVELS
        # Standard errors of 400 uniform draws: .0144 of the mean, .0075 of the deviation; four of each.
        assert quantile.mean() == pytest.approx(0.5, abs=0.06)
        assert quantile.std() == pytest.approx(1 / np.sqrt(12), abs=0.03)


def test_the_autoregression_is_its_definition() -> None:
    stream, r = long_stream(), 0.6
    free = draw_luck(stream, rng=3, correlation=0.0)
    tied = draw_luck(stream, rng=3, correlation=r)
    fresh = LEVEL_NORMALS[free.ttft].reshape(N_SESSIONS, N_TURNS)
    expected = np.empty_like(fresh)
    expected[:, 0] = fresh[:, 0]
    for turn in range(1, N_TURNS):
        expected[:, turn] = r * expected[:, turn - 1] + np.sqrt(1 - r * r) * fresh[:, turn]
    found = LEVEL_NORMALS[tied.ttft].reshape(N_SESSIONS, N_TURNS)
    # Levels round the scores, by half of .055 at a score of 3; sessions that went further are left out.
    inside = (np.abs(fresh).max(axis=1, keepdims=True) < 3) & (np.abs(expected) < 2.5)
    assert inside.mean() > 0.8
    assert np.abs(found - expected)[inside].max() < 0.03


def test_a_single_request_and_a_part() -> None:
    one = request_stream(session=[0], time_s=[0], prompt_tokens=[1], completion_tokens=[1])
    assert draw_luck(one, rng=0).ttft.shape == (1,)
    whole = draw_luck(long_stream(), rng=0)
    part = whole.take(slice(100, 150))
    assert part.bits.tolist() == whole.bits[100:150].tolist()
    part.check_length(50)
    with pytest.raises(InputError, match="the luck has 50 draws and the stream 51 requests"):
        part.check_length(51)


@pytest.mark.parametrize("correlation", [-0.1, 1.0, float("nan")])
def test_impossible_correlations_are_refused(correlation: float) -> None:
    with pytest.raises(InputError, match=r"the correlation of luck is .*; give a number from 0 to below 1"):
        draw_luck(long_stream(), rng=0, correlation=correlation)


def test_luck_cannot_be_written() -> None:
    luck = draw_luck(long_stream(), rng=0)
    for column in (luck.ttft, luck.throughput, luck.bits):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1


def test_mixed_bits_are_those_of_splitmix64() -> None:
    # The first numbers of seed 1234567, as Rosetta Code's page on SplitMix64 lists them.
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert [mixed_bits(1234567, draw) for draw in range(4)] == published


def test_mixed_bits_are_even_over_draws_and_requests() -> None:
    words = np.array([mixed_bits(bits, draw) >> 32 for bits in range(300) for draw in range(1, 31)]) / 2**32
    # 9,000 uniform draws: four standard errors of the mean are .0122; shares below .05 and .5 likewise.
    assert words.mean() == pytest.approx(0.5, abs=0.0122)
    assert (words < 0.05).mean() == pytest.approx(0.05, abs=0.0092)
    assert (words < 0.5).mean() == pytest.approx(0.5, abs=0.0211)
