"""A world of four requests, for compiling the engine with columns of the types that it will meet."""

from __future__ import annotations

from paretocode._checks import IndexColumn
from paretocode.catalogue.bundled import load_bundled
from paretocode.sim.billing import tariff
from paretocode.sim.cache import PrefixCache
from paretocode.sim.events.arrivals import arrival_order
from paretocode.sim.events.world import Outcome, World, empty_outcome, world_of
from paretocode.sim.latency import UNCACHED_US_PER_TOKEN, latency_tables
from paretocode.sim.luck import draw_luck
from paretocode.sim.operations import ModelOperations, Operations
from paretocode.sim.plan import routing_plan
from paretocode.sim.replaying import decide
from paretocode.stream.stream import request_stream
from paretocode.tiermap.build import documented_pareto_code

__all__ = ["small_world"]


def small_world() -> tuple[World, Outcome, IndexColumn]:
    """Return it, an outcome in which nothing has happened yet, and the order of arrivals."""
    catalogue = load_bundled()
    stream = request_stream(
        session=[0, 0, 1, 1], time_s=[0, 5, 0, 9], prompt_tokens=[2000] * 4, completion_tokens=[10] * 4
    )
    plan = routing_plan(documented_pareto_code(catalogue), catalogue)
    world = world_of(
        stream,
        plan,
        decide(stream, plan),
        tariff(catalogue, PrefixCache()),
        Operations(others=ModelOperations(error_share=0.5, slots=1, outages=((0.0, 1.0),))),
        tables=latency_tables(catalogue),
        us_per_uncached_token=UNCACHED_US_PER_TOKEN,
        luck=draw_luck(stream, rng=0),
        is_closed=False,
    )
    return world, empty_outcome(stream), arrival_order(stream, is_closed=False)
