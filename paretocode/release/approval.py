"""Who stands behind a map, for what, and over which bytes?

An approval is a small file in the result's ``approvals`` folder. It names a person, a reason and a date, and seals the
exact bytes of the map, of the metrics and of the manifest by their sha256. It carries no cryptographic signature: it
proves that nothing changed since, not who wrote it, and says so itself.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from paretocode._files import json_bytes, read_json, sha256_of_file, write_atomically
from paretocode.errors import InputError, SealError, UsageError
from paretocode.sim.result_folder import APPROVALS, MANIFEST, METRICS, TIER_MAP, ResultFolder, open_result
from paretocode.tiermap.file import read_tier_map

__all__ = ["Approval", "approvals_of", "approve", "find_result"]

_FORMAT = "paretocode-approval-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One person's approval of one map of one result.

    Parameters
    ----------
    map
        The map's name.
    by, reason, date
        Who, why, and when (UTC, ISO).
    tier_map_sha256, metrics_sha256, manifest_sha256
        What was approved, byte for byte.
    signature
        ``none``: sealed by digests only.
    """

    format: str
    map: str
    by: str
    reason: str
    date: str
    tier_map_sha256: str
    metrics_sha256: str
    manifest_sha256: str
    signature: str = "none"


def find_result(tier_map: Path) -> ResultFolder:
    """Return the result that a tier map file lies in: its folder, or the folder above ``maps``.

    Raises
    ------
    SealError
        When it lies in no result.
    """
    for folder in (tier_map.parent, tier_map.parent.parent):
        if (folder / MANIFEST).is_file():
            return open_result(folder)
    raise SealError(
        "it lies in no finished result, so nobody can have approved it",
        where=str(tier_map),
        way_out="name the tier_map.json inside a result folder",
    )


def approve(result_path: Path | str, *, by: str, reason: str, map_name: str | None = None) -> Path:
    """Seal a result's proposed map, or another of its maps, with a name and a reason; return the approval file.

    Raises
    ------
    UsageError
        An empty name or reason.
    InputError
        An unfinished result, or a map that it does not have.
    SealError
        A result whose files changed after the run.
    """
    result = open_result(result_path)
    by, reason = by.strip(), reason.strip()
    if not by or not reason:
        raise UsageError("an approval needs a name and a reason", way_out="give --by NAME --reason TEXT, neither empty")
    result.refuse_alteration()
    file = _map_file(result, map_name)
    approval = Approval(
        format=_FORMAT,
        map=read_tier_map(file).name,
        by=by,
        reason=reason,
        date=datetime.now(tz=UTC).isoformat(timespec="seconds"),
        tier_map_sha256=sha256_of_file(file),
        metrics_sha256=sha256_of_file(result.path / METRICS),
        manifest_sha256=sha256_of_file(result.path / MANIFEST),
    )
    slug = re.sub(r"[^A-Za-z0-9]+", "-", by).strip("-").lower()[:40] or "somebody"
    target = result.path / APPROVALS / f"{slug}-{approval.tier_map_sha256[:8]}.json"
    write_atomically(target, json_bytes(asdict(approval)))
    return target


def _map_file(result: ResultFolder, map_name: str | None) -> Path:
    if map_name is None:
        return result.path / TIER_MAP
    names = sorted(
        name.removeprefix("maps/").removesuffix(".json") for name in result.digests if name.startswith("maps/")
    )
    if map_name not in names:
        raise InputError(
            f"it has no map called {map_name!r}", where=str(result.path), way_out=f"use one of {', '.join(names)}"
        )
    return result.path / "maps" / f"{map_name}.json"


def approvals_of(result: ResultFolder, tier_map_sha256: str) -> list[tuple[Path, Approval]]:
    """Return the valid approvals of a map, oldest first.

    Raises
    ------
    SealError
        No approval of these bytes, or one that was given for another manifest or other metrics.
    """
    found = []
    for path in sorted((result.path / APPROVALS).glob("*.json")):
        approval = read_approval(path)
        if approval.tier_map_sha256 != tier_map_sha256:
            continue
        for name, digest in ((MANIFEST, approval.manifest_sha256), (METRICS, approval.metrics_sha256)):
            if sha256_of_file(result.path / name) != digest:
                raise SealError(
                    f"{name} changed after {approval.by} approved it", where=str(path), way_out="approve again"
                )
        found.append((path, approval))
    if not found:
        raise SealError(
            f"no approval covers the map with sha256 {tier_map_sha256[:12]}",
            where=str(result.path),
            way_out=f"approve it first: paretocode approve {result.path} --by NAME --reason TEXT",
        )
    return sorted(found, key=lambda pair: (pair[1].date, pair[0].name))


def read_approval(path: Path) -> Approval:
    """Read and check an approval file.

    Raises
    ------
    SealError
        Unknown or missing keys, another format, an empty name or reason.
    """
    plain = read_json(path, what="approval", way_out="approve again")
    try:
        approval = Approval(**{key: str(value) for key, value in plain.items()})
    except TypeError as error:
        raise SealError(
            f"its keys are not those of an approval ({error})", where=str(path), way_out="approve again"
        ) from error
    if approval.format != _FORMAT or not approval.by.strip() or not approval.reason.strip():
        raise SealError("it is no complete approval", where=str(path), way_out="approve again")
    return approval
