"""How does a warehouse's answer become tables? Its rows laid onto a grid and added up, as if the log had been read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, IntColumn, read_only
from paretocode._counting import summed
from paretocode.errors import InputError
from paretocode.sim.tables._exact import refuse_dear
from paretocode.sim.tables.log_tables import LogTables, PairTable, RequestTable
from paretocode.sim.tables.pull.query import OMITTED, PULL_COLUMNS, classes_digest
from paretocode.sim.tables.routed import ABOVE_ALL, BELOW_ALL
from paretocode.sim.tables.subject import TableSubject
from paretocode.stream._reading import checked_file, fetch, open_table, require_columns
from paretocode.stream.stream import PPM

__all__ = ["answer_of", "pulled_tables", "read_pull"]

_MAX_BYTES = 2**30
_TEXTS = ("kind", "classes")
_WAY_OUT = "run the query of this subject again, and export its answer unchanged"


def read_pull(path: Path | str, subject: TableSubject) -> LogTables:
    """Read the answer of `pull_query` from a Parquet, CSV or NDJSON file and return the log's tables.

    Raises
    ------
    InputError
        A file that is no such answer, or the answer to a query of other classes or cache rules; a cell that is empty,
        no whole number or out of range, counts that do not fit each other, or a bill that might not fit 62 bits.
    """
    return pulled_tables(answer_of(path, subject), subject, where=str(path))


def answer_of(path: Path | str, subject: TableSubject) -> dict[str, NDArray[Any]]:
    """Read the columns of an answer.

    Raises
    ------
    InputError
        A file that is no such answer; a cell that is empty or no whole number.
    """
    file = checked_file(path, max_bytes=_MAX_BYTES)
    table = open_table(file)
    names = [*PULL_COLUMNS, *(f"held_{at}" for at in range(len(subject.cache_rules)))]
    require_columns(names, table.columns, where=str(file), way_out=_WAY_OUT)
    select = {
        name: f"{table.columns[name]}::VARCHAR"
        if name in _TEXTS
        else f"TRY_CAST(TRY_CAST({table.columns[name]} AS DECIMAL(38, 6)) AS BIGINT)"
        for name in names
    }
    exact = " AND ".join(f"TRY_CAST({table.columns[name]} AS DECIMAL(38, 6)) = {select[name]}" for name in names[2:])
    found = fetch(table, {**select, "is_whole": f"coalesce({exact}, false)"})
    bad = np.flatnonzero(~np.ma.filled(found.pop("is_whole"), False))
    if len(bad):
        raise InputError("a cell is empty or no whole number", where=f"{file}, row {int(bad[0]) + 1}", way_out=_WAY_OUT)
    return {name: np.ma.getdata(values) for name, values in found.items()}


def pulled_tables(answer: Mapping[str, NDArray[Any]], subject: TableSubject, *, where: str = "pull") -> LogTables:
    """Return the tables of a log from the columns of the query's answer.

    Parameters
    ----------
    answer
        Column -> shape (n_rows,): `PULL_COLUMNS` and the held tokens of each cache rule. Rows may come in any order,
        and answers of several parts of a log, split by session, may stand below each other.

    Raises
    ------
    InputError
        As `read_pull`.
    """
    columns = {name: values if name in _TEXTS else values.astype(np.int64) for name, values in answer.items()}
    _refuse_strange(columns, subject, where)
    is_request, is_pair, is_session = (columns["kind"] == kind for kind in ("request", "pair", "session"))
    n_requests = int(columns["n"][is_request].sum())
    n_sessions = int(columns["n_sessions"][is_session].sum())
    if int(columns["n"][is_session].sum()) != n_requests or int(columns["n"][is_pair].sum()) != n_requests - n_sessions:
        raise InputError("its requests, pairs and sessions do not fit each other", where=where, way_out=_WAY_OUT)
    prompt, completion = (int(columns[name].sum()) for name in ("prompt_tokens", "completion_tokens"))
    refuse_dear(prompt, completion, subject, where=where)
    score, n = columns["score"][is_request], columns["n"][is_request]
    stated = score != OMITTED
    (asked,), (n_asked,) = summed([score[stated]], [n[stated]])
    return LogTables(
        subject=subject,
        n_requests=n_requests,
        n_sessions=n_sessions,
        requests=_requests(columns, is_request, subject),
        pairs=_pairs(columns, is_pair, subject),
        asked_scores_ppm=asked,
        n_asked=n_asked,
        levels_ppm=asked,
        n_at_level=n_asked,
    )


def _refuse_strange(columns: Mapping[str, NDArray[Any]], subject: TableSubject, where: str) -> None:
    """Refuse rows that this query never gives."""
    n_classes = subject.classes.n_classes
    ranges = {
        "score": (OMITTED, PPM),
        "score_before": (OMITTED, PPM),
        "class": (0, n_classes - 1),
        "class_before": (0, n_classes - 1),
    }
    for name, values in columns.items():
        if name in _TEXTS:
            allowed = {"request", "pair", "session"} if name == "kind" else {classes_digest(subject)}
            strange = [str(value) for value in np.unique(values.astype(str)) if value not in allowed]
            if strange:
                raise InputError(f"{name} is {strange[0][:60]!r}", where=where, way_out=_WAY_OUT)
            continue
        low, high = ranges.get(name, (0, 2**62))
        outside = np.flatnonzero((values < low) | (values > high))
        if len(outside):
            row = int(outside[0])
            raise InputError(f"{name} is {values[row]}", where=f"{where}, row {row + 1}", way_out=_WAY_OUT)


def _cell(score: IntColumn, subject: TableSubject) -> IntColumn:
    omitted = ABOVE_ALL if subject.default_is_highest else BELOW_ALL
    return subject.grid.cell_of(np.where(score == OMITTED, omitted, score)).astype(np.int64)


def _requests(columns: Mapping[str, NDArray[Any]], rows: BoolColumn, subject: TableSubject) -> RequestTable:
    score, n = columns["score"][rows], columns["n"][rows]
    is_omitted = score == OMITTED
    asked = np.where(is_omitted, 0, score)
    mark = np.where(is_omitted, subject.grid.n_marks - 1, subject.grid.mark_of(asked)).astype(np.int64)
    keys, sums = summed(
        [_cell(score, subject), columns["class"][rows], mark],
        [n, columns["prompt_tokens"][rows], columns["completion_tokens"][rows], asked * n],
    )
    cell, number, mark = keys
    count, prompt, completion, asked_ppm = sums
    return RequestTable(
        cell=cell,
        number=number,
        mark=mark,
        n=count,
        prompt_tokens=prompt,
        completion_tokens=completion,
        asked_ppm=asked_ppm,
        latency_us=np.zeros((len(count), 0), dtype=np.int64),
        n_above=np.zeros((len(count), 0, 0), dtype=np.int64),
    )


def _pairs(columns: Mapping[str, NDArray[Any]], rows: BoolColumn, subject: TableSubject) -> PairTable:
    held = [columns[f"held_{at}"][rows] for at in range(len(subject.cache_rules))]
    keys, (n, *sums) = summed(
        [
            _cell(columns["score_before"][rows], subject),
            columns["class_before"][rows],
            _cell(columns["score"][rows], subject),
            columns["class"][rows],
        ],
        [columns["n"][rows], *held],
    )
    cell_before, number_before, cell, number = keys
    return PairTable(
        cell_before=cell_before,
        number_before=number_before,
        cell=cell,
        number=number,
        n=n,
        held=read_only(np.stack(sums, axis=1) if sums else np.zeros((len(n), 0), dtype=np.int64)),
        n_above_saved=np.zeros((len(n), 0, 0), dtype=np.int64),
    )
