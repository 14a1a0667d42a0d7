"""What does the event replay need to know? Everything as whole numbers in flat columns, prepared once.

The compiled engine and its readable twin read the same `World` and write the same `Outcome`, so that they can be
compared to the last microsecond.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, IndexColumn, IntColumn, read_only
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.sim.billing import Tariff
from paretocode.sim.events.arrivals import think_us
from paretocode.sim.latency import UNTIMED, LatencyTables
from paretocode.sim.luck import Luck
from paretocode.sim.operations import Operations
from paretocode.sim.plan import UNSERVED, RoutingPlan
from paretocode.sim.replaying import Decisions, session_blocks
from paretocode.stream.stream import RequestStream

__all__ = ["NONE", "UNLIMITED", "Failure", "Lists", "Outcome", "World", "empty_outcome", "states_of", "world_of"]

NONE = -1
UNLIMITED = 0
MICRO = 1_000_000
MINUTE_US = 60_000_000
MOST_CALLS = 4096
"""Calls of one request, all rounds and both tiers together; its place among them has twelve bits in an event's code."""
NEVER = 2**62
"""Later than any event."""
JITTER_DRAW = 1_000_000
"""Draws of jitter are counted from here, far from those of failures."""


class Failure:
    """Why the first call of a request failed; codes of `Outcome.failure`."""

    NONE, ERROR, OUTAGE, RATE_LIMIT, BUSY = range(5)


class Lists(NamedTuple):
    """Shortlists by state in one flat column: those of state s stand in models[start[s] : start[s + 1]]."""

    start: IntColumn
    models: IndexColumn


class World(NamedTuple):
    """All that decides what happens; requests first, then states, then models, then the router's patience."""

    is_first: BoolColumn
    prefix_tokens: IntColumn
    prompt_tokens: IntColumn
    completion_tokens: IntColumn
    state: IndexColumn
    ranked: IndexColumn
    ttft_level: NDArray[np.uint16]
    throughput_level: NDArray[np.uint16]
    bits: NDArray[np.uint32]
    think_us: IntColumn
    """Pause after the answer to the request before [microseconds], or empty where arrivals are as logged."""

    list_start: IntColumn
    list_models: IndexColumn
    served_tier: IndexColumn
    next_state: IndexColumn
    is_listed: NDArray[np.bool_]

    ttft_us: IntColumn
    token_ns: IntColumn
    is_timed: BoolColumn
    us_per_uncached_token: int
    cache_ttl_us: IntColumn
    cache_min_tokens: IntColumn
    price_row: IntColumn
    step_start: IntColumn
    step_tokens: IntColumn
    row_prompt: IntColumn
    row_completion: IntColumn
    row_has_cache: BoolColumn
    speed: IntColumn
    """Throughput for the ranking [thousandths of tokens/s]; all 0 where price alone ranks."""
    ranks_by_request: bool

    error_threshold: IntColumn
    """Of 2^32: a call fails when its 32 random bits lie below."""
    outage_start: IntColumn
    outage_us: IntColumn
    """Windows, start and stop alternating; those of model m stand at outage_start[m] .. outage_start[m + 1]."""
    requests_per_minute: IntColumn
    tokens_per_minute: IntColumn
    concurrency: IntColumn
    slots: IntColumn
    longest_queue: IntColumn

    is_sticky: bool
    needs_prefix: bool
    sticky_ttl_us: int
    n_fallbacks: int
    n_retries: int
    backoff_us: int
    longest_backoff_us: int
    failure_us: int
    avoid_us: int


class Outcome(NamedTuple):
    """What happened to each request; columns of shape (n,).

    Parameters
    ----------
    arrival_us
        When it came [microseconds].
    primary
        Model asked first, or `UNSERVED`.
    model
        Model that answered, or `UNSERVED`.
    tier
        Tier of the shortlist that it was found in, or `UNSERVED`.
    cached_tokens
        Prompt tokens found in the model's cache.
    latency_us
        From arrival to the last token [microseconds]; `UNTIMED` where unserved or unmeasured.
    n_attempts
        Calls made, refused ones included; models passed over as failing are not called.
    failure
        Why the first call failed; see `Failure`.
    """

    arrival_us: IntColumn
    primary: IndexColumn
    model: IndexColumn
    tier: IndexColumn
    cached_tokens: IntColumn
    latency_us: IntColumn
    n_attempts: NDArray[np.uint16]
    failure: NDArray[np.uint8]


def empty_outcome(stream: RequestStream) -> Outcome:
    """Return the columns before anything happened, arrivals as logged."""
    n = len(stream)
    return Outcome(
        arrival_us=stream.time_us.copy(),
        primary=np.full(n, UNSERVED, dtype=np.int32),
        model=np.full(n, UNSERVED, dtype=np.int32),
        tier=np.full(n, UNSERVED, dtype=np.int32),
        cached_tokens=np.zeros(n, dtype=np.int64),
        latency_us=np.full(n, UNTIMED, dtype=np.int64),
        n_attempts=np.zeros(n, dtype=np.uint16),
        failure=np.zeros(n, dtype=np.uint8),
    )


def world_of(
    stream: RequestStream,
    plan: RoutingPlan,
    decisions: Decisions,
    prepared: Tariff,
    operations: Operations,
    *,
    tables: LatencyTables,
    us_per_uncached_token: int,
    luck: Luck,
    is_closed: bool,
) -> World:
    """Return the world of a replay of events. O(n + models x levels)."""
    policy, catalogue = plan.tier_map.policy, plan.catalogue
    n_fallbacks = min(policy.n_fallbacks, len(catalogue))
    if 2 * (1 + n_fallbacks) * (1 + operations.n_retries) >= MOST_CALLS:
        raise InputError(
            f"{n_fallbacks} fallbacks and {operations.n_retries} retries make more calls than are counted",
            where="operations",
            way_out="ask for fewer fallbacks or retries",
        )
    lists = _lists(plan.shortlists)
    step_start, step_tokens = _steps(prepared, len(catalogue))
    by_speed = policy.ranking == "throughput"
    world = World(
        is_first=stream.is_first,
        prefix_tokens=stream.prefix_tokens,
        prompt_tokens=stream.prompt_tokens,
        completion_tokens=stream.completion_tokens,
        state=states_of(stream, plan, decisions.tier_routed),
        ranked=decisions.ranked_index,
        ttft_level=luck.ttft,
        throughput_level=luck.throughput,
        bits=luck.bits,
        think_us=think_us(stream) if is_closed else np.zeros(0, dtype=np.int64),
        list_start=lists.start,
        list_models=lists.models,
        served_tier=plan.served_tier,
        next_state=_next_states(plan) if operations.crosses_tiers else np.full_like(plan.served_tier, NONE),
        is_listed=plan.is_listed,
        ttft_us=tables.ttft_us,
        token_ns=tables.token_ns,
        is_timed=tables.is_known,
        us_per_uncached_token=us_per_uncached_token,
        cache_ttl_us=prepared.rules.ttl_us,
        cache_min_tokens=prepared.rules.min_tokens,
        price_row=prepared.rows.base,
        step_start=step_start,
        step_tokens=step_tokens,
        row_prompt=prepared.rows.prompt,
        row_completion=prepared.rows.completion,
        row_has_cache=prepared.rows.has_cache,
        speed=catalogue.throughput_milli_tps if by_speed else np.zeros(len(catalogue), dtype=np.int64),
        ranks_by_request=not plan.is_static,
        **_model_columns(catalogue, operations, tables),
        is_sticky=policy.stickiness != "none",
        needs_prefix=policy.stickiness == "implicit",
        sticky_ttl_us=min(policy.sticky_ttl_s * MICRO, NEVER),
        n_fallbacks=n_fallbacks,
        n_retries=operations.n_retries,
        backoff_us=round(operations.backoff_s * MICRO),
        longest_backoff_us=round(operations.longest_backoff_s * MICRO),
        failure_us=round(operations.failure_s * MICRO),
        avoid_us=round(operations.avoid_s * MICRO),
    )
    # One type for every column, whoever made it: the engine is compiled once for each set of types.
    columns: dict[str, Any] = {
        name: read_only(np.ascontiguousarray(value))
        for name, value in world._asdict().items()
        if isinstance(value, np.ndarray)
    }
    return world._replace(**columns)


def states_of(stream: RequestStream, plan: RoutingPlan, tier_routed: IndexColumn) -> IndexColumn:
    """Return each request's state, block by block: what it takes on the way would else be larger than all it leaves."""
    state = np.empty(len(stream), dtype=np.int32)
    for rows in session_blocks(stream):
        state[rows] = plan.state(stream.part(rows.start, rows.stop), tier_routed[rows])
    return state


def _lists(shortlists: tuple[tuple[int, ...], ...]) -> Lists:
    lengths = [len(rows) for rows in shortlists]
    flat = [row for rows in shortlists for row in rows]
    return Lists(np.concatenate(([0], np.cumsum(lengths))).astype(np.int64), np.array(flat, dtype=np.int32))


def _steps(prepared: Tariff, n_models: int) -> tuple[IntColumn, IntColumn]:
    steps = [prepared.rows.step_tokens.get(model, np.zeros(0, dtype=np.int64)) for model in range(n_models)]
    start = np.concatenate(([0], np.cumsum([len(tokens) for tokens in steps]))).astype(np.int64)
    return start, np.concatenate([*steps, np.zeros(0, dtype=np.int64)]).astype(np.int64)


def _next_states(plan: RoutingPlan) -> IndexColumn:
    """Return the state whose shortlist is asked after that of each state failed, or `NONE`."""
    step = {"up": 1, "down": -1, "refuse": 0}[plan.tier_map.policy.empty_tier]
    n_classes, n_tiers = plan.n_classes, plan.tier_map.n_tiers
    found = np.full(len(plan.shortlists), NONE, dtype=np.int32)
    for state, tier in enumerate(plan.served_tier.tolist()):
        neighbour = tier + step
        if tier == UNSERVED or step == 0 or not 0 <= neighbour < n_tiers:
            continue
        there = neighbour * n_classes + state % n_classes
        if plan.shortlists[there]:
            found[state] = there
    return found


def _model_columns(catalogue: Catalogue, operations: Operations, tables: LatencyTables) -> dict[str, IntColumn]:
    for key in operations.models:
        if key not in catalogue:
            raise InputError(
                f"there is no model {key!r} in the catalogue", where="operations", way_out="use one of its keys"
            )
    own = [operations.of(key) for key in catalogue.keys]
    for model, (key, its) in enumerate(zip(catalogue.keys, own, strict=True)):
        if (its.slots or its.concurrency) and not tables.is_known[model] and key in operations.models:
            raise InputError(
                f"{key!r} has slots or concurrency but no published speed, so nobody knows when a call ends",
                where="operations",
                way_out="give it ttft_s and throughput_tps in the catalogue, or take the limit out",
            )
    windows = [[round(edge * MICRO) for window in its.outages for edge in window] for its in own]

    def column(values: list[int | None]) -> IntColumn:
        return np.array([UNLIMITED if value is None else value for value in values], dtype=np.int64)

    return {
        "error_threshold": np.array([round(its.error_share * 2**32) for its in own], dtype=np.int64),
        "outage_start": np.concatenate(([0], np.cumsum([len(edges) for edges in windows]))).astype(np.int64),
        "outage_us": np.array([edge for edges in windows for edge in edges], dtype=np.int64),
        "requests_per_minute": column([its.requests_per_minute for its in own]),
        "tokens_per_minute": column([its.tokens_per_minute for its in own]),
        "concurrency": column([its.concurrency for its in own]),
        "slots": column([its.slots for its in own]),
        "longest_queue": np.array(
            [NONE if its.longest_queue is None else its.longest_queue for its in own], dtype=np.int64
        ),
    }
