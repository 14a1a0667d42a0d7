"""What does a coding agent's traffic look like? Reader of the public traces of 710 coding sessions.

Source: callanjfox/kv-cache-tester (commit 94f6046d, Apache-2.0), in its derived form of one row a request with the
columns ``trace_id, agent_id, turn, t`` [s since the conversation's start], ``in, out`` [tokens] and ``d_prefix_prev``,
the leading prompt tokens shared with the previous request of the conversation; where they are there, also ``model`` and
``api_time`` [s from the request to its last token].
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from paretocode._checks import FloatColumn, IntColumn, one_of
from paretocode.errors import InputError
from paretocode.stream._reading import (
    MAX_BYTES,
    checked_file,
    fetch,
    filled,
    open_table,
    require_columns,
    sessions_of,
)
from paretocode.stream.logged import logged_columns
from paretocode.stream.stream import RequestStream, request_stream

__all__ = ["read_coding_agent"]

THREADS = ("all", "main")
API_TIME_CAP_S = 300.0
"""The recording stopped its clock here: an answer of this length or more is only known to have been as long."""

_COLUMNS = ("trace_id", "agent_id", "turn", "t", "in", "out", "d_prefix_prev")
_LOGGED = {"model": ("model", "coalesce(model, '')"), "answer_s": ("api_time", "api_time")}
"""{our name: the file's column and how it is read}, for what a file may leave out."""


def read_coding_agent(path: Path | str, *, threads: str = "all", max_bytes: int = MAX_BYTES) -> RequestStream:
    """Read the trace, one session for every main thread and one for every sub-agent.

    Parameters
    ----------
    path
        Parquet file.
    threads
        ``all``, or ``main`` for the rows whose ``agent_id`` is missing. A sub-agent grows a prompt of its own and is
        therefore a session of its own, ``trace_id/agent_id``.
    max_bytes
        Largest file taken [bytes].

    Returns
    -------
    RequestStream
        Every session starts at time 0, as the trace has it: it does not say when sessions met. No request states a
        min score; see `apply_demand`. ``logged.answer_s`` is NaN where ``api_time`` is missing or 300 s and more, since
        the recording cut it off there.

    Raises
    ------
    InputError
        Unknown `threads`; a file that is missing, empty, too large, damaged or has other columns; a clock that runs
        backwards within a session.
    """
    one_of(threads, THREADS, name="threads")
    table = open_table(checked_file(path, max_bytes=max_bytes))
    require_columns(_COLUMNS, table.columns, where=str(path))
    found = fetch(
        table,
        {
            "session": "concat_ws('/', trace_id, agent_id)",
            "time_s": "t",
            "prompt_tokens": '"in"',
            "completion_tokens": "out",
            "prefix_tokens": "coalesce(d_prefix_prev, 0)",
            **{ours: sql for ours, (theirs, sql) in _LOGGED.items() if theirs in table.columns},
        },
        tail=f"{'WHERE agent_id IS NULL' if threads == 'main' else ''} ORDER BY trace_id, agent_id NULLS FIRST, turn",
    )
    time_s = filled(found["time_s"])
    session, names = sessions_of(found["session"], time_s)
    _refuse_backward_clock(session, time_s, where=str(path))
    answer_s, notes = _answer_times(filled(found["answer_s"])) if "answer_s" in found else (None, ())
    stream = request_stream(
        session=session,
        time_s=time_s,
        prompt_tokens=filled(found["prompt_tokens"]),
        completion_tokens=filled(found["completion_tokens"]),
        prefix_tokens=filled(found["prefix_tokens"]),
        name="coding_agent" if threads == "all" else "coding_agent_main",
        where=str(path),
        notes=("every session starts at time 0: the trace does not say when sessions met", *notes),
        logged=logged_columns(model=found.get("model"), answer_s=answer_s, where=str(path)),
    )
    return stream.replace(session_ids=names)


def _answer_times(api_time_s: FloatColumn) -> tuple[FloatColumn, tuple[str, ...]]:
    """Return the answer times that are known, and a note on the others."""
    is_missing, is_cut = np.isnan(api_time_s), api_time_s >= API_TIME_CAP_S
    note = (
        f"answer times unknown, of {len(api_time_s):,}: {int(is_missing.sum()):,} are missing, "
        f"{int(is_cut.sum()):,} cut off at {API_TIME_CAP_S:g} s"
    )
    is_unknown = is_missing | is_cut
    return np.where(is_unknown, np.nan, api_time_s), (note,) if is_unknown.any() else ()


def _refuse_backward_clock(session: IntColumn, time_s: FloatColumn, *, where: str) -> None:
    """Refuse rows in turn order whose time falls within a session: turn and time would tell two stories."""
    backward = (session[1:] == session[:-1]) & (time_s[1:] < time_s[:-1])
    if backward.any():
        row = int(np.flatnonzero(backward)[0])
        raise InputError(
            f"t falls from {time_s[row]:g} to {time_s[row + 1]:g} s from one turn to the next",
            where=where,
            way_out="repair the turn or the t of that session",
        )
