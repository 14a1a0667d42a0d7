"""What is in a release? A pure function of four things: the map, its result's metrics and manifest, and the approvals.

With the approvals go their signatures and the team's rule. A draft is the same folder with a mark that routers refuse.

Because nothing else goes in, a release can be built again from its own files and compared byte by byte: that is how
`verify` covers the evidence and the card, which no file inside a folder could otherwise vouch for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from paretocode._files import json_bytes, parse_json
from paretocode.errors import SealError
from paretocode.release.approval import APPROVAL_NAME, SIGNATURE, Approval
from paretocode.release.card import release_card
from paretocode.release.checking import paired
from paretocode.release.evidence import evidence_statement
from paretocode.release.gated import gate_reports
from paretocode.release.ownership import dodged_rules, earlier_rules, wrong_team
from paretocode.release.people import APPROVERS, Standing, parse_approvers, standing
from paretocode.release.preparing import as_run
from paretocode.release.rollout import rollout_bytes
from paretocode.release.signing import signing_key
from paretocode.release.states import draft_reasons
from paretocode.release.team import GATES
from paretocode.release.vectors import conformance_vectors
from paretocode.result import APPROVALS, MANIFEST, METRICS, TIER_MAP
from paretocode.tiermap.file import TierMapFile, canonical_bytes, parse_tier_map, schema_bytes, sha256_of

__all__ = [
    "EVIDENCE",
    "RESULT_MANIFEST",
    "RESULT_METRICS",
    "ROLLOUT",
    "SCHEMA",
    "VECTORS",
    "release_files",
    "standing_of",
]

EVIDENCE = "evidence.json"
VECTORS = "vectors.json"
CARD = "CARD.md"
SCHEMA = "tier_map.schema.json"
ROLLOUT = "rollout.json"
RESULT_METRICS = f"result/{METRICS}"
RESULT_MANIFEST = f"result/{MANIFEST}"


def release_files(
    *, tier_map: bytes, metrics: bytes, manifest: bytes, approvals: dict[str, bytes], where: str, is_draft: bool = False
) -> dict[str, bytes]:
    """Return every file of a release, or refuse what does not hold together.

    Whether signatures hold is not asked here (`checking.checked_signatures`): that depends on more than these bytes.

    Parameters
    ----------
    tier_map, metrics, manifest
        Bytes of the result's files; of the map, also as `prepare` wrote it.
    approvals
        File name (without folder) -> bytes: approvals, their signatures, and the team's rule and gates where there are
        any.
    where
        For errors.
    is_draft
        Make a draft, which says what it lacks and which routers refuse.

    Raises
    ------
    SealError
        A map that is not canonical, that the manifest did not seal or the metrics do not speak of; an approval of other
        bytes, a signature missing or one too many; and, unless it is a draft, uncommitted code, too few approvals, a
        rule under which it was approved and that is not at hand, or a gate that fails.
    InputError
        A file that is not what it should be at all.
    """
    file = parse_tier_map(tier_map, where=f"{where}: {TIER_MAP}")
    facts, numbers = _plain(manifest, MANIFEST, where), _plain(metrics, METRICS, where)
    digest = sha256_of(tier_map)
    _refuse_strangers(file, content=tier_map, facts=facts, numbers=numbers, metrics=metrics, where=where)
    sealed = {MANIFEST: sha256_of(manifest), METRICS: sha256_of(metrics)}
    read = _checked_approvals(approvals, digest, sealed, where)
    found = standing_of(approvals, metrics=numbers, where=where)
    gates = gate_reports(numbers, facts, read, map_name=file.name, gates=approvals.get(GATES), where=where)
    reasons = draft_reasons(facts, found, gates)
    if reasons and not is_draft:
        raise SealError(
            f"the map with sha256 {digest[:12]} can leave as a draft only: {'; '.join(reasons)}",
            where=where,
            way_out="run it from committed code and have it approved, or give --draft",
        )
    because = (reasons or ["it was asked for as a draft"]) if is_draft else None
    files = {
        TIER_MAP: tier_map,
        SCHEMA: schema_bytes(),
        VECTORS: json_bytes(conformance_vectors(file, tier_map)),
        ROLLOUT: rollout_bytes(numbers, file, digest),
        "CARD.md": release_card(
            file, tier_map, numbers, read, standing=found, gates=gates, draft_because=because
        ).encode(),
        RESULT_METRICS: metrics,
        RESULT_MANIFEST: manifest,
        **{f"{APPROVALS}/{name}": content for name, content in approvals.items()},
    }
    subjects = {name: sha256_of(content) for name, content in files.items()}
    statement = evidence_statement(
        numbers, file.name, read, subjects, facts, standing=found, gates=gates, draft_because=because
    )
    return {**files, EVIDENCE: json_bytes(statement)}


def standing_of(
    approvals: dict[str, bytes], *, metrics: Mapping[str, Any], where: str, is_signed_only: bool = False
) -> Standing:
    """Return who stands behind a map by its approvals and by the rule among them, one approval where there is none.

    Parameters
    ----------
    approvals, where
        As for `release_files`.
    metrics
        The content of the result's metrics: they say which team the experiment belongs to.
    is_signed_only
        Count no approval without a signature, whatever the rule says: for those who know the signers, and checked each
        signature (`checking.checked_signatures`).
    """
    rule = approvals.get(APPROVERS)
    parsed = None if rule is None else parse_approvers(rule, where=f"{where}: {APPROVALS}/{APPROVERS}")
    pairs = [(a, sig) for _, a, _, sig in paired(approvals, where=where) if sig is not None or not is_signed_only]
    keys = {approval: signing_key(signature) for approval, signature in pairs if signature is not None}
    read = [approval for approval, _ in pairs]
    found = standing(parsed, read, keys=keys)
    stranger = wrong_team(metrics, parsed)
    return replace(
        found,
        missing=(*found.missing, *dodged_rules(read, approvals), *([stranger] if stranger else [])),
        remarks=(*found.remarks, *earlier_rules(read, approvals)),
    )


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
    digest = sha256_of(canonical_bytes(as_run(file)))  # serial, parent, validity and limits came after it
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


def _checked_approvals(approvals: dict[str, bytes], digest: str, sealed: dict[str, str], where: str) -> list[Approval]:
    """Return the approvals, in the order of their names, or refuse one that is of other bytes."""
    for name in sorted(approvals):
        stem = name.removesuffix(SIGNATURE)
        if not (name in {APPROVERS, GATES} or (APPROVAL_NAME.fullmatch(stem) and stem in approvals)):
            place = f"{where}: {APPROVALS}/{name}"
            raise SealError("it is no name of an approval or of its signature", where=place, way_out="approve again")
    read = []
    for name, approval, _, _ in paired(approvals, where=where):
        place = f"{where}: {APPROVALS}/{name}"
        if approval.tier_map_sha256 != digest:
            raise SealError("it approves another map", where=place, way_out="approve this one")
        for other, approved in ((MANIFEST, approval.manifest_sha256), (METRICS, approval.metrics_sha256)):
            if approved != sealed[other]:
                raise SealError(
                    f"{other} changed after {approval.by} approved it", where=place, way_out="approve again"
                )
        read.append(approval)
    return read
