"""What must hold of the frontier of maps on any graph: it is the definition's, however it is computed and pruned."""

from __future__ import annotations

from collections import Counter
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphs import METRICS, band_graphs, chain_graph
from oracles.slow_paths import all_paths, slow_frontier, slow_totals
from paretocode._compiled import MODE_VARIABLE
from paretocode.tune.paths import _extend
from paretocode.tune.paths.found import FoundMaps, Verdict
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.pareto import frontier_of_maps

modes = pytest.mark.parametrize("mode", ["never", "always"])
several = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
graphs = st.integers(1, 4).flatmap(lambda n_metrics: band_graphs(n_metrics=n_metrics, max_arcs=18))
numbers_of_bands = st.lists(st.integers(1, 6), min_size=1, max_size=3)


@st.composite
def questions(draw: st.DrawFn) -> tuple[BandGraph, tuple[str, ...], dict[str, int]]:
    """A graph, some of its metrics in any order, and limits on any of them."""
    graph = draw(graphs)
    metrics = draw(st.lists(st.sampled_from(graph.metrics), min_size=1, unique=True))
    limits = draw(st.dictionaries(st.sampled_from(graph.metrics), st.integers(0, 9)))
    return graph, tuple(metrics), limits


def within(graph: BandGraph, n_bands: int, limits: dict[str, int]) -> list[tuple[int, ...]]:
    """Return the totals of every map that keeps the limits, by enumeration."""
    every = (slow_totals(graph, path) for path in all_paths(graph, n_bands))
    return [each for each in every if all(each[graph.column(m)] <= limit for m, limit in limits.items())]


def searched(graph: BandGraph, metrics: tuple[str, ...], totals: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return the searched columns, in the order searched."""
    return [tuple(each[graph.column(metric)] for metric in metrics) for each in totals]


def as_bytes(found: FoundMaps) -> tuple[bytes, bytes, bytes, Verdict]:
    """Return everything that a search decides, byte for byte."""
    assert (found.arcs.dtype, found.n_sharing.dtype) == (np.int32, np.int64)
    return found.arcs.tobytes(), found.n_sharing.tobytes(), found.totals.tobytes(), found.verdict


@modes
@several
@given(graph=graphs, n_bands=numbers_of_bands)
def test_it_is_the_frontier_of_every_path_with_all_that_share(
    graph: BandGraph, n_bands: list[int], mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MODE_VARIABLE, mode)
    found = frontier_of_maps(graph, n_bands=n_bands, metrics=graph.metrics)
    assert [each.n_bands for each in found] == sorted(set(n_bands))
    for each in found:
        paths = {path: slow_totals(graph, path) for path in all_paths(graph, each.n_bands)}
        vectors = slow_frontier(paths.values())
        counts = Counter(paths.values())
        assert [tuple(row) for row in each.searched_totals.tolist()] == vectors
        assert each.n_sharing.tolist() == [counts[vector] for vector in vectors]
        assert each.verdict == (Verdict.EXACT if vectors else Verdict.NO_MAP)
        for arcs, vector in zip(each.arcs.tolist(), vectors, strict=True):
            assert tuple(arcs) == min((p for p, totals in paths.items() if totals == vector), key=lambda p: p[::-1])


@modes
@several
@given(question=questions(), n_bands=numbers_of_bands)
def test_limits_cut_the_maps_before_the_frontier_is_drawn(
    question: tuple[BandGraph, tuple[str, ...], dict[str, int]],
    n_bands: list[int],
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(MODE_VARIABLE, mode)
    graph, metrics, limits = question
    for each in frontier_of_maps(graph, n_bands=n_bands, metrics=metrics, limits=limits):
        allowed = within(graph, each.n_bands, limits)
        counts = Counter(searched(graph, metrics, allowed))
        vectors = [tuple(row) for row in each.searched_totals.tolist()]
        assert vectors == slow_frontier(counts)
        assert {tuple(row) for row in each.totals.tolist()} <= set(allowed)
        exact = [counts[vector] for vector in vectors]
        assert (each.n_sharing >= 1).all()
        assert (each.n_sharing <= exact).all()
        if set(limits) <= set(metrics):
            assert each.n_sharing.tolist() == exact


@modes
@several
@given(question=questions(), n_bands=numbers_of_bands, data=st.data())
def test_for_every_map_within_the_lowered_limits_a_shown_one_is_hardly_worse(
    question: tuple[BandGraph, tuple[str, ...], dict[str, int]],
    n_bands: list[int],
    data: st.DataObject,
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(MODE_VARIABLE, mode)
    graph, metrics, limits = question
    epsilon = data.draw(st.dictionaries(st.sampled_from(metrics), st.integers(0, 12)))
    for each in frontier_of_maps(graph, n_bands=n_bands, metrics=metrics, limits=limits, epsilon=epsilon):
        allowed = within(graph, each.n_bands, limits)
        assert {tuple(row) for row in each.totals.tolist()} <= set(allowed)
        assert (each.verdict == Verdict.NO_MAP) == (not allowed)
        assert all(used in {0, epsilon.get(m, 0)} for used, m in zip(each.slack, metrics, strict=True))
        slack = dict(zip(metrics, each.slack, strict=True))
        lowered = {metric: limit - slack.get(metric, 0) for metric, limit in limits.items()}
        shown = each.searched_totals
        for vector in searched(graph, metrics, within(graph, each.n_bands, lowered)):
            assert (shown - np.array(vector) <= np.array(each.slack)).all(axis=1).any()


@given(question=questions(), n_bands=numbers_of_bands, data=st.data(), block=st.integers(1, 5))
def test_the_twins_and_the_folding_agree_byte_for_byte(
    question: tuple[BandGraph, tuple[str, ...], dict[str, int]], n_bands: list[int], data: st.DataObject, block: int
) -> None:
    graph, metrics, limits = question
    epsilon = data.draw(st.dictionaries(st.sampled_from(metrics), st.integers(0, 12)))

    def answer(mode: str, block: int) -> list[tuple[bytes, bytes, bytes, Verdict]]:
        with patch.dict("os.environ", {MODE_VARIABLE: mode}), patch.object(_extend, "BLOCK", block):
            found = frontier_of_maps(graph, n_bands=n_bands, metrics=metrics, limits=limits, epsilon=epsilon)
        return [as_bytes(each) for each in found]

    plain = answer("never", 2_000_000)
    assert answer("always", 2_000_000) == plain
    assert answer("never", block) == plain


@pytest.mark.parametrize("n_metrics", [1, 2, 3])
def test_the_twins_agree_on_long_chains(n_metrics: int, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = chain_graph(18, n_metrics, 5)
    answers = []
    for mode in ("never", "always"):
        monkeypatch.setenv(MODE_VARIABLE, mode)
        found = frontier_of_maps(graph, n_bands=[2, 4, 5], metrics=METRICS[:n_metrics])
        answers.append([as_bytes(each) for each in found])
    assert answers[0] == answers[1]


@pytest.mark.parametrize("n_metrics", [1, 2, 3])
def test_the_twins_agree_where_many_ways_tie(n_metrics: int, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = chain_graph(12, n_metrics, 5)
    coarse = BandGraph(
        n_nodes=graph.n_nodes,
        tail=graph.tail,
        head=graph.head,
        metrics=graph.metrics,
        values=np.random.default_rng(3).integers(0, 3, size=graph.values.shape),
    )
    answers = []
    for mode in ("never", "always"):
        monkeypatch.setenv(MODE_VARIABLE, mode)
        found = frontier_of_maps(coarse, n_bands=[3, 6], metrics=METRICS[:n_metrics])
        assert found[1].n_sharing.max() > 1
        answers.append([as_bytes(each) for each in found])
    assert answers[0] == answers[1]
