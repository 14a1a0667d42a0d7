"""What can be drawn? Public plot functions; each returns a `matplotlib.figure.Figure`, and saves and shows nothing."""

from paretocode.report.plots_bands import plot_bands
from paretocode.report.plots_bands_count import plot_how_many
from paretocode.report.plots_bands_membership import plot_band_membership
from paretocode.report.plots_candidates import plot_candidates
from paretocode.report.plots_demand import plot_demand
from paretocode.report.plots_drift import plot_drift
from paretocode.report.plots_feedback import plot_feedback
from paretocode.report.plots_frontier import plot_frontier
from paretocode.report.plots_intervals import plot_intervals
from paretocode.report.plots_jumps import plot_flips, plot_tier_changes
from paretocode.report.plots_jumps_hysteresis import plot_hysteresis
from paretocode.report.plots_jumps_rebase import plot_score_shift
from paretocode.report.plots_plateau import plot_plateau
from paretocode.report.plots_search import plot_map_frontier
from paretocode.report.plots_sessions_jumps import plot_jump_cost
from paretocode.report.plots_sessions_needed import plot_sessions_needed
from paretocode.report.plots_sessions_policies import plot_policies
from paretocode.report.plots_sessions_turns import plot_idle_gaps, plot_turn_cost
from paretocode.report.plots_time import plot_cheapest_above, plot_frontier_through_time
from paretocode.report.plots_tornado import plot_tornado
from paretocode.report.plots_uncertain import plot_uncertain_frontier
from paretocode.report.style import figure_png, save_svg

__all__ = [
    "figure_png",
    "plot_band_membership",
    "plot_bands",
    "plot_candidates",
    "plot_cheapest_above",
    "plot_demand",
    "plot_drift",
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
    "plot_tornado",
    "plot_turn_cost",
    "plot_uncertain_frontier",
    "save_svg",
]
