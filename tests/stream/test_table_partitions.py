"""Many files, one log: any partition of the rows gives the same stream, and what does not fit is refused by name."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.stream import read_stream_table

HEAD = "session_id,time_s,min_score,prompt_tokens,completion_tokens\n"

cells = st.tuples(
    st.sampled_from(["", "a", "b", "10", "9", " a "]),
    st.sampled_from(["0", "1", "1", "2.5", "-3"]),
    st.sampled_from(["", "0", "0.65", "1"]),
    st.integers(0, 9).map(str),
    st.integers(0, 3).map(str),
)


def put(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    file.write_bytes(gzip.compress(content) if file.suffix == ".gz" else content)
    return file


def sentence_of(path: object, **options: object) -> str:
    with pytest.raises(InputError) as refusal:
        read_stream_table(path, **options)  # type: ignore[arg-type]
    return str(refusal.value)


@given(st.lists(st.lists(cells, max_size=5), min_size=1, max_size=4).filter(any))
def test_partitions_are_the_file_they_were_cut_from(parts: list[list[tuple[str, ...]]]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        texts = ["".join(",".join(row) + "\n" for row in part) for part in parts]
        files = [put(folder / "log" / f"{i}.csv", HEAD + text) for i, text in enumerate(texts)]
        whole = read_stream_table(put(folder / "whole.csv", HEAD + "".join(texts)))
        for path in (folder / "log", files):
            stream = read_stream_table(path)
            assert stream.digest == whole.digest
            assert stream.session_ids == whole.session_ids
        ids = [{row[0].strip() for row in part} - {""} for part in parts]
        n_spanning = sum(sum(name in part for part in ids) > 1 for name in set().union(*ids))
        note = f"{n_spanning} of {len(set().union(*ids))} sessions span several files"
        assert (note in stream.notes) == (n_spanning > 0)


def test_a_folder_by_hand(tmp_path: Path) -> None:
    put(tmp_path / "day=1" / "0.csv", HEAD + "b,5,0.5,300,1\na,0,,100,1\n")
    # Its columns stand in another order, one of them is not used, and the session goes on from the day before.
    put(
        tmp_path / "day=2" / "0.csv.gz",
        "time_s,session_id,min_score,prompt_tokens,user,completion_tokens\n1,b,,200,u,1\n",
    )
    put(tmp_path / "_SUCCESS", "")
    put(tmp_path / "_temporary" / "1.csv", "garbage")
    put(tmp_path / "read me.txt", "garbage")
    stream = read_stream_table(tmp_path)
    assert stream.name == tmp_path.name
    assert stream.session_ids == ("a", "b")
    assert stream.prompt_tokens.tolist() == [100, 200, 300]
    assert stream.notes == (
        "files left out: _SUCCESS, _temporary/1.csv, read me.txt",
        "1 of 2 sessions span several files",
        "columns left out: user",
        "there is no column prefix_tokens",
    )


def test_ids_are_one_session_whether_a_file_holds_them_as_numbers_or_as_text(tmp_path: Path) -> None:
    for i, id_ in enumerate(("10", "'10'", "9::TINYINT")):
        row = f"SELECT {id_} AS session_id, {i} AS time_s, {i} AS prompt_tokens, 1::UTINYINT AS completion_tokens"
        duckdb.sql(row).write_parquet(str(tmp_path / f"{i}.parquet"))
    stream = read_stream_table(tmp_path)
    assert stream.session_ids == ("10", "9")
    assert stream.prompt_tokens.tolist() == [0, 1, 2]


def test_timestamps_count_from_the_earliest_of_all_files(tmp_path: Path) -> None:
    head = "ts,prompt_tokens,completion_tokens\n"
    put(tmp_path / "a.csv", head + "2026-01-01T00:00:10Z,1,1\n")
    put(tmp_path / "b.csv", head + "2026-01-01T00:00:00Z,2,1\n")
    assert read_stream_table(tmp_path).time_s.tolist() == [0.0, 10.0]


def test_a_partition_without_rows_changes_nothing(tmp_path: Path) -> None:
    files = [put(tmp_path / "a.csv", HEAD), put(tmp_path / "b.csv", HEAD + "x,0,,1,1\n")]
    assert len(read_stream_table(files)) == 1
    assert sentence_of(files[:1]).endswith(": there is no request in it; give a log with at least one row.")


def test_slips_name_the_file_and_the_row_in_it(tmp_path: Path) -> None:
    one = put(tmp_path / "a.csv", HEAD + "x,5,,1,1\nx,6,,1,1\n")
    two = put(tmp_path / "b.csv", HEAD + "x,5.5,,1,1\nx,6,,y,1\n")
    number = "prompt_tokens is 'y' in row 2, which is no number; write it as a plain number."
    assert sentence_of(tmp_path) == f"{two}: {number}"
    put(two, HEAD + "x,5.5,,1,1\n")
    assert sentence_of([one, two], sort="refuse") == (
        f"{two}: time falls from 6 s to 5.5 s in row 1, after row 2 of {one} of the same session 'x'; put the rows in "
        "order, or read them with sort='sort'."
    )
    put(two, HEAD + "x,5,,1,1\n")
    assert len(read_stream_table([two, one], sort="refuse")) == 3


def test_files_of_different_columns(tmp_path: Path) -> None:
    one = put(tmp_path / "a.csv", HEAD + "x,5,,1,1\n")
    two = put(tmp_path / "b.csv", "session_id,time_s,prompt_tokens,completion_tokens\nx,5,1,1\n")
    sentence = (
        f"{two}: there is no column min_score, which a.csv has; give every file the same columns, empty where unknown, "
        "or leave that one out by mapping min_score to an empty name."
    )
    assert sentence_of([one, two]) == sentence
    assert sentence_of([two, one]) == sentence
    stream = read_stream_table([one, two], columns={"min_score": ""})
    assert stream.notes[-2:] == ("columns left out: min_score", "there is no column prefix_tokens")
    assert sentence_of([one, put(tmp_path / "c.csv", "time_s\n1\n")]).startswith(
        f"{tmp_path / 'c.csv'}: there is no column prompt_tokens among time_s;"
    )


def test_what_is_no_log(tmp_path: Path) -> None:
    file = put(tmp_path / "in" / "a.csv", HEAD + "x,5,,1,1\n")
    size = file.stat().st_size
    assert sentence_of([]) == "the list of files is empty; name at least one log."
    assert sentence_of([file, str(file)]) == f"{file}: the list names this file twice; name it once."
    assert sentence_of([file, tmp_path / "x.txt"]).startswith(
        f"{tmp_path / 'x.txt'}: the name ends in .txt, which names"
    )
    assert sentence_of([file, tmp_path / "no.csv"]) == f"{tmp_path / 'no.csv'}: there is no such file; check the path."
    other = put(tmp_path / "in" / "b.csv", HEAD + "x,5,,1,1\n")
    assert sentence_of(tmp_path, max_bytes=2 * size - 1) == (
        f"{tmp_path}: the 2 files have {2 * size} bytes and the limit is {2 * size - 1}; raise max_bytes if the memory "
        "allows, or split the log by session."
    )
    assert len(read_stream_table(tmp_path, max_bytes=2 * size)) == 2
    put(other, "")
    assert sentence_of(tmp_path) == f"{other}: the file is empty; give a log with at least one row."
    other.unlink()
    put(tmp_path / "in" / "a.ndjson", "{}")
    assert sentence_of(tmp_path) == (
        f"{tmp_path}: the folder holds logs of two formats, such as in/a.csv and in/a.ndjson; keep one format, lest "
        "the same rows count twice, or give a list of files."
    )


def test_a_damaged_partition_is_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        row = "SELECT i AS time_s, i AS prompt_tokens, i AS completion_tokens FROM range(1000) AS rows(i)"
        duckdb.sql(row).write_parquet(str(tmp_path / f"{name}.parquet"))
    damaged = tmp_path / "b.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    assert sentence_of(tmp_path) == (
        f"{damaged}: the file cannot be read as Parquet, it may be cut short or damaged; fetch or export the file "
        "again."
    )


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", refuse)
    assert sentence_of(tmp_path) == (
        f"{tmp_path}: the folder cannot be read (Permission denied); ask for the right to read it."
    )
