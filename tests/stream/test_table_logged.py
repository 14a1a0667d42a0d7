"""What a log says was done: read under our names or theirs, sorted with the rows, and written back unchanged."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.stream import read_stream_table, request_stream, write_stream_table
from paretocode.stream.logged import logged_columns

HEAD = "session_id,time_s,prompt_tokens,completion_tokens"

amounts = st.sampled_from([0.0, 1 / 3, 12.0, 1e-9, float("nan")])
rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.sampled_from([0.0, 1.0]),
        st.sampled_from(["", "m1", "m 2", " x", 'q"\n,é']),
        amounts,
        amounts,
        amounts,
        st.booleans(),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
)


def put(folder: Path, text: str) -> Path:
    file = folder / "log.csv"
    file.write_text(text)
    return file


def test_logged_columns_follow_their_rows(tmp_path: Path) -> None:
    text = (
        f"{HEAD},model,cached_tokens,answer_s,cost_usd,is_failed,n_attempts\n"
        "b,5,300,1,m2,250,1.5,0.01,false,1\n"
        "a,0,100,1,,,,,TRUE,\n"
        "b,1,200,1,m1,0,2.5,0,0,2\n"
    )
    logged = read_stream_table(put(tmp_path, text)).logged
    assert logged is not None
    assert logged.model_names == ("m1", "m2")
    assert logged.model_code is not None
    assert logged.model_code.tolist() == [-1, 0, 1]
    assert np.array_equal(logged.cached_tokens, [np.nan, 0, 250], equal_nan=True)
    assert np.array_equal(logged.answer_s, [np.nan, 2.5, 1.5], equal_nan=True)
    assert np.array_equal(logged.cost_usd, [np.nan, 0, 0.01], equal_nan=True)
    assert logged.is_failed is not None
    assert logged.is_failed.tolist() == [True, False, False]
    assert logged.n_attempts is not None
    assert logged.n_attempts.tolist() == [0, 2, 1]


def test_milliseconds_and_a_status_are_converted(tmp_path: Path) -> None:
    text = f"{HEAD},e2e,code\na,0,1,1,1500,200\na,1,1,1,,503\na,2,1,1,20,Error\na,3,1,1,0,ok\n"
    stream = read_stream_table(put(tmp_path, text), columns={"answer_ms": "e2e", "status": "code"})
    assert stream.logged is not None
    assert np.array_equal(stream.logged.answer_s, [1.5, np.nan, 0.02, 0], equal_nan=True)
    assert stream.logged.is_failed is not None
    assert stream.logged.is_failed.tolist() == [False, True, True, False]


def test_where_both_are_given_seconds_and_flags_count_and_an_empty_name_leaves_out(tmp_path: Path) -> None:
    text = f"{HEAD},answer_s,answer_ms,is_failed,status\na,0,1,1,2,7,true,ok\n"
    stream = read_stream_table(put(tmp_path, text))
    assert stream.logged is not None
    assert stream.logged.answer_s is not None
    assert (stream.logged.answer_s.tolist(), stream.logged.is_failed.tolist()) == ([2.0], [True])  # type: ignore[union-attr]
    assert stream.notes[0] == "columns left out: answer_ms, status"
    left_out = dict.fromkeys(("answer_s", "answer_ms", "is_failed", "status"), "")
    assert read_stream_table(put(tmp_path, text), columns=left_out).logged is None


def test_a_log_that_says_nothing_has_nothing_logged(tmp_path: Path) -> None:
    assert read_stream_table(put(tmp_path, f"{HEAD}\na,0,1,1\n")).logged is None


@given(rows, st.sampled_from(["csv", "parquet", "csv.gz"]))
def test_what_is_logged_comes_back(table: list[tuple], suffix: str) -> None:
    session, time_s, model, cached, answer, cost, failed, attempts = zip(*table, strict=True)
    stream = request_stream(
        session=np.array(session),
        time_s=time_s,
        prompt_tokens=[5] * len(table),
        completion_tokens=range(len(table)),
        logged=logged_columns(
            model=model,
            cached_tokens=cached,
            answer_s=answer,
            cost_usd=cost,
            is_failed=failed,
            n_attempts=attempts,
        ),
    )
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"log.{suffix}"
        write_stream_table(stream, file)
        back = read_stream_table(file)
    assert back.digest == stream.digest
    assert back.logged is not None
    assert stream.logged is not None
    assert back.logged.model_names == stream.logged.model_names


@pytest.mark.parametrize("name", ["cached_tokens", "answer_s", "cost_usd", "is_failed", "n_attempts"])
def test_each_column_comes_back_alone(tmp_path: Path, name: str) -> None:
    stream = request_stream(
        session=["b", "a"],
        time_s=[0, 0],
        prompt_tokens=[1, 2],
        completion_tokens=[1, 2],
        logged=logged_columns(**{name: [1, 0]}),  # type: ignore[arg-type]
    )
    write_stream_table(stream, tmp_path / "log.parquet")
    back = read_stream_table(tmp_path / "log.parquet")
    assert back.digest == stream.digest
    assert back.logged is not None
    assert list(back.logged.columns()) == [name]
