"""What do the candidates gain and lose against the incumbent? Four small panels, one number each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paretocode.report import numbers
from paretocode.report.comparison import map_order
from paretocode.report.names import clip
from paretocode.report.palette import INK, MUTED, map_colours
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes

__all__ = ["plot_candidates"]

_Number = float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    title: str
    unit: str
    metric: str
    factor: float
    value: Callable[[_Number], str]
    change: Callable[[_Number, _Number], str]


_PANELS = (
    _Panel(
        title="Cost",
        unit="USD per 1,000 requests",
        metric="cost_usd_per_krequest",
        factor=1,
        value=numbers.usd,
        change=numbers.relative_change,
    ),
    _Panel(
        title="Mean shortfall",
        unit="0..1 axis",
        metric="shortfall_mean",
        factor=1,
        value=numbers.axis_score,
        change=numbers.absolute_change,
    ),
    _Panel(
        title="Tier jumps",
        unit="% of consecutive request pairs",
        metric="tier_jump_rate",
        factor=100,
        value=numbers.percent,
        change=numbers.points_change,
    ),
    _Panel(
        title="Model jumps",
        unit="% of consecutive request pairs",
        metric="model_jump_rate",
        factor=100,
        value=numbers.percent,
        change=numbers.points_change,
    ),
)


def plot_candidates(document: Mapping[str, Any]) -> Figure:
    """Draw cost, shortfall, tier jumps and model jumps of every map, incumbent on top and as a dashed line.

    Parameters
    ----------
    document
        The content of a result's ``metrics.json``. A metric that is null is written as unknown and has no bar.
    """
    names = map_order(document)
    with house_style():
        figure = new_figure(7.2, 2 * (0.75 + 0.3 * len(names)))
        panels = figure.subplots(2, 2, sharey=True, gridspec_kw={"hspace": 0.09, "wspace": 0.06})
        for axes, panel in zip(panels.flat, _PANELS, strict=True):
            _draw_panel(axes, panel, names, document)
    return figure


def _draw_panel(axes: Axes, panel: _Panel, names: Sequence[str], document: Mapping[str, Any]) -> None:
    values: list[_Number] = [document["maps"][name]["metrics"].get(panel.metric) for name in names]
    incumbent: _Number = document["maps"][document["incumbent"]]["metrics"].get(panel.metric)
    colours = map_colours(names)
    greatest = max((value * panel.factor for value in values if value is not None), default=0.0)
    for place, (name, value) in enumerate(zip(names, values, strict=True)):
        length = 0.0 if value is None else value * panel.factor
        axes.barh(place, length, height=0.5, color=colours[name], alpha=0.85, linewidth=0)
        text = "unknown" if value is None else panel.value(value)
        if name != document["incumbent"] and value is not None and incumbent is not None:
            text += " (same)" if value == incumbent else f" ({panel.change(value, incumbent)})"
        axes.annotate(
            text,
            (length, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=MUTED if value is None else INK,
            gid=f"value-label-{panel.metric}-{place}",
            bbox={"facecolor": axes.figure.get_facecolor(), "edgecolor": "none", "pad": 0.8},
        )
    if incumbent is not None:
        axes.axvline(incumbent * panel.factor, color=INK, linewidth=0.8, linestyle=(0, (3, 3)), zorder=0)
    axes.set_xlim(0, (greatest or 1.0) * 1.75)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), [_tick(name, document) for name in names])
    axes.locator_params(axis="x", nbins=5)
    axes.set_title(panel.title)
    axes.set_xlabel(f"[{panel.unit}]", fontsize=SMALL)
    strip_axes(axes, "left")


def _tick(name: str, document: Mapping[str, Any]) -> str:
    role = {document["incumbent"]: "incumbent", document.get("proposed"): "proposed"}.get(name, "")
    return clip(name, 18) + (f"\n({role})" if role else "")
