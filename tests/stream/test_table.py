"""The plain stream table: formats, mapping, sessions, times, and what is written comes back."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.stream import (
    DEFAULT_DEMAND,
    TABLE_COLUMNS,
    apply_demand,
    read_stream_table,
    request_stream,
    synthesise,
    write_stream_table,
)

CSV = (
    "session_id,time_s,min_score,prompt_tokens,completion_tokens,prefix_tokens\n"
    "b,5,0.65,300,10,200\n"
    "a,0,,100,10,\n"
    "b,1,0.5,200,10,\n"
)
NDJSON = (
    '{"session_id": "b", "time_s": 5, "min_score": 0.65, "prompt_tokens": 300, "completion_tokens": 10, '
    '"prefix_tokens": 200}\n'
    '{"session_id": "a", "time_s": 0, "min_score": null, "prompt_tokens": 100, "completion_tokens": 10}\n'
    '{"session_id": "b", "time_s": 1, "min_score": "0.5", "prompt_tokens": 200, "completion_tokens": 10}\n'
)


def put(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    content = text.encode()
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return file


@pytest.mark.parametrize(
    ("name", "text"), [("log.csv", CSV), ("log.csv.gz", CSV), ("log.ndjson", NDJSON), ("log.jsonl.gz", NDJSON)]
)
def test_every_format_reads_alike(tmp_path: Path, name: str, text: str) -> None:
    stream = read_stream_table(put(tmp_path, name, text))
    assert stream.name == "log"
    assert stream.session_ids == ("a", "b")
    assert stream.session.tolist() == [0, 1, 1]
    assert stream.time_s.tolist() == [0, 1, 5]
    assert stream.min_score_ppm[1:].tolist() == [500_000, 650_000]
    assert stream.is_omitted.tolist() == [True, False, False]
    assert stream.prompt_tokens.tolist() == [100, 200, 300]
    assert stream.prefix_tokens.tolist() == [0, 0, 200]


def test_names_of_theirs_are_mapped_to_ours_and_the_rest_is_noted(tmp_path: Path) -> None:
    text = "when,Model,in,out,min_scor\n2026-01-01T00:00:01.5Z,x,5,1,0.5\n2026-01-01T01:00:00+01:00,y,6,1,\n"
    columns = {"ts": "when", "prompt_tokens": "in", "completion_tokens": "out"}
    stream = read_stream_table(put(tmp_path, "log.csv", text), columns=columns, name="ours")
    assert (stream.name, stream.n_sessions, stream.session_ids) == ("ours", 2, ())
    assert stream.time_s.tolist() == [0.0, 1.5]
    assert stream.prompt_tokens.tolist() == [6, 5]
    assert stream.notes == (
        "columns left out: Model, min_scor",
        "there is no column session_id",
        "there is no column min_score, did you mean min_scor",
        "there is no column prefix_tokens",
    )


def test_rows_without_session_are_sessions_of_their_own(tmp_path: Path) -> None:
    text = "session_id,time_s,prompt_tokens,completion_tokens\n,9,1,1\nz,5,2,1\n,3,3,1\nz,6,4,1\n"
    stream = read_stream_table(put(tmp_path, "log.csv", text))
    assert stream.session_ids == ("z", "", "")
    assert stream.prompt_tokens.tolist() == [2, 4, 3, 1]


def test_where_both_clocks_are_given_seconds_count(tmp_path: Path) -> None:
    text = "ts,time_s,prompt_tokens,completion_tokens\n2026-01-01,7,1,1\n"
    assert read_stream_table(put(tmp_path, "log.csv", text)).time_s.tolist() == [7.0]


def test_odd_but_sound_csv(tmp_path: Path) -> None:
    text = '\ufeffSession_ID,session_id,"time_s",prompt_tokens,completion_tokens\r\n1,"a, ""b""\nc", 1.5 ,2,3\r\n\r\n'
    stream = read_stream_table(put(tmp_path, "log.csv", text))
    assert stream.session_ids == ('a, "b"\nc',)
    assert stream.time_s.tolist() == [1.5]


@pytest.mark.parametrize(
    "name", ["a*b.csv", "a[1].parquet", "it's?.csv.gz", "what?.csv", "k=v/day=1/x.parquet", "-- ;.csv"]
)
def test_file_names_mean_nothing(tmp_path: Path, name: str) -> None:
    stream = request_stream(session=["s", "s"], time_s=[0, 1], prompt_tokens=[3, 4], completion_tokens=[1, 2])
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    # Neighbours that a wildcard would catch, and which no reader could read.
    for neighbour in ("aXb.csv", "a1.parquet", "itXsX.csv.gz"):
        put(tmp_path, neighbour, "garbage")
    write_stream_table(stream, file)
    back = read_stream_table(file)
    assert back.digest == stream.digest
    assert back.notes == ()
    assert sorted(path.name for path in file.parent.iterdir() if "part" in path.name) == []


def test_a_question_mark_in_a_packed_log_hides_no_row(tmp_path: Path) -> None:
    # The engine takes "?" for a URL's query and would miss the .gz behind it.
    assert len(read_stream_table(put(tmp_path, "a?b.ndjson.gz", NDJSON))) == 3
    assert len(read_stream_table(put(tmp_path, "a?b.csv.gz", CSV))) == 3


@pytest.mark.parametrize("suffix", ["parquet", "csv", "csv.gz"])
def test_what_is_written_comes_back(tmp_path: Path, suffix: str) -> None:
    stream = apply_demand(synthesise("coding_agent", n_requests=3000, rng=5), DEFAULT_DEMAND, rng=6)
    write_stream_table(stream, tmp_path / f"log.{suffix}")
    back = read_stream_table(tmp_path / f"log.{suffix}")
    assert back.digest == stream.digest
    assert np.array_equal(back.is_omitted, stream.is_omitted)


def test_names_of_sessions_come_back(tmp_path: Path) -> None:
    text = "session_id,time_s,prompt_tokens,completion_tokens\n,9,1,1\nz,5,2,1\n"
    stream = read_stream_table(put(tmp_path, "log.csv", text))
    write_stream_table(stream, tmp_path / "out.csv")
    back = read_stream_table(tmp_path / "out.csv")
    assert (back.digest, back.session_ids) == (stream.digest, stream.session_ids)


def test_writing_refuses_in_sentences(tmp_path: Path) -> None:
    stream = request_stream(session=[0], time_s=[0], prompt_tokens=[1], completion_tokens=[1])
    with pytest.raises(InputError) as refusal:
        write_stream_table(stream, tmp_path / "log.xlsx")
    assert str(refusal.value) == (
        f"{tmp_path / 'log.xlsx'}: the name ends in no format we write; use .parquet, .csv or .csv.gz."
    )
    with pytest.raises(InputError) as refusal:
        write_stream_table(stream, tmp_path / "none" / "log.csv")
    assert str(refusal.value) == f"{tmp_path / 'none'}: there is no such folder to write to; create it first."
    (tmp_path / "taken.csv").mkdir()
    with pytest.raises(InputError) as refusal:
        write_stream_table(stream, tmp_path / "taken.csv")
    assert str(refusal.value) == (
        f"{tmp_path / 'taken.csv'}: it cannot be written (Is a directory); name a place you can write to."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["taken.csv"]


def test_the_page_about_the_table_is_true(tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "stream_table.md"
    example = page.read_text(encoding="utf-8").split("```csv\n")[1].split("```")[0]
    stream = read_stream_table(put(tmp_path, "log.csv", example))
    assert stream.prefix_tokens.tolist() == [0, 18385, 0]
    assert stream.is_omitted.tolist() == [False, False, True]
    assert all(f"`{name}`" in page.read_text(encoding="utf-8") for name in TABLE_COLUMNS)
