"""A warehouse's answer is the log's tables: the query run by DuckDB on odd logs, against the log itself."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.errors import InputError, UsageError
from paretocode.sim.tables import (
    LogTables,
    RequestGrid,
    TableSubject,
    log_tables,
    request_classes,
    scored_models,
    table_subject,
)
from paretocode.sim.tables.pull import PullColumns, pull_query, pulled_tables, read_pull
from paretocode.sim.tables.pull.query import PULL_COLUMNS
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap import Policy

CATALOGUE = load_bundled()
SCALE = PercentileScale(field=tuple(CATALOGUE.coding_score))


def subject_of(edges: list[int], policy: Policy | None = None, *, default_is_highest: bool = True) -> TableSubject:
    models = scored_models(CATALOGUE, policy or Policy(), scale=SCALE)
    grid = RequestGrid(edges_ppm=np.array(edges), asked_ppm=np.unique(models.axis_ppm))
    classes = request_classes(models, np.array([0, 5, 9, 13]))
    return table_subject(models, classes, grid, default_is_highest=default_is_highest)


SUBJECT = subject_of([330_000, 660_000])
LIMITS = [int(n) for n in (*SUBJECT.classes.context_limits[:2], *SUBJECT.classes.prompt_limits[:2])]
TOKENS = st.sampled_from([0, 1, 2000, *(limit + step for limit in LIMITS for step in (-1, 0, 1))])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]),
        st.sampled_from([0.0, 1.5, 300.0, 300.000001, 601.0, 3600.0]),
        st.sampled_from([None, 0.0, 0.33, 0.65, 0.66, 1.0]),
        TOKENS,
        TOKENS,
    ),
    min_size=1,
    max_size=25,
)


def ran(rows: list[tuple[Any, ...]], subject: TableSubject) -> dict[str, Any]:
    """Return the query's answer on these rows, which stand in a table with their places."""
    with duckdb.connect() as engine:
        engine.execute(
            "CREATE TABLE log (session_id VARCHAR, time_s DOUBLE, min_score DOUBLE, prompt_tokens BIGINT, "
            "prefix_tokens BIGINT, completion_tokens BIGINT, place BIGINT)"
        )
        values = [(*row, 7, place) for place, row in enumerate(rows)]
        engine.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        answer = engine.execute(pull_query(subject, PullColumns(table="log", order="place"))).fetchnumpy()
    return {name: np.ma.getdata(column) for name, column in answer.items()}


def as_stream(rows: list[tuple[Any, ...]]) -> RequestStream:
    session, time, score, prompt, prefix = zip(*rows, strict=True)
    return request_stream(
        session=[f"{name}" if name is not None else f"nobody {place}" for place, name in enumerate(session)],
        time_s=time,
        min_score=[np.nan if one is None else one for one in score],
        prompt_tokens=prompt,
        completion_tokens=[7] * len(rows),
        prefix_tokens=prefix,
    )


def assert_equal(found: LogTables, whole: LogTables) -> None:
    assert (found.n_requests, found.n_sessions) == (whole.n_requests, whole.n_sessions)
    for table in ("requests", "pairs"):
        for name in getattr(whole, table).__dataclass_fields__:
            columns = [getattr(getattr(tables, table), name) for tables in (found, whole)]
            np.testing.assert_array_equal(*columns, err_msg=f"{table}.{name}")
    for name in ("asked_scores_ppm", "n_asked", "levels_ppm", "n_at_level"):
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name))


@settings(max_examples=40, deadline=None)
@given(
    rows=ROWS,
    edges=st.sampled_from([[1], [330_000, 660_000], [330_000, 650_000, 660_000, 1_000_000]]),
    default_is_highest=st.booleans(),
)
def test_the_answer_is_the_tables_of_the_log(
    rows: list[tuple[Any, ...]], edges: list[int], default_is_highest: bool
) -> None:
    subject = subject_of(edges, default_is_highest=default_is_highest)
    assert_equal(pulled_tables(ran(rows, SUBJECT), subject), log_tables(as_stream(rows), subject))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_an_exported_answer_is_read(suffix: str) -> None:
    rows = [("a", 0.0, 0.65, 2000, 0), ("a", 9.0, 0.66, 3000, 2000), (None, 0.0, None, 10, 0)]
    answer = ran(rows, SUBJECT)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as engine:
        path = Path(folder) / f"answer.{suffix}"
        engine.register("answer", answer)
        engine.execute(f"COPY answer TO '{path}'")
        assert_equal(read_pull(path, SUBJECT), log_tables(as_stream(rows), SUBJECT))


def changed(answer: dict[str, Any], **cells: Any) -> dict[str, Any]:
    out = {name: column.copy() for name, column in answer.items()}
    for name, value in cells.items():
        out[name] = out[name].astype(object if isinstance(value, str) else np.int64)
        out[name][0] = value
    return out


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"kind": "sum"}, "kind is 'sum'"),
        ({"classes": "0" * 16}, "classes is '0000000000000000'"),
        ({"score": 1_000_001}, "row 1: score is 1000001"),
        ({"class": 999}, "row 1: class is 999"),
        ({"n": -1}, "row 1: n is -1"),
        ({"n": 99}, "its requests, pairs and sessions do not fit each other"),
        ({"prompt_tokens": 2**61}, "the dearest prices would make it"),
    ],
)
def test_another_answer_is_refused(cells: dict[str, Any], sentence: str) -> None:
    answer = ran([("a", 0.0, 0.65, 2000, 0)], SUBJECT)
    with pytest.raises(InputError, match=sentence):
        pulled_tables(changed(answer, **cells), SUBJECT)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kind,n\nrequest,1\n", "there is no column classes among kind, n"),
        ("HEADER\nrequest,x,-1,0,0,0,1.5,0,1,1{held}\n", "row 1: a cell is empty or no whole number"),
        ("HEADER\nrequest,x,-1,0,0,0,,0,1,1{held}\n", "row 1: a cell is empty or no whole number"),
    ],
)
def test_a_file_that_is_no_answer_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    held = [f"held_{at}" for at in range(len(SUBJECT.cache_rules))]
    header = ",".join((*PULL_COLUMNS, *held))
    path = tmp_path / "answer.csv"
    path.write_text(text.replace("HEADER", header).replace("{held}", ",0" * len(held)))
    with pytest.raises(InputError, match=sentence) as refusal:
        read_pull(path, SUBJECT)
    assert "answer.csv" in str(refusal.value)


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ({"hysteresis_ppm": 50_000}, "hysteresis of 50000 ppm looks at each request in its turn"),
        ({"downgrades": "never"}, 'downgrades "never" looks at'),
        ({"price_metric": "request"}, 'price metric "request" looks at'),
    ],
)
def test_what_needs_each_request_is_refused(policy: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        pull_query(subject_of([330_000], replace(Policy(), **policy)))


@pytest.mark.parametrize(
    "columns", [{"table": "log; DROP TABLE log"}, {"session_id": ""}, {"min_score": "a b"}, {"time": '"a"b"'}]
)
def test_a_name_that_is_none_does_not_get_into_the_query(columns: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="which is no name of a column or table"):
        PullColumns(**columns)


def test_a_log_without_prefixes_holds_nothing() -> None:
    query = pull_query(SUBJECT, PullColumns(prefix_tokens="", time="ts_us", time_unit="us"))
    assert "prefix_tokens" in query
    assert "COALESCE(prefix_tokens" not in query
    with pytest.raises(UsageError, match="the unit of times is 'ms'"):
        PullColumns(time_unit="ms")
