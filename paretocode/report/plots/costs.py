"""Who gets the money? Cost by tier and by model, two maps side by side, with the share of requests it serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from paretocode.report import numbers
from paretocode.report.names import clip, clip_apart, short_model_names
from paretocode.report.palette import INK, MUTED, map_colours
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes

__all__ = ["MOST_MODELS", "plot_costs"]

MOST_MODELS = 10
"""Further models are added up in one row."""

_REST = "{} others"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One tier or model: what it costs [USD per 1,000 requests] and which share it serves under each map; None where a
    map has no such tier."""

    label: str
    usd: Mapping[str, float | None]
    share: Mapping[str, float]


def plot_costs(document: Mapping[str, Any], names: Sequence[str]) -> Figure:
    """Draw what each serving tier and each model costs per 1,000 requests of the whole stream.

    Parameters
    ----------
    document
        The content of a result's ``metrics.json``.
    names
        The maps to draw, the incumbent first; one or two read well.

    Returns
    -------
    Figure
        A bar a map in every row. Tiers stand in the order of the maps, lowest first; models fall by their greatest
        cost, all but `MOST_MODELS` added up. Behind each bar the cost and the share of requests.

    Examples
    --------
    >>> metrics = {"requests": 2000, "tier_cost_usd": {"all": 8.0}, "tier_share": {"all": 1.0},
    ...            "model_cost_usd": {"a/b": 8.0}, "model_share": {"a/b": 1.0}}
    >>> document = {"maps": {"one": {"metrics": metrics, "tiers": [{"name": "all", "models": ["a/b"]}]}}}
    >>> [text.get_text() for text in plot_costs(document, ["one"]).axes[0].texts]
    ['4.00, 100 %']
    """
    tiers, models = _tier_rows(document, names), _model_rows(document, names)
    with house_style():
        heights = [len(rows) * len(names) * 0.17 + len(rows) * 0.08 for rows in (tiers, models)]
        figure = new_figure(7.2, 1.35 + sum(heights))
        panels = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": heights})
        for axes, title, rows in zip(panels, ("by serving tier", "by model"), (tiers, models), strict=True):
            _draw(axes, title, rows, names)
        greatest = max((usd or 0.0 for row in (*tiers, *models) for usd in row.usd.values()), default=0.0)
        panels[1].set_xlim(0, (greatest or 1.0) * 1.3)
        panels[1].set_xlabel("cost [USD per 1,000 requests of the stream]; behind it the share of requests")
        _legend(figure, names)
    return figure


def _tier_rows(document: Mapping[str, Any], names: Sequence[str]) -> list[_Row]:
    order = dict.fromkeys(tier["name"] for name in names for tier in document["maps"][name]["tiers"])
    return [_row(document, names, "tier", tier, tier) for tier in order]


def _model_rows(document: Mapping[str, Any], names: Sequence[str]) -> list[_Row]:
    """Return the models that serve anything, the dearest first, the rest in one row."""
    keys = dict.fromkeys(key for name in names for key in document["maps"][name]["metrics"]["model_share"] or {})
    short = short_model_names(keys)
    rows = [_row(document, names, "model", key, short[key]) for key in keys]
    rows.sort(key=lambda row: -max(usd or 0.0 for usd in row.usd.values()))
    kept, rest = rows[:MOST_MODELS], rows[MOST_MODELS:]
    if len(rest) == 1:
        return rows
    return [*kept, _added(rest, names)] if rest else kept


def _row(document: Mapping[str, Any], names: Sequence[str], kind: str, key: str, label: str) -> _Row:
    usd: dict[str, float | None] = {}
    share: dict[str, float] = {}
    for name in names:
        metrics = document["maps"][name]["metrics"]
        total = (metrics[f"{kind}_cost_usd"] or {}).get(key, 0.0 if kind == "model" else None)
        usd[name] = None if total is None else 1000 * total / metrics["requests"]
        share[name] = (metrics[f"{kind}_share"] or {}).get(key, 0.0)
    return _Row(label=label, usd=usd, share=share)


def _added(rows: Sequence[_Row], names: Sequence[str]) -> _Row:
    return _Row(
        label=_REST.format(len(rows)),
        usd={name: sum(row.usd[name] or 0.0 for row in rows) for name in names},
        share={name: sum(row.share[name] for row in rows) for name in names},
    )


def _draw(axes: Axes, title: str, rows: Sequence[_Row], names: Sequence[str]) -> None:
    colours, height = map_colours(names), 0.78 / len(names)
    for at, row in enumerate(rows):
        for k, name in enumerate(names):
            place = at + (k - (len(names) - 1) / 2) * height
            usd = row.usd[name]
            axes.barh(place, usd or 0.0, height=height * 0.86, color=colours[name], alpha=0.85, linewidth=0)
            axes.annotate(
                _told(usd, row.share[name]),
                (usd or 0.0, place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=SMALL - 0.5,
                color=INK if usd else MUTED,
                gid="cost-label",
            )
    axes.set_yticks(range(len(rows)), clip_apart([row.label for row in rows], 26))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_title(title)
    strip_axes(axes, "left")


def _told(usd: float | None, share: float) -> str:
    if usd is None:
        return "no such tier"
    return f"{numbers.usd(usd)}, {numbers.percent(share)}" if share else "serves nothing"


def _legend(figure: Figure, names: Sequence[str]) -> None:
    colours = map_colours(names)
    marks = [Line2D([], [], color=colours[name], linewidth=6, alpha=0.85, solid_capstyle="butt") for name in names]
    figure.legend(
        marks, [clip(name, 40) for name in names], loc="outside upper left", ncols=2, frameon=False, fontsize=SMALL
    )
