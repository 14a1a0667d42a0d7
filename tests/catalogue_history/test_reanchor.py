"""Do edges keep their rank or quantile among the survivors, and is every moved model counted?"""

from __future__ import annotations

import bisect

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paretocode.catalogue.history import reanchor_edges, reanchor_options
from paretocode.errors import InputError

NAN = float("nan")
pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8)


def test_models_scored_once_anchor_nothing() -> None:
    result = reanchor_edges([25], [10, 20, 30, 40, NAN], [NAN, 2, 3, 4, 0])
    assert (result.edges, result.n_survivors, result.unanchored) == ((2.5,), 3, ())


def test_keeping_the_numbers_moves_everyone() -> None:
    options = reanchor_options([25, 35], [20, 30, 40], [2, 3, 4])
    assert {name: len(option.moved_index) for name, option in options.items()} == {"keep": 2, "rank": 0, "quantile": 0}
    assert options["quantile"].edges == (2.5, 3.5)


def test_edges_outside_the_survivors_say_so() -> None:
    result = reanchor_edges([5, 99], [10, 20], [1, 2])
    assert result.unanchored == (0, 1)
    assert result.edges[0] == 1.0
    assert result.edges[1] > 2
    assert len(result.moved_index) == 0


def test_ties_take_the_nearest_cut_the_lower_of_two() -> None:
    assert reanchor_edges([25], [10, 20, 30, 40], [1, 5, 5, 9]).edges == (3.0,)


@pytest.mark.parametrize(
    ("edges", "old", "new", "method", "sentence"),
    [
        ([1], [1, 2], [1], "rank", "old has 2 scores and new 1"),
        ([1], [1, NAN], [NAN, 2], "rank", "no model is scored under both"),
        ([1], [1], [1], "ratio", "method is 'ratio'"),
        ([2, 1], [1], [1], "rank", "edges has 2 before 1"),
        ([15, 25], [10, 20, 30], [7, 7, 7], "quantile", "re-anchored by quantile, has 7 twice"),
    ],
)
def test_what_is_refused(edges: list[float], old: list[float], new: list[float], method: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        reanchor_edges(edges, old, new, method=method)


@given(pairs, st.integers(0, 10), st.sampled_from(["keep", "rank", "quantile"]))
def test_the_moved_are_those_whose_band_differs(pairs: list[tuple[int, int]], edge: int, method: str) -> None:
    old, new = zip(*pairs, strict=True)
    result = reanchor_edges([edge], old, new, method=method)
    expected = [i for i, (x, y) in enumerate(pairs) if (x >= edge) != (y >= result.edges[0])]
    assert result.moved_index.tolist() == expected


@given(pairs, st.integers(0, 10))
def test_rank_keeps_the_count_below_as_nearly_as_ties_allow(pairs: list[tuple[int, int]], edge: int) -> None:
    old, new = zip(*pairs, strict=True)
    (cut,) = reanchor_edges([edge], old, new).edges
    wanted = sum(x < edge for x in old)
    possible = [bisect.bisect_left(sorted(new), value) for value in [*new, 99]]
    got = sum(y < cut for y in new)
    assert abs(got - wanted) == min(abs(count - wanted) for count in possible)


@given(st.lists(st.integers(0, 99), min_size=2, max_size=8, unique=True), st.integers(1, 99))
def test_a_monotone_rebase_moves_nobody(old: list[int], edge: int) -> None:
    assume(min(old) < edge <= max(old))
    new = [3 * x + 1 for x in old]
    for method in ("rank", "quantile"):
        assert not len(reanchor_edges([edge], old, new, method=method).moved_index)
    assert reanchor_edges([edge], old, new, method="quantile").edges[0] == pytest.approx(3 * edge + 1)


def test_an_edge_on_a_survivor_stays_on_it() -> None:
    moved = reanchor_edges([27], [0, 1, 27, 33, 34, 2], [1, 4, 82, 100, 103, 7], method="quantile")
    assert moved.edges == (82.0,)
    assert not len(moved.moved_index)


def test_inputs_are_left_alone() -> None:
    old, new = np.array([1.0, 2.0]), np.array([2.0, 3.0])
    reanchor_edges([2], old, new)
    assert (old.tolist(), new.tolist()) == ([1.0, 2.0], [2.0, 3.0])
