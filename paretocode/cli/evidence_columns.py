"""Which column of the log is the propensity, which the outcome? Read before anything is replayed, checked row by row.

A stream is sorted by session and time, and what a log says of a request is sorted with it: so the two columns are read
once more in the place of two logged numbers. What is wrong with a cell is said by its row of the file.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from paretocode.cli.words import pairs_of
from paretocode.errors import InputError, UsageError

if TYPE_CHECKING:
    from paretocode._checks import FloatColumn
    from paretocode.stream import RequestStream

__all__ = ["LoggedColumns", "logged_columns", "naming_requests", "notes_beside"]

_LEFT_OUT = "columns left out: "
_ROW = re.compile(r"\b(?:in )?row (\d+)")


class LoggedColumns(NamedTuple):
    """Propensity and outcome of each request, shape (n_requests,), in the stream's order."""

    propensity: FloatColumn
    outcome: FloatColumn


def logged_columns(args: argparse.Namespace, n_requests: int) -> LoggedColumns:
    """Return both columns of the log that the command line names.

    Raises
    ------
    UsageError
        Another reader than ``table``.
    InputError
        A column that is not there; a propensity outside (0, 1], an outcome outside ``--range``, or a cell that is no
        number, with its row of the file.
    """
    from paretocode.stream import load_stream

    if args.reader != "table":
        raise UsageError(f"--propensity is for tables and the reader is {args.reader}", way_out="give a table")
    if Path(args.log).is_file():
        _check_cells(args)
    columns = {**pairs_of(args.columns, "--columns"), "answer_s": args.propensity, "cost_usd": args.outcome}
    logged = load_stream("table", args.log, columns=columns).logged
    if logged is None or logged.answer_s is None or logged.cost_usd is None or len(logged.cost_usd) != n_requests:
        raise InputError("its columns do not fit the requests", where=args.log, way_out="give each request one row")
    return LoggedColumns(logged.answer_s, logged.cost_usd)


def _check_cells(args: argparse.Namespace) -> None:
    from paretocode.stream._cells import NUMBER, parsed_column
    from paretocode.stream._reading import MAX_BYTES, checked_file, open_table, require_columns

    table = open_table(checked_file(args.log, max_bytes=MAX_BYTES))
    for option, column in (("--propensity", args.propensity), ("--outcome", args.outcome)):
        require_columns([column], table.columns, where=args.log, way_out=f"name the column with {option}")
    chance, outcome = (parsed_column(table, column, NUMBER) for column in (args.propensity, args.outcome))
    _refuse_first(
        ~((chance > 0) & (chance <= 1)),
        chance,
        args.propensity,
        args.log,
        ("outside (0, 1]", "give the probability with which the logged choice was made"),
    )
    low, high = (0.0, np.inf) if args.range is None else args.range
    said = ("below 0 or without end", "give a number of 0 or more")
    if args.range is not None:
        said = (f"outside --range {low:g} {high:g}", "correct the cell, or give the range that outcomes can have")
    _refuse_first(  # an empty outcome is refused where the log is of use only
        (outcome < low) | (outcome > high) | np.isinf(outcome),
        outcome,
        args.outcome,
        args.log,
        said,
    )


def _refuse_first(
    is_bad: np.ndarray[tuple[int], np.dtype[np.bool_]],
    values: FloatColumn,
    column: str,
    where: str,
    said: tuple[str, str],
) -> None:
    bad = np.flatnonzero(is_bad)
    if not len(bad):
        return
    row, (what, way_out) = int(bad[0]), said
    shown = "empty or NaN" if np.isnan(values[row]) else f"{values[row]:g}"
    others = f", as in {len(bad) - 1:,} more" if len(bad) > 1 else ""
    raise InputError(f"{column} is {shown} in row {row + 1}{others}, {what}", where=where, way_out=way_out)


@contextmanager
def naming_requests(stream: RequestStream, log: str) -> Iterator[None]:
    """Say session and time where a refusal counts rows in the stream's order."""
    try:
        yield
    except InputError as refusal:
        what = _ROW.sub(lambda found: _request(stream, int(found[1]) - 1), refusal.what)
        raise InputError(what, where=log, way_out=refusal.way_out) from refusal


def _request(stream: RequestStream, at: int) -> str:
    session = int(stream.session[at])
    name = stream.session_ids[session] if stream.session_ids else ""
    return f"at {stream.time_s[at]:.12g} s of session {name or session + 1}"


def notes_beside(notes: tuple[str, ...], used: list[str]) -> list[str]:
    """Return a reader's notes, of which none calls a column left out that is used all the same.

    Examples
    --------
    >>> notes_beside(("columns left out: p, who, passed", "a note"), ["p", "passed"])
    ['columns left out: who', 'a note']
    >>> notes_beside(("columns left out: p",), ["p"])
    []
    """
    found = []
    for note in notes:
        if not note.startswith(_LEFT_OUT):
            found.append(note)
        elif names := [name for name in note.removeprefix(_LEFT_OUT).split(", ") if name not in used]:
            found.append(_LEFT_OUT + ", ".join(names))
    return found
