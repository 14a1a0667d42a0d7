"""Does the scan agree with the definition as a slow loop, and with an independent library?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.frontier import dominator_index, frontier_mask

# Small integers, so that ties and copies are the rule: random floats do not find the bugs.
points = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=24)


def dominates(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] <= b[0] and a[1] >= b[1] and a != b


@given(points)
def test_the_scan_is_the_definition(cloud: list[tuple[int, int]]) -> None:
    expected = [not any(dominates(other, point) for other in cloud) for point in cloud]
    price, score = [p for p, _ in cloud], [s for _, s in cloud]
    assert frontier_mask(price, score).tolist() == expected
    assert frontier_mask(np.array(price, dtype=float), np.array(score, dtype=float)).tolist() == expected


@given(points)
def test_the_dominator_is_the_definition(cloud: list[tuple[int, int]]) -> None:
    price, score = [p for p, _ in cloud], [s for _, s in cloud]
    members = frontier_mask(price, score)
    for i, j in enumerate(dominator_index(price, score).tolist()):
        if members[i]:
            assert j == i
        else:
            affordable = [k for k in np.flatnonzero(members).tolist() if price[k] <= price[i]]
            assert j == min(affordable, key=lambda k: (-score[k], k))
            assert dominates(cloud[j], cloud[i])


@given(points.filter(bool))
def test_the_scan_agrees_with_paretoset(cloud: list[tuple[int, int]]) -> None:
    paretoset = pytest.importorskip("paretoset").paretoset
    table = np.array(cloud, dtype=float)
    expected = paretoset(table, sense=["min", "max"], distinct=False)
    assert frontier_mask(table[:, 0], table[:, 1]).tolist() == expected.tolist()


@pytest.mark.parametrize("spread", [50, 5_000, 10**9])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_pruning_changes_nothing(spread: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    price, score = rng.integers(0, spread, 30_000), rng.integers(0, spread, 30_000)
    rows = np.arange(len(price))
    mask = frontier_mask(price, score)
    # Unpruned: in halves below the threshold, then once more over what is left.
    left = np.concatenate([half[frontier_mask(price[half], score[half])] for half in np.array_split(rows, 2)])
    expected = np.zeros(len(rows), dtype=bool)
    expected[left[frontier_mask(price[left], score[left])]] = True
    assert mask.tolist() == expected.tolist()
