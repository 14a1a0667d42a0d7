"""Which pictures does a result carry? Frontier, demand, candidates and evidence, and the report that shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paretocode.experiment.resolve import Experiment
from paretocode.frontier import frontier_of
from paretocode.progress import tracked
from paretocode.report.html import render_report
from paretocode.report.plots import (
    figure_png,
    plot_candidates,
    plot_costs,
    plot_demand,
    plot_drift,
    plot_edge_jumps,
    plot_feedback,
    plot_frontier,
    plot_intervals,
    plot_map_frontier,
    plot_plateau,
    plot_sessions_needed,
    plot_tier_latency,
    plot_tornado,
    plot_transitions,
    save_svg,
)

__all__ = ["drawn_files"]


def drawn_files(
    experiment: Experiment, document: dict[str, Any], *, manifest: Mapping[str, object]
) -> dict[str, bytes]:
    """Return the drawn files of a result by name: its figures as SVG and PNG, and the report.

    `manifest` is what will stand in it about where the numbers come from.
    """
    proposed = experiment.tier_maps[experiment.proposed]
    incumbent = experiment.spec.incumbent.name
    policy_metric = proposed.policy.price_metric
    metric = "blend_3_1" if policy_metric == "request" else policy_metric
    shown = {name: experiment.tier_maps[name] for name in dict.fromkeys((incumbent, proposed.name))}
    frontier = frontier_of(experiment.catalogue, price_metric=metric)
    figures = {
        "frontier": plot_frontier(experiment.catalogue, frontier, tier_map=proposed),
        "demand": plot_demand(experiment.traffic.asked.demand_table, shown),
        "candidates": plot_candidates(document),
    }
    if "search" in document:
        figures["map_frontier"] = plot_map_frontier(document["search"])
    figures |= _map_figures(document, list(shown))
    figures |= _evidence_figures(document.get("evidence") or {}, proposed.name)
    svgs: dict[str, str] = {}
    pngs: dict[str, bytes] = {}
    for name, figure in tracked(figures.items(), "draw", unit="figure"):
        svgs[name], pngs[name] = save_svg(figure), figure_png(figure)
    return {
        **{f"figures/{name}.svg": svg.encode() for name, svg in svgs.items()},
        **{f"figures/{name}.png": png for name, png in pngs.items()},
        "report.html": render_report(document, figures=svgs, manifest=manifest).encode(),
    }


def _map_figures(document: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Return the figures of the incumbent and the proposed map, which may be one."""
    edges = document["maps"][names[-1]]["metrics"]["edges"]["tier_jumps"]
    return {
        "costs": plot_costs(document, names),
        "transitions": plot_transitions(document, names),
        "tier_latency": plot_tier_latency(document, names),
        "edge_jumps": plot_edge_jumps(edges, name=names[-1]),
    }


def _evidence_figures(evidence: dict[str, Any], proposed: str) -> dict[str, Any]:
    """Return the figures of the sections that the evidence has."""
    figures: dict[str, Any] = {}
    if "drift" in evidence:
        figures["drift"] = plot_drift(evidence["drift"])
    if "feedback" in evidence:
        figures["feedback"] = plot_feedback(evidence["feedback"])
    if "comparison" not in evidence:
        return figures
    comparison = evidence["comparison"]
    figures["intervals"] = plot_intervals(comparison, proposed=proposed)
    if "size" in evidence:
        figures["sessions_needed"] = plot_sessions_needed(
            evidence["size"], proposed=proposed, clusters=comparison["clusters"]
        )
    if "selection" in evidence:
        figures["plateau"] = plot_plateau(evidence["selection"])
    if "tornado" in evidence.get("sensitivity", {}):
        figures["tornado"] = plot_tornado(evidence["sensitivity"]["tornado"])
    return figures
