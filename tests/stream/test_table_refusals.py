"""What a log may do wrong, and the one sentence each slip gets. No engine's words reach the reader."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from paretocode.errors import InputError
from paretocode.stream import read_azure, read_coding_agent, read_stream_table, synthesise, write_stream_table

HEAD = "time_s,prompt_tokens,completion_tokens\n"
MAPPING = "give the columns mapping {our name: the file's name}"


def sentence_of(file: Path, **options: object) -> str:
    with pytest.raises(InputError) as refusal:
        read_stream_table(file, **options)
    return str(refusal.value).removeprefix(str(file)).replace(str(file), "FILE")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ": the file is empty; give a log with at least one row."),
        (HEAD, ": there is no request in it; give a log with at least one row."),
        (HEAD + "0,5,x\n", ": completion_tokens is 'x' in row 1, which is no number; write it as a plain number."),
        (HEAD + "0,5,1\n0,-5,1\n", ": prompt_tokens is -5 in row 2, which is below 0; correct it."),
        (HEAD + "0,nan,1\n", ": prompt_tokens is nan in row 1, which is not a number; fill it or drop the row."),
        (HEAD + "0,,1\n", ": prompt_tokens is nan in row 1, which is not a number; fill it or drop the row."),
        (HEAD + "0,1.5,1\n", ": prompt_tokens is 1.5 in row 1, which is not whole; give whole numbers."),
        (HEAD + "inf,1,1\n", ": time_s is inf in row 1, which is not finite; fill it or drop the row."),
        (HEAD + "0,1,1\n0,1\n", ", line 3: the row has 2 cells and the header 3; repair the row."),
        (HEAD + '0,1,"1\n', ", line 2: a quote is opened and never closed; repair the row."),
        (
            "time_s,prompt_tokens,prompt_tokens\n0,1,1\n",
            ": the header names prompt_tokens twice; rename one of the columns.",
        ),
        (
            "time_s,promt_tokens,completion_tokens\n0,1,1\n",
            ": there is no column prompt_tokens among time_s, promt_tokens, completion_tokens; did you mean "
            f"promt_tokens, {MAPPING}.",
        ),
        (
            "prompt_tokens,completion_tokens\n1,1\n",
            f": there is no column time_s among prompt_tokens, completion_tokens; give time_s [s] or ts, or {MAPPING}.",
        ),
        (
            "ts,prompt_tokens,completion_tokens\n2026-01-01,1,1\nyesterday,1,1\n",
            ": ts is 'yesterday' in row 2, which is no timestamp; write it like 2026-01-31T12:00:00.5Z.",
        ),
        (
            "min_score," + HEAD + "0.5,0,1,1\n65,1,1,1\n",
            ": min_score is 65 in row 2, which is above 1; give it on the 0..1 axis, or empty for omitted.",
        ),
    ],
)
def test_slips_in_a_csv(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "log.csv"
    file.write_text(text)
    assert sentence_of(file) == sentence


def test_slips_in_the_mapping(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(HEAD + "0,1,1\n")
    assert sentence_of(file, columns={"prompt_token": "prompt_tokens"}) == (
        ": columns maps 'prompt_token', which is none of our names session_id, time_s, ts, min_score, prompt_tokens, "
        "completion_tokens, prefix_tokens; did you mean prompt_tokens."
    )
    assert sentence_of(file, columns={"session_id": "conversation"}) == (
        ": there is no column conversation among time_s, prompt_tokens, completion_tokens; check what the file is."
    )


def test_the_file_itself(tmp_path: Path) -> None:
    assert sentence_of(tmp_path / "none.csv") == ": there is no such file; check the path."
    assert sentence_of(tmp_path) == ": this is no file; name the file itself."
    file = tmp_path / "log.xlsx"
    file.write_text("x")
    assert sentence_of(file) == (
        ": the name ends in .xlsx, which names no format we read; use .csv, .csv.gz, .ndjson, .jsonl, .ndjson.gz, "
        ".jsonl.gz or .parquet."
    )


def test_gigantic_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    with file.open("wb") as sparse:
        sparse.truncate(5 * 2**30)
    assert sentence_of(file) == (
        ": the file has 5368709120 bytes and the limit is 4294967296; raise max_bytes if the memory allows, or split "
        "the log by session."
    )
    file.write_text(HEAD + "0,1,1\n")
    assert sentence_of(file, max_bytes=10).startswith(": the file has 45 bytes and the limit is 10;")


@pytest.mark.parametrize("suffix", ["parquet", "csv.gz"])
def test_truncated_files(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"log.{suffix}"
    write_stream_table(synthesise("coding_agent", n_requests=20_000, rng=1), file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    what = {
        "parquet": "the file cannot be read as Parquet, it may be cut short or damaged",
        "csv.gz": "the compressed file is cut short or damaged",
    }[suffix]
    assert sentence_of(file) == f": {what}; fetch or export the file again."


def test_truncated_or_damaged_text(tmp_path: Path) -> None:
    file = tmp_path / "log.ndjson"
    line = '{"time_s": 0, "prompt_tokens": 1, "completion_tokens": 1}\n'
    file.write_text(line + line[:30])
    assert sentence_of(file) == ", line 2: the row is no JSON object; repair the row."
    file.write_text(line + "[1, 2]\n" + line)
    assert sentence_of(file) == ", line 2: the row is no JSON object; repair the row."
    packed = tmp_path / "log.jsonl.gz"
    packed.write_bytes(gzip.compress((line * 10_000).encode())[:-20])
    assert sentence_of(packed) == ": the compressed file is cut short or damaged; fetch or export the file again."
    latin = tmp_path / "latin.csv"
    latin.write_bytes(b"time_s,prompt_tokens,completion_tokens,caf\xe9\n0,1,1,x\n")
    assert sentence_of(latin) == (
        ": the file cannot be read as CSV, it may be cut short or damaged; fetch or export the file again."
    )


def test_ndjson_cells(tmp_path: Path) -> None:
    file = tmp_path / "log.ndjson"
    file.write_text('{"time_s": 0, "prompt_tokens": [1], "completion_tokens": 1}\n')
    assert sentence_of(file) == (": prompt_tokens is '[1]' in row 1, which is no number; write it as a plain number.")


def test_a_log_of_another_kind_is_not_mistaken(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(HEAD + "0,1,1\n")
    with pytest.raises(InputError, match=r"there is no column TIMESTAMP among time_s, prompt_tokens, completion_tok"):
        read_azure(file)
    with pytest.raises(InputError, match=r"there is no column trace_id among time_s, prompt_tokens, completion_tok"):
        read_coding_agent(file)
