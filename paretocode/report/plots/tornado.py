"""What would turn the comparison? One bar a shift of the world, the longest first, around today's difference."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paretocode.report.evidence_shifts import moving_rows, shift_label, still_sentence
from paretocode.report.evidence_values import signed_text, split_text
from paretocode.report.names import clip
from paretocode.report.palette import INK, MUTED, VERDICT_COLOURS
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes

__all__ = ["plot_tornado"]

_MOST_ROWS = 20
_LABEL, _LONGEST_SETTING = 46, 18
_LETTER = 0.0125
"""Room for a letter of a setting's label, as a share of the axis."""
_LINE, _LABEL_LINE = 118, 56


def plot_tornado(tornado: Mapping[str, Any]) -> Figure:
    """Draw between which differences each shift moves the candidate against the incumbent.

    Parameters
    ----------
    tornado
        ``evidence.sensitivity.tornado`` of a result's ``metrics.json``.

    Returns
    -------
    Figure
        At most 20 bars of the measure that the rows are sorted by. The upright line is today's difference, and at the
        ends stand the settings that lead there. Left of zero the candidate is better (blue), right of it worse
        (vermilion). What is not drawn is told in a note.

    Notes
    -----
    One shift at a time: nothing is said of shifts that come together.
    """
    measure = tornado["sorted_by"]
    rows = moving_rows(tornado)[:_MOST_ROWS]
    what, unit = split_text(tornado["measures"][measure])
    factor, name = (1.0, unit) if unit else (100.0, "percentage points")
    base = tornado["base"]["difference"][measure]
    with house_style():
        figure = new_figure(7.2, 1.35 + 0.21 * max(len(rows), 2))
        axes = figure.subplots()
        ends = [row["measures"][measure][end] * factor for row in rows for end in ("least", "greatest")]
        labels = [_end_labels(row, measure) for row in rows]
        _set_range(
            axes,
            [0.0, *([] if base is None else [base * factor]), *ends],
            {end: [each[end] for each in labels] for end in ("least", "greatest")},
        )
        for place, row in enumerate(rows):
            _draw_bar(axes, row, measure, factor, place)
        axes.set_ylim(max(len(rows), 1) - 0.4, -0.6)
        axes.set_yticks(range(len(rows)), [clip(shift_label(row["shift"]), _LABEL) for row in rows])
        between = f"{clip(tornado['candidate'], 24)} minus {clip(tornado['incumbent'], 24)}"
        axes.set_xlabel(textwrap.fill(f"{what} [{name}], {between}", _LABEL_LINE), fontsize=SMALL)
        strip_axes(axes, "left")
        _draw_lines(axes, base, factor, unit)
        note = still_sentence(tornado, n_shown=len(rows))
        if not rows:
            note = f"No shift moves the difference. {note}".strip()
        if note:
            figure.supxlabel(textwrap.fill(note, _LINE), x=0.01, ha="left", fontsize=SMALL - 1, color=MUTED, gid="note")
    return figure


def _set_range(axes: Axes, values: Sequence[float], labels: Mapping[str, Sequence[str]]) -> None:
    """Show all values, with room for the settings' labels on both sides."""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    left, right = (0.04 + _LETTER * max(map(len, labels[end]), default=0) for end in ("least", "greatest"))
    whole = span / (1 - left - right)
    axes.set_xlim(low - left * whole, high + right * whole)


def _end_labels(row: Mapping[str, Any], measure: str) -> dict[str, str]:
    """Return the labels of the settings that lead to the ends of a bar; "" where an end is today's difference."""
    ends = row["measures"][measure]
    return {
        end: "" if ends[end] == ends["base"] else clip(_settings_at(row, measure, ends[end]), _LONGEST_SETTING)
        for end in ("least", "greatest")
    }


def _draw_bar(axes: Axes, row: Mapping[str, Any], measure: str, factor: float, place: int) -> None:
    low, high = (row["measures"][measure][end] * factor for end in ("least", "greatest"))
    for left, right, verdict in ((low, min(high, 0.0), "better"), (max(low, 0.0), high, "worse")):
        if right > left:
            colour = VERDICT_COLOURS[verdict]
            axes.barh(place, right - left, left=left, height=0.62, color=colour, alpha=0.85, linewidth=0, gid=verdict)
    labels = _end_labels(row, measure)
    for value, end, side in ((low, "least", -1), (high, "greatest", 1)):
        if labels[end]:
            _label_end(axes, labels[end], (value, place), side)


def _settings_at(row: Mapping[str, Any], measure: str, value: float) -> str:
    """Return the first setting that leads to a difference; the row of many draws says so by its number."""
    for setting in row["settings"]:
        if (setting.get("difference") or {}).get(measure) == value:
            return str(setting["label"])
    return ""


def _label_end(axes: Axes, text: str, at: tuple[float, float], side: int) -> None:
    axes.annotate(
        text,
        at,
        xytext=(3 * side, 0),
        textcoords="offset points",
        ha="right" if side < 0 else "left",
        va="center",
        fontsize=SMALL - 1.5,
        color=MUTED,
        gid="setting-label",
        zorder=4,
        bbox={"facecolor": axes.figure.get_facecolor(), "edgecolor": "none", "pad": 0.6},
    )


def _draw_lines(axes: Axes, base: float | None, factor: float, unit: str) -> None:
    low, high = axes.get_xlim()
    axes.axvline(0, color=INK, linewidth=0.9, linestyle=(0, (3, 3)), zorder=3)
    marks = [(0.0, "stops being better")] if base is None or base < 0 else [(0.0, "begins to be better")]
    if base is not None:
        axes.axvline(base * factor, color=INK, linewidth=1.1, zorder=3, gid="today")
        marks.append((base * factor, f"today {signed_text(base, unit)}"))
    for (value, text), (other, _) in zip(marks, marks[::-1], strict=True):
        side = -1 if value < other or (value == other and text.startswith("today")) else 1
        room = (value - low if side < 0 else high - value) / (high - low)
        axes.annotate(
            text,
            (value, 1.0),
            xycoords=axes.get_xaxis_transform(),
            xytext=(0 if room < 0.15 else -3 * side, 2),
            textcoords="offset points",
            ha="right" if side < 0 and room > 0.15 else "left" if side > 0 and room > 0.15 else "center",
            va="bottom",
            fontsize=SMALL,
            color=INK,
            gid="line-label",
        )
