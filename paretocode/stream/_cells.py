"""How does a cell become a number, a moment or a verdict, and what is said when it does not?

The engine parses whole columns. Every expression here gives NaN (or a stated number) for a cell that is empty and
NULL only for one that is there and cannot be read, so that a NULL is always a refusal. Rows are counted from 1 at the
first row of data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.stream._reading import Table, fetch, filled

MICROSECONDS = 1e6
INTEGER_TYPES = frozenset(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"))
"""Types whose every value is an int64."""

_REAL_TYPES = frozenset(("FLOAT", "DOUBLE", "UBIGINT", "HUGEINT", "UHUGEINT"))
_GOOD = ("ok", "success", "succeeded", "completed")
_BAD = ("error", "failed", "failure", "timeout")


class Parse(NamedTuple):
    """How cells of one kind are read.

    Parameters
    ----------
    sql
        What the engine computes for a cell, with ``{}`` for the cell as text.
    what
        What a bad cell is not.
    way_out
        What to write instead.
    """

    sql: str
    what: str
    way_out: str


NUMBER = Parse("TRY_CAST({} AS DOUBLE)", "number", "write it as a plain number")
MOMENT = Parse("epoch_us(TRY_CAST({} AS TIMESTAMPTZ))", "timestamp", "write it like 2026-01-31T12:00:00.5Z")
FLAG = Parse("TRY_CAST({} AS BOOLEAN)", "flag", "write true or false")
STATUS = Parse(
    f"CASE WHEN lower(trim({{0}})) IN {_GOOD} THEN 0 WHEN lower(trim({{0}})) IN {_BAD} THEN 1 "
    "WHEN TRY_CAST({0} AS DOUBLE) >= 100 AND TRY_CAST({0} AS DOUBLE) < 600 "
    "THEN CAST(TRY_CAST({0} AS DOUBLE) >= 400 AS INTEGER) END",
    "status we know",
    f"write one of {', '.join(_GOOD + _BAD)} or an HTTP status of 100 to 599, map a column of true and false to "
    "is_failed instead, or leave the column out by mapping status to an empty name",
)


def parsed_sql(cell: str, type_: str, parse: Parse, *, empty: str = "'nan'::DOUBLE") -> str:
    """Return the expression that reads a cell as a DOUBLE, NULL where it is there and cannot be read.

    Parameters
    ----------
    cell
        The expression for the cell.
    type_
        The engine's type of it.
    parse
        What it is read as.
    empty
        The expression for a cell that is empty.

    Examples
    --------
    >>> parsed_sql("cost", "FLOAT", NUMBER)
    "coalesce(cost::DOUBLE, 'nan'::DOUBLE)"
    """
    if parse is NUMBER and (type_ in INTEGER_TYPES | _REAL_TYPES or type_.startswith("DECIMAL")):
        return f"coalesce({cell}::DOUBLE, {empty})"
    text = f"{cell}::VARCHAR"
    # A timestamp need not go through text and back, and a whole column of them would take seconds.
    read = parse.sql.format(cell if parse is MOMENT and type_.startswith(("TIMESTAMP", "DATE")) else text)
    return f"CASE WHEN trim(coalesce({text}, '')) = '' THEN {empty} ELSE ({read})::DOUBLE END"


def number_columns(table: Table, sources: Mapping[str, str]) -> dict[str, FloatColumn]:
    """Return number columns in the file's order, NaN where a cell is empty.

    Parameters
    ----------
    table
        The file.
    sources
        {our name: the file's name}.

    Raises
    ------
    InputError
        A cell that is no number.
    """
    return {ours: parsed_column(table, theirs, NUMBER) for ours, theirs in sources.items()}


def moment_column(table: Table, source: str) -> FloatColumn:
    """Return a column of ISO 8601 timestamps as seconds since the earliest of them, NaN where a cell is empty.

    A timestamp without an offset is taken as UTC. Resolution 1 microsecond; further digits are cut off.

    Raises
    ------
    InputError
        A cell that is no timestamp.
    """
    return seconds_since_earliest(parsed_column(table, source, MOMENT))


def seconds_since_earliest(moment_us: FloatColumn) -> FloatColumn:
    """Return microseconds as seconds since the least of them.

    Microseconds since 1970 stay whole in a float until the year 2255.

    Examples
    --------
    >>> seconds_since_earliest(np.array([3e6, np.nan, 1.5e6])).tolist()
    [1.5, nan, 0.0]
    """
    return (moment_us - np.nanmin(moment_us)) / MICROSECONDS if np.isfinite(moment_us).any() else moment_us


def parsed_column(table: Table, theirs: str, parse: Parse, *, empty: str = "'nan'::DOUBLE") -> FloatColumn:
    """Return one column in the file's order, or say which cell cannot be read.

    Raises
    ------
    InputError
        A cell that is there and is nothing of the kind, with its row and value; an empty one where `empty` is NULL.
    """
    cell = table.columns[theirs]
    found = fetch(table, {"x": parsed_sql(cell, table.type_of(theirs), parse, empty=empty)})["x"]
    bad = np.flatnonzero(np.ma.getmaskarray(np.ma.asarray(found)))
    if len(bad):
        row = int(bad[0])
        value = fetch(table, {"value": f"{cell}::VARCHAR"}, tail=f"LIMIT 1 OFFSET {row}")["value"][0]
        shown = "empty" if value is None or value is np.ma.masked or not str(value).strip() else repr(str(value)[:60])
        raise InputError(
            f"{theirs} is {shown} in row {row + 1}, which is no {parse.what}",
            where=str(table.file),
            way_out=parse.way_out,
        )
    return filled(found)
