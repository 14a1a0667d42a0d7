"""Which pictures does a result carry? Frontier, demand and candidates, and the report that shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from paretocode._files import write_atomically
from paretocode.experiment.resolve import Experiment
from paretocode.frontier import frontier_of
from paretocode.report.html import render_report
from paretocode.report.plots import figure_png, plot_candidates, plot_demand, plot_frontier, save_svg

__all__ = ["write_figures"]


def write_figures(experiment: Experiment, document: dict[str, Any], folder: Path) -> None:
    """Draw the figures of a result into ``figures/`` and write ``report.html``."""
    proposed = experiment.tier_maps[experiment.spec.proposed]
    incumbent = experiment.spec.incumbent.name
    policy_metric = proposed.policy.price_metric
    metric = "blend_3_1" if policy_metric == "request" else policy_metric
    shown = {name: experiment.tier_maps[name] for name in dict.fromkeys((incumbent, proposed.name))}
    frontier = frontier_of(experiment.catalogue, price_metric=metric)
    figures = {
        "frontier": plot_frontier(experiment.catalogue, frontier, tier_map=proposed),
        "demand": plot_demand(experiment.stream, shown),
        "candidates": plot_candidates(document),
    }
    svgs = {name: save_svg(figure) for name, figure in figures.items()}
    for name, figure in figures.items():
        write_atomically(folder / "figures" / f"{name}.svg", svgs[name].encode())
        write_atomically(folder / "figures" / f"{name}.png", figure_png(figure))
    write_atomically(folder / "report.html", render_report(document, figures=svgs).encode())
