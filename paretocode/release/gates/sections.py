"""What may a team demand of a map before anybody approves it? The keys of `gates.toml`, in people's units.

A section that is not written is not a gate. Changes are candidate minus incumbent, and less is better.
"""

from __future__ import annotations

import datetime
import unicodedata
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

__all__ = ["FORMAT", "MEASURE_GATES", "GatesFile", "GatesSpec", "MeasureGate", "WaiverEntry"]

FORMAT = "paretocode-gates-1"

MEASURE_GATES = {
    "cost": "cost_usd_per_krequest",
    "latency_p50": "latency_p50_s",
    "latency_p95": "latency_p95_s",
    "tier_jumps": "tier_jump_rate",
    "model_jumps": "model_jump_rate",
    "shortfall": "shortfall_mean",
    "unmet": "unmet_share",
    "unserved": "unserved_share",
}
"""Section of `gates.toml` -> the measure of the evidence that it limits."""


def _one_line(text: str) -> str:
    if not text.strip() or any(unicodedata.category(char).startswith("C") for char in text):
        raise ValueError("it is empty or holds a control character; write one plain line")
    return text.strip()


_Line = Annotated[str, Field(max_length=500), AfterValidator(_one_line)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Count = Annotated[int, Field(ge=0, le=2**53 - 1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class LintGate(_Strict):
    """Findings of this gravity or graver must be waived one by one; an error cannot be waived."""

    severity: Literal["error", "warning", "note"] = "warning"


class MeasureGate(_Strict):
    """How much a measure may grow, and how large it may be.

    `most_change` holds for candidate minus incumbent: relative for money and times (0.05 is 5 % more), in the measure's
    own unit for shares, rates and shortfall (0.01 is one percentage point, or 0.01 of the 0..1 axis). It is held
    against the upper end of the interval, or with `on = "estimate"` against the estimate. `most` limits the candidate's
    own value on the stream [USD per 1,000 requests, s, share, 0..1 axis]; no interval of it is kept, so the value
    decides.
    """

    most_change: _Finite | None = None
    most: _Finite | None = None
    on: Literal["interval", "estimate"] = "interval"

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.most_change is None and self.most is None:
            raise ValueError("it limits nothing; give most_change, most, or both")
        return self


class CoverageGate(_Strict):
    """Least share of requests whose served score, whose latency is known."""

    least_score: _Share | None = None
    least_latency: _Share | None = None


class EvidenceGate(_Strict):
    """Least evidence: sessions of the stream, clusters that were resampled, resamples, nominal coverage."""

    least_sessions: _Count | None = None
    least_clusters: _Count | None = None
    least_replicates: _Count | None = None
    least_level: _Share | None = None


class HoldoutGate(_Strict):
    """What requests must say that did not choose the map.

    `most_cost_difference` [USD per 1,000 requests] holds for candidate minus incumbent in the holdout. `most_openings`
    is how often it may have been looked at; `clean` demands that nothing was changed after a look.
    """

    most_cost_difference: _Finite | None = None
    on: Literal["interval", "estimate"] = "interval"
    most_openings: Annotated[int, Field(ge=1)] | None = None
    clean: bool = False


class SelectionGate(_Strict):
    """With `plateau` the map must be one that the stream cannot tell from the best of the maps looked at."""

    plateau: Literal[True]


class TrafficGate(_Strict):
    """Largest share of requests that change tier, tiers paired by position rather than by name."""

    most_moved: _Share


class DriftGate(_Strict):
    """Which verdicts on today's traffic are accepted."""

    accepted: tuple[Literal["no_sign", "no_consequence", "too_little", "no_test", "moves"], ...] = (
        "no_sign",
        "no_consequence",
    )


class WaiverEntry(_Strict):
    """A person lets one gate pass, for a stated reason.

    Of the gate `lint` it waives one finding, by `code` and `subject`. Of any other gate it names the `map` it is for,
    by the first digits (12 at least) of the map's sha256, so that it does not outlive that map.
    """

    gate: _Line
    code: _Line | None = None
    subject: _Line | None = None
    map: Annotated[str, Field(pattern="^[0-9a-f]{12,64}$")] | None = None
    by: _Line
    reason: _Line
    date: datetime.date
    expires: datetime.date | None = None

    @model_validator(mode="after")
    def _is_narrow(self) -> Self:
        if self.gate == "lint" and (self.code is None or self.subject is None):
            raise ValueError("a waiver of lint names one finding; give code and subject")
        if self.gate != "lint" and (self.code is not None or self.subject is not None):
            raise ValueError(f"code and subject are for the gate lint, not for {self.gate}; take them out")
        if self.gate != "lint" and self.map is None:
            raise ValueError("it names no map; give map, the first 12 digits or more of the sha256 of tier_map.json")
        if self.expires is not None and self.expires < self.date:
            raise ValueError(f"it expires on {self.expires}, before its date {self.date}")
        return self


class GatesSpec(_Strict):
    """The gates of a team, as the section `[gates]` of an experiment.

    `intervals` chooses which interval's bad end counts: ``own``, that of the measure alone, or ``all_at_once``. Since
    every gate must pass, own intervals are enough: where one limit is truly broken, all pass with the error of one
    interval at most (Berger 1982, the intersection-union test).
    """

    intervals: Literal["own", "all_at_once"] = "own"
    lint: LintGate | None = None
    cost: MeasureGate | None = None
    latency_p50: MeasureGate | None = None
    latency_p95: MeasureGate | None = None
    tier_jumps: MeasureGate | None = None
    model_jumps: MeasureGate | None = None
    shortfall: MeasureGate | None = None
    unmet: MeasureGate | None = None
    unserved: MeasureGate | None = None
    coverage: CoverageGate | None = None
    evidence: EvidenceGate | None = None
    holdout: HoldoutGate | None = None
    selection: SelectionGate | None = None
    traffic: TrafficGate | None = None
    drift: DriftGate | None = None
    waivers: Annotated[tuple[WaiverEntry, ...], Field(max_length=1000)] = ()

    @model_validator(mode="after")
    def _demands_something(self) -> Self:
        if not self.gate_names:
            raise ValueError("it states no gate, so anything would pass; state at least one limit")
        for waiver in self.waivers:
            if waiver.gate not in self.gate_names:
                raise ValueError(f"a waiver names {waiver.gate!r}, which is none of {', '.join(self.gate_names)}")
        return self

    @property
    def gate_names(self) -> tuple[str, ...]:
        """Names of the gates that are stated, in the order in which they are judged."""
        names = ["lint"] if self.lint is not None else []
        for section in (*MEASURE_GATES, "coverage", "evidence", "holdout", "selection", "traffic", "drift"):
            stated = getattr(self, section)
            if stated is None:
                continue
            for key in type(stated).model_fields:
                value = getattr(stated, key)
                if key != "on" and value is not None and value is not False:
                    names.append(f"{section}.{key}")
        return tuple(names)


class GatesFile(GatesSpec):
    """A `gates.toml` of its own."""

    format: Literal["paretocode-gates-1"]
