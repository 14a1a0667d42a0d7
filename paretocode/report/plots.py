"""What can be drawn? Public plot functions; each returns a `matplotlib.figure.Figure`, and saves and shows nothing."""

from paretocode.report.plots_candidates import plot_candidates
from paretocode.report.plots_demand import plot_demand
from paretocode.report.plots_frontier import plot_frontier
from paretocode.report.style import figure_png, save_svg

__all__ = ["figure_png", "plot_candidates", "plot_demand", "plot_frontier", "save_svg"]
