"""Do labels stay apart and inside, whatever the points?"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.report.plots.label_placement import place_labels, spread


def n_overlaps(centres: np.ndarray, sizes: np.ndarray) -> int:
    apart = np.abs(centres[:, None] - centres[None, :]) >= (sizes[:, None] + sizes[None, :]) / 2 - 1e-9
    return int((~apart.any(axis=2)).sum() - len(centres)) // 2


@pytest.mark.parametrize("seed", range(8))
def test_fifteen_random_points_are_labelled_without_overlap(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform([50, 50], [650, 400], (15, 2))
    sizes = np.column_stack([rng.uniform(50, 120, 15), np.full(15, 12.0)])
    centres = place_labels(points, sizes, bounds=(0, 0, 700, 450))
    assert n_overlaps(centres, sizes) == 0
    assert (centres - sizes / 2 >= 0).all()
    assert (centres + sizes / 2 <= [700, 450]).all()


def test_the_same_points_get_the_same_places() -> None:
    points, sizes = np.full((6, 2), 100.0), np.tile([40.0, 10.0], (6, 1))
    first, second = (place_labels(points, sizes, bounds=(0, 0, 300, 300)) for _ in range(2))
    assert (first == second).all()
    assert n_overlaps(first, sizes) == 0


def test_no_points_need_no_places() -> None:
    assert place_labels(np.zeros((0, 2)), np.zeros((0, 2)), bounds=(0, 0, 1, 1)).shape == (0, 2)


@given(st.lists(st.floats(0, 100), max_size=8), st.floats(0.1, 10))
def test_spread_keeps_order_distance_and_room(positions: list[float], size: float) -> None:
    positions.sort()
    centres = spread(positions, [size] * len(positions), low=0, high=100)
    assert all(b - a >= size - 1e-9 for a, b in pairwise(centres))
    assert all(c - size / 2 >= -1e-9 and c + size / 2 <= 100 + 1e-9 for c in centres)


def test_a_way_to_a_label_leads_through_no_other_ring_and_no_label_touches_one() -> None:
    rng = np.random.default_rng(5)
    points = np.column_stack([rng.uniform(60, 540, 9), rng.uniform(150, 250, 9)])
    sizes = np.tile([90.0, 14.0], (9, 1))
    centres = place_labels(points, sizes, bounds=(0, 0, 600, 400), gap=12, ring=9)
    for i, (point, centre) in enumerate(zip(points, centres, strict=True)):
        way = point + np.linspace(0, 1, 50)[:, None] * (centre - point)
        for j in set(range(9)) - {i}:
            if np.hypot(*(points[j] - point)) > 18:  # rings that overlap cannot be kept off
                assert np.hypot(*(way - points[j]).T).min() >= 8.9
            assert not (np.abs(points[j] - centre) < sizes[i] / 2 + 8.9).all()
            assert not (np.abs(way - centres[j]) < sizes[j] / 2 - 0.5).all(axis=1).any()
