"""What must hold of every frontier, whatever the points?"""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from paretocode.frontier import dominator_index, frontier_mask, twins

points = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=24).map(np.array)


@given(points, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(cloud: np.ndarray, random: object) -> None:
    order = list(range(len(cloud)))
    random.shuffle(order)  # type: ignore[attr-defined]
    mask = frontier_mask(cloud[:, 0], cloud[:, 1])
    assert frontier_mask(cloud[order, 0], cloud[order, 1]).tolist() == mask[order].tolist()


@given(points)
def test_a_frontier_is_its_own_frontier_and_never_empty(cloud: np.ndarray) -> None:
    kept = cloud[frontier_mask(cloud[:, 0], cloud[:, 1])]
    assert len(kept)
    assert frontier_mask(kept[:, 0], kept[:, 1]).all()


@given(points)
def test_scaling_and_shifting_do_not_matter(cloud: np.ndarray) -> None:
    mask = frontier_mask(cloud[:, 0], cloud[:, 1])
    assert frontier_mask(cloud[:, 0] * 7 + 3, cloud[:, 1] * 5 - 100).tolist() == mask.tolist()


@given(points)
def test_along_the_frontier_a_higher_price_buys_a_higher_score(cloud: np.ndarray) -> None:
    kept = np.unique(cloud[frontier_mask(cloud[:, 0], cloud[:, 1])], axis=0)
    assert (np.diff(kept[:, 1]) > 0).all()


@given(points)
def test_dominators_and_twins_stand_on_the_frontier(cloud: np.ndarray) -> None:
    mask = frontier_mask(cloud[:, 0], cloud[:, 1])
    assert mask[dominator_index(cloud[:, 0], cloud[:, 1])].all()
    groups = twins(cloud[:, 0], cloud[:, 1])
    members = [i for group in groups for i in group]
    assert len(members) == len(set(members))
    assert mask[members].all()
    for group in groups:
        assert len(np.unique(cloud[list(group)], axis=0)) == 1
    _, counts = np.unique(cloud[mask], axis=0, return_counts=True)
    assert sorted(len(group) for group in groups) == sorted(int(n) for n in counts if n > 1)
