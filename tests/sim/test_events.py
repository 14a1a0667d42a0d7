"""Replays of events worked out by hand, to the microsecond: limits, waits, outages and lines."""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.sim import UNSERVED
from paretocode.sim.events import Failure
from paretocode.sim.events.world import JITTER_DRAW
from paretocode.sim.luck import mixed_bits
from paretocode.sim.operations import ModelOperations, Operations
from sim.by_the_event import DARK, ENGINES, MICRO, A, B, alone, bits_with_jitter, happen

pytestmark = pytest.mark.parametrize("engine", ENGINES)


def test_nothing_happens_in_calm_weather(engine: str) -> None:
    found = happen(engine, Operations(), times=[0, 5], prompts=[100, 0])
    assert found.outcome.latency_us.tolist() == [2 * MICRO + 100 * 17, 2 * MICRO]
    assert found.run.cost_pusd.tolist() == [100 * MICRO + 10 * 2 * MICRO, 10 * 2 * MICRO]
    assert (found.outcome.n_attempts.tolist(), found.outcome.failure.tolist()) == ([1, 1], [Failure.NONE] * 2)


def test_a_bucket_of_requests_refills_to_the_microsecond(engine: str) -> None:
    # Three a minute is one each 20 s; the bucket starts full with three.
    times = [0, 0, 0, 0, 19.999999, 20, 20, 40, 1000, 1000, 1000, 1000]
    found = happen(engine, alone(ModelOperations(requests_per_minute=3)), times=times, n_fallbacks=0)
    assert found.outcome.model.tolist() == [A, A, A, -1, -1, A, -1, A, A, A, A, -1]
    refused = [Failure.RATE_LIMIT if model == UNSERVED else Failure.NONE for model in found.outcome.model.tolist()]
    assert found.outcome.failure.tolist() == refused


def test_a_bucket_of_tokens_counts_prompt_and_completion(engine: str) -> None:
    # Seven a minute is one each 8.571428571... s.
    found = happen(
        engine, alone(ModelOperations(tokens_per_minute=7)), times=[0, 8.571428, 8.571429], tokens=[4, 1, 1],
        prompts=[3, 0, 0], n_fallbacks=0,
    )  # fmt: skip
    assert found.outcome.model.tolist() == [A, UNSERVED, A]


def test_retry_after_is_rounded_up(engine: str) -> None:
    limited = ModelOperations(tokens_per_minute=7)
    found = happen(
        engine, alone(limited, n_retries=1, backoff_s=0.0), times=[0, 0], tokens=[7, 1], n_fallbacks=0
    )  # fmt: skip
    assert found.outcome.latency_us.tolist() == [1_700_000, 8_571_429 + 1_100_000]
    assert found.outcome.n_attempts.tolist() == [1, 2]
    assert found.outcome.failure.tolist() == [Failure.NONE, Failure.RATE_LIMIT]


def test_the_wait_ends_when_the_first_of_the_limits_opens(engine: str) -> None:
    # a opens every 30 s, b every 20 s: both taken at 0, the third request waits for b and asks a before it.
    operations = Operations(
        models={"a": ModelOperations(requests_per_minute=2), "b": ModelOperations(requests_per_minute=3)},
        n_retries=1, backoff_s=0.0, crosses_tiers=False,
    )  # fmt: skip
    found = happen(engine, operations, times=[0] * 6)
    assert found.outcome.model.tolist() == [A, A, B, B, B, B]
    assert found.outcome.latency_us.tolist() == [2 * MICRO] * 5 + [22 * MICRO]
    assert found.outcome.n_attempts.tolist() == [1, 1, 2, 2, 2, 4]


@pytest.mark.parametrize(("jitter", "waited_us"), [(0, 10_000_000), (65_535, 19_999_847)])
def test_backoff_is_half_fixed_and_half_jitter(engine: str, jitter: int, waited_us: int) -> None:
    # b = 20 s: at least 10 s; at most 10 s x 65,535 / 65,536 more, rounded down.
    outage = ModelOperations(outages=((0.0, 10.0),))
    found = happen(
        engine, alone(outage, n_retries=1, backoff_s=20.0), times=[0], bits=[bits_with_jitter(jitter)], n_fallbacks=0
    )
    assert found.outcome.latency_us.tolist() == [waited_us + 2 * MICRO]


def test_backoff_doubles_up_to_its_limit(engine: str) -> None:
    outage = ModelOperations(outages=((0.0, 40.0),))
    patience = {"n_retries": 4, "backoff_s": 8.0, "longest_backoff_s": 20.0}
    bits = bits_with_jitter(0)
    found = happen(engine, alone(outage, **patience), times=[0], bits=[bits], n_fallbacks=0)
    jitters = [mixed_bits(bits, JITTER_DRAW + round_) >> 48 for round_ in range(4)]
    halves = [4 * MICRO, 8 * MICRO, 10 * MICRO, 10 * MICRO]
    waits = [half + half * jitter // 65_536 for half, jitter in zip(halves, jitters, strict=True)]
    assert sum(waits[:3]) < 40 * MICRO <= sum(waits)
    assert found.outcome.latency_us.tolist() == [sum(waits) + 2 * MICRO]
    assert found.outcome.n_attempts.tolist() == [5]


def test_after_an_outage_a_model_is_passed_over_and_then_probed(engine: str) -> None:
    operations = Operations(models={"a": DARK}, failure_s=1.0, avoid_s=30.0)
    # The call at 0 s shows the outage at 1 s; who calls before pays too. It is forgotten at 31 s: the next call probes,
    # shows at 32 s, and from then on a is passed over again.
    found = happen(engine, operations, times=[0, 0.5, 0.999999, 1, 30.999999, 31, 31.999999, 32, 61.999999, 62])
    assert found.outcome.model.tolist() == [B] * 10
    paid = [True, True, True, False, False, True, True, False, False, True]
    assert found.outcome.n_attempts.tolist() == [2 if pays else 1 for pays in paid]
    assert found.outcome.latency_us.tolist() == [(3 if pays else 2) * MICRO for pays in paid]
    assert found.outcome.failure.tolist() == [Failure.OUTAGE] * 10


def test_an_outage_is_half_open(engine: str) -> None:
    windows = ModelOperations(outages=((5.0, 10.0), (10.0, 12.0), (20.0, 21.0)))
    found = happen(engine, alone(windows), times=[4.999999, 5, 10, 11.999999, 12, 20, 21], n_fallbacks=0)
    assert found.outcome.model.tolist() == [A, -1, -1, -1, A, -1, A]


def test_who_waits_first_is_served_first(engine: str) -> None:
    # Row 2 comes at 1 s, before row 1 at 1.5 s; the slot is free at 2 s and at 4 s.
    found = happen(engine, alone(ModelOperations(slots=1)), times=[0, 1.5, 1], n_fallbacks=0)
    assert found.outcome.latency_us.tolist() == [2_000_000, 4_500_000, 3_000_000]
    assert found.outcome.n_attempts.tolist() == [1, 1, 1]


def test_two_slots_serve_two_at_a_time(engine: str) -> None:
    found = happen(
        engine, alone(ModelOperations(slots=2)), times=[0, 0, 1, 1, 1], tokens=[10, 30, 10, 10, 0], n_fallbacks=0
    )
    # Free at 2 s (row 2 until 4 s), at 4 s from both (rows 3 and 4, which takes 1 s).
    assert found.outcome.latency_us.tolist() == [2_000_000, 4_000_000, 3_000_000, 5_000_000, 4_000_000]


def test_a_line_has_an_end_and_ends_of_calls_come_first(engine: str) -> None:
    # Nobody may wait: at 1.999999 s the slot is busy, at 2 s the call has just ended.
    found = happen(
        engine, alone(ModelOperations(slots=1, longest_queue=0)), times=[0, 1.999999, 2, 2], n_fallbacks=0
    )  # fmt: skip
    assert found.outcome.model.tolist() == [A, UNSERVED, A, UNSERVED]
    assert found.outcome.failure.tolist() == [Failure.NONE, Failure.BUSY, Failure.NONE, Failure.BUSY]
    waits = happen(engine, alone(ModelOperations(slots=1, longest_queue=1)), times=[0, 1, 1], n_fallbacks=0)
    assert waits.outcome.model.tolist() == [A, A, UNSERVED]


def test_concurrency_refuses_at_once(engine: str) -> None:
    operations = Operations(models={"a": ModelOperations(concurrency=1)})
    found = happen(engine, operations, times=[0, 1, 2, 3])
    assert found.outcome.model.tolist() == [A, B, A, B]
    assert found.outcome.latency_us.tolist() == [2 * MICRO] * 4
    assert found.outcome.failure.tolist() == [Failure.NONE, Failure.BUSY] * 2


@pytest.mark.parametrize("slots", [1, 3])
def test_waits_are_those_of_kiefer_and_wolfowitz(engine: str, slots: int) -> None:
    # First come, first served with c slots: each takes the slot that is free first.
    rng = np.random.default_rng(5)
    times = np.cumsum(rng.integers(0, 3, 300)) * 0.5
    tokens = rng.integers(0, 12 * slots, 300)
    found = happen(
        engine, alone(ModelOperations(slots=slots)), times=times.tolist(), tokens=tokens.tolist(), n_fallbacks=0
    )
    free_us, expected = [0] * slots, []
    for arrival_us, takes_us in zip((times * MICRO).astype(int), MICRO + tokens * 100_000, strict=True):
        free_us.sort()
        free_us[0] = max(free_us[0], int(arrival_us)) + int(takes_us)
        expected.append(free_us[0] - int(arrival_us))
    assert found.outcome.latency_us.tolist() == expected
    assert sum(expected) > (MICRO * 300 + 100_000 * int(tokens.sum()))
