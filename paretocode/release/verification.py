"""What is a map held against when it is verified, and what holds for any map file?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from paretocode._files import sha256_of_file
from paretocode.errors import SealError
from paretocode.release.approval import parse_approval
from paretocode.release.in_force import InForce, map_in_force, refuse_expired, today_utc
from paretocode.release.register import Record
from paretocode.release.team import Team
from paretocode.result import TIER_MAP
from paretocode.tiermap.file import TierMapFile, canonical_bytes, read_tier_map

__all__ = ["Against", "Verification", "checked_map", "held_against", "people_in_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was verified.

    Parameters
    ----------
    kind
        ``release``, ``draft``, ``result`` or ``tier map``.
    path
        What was looked at.
    checked
        One line per thing that was checked and holds, or was not checked and why.
    state
        ``draft``, ``evaluated``, ``approved`` or ``exported``; empty for a map that lies in no release and no result.
    """

    kind: str
    path: str
    checked: tuple[str, ...]
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What a release or a result is held against: a team, signers, a map in force, a day."""

    team: Team | None
    allowed_signers: Path | None
    records: Sequence[Record]
    in_force: InForce | None
    today: str


def held_against(team: Team | None, signers: Path | None, in_force: Path | str | None, today: str | None) -> Against:
    """Return what to hold against, where a map in force that is named counts more than the register's."""
    records = [] if team is None else team.records()
    return Against(
        team=team,
        allowed_signers=signers or (None if team is None else team.allowed_signers),
        records=records,
        in_force=map_in_force(records) if in_force is None else _named(in_force),
        today=today or today_utc(),
    )


def _named(in_force: Path | str) -> InForce:
    if isinstance(in_force, str) and len(in_force) == 64 and not set(in_force) - set("0123456789abcdef"):
        return InForce(map="", serial=0, sha256=in_force)
    path = Path(in_force)
    path = path / TIER_MAP if path.is_dir() else path
    file = read_tier_map(path)
    return InForce(map=file.name, serial=file.serial, sha256=sha256_of_file(path))


def checked_map(path: Path, against: Against) -> tuple[TierMapFile, list[str]]:
    """Return a map file and what holds for it on its own, or refuse it: not canonical, or expired."""
    file = read_tier_map(path)
    if canonical_bytes(file) != path.read_bytes():
        raise SealError("its bytes are not in canonical form", where=str(path), way_out="export the map again")
    refuse_expired(file, where=str(path), today=against.today)
    lines = [
        f"{path.name}: format {file.format_version}, keys, ranges and cross-field rules hold",
        f"{path.name}: canonical bytes, sha256 {sha256_of_file(path)}",
    ]
    if file.valid_from is not None and against.today < file.valid_from:
        lines.append(f"NOT YET VALID: routers refuse it before {file.valid_from}")
    return file, lines


def people_in_words(approvals: dict[str, bytes], seals: dict[str, str]) -> list[str]:
    """Return each approval in words: who, when, and what is known of the signature; in the order of dates."""
    read = [(parse_approval(approvals[name], where=name), words) for name, words in seals.items()]
    return [f"{a.by} ({a.date}; {words})" for a, words in sorted(read, key=lambda pair: pair[0].date)]
