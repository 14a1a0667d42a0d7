"""What does a coding agent's traffic look like? Reader of the public traces of 710 coding sessions.

Source: callanjfox/kv-cache-tester (commit 94f6046d, Apache-2.0), in its derived form of one row a request with the
columns ``trace_id, agent_id, turn, t`` [s since the conversation's start], ``in, out`` [tokens] and ``d_prefix_prev``,
the leading prompt tokens shared with the previous request of the conversation.
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
from paretocode.stream.stream import RequestStream, request_stream

__all__ = ["read_coding_agent"]

THREADS = ("all", "main")
_COLUMNS = ("trace_id", "agent_id", "turn", "t", "in", "out", "d_prefix_prev")


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
        min score; see `apply_demand`.

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
        },
        tail=f"{'WHERE agent_id IS NULL' if threads == 'main' else ''} ORDER BY trace_id, agent_id NULLS FIRST, turn",
    )
    session, names = sessions_of(found.pop("session"), filled(found["time_s"]))
    columns = {name: filled(column) for name, column in found.items()}
    _refuse_backward_clock(session, columns["time_s"], where=str(path))
    stream = request_stream(
        session=session,
        **columns,
        name="coding_agent" if threads == "all" else "coding_agent_main",
        where=str(path),
        notes=("every session starts at time 0: the trace does not say when sessions met",),
    )
    return stream.replace(session_ids=names)


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
