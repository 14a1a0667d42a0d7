"""Which figures does the page know, in which order, and what does it say of them to those who see and who do not?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from paretocode.report.inline_svg import inline_svg

__all__ = ["FIGURES", "Picture", "pictures"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A figure's caption, and what a reader without eyes on it needs: what it is, and where its numbers stand."""

    caption: str
    alt: str


FIGURES: Mapping[str, _Known] = {
    "demand": _Known(
        caption="What the requests ask for, and where each map cuts; an edge belongs to the tier on its right.",
        alt="Bars of the share of requests at each min score, with the edges of the maps as lines; the edges and the "
        "tiers' shares stand in the tables beside it.",
    ),
    "costs": _Known(
        caption="What each serving tier and each model costs, and the share of requests it serves.",
        alt="Bars of cost per 1,000 requests by tier and by model for the incumbent and the proposed map; the same "
        "numbers stand under All numbers.",
    ),
    "transitions": _Known(
        caption="From which tier to which sessions go from one request to the next; blue cells are jumps, their shares "
        "are of the row.",
        alt="A matrix of serving tiers for each map with counts of consecutive requests; the rates of jumps stand "
        "under All numbers.",
    ),
    "tier_latency": _Known(
        caption="How long requests wait in each serving tier.",
        alt="Quantiles of the end-to-end time by tier for each map, on a logarithmic axis; medians and 95th "
        "percentiles are written beside the lines.",
    ),
    "candidates": _Known(
        caption="Cost, shortfall and jumps of every map; the dashed line is the incumbent.",
        alt="Bars of cost, mean shortfall, tier jumps and model jumps for every map; the same numbers stand under All "
        "numbers.",
    ),
    "intervals": _Known(
        caption="Every candidate against the incumbent: left of zero is better. Thick is the interval of a measure "
        "alone, thin the one for all measures at once, by which the verdict goes; a star marks the proposed map.",
        alt="Intervals of the difference of every candidate in every measure; the same numbers stand in the "
        "tables above.",
    ),
    "sessions_needed": _Known(
        caption="Sessions that would tell the observed differences from none; beyond the dashed line the stream "
        "has too few. An arrow: the interval holds no difference, so no number is sure to be enough.",
        alt="The number of sessions needed for each measure, on a logarithmic axis; the same numbers stand in the "
        "table above.",
    ),
    "plateau": _Known(
        caption="Maps by how much worse than the best they look, and how easily noise in min scores moves requests.",
        alt="Points of maps that are about as good as the best; the text above names the best and the steadiest.",
    ),
    "tornado": _Known(
        caption="One shift of the world at a time: where it moves the difference to. Left of zero the candidate is "
        "better.",
        alt="Bars of how far each shift of scores, prices or traffic moves the difference; the longest are told in the "
        "text above.",
    ),
    "drift": _Known(
        caption="How far each factor has moved since, against what chance does, and what it does to the map.",
        alt="The size of the drift of each factor of the traffic; the text above tells test and consequence of each.",
    ),
    "feedback": _Known(
        caption="Where reports put each edge: the current edge, the estimate with its interval, the stretch between "
        "neighbouring min scores, and complaints by what was asked.",
        alt="Estimates of each edge from users' reports; the text above tells them edge by edge.",
    ),
    "map_frontier": _Known(
        caption="Maps that no other one of the search beats in every measure: picks ringed, the incumbent a cross.",
        alt="Points of maps by their measures, with the picks and the incumbent named; the table below holds the "
        "picks.",
    ),
    "edge_jumps": _Known(
        caption="How many pairs of consecutive requests would ask for different tiers with one edge elsewhere, all "
        "others staying; the dot is the proposed map.",
        alt="A line for each edge of the proposed map: tier jumps against the place of the edge between its "
        "neighbours.",
    ),
    "frontier": _Known(
        caption="Coding score against price. Filled marks are on the frontier; hollow ones pay more for no more score.",
        alt="Points of models by price and coding score with the frontier as a staircase, coloured by tier; the tables "
        "of the maps name the models of each tier.",
    ),
}
"""The figures that this project draws into a result, in the order of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure as the page sets it; `svg` is markup that `inline_svg` has checked."""

    name: str
    caption: str
    alt: str
    svg: str
    is_tall: bool


def pictures(figures: Mapping[str, str]) -> list[Picture]:
    """Return figures for the page: known ones in the order of `FIGURES`, then others under their own names.

    Raises
    ------
    InputError
        A figure that is not plain SVG.
    """
    order = [name for name in FIGURES if name in figures] + [name for name in figures if name not in FIGURES]
    return [_picture(name, figures[name]) for name in order]


def _picture(name: str, text: str) -> Picture:
    svg, known = inline_svg(text, name=name), FIGURES.get(name)
    caption, alt = (known.caption, known.alt) if known else (name, f"The figure {name}.")
    return Picture(name=name, caption=caption, alt=alt, svg=svg, is_tall=_is_tall(svg))


def _is_tall(svg: str) -> bool:
    """Return whether a figure is higher than three quarters of its width, by its view box."""
    found = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', svg)
    return bool(found and float(found[2]) > 0.75 * float(found[1]))
