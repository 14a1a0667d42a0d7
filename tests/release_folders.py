"""Small release folders for the readers' tests: a map, its vectors, evidence and approvals; no experiment is run."""

from __future__ import annotations

import dataclasses
import functools
import json
from pathlib import Path
from typing import Any

from paretocode._files import json_bytes
from paretocode.catalogue import load_bundled
from paretocode.catalogue.catalogue import Catalogue
from paretocode.release.vectors import conformance_vectors
from paretocode.tiermap import TierMap, documented_pareto_code
from paretocode.tiermap.file import TierMapFile, canonical_bytes, parse_tier_map, sha256_of, tier_map_file

METRICS_SHA256, MANIFEST_SHA256 = "a" * 64, "b" * 64


def documented_file(**header: Any) -> TierMapFile:
    """Return the file of the documented map over the bundled models."""
    catalogue = load_bundled()
    return tier_map_file(documented_pareto_code(catalogue), catalogue, **header)


def approval_bytes(content: bytes, *, by: str = "Ada", **changed: str) -> bytes:
    """Return an approval of a map's bytes."""
    approval = {
        "format": "paretocode-approval-1",
        "map": "documented",
        "by": by,
        "reason": "cheaper",
        "date": "2026-06-01T00:00:00+00:00",
        "tier_map_sha256": sha256_of(content),
        "metrics_sha256": METRICS_SHA256,
        "manifest_sha256": MANIFEST_SHA256,
        "signature": "none",
    }
    return json_bytes({**approval, **changed})


@functools.cache
def vectors_bytes(content: bytes) -> bytes:
    """Return the vectors of a map's bytes; many tests begin with the same map."""
    return json_bytes(conformance_vectors(parse_tier_map(content, where="here"), content))


def write_release(folder: Path, content: bytes, approvals: dict[str, bytes] | None = None) -> Path:
    """Write a release of a map's bytes, approved by Ada unless other approvals are given."""
    approvals = {"ada.json": approval_bytes(content)} if approvals is None else approvals
    files = {
        "tier_map.json": content,
        "vectors.json": vectors_bytes(content),
        **{f"approvals/{name}": data for name, data in approvals.items()},
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    seal(folder)
    return folder


def seal(folder: Path, **predicate: object) -> None:
    """Write the evidence: digests of the files as they lie there."""
    digests = {
        path.relative_to(folder).as_posix(): sha256_of(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "evidence.json"
    }
    digests |= {"result/metrics.json": METRICS_SHA256, "result/manifest.json": MANIFEST_SHA256}
    subjects = [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(digests.items())]
    statement = {"_type": "https://in-toto.io/Statement/v1", "subject": subjects, "predicate": predicate}
    (folder / "evidence.json").write_bytes(json_bytes(statement))


def changed_bytes(file: TierMapFile, **changed: object) -> bytes:
    """Return canonical bytes of a map with some keys changed, checked by nobody."""
    plain = json.loads(canonical_bytes(file))
    return canonical_bytes({**plain, **changed})


def without_strangers(tier_map: TierMap, catalogue: Catalogue) -> TierMapFile:
    """Return the file of a map, models that the catalogue lacks taken out, and every tier one that can be asked for."""
    tiers = tuple(
        dataclasses.replace(tier, models=tuple(key for key in tier.models if key in catalogue))
        for tier in tier_map.tiers
    )
    default = tiers[0].name if tier_map.request_edges_ppm[:1] == (0,) else tier_map.default_tier
    return tier_map_file(dataclasses.replace(tier_map, tiers=tiers, default_tier=default), catalogue)
