"""Which maps survive when numbers of bands compete?"""

from __future__ import annotations

import pytest

from graphs import graph_of
from paretocode.errors import UsageError
from paretocode.tune.paths.across import best_of_all
from paretocode.tune.paths.pareto import frontier_of_maps

# One band: (5, 5). Two bands: (5, 5) over node 1, (2, 9) over node 2. Three bands: (2, 9) and no better.
GRAPH = graph_of(
    4,
    [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)],
    [[1, 1], [1, 4], [5, 5], [0, 3], [4, 4], [1, 5]],
    n_metrics=2,
)


def test_equal_vectors_keep_the_fewer_bands_whatever_the_order() -> None:
    found = frontier_of_maps(GRAPH, n_bands=[1, 2, 3], metrics=["cost", "shortfall"])
    assert [each.searched_totals.tolist() for each in found] == [[[5, 5]], [[2, 9], [5, 5]], [[2, 9]]]
    assert best_of_all(found) == [(1, 0), (0, 0)]
    assert best_of_all(found[::-1]) == [(1, 0), (2, 0)]


def test_nothing_found_leaves_nothing() -> None:
    assert best_of_all([]) == []
    assert best_of_all(frontier_of_maps(GRAPH, n_bands=[7, 8], metrics=["cost"])) == []


def test_findings_of_other_metrics_are_refused() -> None:
    one, other = (frontier_of_maps(GRAPH, n_bands=1, metrics=metrics)[0] for metrics in (["cost"], ["shortfall"]))
    with pytest.raises(UsageError, match="one finding searched cost and another shortfall; search the same metrics"):
        best_of_all([one, other])
