"""What is there already when partitioning goes on? The folder ``.work``: a question, rows by part, finished parts."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from paretocode._checks import read_only
from paretocode._files import json_bytes, one_at_a_time, read_json, unwritable, write_atomically
from paretocode.errors import InputError
from paretocode.stream._order import order_of, put_in_order
from paretocode.stream.partitioned.manifest import MANIFEST, PartEntry, read_manifest
from paretocode.stream.partitioned.part_file import refuse_changed
from paretocode.stream.stream import RequestStream

__all__ = ["ROW", "Work", "opened_work"]

WORK = ".work"
ROW = np.dtype(
    [
        ("session", "<i8"),
        ("time_s", "<f8"),
        ("prompt_tokens", "<i8"),
        ("completion_tokens", "<i8"),
        ("prefix_tokens", "<i8"),
        ("min_score_ppm", "<i4"),
        ("is_omitted", "?"),
    ]
)
"""One request on its way to its part; 45 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A folder of unfinished work."""

    folder: Path

    @property
    def _progress_file(self) -> Path:
        return self.folder / "progress.json"

    def progress(self) -> dict[str, Any]:
        """Return how far the rows are handed out: empty at first."""
        if not self._progress_file.is_file():
            return {}
        return read_json(self._progress_file, what="progress of partitioning", way_out="delete the folder .work")

    def keep_progress(self, plain: Mapping[str, object]) -> None:
        """Write how far the rows are handed out."""
        write_atomically(self._progress_file, json_bytes(dict(plain)))

    def rows_file(self, number: int) -> Path:
        """Return where the rows of a part gather."""
        return self.folder / f"rows-{number:05d}.bin"

    def rows(self, number: int, *, first_session: int, name: str) -> RequestStream:
        """Return the rows of a part as a stream, in order."""
        rows = np.fromfile(self.rows_file(number), dtype=ROW)
        columns: dict[str, Any] = {key: np.ascontiguousarray(rows[key]) for key in ROW.names or ()}
        columns["min_score_ppm"] = columns["min_score_ppm"].astype(np.int64)
        columns["session"] = columns["session"] - first_session
        del rows
        put_in_order(columns, order_of(columns["session"], columns["time_s"]))
        sealed: dict[str, Any] = {key: read_only(values) for key, values in columns.items()}
        return RequestStream(**sealed, name=name)

    def drop_rows(self, number: int) -> None:
        """Forget the rows of a part that is written."""
        self.rows_file(number).unlink(missing_ok=True)

    def kept_part(self, number: int) -> PartEntry | None:
        """Return what is known of a part that was finished before; None where it was not, or is not there whole."""
        path = self.folder / f"part-{number:05d}.json"
        if not path.is_file():
            return None
        entry = PartEntry(**read_json(path, what="note of a part", way_out="delete the folder .work"))  # type: ignore[arg-type]
        file = self.folder.parent / entry.file
        return entry if file.is_file() and file.stat().st_size == entry.n_bytes else None

    def keep_part(self, number: int, entry: PartEntry) -> PartEntry:
        """Note a part that is finished; return it."""
        write_atomically(self.folder / f"part-{number:05d}.json", json_bytes(asdict(entry)))
        return entry


@contextmanager
def opened_work(folder: Path, files: Sequence[Path], question: Mapping[str, object]) -> Iterator[Work | None]:
    """Yield the work on a folder, alone, and clear it away at the end; None where all is done already.

    Parameters
    ----------
    folder
        The partitioned stream to be; made where there is none.
    files
        The logs; their names, sizes and times of change belong to the question.
    question
        What else the parts depend on, as plain values.

    Raises
    ------
    InputError
        A folder that holds something else, or work on another question; a place that cannot be written to.
    """
    asked = _digest(files, question)
    work = Work(folder=folder / WORK)
    stated = folder / "question.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(folder):
            if stated.is_file() and stated.read_text(encoding="utf-8").strip() == asked:
                if _is_finished(folder):
                    shutil.rmtree(work.folder, ignore_errors=True)
                    yield None
                    return
                (folder / MANIFEST).unlink(missing_ok=True)
            elif any(folder.iterdir()):
                raise InputError(
                    "the folder holds something else than parts of these logs, cut like this",
                    where=str(folder),
                    way_out="name another folder, or delete this one",
                )
            for orphan in folder.glob(
                ".*.part"
            ):  # what a killed run was writing; we hold the lock, so nobody writes it
                orphan.unlink(missing_ok=True)
            write_atomically(stated, f"{asked}\n".encode())
            work.folder.mkdir(exist_ok=True)
            yield work
            shutil.rmtree(work.folder)
    except OSError as error:
        raise unwritable(folder, error) from error


def _is_finished(folder: Path) -> bool:
    """Return whether every part lies there as its manifest says: parts that were spoilt are made again."""
    if not (folder / MANIFEST).is_file():
        return False
    try:
        for part in read_manifest(folder).entries:
            refuse_changed(folder / part.file, part)
    except InputError:
        return False
    return True


def _digest(files: Sequence[Path], question: Mapping[str, object]) -> str:
    states = [(str(file.absolute()), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.sha256(json.dumps([states, dict(question)], sort_keys=True).encode()).hexdigest()
