"""What does the editor show where it cannot run? The same picture, drawn once: models, traffic, edges and numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from paretocode.report.palette import FAINT, INK, MARKERS, MUTED, tier_colours
from paretocode.report.plots.point_labels import label_points
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes
from paretocode.stream.stream import PPM

__all__ = ["editor_picture"]

_Document = Mapping[str, Any]
_CROWD = 40
_TITLE_WIDTH = 84
"""Characters of a line of the title: longer ones would run out of the figure."""


def editor_picture(scene: _Document, answer: _Document) -> Figure:
    """Draw what is on the screen.

    Parameters
    ----------
    scene
        Of `paretocode.report.editor.scene.scene_of`.
    answer
        Of `paretocode.report.editor.conversation.Conversation.answer`.

    Returns
    -------
    Figure
        Models above, traffic below over one axis; the numbers and the tiers as text under them. Share is drawn on a
        square-root scale.
    """
    lines = _text(scene, answer)
    with house_style():
        figure = new_figure(8.6, 5.4 + 0.17 * len(lines))
        above, below, under = figure.subplots(
            3, sharex=False, height_ratios=[3.2, 1.25, 0.145 * len(lines) + 0.1], gridspec_kw={"hspace": 0.02}
        )
        below.sharex(above)
        title = " · ".join(part for part in (scene["title"] or "Band editor", scene["log"]) if part)
        above.set_title(textwrap.fill(title, _TITLE_WIDTH))
        _draw_models(above, scene, answer)
        _draw_traffic(below, scene)
        _draw_edges(above, below, answer)
        strip_axes(under, "left", "bottom", "top", "right")
        under.tick_params(labelleft=False, labelbottom=False)
        under.text(
            0, 1, "\n".join(lines), transform=under.transAxes, va="top", family="monospace", fontsize=SMALL - 0.8
        )
        _name_picks(figure, above, scene, answer)
    return figure


def _draw_models(axes: Axes, scene: _Document, answer: _Document) -> None:
    models = scene["models"]
    x, y = np.array(models["ppm"]) / PPM, np.array(models["usd"])
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, axis="y")
    axes.set_xlim(-0.01, 1.02)
    axes.set_ylabel(f"{scene['price_name']}\n[USD per million tokens]")
    axes.tick_params(axis="x", labelbottom=False)
    if not len(x):
        return
    axes.set_ylim(y.min() / 1.5, y.max() * 1.6)
    steps = scene["frontier"]
    if steps:
        places, prices = (np.array(column) for column in zip(*steps, strict=True))
        axes.step(places / PPM, prices, where="pre", color=INK, linewidth=1.0, alpha=0.55, zorder=1)
    tier = np.searchsorted(answer["cuts"], models["place"], side="right")
    names = [row["name"] for row in answer["tiers"]]
    on, size = np.array(models["on"]), 6.0 if len(x) <= _CROWD else 3.2
    for number, (name, colour) in enumerate(tier_colours(names).items()):
        for is_on in (False, True):
            mine = (tier == number) & (on == is_on)
            axes.plot(
                x[mine],
                y[mine],
                linestyle="none",
                marker=MARKERS[number % len(MARKERS)],
                markersize=size,
                markeredgecolor=colour,
                markerfacecolor=colour if is_on else axes.figure.get_facecolor(),
                label=name if is_on else None,
                zorder=2 + is_on,
            )


def _name_picks(figure: Figure, axes: Axes, scene: _Document, answer: _Document) -> None:
    models = scene["models"]
    at_row = {row: at for at, row in enumerate(models["row"])}
    picks = [at_row[row["rows"][0]] for row in answer["tiers"] if row["rows"] and row["rows"][0] in at_row]
    points = np.column_stack((np.array(models["ppm"]) / PPM, models["usd"]))
    axes.plot(*points[picks].T, linestyle="none", marker="o", markersize=12, color=INK, markerfacecolor="none")
    label_points(
        figure,
        axes,
        points,
        {at: (models["name"][at], INK) for at in picks},
        half_bars=np.zeros(len(points)),
        staircase=np.zeros((0, 2)),
    )


def _draw_traffic(axes: Axes, scene: _Document) -> None:
    traffic = scene["traffic"]
    omitted = f"; {traffic['omitted_text']} leave it out" if traffic["omitted"] else ""
    axes.set_xlabel(f"min score of the request [0..1 axis]{omitted}")
    if not scene["has_stream"]:
        axes.set_yticks([])
        axes.text(0.01, 0.5, "no log", transform=axes.transAxes, color=MUTED, fontsize=SMALL)
        return
    wide = 1 / len(traffic["bins"])
    starts = np.arange(len(traffic["bins"])) * wide
    axes.bar(starts, traffic["bins"], width=wide * 0.92, align="edge", color=MUTED, alpha=0.4)
    for stem in traffic["stems"]:
        axes.vlines(stem["ppm"] / PPM, 0, stem["share"], color=INK, linewidth=2.6)
    axes.set_yscale("function", functions=(lambda v: np.sqrt(np.maximum(v, 0)), np.square))
    most = max([0.001, *traffic["bins"], *(stem["share"] for stem in traffic["stems"])])
    axes.set_ylim(0, most * 1.15)
    axes.set_yticks([share for share in (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0) if share <= most])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value * 100:g} %"))
    axes.grid(visible=True, axis="y", color=FAINT)
    axes.set_ylabel("requests")


def _draw_edges(above: Axes, below: Axes, answer: _Document) -> None:
    names = [row["name"] for row in answer["tiers"]]
    request = [0.0, *(edge / PPM for edge in answer["edges"]["request"]), 1.0]
    ladder = answer["edges"]["score_places"]
    score = request if ladder is None else [0.0, *(place / PPM for place in ladder), 1.0]
    for axes, ends in ((above, score), (below, request)):
        for (low, high), colour in zip(pairwise(ends), tier_colours(names).values(), strict=False):
            axes.axvspan(low, high, color=colour, alpha=0.1, linewidth=0, zorder=0)
        for edge in ends[1:-1]:
            axes.axvline(edge, color=INK, linewidth=1.3, zorder=1.5)
    for edge in request[1:-1]:
        below.annotate(
            f"{edge:g}",
            (edge, 1),
            xycoords=below.get_xaxis_transform(),
            xytext=(3, -9),
            textcoords="offset points",
            fontsize=SMALL,
        )


def _text(scene: _Document, answer: _Document) -> list[str]:
    """Return the numbers and the tiers as lines of a typewriter's text."""
    incumbent = scene["incumbent"]["name"] if scene["incumbent"] else ""
    head = f"{'':<34}{'this map':>12}{incumbent:>{max(14, len(incumbent) + 3)}}{'change':>12}" if incumbent else ""
    lines = [head] if head else []
    for row in answer["rows"]:
        label = f"{row['label']} [{row['unit']}]"
        beside = f"{row['was']:>{max(14, len(incumbent) + 3)}}{row['change']:>12}" if incumbent else ""
        lines.append(f"{label:<34}{row['now']:>12}{beside}")
    lines += ["", *(_tier_line(row, has_stream=scene["has_stream"]) for row in answer["tiers"])]
    errors = [finding for finding in answer["findings"] if finding["severity"] == "error"]
    lines += [f"error: {finding['subject']}: {finding['message']}" for finding in errors]
    return lines


def _tier_line(row: _Document, *, has_stream: bool) -> str:
    share = f"{row['share']:>8} of requests, " if has_stream else "   "
    pick = f"{row['pick']} at {row['price']} USD, the next costs {row['margin']}" if row["rows"] else "nobody can serve"
    return f"{row['name']:<8}{row['from']:>8} to {row['to']:<8}{share}{pick}"
