"""How does a figure of this project look, and how does it become bytes? One house style, no global state kept.

Figures are made with the object interface (`matplotlib.figure.Figure`), never with pyplot, so that nothing is shown,
registered or leaked. Text stays text in SVG files: it can be searched, read aloud, and set in the page's own typeface.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from paretocode.report.palette import FAINT, INK, MUTED, PAPER

__all__ = ["SMALL", "figure_png", "house_style", "new_figure", "save_svg", "strip_axes"]

SMALL = 8.0
"""Size of notes inside a figure [pt]."""

_STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.size": 9.0,
    "text.color": INK,
    "text.parse_math": False,  # a model may be called "$cheap$"
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelsize": 9.0,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.axisbelow": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "svg.fonttype": "none",
    "svg.hashsalt": "paretocode",
    "savefig.dpi": 150,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Apply the house style for as long as the block lasts; the caller's own settings come back unchanged."""
    with mpl.rc_context(rc=_STYLE):
        yield


def new_figure(width_in: float, height_in: float) -> Figure:
    """Return an empty figure [inches] that can measure its own text."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def strip_axes(axes: Axes, *sides: str) -> None:
    """Hide spines and the ticks that sit on them."""
    for side in sides:
        axes.spines[side].set_visible(False)
    ticks: dict[str, Any] = dict.fromkeys(sides, False)
    axes.tick_params(**ticks)


def save_svg(figure: Figure) -> str:
    """Return the figure as SVG text: same figure, same bytes, no date."""
    buffer = io.StringIO()
    with house_style():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def figure_png(figure: Figure, dpi: int = 150) -> bytes:
    """Return the figure as PNG bytes, without the version of the library that wrote it."""
    buffer = io.BytesIO()
    with house_style():
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()
