"""Knees, covers and areas of small frontiers, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.frontier import (
    REFERENCE_PRICE,
    epsilon_cover,
    find_knees,
    frontier_hypervolume,
    hypervolume_of_points,
    knee_frequency,
)

NAN = float("nan")


def test_four_rules_name_the_corner() -> None:
    knees = find_knees([1, 10, 100, 50], [0, 90, 100, 3])
    assert set(knees.row_of.values()) == {1}
    assert (knees.agreed, knees.n_steps, knees.price_scale) == (1, 3, "log10")
    assert knees.votes == {1: 4}


def test_the_price_scale_moves_the_knee() -> None:
    price, score = [1, 2, 4, 100], [0, 40, 80, 100]
    assert find_knees(price, score).row_of["chord"] == 2
    # By dollars alone, every model below the dearest is cheap.
    assert find_knees(price, score, log_price=False).row_of["hypervolume"] == 2
    assert find_knees([0, 1, 2], [0, 9, 10], log_price=False).row_of["chord"] == 1


def test_a_sagging_frontier_has_no_knee_by_chord_bend_or_utility() -> None:
    knees = find_knees([1, 10, 100], [0, 10, 100])
    assert knees.row_of == {"chord": None, "bend": None, "utility": None, "hypervolume": 1}
    assert knees.agreed is None


def test_a_straight_line_has_no_knee_but_an_area() -> None:
    assert find_knees([1, 10, 100], [0, 50, 100]).row_of["chord"] is None
    assert find_knees([1, 10, 100], [0, 50, 100]).row_of["utility"] is None


@pytest.mark.parametrize("price", [[], [1], [1, 2]])
def test_without_an_inner_point_there_is_no_knee(price: list[int]) -> None:
    assert set(find_knees(price, price).row_of.values()) <= {None}


def test_the_utility_share_is_the_angle_between_hull_edges() -> None:
    # Slopes 2.4, 1.2 and 0.2 on the hull: row 2 bends by 39 degrees, row 1 by 17; row 3 lies below the hull.
    knees = find_knees([1, 10, 100, 1000, 10000], [0, 60, 90, 91, 100])
    assert knees.row_of["utility"] == 2


def test_knees_of_replicates() -> None:
    share = knee_frequency([1, 10, 100], [[0, 90, 100], [0, 10, 100]])
    assert share["chord"].tolist() == [0, 0.5, 0]
    assert share["hypervolume"].tolist() == [0, 1, 0]


def test_a_cover_keeps_the_whole_frontier_without_tolerance() -> None:
    assert epsilon_cover([3, 1, 1, 2], [9, 5, 5, 6], price_share=0, score_points=0).tolist() == [1, 3, 0]
    assert epsilon_cover([], [], price_share=0, score_points=0).tolist() == []
    assert epsilon_cover([1, 2, 4], [1, 2, 3], price_share=10, score_points=0).tolist() == [2]
    assert epsilon_cover([1, 2, 4], [1, 2, 3], price_share=0, score_points=2).tolist() == [0]


def test_the_area_is_that_of_its_rectangles() -> None:
    volume = frontier_hypervolume([1, 10, 50], [30, 50, 40])
    assert volume.value == pytest.approx(2 * 30 + 1 * 20)
    assert volume.row.tolist() == [0, 1]
    assert volume.contribution == pytest.approx([30, 20])
    assert volume.reference_price == REFERENCE_PRICE
    assert frontier_hypervolume([1, 3], [2, 5], reference_price=4, log_price=False).value == pytest.approx(6 + 3)


def test_what_lies_beyond_the_reference_adds_nothing() -> None:
    inside = frontier_hypervolume([1, 10], [30, 50])
    beyond = frontier_hypervolume([1, 10, 1000], [30, 50, 90])
    assert beyond.value == pytest.approx(inside.value)
    assert beyond.contribution[-1] == 0
    assert frontier_hypervolume([1], [-5]).value == 0
    assert frontier_hypervolume([], []).value == 0


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: find_knees([0, 1, 2], [0, 1, 2]), "a price of 0 has no logarithm"),
        (lambda: frontier_hypervolume([1], [1], reference_score=NAN), "reference point is"),
        (lambda: frontier_hypervolume([1], [1], reference_price=0), "a price of 0 has no logarithm"),
        (lambda: epsilon_cover([1], [1], price_share=-1, score_points=0), "price_share is -1"),
        (lambda: epsilon_cover([-1], [1], price_share=0, score_points=0), "a price is -1"),
        (lambda: knee_frequency([1], np.empty((0, 1))), "scores has shape"),
        (lambda: hypervolume_of_points([[1, 2]], [False, True], reference=[1]), "reference point is"),
    ],
)
def test_refusals(call: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        call()
