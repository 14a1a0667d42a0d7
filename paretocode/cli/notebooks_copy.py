"""Where do the notebooks ship, and how do they reach a person's folder without taking anything from it?

A copy is a person's own: what was changed in it is never overwritten unasked. A small record beside the copies says
what was copied last, so that an untouched copy is brought up to date in silence and a changed one is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from paretocode._files import json_bytes, write_atomically
from paretocode._source import source_folder
from paretocode.errors import InputError

__all__ = ["RECORD", "Copied", "copy_notebooks", "notebooks_named", "shipped_notebooks"]

RECORD = ".paretocode-notebooks.json"


class Copied(NamedTuple):
    """What became of each notebook, by name."""

    new: list[str]
    updated: list[str]
    same: list[str]
    kept: list[str]


def shipped_notebooks() -> list[Path]:
    """Return the notebooks that come with the package, in reading order.

    Raises
    ------
    InputError
        When the installation lacks them.
    """
    root = source_folder()
    for folder in (root / "paretocode" / "notebooks", root / "notebooks"):
        if found := sorted(folder.glob("[0-9][0-9]_*.ipynb")):
            return found
    raise InputError("the notebooks that ship with the package are missing", way_out="install paretocode again")


def notebooks_named(prefixes: Sequence[str]) -> list[Path]:
    """Return the notebooks whose names begin so; all where nothing is named.

    Raises
    ------
    InputError
        A name that none begins with.
    """
    found = shipped_notebooks()
    for prefix in prefixes:
        if not any(path.name.startswith(prefix) for path in found):
            names = ", ".join(path.stem for path in found)
            raise InputError(f"there is no notebook {prefix!r}", where="--only", way_out=f"use the number of {names}")
    return [path for path in found if not prefixes or path.name.startswith(tuple(prefixes))]


def copy_notebooks(notebooks: Sequence[Path], folder: Path, *, is_forced: bool = False) -> Copied:
    """Copy notebooks into a folder.

    Parameters
    ----------
    is_forced
        Overwrite changed ones.

    Raises
    ------
    InputError
        A copy that was changed where ours is newer, or a file of that name that is not our copy; then nothing is
        written.
    """
    record, wanted = _record(folder), {path.name: path.read_bytes() for path in notebooks}
    copied, clashes = Copied([], [], [], []), []
    for name, content in wanted.items():
        place, ours = folder / name, _digest(content)
        if not place.exists():
            copied.new.append(name)
        elif (theirs := _digest(place.read_bytes())) == ours:
            copied.same.append(name)
        elif theirs == record.get(name) or is_forced:
            copied.updated.append(name)
        elif record.get(name) == ours:
            copied.kept.append(name)
        else:
            clashes.append(name)
    if clashes:
        raise InputError(
            f"{', '.join(clashes)} {'was' if len(clashes) == 1 else 'were'} changed there and would be overwritten",
            where=str(folder),
            way_out="name another folder with --to, or overwrite with --force",
        )
    for name in (*copied.new, *copied.updated):
        write_atomically(folder / name, wanted[name])
    if folder.resolve() != notebooks[0].parent.resolve():
        digests = {name: _digest(content) for name, content in wanted.items()}
        write_atomically(folder / RECORD, json_bytes(record | digests))
    return copied


def _record(folder: Path) -> dict[str, str]:
    """Return what was copied last, notebook -> digest; nothing where no record can be read."""
    try:
        plain = json.loads((folder / RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(digest) for name, digest in plain.items()} if isinstance(plain, dict) else {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
