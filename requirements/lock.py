"""Which exact packages do we run? Writes the locks beside this file from pyproject.toml; needs `uv` on the path.

``python3 requirements/lock.py`` keeps every version that a lock holds today and adds only what is new. ``--upgrade``
resolves anew, ``--upgrade-package NAME`` only that package. Everything that shares an environment is resolved together
first, so that a package has one version in all locks; the locks are cuts of that. What gets an environment of its own
is resolved by itself, so that it cannot hold the others back.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PROJECT = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FIRST_LINE = "# Made by `make lock` from pyproject.toml; do not edit.\n"

TOGETHER = {"run": (), "test": ("test", "lint", "fast"), "notebooks": ("notebooks",)}
"""Locks of one environment, and the extras that each adds to the dependencies."""

BESIDE = ("compare",)
"""Extras without a lock that people install into the same environment, so they must fit."""

APART = ("routers", "audit")
"""Extras whose lock holds nothing else, for an environment without the project."""


def main(flags: list[str]) -> int:
    """Write every lock; where a resolution fails, return its exit code and leave all locks as they were."""
    with tempfile.TemporaryDirectory() as name:
        drafts = Path(name)
        try:
            _draft_together(drafts, flags)
            for extra in APART:
                _compile(PROJECT["optional-dependencies"][extra], _seeded(drafts / f"{extra}.txt", [extra]), *flags)
        except FileNotFoundError:
            print("error: uv is not on the path; install it (`pip install uv`) and run this again.", file=sys.stderr)
            return 2
        except subprocess.CalledProcessError as failed:
            return failed.returncode
        for lock in (*TOGETHER, *APART):
            text = (drafts / f"{lock}.txt").read_text(encoding="utf-8")
            (FOLDER / f"{lock}.txt").write_text(FIRST_LINE + text, encoding="utf-8")
    return 0


def _draft_together(drafts: Path, flags: list[str]) -> None:
    whole = _seeded(drafts / "whole.txt", TOGETHER)
    _compile(wanted([*(extra for extras in TOGETHER.values() for extra in extras), *BESIDE]), whole, *flags)
    for lock, extras in TOGETHER.items():
        _compile(wanted(extras), _seeded(drafts / f"{lock}.txt", TOGETHER), "--constraint", str(whole), *flags)


def wanted(extras: Iterable[str]) -> list[str]:
    """Return the requirements of the project with some extras."""
    more = PROJECT["optional-dependencies"]
    return [*PROJECT["dependencies"], *(requirement for extra in extras for requirement in more[extra])]


def _seeded(draft: Path, locks: Iterable[str]) -> Path:
    """Start a draft from today's locks: uv keeps the versions and hashes of the file that it is told to write."""
    today = [path.read_text(encoding="utf-8") for path in (FOLDER / f"{lock}.txt" for lock in locks) if path.exists()]
    draft.write_text("".join(today), encoding="utf-8")
    return draft


def _compile(requirements: list[str], draft: Path, *flags: str) -> None:
    """Let uv pin and hash requirements for every supported Python and platform, naming no host."""
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate"]
    command += ["--python-version", PROJECT["requires-python"].removeprefix(">=")]
    command += ["--output-file", str(draft), *flags, "-"]
    subprocess.run(command, input="\n".join(requirements), text=True, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
