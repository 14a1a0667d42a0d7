"""What do the assumptions about failures refuse, and with which sentence?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from paretocode.catalogue.bundled import load_bundled
from paretocode.errors import InputError
from paretocode.sim import draw_luck
from paretocode.sim.events import EventReplay, replay_events
from paretocode.sim.events.replaying import _KERNEL
from paretocode.sim.operations import CALM, ModelOperations, Operations
from paretocode.stream.logged import logged_columns
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap import documented_pareto_code
from strategies import catalogue_of

NAN, INFINITE = float("nan"), float("inf")
CATALOGUE = load_bundled()
KEY = "moonshotai/kimi-k2.6"


def three_requests(answer_s: list[float] | None = None) -> RequestStream:
    return request_stream(
        session=[0, 0, 1], time_s=[10, 20, 15], prompt_tokens=[2000] * 3, completion_tokens=[10] * 3,
        name="three", logged=logged_columns(answer_s=answer_s),
    )  # fmt: skip


def replayed(operations: Operations = CALM, *, stream: RequestStream | None = None, **more: object) -> EventReplay:
    stream = three_requests() if stream is None else stream
    settings = {"luck": draw_luck(stream, rng=0), "engine": "twin", **more}
    return replay_events(stream, documented_pareto_code(CATALOGUE), CATALOGUE, operations=operations, **settings)  # type: ignore[arg-type]


def windows(*outages: tuple[float, float]) -> Callable[[], object]:
    return lambda: ModelOperations(outages=outages)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: ModelOperations(error_share=1.01), "error_share is 1.01; give a share between 0 and 1"),
        (lambda: ModelOperations(error_share=-0.1), "error_share is -0.1"),
        (lambda: ModelOperations(error_share=NAN), "error_share is nan"),
        (lambda: ModelOperations(requests_per_minute=0), "requests_per_minute is 0; give a whole number from 1 up"),
        (lambda: ModelOperations(tokens_per_minute=1.5), "tokens_per_minute is 1.5"),  # type: ignore[arg-type]
        (lambda: ModelOperations(concurrency=-1), "concurrency is -1"),
        (lambda: ModelOperations(slots=10**10), "slots is 10000000000"),
        (lambda: ModelOperations(slots=1, longest_queue=-1), "longest_queue is -1; give a whole number from 0 up"),
        (lambda: ModelOperations(longest_queue=3), "longest_queue is given without slots"),
        (lambda: ModelOperations(slots=2, concurrency=2), "both slots and concurrency are given"),
        (windows((5.0, 5.0)), "the outage from 5 to 5 s is empty"),
        (windows((5.0, 4.0)), "the outage from 5 to 4 s"),
        (windows((0.0, 5.0), (4.0, 6.0)), "the outage from 4 to 6 s .*begins before the last ends; give windows in or"),
        (windows((7.0, 8.0), (1.0, 2.0)), "the outage from 1 to 2 s"),
        (windows((0.0, INFINITE)), "the outage from 0 to inf s"),
        (windows((-INFINITE, 0.0)), "the outage from -inf to 0 s"),
        (windows((0.0, NAN)), "the outage from 0 to nan s"),
        (lambda: Operations(n_retries=-1), "n_retries is -1; give a whole number from 0 to 20"),
        (lambda: Operations(n_retries=21), "n_retries is 21"),
        (lambda: Operations(n_retries=1.5), "n_retries is 1.5"),  # type: ignore[arg-type]
        (lambda: Operations(backoff_s=-1.0), "backoff_s is -1.0; give seconds from 0 to 1,000,000"),
        (lambda: Operations(longest_backoff_s=1e7), "longest_backoff_s is 10000000.0"),
        (lambda: Operations(failure_s=NAN), "failure_s is nan"),
        (lambda: Operations(avoid_s=INFINITE), "avoid_s is inf"),
    ],
)
def test_impossible_assumptions_are_refused(make: Callable[[], object], what: str) -> None:
    with pytest.raises(InputError, match=f"^operations: {what}"):
        make()


def test_windows_that_touch_are_two_windows() -> None:
    assert ModelOperations(outages=((0.0, 5.0), (5.0, 6.0))).outages[1] == (5.0, 6.0)


def test_a_model_of_its_own_and_the_others() -> None:
    operations = Operations(models={"a": ModelOperations(slots=1)}, others=ModelOperations(concurrency=2))
    assert (operations.of("a").slots, operations.of("b").concurrency) == (1, 2)
    assert CALM.of("a") == ModelOperations()


def test_operations_of_an_unknown_model_are_refused() -> None:
    operations = Operations(models={"moonshotai/kimi": ModelOperations()})
    with pytest.raises(InputError, match="there is no model 'moonshotai/kimi' in the catalogue; use one of its keys"):
        replayed(operations)


@pytest.mark.parametrize(("window", "is_idle"), [((0.0, 10.0), True), ((20.1, 30.0), True), ((0.0, 10.1), False),
                                                 ((20.0, 30.0), False)])  # fmt: skip
def test_an_outage_outside_the_stream_is_refused(window: tuple[float, float], is_idle: bool) -> None:
    operations = Operations(models={KEY: ModelOperations(outages=(window,))})
    if not is_idle:
        replayed(operations)
        return
    with pytest.raises(InputError, match=f"outage of '{KEY}' .* outside the stream, which runs from 10 to 20 s; give"):
        replayed(operations)
    with pytest.raises(InputError, match="outage of 'others'"):
        replayed(Operations(others=operations.models[KEY]))


@pytest.mark.parametrize("way", ["slots", "concurrency"])
def test_lines_of_a_model_without_a_speed_are_refused(way: str) -> None:
    catalogue = catalogue_of({"model_id": list(CATALOGUE.keys)}).replace(
        score_definition=CATALOGUE.score_definition, context_tokens=CATALOGUE.context_tokens
    )
    stream = three_requests()
    operations = Operations(models={KEY: ModelOperations(**{way: 1})})
    with pytest.raises(InputError, match=f"'{KEY}' has slots or concurrency but no published speed"):
        replay_events(
            stream, documented_pareto_code(CATALOGUE), catalogue, operations=operations, luck=draw_luck(stream, rng=0)
        )


@pytest.mark.parametrize("stream", [three_requests(), three_requests([NAN, NAN, NAN])])
def test_a_closed_loop_needs_answer_times(stream: RequestStream) -> None:
    with pytest.raises(InputError, match="three: a closed loop needs answer_s, and the stream logs none; replay with"):
        replayed(stream=stream, arrivals="closed")
    assert len(replayed(stream=stream).outcome.model) == 3


def test_luck_of_another_stream_is_refused() -> None:
    luck = draw_luck(three_requests(), rng=0).take(np.arange(2))
    with pytest.raises(InputError, match="the luck has 2 draws and the stream 3 requests; draw it for this stream"):
        replayed(luck=luck)


@pytest.mark.parametrize(("name", "value"), [("engine", "fast"), ("arrivals", "half-open")])
def test_unknown_words_are_refused(name: str, value: str) -> None:
    with pytest.raises(InputError, match=f"{name} is '{value}'"):
        replayed(**{name: value})


def test_the_compiled_engine_needs_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_KERNEL.__dict__, "is_available", False)
    with pytest.raises(InputError, match="engine: numba is not installed; install the extra fast, or use the twin"):
        replayed(engine="compiled")
    by_twin = replayed(engine="twin").outcome.latency_us.tolist()
    assert replayed(engine="auto").outcome.latency_us.tolist() == by_twin


@pytest.mark.parametrize("policy", [{"n_fallbacks": 10**12}, {"sticky_ttl_s": 10**15}])
def test_a_policy_without_bounds_is_the_widest_one(policy: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARETOCODE_COMPILED", "always")
    stream = three_requests()
    tier_map, luck = documented_pareto_code(CATALOGUE), draw_luck(stream, rng=0)
    broken = Operations(others=ModelOperations(error_share=0.8), n_retries=0)
    wide, wider = (
        replay_events(stream, tier_map.with_policy(**changed), CATALOGUE, operations=broken, luck=luck).outcome
        for changed in ({"n_fallbacks": 100, "sticky_ttl_s": 10**6} | policy, {"n_fallbacks": 100})
    )
    assert wide.model.tolist() == wider.model.tolist()
    assert wide.n_attempts.tolist() == wider.n_attempts.tolist()
