"""Do figures stay legible whatever they are given? Nothing overlaps, is cut off, or unlabelled, in awkward worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from paretocode.frontier.frontier import frontier_of
from paretocode.report import (
    plot_candidates,
    plot_costs,
    plot_demand,
    plot_edge_jumps,
    plot_frontier,
    plot_tier_latency,
    plot_transitions,
    save_svg,
)
from report.legible import flaws, is_labelled
from report.ugly import WORLDS, ugly_catalogue, ugly_document, ugly_maps, ugly_stream


def names_of(document: Mapping[str, Any]) -> list[str]:
    return [document["incumbent"], document["proposed"]]


def frontier_figure(world: str) -> Figure:
    catalogue = ugly_catalogue(world)
    tier_map = list(ugly_maps(world, catalogue).values())[-1]
    return plot_frontier(catalogue, frontier_of(catalogue, price_metric="prompt"), tier_map=tier_map)


def edge_figure(world: str) -> Figure:
    document = ugly_document(world)
    name = document["proposed"]
    return plot_edge_jumps(document["maps"][name]["metrics"]["edges"]["tier_jumps"], name=name)


FIGURES: Mapping[str, Callable[[str], Figure]] = {
    "frontier": frontier_figure,
    "demand": lambda world: plot_demand(ugly_stream(world), ugly_maps(world, ugly_catalogue(world))),
    "candidates": lambda world: plot_candidates(ugly_document(world)),
    "costs": lambda world: plot_costs(ugly_document(world), names_of(ugly_document(world))),
    "transitions": lambda world: plot_transitions(ugly_document(world), names_of(ugly_document(world))),
    "tier_latency": lambda world: plot_tier_latency(ugly_document(world), names_of(ugly_document(world))),
    "edge_jumps": edge_figure,
}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", FIGURES)
def test_nothing_overlaps_or_is_cut_off(name: str, world: str) -> None:
    figure = FIGURES[name](world)
    assert flaws(figure) == []
    assert is_labelled(figure)


@pytest.mark.parametrize("n_edges", [1, 2, 3])
def test_few_edges_leave_room_for_the_axis_that_they_share(n_edges: int) -> None:
    document = ugly_document("five tiers")
    swept = document["maps"][document["proposed"]]["metrics"]["edges"]["tier_jumps"]
    assert flaws(plot_edge_jumps({**swept, "edges": swept["edges"][:n_edges]}, name="few")) == []


def test_flaws_are_seen() -> None:
    figure = Figure(figsize=(2, 1))
    FigureCanvasAgg(figure)
    figure.text(0.5, 0.5, "one text")
    figure.text(0.5, 0.5, "another text")
    figure.text(0.9, 0.1, "that runs out of the picture")
    assert flaws(figure) == ["'that runs out of the picture' is cut off", "'one text' and 'another text' overlap"]


@pytest.mark.parametrize("name", ["costs", "transitions", "tier_latency", "edge_jumps"])
def test_same_document_same_bytes(name: str) -> None:
    assert save_svg(FIGURES[name]("no jumps")) == save_svg(FIGURES[name]("no jumps"))
