"""What does holding on to a model do? Bill and model jumps of several policies, on good days and on bad ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from paretocode._checks import FloatColumn
from paretocode.errors import UsageError
from paretocode.report.numbers import count, usd
from paretocode.report.palette import FAINT, MARKERS, PAPER, map_colours
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes
from paretocode.sim.metrics import Metrics

__all__ = ["plot_policies"]

_PANELS: tuple[tuple[str, str, Callable[[Metrics], float], Callable[[float], str]], ...] = (
    (
        "Bill",
        "USD, not from 0",
        lambda metrics: metrics.cost_usd,
        lambda value: count(round(value)) if value >= 100 else usd(value),
    ),
    (
        "Model jumps",
        "% of pairs of turns",
        lambda metrics: 100 * (metrics.model_jump_rate or 0.0),
        lambda value: f"{value:.2f}" if value < 1 else f"{value:.1f}",
    ),
)


def plot_policies(measured: Mapping[str, Mapping[str, Sequence[Metrics]]]) -> Figure:
    """Draw bill and model jumps of each policy, a mark for each kind of day.

    Parameters
    ----------
    measured
        Kind of day -> policy -> the metrics of each draw of luck. The first policy is the one to compare with: a thin
        line goes down from its marks. All kinds of day hold the same policies.

    Returns
    -------
    Figure
        Marks are means over the draws, bars their range.

    Raises
    ------
    UsageError
        Nothing given, a policy without a draw, or kinds of day that do not hold the same policies.
    """
    policies = list(next(iter(measured.values()), {}))
    if not policies or any(list(each) != policies or not all(each.values()) for each in measured.values()):
        raise UsageError("the kinds of day do not hold the same policies", way_out="measure every policy on all days")
    with house_style():
        figure = new_figure(7.2, 0.9 + 0.36 * len(policies))
        panels = figure.subplots(1, len(_PANELS), sharey=True)
        for axes, (title, unit, of, text) in zip(panels, _PANELS, strict=True):
            for place, ((day, by_policy), colour) in enumerate(
                zip(measured.items(), map_colours(measured).values(), strict=True)
            ):
                draws = [np.array([of(metrics) for metrics in by_policy[policy]]) for policy in policies]
                _draw_marks(axes, draws, text, colour=colour, marker=MARKERS[place % len(MARKERS)], label=day)
            axes.set_title(title)
            axes.set_xlabel(f"[{unit}]")
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            axes.xaxis.set_major_locator(MaxNLocator(5))
            axes.margins(x=0.22)
            strip_axes(axes, "left")
        panels[0].set_yticks(range(len(policies)), policies)
        panels[0].set_ylim(len(policies) - 0.4, -0.75)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower left", ncols=len(labels), frameon=False, fontsize=SMALL)
    return figure


def _draw_marks(
    axes: Axes, draws: Sequence[FloatColumn], text: Callable[[float], str], *, colour: str, marker: str, label: str
) -> None:
    rows, means = np.arange(len(draws)), np.array([of_policy.mean() for of_policy in draws])
    least, most = ([end(of_policy) for of_policy in draws] for end in (np.min, np.max))
    axes.vlines(means[0], 0, rows[-1], color=FAINT, linewidth=1.0, zorder=1)
    axes.hlines(rows, least, most, color=colour, linewidth=3.0, alpha=0.35, zorder=2)
    axes.plot(means, rows, marker, color=colour, markersize=5.5, zorder=3, label=label)
    for row, mean in zip(rows, means, strict=True):
        axes.annotate(
            text(float(mean)),
            (float(mean), float(row)),
            xytext=(0, 4.5),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=SMALL - 1,
            color=colour,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.4},
            gid="policy-value",
        )
