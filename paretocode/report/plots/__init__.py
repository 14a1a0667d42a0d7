"""What can be drawn? One theme a module; each function returns a `matplotlib.figure.Figure`, and saves, shows nothing.

`__all__` lists them in the order of the story: models, bands, demand, maps, sessions, search, evidence, time. Beside
the themes stand `style` (how a figure looks and becomes bytes), `point_labels` and `label_placement` (where names go)
and `settled` (why the bytes stay the same). A module whose name begins with another's is a part of it.
"""

from paretocode.report.plots.bands import plot_bands
from paretocode.report.plots.bands_count import plot_how_many
from paretocode.report.plots.bands_membership import plot_band_membership
from paretocode.report.plots.candidates import plot_candidates
from paretocode.report.plots.catalogue_hysteresis import plot_hysteresis
from paretocode.report.plots.catalogue_jumps import plot_flips, plot_tier_changes
from paretocode.report.plots.catalogue_rebase import plot_score_shift
from paretocode.report.plots.costs import plot_costs
from paretocode.report.plots.demand import plot_demand
from paretocode.report.plots.drift import plot_drift
from paretocode.report.plots.edge_jumps import plot_edge_jumps
from paretocode.report.plots.feedback import plot_feedback
from paretocode.report.plots.frontier import plot_frontier
from paretocode.report.plots.frontier_uncertain import plot_uncertain_frontier
from paretocode.report.plots.intervals import plot_intervals
from paretocode.report.plots.jump_cost import plot_jump_cost
from paretocode.report.plots.map_frontier import plot_map_frontier
from paretocode.report.plots.plateau import plot_plateau
from paretocode.report.plots.policies import plot_policies
from paretocode.report.plots.sessions_needed import plot_sessions_needed
from paretocode.report.plots.style import figure_png, save_svg
from paretocode.report.plots.through_time import plot_cheapest_above, plot_frontier_through_time
from paretocode.report.plots.tier_latency import plot_tier_latency
from paretocode.report.plots.tornado import plot_tornado
from paretocode.report.plots.transitions import plot_transitions
from paretocode.report.plots.turns import plot_idle_gaps, plot_turn_cost

__all__ = [  # noqa: RUF022
    "plot_frontier",
    "plot_uncertain_frontier",
    "plot_bands",
    "plot_how_many",
    "plot_band_membership",
    "plot_demand",
    "plot_candidates",
    "plot_costs",
    "plot_tier_latency",
    "plot_idle_gaps",
    "plot_turn_cost",
    "plot_jump_cost",
    "plot_transitions",
    "plot_edge_jumps",
    "plot_policies",
    "plot_map_frontier",
    "plot_intervals",
    "plot_sessions_needed",
    "plot_plateau",
    "plot_tornado",
    "plot_drift",
    "plot_feedback",
    "plot_cheapest_above",
    "plot_frontier_through_time",
    "plot_flips",
    "plot_tier_changes",
    "plot_hysteresis",
    "plot_score_shift",
    "figure_png",
    "save_svg",
]
