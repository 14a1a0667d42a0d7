"""Who stands behind a map, for what, and over which bytes?

An approval is a small file in the result's ``approvals`` folder. It names a person, a reason and a date, and seals the
exact bytes of the map, of the metrics and of the manifest by their sha256. It carries no cryptographic signature: it
proves that nothing changed since, not who wrote it, and says so itself.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from paretocode._files import json_bytes, parse_json, sha256_of_file, write_atomically
from paretocode.errors import InputError, SealError, UsageError
from paretocode.result import APPROVALS, MANIFEST, METRICS, TIER_MAP, ResultFolder, open_result
from paretocode.tiermap.file import read_tier_map, sha256_of

__all__ = ["Approval", "approvals_of", "approve", "find_result", "parse_approval"]

_FORMAT = "paretocode-approval-1"
_MAX_TEXT = 500


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
    place = tier_map.absolute()
    for folder in (place.parent, place.parent.parent):
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
        An empty name or reason, a control character in one of them.
    InputError
        An unfinished result, or a map that it does not have.
    SealError
        A result whose files changed after the run, or a map in which the lint found an error.
    """
    result = open_result(result_path)
    by, reason = by.strip(), reason.strip()
    if not by or not reason:
        raise UsageError("an approval needs a name and a reason", way_out="give --by NAME --reason TEXT, neither empty")
    _refuse_control_characters(by, "--by")
    _refuse_control_characters(reason, "--reason")
    result.refuse_alteration()
    file = _map_file(result, map_name)
    name = read_tier_map(file).name
    _refuse_errors(result, name, sha256_of_file(file))
    approval = Approval(
        format=_FORMAT,
        map=name,
        by=by,
        reason=reason,
        date=datetime.now(tz=UTC).isoformat(timespec="seconds"),
        tier_map_sha256=sha256_of_file(file),
        metrics_sha256=sha256_of_file(result.path / METRICS),
        manifest_sha256=sha256_of_file(result.path / MANIFEST),
    )
    content = json_bytes(asdict(approval))
    slug = re.sub(r"[^A-Za-z0-9]+", "-", by).strip("-").lower()[:40] or "somebody"
    target = result.path / APPROVALS / f"{slug}-{sha256_of(content)[:12]}.json"
    write_atomically(target, content)
    return target


def _refuse_errors(result: ResultFolder, name: str, digest: str) -> None:
    """Refuse a map that the result's numbers do not speak of, or in which its lint found an error."""
    entry = result.metrics()["maps"].get(name)  # type: ignore[attr-defined]
    if entry is None or entry["tier_map_sha256"] != digest:
        raise SealError(
            f"{METRICS} speaks of another map than this {name!r}",
            where=str(result.path),
            way_out="run the experiment again",
        )
    errors = [f"{f['code']} ({f['subject']})" for f in entry["findings"] if f["severity"] == "error"]
    if errors:
        raise SealError(
            f"the lint found an error in map {name!r}: {', '.join(errors)}",
            where=str(result.path),
            way_out="mend the map and run the experiment again",
        )


def _refuse_control_characters(text: str, name: str) -> None:
    if any(unicodedata.category(char).startswith("C") for char in text) or len(text) > _MAX_TEXT:
        raise UsageError(
            f"{name} holds a control character or more than {_MAX_TEXT} characters", way_out="give one plain line"
        )


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


def approvals_of(result: ResultFolder, tier_map_sha256: str) -> dict[str, bytes]:
    """Return the approval files of a map, name -> bytes; empty when nobody approved these bytes."""
    contents = {path.name: path.read_bytes() for path in sorted((result.path / APPROVALS).glob("*.json"))}
    return {
        name: content
        for name, content in contents.items()
        if parse_approval(content, where=str(result.path / APPROVALS / name)).tier_map_sha256 == tier_map_sha256
    }


def parse_approval(content: bytes, *, where: str) -> Approval:
    """Parse and check an approval.

    Raises
    ------
    SealError
        Not JSON, unknown or missing keys, another format, an empty name or reason.
    """
    try:
        plain = parse_json(content)
        approval = Approval(**plain) if isinstance(plain, dict) else None
    except (ValueError, TypeError, RecursionError) as error:
        raise SealError(f"it is no approval ({error})", where=where, way_out="approve again") from error
    if (
        approval is None
        or approval.format != _FORMAT
        or not all(isinstance(value, str) and value.strip() for value in asdict(approval).values())
    ):
        raise SealError("it is no complete approval", where=where, way_out="approve again")
    return approval
