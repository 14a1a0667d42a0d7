"""The coding agent's second file: what it says of sessions, and where the requests say something else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.stream.readers.coding_agent import read_coding_agent
from paretocode.stream.readers.coding_agent_sessions import (
    CodingAgentSessions,
    Disagreement,
    find_disagreements,
    read_coding_agent_sessions,
)

TOTALS = (
    '{"parent_tokens": {"input": 30, "output": 5}, "subagent_tokens": {"input": 7, "output": 1}, "subagent_count": 1}'
)
NO_AGENTS = TOTALS.replace("7", "0").replace('"output": 1', '"output": 0').replace("1}", "0}").replace("30", "40")
SESSIONS = [("a", ["m2", "m1"], 12, 3, TOTALS), ("b", ["m1"], 10, 2, NO_AGENTS)]
REQUESTS = [
    ("a", None, 0, 0.0, "m1", 10, 2, 0, 1.5),
    ("a", None, 1, 9.0, "m2", 20, 3, 8, None),
    ("a", "agent_001", 0, 4.0, "m9", 7, 1, 0, 300.03),
    ("b", None, 0, 0.0, "m1", 40, 5, 0, 299.9),
]


def parquet(file: Path, columns: str, rows: list[tuple[object, ...]]) -> Path:
    with duckdb.connect() as engine:
        engine.execute(f"CREATE TABLE log ({columns})")
        if rows:
            engine.executemany(f"INSERT INTO log VALUES ({', '.join('?' * len(rows[0]))})", rows)
        engine.execute(f"COPY log TO '{file}' (FORMAT parquet)")
    return file


def sessions_file(folder: Path, rows: list[tuple[object, ...]], models: str = "VARCHAR[]") -> Path:
    columns = f"trace_id VARCHAR, models {models}, tool_tokens BIGINT, system_tokens BIGINT, totals VARCHAR"
    return parquet(folder / "sessions.parquet", columns, rows)


def requests_file(folder: Path, rows: list[tuple[object, ...]]) -> Path:
    columns = (
        'trace_id VARCHAR, agent_id VARCHAR, turn BIGINT, t DOUBLE, model VARCHAR, "in" BIGINT, out BIGINT, '
        "d_prefix_prev BIGINT, api_time DOUBLE"
    )
    return parquet(folder / "requests.parquet", columns, rows)


@pytest.fixture
def sessions(tmp_path: Path) -> CodingAgentSessions:
    return read_coding_agent_sessions(sessions_file(tmp_path, SESSIONS))


def test_what_it_says_of_sessions(sessions: CodingAgentSessions) -> None:
    assert len(sessions) == 2
    assert sessions.session_ids == ("a", "b")
    assert sessions.models == (("m1", "m2"), ("m1",))
    assert (sessions.tool_tokens.tolist(), sessions.system_tokens.tolist()) == ([12, 10], [3, 2])
    assert (sessions.main_prompt_tokens.tolist(), sessions.main_completion_tokens.tolist()) == ([30, 40], [5, 5])
    assert (sessions.sub_prompt_tokens.tolist(), sessions.sub_completion_tokens.tolist()) == ([7, 0], [1, 0])
    assert sessions.n_sub_agents.tolist() == [1, 0]
    with pytest.raises(ValueError, match="read-only"):
        sessions.n_sub_agents[0] = 5


def test_requests_say_who_answered_and_how_long_it_took(tmp_path: Path) -> None:
    stream = read_coding_agent(requests_file(tmp_path, REQUESTS))
    assert stream.session_ids == ("a", "a/agent_001", "b")
    assert stream.logged is not None
    assert stream.logged.model_names == ("m1", "m2", "m9")
    assert stream.logged.model_code is not None
    assert stream.logged.answer_s is not None
    assert stream.logged.model_code.tolist() == [0, 1, 2, 0]
    assert stream.logged.answer_s.tolist() == pytest.approx([1.5, np.nan, np.nan, 299.9], nan_ok=True)
    assert stream.notes[-1] == "answer times unknown, of 4: 1 are missing, 1 cut off at 300 s"


def test_files_that_agree(tmp_path: Path, sessions: CodingAgentSessions) -> None:
    file = requests_file(tmp_path, REQUESTS)
    assert find_disagreements(sessions, read_coding_agent(file)) == ()
    assert find_disagreements(sessions, read_coding_agent(file, threads="main"), threads="main") == ()
    assert find_disagreements(sessions, read_coding_agent(file), threads="main") == ()


def test_files_that_do_not(tmp_path: Path, sessions: CodingAgentSessions) -> None:
    other = [REQUESTS[0], ("a", None, 1, 9.0, "m1", 21, 3, 8, None), ("c", None, 0, 0.0, "m1", 1, 1, 0, 1.0)]
    stream = read_coding_agent(requests_file(tmp_path, other))
    assert find_disagreements(sessions, stream) == (
        Disagreement("a", "main_prompt_tokens", 30, 31),
        Disagreement("a", "sub_prompt_tokens", 7, 0),
        Disagreement("a", "sub_completion_tokens", 1, 0),
        Disagreement("a", "n_sub_agents", 1, 0),
        Disagreement("a", "models", ("m1", "m2"), ("m1",)),
        Disagreement("b", "session", True, False),
        Disagreement("c", "session", False, True),
    )


def test_an_unknown_model_is_no_disagreement(tmp_path: Path, sessions: CodingAgentSessions) -> None:
    nameless = [(*row[:4], None if row[0] == "b" else row[4], *row[5:]) for row in REQUESTS]
    assert find_disagreements(sessions, read_coding_agent(requests_file(tmp_path, nameless))) == ()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], ": there is no session in it; give a file with at least one row."),
        ([SESSIONS[0], SESSIONS[0]], ": session a stands 2 times; give each session one row with its id."),
        ([(None, *SESSIONS[0][1:])], ": a session has no trace_id; give each session one row with its id."),
        ([(*SESSIONS[0][:4], "none")], ", session a: totals is 'none'; give the totals as JSON."),
        ([(*SESSIONS[0][:4], "[1]")], ", session a: the row is no JSON object; repair the row."),
        (
            [(*SESSIONS[0][:4], TOTALS.replace("subagent_count", "n"))],
            ", session a: totals has no subagent_count; give all numbers, 0 where there is nothing.",
        ),
        (
            [(*SESSIONS[0][:4], TOTALS.replace("30", "-30"))],
            ", session a: parent_tokens.input is -30, which is below 0; correct it, or leave it empty.",
        ),
        (
            [("a", [], -1, 3, TOTALS)],
            ": tool_tokens is -1 in row 1, which is below 0; correct it.",
        ),
        (
            [("a", [], 1, None, TOTALS)],
            ": system_tokens is nan in row 1, which is not a number; fill it or drop the row.",
        ),
    ],
)
def test_slips(tmp_path: Path, rows: list[tuple[object, ...]], sentence: str) -> None:
    file = sessions_file(tmp_path, rows)
    with pytest.raises(InputError) as refusal:
        read_coding_agent_sessions(file)
    assert str(refusal.value).removeprefix(str(file)) == sentence


def test_the_file_itself(tmp_path: Path, sessions: CodingAgentSessions) -> None:
    with pytest.raises(InputError, match="there is no column models among trace_id, agent_id"):
        read_coding_agent_sessions(requests_file(tmp_path, REQUESTS))
    file = sessions_file(tmp_path, [("a", "m1", 1, 1, TOTALS)], models="VARCHAR")
    with pytest.raises(InputError, match="models is of type VARCHAR; give each session a list of names"):
        read_coding_agent_sessions(file)
    with pytest.raises(InputError, match="bytes and the limit is 10"):
        read_coding_agent_sessions(file, max_bytes=10)
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(InputError, match="cut short or damaged"):
        read_coding_agent_sessions(file)
    stream = read_coding_agent(requests_file(tmp_path, REQUESTS))
    with pytest.raises(InputError, match="threads is 'sub'; use one of all, main"):
        find_disagreements(sessions, stream, threads="sub")
    with pytest.raises(InputError, match="the stream has no session ids; read it with read_coding_agent"):
        find_disagreements(sessions, stream.replace(session_ids=()))
