"""Which parts does a partitioned stream have, and what is in them? Opened once, read part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import read_only
from paretocode.errors import InputError
from paretocode.stream.partitioned.manifest import PartEntry, read_manifest
from paretocode.stream.partitioned.part_file import read_part
from paretocode.stream.stream import COLUMNS, RequestStream

__all__ = ["PartitionedStream", "open_partitions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionedStream:
    """A folder of parts. Make one with `open_partitions`; small enough to be sent to a worker.

    Parameters
    ----------
    folder
        Where it lies.
    name, notes
        As of a stream.
    digest
        That of the same stream in memory.
    has_demand
        Whether any request states a min score.
    parts
        In the order of the stream.
    """

    folder: Path
    name: str
    notes: tuple[str, ...]
    digest: str
    has_demand: bool
    parts: tuple[PartEntry, ...]

    def __len__(self) -> int:
        last = self.parts[-1]
        return last.first_request + last.n_requests

    @property
    def n_sessions(self) -> int:
        """Number of sessions."""
        last = self.parts[-1]
        return last.first_session + last.n_sessions

    def part(self, number: int) -> RequestStream:
        """Read one part, sessions renumbered from 0, its digest checked.

        Raises
        ------
        InputError
            It is missing, changed, or holds other rows than the manifest says.
        """
        return read_part(self.folder, self.parts[number], name=self.name)

    def streams(self) -> Iterator[RequestStream]:
        """Yield the parts in order."""
        return (self.part(number) for number in range(len(self.parts)))

    def first_sessions(self, n_requests: int) -> RequestStream:
        """Return whole sessions from the start of the stream, with at least `n_requests` requests if it has so many.

        Raises
        ------
        InputError
            As `part`.
        """
        if n_requests >= len(self):
            return self.whole()
        n_parts = sum(part.first_request < n_requests for part in self.parts)
        found = self._joined(n_parts).first_sessions(n_requests)
        note = f"only the first {len(found):,} of {len(self):,} requests, whole sessions"
        return found.replace(notes=(*self.notes, note))

    def whole(self) -> RequestStream:
        """Return the stream in memory; about 60 bytes a request.

        Raises
        ------
        InputError
            As `part`; and parts that are not the stream whose digest the manifest states.
        """
        found = self._joined(len(self.parts))
        if found.digest != self.digest:
            raise InputError(
                "its parts are not the stream that its manifest states",
                where=str(self.folder),
                way_out="partition the logs again",
            )
        return found

    def _joined(self, n_parts: int) -> RequestStream:
        columns: dict[str, list[NDArray[Any]]] = {name: [] for name in COLUMNS}
        for number, entry in enumerate(self.parts[:n_parts]):
            stream = self.part(number)
            for name in COLUMNS:
                values = getattr(stream, name)
                columns[name].append(values + entry.first_session if name == "session" else values)
        joined: dict[str, Any] = {name: read_only(np.concatenate(values)) for name, values in columns.items()}
        return RequestStream(**joined, name=self.name, notes=self.notes)


def open_partitions(folder: Path | str) -> PartitionedStream:
    """Open a partitioned stream; its parts are looked for, and read when asked for.

    Raises
    ------
    InputError
        No such folder, an unfinished one, a manifest that says what cannot be, a part missing or one too many.
    """
    path = Path(folder)
    manifest = read_manifest(path)
    entries = manifest.entries
    there = {file.name for file in path.glob("part-*")}
    stated = {entry.file for entry in entries}
    for names, what, way_out in (
        (stated - there, "is missing", "partition the logs again"),
        (there - stated, "is none of the parts that its manifest names", "take it out of the folder"),
    ):
        if names:
            raise InputError(f"{min(names)} {what}", where=str(path), way_out=way_out)
    return PartitionedStream(
        folder=path.absolute(),
        name=manifest.name,
        notes=tuple(manifest.notes),
        digest=manifest.digest,
        has_demand=manifest.has_demand,
        parts=entries,
    )
