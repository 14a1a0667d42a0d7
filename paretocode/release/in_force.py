"""May this map take the place of the one in force, and does it count today?

The map in force is the last one that the register says was handed over to a router. A new map names it by its digest
(``supersedes``) and has a higher serial; a rollback is a new serial of an old map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from paretocode.errors import SealError
from paretocode.release.register import Record
from paretocode.tiermap.file import TierMapFile

__all__ = ["InForce", "map_in_force", "refuse_expired", "refuse_wrong_parent", "today_utc"]

_FOR_PEOPLE = {"csv"}
"""Formats that no router reads: handing one over puts no map in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The map in force: its name, serial and digest, and the digests of those that were in force before it.

    Where only its digest is known, the name is empty and the serial is 0.
    """

    map: str
    serial: int
    sha256: str
    before: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.map!r} serial {self.serial} ({self.sha256[:12]})" if self.map else f"map {self.sha256[:12]}"


def map_in_force(records: Sequence[Record]) -> InForce | None:
    """Return the map in force; None where no map was handed over yet."""
    handed = [record for record in records if record["kind"] == "exported" and record["to"] not in _FOR_PEOPLE]
    if not handed:
        return None
    last = handed[-1]
    digest = str(last["tier_map_sha256"])
    before = frozenset(str(record["tier_map_sha256"]) for record in handed) - {digest}
    return InForce(map=str(last["map"]), serial=int(str(last["serial"])), sha256=digest, before=before)


def refuse_wrong_parent(file: TierMapFile, digest: str, in_force: InForce | None, *, where: str) -> None:
    """Refuse a map that is neither in force itself nor the child of the one that is.

    Raises
    ------
    SealError
        It was in force before, it supersedes another map than the one in force, or its serial is not above that one's.
    """
    if in_force is None or in_force.sha256 == digest:
        return
    again = "prepare it against the map in force: paretocode prepare"
    if digest in in_force.before:
        raise SealError(
            f"it was in force once, and {in_force} took its place",
            where=where,
            way_out="to go back to it, prepare it again: paretocode prepare gives it a new serial",
        )
    if file.supersedes != in_force.sha256:
        parent = "no map" if file.supersedes is None else f"map {file.supersedes[:12]}"
        raise SealError(f"it supersedes {parent}, and {in_force} is in force", where=where, way_out=again)
    if file.serial <= in_force.serial:
        raise SealError(
            f"its serial {file.serial} is not above {in_force.serial}, which is in force", where=where, way_out=again
        )


def refuse_expired(file: TierMapFile, *, where: str, today: str | None = None) -> None:
    """Refuse a map whose validity has ended; `today` is a day as YYYY-MM-DD, the UTC day by default.

    Raises
    ------
    SealError
        It expired; a map is valid through its last day.
    """
    if file.valid_until is not None and file.valid_until < (today or today_utc()):
        raise SealError(f"it expired on {file.valid_until}", where=where, way_out="approve and export a newer map")


def today_utc() -> str:
    """Return the UTC day as YYYY-MM-DD."""
    return datetime.now(tz=UTC).date().isoformat()
