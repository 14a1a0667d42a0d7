"""What only looks like a file: pipes, sockets, devices, links of every kind, and names that no terminal should show.

    PYTHONPATH=.:tests python tests/hardening/odd_files.py [--short] [--tell]

Every place of a command where a file or folder is named is given each kind, and so is each file inside a result. A pipe
must not be waited for, a device not be read to its end, a link out of a sealed folder not be followed in silence. How
ends are judged, see `bombs.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hardening.bombs import Ended, ended, preload, wrong_end
from paretocode.cli.exit_codes import ExitCode

__all__ = ["COMMANDS", "INSIDE", "KINDS", "SHORT_COMMANDS", "SHORT_KINDS", "made_result", "main", "odd_ends"]

LONGEST_S = 20
PLACE = "PLACE"

COMMANDS = (
    ".csv stream describe PLACE",
    ".csv.gz stream describe PLACE",
    ".parquet stream describe PLACE",
    ".ndjson stream describe PLACE",
    ".jsonl stream describe PLACE --reader litellm",
    ".json stream describe PLACE --reader otel",
    ".csv stream partition PLACE --parts 1 --out parts",
    ".csv stream compare PLACE --with preset:chat",
    ".csv stream synthesise --requests 10 --out PLACE",
    ".json lint PLACE",
    ".toml lint documented --catalogue PLACE",
    ".toml catalogue show PLACE",
    ".csv catalogue show PLACE",
    ".parquet catalogue show PLACE",
    ".json catalogue show PLACE",
    ".json.gz catalogue show PLACE",
    ".yml catalogue show PLACE",
    ".tar.gz catalogue show PLACE --source models.dev",
    ".json catalogue lint PLACE",
    ".toml catalogue lint PLACE",
    ".csv catalogue history PLACE",
    ".json catalogue history PLACE",
    ".csv catalogue convert bundled --out PLACE",
    ".toml tune PLACE --no-figures",
    ".json replay PLACE",
    ".csv replay --stream PLACE",
    ".toml replay --requests 10 --operations PLACE",
    ".json compare PLACE",
    ".json diff documented PLACE",
    ".json diff PLACE documented",
    ".csv evidence feedback PLACE --map documented",
    ".csv evidence outcomes PLACE --candidate a --baseline b",
    ".csv evidence drift RESULT --stream PLACE",
    ".csv evidence coverage PLACE --experiment RESULT",
    ".json evidence show PLACE",
    ".toml gate RESULT --gates PLACE",
    ".json prepare RESULT --supersedes PLACE",
    " prepare RESULT --team PLACE",
    ".key approve RESULT --by a --reason b --sign-key PLACE",
    " approve RESULT --by a --reason b --team PLACE",
    ".json revoke PLACE --by a --reason b",
    ".json export PLACE --out out",
    " verify PLACE",
    ".json verify PLACE",
    ".signers verify RESULT --allowed-signers PLACE",
    ".json verify RESULT --in-force PLACE",
    ".jsonl log PLACE",
    ".html report RESULT --out PLACE",
)
"""The ending of a name, and a command in which it stands."""
SHORT_COMMANDS = (
    ".csv stream describe PLACE",
    ".json lint PLACE",
    ".toml replay --requests 10 --operations PLACE",
    ".signers verify RESULT --allowed-signers PLACE",
)
SHORT_KINDS = ("pipe", "device", "link to itself", "control characters", "no text")
INSIDE = ("manifest.json", "metrics.json", "tier_map.json", "approvals/a.json", "maps/a.json", "odd")
"""Files in the folder of a result that are replaced."""
INSIDE_COMMANDS = ("verify RESULT", "compare RESULT", "gate RESULT", "report RESULT --out it.html", "rollout RESULT")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        before = Path.cwd()
        os.chdir(path.parent)  # the name of a socket has a hundred characters at most
        made.bind(path.name)
        os.chdir(before)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


KINDS: dict[str, Callable[[Path], None]] = {
    "pipe": os.mkfifo,
    "socket": _socket,
    "device": _to("/dev/zero"),
    "terminal": _to("/dev/tty"),
    "link to nothing": _to("nowhere"),
    "link to itself": _loop,
    "link to a folder": _to("."),
    "folder": Path.mkdir,
}
"""What may stand in a file's place."""
NAMES = {
    "control characters": b"\x1b[31m\x07",
    "lines": b"a\nb\r",
    "no text": b"caf\xe9",
    "right to left": "\u202egpj".encode(),
    "dash": b"-x",
    "wildcards": b"[a]*?{b}",
    "quotes": b"'\"`$(x);",
    "long": b"x" * 230,
    "too long": b"x" * 300,
}
"""Names of a file that is there but of no use."""


def made_result(folder: Path) -> Path:
    """Run the smallest experiment and return its result."""
    command = [sys.executable, "-m", "paretocode.sim", "--scale", "smoke", "--no-figures", "--quiet", "--out"]
    subprocess.run([*command, str(folder)], check=True, capture_output=True)
    return next(folder.glob("quickstart/*/manifest.json")).parent


def _written(pattern: str, place: Path, name: bytes, kind: str) -> list[str]:
    """Make an odd file in a folder; return the command that names it."""
    ending, words = pattern.split(" ", 1)
    path = place / os.fsdecode(name + ending.encode())
    if kind in KINDS:
        KINDS[kind](path)
    elif kind != "too long":
        path.write_bytes(b"{}")
    return [path.name if word == PLACE else word for word in words.split()]


def odd_ends(
    result: Path,
    folder: Path,
    *,
    is_short: bool,
    tell: Callable[[str, Ended], None] = lambda _words, _end: None,
) -> tuple[list[str], int]:
    """Run commands with each kind in their place and with each kind inside a result; return what was found, and how
    many ran."""
    preload()
    found, n_run = [], 0
    patterns = SHORT_COMMANDS if is_short else COMMANDS
    cases = [(pattern, kind, b"odd") for pattern in patterns for kind in KINDS]
    cases += [(pattern, kind, name) for pattern in patterns for kind, name in NAMES.items()]
    for pattern, kind, name in (case for case in cases if not is_short or case[1] in SHORT_KINDS):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            command = _written(pattern, Path(place), name, kind)
            shutil.copytree(result, Path(place) / "RESULT")
            found += _judged(f"{kind}: {pattern}", command, Path(place), tell)
            n_run += 1
    for inside in INSIDE[1:2] if is_short else INSIDE:
        for kind, make in KINDS.items():
            if is_short and kind not in SHORT_KINDS:
                continue
            with tempfile.TemporaryDirectory(dir=folder) as place:
                copy = shutil.copytree(result, Path(place) / "RESULT")
                (copy / inside).unlink(missing_ok=True)
                (copy / inside).parent.mkdir(exist_ok=True)
                make(copy / inside)
                for words in INSIDE_COMMANDS[:1] if is_short else INSIDE_COMMANDS:
                    found += _judged(f"{kind} at {inside}: {words}", words.split(), Path(place), tell)
                    n_run += 1
    return found, n_run


def _judged(words: str, command: list[str], place: Path, tell: Callable[[str, Ended], None]) -> list[str]:
    end = ended(command, place, longest_s=LONGEST_S)
    tell(words, end)
    wrong = wrong_end(end, longest_s=LONGEST_S)
    return [f"{words}: {wrong}"] if wrong else []


def _tell(words: str, end: Ended) -> None:
    last = end.said.strip().split("\n")[-1][:200]
    code = ExitCode(end.code).name if end.code in set(ExitCode) else end.code
    print(f"{words}: {code}, {end.peak_bytes / 1e6:.0f} MB, {end.seconds:.1f} s: {last}", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run all commands on all kinds, print what was found; return 1 if anything was."""
    parser = argparse.ArgumentParser(description="give commands what only looks like a file")
    parser.add_argument("--short", action="store_true", help="the commands that the tests run")
    parser.add_argument("--tell", action="store_true", help="say how each command ended")
    given = parser.parse_args(arguments)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        result = made_result(Path(name) / "results")
        tell = _tell if given.tell else lambda _words, _end: None
        found, n_run = odd_ends(result, Path(name), is_short=given.short, tell=tell)
    for sentence in found:
        print(sentence, file=sys.stderr)
    seconds = round(time.monotonic() - started, 1)
    print(json.dumps({"commands": n_run, "kinds": len(KINDS) + len(NAMES), "found": len(found), "seconds": seconds}))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
