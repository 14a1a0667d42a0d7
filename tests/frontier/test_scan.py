"""Does the scan keep what nobody dominates, copies included, and refuse what it cannot compare?"""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.frontier import dominator_index, frontier_mask, twins


def test_equal_points_stay_and_dominated_ties_go() -> None:
    #         copy  copy  same price  same score  better  worse than all
    price = [1, 1, 1, 2, 3, 4]
    score = [5, 5, 4, 5, 9, 1]
    assert frontier_mask(price, score).tolist() == [True, True, False, False, True, False]
    assert dominator_index(price, score).tolist() == [0, 1, 0, 0, 4, 4]
    assert twins(price, score) == ((0, 1),)


def test_no_points_and_one_point() -> None:
    assert frontier_mask([], []).tolist() == []
    assert dominator_index([], []).tolist() == []
    assert twins([], []) == ()
    assert frontier_mask([3], [0]).tolist() == [True]


def test_integers_are_compared_as_integers() -> None:
    big = 2**60  # a float cannot tell 2**60 from 2**60 + 1
    assert frontier_mask([big, big + 1], [1, 2]).tolist() == [True, True]
    assert frontier_mask([big, big + 1], [2, 2]).tolist() == [True, False]
    assert frontier_mask([1, 1], [big, big + 1]).tolist() == [False, True]


def test_infinity_is_a_number() -> None:
    assert frontier_mask([0.0, np.inf], [-np.inf, 1.0]).tolist() == [True, True]
    assert frontier_mask([0.0, np.inf], [1.0, 1.0]).tolist() == [True, False]


def test_the_inputs_are_not_changed() -> None:
    price, score = np.array([2.0, 1.0]), np.array([1.0, 2.0])
    frontier_mask(price, score)
    assert price.tolist() == [2.0, 1.0]
    assert score.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("function", [frontier_mask, dominator_index, twins])
def test_what_cannot_be_compared_is_refused(function: object) -> None:
    with pytest.raises(InputError, match=r"score is missing in row 2; leave the point out"):
        function([1.0, 2.0], [1.0, np.nan])  # type: ignore[operator]
    with pytest.raises(InputError, match=r"price has shape \(1,\) and score \(2,\)"):
        function([1.0], [1.0, 2.0])  # type: ignore[operator]
    with pytest.raises(InputError, match="price holds something that is not a number"):
        function(["a"], [1.0])  # type: ignore[operator]
