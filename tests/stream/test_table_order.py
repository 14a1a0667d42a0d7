"""The fast ways against the slow ones: the order of rows, the codes of texts, the batches of the engine."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.stream import _order, read_stream_table
from paretocode.stream._order import backward_rows, grouped, order_of
from paretocode.stream.table import texts
from paretocode.stream.table._codes import CodeTable

rows = st.lists(st.tuples(st.integers(0, 4), st.sampled_from([0.0, 1.0, 2.5, -3.0])), min_size=1, max_size=20)


def columns_of(table: list[tuple[int, float]]) -> tuple[np.ndarray, np.ndarray]:
    session, time_s = zip(*table, strict=True)
    return np.array(session), np.array(time_s)


@given(rows, st.sampled_from([0, 4, 100]), st.sampled_from([0, 62]))
def test_rows_are_ordered_as_by_a_stable_sort(table: list[tuple[int, float]], rows_per_run: int, key_bits: int) -> None:
    session, time_s = columns_of(table)
    with pytest.MonkeyPatch.context() as patch:
        # Both ways to group, and keys with and without room for the row.
        patch.setattr(_order, "_ROWS_PER_RUN", rows_per_run)
        patch.setattr(_order, "_KEY_BITS", key_bits)
        order, by_session = order_of(session, time_s), grouped(session)
    expected = np.lexsort((time_s, session))
    assert by_session.tolist() == np.argsort(session, kind="stable").tolist()
    if order is None:
        assert expected.tolist() == list(range(len(session)))
    else:
        assert order.tolist() == expected.tolist()


@given(rows)
def test_the_first_backward_row_is_the_one_a_reader_would_meet(table: list[tuple[int, float]]) -> None:
    last: dict[int, int] = {}
    expected = None
    for row, (session, time_s) in enumerate(table):
        if session in last and time_s < table[last[session]][1]:
            expected = (last[session], row)
            break
        last[session] = row
    assert backward_rows(*columns_of(table)) == expected


# Multiples of 2^60 share their lower bits; with neighbours of both they crowd into the same slots.
keys = st.integers(0, 15).map(lambda i: i << 60) | st.integers(0, 15) | st.integers(2**64 - 9, 2**64 - 1)


@given(st.lists(keys, min_size=1, max_size=30, unique=True), st.data())
def test_codes_are_those_of_a_dictionary(distinct: list[int], data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.sampled_from(distinct), max_size=60))
    table = CodeTable(np.array(distinct, dtype=np.uint64), np.arange(len(distinct)) - 1)
    assert table.codes(np.array(asked, dtype=np.uint64)).tolist() == [distinct.index(key) - 1 for key in asked]


@given(st.lists(keys, min_size=2, max_size=30, unique=True))
def test_a_strange_key_is_refused(distinct: list[int]) -> None:
    table = CodeTable(np.array(distinct[1:], dtype=np.uint64), np.arange(len(distinct) - 1))
    with pytest.raises(LookupError, match="a key that is not in the table"):
        table.codes(np.array(distinct[:1], dtype=np.uint64))


def many_rows(file: Path) -> Path:
    """Write rows enough for several batches and threads, some ids empty, blanked or missing."""
    # 7919 is prime to 10007, so that ids and times come in no order.
    ids = "CASE i % 97 WHEN 0 THEN '' WHEN 1 THEN NULL WHEN 2 THEN ' s5 ' ELSE 's' || (i * 7919 % 10007 % 900) END"
    score = "CASE WHEN i % 5 = 0 THEN NULL ELSE i % 101 / 100 END"
    rows = (
        f"SELECT {ids} AS session_id, i * 7919 % 10007 AS time_s, {score} AS min_score, i AS prompt_tokens, i % 3 AS n"
    )
    relation = duckdb.sql(f"{rows} FROM range(300000) AS rows(i)")
    if file.suffix == ".csv":
        relation.write_csv(str(file))
    else:
        relation.write_parquet(str(file))
    return file


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("is_old_engine", [False, True])
def test_many_batches_are_the_rows_in_their_order(
    tmp_path: Path, suffix: str, is_old_engine: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = many_rows(tmp_path / f"log.{suffix}")
    if is_old_engine:
        monkeypatch.delattr(duckdb.DuckDBPyRelation, "__arrow_c_stream__")
    stream = read_stream_table(file, columns={"completion_tokens": "n"})
    i = np.arange(300_000)
    time_s = i * 7919 % 10007
    names = np.array([f"s{n}" for n in (i * 7919 % 10007 % 900).tolist()], dtype=object)
    names[i % 97 == 2] = "s5"
    nameless = np.flatnonzero(i % 97 < 2)
    number = np.empty(len(i), dtype=np.int64)
    named = i % 97 >= 2
    distinct, number[named] = np.unique(names[named].astype(str), return_inverse=True)
    number[nameless[np.argsort(time_s[nameless], kind="stable")]] = len(distinct) + np.arange(len(nameless))
    order = np.lexsort((time_s, number))
    assert stream.session.tolist() == number[order].tolist()
    assert stream.prompt_tokens.tolist() == i[order].tolist()
    assert stream.time_s.tolist() == time_s[order].tolist()
    assert stream.is_omitted.tolist() == (i[order] % 5 == 0).tolist()
    assert stream.min_score_ppm[~stream.is_omitted].tolist() == (i % 101 * 10_000)[order][i[order] % 5 > 0].tolist()
    assert stream.session_ids == (*distinct.tolist(), *[""] * len(nameless))


def test_two_texts_of_one_hash_stay_two_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A hash that tells only lengths apart, until it is salted.
    sound = texts._key_sql
    monkeypatch.setattr(
        texts, "_key_sql", lambda text, salt: f"length({text})::UBIGINT" if salt == 0 else sound(text, salt)
    )
    file = tmp_path / "log.csv"
    file.write_text("session_id,time_s,prompt_tokens,completion_tokens\nb,0,1,1\na,0,2,1\nb,1,3,1\n")
    stream = read_stream_table(file)
    assert (stream.session_ids, stream.prompt_tokens.tolist()) == (("a", "b"), [2, 1, 3])
