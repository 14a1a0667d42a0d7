"""Is a file read as it stands, and does each kind of damage get one sentence with its place?"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.evidence.outcomes import OutcomeTable, read_outcomes, read_wide_outcomes

LONG = """question_id,turn,model,score,usd,seen
81,1,unify,9.0,0.001,0
81,2,unify,,0.002,0
82,1,unify,-1,0.001,1
82,1,"a, b",7,,0
"""
WIDE = """id,weak,strong,usd_weak
a,0,1,0.001
b,,1,
"""


def write(folder: Path, text: str, name: str = "log.csv") -> Path:
    path = folder / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def read_long(path: Path, **changed: object) -> OutcomeTable:
    settings: dict[str, object] = {
        "score_range": (1, 10),
        "question": ("question_id", "turn"),
        "cluster": ("question_id",),
        "cost_usd": "usd",
        "contaminated_flag": "seen",
        "contaminated": "keep",
        "sentinel": -1,
    }
    return read_outcomes(path, **{**settings, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz"])
def test_long_form(tmp_path: Path, name: str) -> None:
    table = read_long(write(tmp_path, LONG, name))
    assert table.questions == ("81/1", "81/2", "82/1")
    assert table.models == ("unify", "a, b")
    assert table.cluster.tolist() == [0, 0, 1]
    assert table.cluster_kind == "question_id"
    assert np.isnan(table.scores_of("unify")).tolist() == [False, True, True]
    assert table.cost_pusd is not None
    assert table.cost_pusd[0, 0] == 10**9
    assert table.name == name
    assert table.notes == (
        "1 of 4 scores dropped: they are the sentinel -1",
        "1 of 3 questions kept though marked as contaminated",
    )


def test_a_last_line_without_an_end_is_noted(tmp_path: Path) -> None:
    path = write(tmp_path, "question,model,score\nq,a,0.25\nq,b,0.7")
    notes = read_outcomes(path, score_range=(0, 1)).notes
    assert notes == ("the last line has no end: the file may be cut short",)


def test_wide_form(tmp_path: Path) -> None:
    path = write(tmp_path, WIDE)
    scores = {"w": "weak", "s": "strong"}
    table = read_wide_outcomes(path, scores=scores, costs_usd={"w": "usd_weak"}, question=("id",), score_range=(0, 1))
    assert table.questions == ("a", "b")
    assert np.isnan(table.score).tolist() == [[False, False], [True, False]]
    assert table.has_cost is not None
    assert table.has_cost.tolist() == [[True, False], [False, False]]
    assert read_wide_outcomes(path, scores=scores, score_range=(0, 1)).questions == ("1", "2")


LONG_REFUSALS: dict[str, tuple[str, dict[str, object], str]] = {
    "sentinel": (
        LONG,
        {"sentinel": None},
        r".*log\.csv, row 3, column score: the score is -1, a sentinel outside 1 to 10; pass sentinel=-1 .*",
    ),
    "undecided": (LONG, {"contaminated": None}, r"log\.csv: 1 of 3 questions are marked as contaminated; .*"),
    "column": (LONG, {"score": "scores"}, r".*log\.csv: there is no column scores among .*; did you mean score\."),
    "nan": (LONG.replace("9.0", "nan"), {}, r".*log\.csv, row 1, column score: 'nan' is no number; .*"),
    "words": (LONG.replace("9.0", "good"), {}, r".*log\.csv, row 1, column score: 'good' is no number; .*"),
    "cost": (LONG.replace("0.002", "-2"), {}, r".*row 2, column usd: the cost of 'unify' is -2 USD; .*"),
    "flag": (LONG.replace(",0\n81", ",maybe\n81"), {}, r".*row 1, column seen: 'maybe' is neither true nor false; .*"),
    "label": (LONG.replace("81,1", ",1"), {}, r".*row 1, column question_id: the label is empty; fill it\."),
    "cut row": (LONG[:-4], {}, r".*log\.csv, row 4: the row has 4 cells and the header 6; fetch .*"),
    "cut quote": (
        LONG[: LONG.index(", b")],
        {},
        r".*log\.csv: it cannot be read as CSV \(unexpected end of data\); .*",
    ),
    "header only": (LONG.splitlines()[0], {}, r".*log\.csv: the file holds no row of data; .*"),
    "empty": ("", {}, r".*log\.csv: the file holds no row of data; .*"),
    "doubled": (LONG.replace("turn", "model"), {}, r".*log\.csv: the header names 'model' twice; .*"),
}


@pytest.mark.parametrize("case", LONG_REFUSALS)
def test_long_refusals(tmp_path: Path, case: str) -> None:
    text, changed, sentence = LONG_REFUSALS[case]
    with pytest.raises(InputError) as caught:
        read_long(write(tmp_path, text), **changed)
    assert re.fullmatch(sentence, str(caught.value)), str(caught.value)


def test_wide_refusals_name_the_models_column(tmp_path: Path) -> None:
    path = write(tmp_path, WIDE.replace("b,,1", "b,,7"))
    with pytest.raises(InputError, match="row 2, column strong: the score is 7, outside 0 to 1"):
        read_wide_outcomes(path, scores={"w": "weak", "s": "strong"}, score_range=(0, 1))
    path = write(tmp_path, WIDE.replace("0.001", "-1"))
    with pytest.raises(InputError, match="row 1, column usd_weak: the cost of 'w' is -1 USD"):
        read_wide_outcomes(path, scores={"w": "weak"}, costs_usd={"w": "usd_weak"}, score_range=(0, 1))
    with pytest.raises(InputError, match="costs of 'x' come without scores"):
        read_wide_outcomes(path, scores={"w": "weak"}, costs_usd={"x": "usd_weak"}, score_range=(0, 1))
    with pytest.raises(InputError, match="no model is named"):
        read_wide_outcomes(path, scores={}, score_range=(0, 1))


@pytest.mark.parametrize("damage", ["cut", "no archive", "flipped"])
def test_a_damaged_archive_is_refused(tmp_path: Path, damage: str) -> None:
    path = write(tmp_path, LONG * 50, "log.csv.gz")
    content = path.read_bytes()
    flipped = content[:20] + bytes([content[20] ^ 255]) + content[21:]
    path.write_bytes({"cut": content[:-12], "no archive": LONG.encode(), "flipped": flipped}[damage])
    with pytest.raises(InputError, match="the compressed file is cut short or damaged; fetch the file again"):
        read_long(path)


def test_absent_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_long(tmp_path / "none.csv")
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read_long(tmp_path)
    latin = tmp_path / "latin.csv"
    latin.write_bytes(b"a,b\n\xe9,1\n")
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read_long(latin)
