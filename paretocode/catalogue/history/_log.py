"""How does a change log become matrices? Read the table, play the events in order, carry every state forward."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.catalogue._cells import nearest
from paretocode.catalogue._files import MAX_DOCUMENT_BYTES, read_text
from paretocode.catalogue.history._days import day_of
from paretocode.catalogue.history.history import refuse_odd_keys
from paretocode.errors import InputError

__all__ = ["EVENTS", "Events", "carried", "days_of", "events_of", "matrices", "numbers_of", "read_columns"]

EVENTS = ("initial", "added", "changed", "removed")
"""What may happen to a model: it stands on the first day, comes, changes, goes."""


def read_columns(path: Path, columns: Sequence[str]) -> dict[str, list[str]]:
    """Return the columns of a CSV file (``.csv`` or ``.csv.gz``) whose header holds exactly the given names.

    Raises
    ------
    InputError
        A file that is absent, empty or cut short; an unknown, missing or doubled column; a row of another length; no
        rows.
    """
    text = read_text(path, limit=MAX_DOCUMENT_BYTES)
    try:
        header, *body = [row for row in csv.reader(io.StringIO(text)) if row] or [[]]
    except csv.Error as error:
        raise InputError(f"the file is not CSV ({error})", where=str(path), way_out="write it again") from error
    if unknown := sorted(set(header) - set(columns)):
        raise InputError(f"column {unknown[0]!r} is unknown", where=str(path), way_out=_nearest(unknown[0], columns))
    if missing := [name for name in columns if header.count(name) != 1]:
        raise InputError(f"column {missing[0]!r} is missing or doubled", where=str(path), way_out="give it once")
    for number, row in enumerate(body, start=2):
        if len(row) != len(header):
            raise InputError(
                f"the row has {len(row)} cells and the header {len(header)}",
                where=f"{path}, row {number}",
                way_out="fetch or write the file again",
            )
    if not body:
        raise InputError("the log has no rows", where=str(path), way_out="give a log with an initial state")
    return dict(zip(header, map(list, zip(*body, strict=True)), strict=True))


def _nearest(name: str, columns: Sequence[str]) -> str:
    found = nearest(name, columns)
    return found if found.startswith("did") else f"give {', '.join(columns)}"


def numbers_of(
    cells: Sequence[str], *, column: str, path: Path, least: float = -np.inf, greatest: float = np.inf
) -> FloatColumn:
    """Return a column of numbers, NaN where the cell is empty.

    Raises
    ------
    InputError
        Text that is no finite number, or one outside the bounds, with row and column.
    """
    try:
        numbers = np.array([float(cell) if cell else np.nan for cell in cells], dtype=np.float64)
    except ValueError:
        numbers = None
    is_given = np.array([cell != "" for cell in cells], dtype=np.bool_)
    if numbers is None or (is_given & ~np.isfinite(numbers)).any():
        row = next(i for i, cell in enumerate(cells) if cell and not _is_finite(cell))
        raise InputError(
            f"{cells[row]!r} is not a number",
            where=f"{path}, row {row + 2}, column {column}",
            way_out="leave it empty if it is unknown",
        )
    if len(outside := np.flatnonzero((numbers < least) | (numbers > greatest))):
        raise InputError(
            f"{numbers[outside[0]]:g} lies outside {least:g} to {greatest:g}",
            where=f"{path}, row {outside[0] + 2}, column {column}",
            way_out="leave it empty if it is unknown",
        )
    return numbers


def _is_finite(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False


def days_of(cells: Sequence[str], *, path: Path) -> list[np.datetime64]:
    """Return a column of days.

    Raises
    ------
    InputError
        A cell that is no ISO date, with its row.
    """
    known: dict[str, np.datetime64] = {}
    for row, cell in enumerate(cells, start=2):
        if cell not in known:
            known[cell] = day_of(cell, where=f"{path}, row {row}, column date")
    return [known[cell] for cell in cells]


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """A change log as columns: where each line stands in the matrices.

    Parameters
    ----------
    dates
        All days of the history, without gaps: a day without a line holds the state of the day before.
    keys
        Models in order of first sight.
    day_index, model_index
        Shape (n_lines,): row and column of each line.
    is_listed
        Shape (n_days, n_models): what stands in the catalogue after the day's lines.
    quiet_days
        How many days have no line: a day without change, or one nobody looked. The log does not say which.
    """

    dates: NDArray[np.datetime64]
    keys: tuple[str, ...]
    day_index: IntColumn
    model_index: IntColumn
    is_listed: BoolColumn
    quiet_days: int


def events_of(dates: Sequence[str], events: Sequence[str], keys: Sequence[str], *, path: Path) -> Events:
    """Check a log line by line and place it.

    Raises
    ------
    InputError
        A line that is no date or an unknown event; days out of order; a model twice on one day; an initial state after
        the first day; a change or exit of a model that is not listed, an entry of one that is.
    """
    days = days_of(dates, path=path)
    column = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    _check_lines(days, events, keys, path)
    first, last = days[0], days[-1]
    n_days = int((last - first).astype(np.int64)) + 1
    day_index = (np.array(days) - first).astype(np.int64)
    model_index = np.array([column[key] for key in keys], dtype=np.int64)
    listed = np.full((n_days, len(column)), np.nan)
    listed[day_index, model_index] = [event != "removed" for event in events]
    return Events(
        dates=first + np.arange(n_days),
        keys=tuple(column),
        day_index=day_index,
        model_index=model_index,
        is_listed=carried(listed, day_index, model_index) == 1,
        quiet_days=n_days - len(np.unique(day_index)),
    )


def _check_lines(days: Sequence[np.datetime64], events: Sequence[str], keys: Sequence[str], path: Path) -> None:
    listed: set[str] = set()
    known: set[str] = set()
    seen: set[tuple[np.datetime64, str]] = set()
    previous = days[0]
    for row, (day, event, key) in enumerate(zip(days, events, keys, strict=True), start=2):
        wrong = ""
        if event not in EVENTS:
            wrong = f"event {event!r} is none of {', '.join(EVENTS)}"
        elif day < previous:
            wrong = f"{day} stands after {previous}"
        elif (day, key) in seen:
            wrong = f"model {key!r} stands twice on {day}"
        elif event == "initial" and day != days[0]:
            wrong = f"an initial state of {day} follows the first day {days[0]}"
        elif (event in ("initial", "added")) == (key in listed):
            wrong = f"model {key!r} is {event} on {day} and was {'' if key in listed else 'not '}listed before"
        if wrong:
            raise InputError(wrong, where=f"{path}, row {row}", way_out="give the log in order of time, each line once")
        if key not in known:
            refuse_odd_keys([key], where=f"{path}, row {row}")
            known.add(key)
        seen.add((day, key))
        previous = day
        (listed.discard if event == "removed" else listed.add)(key)


def carried(sparse: FloatColumn, day_index: IntColumn, model_index: IntColumn) -> FloatColumn:
    """Return a matrix whose rows hold the last stated value: sparse cells at the given places, carried forward.

    Examples
    --------
    >>> nan = float("nan")
    >>> sparse = np.array([[1.0, nan], [nan, 5.0], [nan, nan]])
    >>> carried(sparse, np.array([0, 1]), np.array([0, 1])).tolist()
    [[1.0, nan], [1.0, 5.0], [1.0, 5.0]]
    """
    source = np.zeros(sparse.shape, dtype=np.int64)
    source[day_index, model_index] = day_index
    np.maximum.accumulate(source, axis=0, out=source)
    return np.take_along_axis(sparse, source, axis=0)


def matrices(events: Events, columns: Mapping[str, FloatColumn]) -> dict[str, FloatColumn]:
    """Return one carried matrix for each column of numbers of a log."""
    found: dict[str, FloatColumn] = {}
    for name, column in columns.items():
        sparse = np.full(events.is_listed.shape, np.nan)
        sparse[events.day_index, events.model_index] = column
        found[name] = carried(sparse, events.day_index, events.model_index)
    return found
