"""Do the figures about sessions show every number once, keep their labels apart and refuse what cannot be drawn?"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from paretocode.catalogue import bundled_scale, load_bundled
from paretocode.errors import InputError, UsageError
from paretocode.report.plots import (
    figure_png,
    plot_idle_gaps,
    plot_jump_cost,
    plot_policies,
    plot_turn_cost,
    save_svg,
)
from paretocode.sim.metrics import Metrics, measure
from paretocode.sim.replaying import replay
from paretocode.stream.stream import request_stream
from paretocode.tiermap.build import documented_pareto_code

NAN = float("nan")
SHARES = np.array([0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5])
EXACT = np.array([[0, 0.05, 0.09, 0.2, 0.35, 0.55, 0.78], [0, 0.05, 0.09, 0.22, 0.37, 0.57, 0.8]])
LIMITS = {"5 minutes": 300.0, "1 hour": 3600.0}


def turn_figure() -> Figure:
    context = np.array([40_000, 70_000, 100_000, 140_000, 240_000])
    cost = {"cold": context * 3.75e-6, "warm": context * 0.4e-6}
    return plot_turn_cost(context, cost, labels=[f"{i}\N{MULTIPLICATION SIGN}" for i in range(8, 13)], note="a turn")


def gap_figure() -> Figure:
    gaps = np.concatenate([[NAN], np.full(90, 20.0), np.full(9, 1000.0), [10_000.0]])
    return plot_idle_gaps(gaps, limits_s=LIMITS)


def jump_figure() -> Figure:
    return plot_jump_cost(SHARES, {"exact": EXACT, "lag-1": 3 * EXACT, "cache-blind": 0 * EXACT}, note="a note")


@cache
def some_metrics(min_score: float) -> Metrics:
    models = load_bundled()
    stream = request_stream(
        session=[1] * 3,
        time_s=[0, 10, 20],
        prompt_tokens=[9_000] * 3,
        completion_tokens=[100] * 3,
        min_score=[0.2, min_score, 0.2],
    )
    return measure(replay(stream, documented_pareto_code(models), models), scale=bundled_scale())


def policy_figure() -> Figure:
    calm, wild = some_metrics(0.2), some_metrics(0.9)
    policies = ("none", "session", "session + no downgrades")
    return plot_policies(
        {"calm": {name: [calm] for name in policies}, "wild": {name: [calm, wild, wild] for name in policies}}
    )


FIGURES: dict[str, Callable[[], Figure]] = {
    "turn": turn_figure,
    "gaps": gap_figure,
    "jumps": jump_figure,
    "policies": policy_figure,
}


def texts(figure: Figure, gid: str) -> list[Text]:
    return [text for text in figure.findobj(Text) if isinstance(text, Text) and (text.get_gid() or "").startswith(gid)]


def overlapping(figure: Figure, *gids: str) -> list[tuple[str, str]]:
    figure.draw_without_rendering()
    found = [text for gid in gids for text in texts(figure, gid)]
    box = {text: text.get_window_extent() for text in found}
    return [(a.get_text(), b.get_text()) for i, a in enumerate(found) for b in found[:i] if box[a].overlaps(box[b])]


def points(axes: Axes) -> list[tuple[Any, Any]]:
    return [line.get_data() for line in axes.lines if len(np.atleast_1d(line.get_xdata())) > 2]


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
    shown = [text for axes in figure.axes for text in (*axes.texts, axes.xaxis.label, axes.yaxis.label)]
    shown += [text for legend in figure.legends for text in legend.get_texts()]
    for text in shown:
        if text.get_text():
            box = text.get_window_extent()
            assert room.x0 <= box.x0, text.get_text()
            assert room.y0 <= box.y0, text.get_text()
            assert box.x1 <= room.x1, text.get_text()
            assert box.y1 <= room.y1, text.get_text()


def test_axes_state_their_units() -> None:
    def labels(name: str) -> list[str]:
        return [label for axes in FIGURES[name]().axes for label in (axes.get_xlabel(), axes.get_ylabel()) if label]

    assert labels("turn") == ["length of the prompt [thousand tokens]", "cost of the turn [USD]"]
    assert labels("gaps")[1] == "gaps that are longer [%]"
    assert labels("jumps") == ["turns that jump to another model [%, logarithmic beyond 1]", "added to the bill [%]"]
    assert labels("policies") == ["[USD, not from 0]", "[% of pairs of turns]"]


@pytest.mark.parametrize(
    ("name", "gids"),
    [
        ("turn", ("turn-label", "turn-ratio")),
        ("gaps", ("gap-label",)),
        ("jumps", ("jump-label", "jump-value")),
        ("policies", ("policy-value",)),
    ],
)
def test_labels_do_not_cover_each_other(name: str, gids: tuple[str, ...]) -> None:
    figure = FIGURES[name]()
    assert all(texts(figure, gid) for gid in gids)
    if name == "policies":  # marks of two kinds of day may lie on one another, policies may not
        calm = some_metrics(0.2)
        figure = plot_policies({"calm": {"none": [calm], "session": [calm]}})
    assert overlapping(figure, *gids) == []


def test_a_turn_stands_at_its_length_and_is_named_by_its_cache() -> None:
    figure = turn_figure()
    (x, cold), (_, warm) = points(figure.axes[0])
    assert x.tolist() == [40, 70, 100, 140, 240]
    assert cold[2] == pytest.approx(0.375)
    assert warm[2] == pytest.approx(0.04)
    assert [text.get_text() for text in texts(figure, "turn-label")] == ["warm", "cold"]
    assert len(texts(figure, "turn-ratio")) == 5


def test_a_gap_as_long_as_the_limit_is_within_it() -> None:
    def said(*gaps: float) -> str:
        (label,) = texts(plot_idle_gaps(np.array(gaps), limits_s={"5 minutes": 300.0}), "gap-label")
        return label.get_text()

    assert said(NAN, 300, 300, 301, 9) == "25.0 % outlast\n5 minutes"
    assert said(300, 300) == "0 % outlast\n5 minutes"
    assert said(400, 400) == "100 % outlast\n5 minutes"


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.integers(1, 30))
def test_the_curve_of_gaps_is_the_share_of_longer_ones(gaps: list[int], limit: int) -> None:
    figure = plot_idle_gaps(np.array(gaps, dtype=np.float64), limits_s={"it": float(limit)})
    x, y = figure.axes[0].lines[0].get_data()
    for time, share in zip(np.asarray(x)[::40], np.asarray(y)[::40], strict=True):
        assert share == pytest.approx(100 * sum(gap > time for gap in gaps) / len(gaps))
    marks = [line for line in figure.axes[0].lines[1:] if len(np.atleast_1d(line.get_xdata())) == 1]
    longer = sum(gap > limit for gap in gaps) / len(gaps)
    assert [float(np.atleast_1d(mark.get_ydata())[0]) for mark in marks] == pytest.approx(
        [100 * longer] if longer else []
    )


def test_a_line_is_the_mean_of_its_draws_and_is_named_with_its_last_value() -> None:
    figure = jump_figure()
    drawn = points(figure.axes[0])
    assert np.asarray(drawn[0][1]).tolist() == pytest.approx([0, 5, 9, 21, 36, 56, 79])
    assert [text.get_text() for text in texts(figure, "jump-label")] == [
        "cache-blind: 0 %",
        "exact: +79 %",
        "lag-1: +237 %",
    ]
    assert [text.get_text() for text in texts(figure, "jump-value")] == [
        "exact +5 %",
        "exact +9 %",
        "exact +21 %",
        "+36 %",
        "+56 %",
    ]


def test_a_value_moves_above_all_marks_where_a_line_runs_close_below() -> None:
    figure = jump_figure()
    heights = [text.xy[1] for text in texts(figure, "jump-value")]  # type: ignore[attr-defined]
    assert heights == pytest.approx([15, 27, 63, 36, 56])


def test_a_policy_stands_at_the_mean_of_its_draws() -> None:
    figure = policy_figure()
    calm, wild = some_metrics(0.2), some_metrics(0.9)
    assert calm.model_jump_rate == 0
    assert wild.model_jump_rate == 1
    for axes, of, factor in zip(figure.axes, ("cost_usd", "model_jump_rate"), (1, 100), strict=True):
        (at_calm, rows), (at_wild, _) = points(axes)
        one, other = factor * getattr(calm, of), factor * getattr(wild, of)
        assert np.asarray(at_calm).tolist() == pytest.approx([one] * 3)
        assert np.asarray(at_wild).tolist() == pytest.approx([(one + 2 * other) / 3] * 3)
        assert np.asarray(rows).tolist() == [0, 1, 2]
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["none", "session", "session + no downgrades"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["calm", "wild"]


def test_a_session_of_one_turn_has_no_jumps_to_show() -> None:
    models = load_bundled()
    alone = request_stream(session=[1], time_s=[0], prompt_tokens=[10**9], completion_tokens=[1])
    measured = measure(replay(alone, documented_pareto_code(models), models), scale=bundled_scale())
    assert measured.model_jump_rate is None
    assert len(plot_policies({"calm": {"none": [measured]}}).axes) == 2


def test_what_cannot_be_drawn_is_refused() -> None:
    calm = some_metrics(0.2)
    with pytest.raises(UsageError, match="no cost of a turn to draw"):
        plot_turn_cost(np.array([1]), {}, labels=["a"])
    with pytest.raises(InputError, match="labels has 2 rows and context_tokens has 1"):
        plot_turn_cost(np.array([1]), {"cold": np.array([1.0])}, labels=["a", "b"])
    with pytest.raises(UsageError, match="no gap between two turns"):
        plot_idle_gaps(np.array([NAN]), limits_s={})
    with pytest.raises(UsageError, match="no bill to draw"):
        plot_jump_cost(SHARES, {})
    with pytest.raises(InputError, match=r"'exact' has the shape \(2, 6\) and there are 7 rates"):
        plot_jump_cost(SHARES, {"exact": EXACT[:, 1:]})
    with pytest.raises(UsageError, match="do not hold the same policies"):
        plot_policies({})
    with pytest.raises(UsageError, match="do not hold the same policies"):
        plot_policies({"calm": {"none": [calm]}, "wild": {"session": [calm]}})
    with pytest.raises(UsageError, match="do not hold the same policies"):
        plot_policies({"calm": {"none": [calm], "session": []}})
