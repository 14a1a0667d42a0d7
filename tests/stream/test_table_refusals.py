"""What a log may do wrong, and the one sentence each slip gets. No engine's words reach the reader."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest

from paretocode.errors import InputError
from paretocode.stream import read_azure, read_coding_agent, read_stream_table, synthesise, write_stream_table

HEAD = "time_s,prompt_tokens,completion_tokens\n"
MAPPING = "give the columns mapping {our name: the file's name}"
TOO_MANY = "which is above 2^53; check which column of the log was read."
STATUS = (
    "which is no status we know; write one of ok, success, succeeded, completed, error, failed, failure, timeout or an "
    "HTTP status of 100 to 599, map a column of true and false to is_failed instead, or leave the column out by "
    "mapping status to an empty name."
)


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
        (
            "min_score," + HEAD + ",0,1,1\n65,1,1,1\n",
            ": min_score is 65 in row 2, which is above 1; give it on the 0..1 axis: divide by 100 if these are "
            "percent, and leave it empty for omitted.",
        ),
        (HEAD + "0,1,1\n0,1e19,1\n", f": prompt_tokens is 1e+19 in row 2, {TOO_MANY}"),
        (HEAD + "0,inf,1\n", ": prompt_tokens is inf in row 1, which is not finite; fill it or drop the row."),
        (HEAD + ",1,1\n", ": time_s is nan in row 1, which is not a number; fill it or drop the row."),
        (
            "prefix_tokens," + HEAD + "-1,0,1,1\n",
            ": prefix_tokens is -1 in row 1, which is below 0; correct it.",
        ),
        (
            "cost_usd," + HEAD + "1,0,1,1\n-0.5,1,1,1\n",
            ": cost_usd is -0.5 in row 2, which is below 0; correct it, or leave it empty if it is unknown.",
        ),
        (
            "is_failed," + HEAD + "true,0,1,1\nperhaps,1,1,1\n",
            ": is_failed is 'perhaps' in row 2, which is no flag; write true or false.",
        ),
        ("status," + HEAD + "ok,0,1,1\nstreaming,1,1,1\n", f": status is 'streaming' in row 2, {STATUS}"),
        ("status," + HEAD + "200,0,1,1\n,1,1,1\n", f": status is empty in row 2, {STATUS}"),
        ("status," + HEAD + "0,0,1,1\n", f": status is '0' in row 1, {STATUS}"),
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
        "completion_tokens, prefix_tokens, model, cached_tokens, answer_s, answer_ms, cost_usd, is_failed, status, "
        "n_attempts; did you mean prompt_tokens."
    )
    assert sentence_of(file, columns={"session_id": "conversation"}) == (
        ": there is no column conversation among time_s, prompt_tokens, completion_tokens; check what the file is."
    )


def test_a_column_that_is_called_otherwise_is_named_as_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("t,in,out\n0,5,1\n1,5.5,1\n")
    columns = {"time_s": "t", "prompt_tokens": "in", "completion_tokens": "out"}
    assert sentence_of(file, columns=columns) == ": in is 5.5 in row 2, which is not whole; give whole numbers."


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ("NULL::BIGINT", ": prompt_tokens is nan in row 2, which is not a number; fill it or drop the row."),
        ("-1::SMALLINT", ": prompt_tokens is -1 in row 2, which is below 0; correct it."),
        ("18446744073709551615::UBIGINT", f": prompt_tokens is 1.8446744073709552e+19 in row 2, {TOO_MANY}"),
        ("9007199254740994::BIGINT", f": prompt_tokens is 9007199254740994 in row 2, {TOO_MANY}"),
        ("0.5::FLOAT", ": prompt_tokens is 0.5 in row 2, which is not whole; give whole numbers."),
        ("'nan'::DOUBLE", ": prompt_tokens is nan in row 2, which is not a number; fill it or drop the row."),
        (
            "DATE '2026-01-01'",
            ": prompt_tokens is '2026-01-01' in row 2, which is no number; write it as a plain number.",
        ),
    ],
)
def test_slips_in_a_parquet_column_of_any_type(tmp_path: Path, cells: str, sentence: str) -> None:
    file = tmp_path / "log.parquet"
    good = "DATE '2026-01-01'" if "DATE" in cells else f"7::{cells.rpartition('::')[2]}"
    if "DATE" in cells:
        sentence = sentence.replace("row 2", "row 1")
    rows = f"SELECT i AS time_s, CASE WHEN i = 1 THEN {cells} ELSE {good} END AS prompt_tokens, 1 AS completion_tokens"
    duckdb.sql(f"{rows} FROM range(3) AS rows(i)").write_parquet(str(file))
    assert sentence_of(file) == sentence


def test_epochs_are_no_timestamps(tmp_path: Path) -> None:
    file = tmp_path / "log.parquet"
    duckdb.sql("SELECT 1767225600 AS ts, 1 AS prompt_tokens, 1 AS completion_tokens").write_parquet(str(file))
    assert sentence_of(file) == (
        ": ts is '1767225600' in row 1, which is no timestamp; write it like 2026-01-31T12:00:00.5Z."
    )


def test_rows_out_of_order_are_refused_where_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("session_id," + HEAD + "b,5,1,1\na,0,1,1\nb,5,1,1\na,7,1,1\nb,4.9,1,1\na,6,1,1\n")
    assert len(read_stream_table(file)) == 6
    assert sentence_of(file, sort="refuse") == (
        ": time falls from 5 s to 4.9 s in row 5, after row 3 of the same session 'b'; put the rows in order, or read "
        "them with sort='sort'."
    )
    file.write_text("session_id," + HEAD + "b,5,1,1\na,0,1,1\nb,5,1,1\n,-1,1,1\n")
    assert len(read_stream_table(file, sort="refuse")) == 4
    with pytest.raises(InputError, match=r"sort is 'ignore'; use one of sort, refuse\."):
        read_stream_table(file, sort="ignore")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "log.csv"
    file.write_text(HEAD + "0,1,1\n")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert sentence_of(file) == ": the file may not be read; ask for the right to read it."


def test_the_file_itself(tmp_path: Path) -> None:
    assert sentence_of(tmp_path / "none.csv") == ": there is no such file; check the path."
    assert sentence_of(tmp_path) == (
        ": there is no log in this folder; it should hold .parquet, .csv, .ndjson or .jsonl, the last three also as "
        ".gz."
    )
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
