"""Is the best map for one number the right path, and are bad questions refused?"""

from __future__ import annotations

import numpy as np
import pytest

from graphs import chain_graph, graph_of
from paretocode.errors import InputError, ParetocodeError, UsageError
from paretocode.tune.paths.found import Verdict
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import MOST, count_maps, count_to_end, saturating_sums
from paretocode.tune.paths.scalar import best_map, best_maps, weighted_sum


@pytest.fixture
def diamond() -> BandGraph:
    """Two ways of two bands, cost 5 and 5, jumps 0 and 4; one band for 6."""
    arcs = [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)]
    return graph_of(4, arcs, [[2, 0], [1, 2], [3, 0], [4, 2], [6, 0]], n_metrics=2)


def test_of_tied_maps_the_one_with_the_smallest_arcs_from_the_end_is_shown(diamond: BandGraph) -> None:
    found = best_map(diamond, n_bands=2, weights={"cost": 1})
    assert found.arcs.tolist() == [[0, 3]]
    assert (found.n_sharing.tolist(), found.slack, found.verdict) == ([2], (0,), Verdict.EXACT)


def test_a_second_metric_breaks_the_tie(diamond: BandGraph) -> None:
    found = best_map(diamond, n_bands=2, weights={"cost": 1, "shortfall": 10})
    assert (found.totals.tolist(), found.n_sharing.tolist()) == ([[5, 0]], [1])
    assert found.searched == ("cost", "shortfall")


def test_a_metric_without_weight_did_not_decide(diamond: BandGraph) -> None:
    assert best_map(diamond, n_bands=2, weights={"cost": 1, "shortfall": 0}).searched == ("cost",)


def test_maps_of_several_numbers_of_bands_come_in_the_order_asked_for(diamond: BandGraph) -> None:
    found = best_maps(diamond, n_bands=[3, 1, 2, 1], weights={"cost": 1})
    assert [len(each) for each in found] == [0, 1, 1, 1]
    assert [each.verdict for each in found] == [Verdict.NO_MAP] + [Verdict.EXACT] * 3
    assert found[0].arcs.shape == (0, 3)
    assert best_maps(diamond, n_bands=[], weights={"cost": 1}) == ()


def test_a_graph_without_arcs_has_no_map() -> None:
    empty = graph_of(2, [], [], n_metrics=1)
    assert best_map(empty, n_bands=1, weights={"cost": 7}).verdict is Verdict.NO_MAP


def test_ties_are_counted_until_62_bits() -> None:
    arcs = [(node, node + 1) for node in range(8) for _ in range(300)]
    graph = graph_of(9, arcs, np.zeros((len(arcs), 1)), n_metrics=1)
    assert best_map(graph, n_bands=8, weights={"cost": 1}).n_sharing.tolist() == [MOST]  # 300^8 is about 2^65.8
    assert count_maps(graph, 8) == (0,) * 8 + (MOST,)
    assert count_to_end(graph, 8)[7, 1] == 300**7
    assert saturating_sums(np.array([MOST - 1, 1, MOST - 2, 1]), np.array([0, 0, 1, 1]), 2).tolist() == [MOST, MOST - 1]


@pytest.mark.parametrize(
    ("settings", "kind", "words"),
    [
        ({"n_bands": 0, "weights": {"cost": 1}}, UsageError, "n_bands is 0"),
        ({"n_bands": 1, "weights": {"cost": -2}}, UsageError, "the weight of cost is -2"),
        ({"n_bands": 1, "weights": {"cost": 0.5}}, UsageError, "the weight of cost is 0.5"),
        ({"n_bands": 1, "weights": {"cost": 0}}, UsageError, "none above 0"),
        ({"n_bands": 1, "weights": {}}, UsageError, "none above 0"),
        ({"n_bands": 1, "weights": {"speed": 1}}, InputError, "metric is 'speed'"),
        ({"n_bands": 2, "weights": {"cost": 2**60}}, InputError, "does not fit 62 bits over 2 bands"),
    ],
)
def test_what_cannot_be_searched_is_refused(
    diamond: BandGraph, settings: dict[str, object], kind: type[ParetocodeError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        best_map(diamond, **settings)


def test_sums_are_exact_up_to_the_last_bit() -> None:
    large = 2**60
    graph = graph_of(3, [(0, 1), (1, 2), (0, 1)], [[large], [large - 1], [large - 1]], n_metrics=1)
    assert best_map(graph, n_bands=2, weights={"cost": 1}).totals.tolist() == [[2 * large - 2]]
    with pytest.raises(InputError, match="do not fit 62 bits"):
        best_map(graph, n_bands=4, weights={"cost": 1})


def test_a_metric_that_is_0_everywhere_takes_any_weight() -> None:
    graph = graph_of(2, [(0, 1)], [[0, 3]], n_metrics=2)
    assert weighted_sum(graph, {"cost": 2**70, "shortfall": 2}, n_bands=1).tolist() == [6]


def test_a_large_chain_agrees_with_its_mirror() -> None:
    graph = chain_graph(40, 1, 3)
    last = graph.n_nodes - 1
    mirror = graph_of(
        graph.n_nodes, list(zip(last - graph.head, last - graph.tail, strict=True)), graph.values, n_metrics=1
    )
    for ours, theirs in zip(
        best_maps(graph, n_bands=range(1, 8), weights={"cost": 1}),
        best_maps(mirror, n_bands=range(1, 8), weights={"cost": 1}),
        strict=True,
    ):
        assert ours.totals.tolist() == theirs.totals.tolist()
        assert ours.n_sharing.tolist() == theirs.n_sharing.tolist()
