"""Two worlds of `worlds.py`, whose command has them all; and what it found, once each."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from hardening.worlds import SHORT, commands, differences
from paretocode._files import engine_path, literal_path, one_at_a_time
from paretocode.cli import talk
from paretocode.errors import InputError, UsageError
from paretocode.release.words import one_line
from paretocode.stream import load_stream, write_stream_table
from paretocode.stream.stream import request_stream

NO_UTF8 = os.fsdecode(b"caf\xe9")


def test_commands_answer_the_same_in_two_worlds(tmp_path: Path) -> None:
    assert differences(SHORT, tmp_path, commands(is_short=True)) == []


def test_another_answer_is_found(tmp_path: Path) -> None:
    # A file of the second world, which is not there yet while the first one runs.
    second = (tmp_path / "world1") / os.fsdecode(SHORT[1].folder) / "models.csv"
    found = differences(SHORT, tmp_path, [["catalogue", "show", str(second)]])
    assert [sentence.split(": ")[:2] for sentence in found] == [
        [world, f"catalogue show {second}"] for world in ("plain", "ASCII in Nepal")
    ]
    assert "models.csv: code 2: " in found[0]
    assert "models.csv: code 0 and not 2: " in found[1]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_never_holds_a_question_mark_for_a_letter(encoding: str) -> None:
    document = {"name": f"été 日 {NO_UTF8}"}
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    stream.write(talk.encodable(json.dumps(document, ensure_ascii=False), stream))
    stream.seek(0)
    assert json.loads(stream.read()) == document


def test_a_name_that_is_no_text_is_refused_where_the_engine_reads_or_writes(tmp_path: Path) -> None:
    folder = tmp_path / NO_UTF8
    folder.mkdir()
    stream = request_stream(session=[0], time_s=[0.0], prompt_tokens=[1], completion_tokens=[1])
    for name in ("log.csv", "log.parquet"):
        with pytest.raises(InputError, match=rf"{name}: its name, or .* no UTF-8; rename it, or work in another"):
            write_stream_table(stream, folder / name)
        (folder / name).write_bytes(b"session,time_s,prompt_tokens,completion_tokens\na,0,1,1\n")
        with pytest.raises(InputError, match="no UTF-8; rename it"):
            load_stream("table", folder / name)
    for told in (engine_path, literal_path):
        with pytest.raises(InputError, match="no UTF-8"):
            told(folder)
    with one_at_a_time(folder):
        pass


def test_a_name_typed_where_there_is_only_ascii_is_the_name() -> None:
    assert one_line(os.fsdecode("René".encode()).encode().decode(), "--by") == "René"
    assert one_line("Ren\udcc3\udca9 ", "--by") == "René"
    with pytest.raises(UsageError, match="--by holds a control character"):
        one_line("Ren\udce9", "--by")
