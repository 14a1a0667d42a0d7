"""What does the folder of a partitioned stream say of itself? One JSON file, written last, checked before use."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from paretocode._borders import validated
from paretocode._files import json_bytes, read_json, write_atomically
from paretocode.errors import InputError
from paretocode.stream.table.partitions import PARTS_MANIFEST

__all__ = ["MANIFEST", "PARTITIONS_FORMAT", "Manifest", "PartEntry", "part_name", "read_manifest", "write_manifest"]

MANIFEST = PARTS_MANIFEST
PARTITIONS_FORMAT = "paretocode-partitions-1"
_WAY_OUT = "partition the logs again"
_NAME = re.compile(r"part-[0-9]{5}\.parquet")
_Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
_Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def part_name(number: int) -> str:
    """Return the file name of a part, counted from 0.

    Examples
    --------
    >>> part_name(7)
    'part-00007.parquet'
    """
    return f"part-{number:05d}.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEntry:
    """One part: its file, and which requests and sessions of the stream it holds.

    Parameters
    ----------
    file, sha256, n_bytes
        Name in the folder, digest of its bytes, size [bytes].
    first_request, n_requests, first_session, n_sessions
        Positions in the order of the whole stream, from 0, and counts, 1 or more.
    """

    file: str
    sha256: str
    n_bytes: int
    first_request: int
    n_requests: int
    first_session: int
    n_sessions: int


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    file: str
    sha256: _Digest
    n_bytes: _Count
    first_request: _Count
    n_requests: Annotated[_Count, Field(ge=1)]
    first_session: _Count
    n_sessions: Annotated[_Count, Field(ge=1)]


class Manifest(BaseModel):
    """The content of ``partitions.json``.

    `digest` is that of the stream in memory (`RequestStream.digest`), what is logged left out. `seal` is that of all
    else that stands here: a digest of the whole stream, say, is worked out again by nobody who reads part by part.
    Folders of earlier days have none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    format: Literal["paretocode-partitions-1"]
    name: Annotated[str, Field(max_length=500)]
    notes: Annotated[list[str], Field(max_length=1000)]
    digest: _Digest
    has_demand: bool
    parts: Annotated[list[_Part], Field(min_length=1, max_length=99_999)]
    seal: _Digest | None = None

    @model_validator(mode="after")
    def _parts_follow_each_other(self) -> Self:
        """Refuse parts that leave something out, stand twice, or are named like anything else in the file system."""
        request = session = 0
        for number, part in enumerate(self.parts):
            if part.file != part_name(number) or not _NAME.fullmatch(part.file):
                raise ValueError(f"part {number} is called {part.file[:60]!r}, not {part_name(number)!r}")
            if (part.first_request, part.first_session) != (request, session):
                raise ValueError(
                    f"{part.file} begins with request {part.first_request} and session {part.first_session}, and the "
                    f"parts before it end with {request - 1} and {session - 1}"
                )
            request, session = request + part.n_requests, session + part.n_sessions
        return self

    @property
    def entries(self) -> tuple[PartEntry, ...]:
        """The parts, in order."""
        return tuple(PartEntry(**part.model_dump()) for part in self.parts)


def read_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of a folder.

    Raises
    ------
    InputError
        No such folder, an unfinished one, or a manifest that says what cannot be.
    """
    path = folder / MANIFEST
    if not path.is_file():
        state = "it was not finished" if (folder / ".work").is_dir() else f"it has no {MANIFEST}"
        way_out = "run the same command again, and it goes on" if (folder / ".work").is_dir() else "name such a folder"
        raise InputError(f"it is no partitioned stream: {state}", where=str(folder), way_out=way_out)
    plain = read_json(path, what="manifest of partitions", way_out=_WAY_OUT)
    if plain.get("format") != PARTITIONS_FORMAT:
        raise InputError(
            f"its format is {str(plain.get('format'))[:60]!r}",
            where=str(path),
            way_out=f"this release reads {PARTITIONS_FORMAT}; {_WAY_OUT}",
        )
    manifest = validated(Manifest, plain, where=str(path), way_out=_WAY_OUT)
    if manifest.seal not in (None, _seal(plain)):
        raise InputError("it no longer says what was written", where=str(path), way_out=_WAY_OUT)
    return manifest


def _seal(document: Mapping[str, object]) -> str:
    return hashlib.sha256(json_bytes({key: value for key, value in document.items() if key != "seal"})).hexdigest()


def write_manifest(
    folder: Path, parts: list[PartEntry], *, name: str, notes: tuple[str, ...], digest: str, has_demand: bool
) -> None:
    """Write the manifest, which makes the folder a partitioned stream."""
    document: dict[str, object] = {
        "format": PARTITIONS_FORMAT,
        "name": name,
        "notes": list(notes),
        "digest": digest,
        "has_demand": has_demand,
        "parts": [asdict(part) for part in parts],
    }
    write_atomically(folder / MANIFEST, json_bytes({**document, "seal": _seal(document)}))
