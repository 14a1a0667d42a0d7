"""How does a team's own log come in, and go out? The plain stream table: CSV, NDJSON or Parquet, one row a request.

The format stands in docs/stream_table.md.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.stream._cells import moment_column, number_columns
from paretocode.stream._reading import (
    MAX_BYTES,
    Table,
    checked_file,
    fetch,
    open_table,
    require_columns,
    sessions_of,
)
from paretocode.stream.stream import RequestStream, request_stream

__all__ = ["TABLE_COLUMNS", "read_stream_table"]

TABLE_COLUMNS = ("session_id", "time_s", "ts", "min_score", "prompt_tokens", "completion_tokens", "prefix_tokens")
"""Our names. The tokens and one of `time_s` and `ts` are required."""


def read_stream_table(
    path: Path | str,
    *,
    columns: Mapping[str, str] | None = None,
    name: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> RequestStream:
    """Read a log in the plain table format.

    Parameters
    ----------
    path
        ``.csv``, ``.ndjson`` or ``.jsonl``, each also with ``.gz``, or ``.parquet``.
    columns
        {our name: the file's name} where they differ; see `TABLE_COLUMNS`.
    name
        What to call the stream; None takes the file's name.
    max_bytes
        Largest file taken [bytes on disk].

    Returns
    -------
    RequestStream
        `time_s` is taken as it is; `ts` becomes seconds since the earliest. Where both are there, `time_s` counts. Rows
        of one session and one time keep the file's order; a row without session id is a session of its own. Other
        columns are left out, and a note says which.

    Raises
    ------
    InputError
        A key of `columns` that is not ours, a required column that is missing, a cell that cannot be read, or a file
        that is missing, empty, too large or damaged.
    """
    file = checked_file(path, max_bytes=max_bytes)
    _refuse_unknown_keys(columns or {}, where=str(path))
    table = open_table(file)
    source = _sources(table, columns or {})
    time_s = number_columns(table, {"time_s": source["time_s"]})["time_s"] if "time_s" in source else None
    if time_s is None:
        time_s = moment_column(table, source["ts"])
    tokens = number_columns(
        table,
        {k: source[k] for k in ("prompt_tokens", "completion_tokens", "prefix_tokens", "min_score") if k in source},
    )
    if "prefix_tokens" in tokens:
        tokens["prefix_tokens"] = np.nan_to_num(tokens["prefix_tokens"], posinf=np.inf)
    session, names = _sessions(table, source, time_s)
    stream = request_stream(
        session=session,
        time_s=time_s,
        **tokens,
        name=name if name is not None else file.name.split(".")[0],
        where=str(path),
        notes=_notes(table, source),
    )
    return stream.replace(session_ids=names)


def _refuse_unknown_keys(columns: Mapping[str, str], *, where: str) -> None:
    for key in columns:
        if key not in TABLE_COLUMNS:
            near = difflib.get_close_matches(key, TABLE_COLUMNS, n=1)
            raise InputError(
                f"columns maps {key!r}, which is none of our names {', '.join(TABLE_COLUMNS)}",
                where=where,
                way_out=f"did you mean {near[0]}" if near else "write {our name: the file's name}",
            )


def _sources(table: Table, columns: Mapping[str, str]) -> dict[str, str]:
    """Return {our name: the file's name} for every column we have a use for."""
    where, way_out = str(table.file), "give the columns mapping {our name: the file's name}"
    require_columns(columns.values(), table.columns, where=where)
    source = {ours: columns.get(ours, ours) for ours in TABLE_COLUMNS}
    source = {ours: theirs for ours, theirs in source.items() if theirs in table.columns}
    for ours in ("prompt_tokens", "completion_tokens"):
        if ours not in source:
            require_columns([ours], table.columns, where=where, way_out=way_out)
    if "time_s" not in source and "ts" not in source:
        require_columns(["time_s"], table.columns, where=where, way_out=f"give time_s [s] or ts, or {way_out}")
    return source


def _sessions(table: Table, source: Mapping[str, str], time_s: FloatColumn) -> tuple[np.ndarray, tuple[str, ...]]:
    if "session_id" in source:
        ids = fetch(table, {"id": f"trim({table.columns[source['session_id']]}::VARCHAR)"})["id"]
    else:
        ids = np.full(len(time_s), "", dtype=object)
    return sessions_of(ids, time_s)


def _notes(table: Table, source: Mapping[str, str]) -> tuple[str, ...]:
    notes = []
    extra = [theirs for theirs in table.columns if theirs not in source.values()]
    if extra:
        notes.append(f"columns left out: {', '.join(extra)}")
    for ours in ("session_id", "min_score", "prefix_tokens"):
        if ours not in source:
            near = difflib.get_close_matches(ours, extra, n=1)
            notes.append(f"there is no column {ours}" + (f", did you mean {near[0]}" if near else ""))
    return tuple(notes)
