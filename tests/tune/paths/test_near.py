"""Do all maps near the best come out, best first, limits kept, and does the search say when it stopped early?"""

from __future__ import annotations

import numpy as np
import pytest

from graphs import chain_graph, graph_of
from paretocode.errors import InputError, ParetocodeError, UsageError
from paretocode.tune.paths.every import every_map
from paretocode.tune.paths.found import Verdict
from paretocode.tune.paths.near import near_optimal
from paretocode.tune.paths.scalar import best_map


def test_the_margin_is_rounded_down_and_included() -> None:
    graph = graph_of(2, [(0, 1)] * 4, [[999], [1000], [1001], [1002]], n_metrics=1)
    found = near_optimal(graph, n_bands=1, metric="cost", within_ppm=2_500)  # 999 x 1.0025 = 1001.4975
    assert (found.totals[:, 0].tolist(), found.verdict) == ([999, 1000, 1001], Verdict.EXACT)


def test_a_best_of_0_has_only_ties() -> None:
    graph = graph_of(2, [(0, 1)] * 3, [[0], [1], [0]], n_metrics=1)
    found = near_optimal(graph, n_bands=1, metric="cost", within_ppm=10**9)
    assert (found.arcs.tolist(), found.n_sharing.tolist()) == ([[0], [2]], [2, 2])


def test_the_first_ones_are_the_best_ones_and_the_verdict_says_so() -> None:
    graph = chain_graph(30, 2, 4)
    totals = np.sort(every_map(graph, n_bands=4).totals[:, 0])
    found = near_optimal(graph, n_bands=4, metric="cost", within_ppm=10**6, most_maps=50)
    assert found.verdict is Verdict.FIRST_ONES
    assert found.searched_totals[:, 0].tolist() == totals[:50].tolist()


def test_ties_come_in_the_order_of_their_arcs_from_the_end() -> None:
    values = [[number % 3] for number in range(60)]
    graph = graph_of(3, [(0, 1)] * 30 + [(1, 2)] * 30, values, n_metrics=1)
    found = near_optimal(graph, n_bands=2, metric="cost", within_ppm=0)
    assert found.arcs.tolist() == [[first, last] for last in range(30, 60, 3) for first in range(0, 30, 3)]


def test_as_many_as_were_asked_for_is_not_too_many() -> None:
    graph = graph_of(2, [(0, 1)] * 2, [[1], [1]], n_metrics=1)
    assert near_optimal(graph, n_bands=1, metric="cost", within_ppm=0, most_maps=2).verdict is Verdict.EXACT
    assert near_optimal(graph, n_bands=1, metric="cost", within_ppm=0, most_maps=1).verdict is Verdict.FIRST_ONES


@pytest.mark.parametrize("n_bands", [3, 5])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.7])
def test_entangled_limits_are_kept_exactly(n_bands: int, share: float) -> None:
    graph = chain_graph(24, 4, 5)
    rng = np.random.default_rng(6)
    noisy = graph_of(
        graph.n_nodes,
        list(zip(graph.tail, graph.head, strict=True)),
        rng.integers(0, 1000, size=graph.values.shape),
        n_metrics=4,
    )
    totals = every_map(noisy, n_bands=n_bands).totals
    limits = {
        name: int(np.quantile(totals[:, noisy.column(name)], share)) for name in ("shortfall", "jumps", "latency")
    }
    keeps = (totals[:, 1:] <= list(limits.values())).all(axis=1)
    found = near_optimal(noisy, n_bands=n_bands, metric="cost", within_ppm=50_000, limits=limits)
    kept = np.sort(totals[keeps, 0])
    want = kept[kept <= kept[0] * 1_050_000 // 1_000_000] if len(kept) else kept
    assert found.searched_totals[:, 0].tolist() == want.tolist()
    assert (found.totals[:, 1:] <= list(limits.values())).all()


def test_the_bound_with_a_limit_is_tight_enough_for_many_maps() -> None:
    """10^13 maps, and the limit lies half way between the cheapest map's shortfall and the least."""
    graph = chain_graph(150, 2, 7)
    cheap, frugal = (best_map(graph, n_bands=8, weights={name: 1}).totals[0] for name in ("cost", "shortfall"))
    limit = int(cheap[1] + frugal[1]) // 2
    found = near_optimal(graph, n_bands=8, metric="cost", within_ppm=0, limits={"shortfall": limit}, most_steps=20_000)
    assert found.verdict is Verdict.EXACT
    assert cheap[0] < found.totals[0, 0] < frugal[0]


def test_values_near_62_bits_do_not_break_the_bound() -> None:
    large = 2**59
    values = [[large, 0], [0, large], [large // 2, large // 2 + 1], [large // 2 + 1, large // 2]]
    graph = graph_of(3, [(0, 1)] * 4 + [(1, 2)] * 4, values * 2, n_metrics=2)
    found = near_optimal(graph, n_bands=2, metric="cost", within_ppm=0, limits={"shortfall": large + 1})
    totals = every_map(graph, n_bands=2).totals
    assert found.totals[0, 0] == totals[totals[:, 1] <= large + 1, 0].min()


@pytest.mark.parametrize("limit", [-1, -(10**30)])
def test_a_limit_that_no_map_keeps_leaves_no_map(limit: int) -> None:
    found = near_optimal(chain_graph(3, 2, 0), n_bands=2, metric="cost", within_ppm=0, limits={"shortfall": limit})
    assert (found.verdict, found.arcs.shape) == (Verdict.NO_MAP, (0, 2))


def test_a_graph_without_a_path_leaves_no_map_and_a_loose_limit_changes_nothing() -> None:
    graph = chain_graph(3, 2, 0)
    assert near_optimal(graph, n_bands=5, metric="cost", within_ppm=0).verdict is Verdict.NO_MAP
    free = near_optimal(graph, n_bands=2, metric="cost", within_ppm=10**6)
    loose = near_optimal(graph, n_bands=2, metric="cost", within_ppm=10**6, limits={"shortfall": 10**30})
    assert free.arcs.tolist() == loose.arcs.tolist()


@pytest.mark.parametrize(
    ("settings", "kind", "words"),
    [
        ({"n_bands": 0}, UsageError, "n_bands is 0"),
        ({"within_ppm": -1}, UsageError, "within_ppm is -1"),
        ({"most_maps": 0}, UsageError, "most_maps is 0"),
        ({"most_steps": 0}, UsageError, "most_steps is 0"),
        ({"metric": "speed"}, InputError, "metric is 'speed'"),
        ({"limits": {"speed": 1}}, InputError, "metric is 'speed'"),
        ({"limits": {"cost": 1.5}}, UsageError, "the limit of cost is 1.5"),
        ({"most_steps": 1}, UsageError, "1 half maps were looked into"),
    ],
)
def test_bad_questions_are_refused(settings: dict[str, object], kind: type[ParetocodeError], words: str) -> None:
    asked: dict[str, object] = {"n_bands": 3, "metric": "cost", "within_ppm": 0, **settings}
    with pytest.raises(kind, match=words):
        near_optimal(chain_graph(5, 1, 0), **asked)
