"""Small files that stand for endless ones: each must end in one sentence, in bounded memory and time.

    PYTHONPATH=.:tests python tests/hardening/bombs.py [--short] [--only WORDS]

Every bomb is a file, or a few, and the command that reads it. The command runs in a process of its own under a limit
of address space; its exit code, its last sentence, its peak of memory and its seconds are looked at. Found is the code
of a bug, a death by signal, a traceback, control characters, more memory or more time than stated here.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import resource
import signal
import sys
import tarfile
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hardening.seeds import log_files
from paretocode.cli.exit_codes import ExitCode
from paretocode.cli.main import VERBS, command_parser
from paretocode.cli.main import main as paretocode

__all__ = ["BOMBS", "Bomb", "Ended", "ended", "exploded", "main", "wrong_end"]

MOST_ADDRESSES = 5 * 2**30
"""Limit of address space [bytes]: the engine reserves much more than it uses."""
MOST_BYTES = 3_500_000_000
"""Most memory that a command may have held at once [bytes]."""
LONGEST_S = 120
_MEMBER = 32 * 2**20

Made = list[list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended: its code (negative: killed by that signal), what it said, and what it took."""

    code: int
    said: str
    peak_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bomb:
    """A file to fear: `make` writes it into a folder and returns the commands that read it."""

    name: str
    make: Callable[[Path], Made]
    is_short: bool = False


def ended(
    command: list[str], folder: Path, *, most_addresses: int = MOST_ADDRESSES, longest_s: int = LONGEST_S
) -> Ended:
    """Run a command in a child of this process, which must have one thread only, in a folder and under limits."""
    said = folder / ".said"
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os._exit(_in_child(command, folder, said, most_addresses))
    code, peak = None, 0
    while code is None:
        number, status, usage = os.wait4(child, os.WNOHANG)
        if number:
            code, peak = os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024
        elif time.monotonic() - started > longest_s:
            os.kill(child, signal.SIGKILL)
            longest_s = 10**6
        else:
            time.sleep(0.005)
    text = said.read_text(encoding="utf-8", errors="replace")
    said.unlink()
    return Ended(code=code, said=text, peak_bytes=peak, seconds=time.monotonic() - started)


def _in_child(command: list[str], folder: Path, said: Path, most_addresses: int) -> int:
    """Return the code of a command, whose answer goes nowhere and whose talk goes into a file."""
    try:
        os.setsid()
        os.chdir(folder)
        os.environ["HOME"] = str(folder)
        with said.open("wb") as talk, open(os.devnull, "r+b") as nothing:
            os.dup2(talk.fileno(), 2)
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 0)
        sys.stdout, sys.stderr = (io.TextIOWrapper(os.fdopen(n, "wb"), encoding="utf-8") for n in (1, 2))
        resource.setrlimit(resource.RLIMIT_AS, (most_addresses, most_addresses))
        try:
            code = int(paretocode(command))
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 - that is what is looked for
        traceback.print_exc()
        sys.stderr.flush()
        code = ExitCode.BUG
    return code


def wrong_end(end: Ended, *, longest_s: int = LONGEST_S) -> str:
    """Return what is wrong with an end, "" if nothing is."""
    last = end.said.strip().split("\n")[-1]
    if end.code < 0:
        return f"ended by signal {-end.code} after {end.seconds:.0f} s: {last[-300:]}"
    if end.code == ExitCode.BUG or end.code not in set(ExitCode) or "Traceback" in end.said:
        return f"code {end.code}: {last[-400:]}"
    if end.code not in (ExitCode.DONE, ExitCode.FOUND) and not last.startswith(("error: ", "warning: ")):
        return f"code {end.code} without a sentence: {last[-300:]!r}"
    if any(not letter.isprintable() for letter in end.said if letter not in "\n\t"):
        return f"control characters: {end.said[-300:]!r}"
    if end.peak_bytes > MOST_BYTES:
        return f"{end.peak_bytes / 1e6:,.0f} MB of memory: {last[-300:]}"
    return f"{end.seconds:.0f} s" if end.seconds > longest_s else ""


def packed(content: bytes, unit: bytes, n_bytes: int) -> bytes:
    """Return gzip of some content and then of a unit again and again; made of members, so that it costs nothing."""
    member = gzip.compress(unit * (_MEMBER // len(unit)), mtime=0)
    return gzip.compress(content, mtime=0) + member * (n_bytes // _MEMBER)


HEADER = b"session_id,time_s,prompt_tokens,completion_tokens\n"
DESCRIBE = ["stream", "describe"]
N_BYTES = 2**30


def _log(file: str, content: bytes, *more: str) -> Callable[[Path], Made]:
    """Return what writes one log; the command describes it."""

    def make(folder: Path) -> Made:
        (folder / file).write_bytes(content)
        return [[*DESCRIBE, file, *more]]

    return make


def _packed_log(file: str, start: bytes, unit: bytes, *more: str) -> Callable[[Path], Made]:
    return _log(file, packed(start, unit, N_BYTES), *more)


def _read_by(content: bytes, *commands: list[str], name: str) -> Callable[[Path], Made]:
    """Return what writes one file that several commands read."""

    def make(folder: Path) -> Made:
        (folder / name).write_bytes(content)
        return [list(command) for command in commands]

    return make


def _maps(content: bytes) -> Callable[[Path], Made]:
    commands = (["lint", "b.json"], ["diff", "documented", "b.json"], ["verify", "b.json"], ["replay", "b.json"])
    return _read_by(content, *commands, ["catalogue", "show", "b.json"], ["catalogue", "lint", "b.json"], name="b.json")


def _settings(content: bytes) -> Callable[[Path], Made]:
    commands = (["replay", "--operations", "b.toml"], ["catalogue", "show", "b.toml"], ["catalogue", "lint", "b.toml"])
    return _read_by(content, *commands, ["tune", "b.toml", "--no-figures"], name="b.toml")


def _rows(n_rows: int) -> Callable[[Path], Made]:
    """Return what writes a Parquet file of very many equal rows, which takes some kilobytes."""

    def make(folder: Path) -> Made:
        row = "'a' AS session_id, 0.0 AS time_s, 1 AS prompt_tokens, 1 AS completion_tokens"
        with duckdb.connect() as engine:
            target = f"'{folder / 'b.parquet'}' (FORMAT parquet, ROW_GROUP_SIZE {n_rows})"
            engine.execute(f"COPY (SELECT {row} FROM range({n_rows})) TO {target}")
        return [[*DESCRIBE, "b.parquet"], ["catalogue", "show", "b.parquet"], ["replay", "--stream", "b.parquet"]]

    return make


def _catalogue_rows(folder: Path) -> Made:
    """A catalogue whose one name, of a megabyte, stands in a million rows."""
    with duckdb.connect() as engine:
        target = f"'{folder / 'b.parquet'}' (FORMAT parquet)"
        engine.execute(f"COPY (SELECT repeat('x', 1000000) AS model_id FROM range(100000)) TO {target}")
    return [["catalogue", "show", "b.parquet"], ["catalogue", "lint", "b.parquet"]]


def _lying_footer(folder: Path) -> Made:
    """A Parquet file of 20,000 rows whose footer says 2,000,000,000."""
    told = _rows(20_000)(folder)
    path = folder / "b.parquet"
    content = path.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    head, tail = content[:footer], content[footer:-8]
    tail = tail.replace(_varint(2 * 20_000), _varint(2 * 2_000_000_000))
    path.write_bytes(head + tail + len(tail).to_bytes(4, "little") + b"PAR1")
    return told


def _varint(number: int) -> bytes:
    found = bytearray()
    while number >= 128:
        found.append(number % 128 + 128)
        number //= 128
    return bytes([*found, number])


def _nested_columns(folder: Path) -> Made:
    """Parquet whose one column is a list of lists, 200 deep, and another with a thousand columns."""
    with duckdb.connect() as engine:
        engine.execute(f"COPY (SELECT {'[' * 200}1{']' * 200} AS session_id) TO '{folder / 'b.parquet'}'")
        columns = ", ".join(f"1 AS c{n}" for n in range(3_000))
        engine.execute(f"COPY (SELECT {columns}) TO '{folder / 'wide.parquet'}'")
    return [[*DESCRIBE, "b.parquet"], [*DESCRIBE, "wide.parquet"], ["catalogue", "show", "b.parquet"]]


def _tar(size: int) -> Callable[[Path], Made]:
    """A tarball of models.dev whose one member is sparse and claims this size."""

    def make(folder: Path) -> Made:
        info = tarfile.TarInfo("providers/a/models/b.toml")
        info.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.size": str(size)}
        info.pax_headers |= {"GNU.sparse.map": "0,4", "GNU.sparse.numblocks": "1"}
        info.size = 4
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
            archive.addfile(info, io.BytesIO(b"a=1\n"))
        (folder / "models.dev_2026-07-02.tar.gz").write_bytes(made.getvalue())
        return [["catalogue", "show", "models.dev_2026-07-02.tar.gz"]]

    return make


def _nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


_DEEP = _nested(100_000)
_DEEP_OBJECTS = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
_DIGITS = b"9" * 1_000_000
_KEYS = json.dumps({f"k{n}": n for n in range(1_000_000)}).encode()
_TWICE = b"{" + b",".join(b'"k%d":1' % n for n in range(200_000)) + b',"k199999":1}'
_JSON_READERS = ("openrouter_generations", "otel", "litellm", "vllm_semantic_router", "mooncake")


def _every_json_reader(content: bytes) -> Callable[[Path], Made]:
    def make(folder: Path) -> Made:
        told = []
        for reader, (file, _) in log_files().items():
            if reader in _JSON_READERS:
                (folder / file).write_bytes(content + b"\n")
                told.append([*DESCRIBE, file, "--reader", reader])
        (folder / "b.ndjson").write_bytes(content + b"\n")
        return [*told, [*DESCRIBE, "b.ndjson"]]

    return make


BOMBS = (
    Bomb(name="gz log, a header without end", make=_packed_log("b.csv.gz", b"", b"a"), is_short=True),
    Bomb(name="gz log, a row without end", make=_packed_log("b.csv.gz", HEADER, b"1")),
    Bomb(name="gz log, rows without end", make=_packed_log("b.csv.gz", HEADER, b"a,0,1,1\n")),
    Bomb(name="gz log, blank rows without end", make=_packed_log("b.csv.gz", HEADER, b"\n")),
    Bomb(name="gz NDJSON, a row without end", make=_packed_log("b.ndjson.gz", b'{"a": "', b"1"), is_short=True),
    Bomb(name="gz NDJSON, spaces", make=_packed_log("b.ndjson.gz", b"", b" ")),
    Bomb(name="gz NDJSON, rows without end", make=_packed_log("b.ndjson.gz", b"", b'{"session_id": 1}\n')),
    Bomb(name="gz spans, spaces", make=_packed_log("b.json.gz", b"", b" ", "--reader", "otel")),
    Bomb(name="gz spans, lines", make=_packed_log("b.json.gz", b"", b"\n", "--reader", "otel")),
    Bomb(name="gz spans, a text without end", make=_packed_log("b.json.gz", b'{"a": "', b"1", "--reader", "otel")),
    Bomb(name="gz spans, brackets", make=_packed_log("b.json.gz", b"", b"[", "--reader", "litellm")),
    Bomb(
        name="gz catalogue",
        make=_read_by(packed(b'{"data": [', b" ", N_BYTES), ["catalogue", "show", "b.json.gz"], name="b.json.gz"),
        is_short=True,
    ),
    Bomb(
        name="gz outcomes",
        make=_read_by(
            packed(b"question,model,score\n", b"q,a,1\n", N_BYTES),
            ["evidence", "outcomes", "b.csv.gz", "--candidate=a", "--baseline=b", "--margin=0", "--range", "0", "1"],
            name="b.csv.gz",
        ),
    ),
    Bomb(name="sparse tarball", make=_tar(10**12), is_short=True),
    Bomb(name="Parquet, 120,000,000 equal rows", make=_rows(120_000_000)),
    Bomb(name="Parquet, a name of a megabyte in each row", make=_catalogue_rows),
    Bomb(name="Parquet, a footer that lies", make=_lying_footer, is_short=True),
    Bomb(name="Parquet, nested and wide", make=_nested_columns),
    Bomb(name="JSON map, lists in lists", make=_maps(_DEEP), is_short=True),
    Bomb(name="JSON map, objects in objects", make=_maps(_DEEP_OBJECTS)),
    Bomb(name="JSON map, digits", make=_maps(b'{"format": ' + _DIGITS + b"}"), is_short=True),
    Bomb(name="JSON map, keys", make=_maps(_KEYS)),
    Bomb(name="JSON map, a key twice", make=_maps(_TWICE)),
    Bomb(name="JSON log, lists in lists", make=_every_json_reader(_DEEP)),
    Bomb(name="JSON log, objects in objects", make=_every_json_reader(_DEEP_OBJECTS)),
    Bomb(name="JSON log, digits", make=_every_json_reader(b'{"a": ' + _DIGITS + b"}")),
    Bomb(name="JSON log, keys", make=_every_json_reader(_KEYS)),
    Bomb(name="TOML, lists in lists", make=_settings(b"a = " + _DEEP), is_short=True),
    Bomb(name="TOML, tables in tables", make=_settings(b"a = " + b"{a=" * 50_000 + b"1" + b"}" * 50_000)),
    Bomb(name="TOML, digits", make=_settings(b"a = " + _DIGITS[:900_000])),
    Bomb(name="TOML, dots", make=_settings(b"a" + b".a" * 20_000 + b" = 1")),
    Bomb(name="TOML, keys", make=_settings(b"".join(b"k%d = 1\n" % n for n in range(80_000)))),
    Bomb(
        name="CSV, a header of 100,000 names", make=_log("b.csv", b",".join(b"c%d" % n for n in range(100_000)) + b"\n")
    ),
)
"""All bombs."""


def preload() -> None:
    """Import what commands import, in one thread, so that a child starts at once."""
    command_parser(VERBS)


def exploded(
    bombs: tuple[Bomb, ...], folder: Path, tell: Callable[[str, Ended], None] = lambda _words, _end: None
) -> tuple[list[str], list[Ended]]:
    """Run the commands of bombs; return what was found, and how each ended. `tell` hears of each as it ends."""
    preload()
    found, ends = [], []
    for bomb in bombs:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            for command in _made(bomb, Path(name)):
                end = ended(command, Path(name))
                words = f"{bomb.name}: {' '.join(command)}"
                ends.append(end)
                tell(words, end)
                if wrong := wrong_end(end):
                    found.append(f"{words}: {wrong}")
    return found, ends


def _made(bomb: Bomb, folder: Path) -> Made:
    """Make a bomb in a child: what the engine reserves there would count against the limit of every command."""
    child = os.fork()
    if child == 0:
        (folder / ".commands").write_text(json.dumps(bomb.make(folder)), encoding="utf-8")
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit(f"the bomb {bomb.name} could not be made")
    told: Made = json.loads((folder / ".commands").read_text(encoding="utf-8"))
    return told


def _tell(words: str, end: Ended) -> None:
    last = end.said.strip().split("\n")[-1][:300]
    told = f"{words}: {end.code}, {end.peak_bytes / 1e6:.0f} MB, {end.seconds:.1f} s: {last}"
    print(told, file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the bombs, print what was found and the most that one took; return 1 if anything was found."""
    parser = argparse.ArgumentParser(description="read small files that stand for endless ones")
    parser.add_argument("--short", action="store_true", help="those that the tests run")
    parser.add_argument("--only", default="", help="take the bombs with these words in their names")
    parser.add_argument("--tell", action="store_true", help="say how each command ended")
    given = parser.parse_args(arguments)
    chosen = tuple(b for b in BOMBS if given.only in b.name and (b.is_short or not given.short))
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        found, ends = exploded(chosen, Path(name), _tell if given.tell else lambda _words, _end: None)
    for sentence in found:
        print(sentence, file=sys.stderr)
    answer = {
        "bombs": len(chosen),
        "commands": len(ends),
        "most MB": round(max(end.peak_bytes for end in ends) / 1e6),
        "longest s": round(max(end.seconds for end in ends), 1),
        "found": len(found),
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(answer))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
