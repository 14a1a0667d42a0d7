"""May this map leave the house? Every check that stands before an export, and the record that follows it.

`handing_over` is the one door: whatever writes a map for a router does so inside it, while the register is locked, so
that two exports cannot both follow the same parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from paretocode._files import plain_bytes
from paretocode.errors import InputError, SealError, UsageError
from paretocode.release.approval import SIGNATURE, approval_files, approvals_of, find_result, parse_approval
from paretocode.release.build import EVIDENCE, release_files, standing_of
from paretocode.release.checking import checked_signatures
from paretocode.release.gated import refuse_by_gates
from paretocode.release.in_force import map_in_force, refuse_expired, refuse_wrong_parent
from paretocode.release.ownership import refuse_other_team
from paretocode.release.people import APPROVERS, Standing
from paretocode.release.preparing import refuse_stranger
from paretocode.release.register import Record, append, locked
from paretocode.release.revoking import taken_back
from paretocode.release.team import GATES, Team, find_team
from paretocode.release.unrecorded import unrecorded
from paretocode.result import MANIFEST, METRICS, ResultFolder
from paretocode.tiermap.file import MAX_FILE_BYTES, TierMapFile, canonical_bytes, parse_tier_map, sha256_of

__all__ = ["DRAFT_MARK", "Handover", "draft_path", "handing_over", "standing_in"]

DRAFT_MARK = ".draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A map that may leave: its file, its bytes, the files of its release folder, and who stands behind it."""

    file: TierMapFile
    content: bytes
    release_files: dict[str, bytes]
    standing: Standing
    is_draft: bool


@contextmanager
def handing_over(
    path: Path, *, to: str, team: Path | str | None = None, is_draft: bool = False, today: str | None = None
) -> Iterator[Handover]:
    """Yield a map that may be written for `to`; when that went well, the register says that it was handed over.

    Parameters
    ----------
    path
        A tier map file inside a finished result.
    to
        What is written: ``release``, or the name of a target.
    team
        The team's folder, see `paretocode.release.team`.
    is_draft
        A draft needs neither committed code nor approvals, is a release folder only, and stands in no register.
    today
        Day as YYYY-MM-DD; the UTC day by default.

    Raises
    ------
    UsageError
        A draft of anything but a release folder.
    InputError
        A broken map; a register that cannot be written.
    SealError
        A map that lies in no result, that changed since, that expired, or that is no child of the map in force; too few
        approvals, a stale one, a signature that does not hold; a gate of the team that fails; uncommitted code.
    """
    if is_draft and to != "release":
        raise UsageError("a draft can say that it is one as a release folder only", way_out="use --to release")
    content = _read(path)
    file = parse_tier_map(content, where=str(path))
    result = find_result(path)
    result.refuse_alteration()
    if canonical_bytes(file) != content:
        raise SealError("its bytes are not in canonical form", where=str(path), way_out="take the result's own map")
    refuse_stranger(result, file, where=str(path))
    refuse_expired(file, where=str(path), today=today)
    place = find_team(team, result=result.path) or Team(folder=result.path.absolute().parent)
    with locked(place.register):
        records = place.records()
        digest = sha256_of(content)
        if not is_draft:
            _refuse_nobody(result, file, digest, records)
            refuse_other_team(result, place)
            refuse_by_gates(result, place, file.name, today=today)
            refuse_wrong_parent(file, digest, map_in_force(records), where=str(path))
        found, approvals = standing_in(result, digest, place, records)
        files = release_files(
            tier_map=content,
            metrics=(result.path / METRICS).read_bytes(),
            manifest=(result.path / MANIFEST).read_bytes(),
            approvals=approvals,
            where=str(result.path),
            is_draft=is_draft,
        )
        handover = Handover(file=file, content=content, release_files=files, standing=found, is_draft=is_draft)
        yield handover
        if not is_draft:
            append(place.register, [*unrecorded(result, records, place), *_records(handover, to, records)])


def standing_in(
    result: ResultFolder, digest: str, team: Team, records: list[Record], *, allowed_signers: Path | None = None
) -> tuple[Standing, dict[str, bytes]]:
    """Return who stands behind a map of a result, and the files that say so; every signature was checked.

    Raises
    ------
    SealError
        A signature that does not hold, or that nobody can check although the team's rule counts only signed approvals.
    """
    approvals = _still_given(result, digest, records)
    where = str(result.path)
    signers = allowed_signers or team.allowed_signers
    if approvals:
        team.refuse_unchecked(signers)
    checked_signatures(approvals, allowed_signers=signers, where=where)
    for name, content in ((APPROVERS, team.rule_bytes()), (GATES, team.gates_bytes())):
        if content is not None:
            approvals[name] = content
    return standing_of(approvals, metrics=result.metrics(), where=where), approvals


def draft_path(out: Path) -> Path:
    """Return a path whose name says that a draft lies there.

    Raises
    ------
    InputError
        A path without a name, such as ``.``.

    Examples
    --------
    >>> draft_path(Path("out/release")).name, draft_path(Path("release.draft")).name
    ('release.draft', 'release.draft')
    """
    if out.name in ("", ".."):
        raise InputError("a draft needs a name to be marked by", where=str(out), way_out="give --out a name")
    return out if DRAFT_MARK in out.suffixes else out.with_name(out.name + DRAFT_MARK)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError("it is larger than 16 MiB", where=str(path), way_out="name a tier map")
        return plain_bytes(path, limit=MAX_FILE_BYTES, way_out="name a tier map")
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path), way_out="check the path") from error


def _still_given(result: ResultFolder, digest: str, records: list[Record]) -> dict[str, bytes]:
    """Return the approvals of a map with their signatures, without those that the register says were taken back."""
    approvals = approvals_of(result, digest)
    gone = taken_back(approvals, records)
    return {name: content for name, content in approvals.items() if name.removesuffix(SIGNATURE) not in gone}


def _refuse_nobody(result: ResultFolder, file: TierMapFile, digest: str, records: list[Record]) -> None:
    """Refuse a map without any approval, and say whether there was one of other bytes or one taken back."""
    if _still_given(result, digest, records):
        return
    what = f"no approval covers the map with sha256 {digest[:12]}"
    revoked = [r for r in records if r["kind"] == "revoked" and r["tier_map_sha256"] == digest]
    others = [parse_approval(content, where=name) for name, content in approval_files(result).items()]
    stale = [approval for approval in others if approval.map == file.name]
    if revoked:
        what += f"; {revoked[-1]['by']} took one back on {revoked[-1]['date']}: {revoked[-1]['reason']}"
    elif stale:
        what += f"; {stale[-1].by} approved other bytes of it ({stale[-1].tier_map_sha256[:12]})"
    raise SealError(
        what,
        where=str(result.path),
        way_out=f"approve it first: paretocode approve {result.path} --by NAME --reason TEXT",
    )


def _records(handover: Handover, to: str, records: list[Record]) -> Iterator[dict[str, object]]:
    """Yield what the register is told: the handing over, unless it was told the same already, and what it replaced."""
    digest = sha256_of(handover.content)
    named = {"map": handover.file.name, "serial": handover.file.serial, "tier_map_sha256": digest}
    exported = {
        "kind": "exported",
        **named,
        "to": to,
        "people": list(handover.standing.people),
        "supersedes": handover.file.supersedes,
        "evidence_sha256": sha256_of(handover.release_files[EVIDENCE]),
    }
    if any(exported.items() <= record.items() for record in records):
        return
    yield exported
    old = map_in_force(records)
    if old is not None and old.sha256 != digest and to != "csv":
        yield {
            "kind": "superseded",
            "map": old.map,
            "serial": old.serial,
            "tier_map_sha256": old.sha256,
            "superseded_by": digest,
        }
