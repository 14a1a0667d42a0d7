"""Is it still what was sealed, and may it be loaded? Every digest, signature and date checked again."""

from __future__ import annotations

from pathlib import Path

from paretocode._files import sha256_of_file
from paretocode.errors import InputError, SealError
from paretocode.release.approval import find_result
from paretocode.release.build import EVIDENCE, release_files
from paretocode.release.checking import checked_signatures
from paretocode.release.handover import standing_in
from paretocode.release.in_force import refuse_wrong_parent
from paretocode.release.people import APPROVERS, Standing
from paretocode.release.preparing import refuse_stranger
from paretocode.release.states import draft_reasons, state_of
from paretocode.release.team import GATES, Team, find_team
from paretocode.release.verification import Against, Verification, checked_map, held_against, people_in_words
from paretocode.release.verify_release import verify_release
from paretocode.result import MANIFEST, METRICS, TIER_MAP, ResultFolder

__all__ = ["Verification", "verify"]


def verify(
    path: Path | str,
    *,
    team: Path | str | None = None,
    allowed_signers: Path | str | None = None,
    in_force: Path | str | None = None,
    today: str | None = None,
) -> Verification:
    """Verify a release folder, a result folder, or a tier map file.

    A tier map file is verified on its own bytes; if its folder is a release or a result, with all of that.

    Parameters
    ----------
    team
        The team's folder: its register, rule and allowed signers count. For a result by default the folder that it lies
        in; a release is held against no team unless one is named here or by ``PARETOCODE_TEAM``.
    allowed_signers
        Whose keys are whose; without it, the team's. Where there is none, signatures are held against the bytes alone.
    in_force
        The map in force, which a new one must supersede: a tier map file, a release folder, or a digest. By default
        what the team's register says.
    today
        Day as YYYY-MM-DD; the UTC day by default.

    Raises
    ------
    InputError
        No such path, or a file that is no tier map.
    SealError
        Anything that is not as it was sealed; the sentence names it.
    MissingDependencyError
        Allowed signers are given, and there is no ssh-keygen.
    """
    path = Path(path)
    folder = path if path.is_dir() else path.parent
    signers = None if allowed_signers is None else Path(allowed_signers)
    if (folder / EVIDENCE).is_file():
        return verify_release(folder, held_against(find_team(team), signers, in_force, today))
    if path.is_dir() and not (path / MANIFEST).is_file():
        raise InputError(
            "it is neither a release nor a finished result",
            where=str(path),
            way_out="name a folder with evidence.json or manifest.json",
        )
    map_path = path / TIER_MAP if path.is_dir() or path.name in {MANIFEST, METRICS} else path
    try:
        result = find_result(map_path)
    except SealError:
        return _verify_map(map_path, path, held_against(find_team(team), signers, in_force, today))
    return _verify_result(result, map_path, held_against(find_team(team, result=result.path), signers, in_force, today))


def _verify_map(map_path: Path, path: Path, against: Against) -> Verification:
    file, lines = checked_map(map_path, against)
    refuse_wrong_parent(file, sha256_of_file(map_path), against.in_force, where=str(map_path))
    lines.append(f"not approved here: {file.name} lies in no release and no result")
    return Verification(kind="tier map", path=str(path), checked=tuple(lines))


def _verify_result(result: ResultFolder, map_path: Path, against: Against) -> Verification:
    result.refuse_alteration()
    file, lines = checked_map(map_path, against)
    refuse_stranger(result, file, where=str(map_path))
    content, digest = map_path.read_bytes(), sha256_of_file(map_path)
    lines.append(f"{len(result.digests)} files have the digests of {MANIFEST}")
    if file.supersedes is not None:
        refuse_wrong_parent(file, digest, against.in_force, where=str(map_path))
    found, approvals = _standing(result, digest, against)
    state = state_of(result.manifest, found, digest, against.records)
    lines.append(f"{file.name} serial {file.serial} is {state.value}")
    if set(approvals) - {APPROVERS, GATES}:
        release_files(
            tier_map=content,
            metrics=(result.path / METRICS).read_bytes(),
            manifest=(result.path / MANIFEST).read_bytes(),
            approvals=approvals,
            where=str(result.path),
            is_draft=bool(draft_reasons(result.manifest, found)),
        )
    seals = checked_signatures(approvals, allowed_signers=against.allowed_signers, where=str(result.path))
    if seals:
        lines += [f"rule: {found.rule}", *found.missing, *(f"remark: {remark}" for remark in found.remarks)]
        lines += [f"{file.name} approved by {words}" for words in people_in_words(approvals, seals)]
    else:
        lines.append(f"{file.name} is not approved")
    if extra := result.extra_files():
        lines.append(f"not part of the result: {', '.join(extra)}")
    return Verification(kind="result", path=str(result.path), checked=tuple(lines), state=state.word)


def _standing(result: ResultFolder, digest: str, against: Against) -> tuple[Standing, dict[str, bytes]]:
    team = against.team or Team(folder=result.path.absolute().parent)
    return standing_in(result, digest, team, list(against.records), allowed_signers=against.allowed_signers)
