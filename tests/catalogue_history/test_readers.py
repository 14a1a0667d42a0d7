"""Do the readers take logs and folders as they are, and refuse the rest in one sentence?"""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest

from catalogue_history.worlds import write_gz
from paretocode.catalogue import load_bundled, write_table
from paretocode.catalogue.history import load_history, read_aa_changes, read_folder, read_price_changes
from paretocode.errors import InputError, UsageError

AA_HEAD = "date,event,aa_id,slug,coding_index,intelligence_index,price_in,price_out,context,deprecated,release_date\n"
AA_ROWS = (
    "2026-06-16,initial,1,one,40.5,50,1,2,1000,False,2026-01-01\n"
    "2026-06-16,initial,2,two,,50,0,0,,True,\n"
    "2026-06-18,changed,1,uno,41.5,50,1,3,1000,False,2026-01-01\n"
    "2026-06-18,added,3,three,10,,0.5,1,500,False,\n"
    "2026-06-20,removed,2,two,,,,,,,\n"
)
SPEED_HEAD = "date,aa_id,slug,tps_p50,tps_p05,tps_p95,ttft_p50_s,ttft_p05_s,ttft_p95_s\n"
PRICE_HEAD = "date,event,model_id,pricing_json_raw_usd_per_token\n"


def price_row(date: str, event: str, model: str, prompt: str, completion: str) -> str:
    cell = json.dumps({"prompt": prompt, "completion": completion}).replace('"', '""')
    return f'{date},{event},{model},"{cell}"\n'


def test_a_change_log_holds_every_day_between_its_lines(tmp_path: Path) -> None:
    history = load_history(write_gz(tmp_path / "log.csv.gz", AA_HEAD + AA_ROWS))
    assert [str(day) for day in history.dates] == [f"2026-06-{day}" for day in (16, 17, 18, 19, 20)]
    assert history.names == ("uno", "two", "three")
    assert history.numbers["coding_score"][:, 0].tolist() == [40.5, 40.5, 41.5, 41.5, 41.5]
    assert history.is_listed.sum(axis=1).tolist() == [2, 2, 3, 3, 2]
    assert np.isnan(history.numbers["prompt_usd_per_mtok"][:, 1]).all()  # 0 says neither free nor unknown
    assert history.score_definitions[0] == "aa-coding-4.0"
    assert history.score_definitions[4] == "aa-coding-4.1"
    assert "2 of 5 days have no line" in history.notes[0]


def test_deprecated_entries_can_be_left_out(tmp_path: Path) -> None:
    path = write_gz(tmp_path / "log.csv.gz", AA_HEAD + AA_ROWS)
    assert read_aa_changes(path, include_deprecated=False).is_listed.sum(axis=1).tolist() == [1, 1, 2, 2, 2]


def test_speeds_stand_on_their_days_only(tmp_path: Path) -> None:
    log = write_gz(tmp_path / "log.csv.gz", AA_HEAD + AA_ROWS)
    speeds = write_gz(
        tmp_path / "speed.csv.gz", SPEED_HEAD + "2026-06-17,1,one,50,40,60,1.5,1,2\n2026-07-01,1,one,9,,,1,,\n"
    )
    history = load_history(log, speeds=speeds)
    assert history.numbers["throughput_tps"][1, 0] == 50
    assert history.numbers["ttft_s"][1, 0] == 1.5
    assert np.isfinite(history.numbers["throughput_tps"]).sum() == 1
    assert any("4 days have no speeds" in note for note in history.notes)
    assert any("1 speeds lie outside" in note for note in history.notes)


def test_a_price_log_takes_zero_for_missing_unless_free(tmp_path: Path) -> None:
    rows = [
        price_row("2026-05-17", "initial", "x/paid", "0.000001", "0.000002"),
        price_row("2026-05-17", "initial", "x/gift:free", "0", "0"),
        price_row("2026-05-17", "initial", "x/router", "-1", "-1"),
        price_row("2026-05-17", "initial", "~x/latest", "0.1", "0.1"),
        price_row("2026-05-18", "changed", "x/paid", "0", "0"),
    ]
    path = write_gz(tmp_path / "prices.csv.gz", PRICE_HEAD + "".join(rows))
    history = load_history(path)
    assert history.numbers["prompt_usd_per_mtok"][:, 0].tolist()[0] == 1.0
    assert np.isnan(history.numbers["prompt_usd_per_mtok"][1, 0])
    assert history.is_free.tolist() == [[False, True, False]] * 2
    assert history.is_listed[:, 2].tolist() == [False, False]  # a negative price marks a router
    assert "~x/latest" not in history
    assert history.notes == (
        "left out where their price is negative, as a router's is: x/router.",
        "x/paid is listed at price 0 on 1 of 2 days without being free: taken as missing.",
    )
    assert read_price_changes(path, zero_is_missing=False).numbers["prompt_usd_per_mtok"][1, 0] == 0


def test_copies_are_monthly(tmp_path: Path) -> None:
    path = tmp_path / "copies.json"
    document = {"snapshots": [{"date": "2025-01-03", "prices": {"a/b": [1, 2]}}, {"date": "2025-03-01", "prices": {}}]}
    path.write_text(json.dumps(document), encoding="utf-8")
    history = load_history(path)
    assert history.numbers["completion_usd_per_mtok"][0, 0] == 2
    assert history.is_listed.tolist() == [[True], [False]]
    assert [(str(a), str(b)) for a, b in history.gaps] == [("2025-02", "2025-02")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (AA_HEAD, "the log has no rows"),
        (" \n", "the columns  "),
        (
            AA_HEAD.replace("coding_index", "coding_idx") + AA_ROWS,
            "column 'coding_idx' is unknown; did you mean coding",
        ),
        (AA_HEAD.replace(",slug", "") + AA_ROWS, "column 'slug' is missing or doubled"),
        (AA_HEAD + AA_ROWS + "2026-06-21,changed\n", "row 7: the row has 2 cells and the header 11"),
        (AA_HEAD + AA_ROWS + AA_ROWS[:60], "row 8"),
        (AA_HEAD + AA_ROWS + "2026-06-19,changed,1,a,1,1,1,1,1,False,\n", "2026-06-19 stands after 2026-06-20"),
        (AA_HEAD + AA_ROWS + "2026-06-20,changed,2,a,1,1,1,1,1,False,\n", "model '2' stands twice on 2026-06-20"),
        (AA_HEAD + AA_ROWS + "2026-06-21,changed,2,a,1,1,1,1,1,False,\n", "'2' is changed on 2026-06-21 and was not"),
        (AA_HEAD + AA_ROWS + "2026-06-21,added,1,a,1,1,1,1,1,False,\n", "'1' is added on 2026-06-21 and was listed"),
        (AA_HEAD + AA_ROWS + "2026-06-21,initial,9,a,1,1,1,1,1,False,\n", "an initial state of 2026-06-21 follows"),
        (AA_HEAD + AA_ROWS + "2026-06-21,moved,1,a,1,1,1,1,1,False,\n", "event 'moved' is none of initial, added"),
        (AA_HEAD + AA_ROWS + "2026-06-21,changed,1,a,x,1,1,1,1,False,\n", "row 7, column coding_index: 'x' is not a"),
        (AA_HEAD + AA_ROWS + "2026-06-21,changed,1,a,inf,1,1,1,1,False,\n", "'inf' is not a number"),
        (AA_HEAD + AA_ROWS + "2026-06-21,changed,1,a,nan,1,1,1,1,False,\n", "'nan' is not a number"),
        (AA_HEAD + AA_ROWS + "2026-06-21,changed,1,a,-1,1,1,1,1,False,\n", "coding_index: -1 lies outside 0 to 100"),
        (AA_HEAD + AA_ROWS + "2026-06-21,added,\x1b[1m,a,1,1,1,1,1,False,\n", "'\\x1b[1m' holds a control character"),
        (AA_HEAD + AA_ROWS + "2026-06-21,changed,1,a,1,1,2e6,1,1,False,\n", "prompt_usd_per_mtok of '1' is 2e+06"),
        (SPEED_HEAD + "2026-06-17,1,one,50,40,60,1.5,1,2\n", "this is a speed log without its change log"),
        (AA_HEAD + AA_ROWS + "2026-06-21,changed,1,a,1,1,-1,1,1,False,\n", "prompt_usd_per_mtok of '1' is -1"),
        (AA_HEAD + AA_ROWS + "2026-06-21,changed,1,a,1,1,1,1,1,maybe,\n", "'maybe' is neither true nor false"),
        (AA_HEAD + AA_ROWS + "June,changed,1,a,1,1,1,1,1,False,\n", "row 7, column date: 'June' is not a date"),
    ],
)
def test_what_a_change_log_may_not_be(tmp_path: Path, text: str, sentence: str) -> None:
    path = write_gz(tmp_path / "log.csv.gz", text)
    with pytest.raises(InputError, match=re.escape(sentence)) as caught:
        load_history(path)
    assert str(path) in str(caught.value) or "history, 2026-06-21" in str(caught.value)


def test_scores_need_a_definition(tmp_path: Path) -> None:
    path = write_gz(tmp_path / "log.csv.gz", AA_HEAD + AA_ROWS)
    with pytest.raises(InputError, match="the scores of 2026-06-16 have no definition"):
        read_aa_changes(path, definition_on=lambda day: "")


def test_a_log_cut_short_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress((AA_HEAD + AA_ROWS * 20).encode())
    path = tmp_path / "log.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="broken or cut short"):
        load_history(path)


@pytest.mark.parametrize("price", ["NaN", "1e300", "inf"])
def test_a_price_that_is_no_price_is_refused(tmp_path: Path, price: str) -> None:
    path = write_gz(tmp_path / "p.csv.gz", PRICE_HEAD + price_row("2026-05-17", "initial", "a/b", price, "1e-6"))
    with pytest.raises(InputError, match=r"row 2: the pricing .* is no object of numbers"):
        load_history(path)


@pytest.mark.parametrize(
    ("prices", "sentence"),
    [
        ({"a/b": [1]}, r"the prices of 'a/b' are \[1\]; give two finite numbers"),
        ({"a/b": [float("nan"), 2]}, r"the prices of 'a/b' are \[nan, 2\]"),
        ({"a/b": [1e300, 2]}, r"the prices of 'a/b' are \[1e\+300, 2\]"),
        ({"a/b": "x"}, "the prices of 'a/b' are 'x'"),
        ({"a/\x1b[31mb": [1, 2]}, r"the id 'a/\\x1b\[31mb' holds a control character"),
        ({" a": [1, 2]}, "the id is ' a', empty or padded"),
    ],
)
def test_copies_hold_pairs_of_finite_numbers(tmp_path: Path, prices: dict[str, object], sentence: str) -> None:
    path = tmp_path / "copies.json"
    path.write_text(json.dumps({"snapshots": [{"date": "2025-01-03", "prices": prices}]}), encoding="utf-8")
    with pytest.raises(InputError, match=sentence) as caught:
        load_history(path)
    assert f"{path}, snapshot of 2025-01-03" in str(caught.value)


def test_a_router_in_a_copy_is_left_out_by_name(tmp_path: Path) -> None:
    path = tmp_path / "copies.json"
    prices = {"a/b": [1, 2], "x/auto": [-1, -1]}
    path.write_text(json.dumps({"snapshots": [{"date": "2025-01-03", "prices": prices}]}), encoding="utf-8")
    history = load_history(path)
    assert history.is_listed.tolist() == [[True, False]]
    assert history.notes == ("left out where their price is negative, as a router's is: x/auto.",)


def test_prices_must_be_objects_of_numbers(tmp_path: Path) -> None:
    path = write_gz(tmp_path / "p.csv.gz", PRICE_HEAD + "2026-05-17,initial,a/b,[1]\n")
    with pytest.raises(InputError, match=r"row 2: the pricing '\[1\]' is no object of numbers"):
        load_history(path)


def test_speeds_belong_to_a_change_log_of_the_same_models(tmp_path: Path) -> None:
    log = write_gz(tmp_path / "log.csv.gz", AA_HEAD + AA_ROWS)
    speeds = write_gz(tmp_path / "speed.csv.gz", SPEED_HEAD + "2026-06-17,9,one,50,40,60,1.5,1,2\n")
    with pytest.raises(InputError, match="1 models have speeds and stand in no line of the change log, '9' first"):
        load_history(log, speeds=speeds)
    prices = write_gz(tmp_path / "p.csv.gz", PRICE_HEAD + price_row("2026-05-17", "initial", "a/b", "1", "1"))
    with pytest.raises(UsageError, match="a speed log goes with a change log"):
        load_history(prices, speeds=speeds)


def daily(folder: Path, *names: str) -> Path:
    for name in names:
        write_table(load_bundled(), folder / name)
    return folder


def test_a_folder_states_its_missing_days_and_what_it_left_out(tmp_path: Path) -> None:
    daily(tmp_path, "2026-05-29.csv", "2026-06-01.toml")
    (tmp_path / "README.md").write_text("x", encoding="utf-8")
    history = load_history(tmp_path)
    assert [(str(a), str(b)) for a, b in history.gaps] == [("2026-05-30", "2026-05-31")]
    assert history.notes == ("README.md has no day in its name: left out.",)
    assert len(history.as_of("2026-05-31")) == 13


def test_a_folder_holds_one_source_and_one_that_has_a_history(tmp_path: Path) -> None:
    daily(tmp_path, "2026-05-29.csv")
    record = {"id": "a/b", "name": "b", "pricing": {"prompt": "0.000001", "completion": "0.000002"}}
    (tmp_path / "2026-05-30.json").write_text(json.dumps({"data": [record]}), encoding="utf-8")
    with pytest.raises(InputError, match=r"2026-05-29\.csv is of a plain table and 2026-05-30\.json of openrouter"):
        load_history(tmp_path)
    (tmp_path / "2026-05-28.json").write_text(json.dumps([{"x": 1}]), encoding="utf-8")
    with pytest.raises(InputError, match="the file is of no known source, which has no history"):
        load_history(tmp_path)


def test_two_files_of_one_day_are_refused(tmp_path: Path) -> None:
    daily(tmp_path, "2026-05-29.csv", "2026-05-29_again.csv")
    with pytest.raises(InputError, match=r"2026-05-29\.csv and 2026-05-29_again\.csv are both of 2026-05-29"):
        read_folder(tmp_path)


def test_a_folder_without_days_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file name begins with a day"):
        read_folder(tmp_path)
    with pytest.raises(InputError, match="there is no such file or folder"):
        load_history(tmp_path / "none")


def test_a_payload_is_keyed_by_its_stable_id(tmp_path: Path) -> None:
    def payload(day: str, slug: str, fetched: str = "") -> None:
        record = {
            "id": "stable",
            "name": slug,
            "slug": slug,
            "evaluations": {"artificial_analysis_coding_index": 30.0, "scicode": 0.5, "terminal_bench_hard": 0.5},
            "pricing": {"price_1m_input_tokens": 1, "price_1m_output_tokens": 2},
        }
        document = {"meta": {"fetched_at": f"{fetched or day}T07:00:00+00:00"}, "models": [record]}
        write_gz(tmp_path / f"{day}.json.gz", json.dumps(document))

    payload("2026-05-01", "old-name")
    payload("2026-05-02", "new-name")
    history = load_history(tmp_path)
    assert history.keys == ("stable",)
    assert history.names == ("new-name",)
    assert read_folder(tmp_path, raw_scores=False).as_of("2026-05-02").has_score.tolist() == [False]
    payload("2026-05-03", "x", fetched="2026-05-04")
    with pytest.raises(InputError, match="the file was fetched on 2026-05-04 and its name says 2026-05-03"):
        load_history(tmp_path)
