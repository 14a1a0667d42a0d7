"""What did a fixed score cost? By hand, against the slow definition, and the published fall of prices."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from catalogue_history.worlds import NAN, histories, history_of
from paretocode.catalogue import read_artificial_analysis
from paretocode.catalogue.history import History, best_score_of_ids, load_history, price_matrix_micro_usd
from paretocode.errors import InputError
from paretocode.frontier.through_time import CheapestAbove, cheapest_above

Published = tuple[CheapestAbove, list[dict[str, str]], History]


def test_ties_go_to_the_higher_score_then_the_key() -> None:
    table = cheapest_above(history_of([[40, 50, 50]], prompt=[[1, 1, 1]]), [30, 45, 60], price_metric="prompt")
    assert table.model_index.tolist() == [[1, 1, -1]]
    assert table.price_usd_per_mtok[0].tolist()[:2] == [1.0, 1.0]
    assert np.isnan(table.price_usd_per_mtok[0, 2])


def test_free_models_take_part_only_when_asked_and_paid_zeros_never() -> None:
    history = history_of([[40, 40, 40]], prompt=[[0, 0, 3]])
    history = dataclasses.replace(history, is_free=np.array([[True, False, False]]))
    assert cheapest_above(history, [30]).model_index.tolist() == [[2]]
    assert cheapest_above(history, [30], include_free=True).model_index.tolist() == [[0]]


def test_a_fall_counts_from_the_first_day_to_the_first_cheapest() -> None:
    history = history_of([[NAN], [40], [40], [40], [40]], prompt=[[9], [6], [8], [2], [2]])
    fall = cheapest_above(history, [30, 99], price_metric="prompt").fall(30)
    assert fall is not None
    assert (fall.factor, fall.n_rises, fall.months) == (3.0, 1, 0)
    assert (str(fall.first_date), str(fall.least_date)) == ("2026-01-02", "2026-01-04")
    assert cheapest_above(history, [99]).fall(99) is None
    with pytest.raises(InputError, match="31 is not in the table"):
        cheapest_above(history, [30]).fall(31)


def test_two_definitions_do_not_mix() -> None:
    with pytest.raises(InputError, match="the days have scores of test-1 and test-2"):
        cheapest_above(history_of([[1], [1]], definitions=["test-1", "test-2"]), [1])
    with pytest.raises(InputError, match="scores has 2 before 1"):
        cheapest_above(history_of([[1]]), [2, 1])


@given(histories(one_definition=True))
def test_the_table_is_the_loop_over_all_models(history: History) -> None:
    table = cheapest_above(history, [10, 25, 40], price_metric="prompt")
    coding, prompt = history.numbers["coding_score"], history.numbers["prompt_usd_per_mtok"]
    for day in range(history.n_days):
        for column, score in enumerate(table.scores):
            able = [
                (prompt[day, i], -coding[day, i], key, i)
                for i, key in enumerate(history.keys)
                if coding[day, i] >= score and prompt[day, i] > 0
            ]
            assert table.model_index[day, column] == (min(able)[3] if able else -1)


@pytest.fixture(scope="module")
def published(data_dir: Path) -> Published:
    folder = data_dir / "catalogue"
    history = load_history(folder / "openrouter/wayback_monthly_prices_2023-07_2026-09.json")
    measured = read_artificial_analysis(folder / "aa/llms/2026-06-17.json.gz", include_deprecated=True)
    match = best_score_of_ids(measured, history.keys)
    scored = history.with_scores(match.score_of_id, match.score_definition)
    with (folder / "cheapest_above_score_openrouter_v4_coding.csv").open(encoding="utf-8") as file:
        return cheapest_above(scored, [25, 35, 40, 45, 50, 55]), list(csv.DictReader(file)), scored


@pytest.mark.data
@pytest.mark.parametrize(
    ("score", "factor", "months", "first", "least"),
    [
        (25, 150.0, 10, 6.0, 0.04),
        (35, 158.0, 16, 17.5, 0.11075),
        (40, 34.3, 10, 6.0, 0.175),
        (45, 8.3, 5, 4.5, 0.54375),
        (50, 3.2, 4, 4.5, 1.4061),
        (55, 1.0, 0, 4.5, 4.5),
    ],
)
def test_the_fall_of_prices(
    published: Published,
    *,
    score: float,
    factor: float,
    months: int,
    first: float,
    least: float,
) -> None:
    fall = published[0].fall(score)
    assert fall is not None
    assert fall.factor == pytest.approx(factor, abs=0.05)
    assert (fall.months, fall.first_usd_per_mtok) == (months, first)
    assert fall.least_usd_per_mtok == pytest.approx(least, abs=5e-5)


@pytest.mark.data
def test_prices_sometimes_rose(published: Published) -> None:
    falls = [published[0].fall(score) for score in published[0].scores]
    assert [fall.n_rises for fall in falls if fall] == [3, 2, 0, 0, 1, 0]


@pytest.mark.data
def test_every_cell_of_the_derived_table(published: Published) -> None:
    table, rows, history = published
    blend, _ = price_matrix_micro_usd(history, "blend_3_1")
    assert [str(day) for day in table.dates] == [row["date"] for row in rows]
    for day, row in enumerate(rows):
        for column, score in enumerate(table.scores):
            price, model = row[f"p{score:g}"], table.model_index[day, column]
            assert (model >= 0) == bool(price)
            if price:
                assert table.price_usd_per_mtok[day, column] == pytest.approx(float(price), abs=5.1e-5)
                # Where two models cost the same we name the better one; the derived table four times names the other.
                assert blend[day, history.column_of(row[f"m{score:g}"])] == blend[day, model]
