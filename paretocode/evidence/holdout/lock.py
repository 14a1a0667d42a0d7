"""What was locked, and how often was the holdout looked at? The file of a lock as people and reports read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from paretocode.errors import SealError
from paretocode.evidence.holdout.lock_record import Record, read_records

__all__ = ["HoldoutLock", "read_lock"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldoutLock:
    """A locked holdout as its file tells it; every seal was checked when it was read.

    Parameters
    ----------
    path
        The file.
    records
        The lock, then every opening, in order.
    """

    path: Path
    records: tuple[Record, ...]

    @property
    def head(self) -> str:
        """Digest of the last record. Keep it elsewhere: a file that lost or rewrote records no longer holds it."""
        return str(self.records[-1]["sha256"])

    @property
    def question(self) -> str:
        """What was asked when the holdout was locked."""
        return str(self.records[0]["question"])

    @property
    def locked_digests(self) -> frozenset[str]:
        """Digests of the maps that may be judged."""
        return frozenset(_digests(self.records[0]))

    @property
    def test_digest(self) -> str:
        """Digest of the holdout."""
        return str(cast("dict[str, object]", self.records[0]["split"])["test_digest"])

    @property
    def openings(self) -> tuple[Record, ...]:
        """The record of each opening."""
        return self.records[1:]

    @property
    def is_clean(self) -> bool:
        """Whether the holdout was opened at most once, and only for what was locked."""
        return len(self.openings) <= 1 and all(bool(opening["is_locked"]) for opening in self.openings)

    @property
    def sentence(self) -> str:
        """How often the holdout was opened and for what, for people.

        Examples
        --------
        ``opened 2 times; opening 2 evaluates a map that was not locked``
        """
        n = len(self.openings)
        strange = [at + 1 for at, opening in enumerate(self.openings) if not opening["is_locked"]]
        times = "never opened" if n == 0 else "opened once" if n == 1 else f"opened {n} times"
        if not strange:
            return times if n == 0 else f"{times}, for what was locked" if n == 1 else f"{times}, always as locked"
        which = f"opening {strange[0]} evaluates" if len(strange) == 1 else f"{len(strange)} openings evaluate"
        return f"{times}; {which} a map that was not locked"

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "question": self.question,
            "locked_at": self.records[0]["time"],
            "n_openings": len(self.openings),
            "openings": [
                {key: record[key] for key in ("time", "maps", "is_locked", "reason")} for record in self.openings
            ],
            "is_clean": self.is_clean,
            "head": self.head,
            "sentence": self.sentence,
        }


def read_lock(path: Path | str, *, expected_head: str = "") -> HoldoutLock:
    """Read a lock and check every seal, opening nothing.

    Raises
    ------
    InputError
        As `read_records`.
    SealError
        As `read_records`, or a file that does not hold `expected_head`.
    """
    path = Path(path)
    records = read_records(path)
    if expected_head and expected_head not in {record["sha256"] for record in records}:
        raise SealError(
            f"it lacks the record {expected_head[:12]}, so it was written anew",
            where=str(path),
            way_out="restore the file from a copy; if there is none, draw and lock a new holdout",
        )
    return HoldoutLock(path=path, records=tuple(records))


def _digests(record: Record) -> list[str]:
    return [named["sha256"] for named in cast("list[dict[str, str]]", record["maps"])]
