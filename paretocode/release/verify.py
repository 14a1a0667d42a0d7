"""Is it still what was sealed? Every digest recomputed, every vector routed again, every cross-field rule checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from paretocode._files import sha256_of_file
from paretocode.errors import InputError, SealError
from paretocode.release.approval import approvals_of, find_result, parse_approval
from paretocode.release.build import EVIDENCE, RESULT_MANIFEST, RESULT_METRICS, release_files
from paretocode.result import APPROVALS, MANIFEST, METRICS, TIER_MAP, ResultFolder
from paretocode.tiermap.file import TierMapFile, canonical_bytes, read_tier_map, sha256_of

__all__ = ["Verification", "verify"]

_MAX_BYTES = 64 * 2**20


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
        file, lines = _check_map(map_path)
        lines.append(f"not approved here: {file.name} lies in no release and no result")
        return Verification(kind="tier map", path=str(path), checked=tuple(lines))
    return _verify_result(result, map_path)


def _check_map(path: Path) -> tuple[TierMapFile, list[str]]:
    file = read_tier_map(path)
    if canonical_bytes(file) != path.read_bytes():
        raise SealError("its bytes are not in canonical form", where=str(path), way_out="export the map again")
    today = datetime.now(tz=UTC).date().isoformat()
    if file.valid_until is not None and file.valid_until < today:
        raise SealError(f"it expired on {file.valid_until}", where=str(path), way_out="approve and export a newer map")
    lines = [
        f"{path.name}: format {file.format_version}, keys, ranges and cross-field rules hold",
        f"{path.name}: canonical bytes, sha256 {sha256_of_file(path)}",
    ]
    return file, lines


def _verify_release(folder: Path) -> Verification:
    """Build the release again from its map, metrics, manifest and approvals, and compare every byte."""
    present = _regular_files(folder)
    if missing := sorted({TIER_MAP, RESULT_METRICS, RESULT_MANIFEST} - set(present)):
        raise SealError(f"{missing[0]} is missing", where=str(folder), way_out="take the release again")
    prefix = f"{APPROVALS}/"
    expected = release_files(
        tier_map=present[TIER_MAP],
        metrics=present[RESULT_METRICS],
        manifest=present[RESULT_MANIFEST],
        approvals={n.removeprefix(prefix): c for n, c in present.items() if n.startswith(prefix)},
        where=str(folder),
    )
    for name in sorted(expected):
        if present.get(name) != expected[name]:
            state = "changed" if name in present else "is missing"
            raise SealError(
                f"{name} {state} after it was released", where=str(folder), way_out="take the release again"
            )
    if extra := sorted(set(present) - set(expected)):
        raise SealError(f"{extra[0]} is not part of the release", where=str(folder), way_out="remove it")
    _, lines = _check_map(folder / TIER_MAP)
    approvals = [parse_approval(content, where=name) for name, content in present.items() if name.startswith(prefix)]
    people = ", ".join(f"{a.by} ({a.date}; sealed, not signed)" for a in sorted(approvals, key=lambda a: a.date))
    lines += [
        f"all {len(expected)} files are what the map, its metrics, its manifest and its approvals make",
        f"{EVIDENCE} has sha256 {sha256_of(present[EVIDENCE])}",
        f"approved by {people}",
    ]
    return Verification(kind="release", path=str(folder), checked=tuple(lines))


def _regular_files(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by name, read once; refuse links and anything that is neither file nor folder."""
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise SealError(f"{name} is no plain file", where=str(folder), way_out="take the release again")
        if path.is_file():
            if path.stat().st_size > _MAX_BYTES:
                raise SealError(f"{name} is larger than 64 MiB", where=str(folder), way_out="take the release again")
            files[name] = path.read_bytes()
    return files


def _verify_result(result: ResultFolder, map_path: Path) -> Verification:
    result.refuse_alteration()
    file, lines = _check_map(map_path)
    content = map_path.read_bytes()
    lines.append(f"{len(result.digests)} files have the digests of {MANIFEST}")
    approvals = approvals_of(result, sha256_of(content))
    if approvals:
        release_files(
            tier_map=content,
            metrics=(result.path / METRICS).read_bytes(),
            manifest=(result.path / MANIFEST).read_bytes(),
            approvals=approvals,
            where=str(result.path),
        )
        people = [parse_approval(data, where=name) for name, data in approvals.items()]
        lines += [f"{file.name} approved by {a.by}, {a.date} (sealed, not signed)" for a in people]
    else:
        lines.append(f"{file.name} is not approved")
    if extra := result.extra_files():
        lines.append(f"not part of the result: {', '.join(extra)}")
    return Verification(kind="result", path=str(result.path), checked=tuple(lines))
