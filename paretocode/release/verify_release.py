"""Is a release folder what its map, metrics, manifest and approvals make, and may a router load it?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from paretocode._files import parse_json
from paretocode.errors import SealError
from paretocode.release.build import EVIDENCE, RESULT_MANIFEST, RESULT_METRICS, release_files, standing_of
from paretocode.release.checking import checked_signatures
from paretocode.release.in_force import InForce, refuse_wrong_parent
from paretocode.release.people import APPROVERS, Standing
from paretocode.release.revoking import refuse_revoked
from paretocode.release.states import State
from paretocode.release.team import GATES, Team
from paretocode.release.verification import Against, Verification, checked_map, people_in_words
from paretocode.result import APPROVALS, TIER_MAP
from paretocode.tiermap.file import TierMapFile, sha256_of

__all__ = ["verify_release"]

_MAX_BYTES, _MAX_FILES = 64 * 2**20, 2000


def verify_release(folder: Path, against: Against) -> Verification:
    """Build the release again from its map, metrics, manifest and approvals, and compare every byte."""
    present = _regular_files(folder)
    if missing := sorted({TIER_MAP, RESULT_METRICS, RESULT_MANIFEST} - set(present)):
        raise SealError(f"{missing[0]} is missing", where=str(folder), way_out="take the release again")
    is_draft = _says_draft(present[EVIDENCE])
    prefix = f"{APPROVALS}/"
    approvals = {n.removeprefix(prefix): c for n, c in present.items() if n.startswith(prefix)}
    expected = release_files(
        tier_map=present[TIER_MAP],
        metrics=present[RESULT_METRICS],
        manifest=present[RESULT_MANIFEST],
        approvals=approvals,
        where=str(folder),
        is_draft=is_draft,
    )
    _refuse_differences(present, expected, folder)
    file, lines = checked_map(folder / TIER_MAP, against)
    refuse_wrong_parent(file, sha256_of(present[TIER_MAP]), against.in_force, where=str(folder))
    refuse_revoked(approvals, against.records, where=str(folder))
    _refuse_other_rule(approvals, against.team, folder)
    seals = checked_signatures(approvals, allowed_signers=against.allowed_signers, where=str(folder))
    found = standing_of(
        approvals,
        metrics=_parsed_object(present[RESULT_METRICS]),
        where=str(folder),
        is_signed_only=against.allowed_signers is not None,
    )
    lines += [
        f"all {len(expected)} files are what the map, its metrics, its manifest and its approvals make",
        f"{EVIDENCE} has sha256 {sha256_of(present[EVIDENCE])}",
        *_parent_lines(file, against.in_force),
    ]
    if is_draft:
        lines.append("DRAFT: routers refuse it")
        return Verification(kind="draft", path=str(folder), checked=tuple(lines), state=State.DRAFT.word)
    _refuse_unsigned(found, against, folder)
    lines += [f"rule: {found.rule}", *(f"remark: {remark}" for remark in found.remarks)]
    lines.append(f"approved by {', '.join(people_in_words(approvals, seals))}")
    return Verification(kind="release", path=str(folder), checked=tuple(lines), state=State.EXPORTED.word)


def _says_draft(evidence: bytes) -> bool:
    """Return whether the evidence calls this a draft; whether it may, the comparison with a fresh build decides."""
    predicate = _parsed_object(evidence).get("predicate")
    return isinstance(predicate, dict) and predicate.get("state") == State.DRAFT.word


def _parsed_object(content: bytes) -> dict[str, Any]:
    """Return a JSON object, empty where the bytes are none."""
    try:
        plain = parse_json(content)
    except (ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}


def _refuse_differences(present: dict[str, bytes], expected: dict[str, bytes], folder: Path) -> None:
    for name in sorted(expected):
        if present.get(name) != expected[name]:
            state = "changed" if name in present else "is missing"
            raise SealError(
                f"{name} {state} after it was released", where=str(folder), way_out="take the release again"
            )
    if extra := sorted(set(present) - set(expected)):
        raise SealError(f"{extra[0]} is not part of the release", where=str(folder), way_out="remove it")


def _refuse_other_rule(approvals: dict[str, bytes], team: Team | None, folder: Path) -> None:
    """Refuse a release made under another rule or other gates than the team's own, or under none where it has some."""
    if team is None:
        return
    for name, content in ((APPROVERS, team.rule_bytes()), (GATES, team.gates_bytes())):
        if content is not None and approvals.get(name) != content:
            raise SealError(
                f"it was released under another {name} than the team's",
                where=str(folder),
                way_out="export it again with --team",
            )


def _refuse_unsigned(found: Standing, against: Against, folder: Path) -> None:
    """Refuse a release that too few signatures stand behind, for those who can check them or must.

    Whoever knows the signers counts signed approvals alone: the rule inside a release is its maker's, and an approval
    without a signature is anybody's.
    """
    if against.team is not None:
        against.team.refuse_unchecked(against.allowed_signers)
    if against.allowed_signers is not None and found.missing:
        raise SealError(
            f"counting only approvals with a checked signature: {'; '.join(found.missing)}",
            where=str(folder),
            way_out="let its people approve with --sign-key, and export it again",
        )


def _parent_lines(file: TierMapFile, in_force: InForce | None) -> list[str]:
    if in_force is None:
        return [f"serial {file.serial}; NOT CHECKED whether it supersedes the map in force: none is known here"]
    return [f"serial {file.serial}; it is the map in force, {in_force}, or follows it"]


def _regular_files(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by name, read once; refuse links and anything that is neither file nor folder."""
    files: dict[str, bytes] = {}
    for number, path in enumerate(sorted(folder.rglob("*"))):
        if number >= _MAX_FILES:
            raise SealError(
                f"it holds more than {_MAX_FILES} files", where=str(folder), way_out="take the release again"
            )
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise SealError(f"{name} is no plain file", where=str(folder), way_out="take the release again")
        if path.is_file():
            if path.stat().st_size > _MAX_BYTES:
                raise SealError(f"{name} is larger than 64 MiB", where=str(folder), way_out="take the release again")
            files[name] = path.read_bytes()
    return files
