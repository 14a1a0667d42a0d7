"""Do the tests pass with the oldest libraries that we allow, the newest there are, each Python, and without numba?

    PYTHONPATH=.:tests python tests/hardening/versions.py [--python 3.11 ...] [--only WORDS] [--tests PATH ...]

Every row is an environment of its own in a temporary folder, made by `uv` from pyproject.toml and not from the lock:
``oldest`` takes the lower bounds themselves (``--resolution lowest-direct``), ``newest`` whatever the index has. Then
the tests run there. Needs `uv` on the path and a network; which Python is meant may also be said by a path.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Row", "main", "rows", "table"]

ROOT = Path(__file__).parents[2]
CORE = ("tests", "paretocode")
"""What is run unless paths are named: everything but `LEFT_OUT`."""
LEFT_OUT = ("tests/browser", "tests/notebooks", "tests/requirements", "tests/benchmarks", "tests/test_bootstrap.py")
"""Tests that need programs or libraries beyond the extras of a row, or that are about the locks."""
SHOWN = ("numpy", "scipy", "scikit-learn", "matplotlib", "duckdb", "pydantic", "numba", "dask", "pytest", "hypothesis")
_NAMES = "import importlib.metadata as m, json, platform, sys\nfound = {}\n" + (
    "for name in sys.argv[1:]:\n    try: found[name] = m.version(name)\n    except m.PackageNotFoundError: pass\n"
    "print(json.dumps([platform.python_version(), found]))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An environment to test in."""

    python: str
    is_oldest: bool = False
    has_numba: bool = True

    @property
    def name(self) -> str:
        """What the row is called."""
        return f"{'oldest' if self.is_oldest else 'newest'}{'' if self.has_numba else ', without numba'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What became of a row."""

    row: Row
    python: str
    versions: dict[str, str]
    summary: str
    seconds: float
    has_passed: bool


def rows(pythons: list[str]) -> list[Row]:
    """Return the rows: the first Python with the oldest, the newest and without numba, the others with the newest."""
    first, *others = pythons
    return [
        Row(python=first, is_oldest=True),
        Row(python=first),
        Row(python=first, has_numba=False),
        *(Row(python=python) for python in others),
    ]


def made(row: Row, folder: Path) -> Path:
    """Make a row's environment; return its interpreter.

    Raises
    ------
    subprocess.CalledProcessError
        No such Python here, or the resolution fails.
    """
    python = folder / "bin" / "python"
    extras = ["--extra", "test", *(["--extra", "fast"] if row.has_numba else [])]
    how = ["--resolution", "lowest-direct" if row.is_oldest else "highest"]
    subprocess.run(["uv", "venv", "--quiet", "--no-python-downloads", "--python", row.python, str(folder)], check=True)
    install = ["uv", "pip", "install", "--quiet", "--python", str(python), "-r", "pyproject.toml", *extras, *how]
    subprocess.run(install, check=True, cwd=ROOT)
    if not row.has_numba:  # oracles among the test libraries bring it along
        subprocess.run(["uv", "pip", "uninstall", "--quiet", "--python", str(python), "numba", "llvmlite"], check=True)
    return python


def seen(row: Row, tests: list[str], *, workers: int) -> Seen:
    """Make an environment, run the tests in it, and take it away."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="paretocode-versions-") as name:
        python = made(row, Path(name) / "env")
        told = subprocess.run([str(python), "-c", _NAMES, *SHOWN], check=True, capture_output=True, encoding="utf-8")
        command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", str(workers)]
        command += ["--dist", "loadfile", "-r", "fE", *(f"--ignore={path}" for path in LEFT_OUT), *tests]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False)
    python_version, versions = json.loads(told.stdout)
    lines = done.stdout.strip().splitlines() or [done.stderr.strip()[-300:]]
    for line in lines:
        if line.startswith(("FAILED", "ERROR", "E  ")):
            print(f"{row.name}, Python {python_version}: {line[:400]}", file=sys.stderr, flush=True)
    summary = re.sub(r"=+|in [\d.]+s.*", "", lines[-1]).strip()
    seconds = time.monotonic() - started
    has_passed = done.returncode == 0
    return Seen(
        row=row, python=python_version, versions=versions, summary=summary, seconds=seconds, has_passed=has_passed
    )


def table(found: list[Seen]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| Python | libraries | versions | tests | seconds |", "|---|---|---|---|---|"]
    for one in found:
        versions = ", ".join(f"{name} {version}" for name, version in one.versions.items())
        lines.append(f"| {one.python} | {one.row.name} | {versions} | {one.summary} | {one.seconds:.0f} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Test every row and print the table; return 1 if a test failed, 2 if a row could not be made."""
    parser = argparse.ArgumentParser(description="run the tests with other versions of Python and of the libraries")
    parser.add_argument("--python", action="append", help="a version or a path; the first also gets the oldest")
    parser.add_argument("--only", default="", help="take the rows with these words, such as oldest")
    parser.add_argument("--workers", type=int, default=2, help="processes of pytest")
    parser.add_argument("--tests", nargs="+", default=list(CORE), help="what to run")
    given = parser.parse_args(arguments)
    if shutil.which("uv") is None:
        print("error: uv is not on the path; install it (`pip install uv`) and run this again.", file=sys.stderr)
        return 2
    chosen = [row for row in rows(given.python or ["3.11", "3.12", "3.13"]) if given.only in f"{row.name} {row.python}"]
    found: list[Seen] = []
    n_unmade = 0
    for row in chosen:
        try:
            found.append(seen(row, given.tests, workers=given.workers))
        except subprocess.CalledProcessError as failed:
            n_unmade += 1
            print(f"{row.name}, Python {row.python}: {failed}", file=sys.stderr)
            continue
        print(table(found[-1:]).splitlines()[-1], flush=True)
    print(f"\n{table(found)}")
    return 2 if n_unmade else 0 if all(one.has_passed for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
