"""Do clusters of one trial give the exact interval, and do copies of a trial add nothing?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.evidence.outcomes import clustered_proportion_intervals
from paretocode.evidence.proportions import clopper_pearson_intervals


@given(st.lists(st.integers(0, 1), min_size=2, max_size=30))
def test_clusters_of_one_trial_give_the_exact_interval(successes: list[int]) -> None:
    column = np.array(successes)[:, None]
    clustered = clustered_proportion_intervals(column, np.ones_like(column))
    plain = clopper_pearson_intervals([sum(successes)], [len(successes)])
    assert clustered.low == pytest.approx(plain.low, abs=1e-9)
    assert clustered.high == pytest.approx(plain.high, abs=1e-9)


@given(st.lists(st.integers(0, 1), min_size=3, max_size=20), st.integers(2, 5))
def test_copies_of_a_trial_add_nothing(successes: list[int], n_copies: int) -> None:
    once = np.array(successes)[:, None]
    copied = clustered_proportion_intervals(once * n_copies, np.full_like(once, n_copies))
    plain = clopper_pearson_intervals([sum(successes)], [len(successes)])
    assert copied.low[0] <= plain.low[0] + 1e-9
    assert copied.high[0] >= plain.high[0] - 1e-9


def test_one_cluster_tells_nothing_and_empty_clusters_do_not_count() -> None:
    found = clustered_proportion_intervals(np.array([[3, 3], [0, 1], [0, 0]]), np.array([[4, 4], [0, 4], [0, 0]]))
    assert (found.low[0], found.high[0]) == (0.0, 1.0)
    without = clustered_proportion_intervals(np.array([[3], [1]]), np.array([[4], [4]]))
    assert (found.low[1], found.high[1]) == (without.low[0], without.high[0])


def test_refusals() -> None:
    with pytest.raises(InputError, match=r"successes has shape \(1,\)"):
        clustered_proportion_intervals(np.array([1]), np.array([2]))
    with pytest.raises(InputError, match="successes is 3 of 2 trials in row 1"):
        clustered_proportion_intervals(np.array([[3]]), np.array([[2]]))
    with pytest.raises(InputError, match="the level is 2"):
        clustered_proportion_intervals(np.array([[1]]), np.array([[2]]), level=2.0)
