"""What does the router team get? An approved map: a folder to check without us, or a file for their router."""

from __future__ import annotations

import difflib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from paretocode._files import write_atomically
from paretocode.errors import InputError
from paretocode.release.exporters import TARGETS
from paretocode.release.handover import draft_path, handing_over
from paretocode.result import TIER_MAP

__all__ = ["EXPORT_FORMATS", "export_tier_map"]

EXPORT_FORMATS = ("release", *TARGETS)
"""The release folder, then every target of `paretocode.release.exporters`."""


def export_tier_map(
    tier_map: Path | str,
    *,
    to: str,
    out: Path | str,
    tell: Callable[[str], None] | None = None,
    team: Path | str | None = None,
    is_draft: bool = False,
) -> Path:
    """Export an approved map, and enter it into the team's register; return where it was written.

    Parameters
    ----------
    tier_map
        A tier map file inside a finished result, or the result folder for its proposed map.
    to
        ``release``: the folder with map, schema, vectors, evidence, card and approvals; or a target's name: the map's
        file alone, or what another router loads.
    out
        Where to write. An existing release folder is never overwritten.
    tell
        Called with every sentence about what the target cannot express, before anything is written.
    team
        The team's folder, see `paretocode.release.team`.
    is_draft
        Write a release folder that says it is a draft, in its name (``.draft``) too; routers refuse it.

    Raises
    ------
    InputError
        An unknown format, a broken map, a text or size that the target cannot carry, a place that cannot be written.
    SealError
        A map that may not leave, see `paretocode.release.handover.handing_over`.
    """
    _refuse_unknown(to)
    path = Path(tier_map)
    out = draft_path(Path(out)) if is_draft else Path(out)
    with handing_over(path / TIER_MAP if path.is_dir() else path, to=to, team=team, is_draft=is_draft) as handover:
        if to == "release":
            _write_folder(out, handover.release_files)
            return out
        exported = TARGETS[to].export(handover.file)
        for sentence in exported.cannot_express:
            if tell is not None:
                tell(sentence)
        write_atomically(out, exported.content)
    return out


def _refuse_unknown(to: str) -> None:
    if to in EXPORT_FORMATS:
        return
    near = difflib.get_close_matches(to.lower(), EXPORT_FORMATS, n=1)
    known = ", ".join(EXPORT_FORMATS)
    raise InputError(
        f"--to is {to!r}", way_out=f"did you mean {near[0]}, of {known}" if near else f"use one of {known}"
    )


def _write_folder(out: Path, files: dict[str, bytes]) -> None:
    """Write a folder that appears whole or not at all; an identical one is left alone."""
    if out.exists():
        names = (
            {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} if out.is_dir() else set()
        )
        if names == set(files) and all((out / name).read_bytes() == content for name, content in files.items()):
            return
        raise InputError("it exists and holds something else", where=str(out), way_out="choose a new folder")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise InputError(
            f"it cannot be written ({error.strerror})", where=str(out), way_out="name a place you can write to"
        ) from error
    try:
        for name, data in files.items():
            write_atomically(temporary / name, data)
        temporary.chmod(0o755)
        os.replace(temporary, out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
