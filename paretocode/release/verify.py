"""Is it still what was sealed? Every digest recomputed, every vector routed again, every cross-field rule checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paretocode._files import read_json, sha256_of_file
from paretocode.errors import InputError, SealError
from paretocode.release.approval import approvals_of, read_approval
from paretocode.release.export import EVIDENCE, SCHEMA, VECTORS
from paretocode.release.vectors import VECTORS_FORMAT, failing_vectors
from paretocode.sim.result_folder import MANIFEST, TIER_MAP, open_result
from paretocode.tiermap.file import TierMapFile, canonical_bytes, read_tier_map, schema_bytes, sha256_of

__all__ = ["Verification", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was verified.

    Parameters
    ----------
    kind
        ``release``, ``result`` or ``tier map``.
    path
        What was looked at.
    checked
        One line per thing that was checked and holds.
    """

    kind: str
    path: str
    checked: tuple[str, ...]


def verify(path: Path | str) -> Verification:
    """Verify a release folder, a result folder, or a tier map file.

    A tier map file is verified on its own bytes; if its folder is a release or a result, with all of that.

    Raises
    ------
    InputError
        No such path, or a file that is no tier map.
    SealError
        Anything that is not as it was sealed; the sentence names it.
    """
    path = Path(path)
    folder = path if path.is_dir() else path.parent
    if (folder / EVIDENCE).is_file():
        return _verify_release(folder)
    if (folder / MANIFEST).is_file():
        return _verify_result(folder)
    if path.is_dir():
        raise InputError(
            "it is neither a release nor a finished result",
            where=str(path),
            way_out="name a folder with evidence.json or manifest.json",
        )
    file, lines = _check_map(path)
    return Verification(kind="tier map", path=str(path), checked=(*lines, f"not approved here: {file.name} lies alone"))


def _check_map(path: Path) -> tuple[TierMapFile, list[str]]:
    file = read_tier_map(path)
    if canonical_bytes(file) != path.read_bytes():
        raise SealError("its bytes are not in canonical form", where=str(path), way_out="export the map again")
    lines = [
        f"{path.name}: format {file.format_version}, keys, ranges and cross-field rules hold",
        f"{path.name}: canonical bytes, sha256 {sha256_of_file(path)}",
    ]
    return file, lines


def _verify_release(folder: Path) -> Verification:
    statement = read_json(folder / EVIDENCE, what="evidence statement", way_out="export the release again")
    subjects = _subjects(statement, folder)
    present = {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()} - {EVIDENCE}
    if extra := sorted(present - set(subjects)):
        raise SealError(f"{extra[0]} is not part of the release", where=str(folder), way_out="remove it")
    for name, digest in subjects.items():
        if name not in present or sha256_of_file(folder / name) != digest:
            state = "changed" if name in present else "is missing"
            raise SealError(
                f"{name} {state} after it was released", where=str(folder), way_out="take the release again"
            )
    file, lines = _check_map(folder / TIER_MAP)
    digest = subjects[TIER_MAP]
    _check_vectors(folder, file, digest)
    if (folder / SCHEMA).read_bytes() != schema_bytes():
        raise SealError("its schema is not the published one", where=str(folder), way_out="export the release again")
    approvals = [read_approval(p) for p in sorted((folder / "approvals").glob("*.json"))]
    if not approvals or any(a.tier_map_sha256 != digest for a in approvals):
        raise SealError("its approvals do not cover its map", where=str(folder), way_out="approve and export again")
    people = ", ".join(f"{a.by} ({a.date}; sealed, not signed)" for a in approvals)
    return Verification(
        kind="release",
        path=str(folder),
        checked=(
            *lines,
            f"{len(subjects)} files have the digests of {EVIDENCE} (sha256 {sha256_of_file(folder / EVIDENCE)})",
            f"{VECTORS}: every case routes as stated",
            f"approved by {people}",
        ),
    )


def _subjects(statement: dict[str, Any], folder: Path) -> dict[str, str]:
    try:
        subjects = {str(s["name"]): str(s["digest"]["sha256"]) for s in statement["subject"]}
    except (KeyError, TypeError) as error:
        raise SealError(
            f"{EVIDENCE} names no subjects", where=str(folder), way_out="export the release again"
        ) from error
    if missing := {TIER_MAP, VECTORS, SCHEMA} - set(subjects):
        raise SealError(
            f"{EVIDENCE} does not cover {sorted(missing)[0]}", where=str(folder), way_out="export the release again"
        )
    return subjects


def _check_vectors(folder: Path, file: TierMapFile, digest: str) -> None:
    document = read_json(folder / VECTORS, what="vectors file", way_out="export the release again")
    if (
        document.get("format") != VECTORS_FORMAT
        or document.get("tier_map_sha256") != digest
        or not document.get("cases")
    ):
        raise SealError(f"{VECTORS} belongs to another map", where=str(folder), way_out="export the release again")
    if failing := failing_vectors(file, document):
        raise SealError(
            f"case {failing[0]} of {VECTORS} is not what the map gives",
            where=str(folder),
            way_out="export the release again",
        )


def _verify_result(folder: Path) -> Verification:
    result = open_result(folder)
    result.refuse_alteration()
    file, lines = _check_map(folder / TIER_MAP)
    lines.append(f"{len(result.digests)} files have the digests of {MANIFEST}")
    try:
        found = approvals_of(result, sha256_of((folder / TIER_MAP).read_bytes()))
        lines += [f"{file.name} approved by {a.by}, {a.date} (sealed, not signed)" for _, a in found]
    except SealError as error:
        if list((folder / "approvals").glob("*.json")) and "no approval" not in error.what:
            raise
        lines.append(f"{file.name} is not approved")
    return Verification(kind="result", path=str(folder), checked=tuple(lines))
