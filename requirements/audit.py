"""Does a lock hold a version with a known flaw that a newer one mends? Run by a Python that has pip-audit.

``.venv-audit/bin/python requirements/audit.py`` asks pip-audit about every version that any lock pins, for every
Python and platform, and fails on what has a remedy, unless `waived.toml` names it with a reason. A flaw without a
remedy is said and stops nobody. Where no advisory service answers, one line says so and the exit code is 0: an outage
must be seen, and must not stop work. Words after the command go to pip-audit, and say which service is asked.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
SERVICES = (["--vulnerability-service", "pypi"], ["--vulnerability-service", "osv"])
"""Who is asked, in order, until one answers: a mirror of packages may keep no advisories."""

N_TO_PROBE = 5
"""Packages after which a service that knows none of them is given up, instead of asking it for each."""

_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", re.M)

Pin = tuple[str, str]


class WaiverError(Exception):
    """A file of waivers that cannot be read as such: one sentence with the way out."""


@dataclass(frozen=True)
class Finding:
    """A known flaw of a pinned version, under all its names."""

    name: str
    version: str
    advisories: tuple[str, ...]
    mended_in: tuple[str, ...]


def main(words: list[str], folder: Path = FOLDER) -> int:
    """Audit the locks of a folder; return 1 where something must be mended."""
    if importlib.util.find_spec("pip_audit") is None:
        print("error: this Python has no pip-audit; `python3 -m paretocode.bootstrap setup audit`.", file=sys.stderr)
        return 2
    pinned = pins(folder)
    try:
        waivers = read_waivers(folder / "waived.toml")
    except WaiverError as error:
        print(f"error: {error}.", file=sys.stderr)
        return 2
    answers = (_answer(pinned, service) for service in ([words] if words else SERVICES))
    entries = next(filter(None, answers), [])
    if not entries:
        print(f"audit: NOT DONE: no advisory service answers for the {len(pinned)} pinned versions")
        return 0
    unknown = sorted({entry["name"] for entry in entries if "skip_reason" in entry})
    if unknown:
        print(f"audit: NOT DONE for what the service does not know: {', '.join(unknown)}")
    return _tell(list(findings(entries)), waivers, pinned)


def pins(folder: Path) -> dict[Pin, list[str]]:
    """Return every pinned (name, version), and the locks that hold it."""
    held: dict[Pin, list[str]] = {}
    for lock in sorted(folder.glob("*.txt")):
        for name, version in _PIN.findall(lock.read_text(encoding="utf-8")):
            locks = held.setdefault((name, version), [])
            locks += [lock.stem] if lock.stem not in locks else []
    return held


def rounds(pinned: Iterable[Pin]) -> list[list[Pin]]:
    """Deal the pins into lists without two versions of one package, which pip-audit does not take."""
    dealt: list[dict[str, str]] = []
    for name, version in sorted(pinned):
        free = next((part for part in dealt if name not in part), None)
        if free is None:
            dealt.append(free := {})
        free[name] = version
    return [list(part.items()) for part in dealt]


def _answer(pinned: Iterable[Pin], service: list[str]) -> list[dict[str, Any]]:
    """Return what a service says of every pin; nothing where it fails for one, or knows none of the first few."""
    parts = rounds(pinned)
    if all("skip_reason" in entry for entry in _ask(parts[0][:N_TO_PROBE], service)):
        return []
    said = [_ask(part, service) for part in parts]
    return [entry for entries in said for entry in entries] if all(said) else []


def _ask(part: list[Pin], service: list[str]) -> list[dict[str, Any]]:
    """Return what pip-audit says of each package; nothing where its service does not answer."""
    with tempfile.TemporaryDirectory() as name:
        wanted = Path(name) / "wanted.txt"
        wanted.write_text("".join(f"{name}=={version}\n" for name, version in part), encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(wanted), "--no-deps", "--disable-pip"]
        command += ["--format", "json", "--desc", "off", "--aliases", "on", "--progress-spinner", "off", *service]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        entries: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, LookupError):
        print(f"pip-audit: {' '.join(done.stderr.splitlines()[-1:])}", file=sys.stderr)
        return []
    return entries


def findings(entries: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield the flaws in pip-audit's answer."""
    for entry in entries:
        for flaw in entry.get("vulns", ()):
            names = (flaw["id"], *flaw["aliases"])
            yield Finding(entry["name"], entry["version"], names, tuple(flaw["fix_versions"]))


def read_waivers(path: Path) -> dict[tuple[str, str], str]:
    """Return the reason of every waived (package, advisory); an absent file waives nothing.

    Raises
    ------
    WaiverError
        No TOML, a key too many or too few, an empty value.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8") if path.exists() else "")
    except tomllib.TOMLDecodeError as error:
        raise WaiverError(f"{path.name}: {error}; mend the file") from error
    waived = document.pop("waived", [])
    if document or not isinstance(waived, list):
        raise WaiverError(f"{path.name}: holds something else than waivers; begin each one with [[waived]]")
    for number, waiver in enumerate(waived, start=1):
        if not _is_waiver(waiver):
            raise WaiverError(f"{path.name}, waiver {number}: write advisory, package and reason, each a text")
    return {(waiver["package"], waiver["advisory"]): waiver["reason"] for waiver in waived}


def _is_waiver(waiver: object) -> bool:
    if not isinstance(waiver, dict) or set(waiver) != {"advisory", "package", "reason"}:
        return False
    return all(isinstance(text, str) and text.strip() for text in waiver.values())


def _tell(found: list[Finding], waivers: Mapping[tuple[str, str], str], pinned: Mapping[Pin, list[str]]) -> int:
    """Print a line for every flaw and every idle waiver; return 1 where a flaw with a remedy is not waived."""
    code, used = 0, set()
    for flaw in found:
        locks = ", ".join(pinned[flaw.name, flaw.version])
        head = f"audit: {flaw.name} {flaw.version} (in {locks}): {' = '.join(flaw.advisories)}"
        keys = {(flaw.name, advisory) for advisory in flaw.advisories} & set(waivers)
        used |= keys
        if keys:
            print(f"{head}: waived: {waivers[min(keys)]}")
        elif not flaw.mended_in:
            print(f"{head}: no version mends it yet")
        else:
            print(f"{head}: mended in {' and '.join(flaw.mended_in)}: `make lock UPGRADE={flaw.name}`, or waive it")
            code = 1
    for package, advisory in sorted(set(waivers) - used):
        print(f"audit: the waiver of {advisory} in {package} waives nothing; take it out")
    print(f"audit: {len(pinned)} pinned versions, {len(found)} known flaws{', NOT in order' if code else ''}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
