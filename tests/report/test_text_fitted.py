"""Does a table fit any terminal without losing a character? By hand, and for every table hypothesis can find."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paretocode import _terminal
from paretocode.report.text import format_table
from paretocode.report.text_fitted import fitted_table

HEADER = ["model", "USD", "what to know of it"]
ROWS = [["deepseek/deepseek-v4-flash@max", "0.125", "the cheapest of all"], ["kimi-k2.6", "1.42", ""]]


def test_what_fits_is_left_alone() -> None:
    assert fitted_table(HEADER, ROWS, "lrl", width=80) == format_table(HEADER, ROWS, "lrl")


def test_where_nobody_looks_a_row_stays_on_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    wide = [["x" * 300, "1", "y" * 300]]
    assert fitted_table(HEADER, wide, "lrl") == format_table(HEADER, wide, "lrl")
    monkeypatch.setenv("COLUMNS", "60")
    assert fitted_table(HEADER, ROWS, "lrl") == fitted_table(HEADER, ROWS, "lrl", width=60)


def test_words_fold_and_numbers_do_not() -> None:
    assert fitted_table(HEADER, ROWS, "lrl", width=44).splitlines() == [
        "model           USD  what to know of it",
        "------------  -----  ------------------",
        "deepseek/     0.125  the cheapest of",
        "deepseek-v4-         all",
        "flash@max",
        "kimi-k2.6      1.42",
    ]


def test_heads_over_numbers_fold_before_words() -> None:
    shown = fitted_table(["model", "price per million"], [["a-long-name-of-a-model", "1.5"]], "lr", width=36)
    assert shown.splitlines()[-1] == "a-long-name-of-a-model        1.5"


def test_many_numbers_stand_in_tables_that_repeat_the_keys() -> None:
    header, rows = ["state", "gate", "one", "two"], [["FAIL", "cost", "1" * 12, "2" * 12]]
    shown = fitted_table(header, rows, "llrr", width=30, n_keys=2)
    assert [line for line in shown.splitlines() if line.startswith("FAIL")] == [
        f"FAIL   cost  {'1' * 12}",
        f"FAIL   cost  {'2' * 12}",
    ]


def test_what_fits_no_table_is_a_list() -> None:
    shown = fitted_table(["path", "size"], [["/a/path/that/nobody/can/fold", "9" * 30]], "rr", width=40)
    assert shown.splitlines() == ["path /a/path/that/nobody/can/fold", f"  size  {'9' * 30}"]


WORDS = st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), max_size=5).map(" ".join)
NUMBERS = st.from_regex(r"-?[0-9]{1,7}(\.[0-9]{1,3})?( %)?", fullmatch=True)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]], str]:
    align = "l" + draw(st.text("lr", min_size=1, max_size=6))
    heads = [draw(WORDS.filter(bool)) for _ in align]
    n_rows = draw(st.integers(1, 4))
    rows = [[draw(WORDS.filter(bool) if side == "l" else NUMBERS) for side in align] for _ in range(n_rows)]
    return heads, rows, align


@settings(max_examples=60)
@given(tables(), st.sampled_from([40, 60, 80, 120]))
def test_every_table_fits_and_keeps_every_number_and_word(
    table: tuple[list[str], list[list[str]], str], width: int
) -> None:
    header, rows, align = table
    shown = fitted_table(header, rows, align, width=width)
    lines = shown.splitlines()
    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)
    words = Counter(shown.replace("-" * 3, " ").split())
    for row in rows:
        for cell, side in zip(row, align, strict=True):
            if side == "r":
                assert cell in shown  # never broken, not even between a number and its unit
            for word in cell.split():
                assert words[word] > 0


@pytest.mark.parametrize(("columns", "expected"), [("72", 72), ("3", 40), ("0", None), ("wide", None), ("", None)])
def test_columns_say_how_wide(columns: str, expected: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert _terminal.shown_width() == expected
    assert _terminal.page_width() == (expected or _terminal.PAGE_WIDTH)
