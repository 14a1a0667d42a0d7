"""Where could the cuts go? The values as a rug, the whole gap of every natural edge, and the other schemes below."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, float_column
from paretocode.bands.bands import Bands
from paretocode.bands.compare import SchemeResult
from paretocode.bands.evenness import NaturalFinding
from paretocode.report.palette import FAINT, INK, MUTED, tier_colours
from paretocode.report.plots.label_placement import spread
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes

__all__ = ["plot_bands"]

_BLUE = tier_colours(("low", "medium", "high"))["high"]
_CROWD = 60
_LINE = 100


def plot_bands(
    values: ArrayLike, schemes: Sequence[SchemeResult], *, unit: str, finding: NaturalFinding | None = None
) -> Figure:
    """Draw the bands that schemes cut of the same values, natural bands first and their gaps through all rows.

    Parameters
    ----------
    values
        Shape (n,), finite: what was cut.
    schemes
        `compare_schemes` of these values.
    unit
        What the values are, for the axis.
    finding
        `natural_finding` of these values: whether the bands are there at all, written above.

    Returns
    -------
    Figure
        Shaded: each gap of the natural bands; every edge inside it cuts the same bands. Numbers in a row are members
        of the bands, at its right the loss over the least possible. A scheme that refuses is named with no bands.
    """
    column = float_column(values, name="values")
    with house_style():
        rows_height = 0.36 * len(schemes) + 0.15
        note = [] if finding is None else _wrapped(finding)
        figure = new_figure(7.2, 1.85 + rows_height + 0.14 * len(note))
        rug, rows = figure.subplots(2, sharex=True, height_ratios=[0.85, rows_height])
        _draw_rug(rug, column)
        _draw_gaps(rug, rows, schemes)
        _prepare_rows(rows, schemes, unit)
        if finding is not None:
            title = finding.sentence.partition(":")[0]
            rug.set_title(title, pad=18 + 11 * len(note))
            text = rug.annotate(
                "\n".join(note),
                (0, 1),
                xycoords="axes fraction",
                xytext=(0, 16),
                textcoords="offset points",
                va="bottom",
                fontsize=SMALL,
                color=MUTED,
                gid="finding",
            )
            text.set_in_layout(False)  # its room is the title's pad; its width must not narrow the axes
        figure.draw_without_rendering()  # settles the layout, so that text can be measured
        _label_edges(rug, schemes)
        for lane, found in enumerate(schemes):
            _draw_row(rows, found, lane)
        figure.set_layout_engine("none")
    return figure


def _wrapped(finding: NaturalFinding) -> list[str]:
    rest = finding.sentence.partition(": ")[2]
    n_lines = max(math.ceil(len(rest) / _LINE), 1)
    width = min(len(rest) // n_lines + 8, _LINE)  # lines of about equal length
    return textwrap.wrap(rest[:1].upper() + rest[1:], width)


def _draw_rug(axes: Axes, column: FloatColumn) -> None:
    is_crowd = len(column) > _CROWD
    axes.vlines(column, 0, 1, color=INK, linewidth=0.7 if is_crowd else 1.4, alpha=0.45 if is_crowd else 1.0, zorder=3)
    axes.set_ylim(0, 1)
    axes.set_yticks([0.5], [f"{len(column)} values"])
    axes.tick_params(axis="x", labelbottom=False)
    low, high = float(column.min()), float(column.max())
    room = 0.03 * (high - low or 1.0)
    axes.set_xlim(low - room, high + room)
    strip_axes(axes, "left", "bottom")


def _draw_gaps(rug: Axes, rows: Axes, schemes: Sequence[SchemeResult]) -> None:
    for axes in (rug, rows):
        for low, high in _natural_gaps(axes, schemes):
            axes.axvspan(low, high, color=_BLUE, alpha=0.16, linewidth=0, zorder=0)


def _natural_gaps(axes: Axes, schemes: Sequence[SchemeResult]) -> list[tuple[float, float]]:
    left, right = axes.get_xlim()
    natural = next((found.bands for found in schemes if found.scheme == "natural"), None)
    return [] if natural is None else [(max(low, left), min(high, right)) for low, high in natural.gaps]


def _label_edges(axes: Axes, schemes: Sequence[SchemeResult]) -> None:
    gaps = _natural_gaps(axes, schemes)
    labels = [
        axes.text(
            (low + high) / 2,
            1.05,
            f"gap {low:.4g} to {high:.4g}",
            ha="center",
            va="bottom",
            fontsize=SMALL,
            color=_BLUE,
            gid=f"gap-label-{place}",
        )
        for place, (low, high) in enumerate(gaps)
    ]
    if labels:
        to_data = 1 / _px_per_unit(axes)
        widths = [(label.get_window_extent().width + 8) * to_data for label in labels]
        left, right = axes.get_xlim()
        centres = spread([(low + high) / 2 for low, high in gaps], widths, low=left, high=right)
        for label, centre in zip(labels, centres, strict=True):
            label.set_x(centre)


def _px_per_unit(axes: Axes) -> float:
    return float(np.ptp(axes.transData.transform([(0, 0), (1, 0)])[:, 0]))


def _prepare_rows(axes: Axes, schemes: Sequence[SchemeResult], unit: str) -> None:
    axes.set_ylim(len(schemes) - 0.4, -0.9)
    axes.set_yticks(range(len(schemes)), [found.scheme.replace("_", " ") for found in schemes])
    axes.set_xlabel(unit)
    strip_axes(axes, "left")
    axes.annotate(
        "loss over\nthe least",
        (1.0, -0.45),
        xycoords=axes.get_yaxis_transform(),
        xytext=(8, 0),
        textcoords="offset points",
        va="bottom",
        fontsize=SMALL - 1,
        color=MUTED,
    )
    for lane, found in enumerate(schemes):
        text = (
            "refused" if found.bands is None else "any" if math.isinf(found.loss_ratio) else f"{found.loss_ratio:.2f}"
        )
        axes.annotate(
            text,
            (1.0, lane),
            xycoords=axes.get_yaxis_transform(),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=MUTED if found.bands is None else INK,
            gid=f"loss-label-{lane}",
        )


def _draw_row(axes: Axes, found: SchemeResult, lane: int) -> None:
    """Draw a scheme's bands as a bar from end to end, its edges as strokes and the members as numbers."""
    left, right = axes.get_xlim()
    if found.bands is None:
        axes.hlines(lane, left, right, color=FAINT, linewidth=1.0, linestyle=(0, (2, 3)))
        return
    is_natural = found.scheme == "natural"
    colour = _BLUE if is_natural else INK
    axes.barh(lane, right - left, left=left, height=0.5, color=FAINT, alpha=0.45, linewidth=0, zorder=1)
    edges = list(found.bands.edges)
    axes.vlines(edges, lane - 0.34, lane + 0.34, color=colour, linewidth=2.0 if is_natural else 1.6, zorder=3)
    for place, (low, high) in enumerate(_spans(found.bands, left, right)):
        label = axes.text(
            (low + high) / 2,
            lane,
            str(found.bands.counts[place]),
            ha="center",
            va="center",
            fontsize=SMALL,
            color=colour,
            gid=f"member-label-{lane}-{place}",
            zorder=4,
        )
        if label.get_window_extent().width + 4 > (high - low) * _px_per_unit(axes):
            label.remove()


def _spans(bands: Bands, left: float, right: float) -> list[tuple[float, float]]:
    cuts = [left, *(min(max(edge, left), right) for edge in bands.edges), right]
    return list(pairwise(cuts))
