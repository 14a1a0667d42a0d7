"""How fast is a replay of events? Limits, retries, fallbacks, outages, lines and caches, in the order of time."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import numpy as np

from benchmarks.harness import Contender, Race
from benchmarks.traffic import documented, first_sessions, fresh, traffic
from oracles.simpy_events import Scene, asked_rows
from paretocode.sim import PrefixCache, draw_luck
from paretocode.sim.events import EventReplay, replay_events
from paretocode.sim.operations import CALM, ModelOperations, Operations
from paretocode.stream import RequestStream

CACHE = PrefixCache()
ENGINE = "compiled" if importlib.util.find_spec("numba") else "twin"
Totals = tuple[int, int, int, int]


def events_race(n_requests: int, *, n_small: int = 20_000, n_simpy: int = 20_000) -> Race:
    """Return the race; all of it in SimPy too, because queues and contention are what SimPy is for.

    A contender's answer is the totals of latency, attempts, cached tokens and requests given up.
    """
    stream = traffic(n_requests)
    small, tiny = first_sessions(stream, n_small), first_sessions(stream, n_simpy)
    catalogue, tier_map = documented(stickiness="session")

    def ours(requests: RequestStream, operations: Operations, engine: str = ENGINE) -> Callable[[], EventReplay]:
        luck = draw_luck(requests, rng=3)
        return lambda: replay_events(
            fresh(requests), tier_map, catalogue, operations=operations, luck=luck, cache=CACHE, engine=engine
        )

    def contender(name: str, requests: RequestStream, operations: Operations, engine: str, note: str) -> Contender:
        run, expected = ours(requests, operations, engine), totals(ours(requests, operations)())
        return Contender(name=name, run=run, size=len(requests), expected=expected, answer=totals, note=note)

    rows = asked_rows(tiny, tier_map, catalogue, draw_luck(tiny, rng=3))
    storms = {len(requests): stormy(requests) for requests in (stream, small, tiny)}
    return Race(
        title="Replay of events: limits, lines, errors, outages, retries and fallbacks",
        unit="requests",
        contenders=(
            contender("paretocode", stream, storms[len(stream)], ENGINE, "decisions and bill included"),
            contender("paretocode, calm", stream, CALM, ENGINE, "nothing fails"),
            contender("paretocode, subset", small, storms[len(small)], ENGINE, "what the contenders below replay"),
            contender("paretocode's twin", small, storms[len(small)], "twin", "subset; the definition, with a heap"),
            Contender(
                name="SimPy",
                run=lambda: Scene(rows, tier_map, catalogue, storms[len(tiny)], CACHE, is_closed=False).columns(),
                size=len(rows),
                expected=totals(ours(tiny, storms[len(tiny)])()),
                answer=simpy_totals,
                note="subset; a process a request; shortlists given, no bill",
            ),
        ),
    )


def stormy(stream: RequestStream) -> Operations:
    """Return a day on which everything fails now and then, at the stream's own pace.

    Limits and lines follow from the stream's busy minutes, the 90th of 100, so that a longer stream is no harder one.
    """
    first_s, span_s = float(stream.time_s.min()), float(np.ptp(stream.time_s)) + 60.0
    minute = ((stream.time_s - first_s) / 60).astype(np.int64)
    tokens = stream.prompt_tokens + stream.completion_tokens
    per_minute = float(np.quantile(np.bincount(minute)[np.unique(minute)], 0.9))
    tokens_per_minute = float(np.quantile(np.bincount(minute, weights=tokens)[np.unique(minute)], 0.9))
    tenths = [first_s + span_s * tenth / 10 for tenth in range(10)]

    def whole(amount: float) -> int:
        return max(1, round(amount))

    return Operations(
        models={
            "deepseek/deepseek-v4-pro@max": ModelOperations(
                error_share=0.03,
                outages=tuple((start, start + span_s / 100) for start in tenths[1::3]),
                requests_per_minute=whole(per_minute / 4),
                tokens_per_minute=whole(tokens_per_minute / 4),
            ),
            "moonshotai/kimi-k2.6": ModelOperations(
                error_share=0.02, outages=((tenths[5], tenths[5] + span_s / 50),), concurrency=whole(per_minute / 8)
            ),
            "deepseek/deepseek-v4-flash@max": ModelOperations(slots=whole(per_minute / 60)),
            "openai/gpt-5.4-mini@xhigh": ModelOperations(slots=whole(per_minute / 80), longest_queue=20),
        },
        others=ModelOperations(error_share=0.02, requests_per_minute=whole(per_minute / 2)),
    )


def totals(replayed: EventReplay) -> Totals:
    """Return the totals of a replay of ours."""
    out = replayed.outcome
    is_served = out.model >= 0
    return (
        int(out.latency_us[is_served].sum()),
        int(out.n_attempts.sum(dtype=np.int64)),
        int(replayed.run.cached_tokens.sum()),
        int((~is_served).sum()),
    )


def simpy_totals(columns: dict[str, list[int]]) -> Totals:
    """Return the totals of the model in SimPy."""
    is_served = [model >= 0 for model in columns["model"]]
    latency_us = sum(us for us, served in zip(columns["latency_us"], is_served, strict=True) if served)
    return latency_us, sum(columns["n_attempts"]), sum(columns["cached_tokens"]), len(is_served) - sum(is_served)
