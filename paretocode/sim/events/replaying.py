"""What would a map have done to this stream on days when things fail? A replay of events in the order of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from paretocode._checks import IndexColumn, IntColumn, one_of
from paretocode._compiled import Kernel
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.sim.billing import Tariff, billed, tariff
from paretocode.sim.cache import PrefixCache
from paretocode.sim.events._kernel import COLD, HELPERS, run_kernel
from paretocode.sim.events.arrivals import arrival_order
from paretocode.sim.events.scratch import scratch_of
from paretocode.sim.events.twin import run_twin
from paretocode.sim.events.world import Outcome, World, empty_outcome, world_of
from paretocode.sim.latency import UNCACHED_US_PER_TOKEN, latency_tables
from paretocode.sim.luck import Luck
from paretocode.sim.operations import CALM, Operations
from paretocode.sim.plan import RoutingPlan, routing_plan
from paretocode.sim.prices import refuse_overflow
from paretocode.sim.replaying import Decisions, Replay, decide, session_blocks
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["ARRIVALS", "ENGINES", "EventReplay", "replay_events"]

ARRIVALS = ("open", "closed")
"""When a session's next request comes: as logged, or after the answer and the time to think."""
ENGINES = ("auto", "twin", "compiled")
"""What replays: the faster one, plain Python, or the compiled loop; the columns are the same."""
_COMPILE_FROM = 1_000_000


@dataclass(frozen=True, kw_only=True)
class EventReplay:
    """A replay with its failures.

    Parameters
    ----------
    run
        Decisions, money and time, as of any replay; a request that was given up is unserved.
    outcome
        What happened on the way; see `Outcome`.
    operations
        The assumptions.
    """

    run: Replay
    outcome: Outcome
    operations: Operations


def replay_events(
    stream: RequestStream,
    tier_map: TierMap,
    catalogue: Catalogue,
    *,
    operations: Operations = CALM,
    luck: Luck,
    cache: PrefixCache | None = None,
    arrivals: str = "open",
    engine: str = "auto",
) -> EventReplay:
    """Replay a stream in the order of time, with limits, failures, retries and queues.

    Parameters
    ----------
    operations
        What fails and what is limited; nothing by default, and then the result is that of `replay`.
    luck
        The stream's draws: levels of latency, and bits for failures.
    cache
        Rules of prompt caching; the defaults of `PrefixCache` when None.
    arrivals
        ``open``: requests come as logged; ``closed``: a session's next request comes when the answer is there and the
        caller has thought as long as in the log.
    engine
        ``compiled``, the readable ``twin``, or ``auto``: compiled where it is installed and pays.

    Raises
    ------
    InputError
        What `replay` refuses; operations of unknown models; an outage outside the stream's time; a closed loop on a
        stream without answer times; ``compiled`` without numba.

    Notes
    -----
    O(n log n) for the order of arrivals, then O(1) for most requests; a cache or a kept model is looked up by walking
    back through the session's own rows. Decisions before any failure (tiers, ranking) are those of `replay`.
    """
    one_of(arrivals, ARRIVALS, name="arrivals")
    one_of(engine, ENGINES, name="engine")
    _refuse_idle_outages(stream, operations)
    plan, prepared = routing_plan(tier_map, catalogue), tariff(catalogue, cache if cache is not None else PrefixCache())
    refuse_overflow(stream, prepared.rows)
    luck.check_length(len(stream))
    order = arrival_order(stream, is_closed=arrivals == "closed")
    outcome = empty_outcome(stream)
    decisions = _decided(stream, plan, outcome)
    world = world_of(
        stream,
        plan,
        decisions,
        prepared,
        operations,
        tables=latency_tables(catalogue),
        us_per_uncached_token=UNCACHED_US_PER_TOKEN,
        luck=luck,
        is_closed=arrivals == "closed",
    )
    _run(world, outcome, order, engine)
    del world, order  # the bill needs the room
    return EventReplay(
        run=Replay(
            tier_map=tier_map,
            catalogue=catalogue,
            stream=stream,
            decisions=decisions,
            cost_pusd=_billed(stream, outcome, prepared),
            cached_tokens=outcome.cached_tokens,
            latency_us=outcome.latency_us,
        ),
        outcome=outcome,
        operations=operations,
    )


def _decided(stream: RequestStream, plan: RoutingPlan, outcome: Outcome) -> Decisions:
    """Return what is decided before anything can fail; who serves is filled in as things happen."""
    before = {name: np.empty(len(stream), dtype=np.int32) for name in ("tier_requested", "tier_routed", "ranked_index")}
    for rows in session_blocks(stream):
        part = decide(stream.part(rows.start, rows.stop), plan)
        for name, column in before.items():
            column[rows] = getattr(part, name)
    return Decisions(**before, tier_served=outcome.tier, model_index=outcome.model)


def _billed(stream: RequestStream, outcome: Outcome, prepared: Tariff) -> IntColumn:
    cost_pusd = np.empty(len(stream), dtype=np.int64)
    for rows in session_blocks(stream):
        part = stream.part(rows.start, rows.stop)
        cost_pusd[rows] = billed(part, outcome.model[rows], outcome.cached_tokens[rows], prepared).cost_pusd
    return cost_pusd


def _run(world: World, outcome: Outcome, order: IndexColumn, engine: str) -> None:
    if engine == "compiled" and not _KERNEL.is_available:
        raise InputError("numba is not installed", where="engine", way_out="install the extra fast, or use the twin")
    compiled = None
    if engine != "twin":
        compiled = _KERNEL.compiled if engine == "compiled" else _KERNEL.for_size(len(world.is_first))
    if compiled is None:
        run_twin(world, outcome)
        return
    scratch = scratch_of(world)
    while compiled(world, outcome, scratch, order):
        scratch = scratch.grown()


def _refuse_idle_outages(stream: RequestStream, operations: Operations) -> None:
    """Refuse a window that no request of the stream can fall into: its times are probably on another clock."""
    first_s, last_s = float(stream.time_s.min()), float(stream.time_s.max())
    for key, its in (*operations.models.items(), ("others", operations.others)):
        for start, stop in its.outages:
            if stop <= first_s or start > last_s:
                raise InputError(
                    f"the outage of {key!r} from {start:g} to {stop:g} s lies outside the stream, "
                    f"which runs from {first_s:g} to {last_s:g} s",
                    where="operations",
                    way_out="give seconds on the stream's own clock",
                )


def _example() -> tuple[Any, ...]:
    from paretocode.sim.events.example import small_world

    world, outcome, order = small_world()
    return world, outcome, scratch_of(world), order


_KERNEL = Kernel(run_kernel, example=_example, from_size=_COMPILE_FROM, helpers=HELPERS, cold=COLD, allocates=False)
