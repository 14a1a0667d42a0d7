"""What do the replay's contenders share? The stream, the map, and plain tables of it, built without our own plan."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from paretocode.catalogue import Catalogue, load_bundled
from paretocode.sim import Replay
from paretocode.stream import DEFAULT_DEMAND, RequestStream, apply_demand, synthesise
from paretocode.tiermap import TierMap, documented_pareto_code

EDGES_PPM = (330_000, 660_000)
DEFAULT_TIER = 2
TTL_S = 300.0
MIN_CACHED_TOKENS = 1024


class Model(NamedTuple):
    """One model of a tier: catalogue row, context window [tokens], prices [pico-USD per token]."""

    row: int
    window: int
    prompt: int
    completion: int
    cache_read: int | None
    cache_write: int | None


class Row(NamedTuple):
    """One request, in plain Python numbers."""

    time_s: float
    min_score_ppm: int
    is_omitted: bool
    prompt: int
    completion: int
    prefix: int


def traffic(n_requests: int) -> RequestStream:
    """Return made-up coding sessions with the assumed demand."""
    return apply_demand(synthesise("coding_agent", n_requests=n_requests, rng=1), DEFAULT_DEMAND, rng=2)


def fresh(stream: RequestStream) -> RequestStream:
    """Return the same columns in a new object, so that nothing derived from them is remembered from the last call."""
    return stream.replace()


def first_sessions(stream: RequestStream, n_requests: int) -> RequestStream:
    """Return the stream's first requests."""
    names = (
        "session",
        "time_s",
        "min_score_ppm",
        "is_omitted",
        "prompt_tokens",
        "completion_tokens",
        "prefix_tokens",
    )
    return stream.replace(**{name: getattr(stream, name)[:n_requests] for name in names})


def documented(*, stickiness: str) -> tuple[Catalogue, TierMap]:
    """Return the 13 models and the documented map."""
    catalogue = load_bundled()
    return catalogue, documented_pareto_code(catalogue).with_policy(stickiness=stickiness)


def tiers_by_price(catalogue: Catalogue) -> list[list[Model]]:
    """Return low, medium, high, each by prompt price; prices in whole pico-USD per token, None where missing."""

    def pico(column: str, row: int) -> int | None:
        price = float(getattr(catalogue, f"{column}_usd_per_mtok")[row])
        return None if math.isnan(price) else round(price * 1e6)

    def model(row: int) -> Model:
        prompt, completion, read, write = (
            pico(name, row) for name in ("prompt", "completion", "cache_read", "cache_write")
        )
        return Model(row, int(catalogue.context_tokens[row]), prompt or 0, completion or 0, read, write)

    return [
        sorted(
            (model(row) for row, tier in enumerate(catalogue.listed_tier) if tier == name),
            key=lambda m: (m.prompt, -catalogue.coding_score[m.row]),
        )
        for name in ("low", "medium", "high")
    ]


def ladders(tiers: list[list[Model]]) -> list[list[Model]]:
    """Return for each tier only the models that can win, by rising window: the first that fits is the right one.

    A model behind a cheaper one with at least its window never serves, and a tier goes on with the tier above it.
    """
    found = []
    for tier in range(len(tiers)):
        ladder: list[Model] = []
        for model in (m for above in tiers[tier:] for m in above):
            if not ladder or model.window > ladder[-1].window:
                ladder.append(model)
        found.append(ladder)
    return found


def sessions_of(stream: RequestStream) -> list[list[Row]]:
    """Return the stream as lists of plain rows, one list a session."""
    sessions: list[list[Row]] = [[] for _ in range(stream.n_sessions)]
    columns = (
        stream.session,
        stream.time_s,
        stream.min_score_ppm,
        stream.is_omitted,
        stream.prompt_tokens,
        stream.completion_tokens,
        stream.prefix_tokens,
    )
    for session, *row in zip(*(column.tolist() for column in columns), strict=True):
        sessions[session].append(Row(*row))
    return sessions


def total_pusd(run: Replay) -> int:
    """Return the exact total of a replay [pico-USD]; 63 bits hold 9 million USD."""
    return int(run.cost_pusd.sum())


def simpy_total(sessions: list[list[Row]], decider: Callable[[], Callable[[Row], int]]) -> int:
    """Run one SimPy process a session; each request waits for its time and is decided and billed [pico-USD]."""
    import simpy

    environment = simpy.Environment()
    costs: list[int] = []

    def process(rows: list[Row]):  # type: ignore[no-untyped-def]
        decide = decider()
        for row in rows:
            yield environment.timeout(max(0.0, row.time_s - environment.now))
            costs.append(decide(row))

    for rows in sessions:
        environment.process(process(rows))
    environment.run()
    return sum(costs)


def loop_total(sessions: list[list[Row]], decider: Callable[[], Callable[[Row], int]]) -> int:
    """Do the same in a plain loop over sessions [pico-USD]."""
    total = 0
    for rows in sessions:
        decide = decider()
        for row in rows:
            total += decide(row)
    return total
