"""Are the figures of the evidence complete, readable in awkward cases, and the same each time?"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from paretocode.report import figure_png, plot_intervals, plot_plateau, plot_sessions_needed, plot_tornado, save_svg
from report.sample_evidence import COST, comparison, entry, selection, sensitivity, shift, size

LONG = "the-map-that-somebody-documented-in-the-spring-of-2026-and-nobody-renamed"


def texts(figure: Figure, gid: str) -> list[Text]:
    return [text for text in figure.findobj(Text) if (text.get_gid() or "").startswith(gid) and text.get_text()]


def words(figure: Figure, gid: str) -> list[str]:
    return [text.get_text() for text in texts(figure, gid)]


def n_with(figure: Figure, gid: str) -> int:
    return sum(artist.get_gid() == gid for artist in figure.findobj())


def x_of(line: Line2D) -> float:
    return float(np.ravel(line.get_xdata())[0])


def cut_off(figure: Figure) -> list[str]:
    """Return the texts that do not lie within the figure, numbers of axes apart: some are made beyond their ends."""
    figure.draw_without_rendering()
    room = figure.bbox
    numbers = {label for axes in figure.axes for label in axes.get_xticklabels(which="both")}
    numbers |= {label for axes in figure.axes for label in axes.get_yticklabels() if axes.get_ylabel()}
    hidden = {text for axes in figure.axes if not axes.axison for text in axes.findobj(Text)}
    written = [text for text in figure.findobj(Text) if text.get_text() and text not in numbers | hidden]
    found = [(text.get_text(), text.get_window_extent()) for text in written]
    return [
        text
        for text, box in found
        if box.x0 < room.x0 - 1 or box.x1 > room.x1 + 1 or box.y0 < room.y0 - 1 or box.y1 > room.y1 + 1
    ]


def many_maps() -> dict[str, Any]:
    one = comparison()
    return one | {"maps": {f"{LONG}-{i}": one["maps"]["natural"] for i in range(15)}}


def one_map() -> dict[str, Any]:
    one = comparison()
    return one | {"maps": {LONG: one["maps"]["coupled"]}}


def all_the_same() -> dict[str, Any]:
    same = entry(COST, incumbent=0.0, difference=0.0, half=0.0, verdict="same")
    return comparison() | {"maps": {"natural": {COST: same}}}


def one_far_off() -> dict[str, Any]:
    one = comparison()
    far = entry(COST, incumbent=20.0, difference=900.0, half=50.0, verdict="worse", change_half=3.0)
    maps = {f"near-{i}": {COST: one["maps"]["natural"][COST]} for i in range(4)}
    return one | {"maps": {**maps, "far": {COST: far}}}


INTERVALS = {
    "plain": comparison,
    "many": many_maps,
    "one": one_map,
    "same": all_the_same,
    "far": one_far_off,
}


def few_maps() -> dict[str, Any]:
    one = selection()
    one["plateau"]["maps"] = one["plateau"]["maps"][:1]
    one["plateau"] |= {"recommended": "natural", "n_tied": 1, "margin": 0.5}
    return one


def long_names() -> dict[str, Any]:
    one = selection(60)
    for i, each in enumerate(one["plateau"]["maps"][:3]):
        each["name"] = f"{LONG}-{i}"
    one["plateau"] |= {"best": f"{LONG}-0", "recommended": f"{LONG}-1"}
    return one


PLATEAUS = {"plain": selection, "one": few_maps, "long": long_names}


def plain_tornado() -> dict[str, Any]:
    return dict(sensitivity()["tornado"])


def no_rows() -> dict[str, Any]:
    return plain_tornado() | {"rows": []}


def many_rows() -> dict[str, Any]:
    rows = [shift(f"score of vendor/{LONG}-{i} (tiers cut anew)", [(LONG, -5.0 - i), ("up", i)]) for i in range(30)]
    return plain_tornado() | {"rows": rows, "candidate": LONG}


def all_worse() -> dict[str, Any]:
    tornado = plain_tornado() | {"rows": [shift("prices of openai/*", [("x 2", 9.0)], today=3.0)]}
    return tornado | {"base": {"difference": {COST: 3.0}}}


TORNADOS: dict[str, Callable[[], dict[str, Any]]] = {
    "plain": plain_tornado,
    "none": no_rows,
    "many": many_rows,
    "worse": all_worse,
    "level": lambda: all_worse() | {"base": {"difference": {COST: 0.0}}, "rows": []},
    "unknown": lambda: no_rows() | {"base": {"difference": {COST: None}}},
}


def many_sizes() -> dict[str, Any]:
    one = size()["maps"]["natural"]
    return size() | {"maps": {f"{LONG}-{i}": one for i in range(7)}}


SIZES: dict[str, Callable[[], dict[str, Any]]] = {
    "plain": size,
    "many": many_sizes,
    "one": lambda: size() | {"maps": {LONG: size()["maps"]["natural"]}},
    "unplanned": lambda: size() | {"maps": {"natural": {COST: {"why_not": "no request speaks about it"}}}},
    "empty": lambda: size() | {"maps": {}},
}


def drawn(kind: str, case: str) -> Figure:
    if kind == "intervals":
        return plot_intervals(INTERVALS[case](), proposed="natural")
    if kind == "plateau":
        return plot_plateau(PLATEAUS[case]())
    if kind == "tornado":
        return plot_tornado(TORNADOS[case]())
    return plot_sessions_needed(SIZES[case](), proposed="natural")


def note_of(kind: str, case: str) -> str:
    (note,) = words(drawn(kind, case), "note")
    return note


CASES = [
    *(("intervals", case) for case in INTERVALS),
    *(("plateau", case) for case in PLATEAUS),
    *(("tornado", case) for case in TORNADOS),
    *(("sessions", case) for case in SIZES),
]


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_every_case_is_drawn_whole(kind: str, case: str) -> None:
    assert cut_off(drawn(kind, case)) == []


@pytest.mark.parametrize("kind", ["intervals", "plateau", "tornado", "sessions"])
def test_same_numbers_same_bytes(kind: str) -> None:
    assert save_svg(drawn(kind, "plain")) == save_svg(drawn(kind, "plain"))
    assert figure_png(drawn(kind, "plain"), dpi=40).startswith(b"\x89PNG")


def test_numbers_are_not_changed() -> None:
    numbers = [comparison(), selection(), sensitivity(), size()]
    before = copy.deepcopy(numbers)
    plot_intervals(numbers[0])
    plot_plateau(numbers[1])
    plot_tornado(numbers[2]["tornado"])
    plot_sessions_needed(numbers[3])
    assert numbers == before


def test_every_verdict_has_its_mark_and_every_panel_its_unit() -> None:
    figure = drawn("intervals", "plain")
    marks = {"better": 2, "worse": 1, "tied": 1, "not_worse": 1, "same": 1, "not_enough": 2}
    assert {verdict: n_with(figure, f"verdict-{verdict}") for verdict in marks} == marks
    panels = [axes for axes in figure.axes if axes.get_title(loc="left")]
    assert [axes.get_xlabel() for axes in panels] == [
        "[% of 20.00 USD]",
        "[% of 40.0 s]",
        "[percentage points]",
        "[0..1 axis]",
    ]
    assert words(figure, "difference-label")[:2] == ["-25.0 %", "+30.0 %"]


def test_margins_are_bands_and_unbounded_ends_are_arrows_with_words() -> None:
    figure = drawn("intervals", "plain")
    assert n_with(figure, "margin") == 2  # tier jumps and shortfall have one
    assert words(figure, "not-bounded").count("not bounded") == 4  # both intervals of one map, both ends
    assert n_with(figure, "goes-on") >= 4


def test_the_proposed_map_stands_on_top_with_a_star() -> None:
    axes = drawn("intervals", "plain").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["natural *", "coupled"]


def test_one_map_far_off_does_not_squeeze_the_others() -> None:
    figure = drawn("intervals", "far")
    axes = figure.axes[0]
    low, high = axes.get_xlim()
    assert high < 200  # the far one lies at 4,500 %
    assert low < -30.0
    assert words(figure, "difference-label")[-1] == "+4,500.0 %"
    far = [line for line in axes.lines if line.get_gid() == "verdict-worse"]
    assert all(np.size(line.get_xdata()) == 0 for line in far)


def test_what_is_not_drawn_is_said() -> None:
    note = note_of("intervals", "many")
    assert note == "3 more candidates not drawn."
    assert note_of("intervals", "same") == "The same under all maps: cost per 1,000 requests."
    assert note_of("sessions", "many") == "3 more candidates not drawn."


def test_the_plateau_tells_tied_from_worse_and_names_what_people_know() -> None:
    figure = drawn("plateau", "plain")
    assert (n_with(figure, "tied"), n_with(figure, "not-tied")) == (3, 3)
    assert n_with(figure, "ring") == 1
    assert set(words(figure, "model-label")) == {"frontier-7 (recommended)", "natural (best)", "coupled"}
    assert "[USD]" in figure.axes[0].get_xlabel()
    assert "[%]" in figure.axes[0].get_ylabel()


def test_a_margin_is_part_of_the_plateau() -> None:
    assert n_with(drawn("plateau", "one"), "margin") == 1
    assert n_with(drawn("plateau", "plain"), "margin") == 0


def test_bars_change_colour_where_the_candidate_stops_being_better() -> None:
    figure = drawn("tornado", "plain")
    axes = figure.axes[0]
    bars = [(p.get_gid(), p.get_x(), p.get_x() + p.get_width()) for p in axes.patches if isinstance(p, Rectangle)]
    assert bars == [("better", -9.0, 0.0), ("worse", 0.0, 2.0), ("better", -6.0, -5.0)]
    assert words(figure, "setting-label") == ["x 0.5", "x 2", "41"]
    assert set(words(figure, "line-label")) == {"stops being better", "today -5.00"}
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "prices of openai/*",
        "score of glm-5@max (tiers cut anew)",
    ]


def test_shifts_without_bars_are_told_in_the_note() -> None:
    note = note_of("tornado", "plain")
    assert note == "Not drawn: 1 shift that does not move the difference; 1 shift that cannot be applied (eligibility)."
    assert note_of("tornado", "many") == "Not drawn: 10 shifts with shorter bars."
    assert note_of("tornado", "none").startswith("No shift moves the difference.")
    assert set(words(drawn("tornado", "worse"), "line-label")) == {"begins to be better", "today +3.00"}


def test_sessions_needed_stand_against_what_the_stream_has() -> None:
    figure = drawn("sessions", "plain")
    axes = figure.axes[0]
    assert axes.get_xscale() == "log"
    assert [x_of(line) for line in axes.lines if line.get_gid() == "now"] == [400]
    needed = [line for line in axes.lines if line.get_gid() == "needed"]
    assert [x_of(line) for line in needed] == [90, 5000, 1234]
    assert needed[0].get_markeredgecolor() != needed[2].get_markeredgecolor()  # within the stream, beyond it
    assert n_with(figure, "goes-on") == 2  # one for each map: no number is sure to be enough
    assert words(figure, "why-not") == ["the same in every session", "no request speaks about it"] * 2
