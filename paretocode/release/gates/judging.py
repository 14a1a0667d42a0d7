"""Does the map keep what its team demands? Each gate held against its number; a number that is missing fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from paretocode.errors import InputError
from paretocode.release.gates.limits import at_least, at_most, by_word
from paretocode.release.gates.linting import lint_result
from paretocode.release.gates.numbers_read import (
    Reading,
    at,
    change_of,
    fact_of,
    holdout_difference_of,
    value_of,
)
from paretocode.release.gates.reading import StatedGates
from paretocode.release.gates.report import GateReport, GateResult, GateState
from paretocode.release.gates.sections import (
    MEASURE_GATES,
    CoverageGate,
    DriftGate,
    EvidenceGate,
    GatesSpec,
    HoldoutGate,
    MeasureGate,
)
from paretocode.release.gates.waiving import Waivers
from paretocode.result import ResultFolder

__all__ = ["judge_gates", "judge_result"]

_UNITS = {"cost": "USD", "latency_p50": "s", "latency_p95": "s", "shortfall": "axis"}
_DRIFT = {
    "no sign of drift": "no_sign",
    "drift without consequence: the map's metrics stay within the stated limits": "no_consequence",
    "drift that moves the map's metrics beyond a stated limit": "moves",
    "too little data to tell": "too_little",
    "constant or absent: there is nothing to test": "no_test",
}


def judge_gates(
    stated: StatedGates,
    *,
    metrics: Mapping[str, Any],
    manifest: Mapping[str, Any],
    map_name: str,
    today: date,
) -> GateReport:
    """Hold every stated gate against its number. Same arguments, same report.

    Parameters
    ----------
    metrics, manifest
        Contents of a result's ``metrics.json`` and ``manifest.json``; the second knows how often a holdout was opened.
    map_name
        One of the maps of the metrics.
    today
        The day by which waivers are in force.

    Raises
    ------
    InputError
        A map that the metrics do not speak of.
    """
    entry = at(metrics, "maps", map_name)
    if not isinstance(entry, Mapping):
        names = ", ".join(sorted(at(metrics, "maps") or {}))
        raise InputError(f"the metrics speak of no map {map_name!r}", where="gates", way_out=f"use one of {names}")
    digest = str(entry.get("tier_map_sha256") or "")
    waivers = Waivers(stated.spec.waivers, tier_map_sha256=digest, today=today)
    judge = _Judge(stated.spec, metrics=metrics, manifest=manifest, map_name=map_name, waivers=waivers)
    results = tuple(_with_waiver(result, waivers) for result in judge.results())
    return GateReport(
        map=map_name,
        tier_map_sha256=digest,
        gates_source=stated.source,
        gates_sha256=stated.sha256,
        judged_on=today.isoformat(),
        results=results,
        notes=waivers.notes,
    )


def judge_result(result: ResultFolder, stated: StatedGates, *, today: date, map_name: str | None = None) -> GateReport:
    """Judge a map of a finished result, the proposed one when not named.

    Raises
    ------
    InputError
        A map that the result does not have.
    SealError
        A result whose files changed after the run.
    """
    result.refuse_alteration()
    metrics = result.metrics()
    name = str(metrics["proposed"]) if map_name is None else map_name
    return judge_gates(stated, metrics=metrics, manifest=result.manifest, map_name=name, today=today)


def _with_waiver(result: GateResult, waivers: Waivers) -> GateResult:
    """Return a failed gate as waived where somebody let it pass; the lint looks at its findings one by one."""
    if result.state is not GateState.FAILED or result.name == "lint":
        return result
    waiver = waivers.of_gate(result.name)
    if waiver is None:
        return replace(result, sentence=result.sentence + waivers.why_not(result.name))
    until = "" if waiver.expires is None else f", until {waiver.expires}"
    sentence = f"{result.sentence} Waived by {waiver.by} on {waiver.date}{until}: {waiver.reason}."
    return replace(result, state=GateState.WAIVED, sentence=sentence, waivers=(waiver,))


class _Judge:
    """The gates of one map."""

    def __init__(
        self,
        spec: GatesSpec,
        *,
        metrics: Mapping[str, Any],
        manifest: Mapping[str, Any],
        map_name: str,
        waivers: Waivers,
    ) -> None:
        self.spec, self.metrics, self.manifest = spec, metrics, manifest
        self.name, self.waivers = map_name, waivers
        self.is_all_at_once = spec.intervals == "all_at_once"

    def results(self) -> Iterator[GateResult]:
        """Yield one result a gate, in the order of `GatesSpec.gate_names`."""
        spec = self.spec
        if spec.lint is not None:
            yield lint_result(at(self.metrics, "maps", self.name, "findings"), spec.lint, self.waivers)
        for section in MEASURE_GATES:
            gate = getattr(spec, section)
            if gate is not None:
                yield from self._measure(section, gate)
        if spec.coverage is not None:
            yield from self._coverage(spec.coverage)
        if spec.evidence is not None:
            yield from self._evidence(spec.evidence)
        if spec.holdout is not None:
            yield from self._holdout(spec.holdout)
        if spec.selection is not None:
            yield self._selection()
        if spec.traffic is not None:
            yield self._traffic(spec.traffic.most_moved)
        if spec.drift is not None:
            yield self._drift(spec.drift)

    def _measure(self, section: str, gate: MeasureGate) -> Iterator[GateResult]:
        measure = MEASURE_GATES[section]
        unit = _UNITS.get(section, "share")
        if gate.most_change is not None:
            reading = change_of(self.metrics, self.name, measure, is_all_at_once=self.is_all_at_once)
            change_unit = "relative" if unit in {"USD", "s"} else f"{unit} change"
            yield at_most(f"{section}.most_change", change_unit, gate.most_change, reading, on=gate.on)
        if gate.most is not None:
            reading = value_of(self.metrics, self.name, measure)
            yield at_most(f"{section}.most", unit, gate.most, reading, on="estimate")

    def _coverage(self, gate: CoverageGate) -> Iterator[GateResult]:
        own = at(self.metrics, "maps", self.name, "metrics")
        for key, field in (("least_score", "score_coverage"), ("least_latency", "latency_coverage")):
            if (limit := getattr(gate, key)) is not None:
                yield at_least(f"coverage.{key}", "share", limit, fact_of(own, field))

    def _evidence(self, gate: EvidenceGate) -> Iterator[GateResult]:
        comparison = at(self.metrics, "evidence", "comparison")
        for key, where, field, unit in (
            ("least_sessions", at(self.metrics, "stream"), "sessions", "count"),
            ("least_clusters", comparison, "n_clusters", "count"),
            ("least_replicates", comparison, "n_replicates", "count"),
            ("least_level", comparison, "level", "share"),
        ):
            if (limit := getattr(gate, key)) is not None:
                yield at_least(f"evidence.{key}", unit, float(limit), fact_of(where, field))

    def _holdout(self, gate: HoldoutGate) -> Iterator[GateResult]:
        if gate.most_cost_difference is not None:
            reading = holdout_difference_of(self.metrics, MEASURE_GATES["cost"], is_all_at_once=self.is_all_at_once)
            judged = at(self.metrics, "evidence", "holdout", "candidate")
            if not reading.why_missing and judged != self.name:
                note = f" Judged there is {judged!r}, the map that the rest of the stream chose by the same rule."
                reading = replace(reading, note=note)
            name = "holdout.most_cost_difference"
            yield at_most(name, "USD change", gate.most_cost_difference, reading, on=gate.on)
        record = self.manifest.get("holdout")
        if gate.most_openings is not None:
            reading = fact_of(record, "n_openings")
            yield at_most("holdout.most_openings", "count", float(gate.most_openings), reading, on="estimate")
        if gate.clean:
            is_clean = at(record, "is_clean")
            said = str(at(record, "sentence") or "the manifest has no record of a holdout").rstrip(".")
            yield by_word("holdout.clean", "clean", {True: "clean", False: "not clean"}.get(is_clean), said)

    def _selection(self) -> GateResult:
        plateau = at(self.metrics, "evidence", "selection", "plateau")
        pool = at(plateau, "maps")
        own = next((m for m in pool or [] if at(m, "name") == self.name), None)
        if own is None:
            why = (
                "the result has no account of the choice" if not pool else "the maps that were compared do not hold it"
            )
            return by_word("selection.plateau", "on the plateau", None, why)
        is_tied = own.get("is_tied") is True
        n = at(plateau, "n_tied")
        told = "cannot tell" if is_tied else "tells"
        said = f"the stream {told} it from the best, {at(plateau, 'best')} (tied with it: {n} in all)"
        return by_word("selection.plateau", "on the plateau", "on the plateau" if is_tied else "below it", said)

    def _traffic(self, limit: float) -> GateResult:
        name = "traffic.most_moved"
        if self.name == self.metrics.get("incumbent"):
            return at_most(name, "share", limit, Reading(value=0.0, note=" It is the incumbent itself."), on="estimate")
        diff = at(self.metrics, "diffs", self.name)
        share = at(diff, "moved_share")
        if share is None:
            why = "no traffic was counted" if isinstance(diff, Mapping) else "the result has no diff of this map"
            return at_most(name, "share", limit, Reading(why_missing=why), on="estimate")
        return at_most(name, "share", limit, Reading(value=share), on="estimate")

    def _drift(self, gate: DriftGate) -> GateResult:
        drift = at(self.metrics, "evidence", "drift")
        wanted = " or ".join(gate.accepted)
        if at(drift, "map") != self.name:
            why = (
                "the result did not look at today's traffic"
                if drift is None
                else f"drift was judged for {at(drift, 'map')!r}"
            )
            return by_word("drift.accepted", wanted, None, why)
        sentence = str(at(drift, "verdict"))
        word = _DRIFT.get(sentence)
        return by_word("drift.accepted", wanted, word, sentence, is_kept=word in gate.accepted)
