"""How does a map cross the border? Tier map format 1: integers only, canonical bytes, unknown keys refused.

Units: request edges in parts per million of the 0..1 axis; score edges and scores in thousandths of the native score;
prices in micro-USD per million tokens; throughput in thousandths of a token per second. Because there are no floats,
``json.dumps`` with sorted keys gives the canonical form of RFC 8785, and a digest of the bytes means something.

A JSON schema cannot say that edges increase: the cross-field rules are code (`TierMapFile`), and the release carries
test vectors for them.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from paretocode._borders import validated
from paretocode.catalogue.catalogue import PRICE_FIELDS, SPEED_PERCENTILES, Catalogue, PriceStep, model_key
from paretocode.errors import InputError
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

FORMAT = "paretocode-tier-map"
FORMAT_VERSION = 1
MAX_FILE_BYTES = 16 * 2**20

_Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
_Ppm = Annotated[int, Field(ge=0, le=1_000_000)]
_Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Text = Annotated[str, Field(min_length=1, max_length=200)]
_Date = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class StepEntry(_Strict):
    """Prices of a candidate for prompts strictly longer than `min_prompt_tokens`; null keeps the candidate's own."""

    min_prompt_tokens: _Count
    prompt_micro_usd_per_mtok: _Count | None
    completion_micro_usd_per_mtok: _Count | None
    cache_read_micro_usd_per_mtok: _Count | None
    cache_write_micro_usd_per_mtok: _Count | None


class CandidateEntry(_Strict):
    """One model of a tier, with all that a router needs to rank and filter it; null is unknown."""

    model_id: _Text
    effort: Annotated[str, Field(max_length=64)]
    score_milli: int | None
    prompt_micro_usd_per_mtok: _Count | None
    completion_micro_usd_per_mtok: _Count | None
    cache_read_micro_usd_per_mtok: _Count | None
    cache_write_micro_usd_per_mtok: _Count | None
    throughput_milli_tps_p50: Annotated[int, Field(gt=0, le=2**53 - 1)] | None
    context_tokens: Annotated[int, Field(gt=0, le=2**53 - 1)] | None
    is_free: bool
    price_steps: list[StepEntry]

    @property
    def key(self) -> str:
        """The model's one-string name."""
        return model_key(self.model_id, self.effort)


class TierEntry(_Strict):
    """One tier: its name, its score floor (null for the lowest, and where score edges are unknown), its candidates."""

    name: _Text
    floor_milli: int | None
    candidates: list[CandidateEntry]


class PolicyEntry(_Strict):
    """What the router does with the tiers; the words are those of `paretocode.tiermap.Policy`."""

    ranking: Literal["price", "throughput"]
    price_metric: Literal["prompt", "completion", "blend_3_1", "blend_7_2_1", "request"]
    eligibility: Literal["tier", "floor"]
    empty_tier: Literal["up", "down", "refuse"]
    n_fallbacks: Annotated[int, Field(ge=0, le=100)]
    stickiness: Literal["none", "session"]
    sticky_ttl_s: _Count


class TierMapFile(_Strict):
    """The whole file. Tiers run from the lowest up; a value equal to an edge belongs to the tier above."""

    format: Literal["paretocode-tier-map"]
    format_version: Literal[1]
    name: _Text
    serial: Annotated[int, Field(ge=1, le=2**53 - 1)]
    supersedes: _Digest | None
    valid_from: _Date | None
    valid_until: _Date | None
    score_definition: _Text
    catalogue_digest: _Digest
    catalogue_as_of: Annotated[str, Field(max_length=32)]
    attribution: Annotated[str, Field(max_length=2000)]
    edge_rule: Literal["edge_belongs_above"]
    request_edges_ppm: list[_Ppm]
    score_edges_milli: list[int] | None
    default_tier: _Text
    tiers: Annotated[list[TierEntry], Field(min_length=1, max_length=1000)]
    policy: PolicyEntry

    @model_validator(mode="after")
    def _cross_field_rules(self) -> Self:
        """Refuse what a JSON schema cannot: what `TierMap` refuses, floors unlike the score edges, reversed dates."""
        try:
            self.tier_map()
        except InputError as error:
            raise ValueError(error.what) from error
        edges = [None] * (len(self.tiers) - 1) if self.score_edges_milli is None else self.score_edges_milli
        if [tier.floor_milli for tier in self.tiers] != [None, *edges]:
            raise ValueError("floor_milli of the tiers does not repeat score_edges_milli")
        for day in (self.valid_from, self.valid_until):
            if day is not None:
                date.fromisoformat(day)
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until {self.valid_until} is before valid_from {self.valid_from}")
        return self

    def tier_map(self) -> TierMap:
        """Return the map itself."""
        return TierMap(
            name=self.name,
            tiers=tuple(Tier(name=t.name, models=tuple(c.key for c in t.candidates)) for t in self.tiers),
            request_edges_ppm=tuple(self.request_edges_ppm),
            score_edges_milli=None if self.score_edges_milli is None else tuple(self.score_edges_milli),
            default_tier=self.default_tier,
            policy=Policy(**self.policy.model_dump()),
            score_definition=self.score_definition,
        )

    def catalogue(self) -> Catalogue:
        """Return the models of the file as a catalogue: prices exact, scores in thousandths, speed p50 only."""
        entries = [(tier.name, candidate) for tier in self.tiers for candidate in tier.candidates]
        speed = np.full((len(entries), len(SPEED_PERCENTILES)), np.nan)
        speed[:, SPEED_PERCENTILES.index(50)] = [_number(c.throughput_milli_tps_p50, 1000) for _, c in entries]
        prices = {
            name: np.array([_number(getattr(c, _file_name(name)), 1_000_000) for _, c in entries])
            for name in PRICE_FIELDS
        }
        unknown = np.full(len(entries), np.nan)
        return Catalogue(
            model_id=tuple(c.model_id for _, c in entries),
            effort=tuple(c.effort for _, c in entries),
            name=tuple(c.key for _, c in entries),
            coding_score=np.array([_number(c.score_milli, 1000) for _, c in entries]),
            coding_score_se=unknown,
            score_definition=self.score_definition,
            prompt_usd_per_mtok=prices["prompt_usd_per_mtok"],
            completion_usd_per_mtok=prices["completion_usd_per_mtok"],
            cache_read_usd_per_mtok=prices["cache_read_usd_per_mtok"],
            cache_write_usd_per_mtok=prices["cache_write_usd_per_mtok"],
            throughput_tps=speed,
            ttft_s=np.full_like(speed, np.nan),
            context_tokens=np.array([_number(c.context_tokens, 1) for _, c in entries]),
            max_output_tokens=unknown,
            release_date=np.full(len(entries), "NaT", dtype="datetime64[D]"),
            is_free=np.array([c.is_free for _, c in entries], dtype=np.bool_),
            listed_tier=tuple(tier for tier, _ in entries),
            price_steps=tuple(
                PriceStep(
                    model_index=row,
                    min_prompt_tokens=step.min_prompt_tokens,
                    **{name: _number(getattr(step, _file_name(name)), 1_000_000) for name in PRICE_FIELDS},
                )
                for row, (_, c) in enumerate(entries)
                for step in c.price_steps
            ),
            as_of=self.catalogue_as_of,
            attribution=self.attribution,
        )


def tier_map_file(
    tier_map: TierMap,
    catalogue: Catalogue,
    *,
    serial: int = 1,
    supersedes: str | None = None,
    valid_from: str | None = None,
    valid_until: str | None = None,
) -> TierMapFile:
    """Return the file of a map, candidates in the order of its ranking on this catalogue.

    Raises
    ------
    InputError
        A model of the map that the catalogue lacks, another score definition.
    """
    tier_map.check_against(catalogue)
    policy = tier_map.policy
    floors = [None, *(tier_map.score_edges_milli or [None] * (tier_map.n_tiers - 1))]
    return TierMapFile(
        format="paretocode-tier-map",
        format_version=1,
        name=tier_map.name,
        serial=serial,
        supersedes=supersedes,
        valid_from=valid_from,
        valid_until=valid_until,
        score_definition=tier_map.score_definition,
        catalogue_digest=catalogue.digest,
        catalogue_as_of=catalogue.as_of,
        attribution=catalogue.attribution,
        edge_rule="edge_belongs_above",
        request_edges_ppm=list(tier_map.request_edges_ppm),
        score_edges_milli=None if tier_map.score_edges_milli is None else list(tier_map.score_edges_milli),
        default_tier=tier_map.default_tier,
        tiers=[
            TierEntry(
                name=tier.name,
                floor_milli=floor,
                candidates=[
                    _candidate(catalogue, row)
                    for row in display_order(catalogue, [catalogue.index_of(key) for key in tier.models], policy)
                ],
            )
            for tier, floor in zip(tier_map.tiers, floors, strict=True)
        ],
        policy=PolicyEntry(**{name: getattr(policy, name) for name in PolicyEntry.model_fields}),
    )


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
        content = path.read_bytes()
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
        plain = json.loads(content, object_pairs_hook=_no_doubles)
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


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError(f"key {next(k for k in keys if keys.count(k) > 1)!r} stands twice")
    return dict(pairs)


def _candidate(catalogue: Catalogue, row: int) -> CandidateEntry:
    return CandidateEntry(
        model_id=catalogue.model_id[row],
        effort=catalogue.effort[row],
        score_milli=_whole(float(catalogue.coding_score[row]), 1000),
        **{_file_name(name): _whole(float(getattr(catalogue, name)[row]), 1_000_000) for name in PRICE_FIELDS},
        throughput_milli_tps_p50=_whole(float(catalogue.throughput_tps[row, SPEED_PERCENTILES.index(50)]), 1000),
        context_tokens=_whole(float(catalogue.context_tokens[row]), 1),
        is_free=bool(catalogue.is_free[row]),
        price_steps=[
            StepEntry(
                min_prompt_tokens=step.min_prompt_tokens,
                **{_file_name(name): _whole(float(getattr(step, name)), 1_000_000) for name in PRICE_FIELDS},
            )
            for step in catalogue.price_steps
            if step.model_index == row
        ],
    )


def _file_name(price_field: str) -> str:
    return price_field.replace("_usd_", "_micro_usd_")


def _whole(value: float, per_unit: int) -> int | None:
    return None if np.isnan(value) else round(value * per_unit)


def _number(value: int | None, per_unit: int) -> float:
    return float("nan") if value is None else value / per_unit
