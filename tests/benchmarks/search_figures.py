"""What does an exact search take, step by step, and in replays of the same log? Tables for people, nothing raced.

Seconds are processor time: everything here is one thread, and other people's work on the machine is not counted.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.frontier_uncertainty import in_mode
from benchmarks.search_every import modes
from benchmarks.search_tables import middling_map
from benchmarks.search_world import THREE, TWO, SearchWorld
from benchmarks.traffic import fresh
from paretocode.sim import NO_CACHE, replay
from paretocode.tune import BandGraph, FoundMaps, best_map, frontier_of_maps
from paretocode.tune.paths.reachable import count_maps

N_WEIGHTS = 400


def timed(run: Callable[[], object], repeats: int = 5) -> float:
    """Return the median processor time of some calls after one untimed call [s]."""
    run()
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, the first column to the left."""
    lines = [f"### {title}", "", f"| {' | '.join(headings)} |", f"|---|{'--:|' * (len(headings) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Worlds by name, how often each step is timed, and what one replay takes [s]."""

    worlds: dict[str, SearchWorld]
    repeats: int
    replay_s: float

    def replays(self, seconds: float) -> str:
        """Return a time in replays."""
        return f"{seconds / self.replay_s:,.3g}"


def replay_seconds(world: SearchWorld, repeats: int) -> float:
    """Return what one stateless replay without caches takes [s]: a middling map, tiers as documented."""
    tier_map, _ = middling_map(world)
    return timed(lambda: replay(fresh(world.stream), tier_map, world.models.catalogue, cache=NO_CACHE), repeats)


def steps_table(measured: Measured) -> str:
    """Return what it takes to count the log and to build the graph of three metrics."""
    rows = []
    for name, world in measured.worlds.items():
        tables_s = timed(lambda world=world: world.tables(), measured.repeats)  # type: ignore[misc]
        tables = world.tables()
        graph_s = timed(lambda world=world, tables=tables: world.space(tables, THREE), measured.repeats)  # type: ignore[misc]
        graph = world.space(tables, THREE).graph
        rows.append(
            [
                name,
                f"{len(world.lattice) - 2:,}",
                f"{len(tables.used_classes):,}",
                f"{tables_s:.3g}",
                f"{len(world.stream) / tables_s / 1e6:.3g}",
                f"{graph.n_nodes:,}",
                f"{graph.n_arcs:,}",
                f"{graph_s:.3g}",
                measured.replays(tables_s + graph_s),
            ]
        )
    headings = ["world", "edges", "classes", "tables [s]", "M requests/s", "nodes", "bands", "graph [s]", "replays"]
    return table("From a log to a graph", headings, rows)


def frontiers_table(measured: Measured, n_bands: Sequence[int] = (4, 5, 6)) -> str:
    """Return the exact frontiers of cost and shortfall, and of tier changes too."""
    headings = ["world", "tiers", "measures", "maps", "on the frontier", "by 400 weights"]
    headings += [f"{name.removeprefix('paretocode, ')} [s]" for name, _ in modes()]
    rows = []
    for name, world in measured.worlds.items():
        graph = world.six.graph
        for k in n_bands:
            for metrics in (TWO, THREE):
                rows.append([name, f"{k}", f"{len(metrics)}", *_frontier_cells(measured, graph, k, metrics)])
    return table("Exact frontiers of all maps, once the graph stands", [*headings, "replays"], rows)


def _frontier_cells(measured: Measured, graph: BandGraph, n_bands: int, metrics: Sequence[str]) -> list[str]:
    def run() -> FoundMaps:
        return frontier_of_maps(graph, n_bands=n_bands, metrics=metrics)[0]

    found, seconds = run(), [timed(in_mode(mode, run), measured.repeats) for _, mode in modes()]  # type: ignore[arg-type]
    share = f"{weighted_share(graph, found):.0%}" if metrics == TWO else ""
    n_maps = count_maps(graph, n_bands)[n_bands]
    times = [f"{second:.3g}" for second in seconds]
    return [f"{n_maps:,}", f"{len(found):,}", share, *times, measured.replays(seconds[0])]


def weighted_share(graph: BandGraph, found: FoundMaps, n_weights: int = N_WEIGHTS) -> float:
    """Return the share of a frontier of two metrics that weighted sums find, weights spread between its slopes."""
    points = found.searched_totals
    steps = np.diff(points, axis=0).astype(float)
    if not len(steps):
        return 1.0
    slopes = -steps[:, 0] / steps[:, 1]
    most = 2.0**61 / max(1, int(points[:, 1].max())) / 10
    weights = np.geomspace(max(1.0, slopes.min()), max(1.0, min(slopes.max(), most)), n_weights)
    reached = set()
    for weight in np.unique(weights.round().astype(np.int64)).tolist():
        best = best_map(graph, n_bands=found.n_bands, weights={found.searched[0]: 1, found.searched[1]: weight})
        reached.add(tuple(best.totals[0, [graph.column(name) for name in found.searched]].tolist()))
    return len(reached & {tuple(point) for point in points.tolist()}) / len(points)


def scalar_table(measured: Measured, n_bands: int = 8) -> str:
    """Return the search for the one best map by a weighted sum."""
    rows, weights = [], {TWO[0]: 1, TWO[1]: 100_000}  # 0.1 USD for a shortfall of the whole axis
    for name, world in measured.worlds.items():
        tables_s = timed(lambda world=world: world.tables(), measured.repeats)  # type: ignore[misc]
        tables = world.tables()
        graph_s = timed(lambda world=world, tables=tables: world.space(tables, TWO), 1)  # type: ignore[misc]
        graph = world.space(tables, TWO).graph
        search_s = timed(lambda graph=graph: best_map(graph, n_bands=n_bands, weights=weights), measured.repeats)  # type: ignore[misc]
        n_maps = float(count_maps(graph, n_bands)[n_bands])
        cells = [f"{len(world.lattice) - 2:,}", f"{n_maps:.2g}", f"{tables_s:.3g}", f"{graph_s:.3g}", f"{search_s:.3g}"]
        rows.append([name, *cells, measured.replays(search_s), measured.replays(tables_s + graph_s + search_s)])
    headings = [
        "world",
        "edges",
        "maps",
        "tables [s]",
        "graph [s]",
        "search [s]",
        "search in replays",
        "all in replays",
    ]
    return table(f"The best of all maps of {n_bands} tiers by a weighted sum of cost and shortfall", headings, rows)
