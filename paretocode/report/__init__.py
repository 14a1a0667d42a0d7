"""How is the answer shown? Tables for the terminal, figures, and one page for a person who was not there.

Figures and the page load their libraries (matplotlib, jinja2) when first asked for; the tables need neither.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from paretocode.report.text import diff_text, edges_line, findings_table, format_table, metrics_table
from paretocode.report.text_search import search_table

if TYPE_CHECKING:
    from paretocode.report.html import render_report
    from paretocode.report.plots import (
        figure_png,
        plot_band_membership,
        plot_bands,
        plot_candidates,
        plot_cheapest_above,
        plot_costs,
        plot_demand,
        plot_drift,
        plot_edge_jumps,
        plot_feedback,
        plot_flips,
        plot_frontier,
        plot_frontier_through_time,
        plot_how_many,
        plot_hysteresis,
        plot_idle_gaps,
        plot_intervals,
        plot_jump_cost,
        plot_map_frontier,
        plot_plateau,
        plot_policies,
        plot_score_shift,
        plot_sessions_needed,
        plot_tier_changes,
        plot_tier_latency,
        plot_tornado,
        plot_transitions,
        plot_turn_cost,
        plot_uncertain_frontier,
        save_svg,
    )

__all__ = [
    "diff_text",
    "edges_line",
    "figure_png",
    "findings_table",
    "format_table",
    "metrics_table",
    "plot_band_membership",
    "plot_bands",
    "plot_candidates",
    "plot_cheapest_above",
    "plot_costs",
    "plot_demand",
    "plot_drift",
    "plot_edge_jumps",
    "plot_feedback",
    "plot_flips",
    "plot_frontier",
    "plot_frontier_through_time",
    "plot_how_many",
    "plot_hysteresis",
    "plot_idle_gaps",
    "plot_intervals",
    "plot_jump_cost",
    "plot_map_frontier",
    "plot_plateau",
    "plot_policies",
    "plot_score_shift",
    "plot_sessions_needed",
    "plot_tier_changes",
    "plot_tier_latency",
    "plot_tornado",
    "plot_transitions",
    "plot_turn_cost",
    "plot_uncertain_frontier",
    "render_report",
    "save_svg",
    "search_table",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "html" if name == "render_report" else "plots"  # the others are here already
    return getattr(import_module(f"{__name__}.{home}"), name)
