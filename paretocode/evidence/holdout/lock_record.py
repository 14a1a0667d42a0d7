"""What does the file of a locked holdout say, and has anyone changed it? Records, each sealed with the one before.

The file is JSON: the record of the lock, then one record for each opening, in order. A record carries the sha256 of its
own content, the digest of the record before it included, and the file names the last one. So an edited, removed,
inserted or moved record shows. Someone who works the digests out anew is caught only by a digest kept elsewhere, which
is why every report carries the last one it saw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from paretocode._files import json_bytes, read_json, write_atomically
from paretocode.errors import InputError, SealError

__all__ = ["LOCK_FORMAT", "LOCK_FORMAT_VERSION", "Record", "read_records", "sealed", "write_records"]

LOCK_FORMAT = "paretocode-holdout-lock"
LOCK_FORMAT_VERSION = 1

_KEYS = {
    "lock": {"kind", "time", "question", "maps", "settings", "split", "previous", "sha256"},
    "opening": {"kind", "time", "maps", "is_locked", "reason", "previous", "sha256"},
}
_WAY_OUT = "restore the file from a copy; if there is none, draw and lock a new holdout"

Record = dict[str, object]


def sealed(content: Mapping[str, object], *, previous: str) -> Record:
    """Return a record with the digest of the record before it and its own.

    Examples
    --------
    >>> first = sealed({"kind": "lock"}, previous="")
    >>> sealed({"kind": "opening"}, previous=str(first["sha256"]))["previous"] == first["sha256"]
    True
    """
    record: Record = {**content, "previous": previous}
    return {**record, "sha256": _digest(record)}


def write_records(path: Path, records: list[Record]) -> None:
    """Write the file whole, or leave the old one.

    Raises
    ------
    InputError
        The place cannot be written.
    """
    document = {
        "format": LOCK_FORMAT,
        "format_version": LOCK_FORMAT_VERSION,
        "records": records,
        "head": records[-1]["sha256"],
    }
    write_atomically(path, json_bytes(document))


def read_records(path: Path) -> list[Record]:
    """Read the file and check every seal.

    Raises
    ------
    InputError
        No such file, not a lock, or another version of the format.
    SealError
        A record that was edited, removed, moved or inserted; the sentence names the first that does not fit.
    """
    document = read_json(path, what="holdout lock", way_out="name the file that lock_holdout wrote")
    if document.get("format") != LOCK_FORMAT:
        raise InputError(
            f"its format is {document.get('format')!r}",
            where=str(path),
            way_out=f"name a holdout lock, whose format is {LOCK_FORMAT!r}",
        )
    version = document.get("format_version")
    if version != LOCK_FORMAT_VERSION or isinstance(version, bool):
        raise InputError(
            f"its format version is {version!r}",
            where=str(path),
            way_out=f"this release reads version {LOCK_FORMAT_VERSION}; use the release that wrote it",
        )
    plain = document.get("records")
    if not isinstance(plain, list) or not plain:
        raise SealError("it holds no records", where=str(path), way_out=_WAY_OUT)
    records = [_checked(at, record, path) for at, record in enumerate(plain)]
    for at, (before, record) in enumerate(zip(["", *(r["sha256"] for r in records)], records, strict=False)):
        if record["previous"] != before:
            raise SealError(
                f"record {at + 1} does not follow the one before it, so a record was removed, inserted or moved",
                where=str(path),
                way_out=_WAY_OUT,
            )
    if document.get("head") != records[-1]["sha256"]:
        raise SealError(
            f"it ends with record {len(records)}, which is not the last that was written",
            where=str(path),
            way_out=_WAY_OUT,
        )
    return records


def _checked(at: int, record: object, path: Path) -> Record:
    kind = "lock" if at == 0 else "opening"
    if not isinstance(record, dict) or record.get("kind") != kind or set(record) != _KEYS[kind]:
        raise SealError(f"record {at + 1} is no {kind}", where=str(path), way_out=_WAY_OUT)
    own = {key: value for key, value in record.items() if key != "sha256"}
    if record["sha256"] != _digest(own):
        raise SealError(
            f"record {at + 1} of {record['time']!r} was changed after it was written",
            where=str(path),
            way_out=_WAY_OUT,
        )
    return record


def _digest(record: Mapping[str, object]) -> str:
    return hashlib.sha256(json_bytes(record)).hexdigest()
