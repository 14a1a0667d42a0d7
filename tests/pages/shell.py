"""How is a page run? In a folder like a clone; our own commands in this process, all others by the shell."""

from __future__ import annotations

import contextlib
import glob
import io
import os
import re
import shlex
import subprocess
import sys
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

from committed_code import made_by_committed_code
from pages.blocks import NOT_RUN, ROOT, Block, commands_of
from paretocode.cli.main import main
from paretocode.cli.sim_door import main as sim

__all__ = ["run_block"]

_FOR_THE_SHELL = re.compile(r"[|;&<>$`]|\bcd ")
_REACHES_OUT = re.compile(r"paretocode\.bootstrap|\bmake |\bpip |\bgit |\bcurl |catalogue pull")
_CODES = re.compile(r"\s+# ends with (\d+).*$")


def run_block(block: Block, names: dict[str, object]) -> None:
    """Run a block in the current folder and hold what it prints against what the page shows.

    Parameters
    ----------
    names
        What the blocks of Python above it have defined; those of this block are added.
    """
    where = f"{block.page}:{block.line}"
    if block.file is not None:
        Path(block.file).parent.mkdir(parents=True, exist_ok=True)
        Path(block.file).write_text(block.text, encoding="utf-8")
    if block.needs is not None or block.language not in {"sh", "python"}:
        return
    said = _python(block, names) if block.language == "python" else _shell(block.text, where)
    if block.output is not None:
        checker, flags = OutputChecker(), ELLIPSIS | NORMALIZE_WHITESPACE
        assert checker.check_output(block.output, said, flags), f"{where} shows\n{block.output}\nbut it prints\n{said}"


def _python(block: Block, names: dict[str, object]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(block.text, f"{block.page}:{block.line}", "exec"), names)
    return out.getvalue()


def _shell(text: str, where: str) -> str:
    said = ""
    for command in commands_of(text):
        if NOT_RUN.search(command):
            continue
        expected = int(found[1]) if (found := _CODES.search(command)) else 0
        code, printed = _run(_CODES.sub("", _digests(command)))
        said += printed
        assert code == expected, f"{where}: {command}\nends with {code} and says\n{printed}"
        for manifest in Path("results").glob("*/*/manifest.json"):
            if not (manifest.parent / "approvals").exists():
                made_by_committed_code(manifest.parent)
    return said


def _digests(command: str) -> str:
    """Put in the folders that the page cannot know: DIGEST is the last result of an experiment."""

    def last(match: re.Match[str]) -> str:
        found = Path(match[1]).glob("*/manifest.json")
        return max(found, key=lambda path: path.stat().st_mtime_ns).parent.as_posix()

    return re.sub(r"(results/\w+)/DIGEST", last, command)


def _run(command: str) -> tuple[int, str]:
    """Return exit code and output, both streams as they come; refuse what would set up, download or run for minutes."""
    assert not _REACHES_OUT.search(command), f"{command} is not for a test; let its line say '# not run: needs ...'"
    words = shlex.split(command, comments=True)
    is_sim = words[:3] == ["python", "-m", "paretocode.sim"]
    if _FOR_THE_SHELL.search(re.sub(r"#.*|\"[^\"]*\"", "", command)) or not (is_sim or words[0] == "paretocode"):
        return _run_apart(command)
    words = [name for word in words for name in (sorted(glob.glob(word)) if "*" in word else [word])]
    run, words = (sim, words[3:]) if is_sim else (main, words[1:])
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        try:
            code = run(_quickly(words, is_sim=is_sim))
        except SystemExit as end:
            code = int(end.code or 0)
    return code, out.getvalue()


def _quickly(words: list[str], *, is_sim: bool) -> list[str]:
    """Return the words at smoke scale and without figures, where the page names no size."""
    runs = is_sim or words[0] == "tune"
    return words if not runs or "--scale" in words else [*words, "--scale", "smoke", "--no-figures"]


def _run_apart(command: str) -> tuple[int, str]:
    tools = Path(".tools").absolute()
    tools.mkdir(exist_ok=True)
    for name, call in {"paretocode": f'"{sys.executable}" -m paretocode', "python": f'"{sys.executable}"'}.items():
        for script in (tools / name, tools / f"{name}3"):
            script.write_text(f'#!/bin/sh\nexec {call} "$@"\n')
            script.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout
