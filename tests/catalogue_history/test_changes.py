"""Are changes, rewritings and re-bases told apart? By hand, and against the slow definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import spearmanr

from catalogue_history.worlds import NAN, histories, history_of
from paretocode.catalogue.history import (
    History,
    changes_of,
    rank_correlation,
    rebased_days,
    rebases_of,
    score_tolerance,
)
from paretocode.errors import InputError


def test_every_kind_of_change_is_listed_once() -> None:
    history = history_of(
        [[10, 20, 30, NAN], [10, 21, NAN, 5]],
        prompt=[[1, 2, 3, 1], [1.5, 2, 3, 1]],
        listed=[[True, True, True, False], [True, True, False, True]],
        definitions=["test-1", "test-2"],
    )
    rows = list(changes_of(history).rows())
    assert [(row["kind"], row["key"], row["field"]) for row in rows] == [
        ("entry", "d", ""),
        ("exit", "c", ""),
        ("definition", "", ""),
        ("score", "b", "coding_score"),
        ("price", "a", "prompt_usd_per_mtok"),
        ("price", "a", "completion_usd_per_mtok"),
    ]
    assert (rows[2]["before"], rows[2]["after"]) == ("test-1", "test-2")
    assert (rows[3]["before"], rows[3]["after"]) == (20.0, 21.0)
    assert {row["date"] for row in rows} == {"2026-01-02"}


def test_a_number_that_goes_is_a_change_to_missing() -> None:
    (row,) = changes_of(history_of([[10], [NAN]])).rows()
    assert (row["before"], row["after"]) == (10.0, None)


def test_a_column_known_for_the_first_time_is_one_note() -> None:
    history = history_of([[NAN] * 4, [10, 20, 30, NAN], [11, 20, 30, 40]])
    changes = changes_of(history)
    assert changes.first_known == ((1, "coding_score", 3),)
    assert [(row["key"], row["before"], row["after"]) for row in changes.rows()] == [
        ("a", 10.0, 11.0),
        ("d", None, 40.0),
    ]
    again = changes_of(history_of([[1, 2, 3], [NAN] * 3, [1, 2, 3]]))
    assert (again.first_known, again.counts()["score"]) == ((), 6)


def test_a_definition_none_is_no_rebase() -> None:
    history = history_of([[NAN] * 4, [10, 20, 30, 40], [NAN] * 4], definitions=["none", "test-1", "none"])
    assert rebases_of(history) == ()
    assert changes_of(history).counts()["definition"] == 0


def test_one_day_has_no_changes() -> None:
    assert len(changes_of(history_of([[10]]))) == 0


@given(histories())
def test_changes_are_the_loop_over_all_cells(history: History) -> None:
    expected = set()
    began = {(day, field) for day, field, _ in changes_of(history).first_known}
    for day in range(1, history.n_days):
        if history.score_definitions[day] != history.score_definitions[day - 1]:
            expected.add((day, "", "definition", ""))
        for i, key in enumerate(history.keys):
            was, stands = bool(history.is_listed[day - 1, i]), bool(history.is_listed[day, i])
            if was != stands:
                expected.add((day, key, "entry" if stands else "exit", ""))
            for field, kind in [
                ("coding_score", "score"),
                *((f"{p}_usd_per_mtok", "price") for p in ("prompt", "completion")),
            ]:
                pair = history.numbers[field][day - 1 : day + 1, i].tolist()
                if was and stands and repr(pair[0]) != repr(pair[1]) and (day, field) not in began:
                    expected.add((day, key, kind, field))
    days = {str(date): i for i, date in enumerate(history.dates)}
    rows = list(changes_of(history).rows())
    assert {(days[str(r["date"])], r["key"], r["kind"], r["field"]) for r in rows} == expected
    assert len(rows) == len(expected)
    assert sum(changes_of(history).counts().values()) == len(rows)


def test_scores_written_with_other_decimals_did_not_change() -> None:
    history = history_of([[10.1, 20.2, 30.3, 50.0], [10.123, 20.185, 30.349, 55.125]])
    assert score_tolerance(history).round(6).tolist() == [0.05]
    changes = changes_of(history)
    assert changes.n_rounded.tolist() == [0, 3]
    assert [row["key"] for row in changes.rows()] == ["d"]
    assert rebases_of(history) == ()


def test_one_finer_score_is_no_rewriting() -> None:
    history = history_of([[10, 20, 30], [10, 20, 30.4]])
    assert score_tolerance(history).tolist() == [0.0]
    assert changes_of(history).counts()["score"] == 1


def test_a_jump_of_most_scores_is_a_rebase_without_a_new_name() -> None:
    (rebase,) = rebases_of(history_of([[10, 20, 30, 40], [15, 26, NAN, 40]]))
    assert (rebase.before_index, rebase.after_index, rebase.n_before) == (0, 1, 4)
    assert rebase.lost_index.tolist() == [2]
    assert rebase.survivor_index.tolist() == [0, 1, 3]
    assert rebase.moved_index.tolist() == [0, 1]
    assert (rebase.median_shift, rebase.largest_shift, rebase.rank_correlation) == (5.0, 6.0, 1.0)


def test_a_rebase_over_two_days_is_one_and_ends_with_the_jump() -> None:
    history = history_of(
        [[10, 20, 30, 40], [11, 20, 30, 40], [15, 25, 35, 45], [15, 25, 35, 45], [16, 25, 35, 45]],
        definitions=["test-1", "mixed", "mixed", "test-2", "test-2"],
    )
    (rebase,) = rebases_of(history)
    assert (rebase.before_index, rebase.after_index) == (0, 2)
    assert rebased_days(history).tolist() == [False, True, True, False, False]


def test_a_new_name_alone_is_a_rebase_and_exits_are_none() -> None:
    assert len(rebases_of(history_of([[10], [10]], definitions=["test-1", "test-2"]))) == 1
    gone = history_of([[10, 20, 30, 40]] * 2, listed=[[True] * 4, [True] + [False] * 3])
    assert rebases_of(gone) == ()
    with pytest.raises(InputError, match="least_share is 0"):
        rebases_of(gone, least_share=0)


@given(histories(max_days=2, max_models=6))
def test_the_rank_correlation_is_scipys(history: History) -> None:
    x, y = np.nan_to_num(history.numbers["coding_score"][[0, -1]])
    ours = rank_correlation(x, y)
    if len(x) < 2 or len(set(x)) < 2 or len(set(y)) < 2:
        assert np.isnan(ours)
    else:
        assert ours == pytest.approx(spearmanr(x, y)[0])
