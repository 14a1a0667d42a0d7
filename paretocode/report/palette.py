"""Which colour means what? The Okabe-Ito colours, safe for colour-blind readers, and the greys around them.

Tiers are also told apart by marker and maps by line style, so that nothing hangs on colour alone. The module knows no
plotting library: the page uses the same colours, and swaps them for `DARK` twins where the reader's screen is dark.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "DARK",
    "FAINT",
    "INK",
    "LINE_STYLES",
    "MARKERS",
    "MUTED",
    "PAPER",
    "VERDICT_COLOURS",
    "VERDICT_MARKERS",
    "map_colours",
    "tier_colours",
]

INK = "#1f2428"
MUTED = "#66707a"
FAINT = "#d5d9dd"
PAPER = "#ffffff"

_BLUE, _ORANGE, _GREEN, _SKY, _VERMILLION, _PURPLE = "#0072b2", "#e69f00", "#009e73", "#56b4e9", "#d55e00", "#cc79a7"
_TIERS = (_ORANGE, _GREEN, _BLUE, _PURPLE, _SKY, _VERMILLION)
_CANDIDATES = (_VERMILLION, _BLUE, _GREEN, _PURPLE, _ORANGE, _SKY)
VERDICT_COLOURS = {
    "better": _BLUE,
    "worse": _VERMILLION,
    "tied": _GREEN,
    "not_worse": _GREEN,
    "same": MUTED,
    "not_enough": MUTED,
}
VERDICT_MARKERS = {"better": "<", "worse": ">", "tied": "s", "not_worse": "D", "same": "|", "not_enough": "o"}
"""What may be said of a difference -> how it is drawn; less is better, so better points to the left."""
MARKERS = ("o", "s", "^", "D", "v", "P")
LINE_STYLES = ("-", "--", "-.", ":")

DARK = {
    INK: "#e8eaec",
    MUTED: "#9aa4ad",
    FAINT: "#3a4148",
    PAPER: "#16191c",
    _BLUE: "#4aa3df",
    _GREEN: "#2fc79b",
    _VERMILLION: "#f0803c",
}
"""Colour on white paper -> the same meaning on a dark screen; a colour left out serves on both."""


def tier_colours(names: Iterable[str]) -> dict[str, str]:
    """Return a colour per tier, in order from the lowest; beyond six they repeat.

    Examples
    --------
    >>> tier_colours(["low", "high"])
    {'low': '#e69f00', 'high': '#009e73'}
    """
    return {name: _TIERS[i % len(_TIERS)] for i, name in enumerate(names)}


def map_colours(names: Iterable[str]) -> dict[str, str]:
    """Return a colour per map: ink for the first, which is the incumbent, then one each.

    Examples
    --------
    >>> map_colours(["documented", "natural"])
    {'documented': '#1f2428', 'natural': '#d55e00'}
    """
    return {name: INK if i == 0 else _CANDIDATES[(i - 1) % len(_CANDIDATES)] for i, name in enumerate(names)}
