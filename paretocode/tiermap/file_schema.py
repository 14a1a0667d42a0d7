"""What stands in a tier map file? Format 1 as models: integers only, unknown keys refused, cross-field rules in code.

Units: request edges in parts per million of the 0..1 axis; score edges and scores in thousandths of the native score;
prices in micro-USD per million tokens; throughput in thousandths of a token per second.

A JSON schema cannot say that edges increase: the cross-field rules are code (`TierMapFile`), and the release carries
test vectors for them.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from paretocode.catalogue.catalogue import PRICE_FIELDS, SPEED_PERCENTILES, Catalogue, PriceStep, model_key
from paretocode.errors import InputError
from paretocode.tiermap.policy import Policy
from paretocode.tiermap.tier_map import Tier, TierMap

__all__ = ["FORMAT", "FORMAT_VERSION", "PolicyEntry", "TierMapFile", "file_name"]

FORMAT = "paretocode-tier-map"
FORMAT_VERSION = 1

_Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
_Whole = Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)]
"""What every JSON reader holds exactly (RFC 8785 section 3.2.2.3, RFC 7493)."""
_Ppm = Annotated[int, Field(ge=0, le=1_000_000)]
_Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Text = Annotated[str, Field(min_length=1, max_length=200)]


def _plain_name(text: str) -> str:
    if text != text.strip() or any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in text):
        raise ValueError("it holds a control character, or a space at an end")
    return text


_Name = Annotated[_Text, AfterValidator(_plain_name)]
"""Of a tier; a catalogue asks the same of its models."""
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
    score_milli: _Whole | None
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

    name: _Name
    floor_milli: _Whole | None
    candidates: list[CandidateEntry]


class PolicyEntry(_Strict):
    """What the router does with the tiers; the words are those of `paretocode.tiermap.Policy`."""

    ranking: Literal["price", "throughput"]
    price_metric: Literal["prompt", "completion", "blend_3_1", "blend_7_2_1", "request"]
    eligibility: Literal["tier", "floor"]
    empty_tier: Literal["up", "down", "refuse"]
    n_fallbacks: Annotated[int, Field(ge=0, le=100)]
    stickiness: Literal["none", "session", "implicit"]
    sticky_ttl_s: _Count
    hysteresis_ppm: _Count = 0
    downgrades: Literal["allowed", "never"] = "allowed"


class DriftLimitsEntry(_Strict):
    """When should people look at the map again, by what a router can count itself: requests served by each tier."""

    served_ppm: list[_Ppm]
    """Share of served requests by tier, lowest first, on the stream that the map was judged on; together 1,000,000."""
    most_moved_ppm: _Ppm
    """Largest share of requests that may be served by other tiers: half the sum of the absolute differences."""
    least_requests: Annotated[int, Field(ge=1, le=2**53 - 1)]
    """Fewer served requests say nothing."""


class TierMapFile(_Strict):
    """The whole file. Tiers run from the lowest up; a value equal to an edge belongs to the tier above."""

    format: Literal["paretocode-tier-map"]
    format_version: Literal[1]
    name: _Text
    serial: Annotated[int, Field(ge=1, le=2**53 - 1)]
    supersedes: _Digest | None
    valid_from: _Date | None
    valid_until: _Date | None
    drift_limits: DriftLimitsEntry | None
    score_definition: _Text
    catalogue_digest: _Digest
    catalogue_as_of: Annotated[str, Field(max_length=32)]
    attribution: Annotated[str, Field(max_length=2000)]
    edge_rule: Literal["edge_belongs_above"]
    request_edges_ppm: list[_Ppm]
    score_edges_milli: list[_Whole] | None
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
        self._refuse_bad_candidates()
        edges = [None] * (len(self.tiers) - 1) if self.score_edges_milli is None else self.score_edges_milli
        if [tier.floor_milli for tier in self.tiers] != [None, *edges]:
            raise ValueError("floor_milli of the tiers does not repeat score_edges_milli")
        for day in (self.valid_from, self.valid_until):
            if day is not None:
                date.fromisoformat(day)
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until {self.valid_until} is before valid_from {self.valid_from}")
        if self.request_edges_ppm[:1] == [0] and self.default_tier != self.tiers[0].name:
            raise ValueError(f"no request can ask for tier {self.tiers[0].name!r}: the first request edge is 0")
        self._refuse_bad_limits()
        return self

    def _refuse_bad_limits(self) -> None:
        """Refuse shares that are not one for each tier, or that do not add up."""
        if self.drift_limits is None:
            return
        shares = self.drift_limits.served_ppm
        if len(shares) != len(self.tiers) or sum(shares) != 1_000_000:
            raise ValueError(f"served_ppm of drift_limits are not {len(self.tiers)} shares that add up to 1000000")

    def _refuse_bad_candidates(self) -> None:
        """Refuse what a catalogue refuses: a price of 0 that is not free, a step twice."""
        try:
            self.catalogue()
        except InputError as error:
            raise ValueError(error.what) from error

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
            name: np.array([_number(getattr(c, file_name(name)), 1_000_000) for _, c in entries])
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
                    **{name: _number(getattr(step, file_name(name)), 1_000_000) for name in PRICE_FIELDS},
                )
                for row, (_, c) in enumerate(entries)
                for step in c.price_steps
            ),
            as_of=self.catalogue_as_of,
            attribution=self.attribution,
        )


def file_name(price_field: str) -> str:
    """Return the name of a price in the file, where it stands in micro-USD."""
    return price_field.replace("_usd_", "_micro_usd_")


def _number(value: int | None, per_unit: int) -> float:
    return float("nan") if value is None else value / per_unit
