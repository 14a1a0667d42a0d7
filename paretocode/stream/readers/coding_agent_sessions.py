"""What does the coding-agent trace say of whole sessions, and do its requests agree? Reader of the second file.

Source: callanjfox/kv-cache-tester (commit 94f6046d, Apache-2.0), one row a session: ``trace_id``, ``models`` (of the
main thread), ``tool_tokens`` and ``system_tokens`` (what every prompt of the session starts with), and ``totals``, a
JSON text with the tokens of the main thread and of its sub-agents.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from paretocode._checks import IntColumn, int_column, one_of, read_only
from paretocode.errors import InputError
from paretocode.stream._cells import number_columns
from paretocode.stream._reading import MAX_BYTES, checked_file, fetch, open_table, require_columns
from paretocode.stream.logged import UNKNOWN_MODEL
from paretocode.stream.readers._log_record import LogRecord
from paretocode.stream.readers.coding_agent import THREADS
from paretocode.stream.stream import RequestStream

__all__ = ["CodingAgentSessions", "Disagreement", "find_disagreements", "read_coding_agent_sessions"]

_COLUMNS = ("trace_id", "models", "tool_tokens", "system_tokens", "totals")
_TOTALS = {
    "main_prompt_tokens": "parent_tokens.input",
    "main_completion_tokens": "parent_tokens.output",
    "sub_prompt_tokens": "subagent_tokens.input",
    "sub_completion_tokens": "subagent_tokens.output",
    "n_sub_agents": "subagent_count",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class CodingAgentSessions:
    """Whole sessions as columns of shape (n_sessions,), in the file's order.

    Parameters
    ----------
    session_ids
        The trace's names of the main threads.
    models
        Models of each main thread, sorted; a sub-agent may use others.
    tool_tokens, system_tokens
        Tokens of the tools and of the system prompt, with which every prompt of the session starts [tokens].
    main_prompt_tokens, main_completion_tokens
        Sums over the main thread [tokens].
    sub_prompt_tokens, sub_completion_tokens
        Sums over all sub-agents [tokens].
    n_sub_agents
        How many sub-agents were started.
    """

    session_ids: tuple[str, ...]
    models: tuple[tuple[str, ...], ...]
    tool_tokens: IntColumn
    system_tokens: IntColumn
    main_prompt_tokens: IntColumn
    main_completion_tokens: IntColumn
    sub_prompt_tokens: IntColumn
    sub_completion_tokens: IntColumn
    n_sub_agents: IntColumn

    def __len__(self) -> int:
        return len(self.session_ids)


class Disagreement(NamedTuple):
    """A fact on which the two files differ.

    Parameters
    ----------
    session_id
        The main thread.
    fact
        A column of `CodingAgentSessions`, or ``session`` when one of the files does not have it at all.
    in_sessions, in_requests
        What each says.
    """

    session_id: str
    fact: str
    in_sessions: object
    in_requests: object


def read_coding_agent_sessions(path: Path | str, *, max_bytes: int = MAX_BYTES) -> CodingAgentSessions:
    """Read the file of whole sessions.

    Parameters
    ----------
    path
        Parquet file.
    max_bytes
        Largest file taken [bytes].

    Raises
    ------
    InputError
        A session that stands twice or has no id, totals that are no JSON or miss a number, a number that is negative,
        missing or none; a file that is missing, empty, too large, damaged or has other columns.
    """
    table = open_table(checked_file(path, max_bytes=max_bytes))
    require_columns(_COLUMNS, table.columns, where=str(path))
    if table.type_of("models") != "VARCHAR[]":
        what = f"models is of type {table.type_of('models')}"
        raise InputError(what, where=str(path), way_out="give each session a list of names")
    texts = fetch(
        table,
        {
            **{name: f"coalesce({name}::VARCHAR, '')" for name in ("trace_id", "totals")},
            "models": "to_json(list_sort(coalesce(models, [])))::VARCHAR",
        },
    )
    numbers = number_columns(table, {name: name for name in ("tool_tokens", "system_tokens")})
    ids = tuple(texts["trace_id"].tolist())
    _refuse_bad_ids(ids, where=str(path))
    totals = [_totals(text, f"{path}, session {name}") for name, text in zip(ids, texts["totals"], strict=True)]
    return CodingAgentSessions(
        session_ids=ids,
        models=tuple(tuple(json.loads(text)) for text in texts["models"].tolist()),
        **{name: int_column(column, name=name, where=str(path), least=0) for name, column in numbers.items()},
        **{name: read_only(np.array([row[name] for row in totals], dtype=np.int64)) for name in _TOTALS},
    )


def _refuse_bad_ids(ids: tuple[str, ...], *, where: str) -> None:
    if not ids:
        raise InputError("there is no session in it", where=where, way_out="give a file with at least one row")
    for name, n_rows in Counter(ids).items():
        if not name or n_rows > 1:
            what = f"session {name} stands {n_rows} times" if name else "a session has no trace_id"
            raise InputError(what, where=where, way_out="give each session one row with its id")


def _totals(text: str, where: str) -> dict[str, int]:
    """Return the numbers of one session's totals."""
    try:
        record = LogRecord(json.loads(text), where)
    except ValueError as error:
        raise InputError(f"totals is {text[:60]!r}", where=where, way_out="give the totals as JSON") from error
    totals = {}
    for ours, theirs in _TOTALS.items():
        number = record.tokens(theirs)
        if number is None:
            raise record.refusal(f"totals has no {theirs}", "give all numbers, 0 where there is nothing")
        totals[ours] = number
    return totals


def find_disagreements(
    sessions: CodingAgentSessions, stream: RequestStream, *, threads: str = "all"
) -> tuple[Disagreement, ...]:
    """Return where the requests do not add up to what the sessions' file says.

    Parameters
    ----------
    sessions
        From `read_coding_agent_sessions`.
    stream
        From `read_coding_agent`.
    threads
        What the stream was read with; ``main`` leaves the facts about sub-agents out.

    Returns
    -------
    tuple
        In order of session id, empty when all agrees. Models are compared where the stream knows all of them.
        O(n_requests).

    Raises
    ------
    InputError
        Unknown `threads`, or a stream without session ids.
    """
    one_of(threads, THREADS, name="threads")
    if not stream.session_ids:
        raise InputError("the stream has no session ids", where=stream.name, way_out="read it with read_coding_agent")
    facts = [name for name in _TOTALS if threads == "all" or name.startswith("main_")]
    return tuple(_differences(_said(sessions, facts), _counted(stream, facts)))


def _said(sessions: CodingAgentSessions, facts: list[str]) -> dict[str, dict[str, Any]]:
    return {
        name: {**{fact: int(getattr(sessions, fact)[row]) for fact in facts}, "models": sessions.models[row]}
        for row, name in enumerate(sessions.session_ids)
    }


def _counted(stream: RequestStream, facts: list[str]) -> dict[str, dict[str, Any]]:
    """Return the same facts from the requests, one dict for each main thread."""
    start = np.flatnonzero(stream.is_first)
    sums = {name: np.add.reduceat(getattr(stream, name), start) for name in ("prompt_tokens", "completion_tokens")}
    models = _models_of(stream)
    counted: dict[str, dict[str, Any]] = {}
    for row, name in enumerate(stream.session_ids):
        thread, _, agent = name.partition("/")
        if agent and "n_sub_agents" not in facts:
            continue
        own = counted.setdefault(thread, dict.fromkeys(facts, 0))
        for tokens, sum_ in sums.items():
            own[f"{'sub' if agent else 'main'}_{tokens}"] += int(sum_[row])
        if agent:
            own["n_sub_agents"] += 1
        elif models:
            own["models"] = models[row]
    return counted


def _models_of(stream: RequestStream) -> list[tuple[str, ...]]:
    """Return each session's models, sorted; none when the model of any request is unknown."""
    logged = stream.logged
    if logged is None or logged.model_code is None or (logged.model_code == UNKNOWN_MODEL).any():
        return []
    models: list[tuple[str, ...]] = [()] * stream.n_sessions
    for session, code in np.unique(np.stack((stream.session, logged.model_code), axis=1), axis=0).tolist():
        models[session] = (*models[session], logged.model_names[code])
    return models


def _differences(
    said: Mapping[str, Mapping[str, Any]], counted: Mapping[str, Mapping[str, Any]]
) -> Iterator[Disagreement]:
    for name in sorted({*said, *counted}):
        if name not in said or name not in counted:
            yield Disagreement(name, "session", name in said, name in counted)
            continue
        for fact, number in counted[name].items():
            if said[name][fact] != number:
                yield Disagreement(name, fact, said[name][fact], number)
