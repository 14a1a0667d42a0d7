"""Do the searches find what the definition finds, on every small graph, ties and dead ends included?"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphs import band_graphs
from oracles.slow_paths import all_paths, slow_frontier, slow_totals
from paretocode._compiled import MODE_VARIABLE
from paretocode.tune.paths.every import every_map, frontier_of_every
from paretocode.tune.paths.found import Verdict
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.near import near_optimal
from paretocode.tune.paths.reachable import (
    MOST,
    count_from_start,
    count_maps,
    count_to_end,
    least_from_start,
    least_to_end,
)
from paretocode.tune.paths.scalar import best_maps

graphs = band_graphs()
bands = st.sampled_from([2, 3, 1, 4, 6])


def part_of(graph: BandGraph, first: int, last: int) -> BandGraph:
    """Return the graph of the nodes first .. last, with their numbers from 0."""
    keep = (graph.tail >= first) & (graph.head <= last)
    return BandGraph(
        n_nodes=last - first + 1,
        tail=graph.tail[keep] - first,
        head=graph.head[keep] - first,
        metrics=graph.metrics,
        values=graph.values[keep],
    )


@given(graphs, bands)
def test_least_totals_and_counts_are_those_of_all_half_maps(graph: BandGraph, n_bands: int) -> None:
    weights, last = graph.values[:, 0], graph.n_nodes - 1
    tables = least_from_start(graph, weights, n_bands), least_to_end(graph, weights, n_bands)
    counts = count_from_start(graph, n_bands), count_to_end(graph, n_bands)
    for node in range(graph.n_nodes):
        for table, count, (first, stop) in zip(tables, counts, ((0, node), (node, last)), strict=True):
            for b in range(n_bands + 1):
                if first == stop:
                    costs = [0] if b == 0 else []
                else:
                    part = part_of(graph, first, stop)
                    costs = [slow_totals(part, path)[0] for path in all_paths(part, b)]
                assert table[b, node] == min(costs, default=MOST)
                assert count[b, node] == len(costs)
    assert count_maps(graph, n_bands) == tuple(len(all_paths(graph, b)) for b in range(n_bands + 1))


@given(graphs, st.lists(bands, max_size=3), st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(lambda w: w[0]))
def test_the_best_map_is_a_best_path_and_its_ties_are_counted(
    graph: BandGraph, numbers: list[int], by_column: list[int]
) -> None:
    weights = dict(zip(graph.metrics, by_column, strict=False))
    for n_bands, found in zip(numbers, best_maps(graph, n_bands=numbers, weights=weights), strict=True):
        scores = {
            path[::-1]: sum(w * t for w, t in zip(by_column, slow_totals(graph, path), strict=False))
            for path in all_paths(graph, n_bands)
        }
        if not scores:
            assert (found.verdict, len(found)) == (Verdict.NO_MAP, 0)
            continue
        tied = [path for path, score in scores.items() if score == min(scores.values())]
        assert found.arcs.tolist() == [list(min(tied)[::-1])]
        assert (found.n_sharing.tolist(), found.verdict) == ([len(tied)], Verdict.EXACT)


@pytest.mark.parametrize("mode", ["never", "always"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=graphs, n_bands=bands)
def test_every_map_is_every_path(graph: BandGraph, n_bands: int, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODE_VARIABLE, mode)
    every = every_map(graph, n_bands=n_bands)
    paths = sorted(all_paths(graph, n_bands), key=lambda path: path[::-1])
    assert [tuple(row) for row in every.arcs_of(np.arange(len(every))).tolist()] == paths
    assert [tuple(row) for row in every.totals.tolist()] == [slow_totals(graph, path) for path in paths]


@given(graphs, bands, st.data())
def test_the_frontier_of_every_map_is_that_of_the_definition(
    graph: BandGraph, n_bands: int, data: st.DataObject
) -> None:
    metrics = data.draw(st.permutations(graph.metrics).flatmap(lambda m: st.sampled_from([m, m[:1]])))
    every = every_map(graph, n_bands=n_bands)
    columns = [graph.column(metric) for metric in metrics]
    vectors = [tuple(row) for row in every.totals[:, columns].tolist()]
    rows, n_sharing = frontier_of_every(every, metrics)
    assert [vectors[row] for row in rows] == slow_frontier(vectors)
    assert n_sharing.tolist() == [Counter(vectors)[vectors[row]] for row in rows]
    assert rows.tolist() == [vectors.index(vectors[row]) for row in rows]


@given(
    band_graphs(largest=9),
    bands,
    st.sampled_from([0, 100_000, 500_000, 2_000_000]),
    st.lists(st.integers(0, 20) | st.sampled_from([-1, 99]), min_size=1, max_size=3),
    st.integers(1, 12),
)
def test_near_optimal_maps_are_those_of_the_definition(
    graph: BandGraph, n_bands: int, within_ppm: int, most: list[int], most_maps: int
) -> None:
    limits = dict(zip(graph.metrics[::-1], most, strict=False))  # the searched metric may be limited as well
    paths = {path[::-1]: slow_totals(graph, path) for path in all_paths(graph, n_bands)}
    kept = sorted(
        (totals[0], path)
        for path, totals in paths.items()
        if all(totals[graph.column(name)] <= limit for name, limit in limits.items())
    )
    near = [each for each in kept if each[0] <= kept[0][0] * (10**6 + within_ppm) // 10**6]
    found = near_optimal(
        graph, n_bands=n_bands, metric="cost", within_ppm=within_ppm, limits=limits, most_maps=most_maps
    )
    shown = near[:most_maps]
    assert [tuple(row[::-1]) for row in found.arcs.tolist()] == [path for _, path in shown]
    assert found.n_sharing.tolist() == [sum(total == other for other, _ in shown) for total, _ in shown]
    if not near:
        assert found.verdict is Verdict.NO_MAP
    else:
        assert found.verdict is (Verdict.FIRST_ONES if len(near) > most_maps else Verdict.EXACT)
