"""What does the rule of choice look at? Measures of a search in the words of a replay."""

from __future__ import annotations

from paretocode.experiment.spec import ExperimentSpec

__all__ = ["AS_REPLAYED", "rule_measures"]

AS_REPLAYED = {
    "cost_usd": "cost_usd_per_krequest",
    "shortfall": "shortfall_mean",
    "excess": "excess_mean",
    "unmet_share": "unmet_share",
    "unserved_share": "unserved_share",
    "tier_change_rate": "tier_jump_rate",
    "latency_s": "latency_mean_s",
}
"""Measures of a search -> what a replay measures of the same thing, caches and stickiness included."""


def rule_measures(spec: ExperimentSpec) -> list[str]:
    """Return what a map is chosen by and limited in, where the experiment asks what choosing did."""
    if spec.evidence.selection is None and spec.evidence.holdout is None:
        return []
    if spec.search is not None:
        named = (spec.search.measures[0], *spec.search.limits)
        return [AS_REPLAYED[name] for name in named if name in AS_REPLAYED]
    selection = spec.evidence.selection
    return [] if selection is None else [selection.objective, *selection.limits]
