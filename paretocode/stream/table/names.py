"""Which column of a log is which of ours? Our names, the mapping from theirs, and what is said of the rest."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from paretocode.errors import InputError
from paretocode.stream._reading import Table, require_columns

__all__ = ["LOGGED_COLUMNS", "TABLE_COLUMNS", "common_sources", "notes_on_columns", "refuse_unknown_keys"]

LOGGED_COLUMNS = (
    "model",
    "cached_tokens",
    "answer_s",
    "answer_ms",
    "cost_usd",
    "is_failed",
    "status",
    "n_attempts",
)
"""What a log says was done: `RequestStream.logged`. Routing never looks at it."""

TABLE_COLUMNS = (
    "session_id",
    "time_s",
    "ts",
    "min_score",
    "prompt_tokens",
    "completion_tokens",
    "prefix_tokens",
    *LOGGED_COLUMNS,
)
"""Our names. The tokens and one of `time_s` and `ts` are required."""

_EITHER = {"time_s": "ts", "answer_s": "answer_ms", "is_failed": "status"}
"""Where both are there, the first counts."""


def refuse_unknown_keys(columns: Mapping[str, str], *, where: str) -> None:
    """Refuse a mapping with a key that is none of our names.

    Raises
    ------
    InputError
        With the nearest of our names.
    """
    for key in columns:
        if key not in TABLE_COLUMNS:
            near = difflib.get_close_matches(key, TABLE_COLUMNS, n=1)
            raise InputError(
                f"columns maps {key!r}, which is none of our names {', '.join(TABLE_COLUMNS)}",
                where=where,
                way_out=f"did you mean {near[0]}" if near else "write {our name: the file's name}",
            )


def common_sources(tables: Sequence[Table], columns: Mapping[str, str]) -> dict[str, str]:
    """Return {our name: the file's name} for every column we have a use for, the same in all files.

    Raises
    ------
    InputError
        A required column is missing, or a column that we use is there in one file and not in another.
    """
    first = tables[0]
    source = _sources(first, columns)
    for table in tables[1:]:
        other = _sources(table, columns)
        for ours in TABLE_COLUMNS:
            if (ours in source) != (ours in other):
                has, lacks = (first, table) if ours in source else (table, first)
                raise InputError(
                    f"there is no column {columns.get(ours) or ours}, which {has.file.name} has",
                    where=str(lacks.file),
                    way_out="give every file the same columns, empty where unknown, or leave that one out by mapping "
                    f"{ours} to an empty name",
                )
    return source


def notes_on_columns(tables: Sequence[Table], source: Mapping[str, str], columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a reader should know: columns that are left out, and optional ones that are not there."""
    theirs = {name: None for table in tables for name in table.columns}
    extra = [name for name in theirs if name not in source.values()]
    notes = [f"columns left out: {', '.join(extra)}"] if extra else []
    for ours in ("session_id", "min_score", "prefix_tokens"):
        if ours not in source and columns.get(ours) != "":
            near = difflib.get_close_matches(ours, extra, n=1)
            notes.append(f"there is no column {ours}" + (f", did you mean {near[0]}" if near else ""))
    return tuple(notes)


def _sources(table: Table, columns: Mapping[str, str]) -> dict[str, str]:
    where, way_out = str(table.file), "give the columns mapping {our name: the file's name}"
    require_columns((theirs for theirs in columns.values() if theirs), table.columns, where=where)
    source = {ours: columns.get(ours, ours) for ours in TABLE_COLUMNS}
    source = {ours: theirs for ours, theirs in source.items() if theirs and theirs in table.columns}
    for ours in ("prompt_tokens", "completion_tokens"):
        if ours not in source:
            require_columns([ours], _unclaimed(table, columns), where=where, way_out=way_out)
    if "time_s" not in source and "ts" not in source:
        way_out = f"give time_s [s] or ts, or {way_out}"
        require_columns(["time_s"], _unclaimed(table, columns), where=where, way_out=way_out)
    for counts, yields in _EITHER.items():
        if counts in source:
            source.pop(yields, None)
    return source


def _unclaimed(table: Table, columns: Mapping[str, str]) -> list[str]:
    # A required column that was mapped to "" is there, and asked away all the same.
    return [name for name in table.columns if columns.get(name) != ""]
