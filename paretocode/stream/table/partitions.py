"""Which files are one log? A file, a list of files, or a folder of them, in one order, with one limit of size."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from paretocode.errors import InputError
from paretocode.stream._damage import kind_of
from paretocode.stream._reading import checked_file

PARTS_MANIFEST = "partitions.json"
"""What `paretocode.stream.partitioned` leaves in a folder of parts."""

_NAMES_SHOWN = 5
_SUFFIXES = ".parquet, .csv, .ndjson or .jsonl, the last three also as .gz"


class Log(NamedTuple):
    """The files of one log.

    Parameters
    ----------
    files
        At least one, in the order in which their rows follow each other.
    name
        What to call the log.
    where
        Where it lies, for errors about the whole.
    notes
        What was left out.
    """

    files: tuple[Path, ...]
    name: str
    where: str
    notes: tuple[str, ...]


def log_of(path: Path | str | Sequence[Path | str], *, max_bytes: int) -> Log:
    """Return the files that a path stands for.

    Parameters
    ----------
    path
        A file; a folder, whose files are taken in order of their paths, folders within it included; or a list of
        files, taken in its order.
    max_bytes
        Largest log taken, all files together [bytes on disk].

    Raises
    ------
    InputError
        A file that is missing, empty, unreadable or of a suffix we do not read; a list that is empty or names a file
        twice; a folder without logs, or with logs of two formats; more than `max_bytes`.
    """
    if not isinstance(path, str | Path):
        return _listed([Path(file) for file in path], max_bytes=max_bytes)
    if Path(path).is_dir():
        return _in_folder(Path(path), max_bytes=max_bytes)
    file = checked_file(path, max_bytes=max_bytes)
    return Log((file,), _stem(file), str(path), ())


def _listed(files: list[Path], *, max_bytes: int) -> Log:
    if not files:
        raise InputError("the list of files is empty", way_out="name at least one log")
    seen = set()
    for file in files:
        kind_of(file)
        if file.absolute() in seen:
            raise InputError("the list names this file twice", where=str(file), way_out="name it once")
        seen.add(file.absolute())
    where = str(files[0]) if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"
    return Log(_checked(files, where, max_bytes), _stem(files[0]), where, ())


def _in_folder(folder: Path, *, max_bytes: int) -> Log:
    if (folder / PARTS_MANIFEST).exists():  # read as a plain table every request would be a session of its own
        raise InputError(
            "the folder is a partitioned stream, not a plain table",
            where=str(folder),
            way_out="replay it as it is (paretocode replay --stream), or give the log that it was made from",
        )
    files: list[Path] = []
    left_out: list[Path] = []
    for file in _walked(folder):
        inside = file.relative_to(folder)
        # Names that start with _ or . are what writers of partitions leave beside them: _SUCCESS, _temporary, .crc.
        is_hidden = any(part.startswith(("_", ".")) for part in inside.parts)
        (left_out if is_hidden or not _is_log(file) else files).append(inside)
    if not files:
        raise InputError("there is no log in this folder", where=str(folder), way_out=f"it should hold {_SUFFIXES}")
    kinds = {kind_of(file): file for file in reversed(files)}
    if len(kinds) > 1:
        one, other = sorted(kinds.values())[:2]
        raise InputError(
            f"the folder holds logs of two formats, such as {one} and {other}",
            where=str(folder),
            way_out="keep one format, lest the same rows count twice, or give a list of files",
        )
    notes = (_left_out_note(left_out),) if left_out else ()
    return Log(_checked([folder / file for file in files], str(folder), max_bytes), folder.name, str(folder), notes)


def _walked(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise InputError(
            f"the folder cannot be read ({error.strerror})",
            where=str(error.filename or folder),
            way_out="ask for the right to read it",
        ) from error

    found = [Path(inside) / name for inside, _, names in os.walk(folder, onerror=refuse) for name in names]
    return sorted(found, key=lambda file: file.parts)


def _is_log(file: Path) -> bool:
    try:
        kind_of(file)
    except InputError:
        return False
    return True


def _checked(files: Sequence[Path], where: str, max_bytes: int) -> tuple[Path, ...]:
    total = sum(checked_file(file, max_bytes=max_bytes).stat().st_size for file in files)
    if total > max_bytes:
        raise InputError(
            f"the {len(files)} files have {total} bytes and the limit is {max_bytes}",
            where=where,
            way_out="raise max_bytes if the memory allows, or split the log by session",
        )
    return tuple(files)


def _left_out_note(files: Sequence[Path]) -> str:
    shown = ", ".join(str(file) for file in files[:_NAMES_SHOWN])
    more = f" and {len(files) - _NAMES_SHOWN} more" if len(files) > _NAMES_SHOWN else ""
    return f"files left out: {shown}{more}"


def _stem(file: Path) -> str:
    return file.name.split(".")[0]
