"""Are the figures of the moving catalogue complete, readable and the same each time? Prices, frontiers, jumps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from catalogue_history.worlds import NAN, history_of
from paretocode.catalogue.history import History, reanchor_options, rebases_of
from paretocode.errors import UsageError
from paretocode.frontier.through_time import cheapest_above, frontier_through_time
from paretocode.report import (
    figure_png,
    plot_cheapest_above,
    plot_flips,
    plot_frontier_through_time,
    plot_hysteresis,
    plot_score_shift,
    plot_tier_changes,
    save_svg,
)
from paretocode.report.plots.catalogue_jumps import CAUSE_COLOURS
from paretocode.tiermap.picks import (
    FLIP_CAUSES,
    FixedEdges,
    Flips,
    HeldPicks,
    PercentileEdges,
    flips_of,
    hold_picks,
    picks_of,
    tier_changes,
    track_of_rule,
)

EDGES = (25.0, 45.0)


def moving() -> History:
    """Return 40 days of 10 models: drawn prices and speeds, a definition that changes on the 30th."""
    rng, shape = np.random.default_rng(1), (40, 10)
    scores = np.broadcast_to(np.linspace(10, 60, 10), shape).copy()
    scores[30:] = scores[30:] * 1.2 + rng.normal(0, 5, 10)
    return history_of(
        scores.round(2).tolist(),
        prompt=np.exp(rng.normal(0, 0.3, shape).cumsum(axis=0) / 5 - 0.03 * np.arange(40)[:, None]).round(4).tolist(),
        tps=(100 * np.exp(rng.normal(0, 0.2, shape))).tolist(),
        listed=[[model > 1 or day > 9 for model in range(10)] for day in range(40)],
        definitions=["test-1"] * 30 + ["test-2"] * 10,
    )


def one_definition() -> History:
    return moving().between("2026-01-01", "2026-01-30")


def flips() -> dict[str, Flips]:
    track = track_of_rule(moving(), FixedEdges(EDGES))
    return {name: flips_of(picks_of(track, ranking=name)) for name in ("price", "throughput")}


def held() -> list[HeldPicks]:
    path = picks_of(track_of_rule(moving(), FixedEdges(EDGES)), ranking="throughput")
    return [hold_picks(path, margin=margin, days=days) for days in (1, 3) for margin in (0, 0.1, 0.3)]


def changes_figure() -> Figure:
    rules = FixedEdges(EDGES), PercentileEdges((30, 70))
    return plot_tier_changes([tier_changes(track_of_rule(moving(), rule)) for rule in rules])


def shift_figure() -> Figure:
    history = moving()
    (rebase,) = rebases_of(history)
    old, new = (history.numbers["coding_score"][i] for i in (rebase.before_index, rebase.after_index))
    return plot_score_shift(history, rebase, score_edges=EDGES, options=reanchor_options(EDGES, old, new))


FIGURES: dict[str, Callable[[], Figure]] = {
    "cheapest": lambda: plot_cheapest_above(cheapest_above(one_definition(), [20, 30, 40, 50, 55])),
    "frontier": lambda: plot_frontier_through_time(frontier_through_time(moving())),
    "flips": lambda: plot_flips(flips()),
    "changes": changes_figure,
    "shift": shift_figure,
    "hysteresis": lambda: plot_hysteresis(held()),
}


def written(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def boxes(figure: Figure, gid: str) -> list[Any]:
    figure.draw_without_rendering()
    return [text.get_window_extent() for text in figure.findobj(Text) if (text.get_gid() or "").startswith(gid)]


def overlapping(found: list[Any]) -> list[tuple[int, int]]:
    return [(i, j) for i, a in enumerate(found) for j, b in enumerate(found[:i]) if a.overlaps(b)]


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_figure_is_the_same_bytes_and_leaves_the_settings_alone(name: str) -> None:
    before = dict(mpl.rcParams)
    first, second = FIGURES[name](), FIGURES[name]()
    assert save_svg(first) == save_svg(second)
    assert figure_png(first, dpi=60) == figure_png(second, dpi=60)
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_sticks_out_of_the_figure(name: str) -> None:
    figure = FIGURES[name]()
    figure.draw_without_rendering()
    room = figure.bbox.padded(1)
    # Ticks beyond the limits of an axis exist but are not drawn, so that tick labels are left out.
    shown = [text for axes in figure.axes for text in (*axes.texts, axes.xaxis.label, axes.yaxis.label)]
    shown += [
        text for axes in figure.axes for text in axes.findobj(Text) if text.get_text() == axes.get_title(loc="left")
    ]
    shown += [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    for text in shown:
        if text.get_text():
            box = text.get_window_extent()
            assert room.x0 <= box.x0, text.get_text()
            assert room.y0 <= box.y0, text.get_text()
            assert box.x1 <= room.x1, text.get_text()
            assert box.y1 <= room.y1, text.get_text()


def test_axes_state_their_units() -> None:
    def label(name: str) -> str:
        return FIGURES[name]().axes[0].get_ylabel()

    assert label("cheapest").endswith("[USD per million tokens]")
    assert label("frontier") == "[points x decades]"
    assert label("hysteresis") == "costliest tier [% slower than the free pick]"
    assert label("shift").endswith("[test-2]")
    assert any("[count" in text for text in written(FIGURES["changes"]()))


def test_every_score_is_named_at_the_end_of_its_line_with_its_fall() -> None:
    history = history_of([[40, 60]] * 3, prompt=[[6, 6], [3, 6], [1, 6]])
    figure = plot_cheapest_above(cheapest_above(history, [30, 50, 99], price_metric="prompt"))
    texts = written(figure)
    assert "30: 6.00 → 1.00, 6\N{MULTIPLICATION SIGN} less" in texts
    assert "50: 6.00, never less" in texts
    assert any("never to be had: 99" in text for text in texts)
    assert figure.axes[0].get_yscale() == "log"


def test_lines_that_end_together_have_labels_apart() -> None:
    history = history_of([[40, 50, 60]] * 3, prompt=[[6, 6, 6], [3, 3, 3], [1, 1.01, 1.02]])
    found = boxes(plot_cheapest_above(cheapest_above(history, [30, 45, 55])), "score-label")
    assert len(found) == 3
    assert overlapping(found) == []


def test_a_score_that_nobody_reaches_draws_an_empty_figure() -> None:
    assert boxes(plot_cheapest_above(cheapest_above(one_definition(), [99])), "score-label") == []


def test_the_hypervolume_stands_beside_its_reference_and_breaks_at_a_new_definition() -> None:
    series = frontier_through_time(moving(), reference=(50.0, 0.0))
    figure = plot_frontier_through_time(series)
    assert any(text.startswith(series.reference_line) for text in written(figure))
    curves = [line for line in figure.axes[0].lines if len(line.get_xdata()) > 2]  # type: ignore[arg-type]
    assert [len(line.get_xdata()) for line in curves] == [30, 10]  # type: ignore[arg-type]
    assert {"test-1", "test-2"} <= set(written(figure))


def test_lanes_are_the_models_that_stood_on_the_frontier() -> None:
    series = frontier_through_time(moving())
    names = [label.get_text() for label in plot_frontier_through_time(series).axes[1].get_yticklabels()]
    stood = series.on_frontier.any(axis=0)
    assert sorted(names) == sorted(np.array(series.history.names)[stood])


def test_every_flip_is_drawn_once_and_counted() -> None:
    both = flips()
    figure = plot_flips(both)
    marks = [line for axes in figure.axes for line in axes.lines if (line.get_gid() or "").startswith("flip-")]
    assert sum(len(line.get_xdata()) for line in marks) == sum(map(len, both.values()))  # type: ignore[arg-type]
    noise = both["throughput"].causes()["speed noise"]
    assert noise
    assert f"speed noise {noise}" in written(figure)
    for axes, each in zip(figure.axes, both.values(), strict=True):
        counted = [text.get_text() for text in axes.texts if text.get_text().isdigit()]
        assert counted == [str(n) for n in each.by_tier().values()]


def test_causes_differ_in_colour_and_in_mark() -> None:
    assert set(CAUSE_COLOURS) == set(FLIP_CAUSES)
    assert len(set(CAUSE_COLOURS.values())) == len(FLIP_CAUSES)


def test_a_steady_catalogue_has_empty_strips() -> None:
    calm = track_of_rule(history_of([[10, 60]] * 3), FixedEdges((30,)))
    assert any(text.startswith("0 flips") for text in written(plot_flips({"cheapest": flips_of(picks_of(calm))})))
    assert "no change" in written(plot_tier_changes([tier_changes(calm)]))


def test_the_bars_add_up_to_the_changes() -> None:
    changes = tier_changes(track_of_rule(moving(), PercentileEdges((30, 70))))
    (axes,) = plot_tier_changes([changes]).axes
    heights = np.array([patch.get_height() for patch in axes.patches])  # type: ignore[attr-defined]
    assert (heights[heights > 0].sum(), -heights[heights < 0].sum()) == (changes.n_up, changes.n_down)


def test_each_panel_counts_whom_its_edges_move() -> None:
    history = moving()
    (rebase,) = rebases_of(history)
    old, new = (history.numbers["coding_score"][i] for i in (rebase.before_index, rebase.after_index))
    options = reanchor_options(EDGES, old, new)
    figure = plot_score_shift(history, rebase, score_edges=EDGES, options=options)
    for axes, option in zip(figure.axes, options.values(), strict=True):
        assert f"{len(option.moved_index)} of 10 change tier" in axes.get_title(loc="left")
        assert len(axes.lines[-1].get_xdata()) == len(option.moved_index)  # type: ignore[arg-type]
        assert len(axes.lines[-2].get_xdata()) == 10 - len(option.moved_index)  # type: ignore[arg-type]


def test_margins_are_named_without_overlaps() -> None:
    found = boxes(plot_hysteresis(held()), "margin-label")
    assert len(found) == 6
    assert overlapping(found) == []


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(UsageError, match="there are no flips to draw"):
        plot_flips({})
    with pytest.raises(UsageError, match="there are no tier changes to draw"):
        plot_tier_changes([])
    with pytest.raises(UsageError, match="not of one free path"):
        plot_hysteresis([held()[0], held()[0]])
    history = history_of([[10, 20, 30, NAN], [NAN, NAN, NAN, 5]])
    (rebase,) = rebases_of(history)
    with pytest.raises(UsageError, match="no survivor"):
        plot_score_shift(history, rebase, score_edges=(15,), options={})
