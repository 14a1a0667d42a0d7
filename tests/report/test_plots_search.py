"""Is the figure of a search readable: named without overlaps, honest about limits and unknowns, the same each time?"""

from __future__ import annotations

import copy
import warnings
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from paretocode.report import figure_png, plot_map_frontier, save_svg
from paretocode.report.plots.map_frontier_points import map_points
from report.sample_search import crowded_search, sample_search


def texts(figure: Figure, gid: str = "") -> list[Text]:
    return [text for text in figure.findobj(Text) if (text.get_gid() or "").startswith(gid) and text.get_text()]


def words(figure: Figure, gid: str = "") -> list[str]:
    return [text.get_text() for text in texts(figure, gid)]


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Return the pairs of names and limit words that cover each other."""
    figure.draw_without_rendering()
    written = [*texts(figure, "model-label"), *texts(figure, "limit-label")]
    found: list[tuple[str, Any]] = [(text.get_text(), text.get_window_extent()) for text in written]
    return [(a, b) for i, (a, box) in enumerate(found) for b, other in found[:i] if box.overlaps(other)]


def gids(figure: Figure) -> set[str]:
    return {str(artist.get_gid()) for artist in figure.findobj() if artist.get_gid()}


def all_zero() -> dict[str, Any]:
    search = sample_search()
    for entry in (search["incumbent"]["measures"], search["per_request"], *(p["measures"] for p in search["picks"])):
        entry["shortfall"] = 0.0
    search["frontier"]["shortfall"] = [0.0] * 42
    return search


def stacked() -> dict[str, Any]:
    search = sample_search()
    for pick in search["picks"]:
        pick["measures"] = dict(search["picks"][0]["measures"])
    return search


def without_maps() -> dict[str, Any]:
    search = sample_search() | {"picks": [], "n_frontier_maps": 0}
    search["frontier"] = {name: [] for name in search["frontier"]}
    return search


def long_names() -> dict[str, Any]:
    search = sample_search()
    search["incumbent"]["name"] = "the-map-that-somebody-documented-in-the-spring-of-2026"
    for i, pick in enumerate(search["picks"]):
        pick["name"] = f"best-apart-hysteresis-0.{i}-never-down"
    return search


def full_of_nulls() -> dict[str, Any]:
    search = sample_search() | {"per_request": {"cost_usd": None}, "limits": {"shortfall": None}}
    search["incumbent"]["measures"]["shortfall"] = None
    search["frontier"]["shortfall"][:3] = [None] * 3
    search["frontier"]["n_bands"][10] = search["picks"][0]["moved_share"] = search["n_frontier_maps"] = None
    search["frontier"]["tier_change_rate"][20:] = [None] * 22
    return search


def far_off() -> dict[str, Any]:
    search = sample_search()
    search["frontier"]["cost_usd"] = [187.69 + 0.2 * i for i in range(42)]
    for pick in search["picks"]:
        pick["measures"]["cost_usd"] = 190.0
    return search


AWKWARD = {
    "plain": sample_search,
    "one map": lambda: sample_search(1),
    "all zero": all_zero,
    "all zero, no limit": lambda: all_zero() | {"limits": {}},
    "stacked": stacked,
    "long names": long_names,
    "nulls": full_of_nulls,
    "far off": far_off,
    "no map": without_maps,
    "one measure": lambda: sample_search() | {"measures": ["cost_usd"]},
    "two measures": lambda: sample_search() | {"measures": ["cost_usd", "shortfall"]},
    "rates": lambda: sample_search() | {"measures": ["cost_usd", "tier_change_rate", "shortfall", "latency_s"]},
    "no texts": lambda: sample_search() | {"texts": {}, "measures": ["latency_s", "unserved_share"]},
}


@pytest.mark.parametrize("name", AWKWARD)
def test_names_do_not_cover_each_other_and_stay_on_the_paper(name: str) -> None:
    search = AWKWARD[name]()
    if name == "no texts":
        search["frontier"] |= {"latency_s": [9.0] * 42, "unserved_share": [0.0] * 42}
    before = copy.deepcopy(search)
    figure = plot_map_frontier(search)
    assert overlapping(figure) == []
    room = figure.bbox
    for text in texts(figure, "model-label"):
        box = text.get_window_extent()
        assert room.x0 <= box.x0
        assert box.x1 <= room.x1
        assert room.y0 <= box.y0
        assert box.y1 <= room.y1
    assert search == before


def test_two_thousand_maps_keep_their_picks_named_once_each() -> None:
    search = crowded_search()
    figure = plot_map_frontier(search)
    assert overlapping(figure) == []
    assert len(texts(figure, "model-label")) == 9 + 2  # two of the ten picks share a spot
    [note] = words(figure, "note")
    assert "2,000 of 12,345 maps, evenly thinned." in note
    assert "1 not shown: a measure is unknown." in note.replace("\n", " ")


def test_axes_carry_the_measures_and_their_units() -> None:
    figure = plot_map_frontier(sample_search())
    axes, bar = figure.axes
    assert axes.get_xlabel() == "cost, caches by the lag-1 rule [USD]"
    assert axes.get_ylabel() == "mean shortfall [0..1 axis]"
    assert bar.get_ylabel() == "tier changes, of pairs [%]"
    assert axes.get_xscale() == "log"
    assert plot_map_frontier(far_off()).axes[0].get_xscale() == "linear"


def test_one_measure_is_drawn_against_the_number_of_tiers() -> None:
    figure = plot_map_frontier(sample_search() | {"measures": ["cost_usd"]})
    [axes] = figure.axes
    assert axes.get_ylabel() == "number of tiers"
    assert axes.get_yticks().tolist() == [2, 3, 4]
    assert "line-no tiers" in gids(figure)
    assert "incumbent" in gids(figure)


def test_two_measures_get_a_staircase_and_three_do_not() -> None:
    assert "frontier" in gids(plot_map_frontier(sample_search() | {"measures": ["cost_usd", "shortfall"]}))
    assert "frontier" not in gids(plot_map_frontier(sample_search()))


def test_the_incumbent_picks_and_the_router_without_tiers_are_named() -> None:
    labels = words(plot_map_frontier(sample_search()), "model-label")
    assert labels == [
        *("cheapest", "knee", "balanced", "nearest", "least-shortfall"),
        "documented (incumbent)",
        "no tiers: 171.20 USD",
    ]


def test_picks_on_one_spot_share_a_label() -> None:
    labels = words(plot_map_frontier(stacked()), "model-label")
    assert labels[0].replace("\n", " ") == "cheapest, knee, balanced, nearest, least-shortfall"


def test_a_reference_far_off_stands_at_the_border_and_says_where_it_is() -> None:
    figure = plot_map_frontier(far_off())
    assert "documented (incumbent): 917.96 USD\noff this axis" in words(figure, "model-label")
    assert figure.axes[0].get_xlim()[1] < 250


def test_a_reference_without_a_second_measure_is_a_line() -> None:
    search = sample_search()
    search["incumbent"]["measures"]["shortfall"] = None
    found = gids(plot_map_frontier(search))
    assert "line-incumbent" in found
    assert "incumbent" not in found


def test_the_limit_is_a_line_with_its_words_or_a_note() -> None:
    figure = plot_map_frontier(sample_search())
    assert words(figure, "limit-label") == ["limit: shortfall at most 0.1139"]
    assert "Further limits: unserved_share at most 0 %." in words(figure, "note")[0]
    figure = plot_map_frontier(sample_search() | {"limits": {"shortfall": 40.0}})
    assert words(figure, "limit-label") == []
    assert "Limits: shortfall at most 40.0000." in words(figure, "note")[0]


def test_a_few_maps_far_beyond_are_carets_and_the_others_keep_the_room() -> None:
    search = sample_search()
    assert "above" not in gids(plot_map_frontier(search))
    search["frontier"]["shortfall"][:3] = [0.9, 0.8, 0.7]
    search["frontier"]["is_within"][:3] = [False] * 3
    search["picks"] = []
    figure = plot_map_frontier(search)
    assert figure.axes[0].get_ylim()[1] < 0.25
    assert "above" in gids(figure)
    assert "Carets: 3 maps further up, to 0.9000." in words(figure, "note")[0].replace("\n", " ")
    search["frontier"]["shortfall"] = [0.9] * 42
    search["frontier"]["is_within"] = [False] * 42
    assert "above" not in gids(plot_map_frontier(search))  # where all lie there they are what is to be seen


def test_maps_beyond_a_limit_are_hollow_and_said_to_be() -> None:
    figure = plot_map_frontier(sample_search())
    assert "beyond a limit" in words(figure)
    search = sample_search()
    search["frontier"]["is_within"] = [True] * 42
    assert "beyond a limit" not in words(plot_map_frontier(search))


def test_a_third_measure_that_is_the_same_for_all_needs_no_colours() -> None:
    search = sample_search()
    search["frontier"]["tier_change_rate"] = [0.0007] * 42
    for pick in search["picks"]:
        pick["measures"]["tier_change_rate"] = 0.0007
    figure = plot_map_frontier(search)
    assert len(figure.axes) == 1
    assert "tier_change_rate is 0.070 % for every map." in words(figure, "note")[0]


def test_the_colours_darken_with_the_third_measure_so_that_they_read_in_grey() -> None:
    figure = plot_map_frontier(sample_search())
    steps = next(mesh for mesh in figure.axes[1].collections if mesh.get_array() is not None)
    shades = steps.cmap(np.linspace(0, 1, steps.cmap.N))
    grey = [float(np.dot(to_rgb(shade), (0.299, 0.587, 0.114))) for shade in shades]
    assert grey == sorted(grey, reverse=True)
    assert grey[0] - grey[-1] > 0.5


def test_a_pick_beside_the_frontier_is_drawn_as_well() -> None:
    search = sample_search()
    n_before = len(map_points(search).x)
    search["picks"][0]["measures"]["shortfall"] = 0.09
    assert len(map_points(search).x) == n_before + 1


def test_the_same_figure_is_the_same_bytes() -> None:
    first, second = (plot_map_frontier(sample_search()) for _ in range(2))
    assert save_svg(first) == save_svg(second)
    assert figure_png(first, dpi=60) == figure_png(second, dpi=60)


@pytest.mark.parametrize("name", ["nulls", "no map", "one map"])
def test_nothing_warns_when_it_becomes_bytes(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure_png(plot_map_frontier(AWKWARD[name]()), dpi=60)
