"""Does the filter agree with the definition, whatever the number of columns, the ties and the size of the numbers?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from oracles.slow_paths import slow_frontier
from paretocode.errors import InputError
from paretocode.tune.paths._nondominated import nondominated_copies, nondominated_rows


@st.composite
def tables(draw: st.DrawFn) -> NDArray[np.int64]:
    """Few distinct numbers in up to five columns, small or beyond what float64 holds."""
    n_columns = draw(st.integers(1, 5))
    row = st.lists(st.integers(-2, 3), min_size=n_columns, max_size=n_columns)
    small = np.array(draw(st.lists(row, max_size=30)), dtype=np.int64).reshape(-1, n_columns)
    return small + draw(st.sampled_from([0, 2**60, -(2**60)]))


@given(table=tables())
def test_rows_are_those_of_the_definition_in_lexicographic_order(table: NDArray[np.int64]) -> None:
    before = table.copy()
    rows = nondominated_rows(table)
    vectors = [tuple(row) for row in table.tolist()]
    assert [vectors[row] for row in rows] == slow_frontier(vectors)
    assert rows.tolist() == [vectors.index(vectors[row]) for row in rows]
    assert (table == before).all()


@given(table=tables())
def test_copies_are_all_copies_in_the_order_of_their_rows(table: NDArray[np.int64]) -> None:
    order, first = nondominated_copies(table)
    vectors = [tuple(row) for row in table.tolist()]
    expected = [[i for i, each in enumerate(vectors) if each == vector] for vector in slow_frontier(vectors)]
    assert [part.tolist() for part in np.split(order, first[1:])] == (expected or [[]])


def test_large_random_tables_agree_with_the_definition_by_blocks() -> None:
    rng = np.random.default_rng(7)
    for n_columns in (2, 3, 4):
        table = rng.integers(0, 40, size=(2_000, n_columns))
        smaller = (table[:, None] <= table).all(axis=2) & (table[:, None] < table).any(axis=2)
        expected = np.unique(table[~smaller.any(axis=0)], axis=0)
        assert table[nondominated_rows(table)].tolist() == expected.tolist()


@pytest.mark.parametrize("n_columns", [1, 2, 3, 4])
def test_many_copies_keep_the_order_of_their_rows(n_columns: int) -> None:
    # A sort of this length is no longer stable by accident.
    order, first = nondominated_copies(np.zeros((1_000, n_columns), dtype=np.int64))
    assert (order.tolist(), first.tolist()) == (list(range(1_000)), [0])


def test_one_apart_beyond_float_is_not_a_tie() -> None:
    table = np.array([[2**60 + 1, 0, 0], [2**60, 0, 0]])
    assert nondominated_rows(table).tolist() == [1]


@pytest.mark.parametrize("table", [np.zeros(3, dtype=np.int64), np.zeros((2, 0), dtype=np.int64), np.zeros((2, 2))])
def test_what_is_no_table_of_whole_numbers_is_refused(table: NDArray[np.int64]) -> None:
    with pytest.raises(InputError, match="give a row of whole numbers for each vector"):
        nondominated_rows(table)
