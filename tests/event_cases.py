"""Worlds for replays of events, small ones drawn and large ones made up, and every way to run them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from oracles.simpy_events import Scene, asked_rows
from paretocode.catalogue.bundled import load_bundled
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.billing import tariff
from paretocode.sim.cache import PrefixCache
from paretocode.sim.events import Outcome
from paretocode.sim.events._kernel import run_kernel
from paretocode.sim.events.arrivals import arrival_order
from paretocode.sim.events.scratch import scratch_of
from paretocode.sim.events.twin import run_twin
from paretocode.sim.events.world import World, empty_outcome, world_of
from paretocode.sim.latency import UNCACHED_US_PER_TOKEN, latency_tables
from paretocode.sim.luck import Luck, draw_luck
from paretocode.sim.operations import CALM, ModelOperations, Operations
from paretocode.sim.plan import routing_plan, usable_rows
from paretocode.sim.replaying import decide
from paretocode.stream import DEFAULT_DEMAND, apply_demand, synthesise
from paretocode.stream.logged import logged_columns
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import TierMap, documented_pareto_code
from strategies import answered, operations_of, streams, timed, worlds

HAS_NUMBA = importlib.util.find_spec("numba") is not None


@dataclass(frozen=True, kw_only=True)
class Case:
    """All that a replay of events is made of."""

    stream: RequestStream
    tier_map: TierMap
    catalogue: Catalogue
    operations: Operations
    luck: Luck
    cache: PrefixCache
    is_closed: bool
    us_per_uncached_token: int = UNCACHED_US_PER_TOKEN

    def world(self) -> tuple[World, Outcome]:
        plan = routing_plan(self.tier_map, self.catalogue)
        world = world_of(
            self.stream,
            plan,
            decide(self.stream, plan),
            tariff(self.catalogue, self.cache),
            self.operations,
            tables=latency_tables(self.catalogue),
            us_per_uncached_token=self.us_per_uncached_token,
            luck=self.luck,
            is_closed=self.is_closed,
        )
        return world, empty_outcome(self.stream)


@st.composite
def cases(draw: st.DrawFn, *, is_calm: bool = False) -> Case:
    """Small worlds in which much happens at one microsecond: flat speeds, whole seconds, prompts that take no time."""
    tier_map, catalogue = draw(worlds())
    assume(usable_rows(tier_map, catalogue))
    catalogue = draw(timed(catalogue))
    stream = draw(answered(draw(streams())))
    return Case(
        stream=stream,
        tier_map=tier_map,
        catalogue=catalogue,
        operations=CALM if is_calm else draw(operations_of(catalogue, stream)),
        luck=draw_luck(stream, rng=draw(st.integers(0, 9))),
        cache=PrefixCache(ttl_s=draw(st.sampled_from([0.0, 4.0, 300.0])), min_tokens=draw(st.sampled_from([0, 15]))),
        is_closed=not is_calm and draw(st.booleans()),
        us_per_uncached_token=draw(st.sampled_from([0, UNCACHED_US_PER_TOKEN])),
    )


def columns_of(outcome: Outcome) -> dict[str, list[int]]:
    return {name: column.tolist() for name, column in outcome._asdict().items()}


def by_twin(case: Case) -> dict[str, list[int]]:
    world, outcome = case.world()
    run_twin(world, outcome)
    return columns_of(outcome)


def by_kernel(case: Case, engine: Callable[..., bool] = run_kernel) -> dict[str, list[int]]:
    """Run the loop of the fast engine, in a heap so small that it must grow."""
    world, outcome = case.world()
    scratch, order = scratch_of(world), arrival_order(case.stream, is_closed=case.is_closed)
    scratch = scratch._replace(heap_time=np.zeros(5, dtype=np.int64), heap_code=np.zeros(5, dtype=np.int64))
    with np.errstate(over="ignore"):  # its hash wraps at 64 bits, as meant
        while engine(world, outcome, scratch, order):
            scratch = scratch.grown()
    return columns_of(outcome)


def by_simpy(case: Case) -> dict[str, list[int]]:
    rows = asked_rows(case.stream, case.tier_map, case.catalogue, case.luck)
    return Scene(
        rows, case.tier_map, case.catalogue, case.operations, case.cache,
        is_closed=case.is_closed, us_per_uncached_token=case.us_per_uncached_token,
    ).columns()  # fmt: skip


def busy_case(arrivals: str, seed: int, n_requests: int = 3_000) -> Case:
    """Made-up coding sessions, twenty times as dense, on a day when everything goes wrong."""
    catalogue = load_bundled()
    stream = apply_demand(synthesise("coding_agent", n_requests=n_requests, rng=seed), DEFAULT_DEMAND, rng=seed)
    stream = stream.replace(time_s=stream.time_s / 20)
    answer_s = np.random.default_rng(seed).exponential(5.0, len(stream))
    start_s = float(np.median(stream.time_s))
    operations = Operations(
        models={
            "deepseek/deepseek-v4-pro@max": ModelOperations(
                error_share=0.05, outages=((start_s, start_s + 900.0), (start_s + 2_000.0, start_s + 2_060.0)),
                requests_per_minute=20, tokens_per_minute=2_000_000,
            ),
            "moonshotai/kimi-k2.6": ModelOperations(error_share=0.02, concurrency=8, requests_per_minute=40),
            "openai/gpt-5.4-mini@xhigh": ModelOperations(slots=2, longest_queue=2),
            "deepseek/deepseek-v4-flash@max": ModelOperations(slots=1),
            "openai/gpt-5.5@xhigh": ModelOperations(outages=((start_s, start_s + 300.0),), concurrency=2),
        },
        others=ModelOperations(error_share=0.01, concurrency=3, tokens_per_minute=500_000),
    )  # fmt: skip
    return Case(
        stream=stream.replace(logged=logged_columns(answer_s=answer_s)),
        tier_map=documented_pareto_code(catalogue),
        catalogue=catalogue,
        operations=operations,
        luck=draw_luck(stream, rng=seed),
        cache=PrefixCache(),
        is_closed=arrivals == "closed",
    )
