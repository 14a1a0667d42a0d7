"""Are the oracle, the regret and the quadrants what a loop over questions counts?"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.evidence.outcomes import (
    QUADRANTS,
    OutcomeTable,
    assigned,
    assigned_to,
    best_single_model,
    oracle_assignment,
    oracle_gap,
    outcome_table,
    quadrants,
)

MODELS = ("a", "b", "c")
cells = st.tuples(*[st.tuples(st.integers(0, 2), st.integers(1, 3)) for _ in MODELS])


def table_of(rows: Sequence[tuple[tuple[int, int], ...]], *, cluster: list[str] | None = None) -> OutcomeTable:
    flat = [cell for row in rows for cell in row]
    return outcome_table(
        question=[f"q{i}" for i in range(len(rows)) for _ in MODELS],
        model=list(MODELS) * len(rows),
        score=[score for score, _ in flat],
        cost_usd=[float(cost) for _, cost in flat],
        score_range=(0, 2),
        cluster=None if cluster is None else [c for c in cluster for _ in MODELS],
    )


@given(st.lists(cells, min_size=2, max_size=8))
def test_the_oracle_takes_the_cheapest_of_the_best(rows: list[tuple[tuple[int, int], ...]]) -> None:
    table = table_of(rows)
    expected = [max(range(3), key=lambda j, row=row: (row[j][0], -row[j][1], -j)) for row in rows]  # type: ignore[misc]
    oracle = oracle_assignment(table)
    assert oracle.model_index.tolist() == expected
    found = oracle_gap(assigned_to(table, "b"))
    best = max(sum(row[j][0] for row in rows) for j in range(3)) / len(rows)
    assert found.oracle_score == pytest.approx(sum(max(s for s, _ in row) for row in rows) / len(rows))
    assert found.best_single_score == pytest.approx(best)
    assert found.regret.point[0] == pytest.approx(found.oracle_score - found.score)
    assert found.gap == pytest.approx(found.oracle_score - best)
    if found.gap > 1e-9:
        assert found.closed_share == pytest.approx((found.score - best) / found.gap)
        assert oracle_gap(oracle).closed_share == pytest.approx(1.0)
        assert oracle_gap(assigned_to(table, found.best_single)).closed_share == pytest.approx(0.0)
    else:
        assert found.closed_share is None


def test_holes_cannot_be_the_best() -> None:
    table = outcome_table(question=["q", "q", "r"], model=["a", "b", "b"], score=[0, 1, 0], score_range=(0, 1))
    assert oracle_assignment(table).score.tolist() == [1, 0]
    assert best_single_model(table) == "b"
    with pytest.raises(InputError, match="question 'r': no model has a score there"):
        oracle_assignment(table, ["a"])
    holed = outcome_table(question=["q", "r"], model=["a", "b"], score=[0, 1], score_range=(0, 1))
    with pytest.raises(InputError, match="no model has a score for every question"):
        best_single_model(holed)


@given(st.lists(cells, min_size=2, max_size=10), st.sampled_from([1, 2]))
def test_quadrants_count_each_question_once(rows: list[tuple[tuple[int, int], ...]], limit: int) -> None:
    table = table_of(rows)
    found = quadrants(assigned_to(table, "a"), assigned_to(table, "b"), right_at=limit)
    names = {(False, True): "rescue", (True, False): "loss", (True, True): "safe", (False, False): "hard"}
    counted = [names[row[0][0] >= limit, row[1][0] >= limit] for row in rows]
    assert found.counts == tuple(counted.count(name) for name in QUADRANTS)
    assert found.share.point.sum() == pytest.approx(1.0)
    assert (found.intervals.low <= found.share.point + 1e-12).all()
    assert (found.share.point <= found.intervals.high + 1e-12).all()
    assert found.test is not None
    assert (found.test.n_second_only, found.test.n_first_only) == found.counts[:2]


def test_clusters_widen_the_shares_and_forbid_the_test() -> None:
    rows = [((0, 1), (2, 2), (0, 1)), ((2, 1), (2, 2), (0, 1))] * 6
    alone = table_of(rows)
    paired = table_of([row for row in rows for _ in range(2)], cluster=[str(i) for i in range(12) for _ in range(2)])
    one = quadrants(assigned_to(alone, "a"), assigned_to(alone, "b"))
    two = quadrants(assigned_to(paired, "a"), assigned_to(paired, "b"))
    assert two.test is None
    assert one.test is not None
    assert two.counts == tuple(2 * c for c in one.counts)
    assert two.intervals.low[0] <= one.intervals.low[0]
    assert two.intervals.high[1] > 0.1  # no loss in 24 turns of 12 questions is not "never"


def test_refusals() -> None:
    table = table_of([((0, 1), (2, 2), (0, 1))] * 2)
    for limit in (0.0, 2.5):
        with pytest.raises(InputError, match=r"right_at is .* and scores run from 0 to 2"):
            quadrants(assigned_to(table, "a"), assigned_to(table, "b"), right_at=limit)
    single = table_of([((0, 1), (2, 2), (0, 1))])
    with pytest.raises(InputError, match="there is one question only"):
        oracle_gap(assigned(single, ["a"], name="x"))
