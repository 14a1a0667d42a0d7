"""What does the plain table refuse, and in which words? One sentence with file, row, column and way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from paretocode.catalogue import _files as files
from paretocode.catalogue import load_bundled, read_table, write_table
from paretocode.errors import InputError

HEADER = "model_id,coding_score,score_definition,prompt_usd_per_mtok,completion_usd_per_mtok,context_tokens"
GOOD = "a/b,50,aa-coding-4.0,1,2,1000"


def refusal(path: Path, text: str | bytes) -> str:
    """Return the one sentence with which the file is refused, the folder cut off."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        read_table(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert caught.value.way_out
    return sentence.replace(f"{path.parent}/", "")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            [HEADER.replace("coding_score", "coding_scor", 1), GOOD],
            "m.csv: column 'coding_scor' is unknown; did you mean coding_score.",
        ),
        (
            [HEADER.removesuffix(",context_tokens"), GOOD.removesuffix(",1000")],
            "m.csv: column context_tokens is missing; add it, with empty cells where it is unknown.",
        ),
        (
            [HEADER, GOOD, "c/d,50,aa-coding-4.1,1,2,1000"],
            "m.csv: two score definitions, aa-coding-4.0 in row 1 and aa-coding-4.1 in row 2; re-anchor one of them or "
            "split the file.",
        ),
        (
            [HEADER, "a/b,50,,1,2,1000"],
            "m.csv, row 1, column score_definition: the score has no definition; name it, as in aa-coding-4.0.",
        ),
        (
            [HEADER, "a/b,50,aa-coding-4.0,0,2,1000"],
            "m.csv, row 1, column prompt_usd_per_mtok: the price is 0 though is_free is not true; set is_free = true "
            "if it is, or leave the price empty if it is unknown.",
        ),
        (
            [HEADER, GOOD, "c/d,50,aa-coding-4.0,-1,2,1000"],
            "m.csv, row 2, column prompt_usd_per_mtok: -1 is below 0; correct it, or leave it empty if it is unknown.",
        ),
        (
            [HEADER, "a/b,NaN,aa-coding-4.0,1,2,1000"],
            "m.csv, row 1, column coding_score: 'NaN' is not a number; leave it empty if it is unknown.",
        ),
        (
            [HEADER, "a/b,1e999,aa-coding-4.0,1,2,1000"],
            "m.csv, row 1, column coding_score: '1e999' is not a number; leave it empty if it is unknown.",
        ),
        (
            [HEADER, "a/b,50,aa-coding-4.0,1,2,1000.5"],
            "m.csv, row 1, column context_tokens: 1000.5 is not a whole number; correct it, or leave it empty if it is "
            "unknown.",
        ),
        (
            [HEADER, GOOD, GOOD],
            "m.csv, row 2, column model_id: model 'a/b' stands in row 1 already; give every model id and effort pair "
            "once.",
        ),
        (
            [HEADER, ",50,aa-coding-4.0,1,2,1000"],
            "m.csv, row 1, column model_id: the model has no id; give the id the router knows it by.",
        ),
        ([HEADER], "m.csv: the table holds no models; give at least one row."),
        (
            [HEADER, GOOD, "c/d,50,aa-cod"],
            "m.csv, row 2: the row has 3 cells and the header 6; give every row the same cells; the file may be cut "
            "short.",
        ),
        (
            [HEADER + ",throughput_tps_p50", GOOD + ",0"],
            "m.csv, row 1, column throughput_tps_p50: a speed of 0 was not measured; leave it empty.",
        ),
        (
            [HEADER + ",release_date", GOOD + ",soon"],
            "m.csv, row 1, column release_date: 'soon' is not a date; write it as 2026-04-23.",
        ),
        (
            [HEADER + ",is_free", GOOD + ",maybe"],
            "m.csv, row 1, column is_free: 'maybe' is neither true nor false; use true.",
        ),
        (
            [HEADER + ",long_prompt_usd_per_mtok", GOOD + ",2"],
            "m.csv, row 1, column price_steps: a step has no min_prompt_tokens; give each step its own "
            "min_prompt_tokens.",
        ),
        (
            [HEADER + ",as_of", GOOD + ",2026-05-29", "c/d,50,aa-coding-4.0,1,2,1000,2026-05-30"],
            "m.csv, row 2, column as_of: as_of is '2026-05-29' and then '2026-05-30'; give every row the same, or "
            "split the file.",
        ),
        ([HEADER + ",model_id", GOOD + ",x"], "m.csv: column model_id stands twice; keep one of them."),
    ],
)
def test_csv_is_refused_with(tmp_path: Path, lines: list[str], sentence: str) -> None:
    assert refusal(tmp_path / "m.csv", "\n".join(lines) + "\n") == sentence


MODEL = """
[[models]]
model_id = "a/b"
coding_score = 50
prompt_usd_per_mtok = 1.0
completion_usd_per_mtok = 2.0
context_tokens = 1000
"""
TOP = 'format = "paretocode-catalogue-1"\nscore_definition = "aa-coding-4.0"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            TOP.replace("-1", "-9") + MODEL,
            "m.toml: the format is 'paretocode-catalogue-9'; this version reads format = \"paretocode-catalogue-1\".",
        ),
        (MODEL, 'm.toml: the format is None; this version reads format = "paretocode-catalogue-1".'),
        (TOP + "attribtuion = 'x'\n" + MODEL, "m.toml: key 'attribtuion' is unknown; did you mean attribution."),
        (
            TOP + MODEL + "latency_s = 3\n",
            "m.toml, row 1: key 'latency_s' is unknown; docs/catalogue_table.md lists what there is.",
        ),
        (
            TOP + MODEL.replace("context_tokens = 1000\n", ""),
            'm.toml, row 1: key context_tokens is missing; give it, or context_tokens = "" if it is unknown.',
        ),
        (
            TOP + MODEL.replace("= 50", "= nan"),
            "m.toml, row 1, column coding_score: nan is not a number; leave it empty if it is unknown.",
        ),
        (
            TOP + MODEL.replace("= 50", "= true"),
            "m.toml, row 1, column coding_score: True is not a number; leave it empty if it is unknown.",
        ),
        (
            TOP + MODEL + "name = 3\n",
            "m.toml, row 1, column name: 3 is not text; write it in quotes.",
        ),
        (
            TOP + MODEL + "price_steps = [{min_prompt_tokens = 5, prompt = 1.0}]\n",
            "m.toml, row 1, column price_steps: key 'prompt' is unknown; did you mean prompt_usd_per_mtok.",
        ),
        (
            TOP + MODEL + "price_steps = [{min_prompt_tokens = 5}, {min_prompt_tokens = 5}]\n",
            "m.toml, row 1, column price_steps: two steps start at 5 tokens; give each step its own min_prompt_tokens.",
        ),
        (
            TOP + MODEL + MODEL.replace('"a/b"', '"c/d"\nscore_definition = "aa-coding-4.1"'),
            "m.toml: two score definitions, aa-coding-4.0 in row 1 and aa-coding-4.1 in row 2; re-anchor one of them "
            "or split the file.",
        ),
        (TOP, "m.toml: the table holds no models; give at least one row."),
        (TOP + "models = 3\n", "m.toml: models is not a list of tables; write each model under [[models]]."),
    ],
)
def test_toml_is_refused_with(tmp_path: Path, text: str, sentence: str) -> None:
    assert refusal(tmp_path / "m.toml", text) == sentence


def test_truncated_files_are_refused(tmp_path: Path) -> None:
    assert "m.toml: the file is not whole TOML" in refusal(tmp_path / "m.toml", (TOP + MODEL)[:-30] + '"')
    write_table(load_bundled(), tmp_path / "whole.parquet")
    half = (tmp_path / "whole.parquet").read_bytes()[:2000]
    assert "m.parquet: the file is not whole Parquet" in refusal(tmp_path / "m.parquet", half)
    assert "is not whole CSV" in refusal(tmp_path / "m.csv", HEADER + '\n"a/b,50')


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "m.csv", b"model_id\xff") == "m.csv: byte 8 is not UTF-8 text; save the file as UTF-8."


@pytest.mark.parametrize("name", ["m.csv", "m.toml", "m.parquet"])
def test_an_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path / name, "") == f"{name}: the file is empty; give a file with at least one model."


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for name, what in (("m.csv", "does not exist"), ("folder.csv", "is a folder")):
        (tmp_path / "folder.csv").mkdir(exist_ok=True)
        with pytest.raises(InputError, match=what):
            read_table(tmp_path / name)


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the ending '.xlsx' is no kind of plain table; use .toml, .csv, .parquet"):
        read_table(tmp_path / "m.xlsx")


@pytest.mark.parametrize(("name", "limit"), [("m.csv", 256), ("m.parquet", 256), ("m.toml", 64)])
def test_a_gigantic_file_is_refused_before_it_is_read(tmp_path: Path, name: str, limit: int) -> None:
    path = tmp_path / name
    with path.open("wb") as stream:
        stream.truncate(limit * 2**20 + 1)  # sparse: takes no space on disk
    with pytest.raises(InputError, match=f"over the limit of {limit * 2**20:,}; keep only the models you need"):
        read_table(path)


def test_the_limits_are_the_documented_ones() -> None:
    assert (files.MAX_TABLE_BYTES, files.MAX_DOCUMENT_BYTES) == (256 * 2**20, 64 * 2**20)


def test_nothing_that_cannot_be_read_is_written(tmp_path: Path) -> None:
    bundled = load_bundled()
    with pytest.raises(InputError, match="holds no models"):
        write_table(bundled.select([]), tmp_path / "m.toml")
    assert not (tmp_path / "m.toml").exists()


def test_a_score_without_a_definition_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    header = "model_id,coding_score,score_definition,prompt_usd_per_mtok,completion_usd_per_mtok,context_tokens"
    path.write_text(f"{header}\na/b,10,none,1,2,1000\n")
    with pytest.raises(
        InputError, match="row 1, column score_definition: there is a score and score_definition is 'none'"
    ):
        read_table(path)
