"""What happened to a team's maps, in which order, and has anyone changed the story?

A register is a file of one JSON record per line, only ever added to. Each record carries the sha256 of the one before
it and of itself, so an edited, removed, inserted or moved record shows. Its neighbour ``register.head`` names the last
record, so that missing last ones show too: it is written before the records that it will speak of (with the old end and
the new one) and again after them, so it is never missing and never behind. Someone who works all digests out anew is
caught only by a digest kept elsewhere: `paretocode log` prints the last one, to be noted in another place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from paretocode._files import parse_json, write_atomically
from paretocode.errors import InputError, SealError
from paretocode.release.plain_file import is_plain_file

__all__ = ["REGISTER", "Record", "append", "locked", "now", "read_register"]

REGISTER = "register.jsonl"
_FORMAT = "paretocode-register-1"
_MAX_BYTES = 64 * 2**20
_MAP = {"map", "serial", "tier_map_sha256"}
_CHAIN = {"format", "number", "kind", "time", "previous", "sha256"}
_KEYS = {
    "approved": _MAP | {"by", "reason", "date", "principal", "signature", "approval_sha256"},
    "revoked": _MAP | {"by", "reason", "date", "approved_by", "approval_sha256"},
    "exported": _MAP | {"to", "people", "supersedes", "evidence_sha256"},
    "superseded": _MAP | {"superseded_by"},
}
_WAY_OUT = "restore the register from a copy"
_EMPTY = "empty"
"""What the head says of a register without records."""

Record = dict[str, object]


def now() -> str:
    """Return the time as approvals and records state it: UTC, ISO, whole seconds."""
    return datetime.now(tz=UTC).isoformat(timespec="seconds")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time read and add to a register; others wait. The system frees the lock with the process.

    Raises
    ------
    InputError
        The register's folder cannot be written.
    """
    import fcntl

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock_path = path.with_name(f".{path.stem}.lock")
        is_plain_file(lock_path)
        lock = lock_path.open("ab")
    except OSError as error:
        raise InputError(
            f"the register cannot be written ({error.strerror})",
            where=str(path),
            way_out="name a folder of the team that you can write to",
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def append(path: Path, contents: Sequence[Mapping[str, object]]) -> None:
    """Add records, all of them or none; the caller holds the lock.

    The file is written anew beside the old one and takes its place, so that a crash leaves the old or the new one.

    Parameters
    ----------
    contents
        Records with ``kind`` and the keys of their kind; number, time and digests are added here.

    Raises
    ------
    SealError
        The register as it stands does not hold together: nothing is added to it.
    """
    records = read_register(path)
    old = path.read_bytes() if records else b""
    for content in contents:
        record: Record = {
            "format": _FORMAT,
            "number": len(records) + 1,
            "time": now(),
            **content,
            "previous": records[-1]["sha256"] if records else "",
        }
        records.append({**record, "sha256": _digest(record)})
        _refuse_shape(records[-1], len(records), path)
    added = records[len(records) - len(contents) :]
    if added:
        end = str(records[-1]["sha256"])
        write_atomically(_head(path), f"{added[0]['previous'] or _EMPTY}\n{end}\n".encode())
        write_atomically(path, old + b"".join(_line(record) for record in added))
        write_atomically(_head(path), f"{end}\n".encode())


def read_register(path: Path) -> list[Record]:
    """Read a register and check the chain; no file is an empty register.

    Raises
    ------
    InputError
        It cannot be read, is too large, or is no plain file.
    SealError
        A record that was edited, removed, inserted, moved or cut off; the sentence names the first that does not fit.
    """
    content, head = _content(path), _content(_head(path)).decode(errors="replace").split()
    lines = content.splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        raise SealError(f"record {len(lines)} is cut off in the middle", where=str(path), way_out=_WAY_OUT)
    records: list[Record] = []
    for number, line in enumerate(lines, start=1):
        records.append(_checked(line, number, records, path))
    if (head or records) and (records[-1]["sha256"] if records else _EMPTY) not in head:
        raise SealError(_broken_end(records, head), where=str(path), way_out=_WAY_OUT)
    return records


def _broken_end(records: list[Record], head: list[str]) -> str:
    if not head:
        return f"its end is not sealed: {_head(Path(REGISTER)).name} is missing, so later records may have been removed"
    if not records:
        return "all its records were removed"
    if {record["sha256"] for record in records} & set(head):
        return f"record {len(records)} was added by something else than these commands"
    return f"it ends with record {len(records)}, and later ones were removed"


def _checked(line: bytes, number: int, before: list[Record], path: Path) -> Record:
    try:
        record = parse_json(line)
    except (ValueError, RecursionError) as error:
        raise SealError(f"record {number} is no JSON ({error})", where=str(path), way_out=_WAY_OUT) from error
    if not isinstance(record, dict):
        raise SealError(f"record {number} is no record", where=str(path), way_out=_WAY_OUT)
    _refuse_shape(record, number, path)
    own = {key: value for key, value in record.items() if key != "sha256"}
    if record["sha256"] != _digest(own) or _line(record) != line:
        raise SealError(f"record {number} was edited after it was written", where=str(path), way_out=_WAY_OUT)
    previous = before[-1]["sha256"] if before else ""
    if record["number"] != number or record["previous"] != previous:
        raise SealError(
            f"record {number} does not follow the one before it, so a record was removed, inserted or moved",
            where=str(path),
            way_out=_WAY_OUT,
        )
    return record


def _refuse_shape(record: Record, number: int, path: Path) -> None:
    kind = record.get("kind")
    keys = _KEYS.get(kind) if isinstance(kind, str) else None
    if record.get("format") != _FORMAT or keys is None or set(record) != keys | _CHAIN:
        raise SealError(f"record {number} is no record of {_FORMAT}", where=str(path), way_out=_WAY_OUT)


def _content(path: Path) -> bytes:
    try:
        if not is_plain_file(path):
            return b""
        if path.stat().st_size > _MAX_BYTES:
            raise InputError("it is larger than 64 MiB", where=str(path), way_out="name a register")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path), way_out="name a register") from error


def _head(path: Path) -> Path:
    return path.with_suffix(".head")


def _line(record: Mapping[str, object]) -> bytes:
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.encode() + b"\n"


def _digest(record: Mapping[str, object]) -> str:
    return hashlib.sha256(_line(record)).hexdigest()
