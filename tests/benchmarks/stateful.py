"""How fast is a replay with memory? Sessions keep their model, and models keep prompts in prefix caches."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from benchmarks.harness import Contender, Race
from benchmarks.traffic import (
    DEFAULT_TIER,
    EDGES_PPM,
    MIN_CACHED_TOKENS,
    TTL_S,
    Model,
    Row,
    documented,
    first_sessions,
    fresh,
    loop_total,
    sessions_of,
    simpy_total,
    tiers_by_price,
    total_pusd,
    traffic,
)
from oracles.slow_replay import slow_bill, slow_decisions
from paretocode.catalogue import Catalogue
from paretocode.sim import PrefixCache, replay
from paretocode.stream import RequestStream
from paretocode.tiermap import TierMap

CACHE = PrefixCache(ttl_s=TTL_S, min_tokens=MIN_CACHED_TOKENS)


def stateful_race(n_requests: int, *, n_small: int = 20_000, n_oracle: int = 1_000) -> Race:
    """Return the race; no frame library takes part: "keep the model you had" wants a loop."""
    stream = traffic(n_requests)
    small, tiny = first_sessions(stream, n_small), first_sessions(stream, n_oracle)
    catalogue, tier_map = documented(stickiness="session")
    tiers = tiers_by_price(catalogue)
    rows = sessions_of(small)

    def ours(requests: RequestStream) -> int:
        return total_pusd(replay(fresh(requests), tier_map, catalogue, cache=CACHE))

    expected_small = ours(small)
    return Race(
        title="Stateful replay: sticky sessions and prefix caches",
        unit="requests",
        contenders=(
            Contender(name="paretocode", run=lambda: ours(stream), size=len(stream), expected=ours(stream)),
            Contender(
                name="plain Python loop",
                run=lambda: loop_total(rows, lambda: remembering(tiers)),
                size=len(small),
                expected=expected_small,
                note="subset; a dict of caches a session",
            ),
            Contender(
                name="SimPy",
                run=lambda: simpy_total(rows, lambda: remembering(tiers)),
                size=len(small),
                expected=expected_small,
                note="subset; a process a session, the same decisions in the order of time",
            ),
            Contender(
                name="reference router and bill",
                run=lambda: oracle_total(tiny, tier_map, catalogue),
                size=len(tiny),
                expected=ours(tiny),
                note="subset; the definition, written to be read",
            ),
        ),
    )


def remembering(tiers: list[list[Model]]) -> Callable[[Row], int]:
    """Return a function from the next request of one session to its cost [pico-USD]."""
    last: Model | None = None
    last_s = 0.0
    held: dict[int, tuple[int, float]] = {}  # catalogue row -> cached tokens, last use [s]

    def decide(row: Row) -> int:
        nonlocal last, last_s
        for index, (length, used_s) in held.items():
            if length > row.prefix:
                held[index] = (row.prefix, used_s)
        model = choose(row)
        last_s = row.time_s
        if model is None:
            return 0
        last = model
        cost = _cost(row, model, held.get(model.row))
        held[model.row] = (row.prompt, row.time_s)
        return cost

    def choose(row: Row) -> Model | None:
        need = row.prompt + row.completion
        for tier in tiers[DEFAULT_TIER if row.is_omitted else bisect_right(EDGES_PPM, row.min_score_ppm) :]:
            first = next((model for model in tier if need <= model.window), None)
            if first is not None:
                is_kept = last is not None and row.time_s - last_s < TTL_S and last in tier and need <= last.window
                return last if is_kept else first
        return None

    return decide


def _cost(row: Row, model: Model, cache: tuple[int, float] | None) -> int:
    if model.cache_read is None:
        return row.prompt * model.prompt + row.completion * model.completion
    cached = 0
    if cache is not None and row.time_s - cache[1] <= TTL_S and cache[0] >= MIN_CACHED_TOKENS:
        cached = cache[0]
    writes = model.cache_write is not None and row.prompt >= MIN_CACHED_TOKENS
    fresh_price = model.cache_write if writes and model.cache_write is not None else model.prompt
    return cached * model.cache_read + (row.prompt - cached) * fresh_price + row.completion * model.completion


def oracle_total(stream: RequestStream, tier_map: TierMap, catalogue: Catalogue) -> int:
    """Return the total of the slow twin [pico-USD]."""
    models = [decision.primary for decision in slow_decisions(stream, tier_map, catalogue)]
    return sum(slow_bill(stream, models, catalogue, CACHE)[0])
