"""How does a cell of text become a number or a moment, and what is said when it does not?

The engine parses whole columns; a cell that is there but does not parse is refused with its row and value. Rows are
counted from 1 at the first row of data.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.stream._reading import Table, fetch, filled

MICROSECONDS = 1e6


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
    return _parsed(table, sources, cast="TRY_CAST({} AS DOUBLE)", what="number", way_out="write it as a plain number")


def moment_column(table: Table, source: str) -> FloatColumn:
    """Return a column of ISO 8601 timestamps as seconds since the earliest of them, NaN where a cell is empty.

    A timestamp without an offset is taken as UTC. Resolution 1 microsecond; further digits are cut off.

    Raises
    ------
    InputError
        A cell that is no timestamp.
    """
    cast, way_out = "epoch_us(TRY_CAST({} AS TIMESTAMPTZ))", "write it like 2026-01-31T12:00:00.5Z"
    moment = _parsed(table, {"ts": source}, cast=cast, what="timestamp", way_out=way_out)["ts"]
    # Microseconds since 1970 stay whole in a float until the year 2255.
    return (moment - np.nanmin(moment)) / MICROSECONDS if np.isfinite(moment).any() else moment


def _parsed(table: Table, sources: Mapping[str, str], *, cast: str, what: str, way_out: str) -> dict[str, FloatColumn]:
    select = {}
    for ours, theirs in sources.items():
        cell = table.columns[theirs]
        select[ours] = cast.format(cell)
        select[f"{ours} is bad"] = f"coalesce(trim({cell}::VARCHAR) <> '' AND {cast.format(cell)} IS NULL, false)"
    found = fetch(table, select)
    for ours, theirs in sources.items():
        bad = np.flatnonzero(found[f"{ours} is bad"])
        if len(bad):
            row = int(bad[0])
            value = fetch(table, {"value": f"{table.columns[theirs]}::VARCHAR"}, tail=f"LIMIT 1 OFFSET {row}")["value"][
                0
            ]
            raise InputError(
                f"{theirs} is {str(value)[:60]!r} in row {row + 1}, which is no {what}",
                where=str(table.file),
                way_out=way_out,
            )
    return {ours: filled(found[ours]) for ours in sources}
