"""How does each row of the logs get to its part? Counted first, then appended to its part's file, log by log."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.progress import tracked
from paretocode.stream._cells import MICROSECONDS
from paretocode.stream._reading import Table, connected, open_table
from paretocode.stream.partitioned.cutting import first_sessions_of, n_parts_of
from paretocode.stream.partitioned.work import ROW, Work
from paretocode.stream.table.columns import checked_batches, text_columns
from paretocode.stream.table.names import common_sources
from paretocode.stream.table.texts import TextColumn

__all__ = ["scatter"]

_KEPT = ("session_id", "time_s", "ts", "min_score", "prompt_tokens", "completion_tokens", "prefix_tokens")
_BUFFERED_ROWS = 1 << 20


class Scattered(NamedTuple):
    """The tables, which column is which, and the number of requests and sessions of each part."""

    tables: list[Table]
    source: dict[str, str]
    sizes: list[tuple[int, int]]


class _Log:
    """The logs as batches, with sessions numbered over all of them."""

    def __init__(self, engine: Any, tables: Sequence[Table], source: Mapping[str, str]) -> None:
        self.engine, self.tables = engine, tables
        self.source = {ours: theirs for ours, theirs in source.items() if ours in _KEPT}
        self.texts: dict[str, TextColumn] = text_columns(engine, tables, self.source)
        self.n_named = len(self.texts["session"].names) if "session" in self.texts else 0

    def batches(self, number: int, only: Sequence[str] = ()) -> Iterator[dict[str, NDArray[Any]]]:
        """Yield one log's rows; with `only`, just these columns beside the session."""
        source = {ours: theirs for ours, theirs in self.source.items() if not only or ours in only}
        for batch in checked_batches(self.engine, self.tables[number], source, self.texts):
            n_rows = len(next(iter(batch.values())))
            yield {"session": np.full(n_rows, -1, dtype=np.int64), **batch}


class _Counts(NamedTuple):
    """Requests by named session, times of nameless rows in the logs' order, the earliest moment [microseconds]."""

    by_session: IntColumn
    nameless_time: FloatColumn
    earliest_us: float


def scatter(
    work: Work, files: Sequence[Path], mapping: Mapping[str, str], *, cut: Mapping[str, int | None]
) -> Scattered:
    """Append every row to its part's file.

    Raises
    ------
    InputError
        What the reader of plain tables refuses.
    """
    with connected() as engine:
        tables = [open_table(file, engine=engine) for file in files]
        source = common_sources(tables, mapping)
        log = _Log(engine, tables, source)
        counts = _count(log)
        nameless = _numbered(counts)
        by_session = np.concatenate((counts.by_session, np.ones(len(nameless), dtype=np.int64)))
        n_requests = int(by_session.sum())
        if n_requests == 0:
            raise InputError("there is no request in it", where=str(files[0]), way_out="give a log with rows")
        first = first_sessions_of(by_session, n_parts_of(n_requests, **cut))
        bounds = np.append(first, len(by_session))
        before = np.concatenate(([0], np.cumsum(by_session)))
        sizes = list(zip(np.diff(before[bounds]).tolist(), np.diff(bounds).tolist(), strict=True))
        _hand_out(work, log, first, nameless, counts.earliest_us)
    return Scattered(tables, source, sizes)


def _count(log: _Log) -> _Counts:
    """Read what cutting needs: sessions, and times where rows have no session or times are moments."""
    by_session = np.zeros(log.n_named, dtype=np.int64)
    clock = "ts" if "ts" in log.source else "time_s"
    times: list[FloatColumn] = []
    earliest = np.inf
    for number in tracked(range(len(log.tables)), "count", unit="log"):
        for batch in log.batches(number, only=("session_id", clock)):
            session, time = batch["session"], batch[clock]
            by_session += np.bincount(session[session >= 0], minlength=log.n_named)
            times.append(time[session < 0].copy())
            earliest = min(earliest, float(time.min(initial=np.inf)))
    nameless = np.concatenate(times) if times else np.zeros(0)
    return _Counts(by_session, _seconds(nameless, earliest) if clock == "ts" else nameless, earliest)


def _numbered(counts: _Counts) -> IntColumn:
    """Return the session number of each nameless row, in the logs' order: behind the named ones, by time."""
    numbers = np.empty(len(counts.nameless_time), dtype=np.int64)
    order = np.argsort(counts.nameless_time, kind="stable")
    numbers[order] = len(counts.by_session) + np.arange(len(order))
    return numbers


def _seconds(moment_us: FloatColumn, earliest_us: float) -> FloatColumn:
    return (moment_us - earliest_us) / MICROSECONDS


def _hand_out(work: Work, log: _Log, first: IntColumn, nameless: IntColumn, earliest_us: float) -> None:
    """Append rows to the files of their parts; after each log, how long the files are is noted."""
    progress = work.progress()
    done, n_nameless = int(progress.get("logs", 0)), int(progress.get("nameless", 0))
    lengths = [int(length) for length in progress.get("lengths", [0] * len(first))]
    _cut_back(work, lengths)
    for number in tracked(range(done, len(log.tables)), "hand out", unit="log"):
        buffer: list[NDArray[Any]] = []
        for batch in log.batches(number):
            rows, n_new = _rows(batch, nameless[n_nameless:], earliest_us)
            n_nameless += n_new
            buffer.append(rows)
            if sum(map(len, buffer)) >= _BUFFERED_ROWS:
                _append(work, buffer, first)
        _append(work, buffer, first)
        lengths = [work.rows_file(part).stat().st_size for part in range(len(first))]
        work.keep_progress({"logs": number + 1, "nameless": n_nameless, "lengths": lengths})


def _rows(batch: dict[str, NDArray[Any]], nameless: IntColumn, earliest_us: float) -> tuple[NDArray[Any], int]:
    """Return a batch as rows, and how many of them have no session of their own name."""
    rows = np.zeros(len(batch["session"]), dtype=ROW)
    is_nameless = batch["session"] < 0
    n_new = int(np.count_nonzero(is_nameless))
    rows["session"] = batch["session"]
    rows["session"][is_nameless] = nameless[:n_new]
    rows["time_s"] = _seconds(batch["ts"], earliest_us) if "ts" in batch else batch["time_s"]
    rows["is_omitted"] = batch.get("is_omitted", True)
    for name in ("prompt_tokens", "completion_tokens", "prefix_tokens", "min_score_ppm"):
        rows[name] = batch.get(name, 0)
    return rows, n_new


def _append(work: Work, buffer: list[NDArray[Any]], first: IntColumn) -> None:
    """Write the buffered rows, in their order, to the files of their parts, and forget them."""
    if not buffer:
        return
    rows = np.concatenate(buffer)
    buffer.clear()
    part = np.searchsorted(first, rows["session"], side="right") - 1
    order = np.argsort(part, kind="stable")
    ends = np.searchsorted(part[order], np.arange(len(first) + 1))
    for number in range(len(first)):
        mine = order[ends[number] : ends[number + 1]]
        if len(mine):
            with work.rows_file(number).open("ab") as file:
                file.write(rows[mine].tobytes())


def _cut_back(work: Work, lengths: list[int]) -> None:
    """Bring the files back to what was noted: rows of a log that was interrupted are handed out again."""
    for number, length in enumerate(lengths):
        with work.rows_file(number).open("ab"):
            pass
        os.truncate(work.rows_file(number), length)
