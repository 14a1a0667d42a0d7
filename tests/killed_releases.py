"""A process that dies by SIGKILL at one step after the other of approving and exporting, and what it leaves behind.

Run as a script: ``python killed_releases.py RESULT FOLDER [KEY]``; with a key, the approval is signed. For every step
of a command (a file opened for writing, a rename, a removal, a lock: what Python's audit hooks tell) a child is forked
that is killed right before that step. What it left must be the old state or the new one, and the same command must then
go through.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paretocode.errors import ParetocodeError
from paretocode.release import approve, export_tier_map, read_register, verify

STEPS = {"os.rename", "os.remove", "os.mkdir", "fcntl.flock"}


def dies_at(step: int, command: Callable[[], object], counted: set[str]) -> bool:
    """Run a command in a child that is killed before its step; return whether it was killed."""
    child = os.fork()
    if child == 0:
        seen = 0

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal seen
            is_writing = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
            if event in counted or (is_writing and "open" in counted):
                seen += 1
                if seen == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            command()
        except ParetocodeError as error:
            print(error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) == signal.SIGKILL
    if os.WEXITSTATUS(status):
        raise SystemExit("the command failed")
    return False


def approving(source: Path, folder: Path, key: str | None) -> int:
    """Die at every step of an approval; return at how many."""
    step = 1
    while True:
        place = shutil.copytree(source, folder / f"approve-{step}" / "result")
        killed = dies_at(step, lambda p=place: _approved(p, key), {*STEPS, "open"})  # type: ignore[misc]
        names = [record["kind"] for record in read_register(place.parent / "register.jsonl")]
        whole = [path for path in (place / "approvals").glob("*.json") if json.loads(path.read_bytes())["by"] == "Ada"]
        if names not in ([], ["approved"]) or len(whole) < len(names) or len(whole) > 1:
            raise SystemExit(f"step {step} of approve left {names} and {whole}")
        if verify(place).state != ("approved" if whole else "evaluated"):
            raise SystemExit(f"step {step} of approve left another state")
        approve(place, by="Ben", reason="too")
        people = {str(record["by"]) for record in read_register(place.parent / "register.jsonl")}
        if people != ({"Ada", "Ben"} if whole else {"Ben"}):
            raise SystemExit(f"after step {step} of approve the register names {people}")
        if not killed:
            return step - 1
        step += 1


def _approved(place: Path, key: str | None) -> object:
    return approve(place, by="Ada", reason="cheaper", sign_key=key, principal="ada" if key else None)


def exporting(source: Path, folder: Path) -> int:
    """Die at every rename and lock of an export; return at how many."""
    step = 1
    while True:
        place = shutil.copytree(source, folder / f"export-{step}" / "result")
        approve(place, by="Ada", reason="cheaper")
        out = place.parent / "release"
        killed = dies_at(step, lambda p=place, o=out: export_tier_map(p, to="release", out=o), {"os.rename"})  # type: ignore[misc]
        names = [record["kind"] for record in read_register(place.parent / "register.jsonl")]
        if names not in (["approved"], ["approved", "exported"]) or ("exported" in names and not out.exists()):
            raise SystemExit(f"step {step} of export left {names}")
        if out.exists() and verify(out).state != "exported":
            raise SystemExit(f"step {step} of export left half a release")
        export_tier_map(place, to="release", out=out)
        if [record["kind"] for record in read_register(place.parent / "register.jsonl")] != ["approved", "exported"]:
            raise SystemExit(f"after step {step} of export the register is not whole")
        if not killed:
            return step - 1
        step += 1


if __name__ == "__main__":
    result, scratch = Path(sys.argv[1]), Path(sys.argv[2])
    print(approving(result, scratch, sys.argv[3] if sys.argv[3:] else None), exporting(result, scratch))
