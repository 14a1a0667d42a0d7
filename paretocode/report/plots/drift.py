"""Is today's traffic what the map was tuned on, and does it matter? Sizes of the drift over what the map loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator

from paretocode.report.drift_values import QUANTITIES, MoveRow, effect_of, move_rows
from paretocode.report.palette import FAINT, INK, MUTED, PAPER, map_colours
from paretocode.report.plots.settled import settle
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes

__all__ = ["plot_drift"]

_LEAST_PSI = 0.001
_BANDS = ((0.1, "small"), (0.25, "moderate"))
_COLOURS = map_colours(["", "beyond", "within"])
_BEYOND, _WITHIN = _COLOURS["beyond"], _COLOURS["within"]
_REACH_COLOURS = {"within": _WITHIN, "beyond": _BEYOND, "undecided": MUTED, "": MUTED}
_REACH_FILLED = {"within", "beyond"}
_LANE = 0.17
"""How far above and below a metric's row its two moves stand, where the catalogue moved too."""


def plot_drift(report: Mapping[str, Any]) -> Figure:
    """Draw how far each quantity drifted, and what that does to the map's metrics.

    Parameters
    ----------
    report
        `paretocode.evidence.drift.DriftReport.to_dict`.

    Returns
    -------
    Figure
        Above: the stability index of each quantity on bands that are conventions; filled where its test says that it
        drifted; a line ends where chance alone stays below 19 times in 20. Below: each metric's move over its
        limit with its interval, linear inside the limits and logarithmic beyond; an end that nothing bounds, or that
        lies beyond the axis, is an arrow. Circles are of the stream, squares of the catalogue.
    """
    tests = [(factor, test) for factor in report["factors"] for test in factor["tests"]]
    lanes = [("stream", "o", move_rows(report["moves"], report["limits"]))]
    if report["catalogue"] is not None:
        lanes.append(("catalogue", "s", move_rows(report["catalogue"]["moves"], report["limits"])))
    rows = [row.name for row in lanes[0][2] if row.limit]
    heights = [0.62 + 0.24 * len(tests), 0.75 + (0.24 + 0.1 * len(lanes)) * max(1, len(rows))]
    with house_style():
        figure = new_figure(7.2, sum(heights) + 0.9)
        above, below = figure.subplots(2, height_ratios=heights)
        figure.suptitle(_title(report), x=0.01, ha="left", fontsize=9.5, fontweight="bold")
        _draw_tests(above, tests, alpha=report["alpha"])
        _draw_moves(below, rows, lanes)
        _legend(figure, lanes)
        settle(figure)
    return figure


def _title(report: Mapping[str, Any]) -> str:
    verdict = str(report["verdict"])
    return verdict[:1].upper() + verdict[1:] if "drift" in verdict else f"Drift: {verdict}"


def _draw_tests(axes: Axes, tests: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], *, alpha: float) -> None:
    sizes = [_psi(test) for _, test in tests]
    chances = [test["psi_by_chance"] or 0.0 for _, test in tests]
    most = max(1.0, 1.6 * max([size for size in sizes if size is not None] + chances, default=1.0))
    _draw_bands(axes, most)
    for place, ((_, test), size) in enumerate(zip(tests, sizes, strict=True)):
        if size is None:
            _note(axes, place, str(test["state"]).partition(":")[0])
            continue
        has_drifted = test["p_holm"] is not None and test["p_holm"] <= alpha
        _draw_psi(axes, place, size, test["psi_by_chance"], has_drifted=has_drifted)
        _note(axes, place, _p_text(test["p_holm"]), is_strong=has_drifted)
    axes.set_xscale("log")
    axes.set_xlim(_LEAST_PSI, most)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(len(tests) - 0.4, -0.9)
    axes.set_yticks(range(len(tests)), [QUANTITIES.get(test["name"], test["name"]) for _, test in tests])
    axes.set_xlabel("population stability index, 0.001 and below at the border")
    axes.set_title("How far did it drift? (p after Holm's correction)")
    strip_axes(axes, "left")


def _psi(test: Mapping[str, Any]) -> float | None:
    effect = effect_of(test, "psi")
    return None if effect is None else float(effect["value"])


def _draw_bands(axes: Axes, most: float) -> None:
    ends = [_LEAST_PSI, *(end for end, _ in _BANDS), most]
    words = [*(word for _, word in _BANDS), "large"]
    for at, (low, high, word) in enumerate(zip(ends[:-1], ends[1:], words, strict=True)):
        axes.axvspan(low, high, color=FAINT, alpha=0.18 + 0.24 * at, linewidth=0, zorder=0)
        axes.annotate(
            word,
            ((low * high) ** 0.5, -0.62),
            ha="center",
            va="center",
            fontsize=SMALL - 1,
            color=MUTED,
            gid=f"band-{word}",
        )


def _draw_psi(axes: Axes, place: int, size: float, by_chance: float | None, *, has_drifted: bool) -> None:
    if by_chance:
        axes.hlines(place, _LEAST_PSI, by_chance, color=MUTED, linewidth=1.0, zorder=1)
        axes.plot(by_chance, place, "|", color=MUTED, markersize=9, markeredgewidth=1.4, zorder=2, gid="by-chance")
    axes.plot(
        max(size, _LEAST_PSI),
        place,
        "o",
        markersize=6.5,
        markerfacecolor=_BEYOND if has_drifted else PAPER,
        markeredgecolor=_BEYOND if has_drifted else INK,
        markeredgewidth=1.3,
        clip_on=False,
        zorder=3,
        gid="drifted" if has_drifted else "no-sign",
    )


def _p_text(value: float | None) -> str:
    if value is None:
        return ""
    return f"p = {value:.3f}" if value < 0.1 else f"p = {value:.2f}"


def _note(axes: Axes, place: float, text: str, *, is_strong: bool = False, colour: str = MUTED) -> None:
    axes.annotate(
        text,
        (1.0, place),
        xycoords=axes.get_yaxis_transform(),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        color=_BEYOND if is_strong else colour,
        annotation_clip=False,
        gid="row-note",
    )


def _draw_moves(axes: Axes, names: Sequence[str], lanes: Sequence[tuple[str, str, Sequence[MoveRow]]]) -> None:
    shown = [(at, marker, row) for at, (_, marker, rows) in enumerate(lanes) for row in rows if row.name in names]
    reach = _reach([row for _, _, row in shown])
    axes.axvspan(-1, 1, color=_WITHIN, alpha=0.1, linewidth=0, zorder=0, gid="limit")
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
    axes.set_xscale("symlog", linthresh=1.0, linscale=1.0)
    axes.set_xlim(-reach, reach)
    apart = _LANE if len(lanes) > 1 else 0.0
    for at, marker, row in shown:
        place = names.index(row.name) + (apart if at else -apart)
        _draw_move(axes, row, place, marker, reach)
        said = row.difference if row.reach in {"", "within"} else f"{row.difference}, {row.reach}"
        _note(axes, place, said, is_strong=row.reach == "beyond", colour=INK if row.reach == "within" else MUTED)
    labels = {row.name: f"{row.label} (limit {row.limit})" for _, _, row in shown}
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_yticks(range(len(names)), [labels[name] for name in names])
    ticks = [tick for tick in (1, 3, 10, 30, 100) if tick <= reach]
    axes.set_xticks([*(-tick for tick in reversed(ticks)), 0, *ticks])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("today minus tuned [limits of the metric]; less is better")
    axes.set_title("What does it do to the map's metrics?")
    strip_axes(axes, "left")


def _reach(rows: Sequence[MoveRow]) -> float:
    """Return how far the axis goes: as far as the farthest known end, 3 to 100 limits."""
    ends = [abs(end) for row in rows for end in (row.low, row.high, row.point) if end is not None]
    return float(min(100, max(3, ceil(1.15 * max(ends, default=1.0)))))


def _draw_move(axes: Axes, row: MoveRow, place: float, marker: str, reach: float) -> None:
    if row.point is None:
        return
    colour = _REACH_COLOURS[row.reach]
    low, high = (sign * reach if end is None else end for sign, end in ((-1, row.low), (1, row.high)))
    axes.plot([low, high], [place, place], color=colour, linewidth=2.2, alpha=0.75, solid_capstyle="butt", zorder=2)
    for end, arrow in ((low, "<"), (high, ">")):
        if abs(end) >= reach:
            axes.plot(
                (1 if end > 0 else -1) * reach, place, arrow, color=colour, markersize=6, clip_on=False, gid="goes-on"
            )
    if abs(row.point) <= reach:
        axes.plot(
            row.point,
            place,
            marker,
            markersize=6.0,
            markerfacecolor=colour if row.reach in _REACH_FILLED else PAPER,
            markeredgecolor=colour,
            markeredgewidth=1.3,
            zorder=3,
            gid=f"move-{row.reach or 'free'}",
        )


def _legend(figure: Figure, lanes: Sequence[tuple[str, str, Sequence[MoveRow]]]) -> None:
    reached = {row.reach for _, _, rows in lanes for row in rows if row.limit}
    chance = Line2D([], [], color=MUTED, linewidth=1.0, marker="|", markersize=9, label="chance alone, 19 times in 20")
    handles = [
        Line2D(
            [],
            [],
            color=_REACH_COLOURS[reach],
            marker="o",
            markerfacecolor=_REACH_COLOURS[reach] if reach in _REACH_FILLED else PAPER,
            linewidth=2.2,
            label=text,
        )
        for reach, text in (
            ("within", "within its limit"),
            ("undecided", "the interval holds both"),
            ("beyond", "beyond its limit"),
        )
        if reach in reached
    ]
    if len(lanes) > 1:
        handles += [
            Line2D([], [], color=INK, marker=marker, linestyle="none", markerfacecolor=PAPER, label=f"of the {name}")
            for name, marker, _ in lanes
        ]
    figure.legend(
        handles=[chance, *handles], loc="outside lower left", ncols=3, frameon=False, fontsize=SMALL, columnspacing=1.6
    )
