"""How is an approval taken back? By a record of its own, beside it and in the register; nothing is deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from paretocode._files import json_bytes, write_atomically
from paretocode.errors import InputError, SealError
from paretocode.release.approval import (
    APPROVAL_NAME,
    MAX_APPROVAL_BYTES,
    REVOKED,
    Approval,
    find_result,
    parse_approval,
)
from paretocode.release.plain_file import is_plain_file
from paretocode.release.preparing import serial_of
from paretocode.release.register import Record, append, locked, now
from paretocode.release.team import Team, find_team
from paretocode.release.unrecorded import unrecorded
from paretocode.release.words import name_and_reason
from paretocode.result import APPROVALS
from paretocode.tiermap.file import sha256_of

__all__ = ["Revocation", "refuse_revoked", "revoke", "taken_back"]

_FORMAT = "paretocode-revocation-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """One approval taken back: which (by the digest of its bytes), by whom, why, when (UTC, ISO)."""

    format: str
    approval_sha256: str
    tier_map_sha256: str
    by: str
    reason: str
    date: str


def revoke(approval: Path | str, *, by: str, reason: str, team: Path | str | None = None) -> Path:
    """Take an approval back; return the file that says so. Maps already handed over stay where they are.

    Parameters
    ----------
    approval
        The approval file inside a result.
    by, reason
        Who takes it back and why. Under a team's rule, one of its people.
    team
        The team's folder, see `paretocode.release.team`.

    Raises
    ------
    UsageError
        An empty name or reason, a control character in one of them.
    InputError
        No such approval.
    SealError
        It lies in no result, was taken back already, or somebody whom the rule does not know.
    """
    by, reason = name_and_reason(by, reason, what="a revocation")
    path = Path(approval)
    content, taken = _read(path)
    result = find_result(path)
    place = find_team(team, result=result.path) or Team(folder=result.path.absolute().parent)
    rule = place.rule()
    if rule is not None and rule.person(by) is None:
        raise SealError(
            f"{by!r} is none of the people who may approve", where="approvers.toml", way_out="use one of them"
        )
    revocation = Revocation(
        format=_FORMAT,
        approval_sha256=sha256_of(content),
        tier_map_sha256=taken.tier_map_sha256,
        by=by,
        reason=reason,
        date=now(),
    )
    target = path.with_name(path.name + REVOKED)
    record = {
        "kind": "revoked",
        "map": taken.map,
        "serial": serial_of(result, taken.tier_map_sha256),
        "approved_by": taken.by,
        **{key: value for key, value in asdict(revocation).items() if key != "format"},
    }
    with locked(place.register):
        records = place.records()
        is_known = any(r["kind"] == "revoked" and r["approval_sha256"] == revocation.approval_sha256 for r in records)
        if is_known and target.exists():
            raise SealError("it was taken back already", where=str(path), way_out="leave it as it is")
        missing = list(unrecorded(result, records, place))
        append(place.register, [*missing, *([] if is_known else [record])])
        if not target.exists():
            write_atomically(target, json_bytes(asdict(revocation)))
    return target


def taken_back(approvals: Mapping[str, bytes], records: Sequence[Record]) -> dict[str, str]:
    """Return the approvals that the register says were taken back: file name -> who, when and why, in words."""
    revoked = {record["approval_sha256"]: record for record in records if record["kind"] == "revoked"}
    found = {name: revoked[digest] for name, c in sorted(approvals.items()) if (digest := sha256_of(c)) in revoked}
    return {
        name: f"{r['by']} took the approval by {r['approved_by']} back on {r['date']}: {r['reason']}"
        for name, r in found.items()
    }


def refuse_revoked(approvals: Mapping[str, bytes], records: Sequence[Record], *, where: str) -> None:
    """Refuse approvals that the register says were taken back.

    Raises
    ------
    SealError
        One was; the sentence says by whom, when and why.
    """
    for name, words in taken_back(approvals, records).items():
        raise SealError(words, where=f"{where}: {APPROVALS}/{name}", way_out="release the map again without it")


def _read(path: Path) -> tuple[bytes, Approval]:
    way_out = "name an approval, RESULT/approvals/NAME.json"
    if path.parent.name != APPROVALS or not APPROVAL_NAME.fullmatch(path.name):
        raise InputError("it is no approval of a result", where=str(path), way_out=way_out)
    try:
        if is_plain_file(path) and path.stat().st_size > MAX_APPROVAL_BYTES:
            raise InputError("it is larger than an approval is", where=str(path), way_out=way_out)
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path), way_out=way_out) from error
    return content, parse_approval(content, where=str(path))
