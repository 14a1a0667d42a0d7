"""``paretocode doctor``: is everything there that is needed, and what is lost without the rest?"""

from __future__ import annotations

import argparse
import platform
import sys
from pathlib import Path
from typing import Any

from paretocode import __version__
from paretocode._source import source_commit, source_folder
from paretocode.cli.doctor_libraries import libraries, optional_libraries
from paretocode.cli.doctor_machine import caches, machine, places, terminal, variables
from paretocode.cli.doctor_programs import programs
from paretocode.cli.doctor_text import doctor_text
from paretocode.cli.exit_codes import ExitCode
from paretocode.cli.talk import emit
from paretocode.errors import ParetocodeError
from paretocode.progress import tracked

__all__ = ["add_arguments", "diagnosis", "run"]

_LEAST_PYTHON = (3, 11)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments: none of its own."""
    parser.epilog = "Of the environment only the variables that it names are told, and of keys only that they are set."


def run(args: argparse.Namespace) -> int:
    """Print what was found; 1 where something needed is broken."""
    document = diagnosis(Path.cwd())
    emit(args, doctor_text(document), document)
    return ExitCode.DONE if document["is_sound"] else ExitCode.FOUND


def diagnosis(folder: Path) -> dict[str, Any]:
    """Return everything that was looked at, and what is broken.

    Parameters
    ----------
    folder
        Where the command runs, and results would go.
    """
    looks = {
        "paretocode": _self,
        "python": _python,
        "libraries": libraries,
        "optional": lambda: [*optional_libraries(), *programs()],
        "data": _bundled,
        "places": lambda: places(folder),
        "caches": caches,
        "variables": variables,
        "terminal": terminal,
        "machine": machine,
    }
    document: dict[str, Any] = {name: look() for name, look in tracked(looks.items(), "look", unit="place")}
    broken = _broken(document)
    return {"is_sound": not broken, "broken": broken, **document}


def _self() -> dict[str, Any]:
    commit, is_dirty = source_commit()
    return {"version": __version__, "folder": str(source_folder()), "commit": commit, "is_dirty": is_dirty}


def _python() -> dict[str, Any]:
    return {
        "version": platform.python_version(),
        "least": ".".join(map(str, _LEAST_PYTHON)),
        "program": sys.executable,
        "environment": sys.prefix,
        "state": "ok" if sys.version_info[:2] >= _LEAST_PYTHON else "too old",
    }


def _bundled() -> dict[str, Any]:
    """Return whether what ships with the package can be read."""
    try:
        from paretocode.catalogue import load_bundled
        from paretocode.experiment.run import quickstart_path

        quickstart_path()
        return {"state": "ok", "models": len(load_bundled()), "fault": None}
    except (ParetocodeError, ImportError, OSError) as error:
        return {"state": "broken", "models": None, "fault": str(error)}


def _broken(document: dict[str, Any]) -> list[str]:
    """Return a sentence for each thing that is needed and broken, with the way out."""
    python, data = document["python"], document["data"]
    found = []
    if python["state"] != "ok":
        found.append(f"Python is {python['version']} and {python['least']} is needed; use a newer one.")
    for library in document["libraries"]:
        if library["state"] != "ok":
            which = f" {library['version']}" if library["version"] else ""
            why = f" ({library['fault']})" if library["fault"] else ""
            found.append(
                f"{library['name']}{which} {_STATES[library['state']]}{why}; run pip install "
                f"'{library['name']}>={library['least']}', or python3 -m paretocode.bootstrap setup."
            )
    if data["state"] != "ok" and all(library["state"] == "ok" for library in document["libraries"]):
        found.append(f"what ships with the package cannot be read ({data['fault']}); install paretocode again.")
    return found


_STATES = {"missing": "is not installed", "too old": "is too old", "does not load": "is installed and does not load"}
