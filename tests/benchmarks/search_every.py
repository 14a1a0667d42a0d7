"""How fast are all maps of a grid weighed, and how fast is their frontier found? Beside loops, a matrix and replays."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from itertools import combinations, islice
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.frontier_uncertainty import in_mode
from benchmarks.harness import Contender, Race
from benchmarks.search_world import SIX, THREE, SearchWorld
from paretocode.sim.tables import replayed_totals
from paretocode.tune import SearchSpace, every_map, frontier_of_every, frontier_of_maps
from paretocode.tune.edges.maps import tier_map_of
from paretocode.tune.paths.every import EveryMap

Totals = NDArray[np.int64]
BANDS = 4


def modes() -> list[tuple[str, str]]:
    """Return what can be raced here: the compiled loops where numba is installed, and numpy."""
    compiled = [("paretocode, compiled", "always")] if importlib.util.find_spec("numba") else []
    return [*compiled, ("paretocode, numpy", "never")]


def band_matrix(space: SearchSpace) -> Totals:
    """Return what the band between two positions adds: shape (n_positions, n_positions, n_metrics).

    Only where bands know nothing of each other, as under the eligibility ``floor``: then every position is one node.
    """
    graph = space.graph
    matrix = np.zeros((len(space.lattice), len(space.lattice), len(graph.metrics)), dtype=np.int64)
    matrix[space.low, space.high] = graph.values
    return matrix


def in_order(totals: Totals) -> bytes:
    """Return rows of totals so that two lists of the same maps are equal, however they are ordered."""
    whole = np.asarray(totals, dtype=np.int64)
    return whole[np.lexsort(whole.T)].tobytes()


def every_map_race(world: SearchWorld, *, n_small: int, n_replayed: int = 3) -> Race:
    """Return the race over all maps of four tiers and six metrics, in a world of eligibility ``floor``."""
    space = world.six
    graph, matrix, last = space.graph, band_matrix(space), len(space.lattice) - 1
    edges = np.array(list(combinations(range(1, last), BANDS - 1)))

    def by_matrix(maps: NDArray[np.int64] = edges) -> Totals:
        first, second, third = maps.T
        return matrix[0, first] + matrix[first, second] + matrix[second, third] + matrix[third, last]

    def by_loop() -> list[list[int]]:
        bands = {(low, high): row for low, row_of in enumerate(listed) for high, row in enumerate(row_of)}
        found = []
        for first, second, third in islice(combinations(range(1, last), BANDS - 1), n_small):
            parts = bands[0, first], bands[first, second], bands[second, third], bands[third, last]
            found.append([sum(numbers) for numbers in zip(*parts, strict=True)])
        return found

    listed, whole = matrix.tolist(), in_order(by_matrix())
    arcs = every_map(graph, n_bands=BANDS).arcs_of(np.linspace(0, len(edges) - 1, n_replayed).astype(np.int64))
    some_maps = [tier_map_of(space, path, name=str(at)) for at, path in enumerate(arcs)]

    def by_replay() -> list[list[int]]:
        runs = [replayed_totals(world.stream, one, world.models, [*SIX]) for one in some_maps]
        return [[run[name] for name in SIX] for run in runs]

    def run_in(mode: str) -> Callable[[], Any]:
        return in_mode(mode, lambda: every_map(graph, n_bands=BANDS))  # type: ignore[arg-type, return-value]

    ours = [
        Contender(name=name, run=run_in(mode), size=len(edges), expected=whole, answer=lambda e: in_order(e.totals))
        for name, mode in modes()
    ]
    exact_cost = SIX.index("cost_pusd")
    return Race(
        title=f"All {comb(last - 1, BANDS - 1):,} maps of {BANDS} tiers, six metrics, once the log is tabulated",
        unit="maps",
        contenders=(
            *ours,
            Contender(
                name="numpy by hand",
                run=by_matrix,
                size=len(edges),
                expected=whole,
                answer=in_order,
                note="a matrix of bands, its list of maps given; only where no tier hands on",
            ),
            Contender(
                name="plain Python loop",
                run=by_loop,
                size=len(edges[:n_small]),
                expected=in_order(by_matrix(edges[:n_small])),
                answer=lambda found: in_order(np.array(found)),
                note="subset; a dict of bands",
            ),
            Contender(
                name="replay of each map",
                run=by_replay,
                size=n_replayed,
                expected=without(graph.totals_of(arcs), exact_cost),
                answer=lambda found: without(np.array(found), exact_cost),
                note=f"subset; {len(world.stream):,} requests each; all but the bill compared, which is exact here",
            ),
        ),
    )


def without(totals: Totals, column: int) -> bytes:
    """Return rows without one metric: neighbouring tiers that share a model and its cache cost less than their sum."""
    return in_order(np.delete(totals, column, axis=1))


def frontier_of_maps_race(world: SearchWorld) -> Race:
    """Return the race for the exact frontier of all maps of four tiers in cost, shortfall and tier changes."""
    graph = world.six.graph
    every = every_map(graph, n_bands=BANDS)
    rows, _ = frontier_of_every(every, THREE)
    columns = [graph.column(name) for name in THREE]
    expected = in_order(every.totals[rows][:, columns])

    def run_in(mode: str) -> Callable[[], Any]:
        return in_mode(mode, lambda: frontier_of_maps(graph, n_bands=BANDS, metrics=THREE))  # type: ignore[arg-type, return-value]

    def enumerated() -> Totals:
        made: EveryMap = every_map(graph, n_bands=BANDS)
        kept, _ = frontier_of_every(made, THREE)
        return made.totals[kept][:, columns]

    ours = [
        Contender(
            name=name,
            run=run_in(mode),
            size=len(every),
            expected=expected,
            answer=lambda found: in_order(found[0].searched_totals),
        )
        for name, mode in modes()
    ]
    by_hand = Contender(
        name="all maps, then moocore",
        run=enumerated,
        size=len(every),
        expected=expected,
        answer=in_order,
        note="compiled C",
    )
    title = (
        f"Exact frontier of {len(every):,} maps of {BANDS} tiers: cost, shortfall, tier changes ({len(rows):,} on it)"
    )
    return Race(title=title, unit="maps", contenders=(*ours, by_hand))
