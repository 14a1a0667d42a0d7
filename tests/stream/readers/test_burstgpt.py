"""BurstGPT: both layouts, failed answers, totals that must add up, and what the reader does not claim."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.stream.readers.burstgpt import read_burstgpt

FIRST = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
SECOND = "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
TALK, CALL = "Conversation log", "API log"


def written(folder: Path, text: str, name: str = "burst.csv") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def sentence_of(file: Path, **options: int) -> str:
    with pytest.raises(InputError) as refusal:
        read_burstgpt(file, **options)
    return str(refusal.value).removeprefix(str(file))


def test_the_first_layout_names_no_sessions(tmp_path: Path) -> None:
    rows = f"45,ChatGPT,1087,230,1317,{TALK}\n5,ChatGPT,472,18,490,{TALK}\n118,GPT-4,417,0,417,{CALL}\n"
    stream = read_burstgpt(written(tmp_path, FIRST + rows))
    assert stream.time_s.tolist() == [5.0, 45.0, 118.0]
    assert stream.prompt_tokens.tolist() == [472, 1087, 417]
    assert stream.completion_tokens.tolist() == [18, 230, 0]
    assert (stream.n_sessions, stream.session_ids, stream.name) == (3, (), "burstgpt")
    assert stream.is_omitted.all()
    assert stream.logged is not None
    assert stream.logged.model_names == ("ChatGPT", "GPT-4")
    assert stream.logged.model_code is not None
    assert stream.logged.is_failed is not None
    assert stream.logged.model_code.tolist() == [0, 0, 1]
    assert stream.logged.is_failed.tolist() == [False, False, True]
    assert stream.logged.answer_s is None
    assert stream.notes == (
        "the log names no sessions, so every request is one of its own",
        "requests with an empty answer, kept and marked as failed: 1 of 3",
        "the log holds no text, so prefix_tokens is 0 throughout: no cache can help",
    )


SESSIONS = (
    f"100.0,b,43,GPT-4,906,446,1352,{TALK}\n"
    f"101.0,,2,ChatGPT,36,29,65,{CALL}\n"
    f"160.0,b,8,GPT-4,1400,123,1523,{TALK}\n"
    f"130.0,a,,ChatGPT,935,178,1113,{TALK}\n"
    f"170.0,b,3,GPT-4,700,1,701,{TALK}\n"
)


def test_the_second_layout_names_sessions_and_answer_times(tmp_path: Path) -> None:
    stream = read_burstgpt(written(tmp_path, SECOND + SESSIONS))
    assert stream.session_ids == ("a", "b", "")
    assert stream.session.tolist() == [0, 1, 1, 1, 2]
    assert stream.time_s.tolist() == [130.0, 100.0, 160.0, 170.0, 101.0]
    assert stream.prefix_tokens.tolist() == [0] * 5
    assert stream.logged is not None
    assert stream.logged.answer_s is not None
    assert stream.logged.answer_s.tolist() == pytest.approx([np.nan, 43.0, 8.0, 3.0, 2.0], nan_ok=True)
    assert stream.notes[0] == "requests without a session id, each a session of its own: 1"
    assert len(stream.notes) == 2


def test_growth_is_an_assumption_that_must_be_asked_for(tmp_path: Path) -> None:
    stream = read_burstgpt(written(tmp_path, SECOND + SESSIONS), assume_growth=True)
    assert stream.prefix_tokens.tolist() == [0, 0, 906, 700, 0]
    assert stream.notes[-1].startswith("prefix_tokens is an assumption")


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    file = written(tmp_path, "Response tokens,Timestamp,Request tokens\n3,1,7\n")
    stream = read_burstgpt(file)
    assert (stream.prompt_tokens.tolist(), stream.completion_tokens.tolist()) == ([7], [3])
    assert stream.logged is not None
    assert stream.logged.columns().keys() == {"is_failed"}


def test_packed_files_and_large_numbers(tmp_path: Path) -> None:
    file = tmp_path / "burst.csv.gz"
    n = 3 * 2**31
    file.write_bytes(gzip.compress(f"{FIRST}1,GPT-4,{n},1,{n + 1},{CALL}\n2,,{n},1,,{CALL}\n".encode()))
    stream = read_burstgpt(file)
    assert stream.prompt_tokens.tolist() == [n, n]
    assert int(stream.prompt_tokens.sum()) == 2 * n


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (FIRST, ": there is no request in it; give a log with at least one row."),
        (
            FIRST.replace("Request tokens", "Request token") + f"5,GPT-4,1,2,3,{CALL}\n",
            ": there is no column Request tokens among Timestamp, Model, Request token, Response tokens, Total tokens, "
            "Log Type; did you mean Request token.",
        ),
        (
            FIRST + f"5,GPT-4,1,2,3,{CALL}\n6,GPT-4,-1,2,1,{CALL}\n",
            ": prompt_tokens is -1 in row 2, which is below 0; correct it.",
        ),
        (
            FIRST + f"5,GPT-4,1,many,3,{CALL}\n",
            ": Response tokens is 'many' in row 1, which is no number; write it as a plain number.",
        ),
        (
            FIRST + f"noon,GPT-4,1,2,3,{CALL}\n",
            ": Timestamp is 'noon' in row 1, which is no number; write it as a plain number.",
        ),
        (
            FIRST + f",GPT-4,1,2,3,{CALL}\n",
            ": time_s is nan in row 1, which is not a number; fill it or drop the row.",
        ),
        (
            FIRST + f"5,GPT-4,1,2,3,{CALL}\n6,GPT-4,10,2,13,{CALL}\n7,GPT-4,10,2,2,{CALL}\n",
            ": Total tokens is 13 in row 2, where request and response make 12 (2 such rows); correct the row, or "
            "leave the column Total tokens out.",
        ),
        (
            SECOND + f"5,a,-3,GPT-4,1,2,3,{TALK}\n",
            ": answer_s is -3 in row 1; give a number >= 0, empty if unknown.",
        ),
        (FIRST + f"5,GPT-4,1,2,3,{CALL}\n6,GPT-4\n", ", line 3: the row has 2 cells and the header 6; repair the row."),
    ],
)
def test_slips(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence_of(written(tmp_path, text)) == sentence


def test_the_file_itself(tmp_path: Path) -> None:
    file = tmp_path / "burst.csv.gz"
    whole = gzip.compress((FIRST + f"5,GPT-4,1,2,3,{CALL}\n" * 20_000).encode())
    file.write_bytes(whole[: len(whole) // 2])
    assert sentence_of(file) == (": the compressed file is cut short or damaged; fetch or export the file again.")
    assert sentence_of(file, max_bytes=10).startswith(f": the file has {len(whole) // 2} bytes and the limit is 10;")
    assert sentence_of(tmp_path / "none.csv").endswith("there is no such file; check the path.")


ROWS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["", "x", "y"]), st.integers(0, 3), st.integers(0, 2)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_it_is_the_plain_reading(tmp_path: Path, rows: list[tuple[int, str, int, int]]) -> None:
    lines = [f"{t},{name},1,GPT-4,{p},{c},{p + c},{TALK}" for t, name, p, c in rows]
    file = written(tmp_path, SECOND + "\n".join(lines) + "\n")
    by_session: dict[str, list[tuple[float, int, int]]] = defaultdict(list)
    with file.open() as lines_of:
        for number, row in enumerate(csv.DictReader(lines_of)):
            key = row["Session ID"] or f"row {number}"
            by_session[key].append((float(row["Timestamp"]), int(row["Request tokens"]), int(row["Response tokens"])))
    expected = sorted(sorted(own, key=lambda request: request[0]) for own in by_session.values())

    stream = read_burstgpt(file, assume_growth=True)
    assert stream.logged is not None
    assert stream.logged.is_failed is not None
    columns = (stream.time_s, stream.prompt_tokens, stream.completion_tokens)
    requests = [tuple(column[row] for column in columns) for row in range(len(stream))]
    found = [[requests[row] for row in np.flatnonzero(stream.session == n)] for n in range(stream.n_sessions)]
    assert sorted(found) == expected
    assert stream.logged.is_failed.tolist() == [completion == 0 for _, _, completion in requests]
    for own in found:
        assert own == sorted(own, key=lambda request: request[0])
    for row, is_first in enumerate(stream.is_first):
        least = 0 if is_first else min(stream.prompt_tokens[row - 1], stream.prompt_tokens[row])
        assert stream.prefix_tokens[row] == least
