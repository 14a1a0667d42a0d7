"""Are the figures complete, readable and the same each time?"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from paretocode.catalogue import load_bundled
from paretocode.errors import UsageError
from paretocode.frontier.frontier import frontier_of
from paretocode.report import figure_png, plot_candidates, plot_demand, plot_frontier, save_svg
from paretocode.stream.stream import request_stream
from report.sample import sample_document, sample_maps, sample_stream


def frontier_figure(metric: str = "prompt", map_name: str = "natural") -> Figure:
    catalogue = load_bundled()
    return plot_frontier(catalogue, frontier_of(catalogue, price_metric=metric), tier_map=sample_maps()[map_name])


def all_figures() -> dict[str, Figure]:
    return {
        "frontier": frontier_figure(),
        "demand": plot_demand(sample_stream(), sample_maps()),
        "candidates": plot_candidates(sample_document()),
    }


def texts(figure: Figure, gid: str) -> list[Text]:
    return [text for text in figure.findobj(Text) if (text.get_gid() or "").startswith(gid)]


def boxes(figure: Figure, gid: str) -> list[Any]:
    figure.draw_without_rendering()
    return [text.get_window_extent() for text in texts(figure, gid)]


def overlapping(found: list[Any]) -> list[tuple[int, int]]:
    return [(i, j) for i, a in enumerate(found) for j, b in enumerate(found[:i]) if a.overlaps(b)]


@pytest.mark.parametrize("metric", ["prompt", "completion", "blend_3_1", "blend_7_2_1"])
@pytest.mark.parametrize("map_name", ["documented", "natural", "coupled"])
def test_the_13_models_are_all_named_without_overlaps(metric: str, map_name: str) -> None:
    figure = frontier_figure(metric, map_name)
    found = boxes(figure, "model-label")
    assert len(found) == 13
    assert overlapping(found) == []
    room = figure.axes[0].get_window_extent()
    assert all(room.x0 <= box.x0 and box.x1 <= room.x1 and room.y0 <= box.y0 and box.y1 <= room.y1 for box in found)


def test_no_label_covers_a_point() -> None:
    figure = frontier_figure()
    axes, catalogue = figure.axes[0], load_bundled()
    figure.draw_without_rendering()
    pixels = axes.transData.transform(np.column_stack([catalogue.prompt_usd_per_mtok, catalogue.coding_score]))
    for box in boxes(figure, "model-label"):
        assert not any(box.contains(x, y) for x, y in pixels)


def test_with_hundreds_of_models_only_the_frontier_is_named() -> None:
    rng = np.random.default_rng(1)
    few, n = load_bundled(), 300
    rows = np.arange(n) % len(few)
    columns = {
        name: getattr(few, name)[rows]
        for name in (
            "coding_score_se",
            "cache_read_usd_per_mtok",
            "cache_write_usd_per_mtok",
            "throughput_tps",
            "ttft_s",
            "context_tokens",
            "max_output_tokens",
            "release_date",
            "is_free",
        )
    }
    catalogue = few.replace(
        **columns,
        model_id=tuple(f"vendor/model-{i}" for i in range(n)),
        effort=("",) * n,
        name=tuple(f"Model {i}" for i in range(n)),
        listed_tier=("",) * n,
        coding_score=rng.uniform(5, 60, n),
        prompt_usd_per_mtok=np.exp(rng.uniform(-3, 3, n)),
        completion_usd_per_mtok=np.exp(rng.uniform(-3, 3, n)),
        price_steps=(),
    )
    frontier = frontier_of(catalogue, price_metric="prompt")
    figure = plot_frontier(catalogue, frontier)
    assert len(texts(figure, "model-label")) == len(frontier)
    assert overlapping(boxes(figure, "model-label")) == []


def test_models_without_score_are_counted_and_not_drawn() -> None:
    catalogue = load_bundled()
    score = catalogue.coding_score.copy()
    score[0] = np.nan
    partial = catalogue.replace(coding_score=score)
    figure = plot_frontier(partial, frontier_of(partial, price_metric="prompt"))
    assert len(texts(figure, "model-label")) == 12
    assert any(text.get_text().startswith("1 not shown") for text in figure.findobj(Text))


def test_a_frontier_of_other_prices_is_refused() -> None:
    catalogue = load_bundled()
    with pytest.raises(UsageError, match="take the frontier of that metric"):
        plot_frontier(catalogue, frontier_of(catalogue, price_metric="prompt"), price_metric="completion")


def test_every_axis_is_labelled_with_its_unit() -> None:
    figures = all_figures()
    axes = figures["frontier"].axes[0]
    assert axes.get_xlabel() == "prompt price [USD per million tokens]"
    assert axes.get_ylabel() == "coding score [aa-coding-4.0]"
    below = figures["demand"].axes[1]
    assert below.get_xlabel().endswith("[0..1 axis]")
    assert below.get_ylabel() == "share of requests [%]"
    assert all(panel.get_xlabel().startswith("[") for panel in figures["candidates"].axes)


def test_the_score_edges_and_tiers_are_drawn() -> None:
    figure = frontier_figure()
    written = {text.get_text() for text in figure.findobj(Text)}
    assert {"edge 42", "edge 49", "low", "medium", "high", "frontier"} <= written


def test_demand_shows_atoms_edges_and_the_omitted() -> None:
    figure = plot_demand(sample_stream(), sample_maps())
    labels = [text.get_text() for text in texts(figure, "demand-label")]
    assert [label.split(":")[0] for label in labels[:-1]] == ["0.2", "0.5", "0.65", "0.8", "0.9"]
    assert "omitted" in [tick.get_text() for tick in figure.axes[1].get_xticklabels()]
    assert sum((line.get_gid() or "").startswith("edge-") for line in figure.axes[1].lines) == 2 + 2 + 3
    for gid in ("edge-label", "tier-label"):
        assert overlapping(boxes(figure, gid)) == []
    assert texts(figure, "edge-label")


def test_demand_needs_neither_maps_nor_min_scores() -> None:
    bare = request_stream(session=[1, 2], time_s=[0, 0], prompt_tokens=[1, 1], completion_tokens=[1, 1])
    figure = plot_demand(bare, {})
    assert [text.get_text() for text in texts(figure, "demand-label")] == ["100 %"]


def test_candidates_write_unknown_and_no_number_for_a_missing_metric() -> None:
    document = sample_document()
    for each in document["maps"].values():
        each["metrics"]["shortfall_mean"] = None
    figure = plot_candidates(document)
    labels = [text.get_text() for text in texts(figure, "value-label")]
    assert labels[3:6] == ["unknown"] * 3
    assert labels[0].replace(".", "").isdigit()
    assert "%" in labels[1]


def test_value_labels_stay_inside_their_panels() -> None:
    figure = plot_candidates(sample_document())
    figure.draw_without_rendering()
    for axes in figure.axes:
        room = axes.get_window_extent()
        for text in axes.texts:
            assert text.get_window_extent().x1 <= room.x1


@pytest.mark.parametrize("name", ["frontier", "demand", "candidates"])
def test_the_same_figure_is_the_same_bytes(name: str) -> None:
    first, second = (all_figures()[name] for _ in range(2))
    assert save_svg(first) == save_svg(second)
    assert "<dc:date>" not in save_svg(first)
    assert figure_png(first, dpi=60) == figure_png(second, dpi=60)


def test_a_name_with_dollars_is_no_formula() -> None:
    document = sample_document()
    document["maps"]["$x^2$"] = document["maps"].pop("coupled")
    assert "$x^2$" in save_svg(plot_candidates(document))


def test_the_callers_settings_are_left_alone() -> None:
    before = dict(mpl.rcParams)
    save_svg(plot_candidates(sample_document()))
    assert dict(mpl.rcParams) == before


def test_no_library_of_figures_or_pages_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, paretocode.report as r; r.metrics_table; assert not {'matplotlib', 'jinja2'} & set(sys.modules);"
        "r.plot_candidates; assert 'matplotlib' in sys.modules and 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
