"""How does a map cross the border? Canonical bytes out, one sentence for whatever is wrong coming in.

Because there are no floats, ``json.dumps`` with sorted keys gives the canonical form of RFC 8785, and a digest of the
bytes means something.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from paretocode._borders import validated
from paretocode._files import parse_json, plain_bytes
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue
from paretocode.errors import InputError
from paretocode.tiermap.file_schema import FORMAT, FORMAT_VERSION, PolicyEntry, TierMapFile, file_name
from paretocode.tiermap.policy import Policy
from paretocode.tiermap.ranking import display_order
from paretocode.tiermap.tier_map import Tier, TierMap

__all__ = [
    "FORMAT",
    "FORMAT_VERSION",
    "MAX_FILE_BYTES",
    "TierMapFile",
    "canonical_bytes",
    "parse_tier_map",
    "read_tier_map",
    "schema_bytes",
    "sha256_of",
    "tier_map_file",
]

MAX_FILE_BYTES = 16 * 2**20


def tier_map_file(
    tier_map: TierMap,
    catalogue: Catalogue,
    *,
    serial: int = 1,
    supersedes: str | None = None,
    valid_from: str | None = None,
    valid_until: str | None = None,
    drift_limits: dict[str, object] | None = None,
) -> TierMapFile:
    """Return the file of a map, candidates in the order of its ranking on this catalogue.

    Raises
    ------
    InputError
        A model of the map that the catalogue lacks, another score definition, a name or number that the format cannot
        hold.
    """
    tier_map.check_against(catalogue)
    policy = tier_map.policy
    floors = [None, *(tier_map.score_edges_milli or [None] * (tier_map.n_tiers - 1))]
    plain = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": tier_map.name,
        "serial": serial,
        "supersedes": supersedes,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "drift_limits": drift_limits,
        "score_definition": tier_map.score_definition,
        "catalogue_digest": catalogue.digest,
        "catalogue_as_of": catalogue.as_of,
        "attribution": catalogue.attribution,
        "edge_rule": "edge_belongs_above",
        "request_edges_ppm": list(tier_map.request_edges_ppm),
        "score_edges_milli": None if tier_map.score_edges_milli is None else list(tier_map.score_edges_milli),
        "default_tier": tier_map.default_tier,
        "tiers": [
            {"name": tier.name, "floor_milli": floor, "candidates": _candidates(catalogue, tier, policy)}
            for tier, floor in zip(tier_map.tiers, floors, strict=True)
        ],
        "policy": {name: getattr(policy, name) for name in PolicyEntry.model_fields},
    }
    way_out = "bring names and numbers into the ranges of the format"
    return validated(TierMapFile, plain, where=f"tier map {tier_map.name!r}", way_out=way_out)


def canonical_bytes(document: BaseModel | dict[str, object]) -> bytes:
    """Return the canonical JSON of a document without floats: sorted keys, no spaces, UTF-8, one final newline.

    Without the newline these are the bytes of RFC 8785; the newline is part of the file and of its digest.
    """
    plain = document.model_dump(mode="json") if isinstance(document, BaseModel) else document
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def sha256_of(content: bytes) -> str:
    """Return the sha256 of bytes as they lie on disk, in hex."""
    return hashlib.sha256(content).hexdigest()


def schema_bytes() -> bytes:
    """Return the published JSON schema (2020-12) of the format."""
    schema = TierMapFile.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = f"{FORMAT} format {FORMAT_VERSION}"
    return (json.dumps(schema, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


def read_tier_map(path: Path | str) -> TierMapFile:
    """Read and check a tier map file.

    Raises
    ------
    InputError
        No such file, too large, not JSON, another format or version, an unknown or missing key, a value out of range,
        a cross-field rule broken: one sentence with the file and the key.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise InputError(f"it has {size:,} bytes", where=str(path), way_out="give a tier map, which has a few kB")
        content = plain_bytes(path, limit=MAX_FILE_BYTES, way_out="give a tier map, which has a few kB")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"it cannot be read ({reason})", where=str(path), way_out="check the path") from error
    return parse_tier_map(content, where=str(path))


def parse_tier_map(content: bytes, *, where: str) -> TierMapFile:
    """Parse and check the bytes of a tier map file; `where` names them in errors.

    Raises
    ------
    InputError
        As `read_tier_map`.
    """
    if not content.strip():
        raise InputError("it is empty", where=where, way_out="export the map again")
    try:
        plain = parse_json(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"it is not JSON ({error})", where=where, way_out="export the map again") from error
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise InputError("it is no tier map", where=where, way_out=f'expect "format": "{FORMAT}"')
    if plain.get("format_version") != FORMAT_VERSION:
        raise InputError(
            f"its format version is {plain.get('format_version')!r}",
            where=where,
            way_out=f"this release reads version {FORMAT_VERSION}; use the release that wrote it",
        )
    return validated(TierMapFile, plain, where=where, way_out="correct it, or export the map again")


def _candidates(catalogue: Catalogue, tier: Tier, policy: Policy) -> list[dict[str, object]]:
    rows = [catalogue.index_of(key) for key in tier.models]
    return [_candidate(catalogue, row) for row in display_order(catalogue, rows, policy)]


def _candidate(catalogue: Catalogue, row: int) -> dict[str, object]:
    steps = [step for step in catalogue.price_steps if step.model_index == row]
    has_speed = catalogue.throughput_milli_tps[row] > 0
    return {
        "model_id": catalogue.model_id[row],
        "effort": catalogue.effort[row],
        "score_milli": int(catalogue.score_milli[row]) if catalogue.has_score[row] else None,
        **{file_name(name): _whole(float(getattr(catalogue, name)[row]), 1_000_000) for name in PRICE_FIELDS},
        "throughput_milli_tps_p50": int(catalogue.throughput_milli_tps[row]) if has_speed else None,
        "context_tokens": _whole(float(catalogue.context_tokens[row]), 1),
        "is_free": bool(catalogue.is_free[row]),
        "price_steps": [
            {
                "min_prompt_tokens": int(step.min_prompt_tokens),
                **{file_name(name): _whole(float(getattr(step, name)), 1_000_000) for name in PRICE_FIELDS},
            }
            for step in steps
        ],
    }


def _whole(value: float, per_unit: int) -> int | None:
    return None if np.isnan(value) else round(value * per_unit)
