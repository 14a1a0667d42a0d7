"""How does a team's own log come in? One file or many, in any order, as one stream. See docs/stream_table.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from paretocode._checks import one_of, read_only
from paretocode.errors import InputError
from paretocode.stream._order import backward_rows, order_of, put_in_order
from paretocode.stream._reading import MAX_BYTES, connected, open_table
from paretocode.stream.logged import Logged
from paretocode.stream.stream import RequestStream
from paretocode.stream.table.columns import Columns, read_columns
from paretocode.stream.table.names import common_sources, notes_on_columns, refuse_unknown_keys
from paretocode.stream.table.partitions import Log, log_of

__all__ = ["SORTS", "read_stream_table"]

SORTS = ("sort", "refuse")
_LOGGED = ("model_code", "cached_tokens", "answer_s", "cost_usd", "is_failed", "n_attempts")


def read_stream_table(
    path: Path | str | Sequence[Path | str],
    *,
    columns: Mapping[str, str] | None = None,
    name: str | None = None,
    sort: str = "sort",
    max_bytes: int = MAX_BYTES,
) -> RequestStream:
    """Read a log in the plain table format.

    Parameters
    ----------
    path
        ``.csv``, ``.ndjson`` or ``.jsonl``, each also with ``.gz``, or ``.parquet``; a folder of such files of one
        format, or a list of files. Many files are one log, and a session may go on from one to the next.
    columns
        {our name: the file's name} where they differ; see `TABLE_COLUMNS`. An empty name leaves a column out.
    name
        What to call the stream; None takes the name of the file, the folder or the list's first file.
    sort
        ``sort`` puts each session's rows in order of time; ``refuse`` takes only a log where they stand so.
    max_bytes
        Largest log taken, all files together [bytes on disk].

    Returns
    -------
    RequestStream
        `time_s` is taken as it is; `ts` becomes seconds since the earliest. Sessions are numbered by their sorted
        names, whole numbers by their digits as text. Rows of one session and one time keep the files' order; a row
        without session id is a session of its own, behind those with a name. Other columns are left out, and a note
        says which. O(n log n), O(n) where rows stand in order.

    Raises
    ------
    InputError
        A key of `columns` that is not ours, a required column that is missing, files of different columns, a cell
        that cannot be read or used, rows out of order where `sort` refuses them, or a file that is missing, empty,
        too large or damaged.
    """
    one_of(sort, SORTS, name="sort")
    mapping = dict(columns or {})
    log = log_of(path, max_bytes=max_bytes)
    refuse_unknown_keys(mapping, where=log.where)
    with connected() as engine:
        tables = [open_table(file, engine=engine) for file in log.files]
        source = common_sources(tables, mapping)
        read = read_columns(engine, tables, source)
    n_requests = int(read.first_rows[-1])
    if n_requests == 0:
        raise InputError("there is no request in it", where=log.where, way_out="give a log with at least one row")
    spanning = _spanning_note(read)
    read, n_nameless = _with_sessions(read)
    if sort == "refuse":
        _refuse_backward_rows(read, log)
    names = read.names.get("session", ())
    return _stream(
        read,
        session_ids=(*names, *[""] * n_nameless) if names else (),
        name=name if name is not None else log.name,
        notes=(*log.notes, *spanning, *notes_on_columns(tables, source, mapping)),
    )


def _with_sessions(read: Columns) -> tuple[Columns, int]:
    """Number rows without a name behind the named sessions, by time; return how many they are."""
    columns, n_named = dict(read.columns), len(read.names.get("session", ()))
    session = columns.get("session")
    if session is None:
        session = np.full(len(columns["time_s"]), -1, dtype=np.int64)
    nameless = np.flatnonzero(session < 0)
    if len(nameless):
        session[nameless[np.argsort(columns["time_s"][nameless], kind="stable")]] = n_named + np.arange(len(nameless))
    columns["session"] = session
    return read._replace(columns=columns), len(nameless)


def _spanning_note(read: Columns) -> tuple[str, ...]:
    session = read.columns.get("session")
    if session is None or len(read.first_rows) == 2:
        return ()
    n_sessions = len(read.names["session"])
    seen, spans = np.zeros(n_sessions, dtype=np.bool_), np.zeros(n_sessions, dtype=np.bool_)
    for start, stop in zip(read.first_rows[:-1], read.first_rows[1:], strict=True):
        here = np.zeros(n_sessions, dtype=np.bool_)
        here[session[start:stop][session[start:stop] >= 0]] = True
        spans |= seen & here
        seen |= here
    n_spanning = int(spans.sum())
    return (f"{n_spanning:,} of {n_sessions:,} sessions span several files",) if n_spanning else ()


def _refuse_backward_rows(read: Columns, log: Log) -> None:
    rows = backward_rows(read.columns["session"], read.columns["time_s"])
    if rows is None:
        return
    times = [np.format_float_positional(read.columns["time_s"][row], trim="-") for row in rows]
    where, row = _place(read, log, rows[1])
    before_where, before = _place(read, log, rows[0])
    session = read.names["session"][int(read.columns["session"][rows[1]])]
    raise InputError(
        f"time falls from {times[0]} s to {times[1]} s in row {row}, after row {before}"
        f"{'' if before_where == where else f' of {before_where}'} of the same session {session[:60]!r}",
        where=where,
        way_out="put the rows in order, or read them with sort='sort'",
    )


def _place(read: Columns, log: Log, row: int) -> tuple[str, int]:
    """Return the file and the row in it, from 1."""
    file = int(np.searchsorted(read.first_rows, row, side="right")) - 1
    return str(log.files[file]), row - int(read.first_rows[file]) + 1


def _stream(read: Columns, *, session_ids: tuple[str, ...], name: str, notes: tuple[str, ...]) -> RequestStream:
    columns, n_requests = read.columns, int(read.first_rows[-1])
    columns.setdefault("prefix_tokens", np.zeros(n_requests, dtype=np.int64))
    columns.setdefault("min_score_ppm", np.zeros(n_requests, dtype=np.int64))
    columns.setdefault("is_omitted", np.ones(n_requests, dtype=np.bool_))
    put_in_order(columns, order_of(columns["session"], columns["time_s"]))
    sorted_columns: dict[str, Any] = {name: read_only(column) for name, column in columns.items()}
    logged = {name: sorted_columns.pop(name) for name in _LOGGED if name in sorted_columns}
    return RequestStream(
        **sorted_columns,
        session_ids=session_ids,
        name=name,
        notes=notes,
        logged=Logged(model_names=read.names.get("model_code", ()), **logged) if logged else None,
    )
