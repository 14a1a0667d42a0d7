"""What did the experiment find? The content of `metrics.json`: the same bytes for the same spec, inputs and code.

Nothing of the run itself (clock, machine, duration) stands here; that is the manifest's.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from paretocode.experiment.resolve import Experiment
from paretocode.experiment.traffic import TrafficInParts
from paretocode.tiermap import TierMap
from paretocode.tiermap.diff import diff_tier_maps
from paretocode.tiermap.file import canonical_bytes, sha256_of, tier_map_file
from paretocode.tiermap.lint import lint_tier_map

__all__ = ["METRICS_FORMAT", "metrics_document", "tier_map_bytes", "with_holdout_record"]

METRICS_FORMAT = "paretocode-metrics-1"
"""What ``metrics.json`` calls itself."""

_RELATIVE = (
    "cost_usd",
    "cost_usd_per_krequest",
    "cost_usd_per_kserved",
    "latency_mean_s",
    "latency_p50_s",
    "latency_p95_s",
    "latency_p99_s",
)
_ABSOLUTE = (
    "cache_hit_share",
    "tier_jump_rate",
    "model_jump_rate",
    "shortfall_mean",
    "excess_mean",
    "shortfall_share",
    "unmet_share",
    "score_coverage",
    "latency_coverage",
    "unserved_share",
)
_NO_INTERVAL = "No difference here carries an interval: one stream was replayed once, so a small one may be luck."
_ALWAYS = (
    "Intervals speak of more traffic like this; they know nothing of demand, prices or models that change.",
    "Requests that omit their min score ask for nothing that could be missed: they stand outside shortfall and excess.",
)


def tier_map_bytes(experiment: Experiment, name: str) -> bytes:
    """Return the exported form of one of the experiment's maps."""
    return canonical_bytes(tier_map_file(experiment.tier_maps[name], experiment.catalogue))


def metrics_document(experiment: Experiment, metrics: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the document of a finished experiment.

    Parameters
    ----------
    metrics
        Map name -> `Metrics.to_dict()`.
    """
    incumbent = experiment.spec.incumbent.name
    return {
        "format": METRICS_FORMAT,
        "experiment": experiment.name,
        "question": experiment.spec.question,
        "scale": experiment.scale_name,
        "catalogue": _catalogue(experiment),
        "stream": _stream(experiment),
        "demand": _demand(experiment),
        "score_scale": experiment.scale.name,
        "cache": dataclasses.asdict(experiment.cache),
        "operations": None if experiment.operations is None else dataclasses.asdict(experiment.operations),
        "arrivals": experiment.arrivals,
        "seeds": experiment.spec.seeds.model_dump(),
        "team": experiment.spec.team,
        "gates": None if experiment.spec.gates is None else experiment.spec.gates.model_dump(mode="json"),
        "incumbent": incumbent,
        "proposed": experiment.proposed,
        "maps": {
            name: _map(experiment, name, metrics[name], None if name == incumbent else metrics[incumbent])
            for name in experiment.tier_maps
        },
        "diffs": {
            name: diff_tier_maps(experiment.tier_maps[incumbent], tier_map, asked=experiment.traffic.asked).to_dict()
            for name, tier_map in experiment.tier_maps.items()
            if name != incumbent
        },
        "not_known": _not_known(experiment),
    }


def with_holdout_record(document: dict[str, Any], record: dict[str, Any] | None) -> dict[str, Any]:
    """Return the document with what the clock says of its holdout, for a report; the same where there is none."""
    if record is None or "holdout" not in document.get("evidence", {}):
        return document
    evidence = document["evidence"]
    return {**document, "evidence": {**evidence, "holdout": {**evidence["holdout"], "record": record}}}


def _catalogue(experiment: Experiment) -> dict[str, Any]:
    catalogue = experiment.catalogue
    return {
        "source": experiment.spec.catalogue.source,
        "as_of": catalogue.as_of,
        "score_definition": catalogue.score_definition,
        "models": len(catalogue),
        "digest": catalogue.digest,
        "attribution": catalogue.attribution,
        "notes": list(catalogue.notes),
    }


def _stream(experiment: Experiment) -> dict[str, Any]:
    stream = experiment.traffic
    return {
        "name": stream.name,
        "requests": len(stream),
        "sessions": stream.n_sessions,
        "digest": stream.digest,
        "notes": list(stream.notes),
        "description": stream.description(),
    }


def _demand(experiment: Experiment) -> dict[str, Any]:
    return {**dataclasses.asdict(experiment.demand), "origin": experiment.demand_origin}


def _map(
    experiment: Experiment, name: str, metrics: dict[str, Any], incumbent: dict[str, Any] | None
) -> dict[str, Any]:
    tier_map: TierMap = experiment.tier_maps[name]
    findings = lint_tier_map(tier_map, experiment.catalogue, demand=experiment.demand)
    return {
        "metrics": metrics,
        "change": None if incumbent is None else _change(metrics, incumbent),
        "request_edges": list(tier_map.request_edges),
        "score_edges": None if tier_map.score_edges is None else list(tier_map.score_edges),
        "default_tier": tier_map.default_tier,
        "tiers": [{"name": tier.name, "models": list(tier.models)} for tier in tier_map.tiers],
        "policy": dataclasses.asdict(tier_map.policy),
        "tier_map_sha256": sha256_of(tier_map_bytes(experiment, name)),
        "findings": [dataclasses.asdict(finding) for finding in findings],
    }


def _change(metrics: dict[str, Any], incumbent: dict[str, Any]) -> dict[str, float | None]:
    """Return changes against the incumbent: relative for money and time, differences for shares; None if unknown."""
    change: dict[str, float | None] = {}
    for name in (*_RELATIVE, *_ABSOLUTE):
        new, old = metrics[name], incumbent[name]
        if new is None or old is None or (name in _RELATIVE and old == 0):
            change[name] = None
        else:
            change[name] = new / old - 1 if name in _RELATIVE else new - old
    return {"cost_share": change["cost_usd"], **change}


def _not_known(experiment: Experiment) -> list[str]:
    has_intervals = experiment.spec.evidence.replicates > 0 and experiment.traffic.n_sessions > 1
    sentences = [*(() if has_intervals else (_NO_INTERVAL,)), *_ALWAYS]
    if experiment.demand_origin == "assumed":
        sentences.append("The shares of min scores are assumed: no public log carries them; see the demand above.")
    if experiment.spec.stream.preset is not None:
        sentences.append(f"The stream is synthetic (preset {experiment.spec.stream.preset}), not a log of this router.")
    if isinstance(experiment.traffic, TrafficInParts):
        sentences.append("The stream lies in parts: whom the proposed map hits hardest was not looked at.")
    if experiment.operations is None:
        sentences.append("Failures, rate limits and outages are not replayed: every request reaches its first choice.")
    else:
        sentences.append("Failures, limits and outages are assumptions of the experiment, not measurements.")
    return sentences
