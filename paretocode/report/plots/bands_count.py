"""How many bands? Fit, BIC and the stability of every edge, side by side for every number tried."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from paretocode._checks import FloatColumn, IntColumn
from paretocode.bands.how_many import HowMany
from paretocode.report.palette import FAINT, INK, MUTED, tier_colours
from paretocode.report.plots.style import SMALL, house_style, new_figure

__all__ = ["plot_how_many"]

_BLUE = tier_colours(("low", "medium", "high"))["high"]


def plot_how_many(found: HowMany) -> Figure:
    """Draw what speaks for each number of bands.

    Parameters
    ----------
    found
        `paretocode.bands.choose_n_bands`.

    Returns
    -------
    Figure
        Left, the variance explained beside that of a uniform spread, 1 - 1 / k^2. Middle, the BIC, greater is better,
        its choice filled. Right, a mark for each edge's share of replicates that keep its gap, the least stable joined
        by a line, and the share asked for; the number of bands that this rule takes is filled. Numbers whose BIC is
        not defined have no mark.
    """
    with house_style():
        figure = new_figure(7.2, 3.3)
        fit, bic, stability = figure.subplots(1, 3)
        _draw_fit(fit, found)
        _draw_bic(bic, found)
        _draw_stability(stability, found)
        n_most = found.tried[-1].n_bands
        for axes in (fit, bic, stability):
            axes.set_xlim(0.5, n_most + 0.5)
            axes.set_xticks([count.n_bands for count in found.tried])
            axes.set_xlabel("number of bands")
            axes.grid(visible=True, axis="y")
        _draw_legend(figure, fit, stability)
    return figure


def _draw_legend(figure: Figure, fit: Axes, stability: Axes) -> None:
    own = Line2D([], [], color=_BLUE, linewidth=1.2, marker="o", markersize=4.5, markerfacecolor=figure.get_facecolor())
    taken = Line2D([], [], color=_BLUE, linestyle="none", marker="o", markersize=7)
    own.set_label("these values; for stability, the least stable edge")
    taken.set_label("taken")
    dashed, marked = fit.get_legend_handles_labels()[0], stability.get_legend_handles_labels()[0]
    figure.legend(
        handles=[own, taken, *dashed, *marked],
        loc="outside lower left",
        ncols=3,
        frameon=False,
        fontsize=SMALL,
        columnspacing=1.4,
        handletextpad=0.5,
    )


def _draw_fit(axes: Axes, found: HowMany) -> None:
    k = np.array([count.n_bands for count in found.tried])
    explained = np.array([count.bands.variance_explained for count in found.tried])
    axes.plot(k, 1 - 1 / k**2, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)), label="a uniform spread")
    _draw_line(axes, k, explained)
    axes.set_ylim(-0.04, 1.06)
    axes.set_title("Variance explained")
    axes.set_ylabel("share of variance [0..1]")


def _draw_bic(axes: Axes, found: HowMany) -> None:
    k = np.array([count.n_bands for count in found.tried])
    bic = np.array([count.bic for count in found.tried])
    _draw_line(axes, k, bic, taken=found.by_bic)
    axes.margins(y=0.14)
    axes.set_title(f"BIC takes {found.by_bic}")
    axes.set_ylabel("BIC, greater is better")


def _draw_stability(axes: Axes, found: HowMany) -> None:
    for place, count in enumerate(found.tried):
        shares = list(count.edge_stability)
        label = "each edge" if place == len(found.tried) - 1 and shares else None
        at = [count.n_bands] * len(shares)
        axes.plot(at, shares, linestyle="none", marker="_", markersize=8, color=MUTED, label=label)
    k = np.array([count.n_bands for count in found.tried])
    _draw_line(axes, k, np.array([count.stability for count in found.tried]), taken=found.by_stability)
    asked = found.least_stability
    axes.axhline(asked, color=INK, linewidth=0.8, linestyle=(0, (1, 2)), label=f"asked of every edge: {asked:.0%}")
    axes.axhspan(asked, 1.06, color=FAINT, alpha=0.4, linewidth=0, zorder=0)
    axes.set_ylim(-0.04, 1.06)
    axes.set_title(f"Stability takes {found.by_stability}")
    axes.set_ylabel("gap kept [share of replicates]")


def _draw_line(axes: Axes, k: IntColumn, value: FloatColumn, *, taken: int | None = None) -> None:
    """Draw one value a number of bands; the number that a rule takes is filled."""
    face = axes.figure.get_facecolor()
    axes.plot(k, value, color=_BLUE, linewidth=1.2, marker="o", markersize=4.5, markerfacecolor=face)
    chosen = k == taken
    axes.plot(k[chosen], value[chosen], color=_BLUE, linestyle="none", marker="o", markersize=7, gid="taken")
