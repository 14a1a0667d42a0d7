"""Does the test of shares keep its level where sessions correlate, and find drift where there is some?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import chi2_contingency

from evidence.drift.drift_worlds import SHARES, asked_quantity, session_counts
from paretocode.errors import InputError
from paretocode.evidence.drift import permutation_test, psi_of_counts

N_WORLDS = 1_000


def test_the_level_holds_where_the_naive_test_rejects_nearly_always() -> None:
    ours = naive = unequal = 0
    for world in range(N_WORLDS):
        rng = np.random.default_rng([11, world])
        tuned, today = session_counts(40, rng), session_counts(60, rng)
        ours += permutation_test(asked_quantity(tuned, today), n_permutations=99, rng=rng).p_value <= 0.05
        naive += chi2_contingency(np.array([tuned.sum(axis=0), today.sum(axis=0)])).pvalue <= 0.05
        # Longer sessions that ask for the same: not the law of the permutation, but the same shares.
        longer = session_counts(60, rng, mean_turns=16.0)
        unequal += permutation_test(asked_quantity(tuned, longer), n_permutations=99, rng=rng).p_value <= 0.05
    assert 0.03 <= ours / N_WORLDS <= 0.07
    assert naive / N_WORLDS > 0.5
    assert 0.03 <= unequal / N_WORLDS <= 0.07


def test_the_level_holds_for_ordered_classes() -> None:
    rejected = 0
    for world in range(N_WORLDS):
        rng = np.random.default_rng([12, world])
        quantity = asked_quantity(session_counts(30, rng), session_counts(30, rng), is_ordered=True)
        rejected += permutation_test(quantity, n_permutations=99, rng=rng).p_value <= 0.05
    assert 0.03 <= rejected / N_WORLDS <= 0.07


def test_drift_is_found() -> None:
    found, by_chance = 0, []
    for world in range(50):
        rng = np.random.default_rng([13, world])
        tuned, today = session_counts(150, rng), session_counts(150, rng, shares=SHARES[::-1])
        result = permutation_test(asked_quantity(tuned, today), n_permutations=199, rng=rng)
        found += result.p_value <= 0.05
        by_chance.append(result.psi > result.psi_by_chance)
    assert found >= 48
    assert sum(by_chance) >= 45


def slow_statistic(tuned: np.ndarray, today: np.ndarray, *, is_ordered: bool) -> float:
    """The definition, class by class and session by session."""
    largest = 0.0
    n_columns = tuned.shape[1] - 1 if is_ordered else tuned.shape[1]
    for column in range(n_columns):
        shares, variance = [], 0.0
        for side in (tuned, today):
            own = [sum(row[: column + 1]) if is_ordered else row[column] for row in side.tolist()]
            size = [sum(row) for row in side.tolist()]
            share = sum(own) / sum(size) if sum(size) else 0.0
            squares = sum((y - share * m) ** 2 for y, m in zip(own, size, strict=True))
            variance += squares / max(sum(size), 1) ** 2 * len(side) / max(len(side) - 1, 1)
            shares.append(share)
        if abs(shares[0] - shares[1]) > 1e-12:
            spread = variance**0.5
            largest = max(largest, abs(shares[0] - shares[1]) / spread if spread > 1e-9 else float("inf"))
    return largest


counts = hnp.arrays(np.int64, st.tuples(st.integers(2, 6), st.just(3)), elements=st.integers(0, 3))


@given(tuned=counts, today=counts, is_ordered=st.booleans())
def test_the_statistic_is_its_definition_and_has_no_sides(
    tuned: np.ndarray, today: np.ndarray, is_ordered: bool
) -> None:
    there = permutation_test(asked_quantity(tuned, today, is_ordered=is_ordered), n_permutations=99, rng=1)
    back = permutation_test(asked_quantity(today, tuned, is_ordered=is_ordered), n_permutations=99, rng=1)
    assert there.statistic == pytest.approx(slow_statistic(tuned, today, is_ordered=is_ordered), rel=1e-6)
    assert there.statistic == pytest.approx(back.statistic)
    assert there.psi == pytest.approx(back.psi)
    assert 1 / 100 <= there.p_value <= 1


def test_equal_streams_give_a_p_value_of_one() -> None:
    same = np.array([[3, 1, 0], [0, 2, 2]])
    assert permutation_test(asked_quantity(same, same), rng=1).p_value == 1.0


def test_same_seed_same_numbers() -> None:
    rng = np.random.default_rng(5)
    quantity = asked_quantity(session_counts(20, rng), session_counts(20, rng))
    assert permutation_test(quantity, rng=9) == permutation_test(quantity, rng=9)
    assert permutation_test(quantity, rng=9).psi_by_chance != permutation_test(quantity, rng=10).psi_by_chance


def test_the_stability_index_by_hand() -> None:
    # (0.5 - 0.25) ln 2 + (0.5 - 0.75) ln(2/3), and a class that one side lacks counts as half a value.
    by_hand = 0.25 * np.log(2) + 0.25 * np.log(1.5)
    assert psi_of_counts(np.array([[2, 2]]), np.array([[1, 3]]))[0] == pytest.approx(by_hand)
    assert psi_of_counts(np.array([[4, 0]]), np.array([[2, 2]])).tolist() == pytest.approx(
        psi_of_counts(np.array([[8.0, 1.0]]), np.array([[2, 2]])).tolist()
    )


def test_too_few_permutations_are_refused() -> None:
    quantity = asked_quantity(np.ones((2, 2), dtype=np.int64), np.ones((2, 2), dtype=np.int64))
    with pytest.raises(InputError, match="98 permutations are asked for; ask for 99 or more"):
        permutation_test(quantity, n_permutations=98, rng=1)
