"""What do people and programs ask of a hosted chat model? Reader of the BurstGPT traces.

Source: HPMLL/BurstGPT (CC-BY-4.0). Two layouts are published: ``Timestamp, Model, Request tokens, Response tokens,
Total tokens, Log Type``, and since release 2.0 one with ``Session ID`` and ``Elapsed time`` after the timestamp. By its
README ``Timestamp`` counts seconds from midnight of the first day, ``Session ID`` names a conversation and only
conversation rows have one, and ``Elapsed time`` runs from submission to the last token [s].
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from paretocode._checks import FloatColumn, IntColumn, read_only
from paretocode.errors import InputError
from paretocode.stream._cells import number_columns
from paretocode.stream._reading import MAX_BYTES, Table, checked_file, fetch, open_table, require_columns, sessions_of
from paretocode.stream.logged import logged_columns
from paretocode.stream.stream import RequestStream, request_stream

__all__ = ["read_burstgpt"]

_REQUIRED = ("Timestamp", "Request tokens", "Response tokens")
_NUMBERS = {
    "time_s": "Timestamp",
    "prompt_tokens": "Request tokens",
    "completion_tokens": "Response tokens",
    "total": "Total tokens",
    "answer_s": "Elapsed time",
}


def read_burstgpt(path: Path | str, *, assume_growth: bool = False, max_bytes: int = MAX_BYTES) -> RequestStream:
    """Read a trace by the names of its columns; ``Total tokens``, ``Model`` and what release 2.0 added may be missing.

    Parameters
    ----------
    path
        CSV file, optionally .gz, or Parquet with the same columns.
    assume_growth
        Take min(previous prompt, this prompt) for `prefix_tokens`: the most that lengths allow. The trace holds no
        text and its README does not say whether ``Request tokens`` count the conversation so far, so nothing is shared
        otherwise.
    max_bytes
        Largest file taken [bytes].

    Returns
    -------
    RequestStream
        Times as the trace has them, so that the hour of the day can be read off. Equal session ids are one session, a
        row without one is a session of its own. An empty answer (0 response tokens) is a failed request: it stays and
        is marked in ``logged.is_failed``. No request states a min score; see `apply_demand`.

    Raises
    ------
    InputError
        A row whose total is not the sum of its tokens; a file that is missing, empty, too large, damaged, has other
        columns or a cell that cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> rows = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\\n5,GPT-4,40,0,40,API log\\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "burst.csv").write_text(rows)
    ...     stream = read_burstgpt(Path(folder) / "burst.csv")
    >>> stream.time_s.tolist(), stream.logged.is_failed.tolist(), stream.logged.model_names
    ([5.0], [True], ('GPT-4',))
    """
    table = open_table(checked_file(path, max_bytes=max_bytes))
    require_columns(_REQUIRED, table.columns, where=str(path))
    numbers = number_columns(table, {ours: theirs for ours, theirs in _NUMBERS.items() if theirs in table.columns})
    _refuse_wrong_totals(numbers, where=str(path))
    session, names = _sessions(table, numbers["time_s"])
    is_failed = numbers["completion_tokens"] == 0
    stream = request_stream(
        session=session,
        **{name: numbers[name] for name in ("time_s", "prompt_tokens", "completion_tokens")},
        name="burstgpt",
        where=str(path),
        notes=_notes(names, int(is_failed.sum()), len(session), assume_growth=assume_growth),
        logged=logged_columns(
            model=fetch(table, {"m": _text(table, "Model")})["m"] if "Model" in table.columns else None,
            answer_s=numbers.get("answer_s"),
            is_failed=is_failed,
            where=str(path),
        ),
    ).replace(session_ids=names)
    return stream.replace(prefix_tokens=_grown_prefix(stream)) if assume_growth else stream


def _text(table: Table, column: str) -> str:
    return f"coalesce(trim({table.columns[column]}::VARCHAR), '')"


def _refuse_wrong_totals(numbers: Mapping[str, FloatColumn], *, where: str) -> None:
    """Refuse a total that is not the sum: a column may have been shifted or mistaken. An empty cell is no slip here."""
    sum_ = numbers["prompt_tokens"] + numbers["completion_tokens"]
    total = numbers.get("total", sum_)
    wrong = np.flatnonzero((total != sum_) & ~np.isnan(total) & ~np.isnan(sum_))
    if len(wrong):
        row = int(wrong[0])
        raise InputError(
            f"Total tokens is {total[row]:.0f} in row {row + 1}, where request and response make {sum_[row]:.0f} "
            f"({len(wrong):,} such rows)",
            where=where,
            way_out="correct the row, or leave the column Total tokens out",
        )


def _sessions(table: Table, time_s: FloatColumn) -> tuple[IntColumn, tuple[str, ...]]:
    if "Session ID" in table.columns:
        return sessions_of(fetch(table, {"id": _text(table, "Session ID")})["id"], time_s)
    return sessions_of(np.full(len(time_s), "", dtype=object), time_s)


def _grown_prefix(stream: RequestStream) -> IntColumn:
    prefix = np.zeros(len(stream), dtype=np.int64)
    np.minimum(stream.prompt_tokens[1:], stream.prompt_tokens[:-1], out=prefix[1:])
    prefix[stream.is_first] = 0
    return read_only(prefix)


def _notes(names: tuple[str, ...], n_failed: int, n_rows: int, *, assume_growth: bool) -> tuple[str, ...]:
    notes = []
    if not names:
        notes.append("the log names no sessions, so every request is one of its own")
    elif "" in names:
        notes.append(f"requests without a session id, each a session of its own: {names.count(''):,}")
    if n_failed:
        notes.append(f"requests with an empty answer, kept and marked as failed: {n_failed:,} of {n_rows:,}")
    if assume_growth:
        notes.append("prefix_tokens is an assumption: each prompt starts with all of its predecessor, or is part of it")
    else:
        notes.append("the log holds no text, so prefix_tokens is 0 throughout: no cache can help")
    return tuple(notes)
