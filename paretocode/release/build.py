"""What is in a release? A pure function of four things: the map, its result's metrics and manifest, and the approvals.

Because nothing else goes in, a release can be built again from its own files and compared byte by byte: that is how
`verify` covers the evidence and the card, which no file inside a folder could otherwise vouch for.
"""

from __future__ import annotations

import re
from typing import Any

from paretocode._files import json_bytes, parse_json
from paretocode.errors import SealError
from paretocode.release.approval import Approval, parse_approval
from paretocode.release.card import release_card
from paretocode.release.evidence import evidence_statement
from paretocode.release.vectors import conformance_vectors
from paretocode.result import APPROVALS, MANIFEST, METRICS, TIER_MAP
from paretocode.tiermap.file import TierMapFile, canonical_bytes, parse_tier_map, schema_bytes, sha256_of

__all__ = ["EVIDENCE", "RESULT_MANIFEST", "RESULT_METRICS", "SCHEMA", "VECTORS", "release_files"]

EVIDENCE = "evidence.json"
VECTORS = "vectors.json"
SCHEMA = "tier_map.schema.json"
RESULT_METRICS = f"result/{METRICS}"
RESULT_MANIFEST = f"result/{MANIFEST}"
_APPROVAL_NAME = re.compile(r"^[A-Za-z0-9-]{1,64}\.json$")


def release_files(
    *, tier_map: bytes, metrics: bytes, manifest: bytes, approvals: dict[str, bytes], where: str
) -> dict[str, bytes]:
    """Return every file of a release, or refuse what does not hold together.

    Parameters
    ----------
    tier_map, metrics, manifest
        Bytes of the result's files.
    approvals
        File name (without folder) -> bytes; at least one.
    where
        For errors.

    Raises
    ------
    SealError
        A map that is not canonical, that the manifest did not seal or the metrics do not speak of; no approval, or one
        that seals other bytes.
    InputError
        A file that is not what it should be at all.
    """
    file = parse_tier_map(tier_map, where=f"{where}: {TIER_MAP}")
    facts, numbers = _plain(manifest, MANIFEST, where), _plain(metrics, METRICS, where)
    digest = sha256_of(tier_map)
    _refuse_strangers(file, content=tier_map, facts=facts, numbers=numbers, metrics=metrics, where=where)
    if not approvals:
        raise SealError(f"nobody approved the map with sha256 {digest[:12]}", where=where, way_out="approve it first")
    sealed = {MANIFEST: sha256_of(manifest), METRICS: sha256_of(metrics)}
    read = [_checked(name, content, digest, sealed, where) for name, content in sorted(approvals.items())]
    files = {
        TIER_MAP: tier_map,
        SCHEMA: schema_bytes(),
        VECTORS: json_bytes(conformance_vectors(file, tier_map)),
        "CARD.md": release_card(file, tier_map, numbers, read).encode(),
        RESULT_METRICS: metrics,
        RESULT_MANIFEST: manifest,
        **{f"{APPROVALS}/{name}": content for name, content in approvals.items()},
    }
    subjects = {name: sha256_of(content) for name, content in files.items()}
    statement = evidence_statement(numbers, file.name, read, subjects, facts)
    return {**files, EVIDENCE: json_bytes(statement)}


def _plain(content: bytes, name: str, where: str) -> dict[str, Any]:
    try:
        plain = parse_json(content)
    except (ValueError, RecursionError) as error:
        raise SealError(f"{name} is not JSON ({error})", where=where, way_out="run the experiment again") from error
    if not isinstance(plain, dict):
        raise SealError(f"{name} is no JSON object", where=where, way_out="run the experiment again")
    return plain


def _refuse_strangers(
    file: TierMapFile, *, content: bytes, facts: dict[str, Any], numbers: dict[str, Any], metrics: bytes, where: str
) -> None:
    """Refuse a map, metrics and manifest that do not belong together."""
    digest = sha256_of(content)
    again = "use the files of one finished result"
    if canonical_bytes(file) != content:
        raise SealError(f"{TIER_MAP} is not in canonical form", where=where, way_out=again)
    outputs = facts.get("outputs")
    sealed = outputs if isinstance(outputs, dict) else {}
    if digest not in sealed.values() or sealed.get(METRICS) != sha256_of(metrics):
        raise SealError(f"{MANIFEST} does not seal this map and these metrics", where=where, way_out=again)
    maps = numbers.get("maps")
    entry = maps.get(file.name) if isinstance(maps, dict) else None
    if not isinstance(entry, dict) or entry.get("tier_map_sha256") != digest:
        raise SealError(f"{METRICS} speaks of another map than this {file.name!r}", where=where, way_out=again)


def _checked(name: str, content: bytes, digest: str, sealed: dict[str, str], where: str) -> Approval:
    place = f"{where}: {APPROVALS}/{name}"
    if not _APPROVAL_NAME.match(name):
        raise SealError("it is no name of an approval", where=place, way_out="approve again")
    approval = parse_approval(content, where=place)
    if approval.tier_map_sha256 != digest:
        raise SealError("it approves another map", where=place, way_out="approve this one")
    for other, approved in ((MANIFEST, approval.manifest_sha256), (METRICS, approval.metrics_sha256)):
        if approved != sealed[other]:
            raise SealError(f"{other} changed after {approval.by} approved it", where=place, way_out="approve again")
    return approval
