"""Which libraries are there, in which versions, do these keep their bounds, and what is lost without the others?"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from importlib import metadata
from typing import Any, NamedTuple

from paretocode._source import source_folder

__all__ = ["OPTIONAL", "Requirement", "libraries", "optional_libraries", "requirements"]

_MODULES = {"scikit-learn": "sklearn"}
"""Distribution -> module, where they differ."""

_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)\s*>=\s*([0-9.]+)\s*(?:;.*extra == ['\"](\w+)['\"])?")
_PATIENCE_S = 120

OPTIONAL: dict[str, str] = {
    "numba": "searches, replays with failures and frontiers with many draws take several times as long",
    "jupyterlab": "the notebooks do not open: pip install 'paretocode[notebooks]'",
    "nbclient": "paretocode notebooks --run cannot run them: pip install 'paretocode[notebooks]'",
    "ipykernel": "notebooks have no kernel to run in: pip install 'paretocode[notebooks]'",
    "anywidget": "the band editor does not show in notebooks: pip install 'paretocode[notebooks]'",
    "optuna": "notebook 06 has nothing to compare the exact search with: pip install 'paretocode[notebooks]'",
}
"""Library -> what is lost without it."""


class Requirement(NamedTuple):
    """A library, the least version of it that we work with, and the extra that asks for it ("" for none)."""

    name: str
    least: str
    extra: str


def requirements() -> list[Requirement]:
    """Return what the package states, from its installation or else from the checkout's pyproject.toml."""
    return [Requirement(name, least, extra or "") for text in _stated() for name, least, extra in _parts(text)]


def _stated() -> Iterator[str]:
    pyproject = source_folder() / "pyproject.toml"
    if pyproject.is_file():
        project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
        yield from project["dependencies"]
        for extra, texts in project["optional-dependencies"].items():
            yield from (f"{text}; extra == '{extra}'" for text in texts)
        return
    try:
        yield from metadata.requires("paretocode") or []
    except metadata.PackageNotFoundError:
        return


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    if found := _REQUIREMENT.match(text):
        yield found[1], found[2], found[3]


def libraries() -> list[dict[str, Any]]:
    """Return what the package needs: each library's bound, version, state, and what its import says where it fails."""
    needed = [requirement for requirement in requirements() if not requirement.extra]
    faults = _import_faults([requirement.name for requirement in needed])
    return [_looked_at(requirement, faults.get(requirement.name, "")) for requirement in needed]


def _looked_at(requirement: Requirement, fault: str) -> dict[str, Any]:
    version = _version(requirement.name)
    if version is None:
        state = "missing"
    elif _numbers(version) < _numbers(requirement.least):
        state = "too old"
    else:
        state = "does not load" if fault else "ok"
    return {
        "name": requirement.name,
        "version": version,
        "least": requirement.least,
        "state": state,
        "fault": fault or None,
    }


def optional_libraries() -> list[dict[str, Any]]:
    """Return the libraries that some verbs can use, and what is lost without them; none is imported."""
    least = {requirement.name: requirement.least for requirement in requirements() if requirement.extra}
    found = []
    for name, lost in OPTIONAL.items():
        version = _version(name)
        is_old = version is not None and _numbers(version) < _numbers(least.get(name, "0"))
        state = "missing" if version is None else "too old" if is_old else "ok"
        found.append({"name": name, "version": version, "least": least.get(name), "state": state, "lost_without": lost})
    return found


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version; what follows them (rc1, .dev0) does not count here.

    Examples
    --------
    >>> _numbers("1.26"), _numbers("2.0.0rc1") < _numbers("2.0.1")
    ((1, 26), True)
    """
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


_PROGRAM = """
import importlib, json, sys
for name in sys.argv[1:]:
    print(json.dumps([name, None]), flush=True)
    try:
        importlib.import_module(name)
        print(json.dumps([name, ""]), flush=True)
    except BaseException as error:
        print(json.dumps([name, f"{type(error).__name__}: {error}"]), flush=True)
"""


def _import_faults(names: Sequence[str]) -> dict[str, str]:
    """Import libraries in a process of their own, which a broken one may take down, and return what goes wrong."""
    modules = {_MODULES.get(name, name): name for name in names if _version(name) is not None}
    command = [sys.executable, "-c", _PROGRAM, *modules]
    try:
        run = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", check=False, timeout=_PATIENCE_S
        )
        said, code = run.stdout, run.returncode
    except subprocess.TimeoutExpired as late:
        said, code = (late.stdout or b"").decode() if isinstance(late.stdout, bytes) else str(late.stdout or ""), 1
    last: dict[str, str | None] = dict(json.loads(line) for line in said.splitlines() if line.startswith("["))
    ended = f"importing it ended the interpreter (code {code})"
    return {modules[name]: ended if fault is None else fault for name, fault in last.items() if fault != ""}
