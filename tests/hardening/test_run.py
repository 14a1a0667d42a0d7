"""The table of `run.py`, and the rows of `versions.py`; what they run is tested beside them."""

from __future__ import annotations

from hardening.run import figures_table
from hardening.versions import Row, Seen, rows, table


def test_the_figures_are_a_table() -> None:
    text = figures_table([("fuzz.py --rounds=2", "files: 2, found: 0", "holds", 1.4)])
    assert text.splitlines()[-1] == "| `fuzz.py --rounds=2` | files: 2, found: 0 | holds | 1 |"


def test_the_first_python_has_the_oldest_the_newest_and_no_numba() -> None:
    assert [(row.python, row.name) for row in rows(["3.11", "3.12"])] == [
        ("3.11", "oldest"),
        ("3.11", "newest"),
        ("3.11", "newest, without numba"),
        ("3.12", "newest"),
    ]


def test_a_row_says_what_was_seen() -> None:
    one = Seen(
        row=Row(python="3.11"),
        python="3.11.7",
        versions={"numpy": "2.0"},
        summary="1 passed",
        seconds=2,
        has_passed=True,
    )
    assert table([one]).splitlines()[-1] == "| 3.11.7 | newest | numpy 2.0 | 1 passed | 2 |"
