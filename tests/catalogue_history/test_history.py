"""Does a history keep its days in order, and answer as of a day without guessing?"""

from __future__ import annotations

import datetime
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue_history.worlds import NAN, histories, history_of
from paretocode.catalogue import PRICE_METRICS, load_bundled, price_metric_micro_usd
from paretocode.catalogue.history import (
    METRIC_WEIGHTS,
    History,
    best_score_of_ids,
    history_of_catalogues,
    price_matrix_micro_usd,
)
from paretocode.errors import InputError, UsageError


def refuses(sentence: str) -> pytest.RaisesExc:
    return pytest.raises(InputError, match=re.escape(sentence))


def test_as_of_takes_the_last_entry_on_or_before_the_day() -> None:
    history = history_of([[10, 20], [11, NAN]], dates=np.array(["2026-01-01", "2026-01-05"], dtype="datetime64[D]"))
    assert history.as_of("2026-01-04").coding_score.tolist() == [10, 20]
    assert history.as_of("2026-01-04").as_of == "2026-01-01"
    assert history.as_of(datetime.date(2026, 1, 5)).coding_score[0] == 11
    assert history.as_of("2030-01-01").as_of == "2026-01-05"
    assert [(str(a), str(b)) for a, b in history.gaps] == [("2026-01-02", "2026-01-04")]
    with refuses("2025-12-31 lies before the first day 2026-01-01; ask for a later day"):
        history.as_of("2025-12-31")


@pytest.mark.parametrize("word", ["today", "2026", "2026-02-30", "", "26-01-01"])
def test_no_word_but_an_iso_day_is_a_date(word: str) -> None:
    with refuses(f"{word!r} is not a date"):
        history_of([[10]]).as_of(word)


def test_models_that_are_not_listed_are_in_no_catalogue() -> None:
    history = history_of([[10, 20]], listed=[[True, False]])
    assert history.as_of("2026-01-01").keys == ("a",)
    assert np.isnan(history.numbers["coding_score"][0, 1])


def test_an_unlinted_zero_makes_no_catalogue() -> None:
    with refuses("prompt_usd_per_mtok of 'a' is 0"):
        history_of([[10]], prompt=[[0]]).as_of("2026-01-01")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"dates": np.array(["2026-01-02", "2026-01-01"], "datetime64[D]")}, "2026-01-02 stands before 2026-01-01"),
        ({"dates": np.array(["2026-01-02", "2026-01-02"], "datetime64[D]")}, "2026-01-02 stands twice"),
        ({"definitions": ["test-1", ""]}, "the scores of 2026-01-02 have no definition"),
        ({"prompt": [[1.0], [-1.0]]}, "history, 2026-01-02: prompt_usd_per_mtok of 'a' is -1"),
        ({"is_free": np.zeros((1, 1), bool)}, "is_free has shape (1, 1)"),
        ({"cadence": "week"}, "cadence is 'week'"),
        ({"names": ()}, "keys stand twice or have no name"),
    ],
)
def test_what_is_refused(settings: dict[str, object], sentence: str) -> None:
    with refuses(sentence):
        history_of([[10], [20]], **settings)  # type: ignore[arg-type]


def test_a_month_without_an_entry_is_a_gap_of_a_monthly_history() -> None:
    dates = np.array(["2026-01-03", "2026-02-28", "2026-05-01"], dtype="datetime64[D]")
    history = history_of([[1], [1], [1]], dates=dates, cadence="month")
    assert [(str(a), str(b)) for a, b in history.gaps] == [("2026-03", "2026-04")]


def test_select_between_and_fixed_scores() -> None:
    history = history_of([[10, 20], [11, 21], [12, 22]])
    assert history.between("2026-01-02", "2026-01-09").numbers["coding_score"].tolist() == [[11, 21], [12, 22]]
    assert history.select(models=[1]).keys == ("b",)
    fixed = history.with_scores({"b": 7.0}, "mine-1")
    assert fixed.numbers["coding_score"][:, 1].tolist() == [7.0] * 3
    assert np.isnan(fixed.numbers["coding_score"][:, 0]).all()
    assert "b" in fixed
    with refuses("model 'z' is in none of the 3 days"):
        fixed.column_of("z")
    with refuses("no entry lies between 2027-01-01 and 2027-02-01"):
        history.between("2027-01-01", "2027-02-01")


def test_catalogues_come_back_as_they_went_in() -> None:
    catalogue = load_bundled()
    history = history_of_catalogues([("2026-05-29", catalogue), ("2026-05-30", catalogue.select([3, 1]))])
    assert history.as_of("2026-05-30").keys == (catalogue.keys[3], catalogue.keys[1])
    assert history.is_listed.sum(axis=1).tolist() == [13, 2]
    assert history.as_of("2026-05-29").price_steps == catalogue.price_steps
    with refuses("2026-05-29 stands twice"):
        history_of_catalogues([("2026-05-29", catalogue)] * 2)


@pytest.mark.parametrize("metric", METRIC_WEIGHTS)
def test_the_price_matrix_is_the_catalogues_own_metric(metric: str) -> None:
    assert set(METRIC_WEIGHTS) == set(PRICE_METRICS) - {"request"}
    history = history_of_catalogues([("2026-05-29", load_bundled())])
    price, is_known = price_metric_micro_usd(load_bundled(), metric)
    rows = price_matrix_micro_usd(history, metric)
    assert rows[0][0].tolist() == price.tolist()
    assert rows[1][0].tolist() == is_known.tolist()


def test_a_request_has_no_price_of_its_own() -> None:
    with pytest.raises(UsageError):
        price_matrix_micro_usd(history_of([[1]]), "request")


@given(histories(), st.data())
def test_a_row_of_the_matrices_is_the_catalogue_of_the_day(history: History, data: st.DataObject) -> None:
    day = data.draw(st.integers(0, history.n_days - 1))
    catalogue = history.as_of(history.dates[day])
    listed = history.is_listed[day]
    assert catalogue.keys == tuple(np.array(history.keys)[listed])
    np.testing.assert_array_equal(catalogue.coding_score, history.numbers["coding_score"][day, listed])
    for metric in METRIC_WEIGHTS:
        price, is_known = price_matrix_micro_usd(history, metric)
        expected = price_metric_micro_usd(catalogue, metric)
        np.testing.assert_array_equal(price[day, listed], expected[0])
        np.testing.assert_array_equal(is_known[day, listed], expected[1])


def test_scores_are_matched_by_id_and_by_slug_and_the_best_effort_counts() -> None:
    measured = (
        load_bundled()
        .select([0, 1, 2, 3])
        .replace(
            model_id=("openai/gpt-5.5", "gpt-5-5", "claude-opus-4-8", "nobody"), effort=("xhigh", "low", "max", "")
        )
    )
    match = best_score_of_ids(
        measured, ["openai/gpt-5.5", "anthropic/claude-opus-4.8", "anthropic/claude-opus-4.8:free"]
    )
    assert match.by_id == ("openai/gpt-5.5",)
    assert match.by_slug == ("anthropic/claude-opus-4.8",)
    assert match.n_unmatched == 1
    assert match.score_of_id["openai/gpt-5.5"] == max(measured.coding_score[:2])
    assert "1 by the id the measurer states, 1 by slug alone" in str(match)
