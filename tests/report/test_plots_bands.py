"""Do the figures of bands show the whole gaps, every scheme, what speaks for each number, and how sure a tier is?"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from paretocode.bands import (
    SchemeResult,
    band_probabilities,
    choose_n_bands,
    compare_schemes,
    edges_of_listed_bands,
    natural_bands,
    natural_finding,
)
from paretocode.catalogue import load_bundled
from paretocode.errors import InputError
from paretocode.report import figure_png, plot_band_membership, plot_bands, plot_how_many, save_svg

SCORES = load_bundled().coding_score
NAMES = ("low", "medium", "high")
LISTED = np.array([NAMES.index(tier) for tier in load_bundled().listed_tier])


def bands_figure() -> Figure:
    finding = natural_finding(SCORES, 3, n_replicates=40, rng=1)
    return plot_bands(SCORES, compare_schemes(SCORES, 3), unit="coding score [aa-coding-4.0]", finding=finding)


def how_many_figure() -> Figure:
    return plot_how_many(choose_n_bands(SCORES, n_replicates=40, rng=1))


def membership_figure(n: int = 13) -> Figure:
    rows = np.arange(n) % 13
    catalogue = load_bundled()
    keys = [f"{catalogue.keys[row]}{i // 13 or ''}" for i, row in enumerate(rows)]
    probabilities = band_probabilities(SCORES, catalogue.coding_score_se, edges_of_listed_bands(SCORES, LISTED))
    return plot_band_membership(
        keys, SCORES[rows], probabilities[rows], band_names=NAMES, unit="aa-coding-4.0", listed_band=LISTED[rows]
    )


FIGURES = {"bands": bands_figure, "how_many": how_many_figure, "membership": membership_figure}


def texts(figure: Figure, gid: str = "") -> list[Text]:
    return [text for text in figure.findobj(Text) if (text.get_gid() or "").startswith(gid) and text.get_text()]


def words(figure: Figure, gid: str = "") -> list[str]:
    return [text.get_text() for text in texts(figure, gid)]


def overlapping(figure: Figure, gid: str) -> list[tuple[str, str]]:
    figure.draw_without_rendering()
    found: list[tuple[str, Any]] = [(text.get_text(), text.get_window_extent()) for text in texts(figure, gid)]
    return [(a, b) for i, (a, box) in enumerate(found) for b, other in found[:i] if box.overlaps(other)]


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)
def test_everything_written_stays_on_the_paper(draw: Callable[[], Figure]) -> None:
    figure = draw()
    figure.draw_without_rendering()
    written = figure.get_tightbbox()
    assert min(written.x0, written.y0) >= 0
    assert written.x1 <= figure.get_figwidth()
    assert written.y1 <= figure.get_figheight()
    for text in texts(figure, "finding"):  # stands outside the layout
        assert text.get_window_extent().x1 <= figure.bbox.x1


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)
def test_the_same_figure_is_the_same_bytes(draw: Callable[[], Figure]) -> None:
    first, second = draw(), draw()
    assert save_svg(first) == save_svg(second)
    assert figure_png(first, dpi=60) == figure_png(second, dpi=60)


@pytest.mark.parametrize(
    ("draw", "gid"),
    [
        (bands_figure, "gap-label"),
        (bands_figure, "member-label"),
        (bands_figure, "loss-label"),
        (membership_figure, "share-label"),
        (membership_figure, "listed-label"),
    ],
)
def test_labels_do_not_overlap(draw: Callable[[], Figure], gid: str) -> None:
    figure = draw()
    assert texts(figure, gid)
    assert overlapping(figure, gid) == []


def test_bands_that_are_not_there_are_said_not_to_be() -> None:
    figure = bands_figure()
    assert figure.axes[0].get_title(loc="left") == "Three natural bands are not there"
    assert "choice, not a finding" in " ".join(words(figure, "finding")).replace("\n", " ")


def test_the_whole_natural_gaps_are_shaded_and_named() -> None:
    figure = bands_figure()
    assert words(figure, "gap-label") == ["gap 38.71 to 41.03", "gap 47.47 to 50.94"]
    gaps = natural_bands(SCORES, 3).gaps
    for axes in figure.axes:
        shaded = {(round(p.get_x(), 6), round(p.get_x() + p.get_width(), 6)) for p in axes.patches if p.get_alpha()}
        assert {(round(low, 6), round(high, 6)) for low, high in gaps} <= shaded


def test_every_scheme_has_a_row_with_its_loss() -> None:
    figure = bands_figure()
    rows = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert rows[:3] == ["natural", "quantile", "equal interval"]
    assert words(figure, "loss-label")[:3] == ["1.00", "1.21", "1.01"]
    assert figure.axes[1].get_xlabel() == "coding score [aa-coding-4.0]"


def test_a_scheme_that_refuses_is_named_without_bands() -> None:
    refused = SchemeResult(scheme="quantile", bands=None, loss_ratio=math.nan, refusal="too many values are equal")
    natural = compare_schemes([1, 2, 9], 2)[0]
    figure = plot_bands([1, 2, 9], [natural, refused], unit="score")
    assert words(figure, "loss-label") == ["1.00", "refused"]
    assert words(figure, "member-label-1") == []


def test_a_crowd_of_values_and_one_band_are_drawn() -> None:
    values = np.random.default_rng(1).normal(size=400)
    assert "400 values" in [tick.get_text() for tick in plot_bands(values, [], unit="z").axes[0].get_yticklabels()]
    assert texts(plot_bands(values, compare_schemes(values, 1)[:1], unit="z"), "gap-label") == []


def test_what_each_rule_takes_is_filled() -> None:
    found = choose_n_bands(SCORES, n_replicates=40, rng=1)
    figure = plot_how_many(found)
    taken = {
        axes.get_title(loc="left"): line.get_xdata()
        for axes in figure.axes
        for line in axes.lines
        if line.get_gid() == "taken" and len(np.asarray(line.get_xdata()))
    }
    assert {title: list(np.asarray(k)) for title, k in taken.items()} == {
        f"BIC takes {found.by_bic}": [found.by_bic],
        f"Stability takes {found.by_stability}": [found.by_stability],
    }
    assert all(axes.get_xlabel() == "number of bands" and axes.get_ylabel() for axes in figure.axes)


def test_constant_values_have_one_number_of_bands() -> None:
    assert figure_png(plot_how_many(choose_n_bands([5.0, 5.0], n_replicates=5, rng=1)), dpi=40)


def test_the_listed_tier_is_outlined_and_its_probability_written() -> None:
    figure = membership_figure()
    bars = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    outlines = [patch for patch in bars if patch.get_facecolor()[3] == 0]
    assert len(outlines) == len(texts(figure, "listed-label")) == 13
    assert figure.axes[0].get_title(loc="left").startswith("7.7 of 13 models")
    ticks = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert ticks[0] == "gpt-5.5@xhigh   59.1"
    assert words(figure, "listed-label-5") == ["13%"]  # DeepSeek V4 Pro, listed high


def test_a_crowd_is_one_surface_without_names() -> None:
    figure = membership_figure(n=350)
    assert texts(figure, "share-label") == []
    assert len(figure.axes[0].get_yticks()) < 12


def test_without_a_list_no_tier_is_outlined() -> None:
    figure = plot_band_membership(["a", "b"], [2.0, 1.0], [[0.2, 0.8], [1, 0]], band_names=("low", "high"), unit="s")
    assert texts(figure, "listed-label") == []


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="2 keys, 1 values"):
        plot_band_membership(["a", "b"], [2.0], [[0.2, 0.8]], band_names=("low", "high"), unit="s")
