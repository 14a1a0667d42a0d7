"""Which maps are nearly as good as the best? All within a few parts per million, best first, limits kept.

Half maps wait in a heap under the least total they can still reach; the least is prolonged first (A* of Hart, Nilsson
and Raphael, 1968). As no bound is ever too high, whole maps come out in the order of their totals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heappop, heappush

import numpy as np

from paretocode.errors import UsageError
from paretocode.tune.paths._completion import Branches, Completions, completions
from paretocode.tune.paths.found import FoundMaps, Verdict
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import refuse_no_bands

__all__ = ["near_optimal"]

_Map = tuple[int, tuple[int, ...]]
_PPM = 1_000_000


def near_optimal(
    graph: BandGraph,
    *,
    n_bands: int,
    metric: str,
    within_ppm: int,
    limits: Mapping[str, int] | None = None,
    most_maps: int = 10_000,
    most_steps: int = 300_000,
) -> FoundMaps:
    """Return all maps of exactly n_bands bands whose total is close to the best among those that keep the limits.

    Parameters
    ----------
    graph
        What is searched.
    n_bands
        Arcs of each path, at least 1.
    metric
        What is minimised.
    within_ppm
        A map qualifies if its total is at most best x (10^6 + within_ppm) / 10^6, rounded down; 0 asks for all that
        tie with the best, and a best of 0 has only ties.
    limits
        Metric -> most total, inclusive. One that is not mentioned is free.
    most_maps
        Most maps shown.
    most_steps
        Most half maps that are looked into; some seconds.

    Returns
    -------
    A row for each map, in the order of (total, arcs read from the end). `n_sharing` counts the *shown* maps with the
    same total. The verdict is EXACT; FIRST_ONES if more than `most_maps` qualify, the first in that order being shown
    (others may tie with the last); or NO_MAP, with no rows, if no map keeps the limits.

    Raises
    ------
    UsageError
        A number of bands, maps or steps below 1, `within_ppm` below 0, a limit that is not whole, or a search of more
        than `most_steps`.
    InputError
        An unknown metric, or sums that do not fit 62 bits.

    Notes
    -----
    Without limits at most n_bands half maps are looked into for each map shown, O(arcs into a node) each. With
    limits the problem is NP-hard (shortest path with a budget); bounds keep the search small in practice.

    Examples
    --------
    The cheapest map has 4 jumps; with at most 3 the best costs 10, and a map of 11 is within ten per cent.

    >>> graph = BandGraph(n_nodes=2, tail=np.zeros(4, dtype=int), head=np.ones(4, dtype=int),
    ...                   metrics=("cost", "jumps"), values=np.array([[11, 3], [7, 4], [10, 2], [12, 0]]))
    >>> found = near_optimal(graph, n_bands=1, metric="cost", within_ppm=100_000, limits={"jumps": 3})
    >>> found.totals.tolist(), found.verdict.name
    ([[10, 2], [11, 3]], 'EXACT')
    >>> near_optimal(graph, n_bands=1, metric="cost", within_ppm=0, limits={"jumps": -1}).verdict.name
    'NO_MAP'
    """
    limits = limits or {}
    _refuse_settings(within_ppm=within_ppm, most_maps=most_maps, most_steps=most_steps, limits=limits)
    refuse_no_bands(n_bands)
    columns = [graph.column(name) for name in (metric, *limits)]
    graph.refuse_overflow(n_bands)
    bounds = completions(graph, n_bands, columns, [int(limit) for limit in limits.values()])
    maps, is_cut = _taken(_maps_in_order(bounds, n_bands, most_steps), within_ppm, most_maps)
    totals = np.array([total for total, _ in maps], dtype=np.int64)
    _, group, size = np.unique(totals, return_inverse=True, return_counts=True)
    return FoundMaps(
        graph=graph,
        n_bands=n_bands,
        searched=(metric,),
        arcs=np.array([arcs[::-1] for _, arcs in maps], dtype=np.int32).reshape(-1, n_bands),
        n_sharing=size[group.ravel()].astype(np.int64),
        slack=(0,),
        verdict=Verdict.FIRST_ONES if is_cut else Verdict.EXACT if maps else Verdict.NO_MAP,
    )


def _refuse_settings(*, within_ppm: int, most_maps: int, most_steps: int, limits: Mapping[str, int]) -> None:
    for name, limit in limits.items():
        if not isinstance(limit, int | np.integer):
            raise UsageError(f"the limit of {name} is {limit!r}", where="search", way_out="give a whole number")
    if within_ppm < 0:
        raise UsageError(f"within_ppm is {within_ppm}", where="search", way_out="give 0 or more parts per million")
    for name, number in (("most_maps", most_maps), ("most_steps", most_steps)):
        if number < 1:
            raise UsageError(f"{name} is {number}", where="search", way_out="give 1 or more")


def _taken(maps: Iterator[_Map], within_ppm: int, most_maps: int) -> tuple[list[_Map], bool]:
    """Return the maps that qualify, at most so many, and whether more do."""
    taken: list[_Map] = []
    for total, arcs in maps:
        # Python's whole numbers: the product may need more than 64 bits.
        if taken and total > taken[0][0] * (_PPM + within_ppm) // _PPM:
            return taken, False
        if len(taken) == most_maps:
            return taken, True
        taken.append((total, arcs))
    return taken, False


def _maps_in_order(bounds: Completions, n_bands: int, most_steps: int) -> Iterator[_Map]:
    """Yield (total, arcs from the end) of every map that keeps the limits, smallest first.

    The heap holds of each set of branches only the next; a half map's arcs are a prefix of its completions' arcs, so
    that among equal keys it comes before every map with larger arcs.
    """
    heap: list[tuple[int, tuple[int, ...], int, Branches]] = []

    def wait(branches: Branches, i: int, stem: tuple[int, ...]) -> None:
        if i < len(branches.arcs):
            heappush(heap, (branches.keys[i], (*stem, branches.arcs[i]), i, branches))

    wait(bounds.branches(bounds.graph.n_nodes - 1, n_bands, bounds.nothing_spent()), 0, ())
    n_steps = 1
    while heap:
        key, arcs, i, branches = heappop(heap)
        wait(branches, i + 1, arcs[:-1])
        if len(arcs) == n_bands:
            yield key, arcs
            continue
        n_steps += 1
        if n_steps > most_steps:
            raise UsageError(
                f"the limits are so entangled that {most_steps:,} half maps were looked into without an end",
                where="search",
                way_out="raise most_steps, loosen a limit, or search the frontier of the limited metrics",
            )
        tail = int(bounds.graph.tail[arcs[-1]])
        wait(bounds.branches(tail, n_bands - len(arcs), branches.spent[i]), 0, arcs)
