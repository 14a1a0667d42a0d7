"""How fast does a log become tables, and how fast is the cost of a single map found without them?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Contender, Race
from benchmarks.search_world import SIX, SearchWorld
from benchmarks.traffic import fresh, total_pusd
from paretocode.sim import NO_CACHE, replay
from paretocode.sim.tables import LogTables, log_tables
from paretocode.tiermap import TierMap
from paretocode.tune.edges.maps import tier_map_of


def middling_map(world: SearchWorld, n_bands: int = 4) -> tuple[TierMap, NDArray[np.int32]]:
    """Return a map that somebody might have in force, and its path: edges that cut the grid into equal parts."""
    marks = np.linspace(0, len(world.lattice) - 1, n_bands + 1).round().astype(np.int64)
    wanted = list(zip(marks[:-1].tolist(), marks[1:].tolist(), strict=True))
    space = world.six
    path, node = [], 0
    for low, high in wanted[::-1] if space.direction.is_from_top else wanted:
        is_it = (space.graph.tail == node) & (space.low == low) & (space.high == high)
        path.append(int(np.flatnonzero(is_it)[0]))
        node = int(space.graph.head[path[-1]])
    arcs = np.array(path, dtype=np.int32)
    return tier_map_of(space, arcs, name="middling"), arcs


def tables_race(world: SearchWorld) -> Race:
    """Return the race from a log to the list cost of one map; the tables hold every other map's as well."""
    tier_map, arcs = middling_map(world)
    expected = int(world.six.graph.values[arcs, SIX.index("list_cost_pusd")].sum())
    n = len(world.stream)

    def contender(name: str, run: Callable[[], Any], note: str, answer: Callable[[Any], object] = int) -> Contender:
        return Contender(name=name, run=run, size=n, expected=expected, answer=answer, note=note)

    def read_off(tables: LogTables) -> object:
        graph = world.space(tables, ["list_cost_pusd"]).graph
        return int(graph.values[arcs].sum())

    def replayed() -> int:
        return total_pusd(replay(fresh(world.stream), tier_map, world.models.catalogue, cache=NO_CACHE))

    prices = price_table(world, tier_map)
    return Race(
        title="From a log to the cost of a map",
        unit="requests",
        contenders=(
            contender(
                "paretocode, tables",
                lambda: log_tables(fresh(world.stream), world.subject),
                "of all maps of the grid, with caches, shortfall and tier changes",
                read_off,
            ),
            contender("paretocode, replay", replayed, "one map; who serves and each request's bill"),
            contender("numpy", numpy_cost(world, tier_map, prices), "one map; a sum, its shortlists given"),
            contender(
                "polars", polars_cost(world, tier_map, prices), "one map; a sum, its shortlists given, one thread"
            ),
        ),
    )


def price_table(world: SearchWorld, tier_map: TierMap) -> NDArray[np.int64]:
    """Return both prices of who serves a tier's request of a window: shape (n_tiers, n_windows, 2) [pico-USD a token].

    A request that fits no window pays nothing.
    """
    models, windows = world.models, world.subject.classes.context_limits
    is_floor = models.policy.eligibility == "floor"
    edges = [0, *tier_map.score_edges_milli, int(models.score_milli[-1]) + 1]
    price = models.tariff_at(0)
    table = np.zeros((len(edges) - 1, len(windows) + 1, 2), dtype=np.int64)
    for at, window in enumerate(windows.tolist()):
        for tier in range(len(edges) - 2, -1, -1):
            stands = models.score_milli >= edges[tier]
            if not is_floor:
                stands &= models.score_milli < edges[tier + 1]
            able = np.flatnonzero(stands & (models.context_tokens >= window))
            if len(able):
                first = min(able.tolist(), key=lambda place: (price.prompt[place], models.tie_rank[place]))
                table[tier, at] = price.prompt[first], price.completion[first]
            elif tier < len(edges) - 2:
                table[tier, at] = table[tier + 1, at]
    return table


def numpy_cost(world: SearchWorld, tier_map: TierMap, prices: NDArray[np.int64]) -> Callable[[], int]:
    """Return the numpy script for one map."""
    stream, windows = world.stream, world.subject.classes.context_limits
    edges, n_tiers = np.array(tier_map.request_edges_ppm), len(prices)

    def run() -> int:
        tier = np.searchsorted(edges, stream.min_score_ppm, side="right")
        tier[stream.is_omitted] = n_tiers - 1
        at = np.searchsorted(windows, stream.prompt_tokens + stream.completion_tokens, side="left")
        slot = tier * prices.shape[1] + at
        flat = prices.reshape(-1, 2)
        return int(stream.prompt_tokens @ flat[slot, 0] + stream.completion_tokens @ flat[slot, 1])

    return run


def polars_cost(world: SearchWorld, tier_map: TierMap, prices: NDArray[np.int64]) -> Callable[[], int]:
    """Return the polars script for one map; the frame is made beforehand."""
    import polars as pl

    stream, windows = world.stream, pl.Series(world.subject.classes.context_limits)
    edges, flat = pl.Series(list(tier_map.request_edges_ppm)), prices.reshape(-1, 2)
    frame = pl.DataFrame(
        {
            "ppm": stream.min_score_ppm,
            "is_omitted": stream.is_omitted,
            "prompt": stream.prompt_tokens,
            "completion": stream.completion_tokens,
        }
    )
    cut = pl.lit(edges).search_sorted(pl.col("ppm"), side="right").cast(pl.Int64)
    tier = pl.when("is_omitted").then(len(prices) - 1).otherwise(cut)
    at = pl.lit(windows).search_sorted(pl.col("prompt") + pl.col("completion"), side="left")
    cost = pl.col("prompt") * pl.lit(pl.Series(flat[:, 0])).gather("slot") + pl.col("completion") * pl.lit(
        pl.Series(flat[:, 1])
    ).gather("slot")
    query = frame.lazy().with_columns(slot=tier * prices.shape[1] + at).select(cost.sum())
    return lambda: int(query.collect().item())
