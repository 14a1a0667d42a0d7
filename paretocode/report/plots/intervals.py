"""Which differences are more than luck? Every candidate against the incumbent, a panel a measure, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from paretocode.report.evidence_rows import VERDICTS, candidate_order
from paretocode.report.evidence_values import amount_text, difference_text, in_order, split_text
from paretocode.report.evidence_words import level_text
from paretocode.report.names import clip
from paretocode.report.palette import FAINT, INK, MUTED, PAPER, VERDICT_COLOURS, VERDICT_MARKERS
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes

__all__ = ["plot_intervals"]

_MOST_MAPS, _COLUMNS = 12, 3
_FAR = 0.6
"""How far beyond the own intervals of a panel its axis may go for the wider ones, as a share of their span."""
_OUTLYING = 4.0
"""An own interval that reaches so many times as far as the middle one is cut, unless it is the first candidate's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One measure: its entries by candidate, and what a difference is multiplied with for the axis."""

    title: str
    unit: str
    factor: float
    entries: dict[str, Mapping[str, Any]]


def plot_intervals(comparison: Mapping[str, Any], *, proposed: str | None = None) -> Figure:
    """Draw candidate minus incumbent for every measure and candidate, with both intervals and the verdict.

    Parameters
    ----------
    comparison
        ``evidence.comparison`` of a result's ``metrics.json``.
    proposed
        The candidate that stands on top.

    Returns
    -------
    Figure
        Thick is the interval of the measure alone, thin the one for all measures at once, by which the verdict goes;
        colour and marker are the verdict. Money and time are told in percent of the incumbent's value, which the axis
        names, shares in percentage points. The grey band is the margin. An interval that goes on beyond the panel ends
        in an arrow, and one that nothing bounds says so.

    Notes
    -----
    Measures that no cluster tells apart under any candidate are named in a note. At most 12 candidates are drawn, the
    others counted in the note.
    """
    names = candidate_order(comparison, proposed)
    shown = names[:_MOST_MAPS]
    measures = in_order({measure for name in shown for measure in comparison["maps"][name]})
    panels: list[_Panel] = []
    alike: list[_Panel] = []
    for measure in measures:
        panel = _panel(
            {name: comparison["maps"][name][measure] for name in shown if measure in comparison["maps"][name]}
        )
        is_alike = all(entry["verdict"] == "same" for entry in panel.entries.values())
        (alike if is_alike else panels).append(panel)
    with house_style():
        n_columns = min(_COLUMNS, max(1, len(panels)))
        n_rows = max(1, ceil(len(panels) / n_columns))
        figure = new_figure(7.2, 0.75 + n_rows * (0.72 + 0.21 * len(shown)) if panels else 0.7)
        grid = figure.subplots(
            n_rows, n_columns, sharey=True, squeeze=False, gridspec_kw={"hspace": 0.06, "wspace": 0.05}
        )
        for axes, panel in zip(grid.flat, panels, strict=False):
            _draw_panel(axes, panel, shown, proposed)
        for axes in grid.flat[len(panels) :]:
            axes.set_axis_off()
        if panels:
            _legend(figure, panels, comparison)
        note = _note(alike, n_left=len(names) - len(shown))
        if note:
            figure.supxlabel(note, x=0.01, ha="left", fontsize=SMALL, color=MUTED, gid="note")
    return figure


def _panel(entries: dict[str, Mapping[str, Any]]) -> _Panel:
    one = next(iter(entries.values()))
    title, unit = split_text(one["text"])
    incumbent = one["incumbent"]
    if incumbent and any(entry.get("change") is not None for entry in entries.values()):
        of = f"% of {amount_text(incumbent, unit)} {unit}"
        return _Panel(title=title, unit=of, factor=100.0, entries={n: _as_change(e) for n, e in entries.items()})
    name = unit or "percentage points"
    return _Panel(title=title, unit=name, factor=1.0 if unit else 100.0, entries=entries)


def _as_change(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an entry whose numbers are shares of the incumbent's value, as the verdict reads them."""
    unbounded = (None, None)
    return {
        **entry,
        "difference": entry["change"],
        "interval": entry.get("change_interval") or unbounded,
        "simultaneous": entry.get("change_simultaneous") or unbounded,
        "margin": entry["margin"] / abs(entry["incumbent"]),
    }


def _draw_panel(axes: Axes, panel: _Panel, names: Sequence[str], proposed: str | None) -> None:
    low, high = _range(panel)
    axes.set_xlim(low, high)
    axes.set_ylim(len(names) - 0.5, -0.5)
    margin = max(entry["margin"] for entry in panel.entries.values()) * panel.factor
    if margin:
        axes.axvspan(-margin, margin, color=FAINT, alpha=0.6, linewidth=0, zorder=0, gid="margin")
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
    for place, name in enumerate(names):
        if name in panel.entries:
            _draw_entry(axes, panel, panel.entries[name], place)
    axes.set_yticks(range(len(names)), [clip(name, 20) + (" *" if name == proposed else "") for name in names])
    axes.locator_params(axis="x", nbins=3)
    axes.set_title(panel.title[:1].upper() + panel.title[1:])
    axes.set_xlabel(f"[{panel.unit}]", fontsize=SMALL)
    strip_axes(axes, "left")


def _draw_entry(axes: Axes, panel: _Panel, entry: Mapping[str, Any], place: int) -> None:
    verdict = entry["verdict"]
    colour = VERDICT_COLOURS[verdict]
    _draw_interval(axes, entry["simultaneous"], panel.factor, place, colour, width=1.0)
    _draw_interval(axes, entry["interval"], panel.factor, place, colour, width=3.4)
    low, high = axes.get_xlim()
    value = entry["difference"] * panel.factor
    axes.plot(
        [value] if low <= value <= high else [],  # its number stands beside the panel, and an arrow says where it went
        [place] if low <= value <= high else [],
        marker=VERDICT_MARKERS[verdict],
        markersize=6.5,
        markerfacecolor=PAPER if verdict == "not_enough" else colour,
        markeredgecolor=colour,
        markeredgewidth=1.4,
        linestyle="none",
        zorder=4,
        gid=f"verdict-{verdict}",
    )
    axes.annotate(
        "the same" if verdict == "same" else difference_text(entry),
        (1.0, place),
        xycoords=axes.get_yaxis_transform(),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        color=INK if verdict in {"better", "worse"} else MUTED,
        annotation_clip=False,
        gid="difference-label",
    )


def _draw_interval(
    axes: Axes, ends: Sequence[float | None], factor: float, place: int, colour: str, *, width: float
) -> None:
    """Draw an interval as far as the axis goes; an end beyond it, or none at all, becomes an arrow at the border."""
    left, right = axes.get_xlim()
    low, high = (None if end is None else end * factor for end in ends)
    starts, stops = -inf if low is None else low, inf if high is None else high
    drawn = [min(max(starts, left), right), min(max(stops, left), right)]
    axes.plot(drawn, [place, place], color=colour, linewidth=width, solid_capstyle="butt", zorder=3)
    for border, marker, is_beyond in (
        (left, "<", starts < left),
        (right, ">", stops > right),
    ):
        if is_beyond:
            axes.plot(
                border, place, marker=marker, markersize=3.5, color=colour, clip_on=False, zorder=3, gid="goes-on"
            )
    for border, end in ((left, low), (right, high)):
        if end is None:
            _say_not_bounded(axes, border, place, is_low=border == left)


def _say_not_bounded(axes: Axes, border: float, place: int, *, is_low: bool) -> None:
    axes.annotate(
        "not bounded",
        (border, place),
        xytext=(3 if is_low else -3, 3),
        textcoords="offset points",
        ha="left" if is_low else "right",
        va="bottom",
        fontsize=SMALL - 2,
        color=MUTED,
        gid="not-bounded",
    )


def _range(panel: _Panel) -> tuple[float, float]:
    """Return an axis that shows zero, the margin and every own interval whole, and wider ones as far as is fair."""
    factor, reach = panel.factor, _fair_reach(panel)
    entries = panel.entries.values()
    near = [0.0, *(entry["difference"] * factor for entry in entries)]
    near += [sign * entry["margin"] * factor * 1.3 for entry in entries for sign in (-1, 1)]
    near += [end * factor for entry in entries for end in entry["interval"] if end is not None]
    low, high = max(min(near), -reach), min(max(near), reach)
    span = (high - low) or 1.0
    ends = [end * factor for entry in entries for end in entry["simultaneous"] if end is not None]
    far = [end for end in ends if abs(end) <= 2 * reach]
    low = max(min([low, *far]), low - _FAR * span)
    high = min(max([high, *far]), high + _FAR * span)
    pad = 0.06 * ((high - low) or 1.0)
    return low - pad, high + pad


def _fair_reach(panel: _Panel) -> float:
    """Return how far from zero own intervals are shown: one map far off must not squeeze all others."""
    reaches = [
        max(abs(end * panel.factor) for end in (entry["difference"], *entry["interval"]) if end is not None)
        for entry in panel.entries.values()
    ]
    middle = sorted(reaches)[len(reaches) // 2]
    return max(reaches[0], _OUTLYING * middle) or 1.0


def _legend(figure: Figure, panels: Sequence[_Panel], comparison: Mapping[str, Any]) -> None:
    met = {entry["verdict"] for panel in panels for entry in panel.entries.values()}
    level = level_text(comparison["level"])
    handles = [
        Line2D(
            [],
            [],
            marker=VERDICT_MARKERS[key],
            color=VERDICT_COLOURS[key],
            markerfacecolor=PAPER if key == "not_enough" else VERDICT_COLOURS[key],
            markeredgewidth=1.4,
            linestyle="none",
            label=word,
        )
        for key, word in VERDICTS.items()
        if key in met
    ]
    handles.append(Line2D([], [], color=MUTED, linewidth=3.4, label=f"{level}, alone"))
    handles.append(Line2D([], [], color=MUTED, linewidth=1.0, label=f"{level}, all at once"))
    figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=len(handles) if len(handles) <= 6 else 4,
        frameon=False,
        fontsize=SMALL,
        handletextpad=0.5,
        columnspacing=1.4,
    )


def _note(alike: Sequence[_Panel], *, n_left: int) -> str:
    parts = []
    if alike:
        parts.append(f"The same under all maps: {'; '.join(panel.title for panel in alike)}.")
    if n_left:
        parts.append(f"{n_left} more candidate{'' if n_left == 1 else 's'} not drawn.")
    return " ".join(parts)
