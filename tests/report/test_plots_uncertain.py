"""Does the figure of the uncertain frontier name every model, say what is expected, and ring the knee?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from paretocode.catalogue import load_bundled, read_artificial_analysis
from paretocode.errors import UsageError
from paretocode.frontier import UncertainFrontier, find_knees, uncertain_frontier_of
from paretocode.report import figure_png, plot_uncertain_frontier, save_svg
from paretocode.report.plots.frontier import MOST_LABELS


def drawn(frontier: UncertainFrontier, *, share: bool = True) -> Figure:
    return plot_uncertain_frontier(
        frontier,
        score_definition="aa-coding-4.0",
        knees=find_knees(frontier.price_usd_per_mtok, frontier.coding_score),
        knee_share=np.linspace(0.1, 0.3, len(frontier)) if share else None,
    )


def texts(figure: Figure, gid: str = "") -> list[Text]:
    return [text for text in figure.findobj(Text) if (text.get_gid() or "").startswith(gid) and text.get_text()]


def words(figure: Figure, gid: str = "") -> list[str]:
    return [text.get_text() for text in texts(figure, gid)]


def overlapping(figure: Figure, gid: str) -> list[tuple[str, str]]:
    figure.draw_without_rendering()
    found: list[tuple[str, Any]] = [(text.get_text(), text.get_window_extent()) for text in texts(figure, gid)]
    return [(a, b) for i, (a, box) in enumerate(found) for b, other in found[:i] if box.overlaps(other)]


@pytest.mark.parametrize("metric", ["prompt", "completion", "blend_3_1", "blend_7_2_1"])
def test_the_13_models_are_all_named_twice_without_overlaps(metric: str) -> None:
    figure = drawn(uncertain_frontier_of(load_bundled(), price_metric=metric))
    for gid in ("model-label", "probability-label", "knee-label", "price-label"):
        assert len(texts(figure, gid)) == 13
        assert overlapping(figure, gid) == []
    assert len(figure.subfigs[1].axes[0].get_yticks()) == 13


def test_everything_written_stays_on_the_paper() -> None:
    figure = drawn(uncertain_frontier_of(load_bundled()))
    figure.draw_without_rendering()
    written = figure.get_tightbbox()
    assert min(written.x0, written.y0) >= 0
    assert written.x1 <= figure.get_figwidth()
    assert written.y1 <= figure.get_figheight()


def test_it_states_the_measured_and_the_expected_size() -> None:
    figure = drawn(uncertain_frontier_of(load_bundled()))
    assert "As measured, 6 of 13 models are on the frontier; of the true scores, 4.6 are expected" in words(figure)


def test_the_knee_is_ringed_and_its_frequency_written() -> None:
    frontier = uncertain_frontier_of(load_bundled())
    figure = drawn(frontier)
    assert [item.get_gid() for item in figure.findobj() if item.get_gid() == "knee"] == ["knee"]
    assert "deepseek-v4-pro@max\nknee, in 12% of draws" in words(figure, "model-label")
    assert "deepseek-v4-pro@max\nknee" in words(drawn(frontier, share=False), "model-label")


def test_without_knees_nothing_is_said_of_them() -> None:
    figure = plot_uncertain_frontier(uncertain_frontier_of(load_bundled()), score_definition="s")
    assert not any("knee" in text for text in words(figure))


def test_axes_carry_units() -> None:
    above, below = drawn(uncertain_frontier_of(load_bundled())).axes
    assert above.get_xlabel() == "price, 3 prompt : 1 completion [USD per million tokens]"
    assert above.get_ylabel() == "coding score [aa-coding-4.0]"
    assert below.get_xlabel() == "probability of being on the frontier [%]"


def test_prices_that_were_given_keep_their_unit_to_themselves() -> None:
    frontier = uncertain_frontier_of(load_bundled(), price=np.arange(1.0, 14.0))
    figure = drawn(frontier)
    assert figure.axes[0].get_xlabel() == "price [unit of the given prices]"
    assert "USD/Mtok" not in words(figure)


def test_models_without_score_or_error_are_counted() -> None:
    catalogue = load_bundled()
    score, se = catalogue.coding_score.copy(), catalogue.coding_score_se.copy()
    score[0], se[1] = np.nan, np.nan
    figure = drawn(uncertain_frontier_of(catalogue.replace(coding_score=score, coding_score_se=se)))
    [note] = words(figure, "note")
    assert note.startswith("1 not shown")
    assert "1 taken as exact" in note


def test_a_catalogue_without_scores_gives_empty_axes() -> None:
    catalogue = load_bundled()
    nothing = uncertain_frontier_of(catalogue.replace(coding_score=np.full(13, np.nan)))
    assert texts(plot_uncertain_frontier(nothing, score_definition="s"), "model-label") == []


def test_shares_of_another_length_are_refused() -> None:
    frontier = uncertain_frontier_of(load_bundled())
    with pytest.raises(UsageError, match="2 entries and the frontier 13"):
        plot_uncertain_frontier(frontier, score_definition="s", knee_share=np.zeros(2))


def test_the_same_figure_is_the_same_bytes() -> None:
    first, second = (drawn(uncertain_frontier_of(load_bundled())) for _ in range(2))
    assert save_svg(first) == save_svg(second)
    assert figure_png(first, dpi=60) == figure_png(second, dpi=60)


@pytest.mark.data
def test_of_the_whole_field_the_likeliest_are_listed_and_the_rest_is_summed(data_dir: Path) -> None:
    path = data_dir / "catalogue" / "aa" / "llms" / "2026-04-10.json.gz"
    frontier = uncertain_frontier_of(read_artificial_analysis(path, include_deprecated=True))
    figure = drawn(frontier)
    assert len(frontier) > 200
    assert len(texts(figure, "probability-label")) == MOST_LABELS
    assert f"{len(frontier) - MOST_LABELS} others together hold" in figure.axes[1].get_xlabel()
    assert overlapping(figure, "model-label") == []
