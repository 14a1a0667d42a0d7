"""Some files of `bombs.py` and `odd_files.py`, whose commands have them all; and what they found, once each.

Both run commands in children of a process with one thread, so they are programs of their own here too.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from hardening import bombs
from hardening.bombs import Ended, wrong_end
from paretocode._files import json_bytes, parse_json, parse_toml, plain_bytes, sha256_of_file
from paretocode.catalogue import load_catalogue
from paretocode.errors import InputError, SealError
from paretocode.evidence.outcomes import _csv
from paretocode.result import open_result, seal_result
from paretocode.stream import _memory, load_stream

HARDENING = Path(bombs.__file__).parent
ROWS = b"session_id,time_s,prompt_tokens,completion_tokens\n" + b"a,0,1,1\n" * 200_000


@pytest.mark.parametrize("program", ["bombs.py", "odd_files.py"])
def test_every_command_ends_in_a_sentence(program: str) -> None:
    command = [sys.executable, str(HARDENING / program), "--short"]
    environment = {**os.environ, "PYTHONPATH": f"{HARDENING.parents[1]}:{HARDENING.parent}"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["commands"] > 15


@pytest.mark.parametrize(
    ("code", "said", "peak_bytes", "seconds"),
    [
        (70, "error: this is a bug", 0, 0),
        (-9, "", 0, 0),
        (1, "Traceback (most recent call last):", 0, 0),
        (2, "nothing of ours", 0, 0),
        (2, "error: \x1b[31m", 0, 0),
        (0, "", 4_000_000_000, 0),
        (0, "", 0, 1_000),
    ],
)
def test_a_wrong_end_is_found(code: int, said: str, peak_bytes: int, seconds: float) -> None:
    assert wrong_end(Ended(code=code, said=said, peak_bytes=peak_bytes, seconds=seconds))
    assert not wrong_end(Ended(code=2, said="error: log.csv: no; mend it.", peak_bytes=1, seconds=1))


@pytest.mark.parametrize("ending", ["csv.gz", "parquet"])
def test_more_rows_than_memory_are_refused_with_their_number(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"log.{ending}"
    (tmp_path / "log.csv").write_bytes(ROWS)
    if ending == "parquet":
        duckdb.sql(f"COPY (FROM '{tmp_path / 'log.csv'}') TO '{path}'")
    else:
        path.write_bytes(gzip.compress(ROWS))
    assert len(load_stream("table", path)) == 200_000
    monkeypatch.setattr(_memory, "memory_bytes", lambda: 5_000_000)
    with pytest.raises(
        InputError, match=r"it has [\d,]{6,7} rows or more, which need at least [\d.]+ GB as one stream, and"
    ):
        load_stream("table", path)


def test_the_memory_of_this_machine_is_known() -> None:
    assert 2**20 < _memory.memory_bytes() < 2**63


def test_a_header_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(b"a" * 2**21))
    with pytest.raises(InputError, match=r"the header has more than 1,048,576 characters"):
        load_stream("table", path)


def test_a_catalogue_of_endless_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "models.parquet"
    duckdb.sql(f"COPY (SELECT repeat('x', 100000) AS model_id FROM range(10000)) TO '{path}'")
    with pytest.raises(InputError, match=r"it has 10,000 rows with 1,000,000,000 bytes of text, over the limits of"):
        load_catalogue(path)


def test_outcomes_have_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_csv, "_MAX_CHARS", 100)
    path = tmp_path / "outcomes.csv.gz"
    path.write_bytes(gzip.compress(b"question,model,score\n" + b"q,a,1\n" * 50))
    with pytest.raises(InputError, match="it has more than 100 characters; keep the columns"):
        _csv.read_csv(path)


@pytest.mark.parametrize("kind", ["/dev/zero", "pipe", "folder"])
def test_what_is_no_file_is_not_read(kind: str, tmp_path: Path) -> None:
    path = Path(kind) if kind.startswith("/") else tmp_path / kind
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    with pytest.raises((InputError, IsADirectoryError)):
        plain_bytes(path, limit=10, way_out="name a file")
    if kind != "folder":
        with pytest.raises(InputError, match="no plain file"):
            _csv.read_csv(path)


def test_a_file_that_grew_is_not_read_beyond_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_bytes(b"x" * 11)
    with pytest.raises(InputError, match="it has more than 10 bytes; name a file"):
        plain_bytes(path, limit=10, way_out="name a file")


def test_what_the_interpreter_stops_is_said_in_plain_words() -> None:
    for parse, deep, digits in (
        (parse_json, b"[" * 100_000, b"9" * 5_000),
        (parse_toml, b"a = " + b"[" * 100_000, b"a = " + b"9" * 5_000),
    ):
        with pytest.raises(ValueError, match=r"^it is nested too deeply$"):
            parse(deep)
        with pytest.raises(ValueError, match=r"^a number has too many digits$"):
            parse(digits)


def test_a_key_of_very_many_parts_is_refused_before_it_is_read() -> None:
    assert parse_toml(b"a" + b".a" * 99 + b" = 1")
    with pytest.raises(ValueError, match=r"^a key has more than 100 parts$"):
        parse_toml(b"a" + b" . 'a'" * 100 + b" = 1")
    prose = "one. Two words. " * 200
    assert parse_toml(f'a = "{prose}"'.encode())["a"] == prose


def test_a_header_of_very_many_names_is_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b",".join(b"c%d" % n for n in range(20_000)) + b",c7\n")
    with pytest.raises(InputError, match=r"the header names c7 twice"):
        load_stream("table", path)


def test_a_key_twice_is_found_at_once() -> None:
    with pytest.raises(ValueError, match=r"^key 'k49999' stands twice$"):
        parse_json(b"{" + b",".join(b'"k%d":1' % n for n in range(50_000)) + b',"k49999":1}')


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    folder = tmp_path / "result"
    folder.mkdir()
    for name in ("metrics.json", "tier_map.json"):
        (folder / name).write_bytes(json_bytes({}))
    seal_result(folder, ["metrics.json", "tier_map.json"], {})
    return folder


def test_a_link_out_of_a_sealed_folder_breaks_the_seal(sealed: Path) -> None:
    assert open_result(sealed).altered_files() == []
    outside = shutil.move(sealed / "metrics.json", sealed.parent / "elsewhere.json")
    (sealed / "metrics.json").symlink_to(outside)
    assert sha256_of_file(sealed / "metrics.json") == open_result(sealed).digests["metrics.json"]
    with pytest.raises(SealError, match=r"metrics.json is a link out of the folder, or changed after the"):
        open_result(sealed).refuse_alteration()


def test_a_folder_that_is_reached_by_a_link_and_a_link_within_it_keep_the_seal(sealed: Path) -> None:
    shutil.move(sealed / "metrics.json", sealed / "kept.json")
    (sealed / "metrics.json").symlink_to("kept.json")
    (sealed.parent / "latest").symlink_to(sealed)
    open_result(sealed.parent / "latest").refuse_alteration()


def test_links_and_pipes_are_no_part_of_a_result(sealed: Path) -> None:
    (sealed / "dangling").symlink_to("nowhere")
    (sealed / "up").symlink_to("..")
    os.mkfifo(sealed / "pipe")
    assert open_result(sealed).extra_files() == ["dangling", "pipe", "up"]
