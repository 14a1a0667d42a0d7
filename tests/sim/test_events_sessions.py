"""Replays of events worked out by hand: fallbacks and caches of sessions, neighbouring tiers, closed loops, errors."""

from __future__ import annotations

import pytest

from paretocode.sim import UNSERVED, UNTIMED, PrefixCache
from paretocode.sim.events import Failure
from paretocode.sim.luck import mixed_bits
from paretocode.sim.operations import ModelOperations, Operations
from sim.by_the_event import DARK, ENGINES, MICRO, A, B, C, alone, bits_with_jitter, happen, models

NAN = float("nan")
pytestmark = pytest.mark.parametrize("engine", ENGINES)


@pytest.mark.parametrize(
    ("stickiness", "asked", "served"),
    [("session", [A, B, B, A], [B, B, B, A]), ("none", [A, A, A, A], [B, A, A, A])],
)
def test_a_session_keeps_its_fallback_until_it_pauses(
    engine: str, stickiness: str, asked: list[int], served: list[int]
) -> None:
    operations = Operations(models={"a": ModelOperations(outages=((0.0, 5.0),))}, failure_s=0.0, avoid_s=0.0)
    found = happen(engine, operations, times=[0, 10, 309.999999, 609.999999], sessions=[0] * 4, stickiness=stickiness)
    assert found.outcome.primary.tolist() == asked
    assert found.outcome.model.tolist() == served


def test_a_request_given_up_leaves_the_remembered_model(engine: str) -> None:
    # a is out at first, all are out at 10 s: the model remembered at 20 s is the one of the first request.
    low = (ModelOperations(outages=((0.0, 5.0), (10.0, 15.0))), ModelOperations(outages=((10.0, 15.0),)))
    operations = Operations(
        models=dict(zip("ab", low, strict=True)), failure_s=0.0, avoid_s=0.0, n_retries=0, crosses_tiers=False
    )
    found = happen(engine, operations, times=[0, 10, 20], sessions=[0] * 3, stickiness="session")
    assert found.outcome.model.tolist() == [B, UNSERVED, B]


def test_an_answer_still_to_come_is_not_remembered(engine: str) -> None:
    # The first request is still backing off when the second asks: the second gets a, which is up again.
    operations = alone(ModelOperations(outages=((0.0, 5.0),)), n_retries=1, backoff_s=20.0)
    found = happen(
        engine, operations, times=[0, 6], sessions=[0, 0], bits=[bits_with_jitter(0)] * 2, stickiness="session",
        prompts=[2000, 2000], prefixes=[0, 2000], cache=PrefixCache(),
    )  # fmt: skip
    assert found.outcome.model.tolist() == [A, A]
    # What a caches is told in the order of the session, and nothing came before its first request.
    assert found.outcome.cached_tokens.tolist() == [0, 0]


def test_a_fallback_finds_its_cache_cold_and_a_returning_model_warm(engine: str) -> None:
    operations = Operations(models={"a": ModelOperations(outages=((5.0, 15.0),))}, failure_s=0.0, avoid_s=0.0)
    found = happen(
        engine, operations, times=[0, 10, 20], sessions=[0] * 3, prompts=[2000, 3000, 4000], prefixes=[0, 2000, 3000],
        cache=PrefixCache(),
    )  # fmt: skip
    assert found.outcome.model.tolist() == [A, B, A]
    assert found.outcome.cached_tokens.tolist() == [0, 0, 2000]
    assert found.outcome.latency_us.tolist() == [2 * MICRO + 17 * uncached for uncached in (2000, 3000, 2000)]


def test_a_cache_is_found_when_the_call_begins(engine: str) -> None:
    # One slot, both at 0 s: the second begins at 2 s + 2,000 x 17 us, and finds what the first has left.
    found = happen(
        engine, alone(ModelOperations(slots=1)), times=[0, 0], sessions=[0, 0], prompts=[2000, 2000],
        prefixes=[0, 2000], cache=PrefixCache(), n_fallbacks=0,
    )  # fmt: skip
    assert found.outcome.cached_tokens.tolist() == [0, 2000]
    assert found.outcome.latency_us.tolist() == [2_034_000, 4_034_000]


@pytest.mark.parametrize(
    ("gap_s", "prefix", "cached"), [(300, 1024, 1024), (300.000001, 1024, 0), (300, 1023, 0), (1, 5000, 2000)]
)
def test_a_cache_lives_to_its_ttl_and_has_a_least_length(engine: str, gap_s: float, prefix: int, cached: int) -> None:
    found = happen(
        engine, Operations(), times=[0, gap_s], sessions=[0, 0], prompts=[2000, 6000], prefixes=[0, prefix],
        cache=PrefixCache(ttl_s=300, min_tokens=1024),
    )  # fmt: skip
    assert found.outcome.cached_tokens.tolist() == [0, cached]


@pytest.mark.parametrize(("stickiness", "served"), [("session", [B, B, B]), ("implicit", [B, B, A])])
def test_a_changed_opening_loses_the_kept_model(engine: str, stickiness: str, served: list[int]) -> None:
    operations = Operations(models={"a": ModelOperations(outages=((0.0, 5.0),))}, failure_s=0.0, avoid_s=0.0)
    found = happen(
        engine, operations, times=[0, 10, 20], sessions=[0] * 3, prompts=[9] * 3, prefixes=[0, 1, 0],
        stickiness=stickiness,
    )  # fmt: skip
    assert found.outcome.model.tolist() == served


@pytest.mark.parametrize(
    ("rule", "dark", "min_score", "served"),
    [
        ("up", "ab", 0.0, (C, 1)),
        ("up", "cd", 1.0, (UNSERVED, UNSERVED)),
        ("down", "cd", 1.0, (A, 0)),
        ("down", "ab", 0.0, (UNSERVED, UNSERVED)),
        ("refuse", "ab", 0.0, (UNSERVED, UNSERVED)),
    ],
)
def test_the_next_tier_is_asked_in_the_direction_of_the_policy(
    engine: str, rule: str, dark: str, min_score: float, served: tuple[int, int]
) -> None:
    operations = Operations(models=dict.fromkeys(dark, DARK), n_retries=0)
    found = happen(engine, operations, times=[0], min_scores=[min_score], empty_tier=rule)
    assert (found.outcome.model[0], found.outcome.tier[0]) == served
    assert found.run.decisions.tier_served.tolist() == [served[1]]
    assert found.outcome.n_attempts.tolist() == [2 + (served[0] != UNSERVED)]
    stays = happen(
        engine, Operations(models=dict.fromkeys(dark, DARK), n_retries=0, crosses_tiers=False), times=[0],
        min_scores=[min_score], empty_tier=rule,
    )  # fmt: skip
    assert stays.outcome.model.tolist() == [UNSERVED]


def test_a_request_larger_than_a_minute_is_refused_for_ever(engine: str) -> None:
    small = ModelOperations(tokens_per_minute=9)
    found = happen(engine, alone(small, n_retries=5), times=[0, 100], tokens=[10, 9], n_fallbacks=0)
    # Given up after one round: no wait could help. Exactly a minute's allowance is let in.
    assert found.outcome.model.tolist() == [UNSERVED, A]
    assert found.outcome.n_attempts.tolist() == [1, 1]
    elsewhere = happen(engine, Operations(models={"a": small}), times=[0])
    assert (elsewhere.outcome.model.tolist(), elsewhere.outcome.failure.tolist()) == ([B], [Failure.RATE_LIMIT])


def test_a_closed_loop_waits_for_the_longer_answer(engine: str) -> None:
    # Logged: 1 s of answer and 4 s of thought. Here the answer takes 2 s, so the second comes at 6 s. The third was
    # sent before the logged answer of the second was complete, so it comes at once, at 8 s.
    found = happen(engine, Operations(), times=[0, 5, 7], sessions=[0] * 3, answers=[1.0, 3.0, 9.0])
    assert found.outcome.arrival_us.tolist() == [0, 6 * MICRO, 8 * MICRO]
    assert found.outcome.latency_us.tolist() == [2 * MICRO] * 3


def test_a_closed_loop_waits_in_line_and_through_failures(engine: str) -> None:
    # Sessions of two; 1 s of thought throughout, the middle answer time of 1 s where none is logged.
    found = happen(
        engine, alone(ModelOperations(slots=1)), times=[0, 2, 1, 3], sessions=[0, 0, 1, 1],
        answers=[1.0, 1.0, NAN, 1.0], n_fallbacks=0,
    )  # fmt: skip
    # Session 1 waits from 1 s to 2 s and is done at 4 s; session 0 comes back at 3 s, waits, and is done at 6 s.
    assert found.outcome.arrival_us.tolist() == [0, 3 * MICRO, 1 * MICRO, 5 * MICRO]
    assert found.outcome.latency_us.tolist() == [2 * MICRO, 3 * MICRO, 3 * MICRO, 3 * MICRO]
    dark = happen(
        engine, Operations(others=DARK, n_retries=0, failure_s=1.0, avoid_s=0.0), times=[0, 2], sessions=[0, 0],
        answers=[1.0, 1.0],
    )  # fmt: skip
    # Four candidates, 1 s each until it shows; given up at 4 s, and a second of thought.
    assert dark.outcome.arrival_us.tolist() == [0, 5 * MICRO]


def test_an_error_is_drawn_from_the_requests_bits_and_its_attempts(engine: str) -> None:
    bits = next(bits for bits in range(2**10) if mixed_bits(bits, 1) < mixed_bits(bits, 2))
    first = mixed_bits(bits, 1) >> 32
    for threshold, served, attempts in ((first, A, 1), (first + 1, B, 2)):
        flaky = Operations(others=ModelOperations(error_share=threshold / 2**32), failure_s=3.0)
        found = [happen(engine, flaky, times=[0], bits=[bits]) for _ in range(2)]
        assert [run.outcome.model.tolist() for run in found] == [[served]] * 2
        assert [run.outcome.n_attempts.tolist() for run in found] == [[attempts]] * 2
        assert found[0].outcome.latency_us.tolist() == [(2 + 3 * (attempts - 1)) * MICRO]
        # Only the call that answers is billed, at its own prices.
        assert found[0].run.cost_pusd.tolist() == [10 * 2 * MICRO]


def test_an_error_uses_up_the_limits_and_a_refusal_does_not(engine: str) -> None:
    flaky = ModelOperations(error_share=1.0, requests_per_minute=1)
    found = happen(engine, alone(flaky), times=[0, 1, 60], n_fallbacks=0)
    assert found.outcome.failure.tolist() == [Failure.ERROR, Failure.RATE_LIMIT, Failure.ERROR]


def test_without_retries_each_candidate_is_asked_once(engine: str) -> None:
    for n_retries in (0, 2):
        operations = Operations(others=ModelOperations(error_share=1.0), n_retries=n_retries, avoid_s=0.0)
        found = happen(engine, operations, times=[0])
        assert found.outcome.n_attempts.tolist() == [4 * (1 + n_retries)]
        assert found.outcome.model.tolist() == [UNSERVED]
        assert found.outcome.latency_us.tolist() == [UNTIMED]
        assert found.run.cost_pusd.tolist() == [0]


def test_the_kept_model_is_asked_first_and_the_ranking_follows(engine: str) -> None:
    # b is kept at 10 s and fails then; its fallback is a, the cheapest.
    operations = Operations(
        models={"a": ModelOperations(outages=((0.0, 5.0),)), "b": ModelOperations(outages=((10.0, 20.0),))},
        failure_s=0.0, avoid_s=0.0,
    )  # fmt: skip
    found = happen(engine, operations, times=[0, 10], sessions=[0, 0], stickiness="session", n_fallbacks=1)
    assert (found.outcome.primary.tolist(), found.outcome.model.tolist()) == ([A, B], [B, A])


def test_an_unmeasured_model_answers_at_once_and_untimed(engine: str) -> None:
    # Its call ends in the microsecond in which it began, and ends come before tries: the line is never busy.
    others = Operations(others=ModelOperations(slots=1, longest_queue=0))
    found = happen(engine, others, times=[0, 0, 0], catalogue=models(is_timed=False))
    assert found.outcome.model.tolist() == [A, A, A]
    assert found.outcome.latency_us.tolist() == [UNTIMED] * 3
