"""What do today's traffic and the users' reports say? The evidence that comes from other files than the log."""

from __future__ import annotations

from typing import Any

from paretocode.evidence.drift import DEFAULT_LIMITS, Limit, drift_report
from paretocode.evidence.feedback import FeedbackReports, summarise_feedback
from paretocode.experiment.evidence_sections import DriftSpec, FeedbackSpec
from paretocode.experiment.resolve import Experiment, Today
from paretocode.sim.luck import draw_luck

__all__ = ["drift_document", "feedback_document"]


def drift_document(experiment: Experiment, spec: DriftSpec, today: Today) -> dict[str, Any]:
    """Return whether today's stream and catalogue are the experiment's own, and what that does to the proposed map."""
    seed = experiment.spec.seeds.luck
    tier_map = experiment.tier_maps[experiment.proposed]
    report = drift_report(
        experiment.stream,
        today.stream,
        tier_map,
        experiment.catalogue,
        scale=experiment.scale,
        catalogue_today=today.catalogue,
        cache=experiment.cache,
        luck=(draw_luck(experiment.stream, rng=seed), draw_luck(today.stream, rng=seed + 1)),
        limits={name: Limit(most=most) for name, most in spec.limits.items()} or DEFAULT_LIMITS,
        level=experiment.spec.evidence.level,
        n_permutations=spec.permutations,
        rng=experiment.spec.evidence.seed,
    )
    return {"map": tier_map.name, **report.to_dict()}


def feedback_document(experiment: Experiment, spec: FeedbackSpec, reports: FeedbackReports) -> dict[str, Any]:
    """Return where users' reports put the incumbent's edges; a stream of logged min scores is their demand."""
    summary = summarise_feedback(
        reports,
        stream=experiment.stream if experiment.demand_origin == "log" else None,
        half_width=spec.half_width,
        weak_cost=spec.weak_cost,
        dear_cost=spec.dear_cost,
        level=experiment.spec.evidence.level,
    )
    return {"reports": reports.name, **summary.to_dict()}
