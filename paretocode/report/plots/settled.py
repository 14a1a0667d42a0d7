"""How does a figure come out the same, byte for byte, every time it is drawn? Its layout is found once and rounded."""

from __future__ import annotations

from matplotlib.figure import Figure

__all__ = ["settle"]

_DECIMALS = 5


def settle(figure: Figure) -> None:
    """Find the layout, round it, and keep it.

    The solver behind matplotlib's constrained layout meets its constraints in an order that differs from run to run, so
    that positions differ in their last digits, and with them the ids of clip paths in an SVG file.
    """
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, bottom, width, height = (round(float(part), _DECIMALS) for part in axes.get_position().bounds)
        axes.set_position((left, bottom, width, height))
    for text in figure.texts:
        x, y = text.get_position()
        text.set_position((round(float(x), _DECIMALS), round(float(y), _DECIMALS)))
