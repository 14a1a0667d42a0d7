"""Is every map there once, in order, and is its path the one that its totals belong to?"""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from graphs import chain_graph, graph_of
from paretocode._compiled import MODE_VARIABLE
from paretocode.errors import InputError, UsageError
from paretocode.tune.paths.every import every_map, frontier_of_every

MODES = ("never", "always")


@pytest.mark.parametrize("n_bands", [1, 2, 3, 4, 5, 10, 11, 12])
@pytest.mark.parametrize("mode", MODES)
def test_a_chain_has_a_map_for_every_choice_of_edges(n_bands: int, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODE_VARIABLE, mode)
    graph = chain_graph(10, 6, 1)
    every = every_map(graph, n_bands=n_bands)
    arcs = every.arcs_of(np.arange(len(every)))
    assert len(every) == comb(10, n_bands - 1)
    assert (graph.totals_of(arcs) == every.totals).all()
    from_the_end = [tuple(row[::-1]) for row in arcs.tolist()]
    assert from_the_end == sorted(set(from_the_end))


def test_the_compiled_loop_is_the_plain_one_over_many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    totals = []
    for mode in MODES:
        monkeypatch.setenv(MODE_VARIABLE, mode)
        totals.append(every_map(chain_graph(100, 6, 2), n_bands=4).totals)
    assert len(totals[0]) == comb(100, 3)
    assert (totals[0] == totals[1]).all()


def test_no_map_is_no_row() -> None:
    every = every_map(graph_of(3, [(0, 1)], [[1]], n_metrics=1), n_bands=1)
    assert (every.totals.shape, every.arcs_of([]).shape) == ((0, 1), (0, 1))
    assert [column.tolist() for column in frontier_of_every(every, ["cost"])] == [[], []]


def test_no_half_is_made_that_fits_no_other() -> None:
    dead_ends = [(0, 5), (0, 6), (1, 6), (4, 7)]  # 5 and 6 lead nowhere, nothing leads to 4
    graph = graph_of(8, [(0, 1), (0, 2), (1, 3), (2, 3), (3, 7), *dead_ends], np.ones((9, 1)), n_metrics=1)
    halves = every_map(graph, n_bands=3).halves
    assert (len(halves.prefixes.node), len(halves.suffixes.node), halves.n_maps) == (2, 1, 2)
    assert halves.n_fitting.all()


def test_totals_cannot_be_written() -> None:
    every = every_map(chain_graph(3, 1, 0), n_bands=2)
    with pytest.raises(ValueError, match="read-only"):
        every.totals[0, 0] = 1


def test_too_many_maps_are_counted_and_not_made() -> None:
    with pytest.raises(UsageError, match=r"there are 5,200,300 maps of 13 bands and at most 5,000,000 were allowed"):
        every_map(chain_graph(25, 1, 0), n_bands=13)
    with pytest.raises(UsageError, match=r"there are 2\^62 or more maps of 40 bands"):
        every_map(chain_graph(80, 1, 0), n_bands=40)


def test_bad_questions_are_refused() -> None:
    every = every_map(chain_graph(3, 1, 0), n_bands=2)
    with pytest.raises(UsageError, match="n_bands is 0"):
        every_map(every.graph, n_bands=0)
    with pytest.raises(UsageError, match="row 3 was asked for, and there are 3 maps"):
        every.arcs_of([0, 3])
    with pytest.raises(InputError, match="row is -1"):
        every.arcs_of([-1])
    with pytest.raises(UsageError, match="metrics is empty"):
        frontier_of_every(every, [])
    with pytest.raises(InputError, match="metric is 'speed'"):
        frontier_of_every(every, ["speed"])


def test_whole_numbers_beyond_float_stay_apart() -> None:
    large = 2**60
    values = [[large, large, 1], [large + 1, large, 1], [large, large + 1, 0]]
    every = every_map(graph_of(2, [(0, 1)] * 3, values, n_metrics=3), n_bands=1)
    rows, n_sharing = frontier_of_every(every, every.graph.metrics)
    assert (rows.tolist(), n_sharing.tolist()) == ([0, 2], [1, 1])
