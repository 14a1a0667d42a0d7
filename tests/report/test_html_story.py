"""Does the page tell its story in order, to everybody, and say what is wrong with what it was made from?"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from paretocode.report import plot_costs, plot_edge_jumps, plot_tier_latency, plot_transitions, render_report, save_svg
from paretocode.report.html_changes import tier_rows
from paretocode.report.html_figures import FIGURES
from paretocode.report.html_origin import reproduce_command
from paretocode.report.numbers import UNKNOWN
from report.sample import sample_document
from report.test_against import slices
from report.test_html import SVG, parse
from report.ugly import ugly_document

STORY = [
    "changes",
    "evidence",
    "risks",
    "unknown",
    "maps",
    "numbers",
    "reproduce",
]
MANIFEST = {
    "digest": "d" * 64,
    "code": "c" * 64,
    "commit": "f" * 40,
    "is_dirty": True,
    "versions": {"paretocode": "1.2.3", "python": "3.11"},
    "overrides": ["stream.path=my log.csv"],
}


@pytest.fixture
def document() -> dict[str, Any]:
    return sample_document()


@cache
def drawn(world: str) -> dict[str, str]:
    """Return the figures of two maps as a run draws them."""
    told = ugly_document(world)
    names = [told["incumbent"], told["proposed"]]
    swept = told["maps"][names[1]]["metrics"]["edges"]["tier_jumps"]
    figures = {
        "costs": plot_costs(told, names),
        "transitions": plot_transitions(told, names),
        "tier_latency": plot_tier_latency(told, names),
        "edge_jumps": plot_edge_jumps(swept, name=names[1]),
    }
    return {name: save_svg(figure) for name, figure in figures.items()}


def test_the_sections_follow_the_story_and_the_contents_name_them(document: dict[str, Any]) -> None:
    page = render_report(document, figures={})
    parse(page)
    headings = re.findall(r'<h2 id="(\w+)">([^<]+)</h2>', page)
    contents = re.findall(r'<a href="#(\w+)">([^<]+)</a>', page)
    assert [key for key, _ in headings] == STORY
    assert contents == headings
    assert page.index("<h1>") < page.index('class="answer"') < page.index("<nav") < page.index("<h2")


def test_without_a_proposal_there_is_nothing_that_changes(document: dict[str, Any]) -> None:
    document["proposed"] = "documented"
    page = render_report(document, figures={name: SVG.format("<g/>") for name in ("demand", "frontier")})
    parse(page)
    assert 'id="changes"' not in page
    assert page.count("<figure") == 2, "the demand stands with the maps instead"


def test_every_figure_has_a_caption_and_a_text_for_those_who_do_not_see_it(document: dict[str, Any]) -> None:
    every = {name: SVG.format("<g/>") for name in [*FIGURES, "unheard-of"]}
    without_section = {"intervals", "sessions_needed", "plateau", "tornado", "drift", "feedback", "map_frontier"}
    page = render_report(document, figures=every)
    parse(page)
    figures = re.findall(r"<figure.*?</figure>", page, flags=re.S)
    assert len(figures) == len(every) - len(without_section)
    for figure in figures:
        label = re.search(r'role="img" aria-label="([^"]+)"', figure)
        caption = re.search(r"<figcaption>([^<]+)</figcaption>", figure)
        assert label
        assert len(label[1]) > 10
        assert caption
        assert caption[1] != label[1]


def test_real_figures_leave_the_page_small_whole_and_alone(document: dict[str, Any]) -> None:
    for world in ("long names", "five tiers"):
        page = render_report(document, figures=drawn(world))
        parser = parse(page)
        assert len(set(parser.ids)) == len(parser.ids)
        assert len(page.encode()) < 3_000_000
        assert not re.search(r"https?://(?!www\.w3\.org/|artificialanalysis\.ai)", page)
        assert not re.search(r"(?:src|srcset|href|data)=\"(?!#)", page)


def test_tables_and_figures_can_be_scrolled_by_key(document: dict[str, Any]) -> None:
    document["evidence"] = {"slices": slices(0.1)}
    page = render_report(document, figures=drawn("five tiers"))
    assert page.count('<div class="scroll"') == page.count('<div class="scroll" tabindex="0"')
    for table in re.finditer(r"<table", page):
        assert page[: table.start()].rstrip().endswith('<div class="scroll" tabindex="0">')


def test_tiers_are_told_before_and_after(document: dict[str, Any]) -> None:
    rows = {row.name: row for row in tier_rows(document, "natural")}
    metrics = {name: document["maps"][name]["metrics"] for name in ("natural", "documented")}
    assert list(rows) == ["low", "medium", "high"]
    for name, row in rows.items():
        n = metrics["natural"]["tier_share"][name] * metrics["natural"]["requests"]
        expected = 1000 * metrics["natural"]["tier_cost_usd"][name] / n
        assert float(row.usd_per_krequest[0].replace(",", "")) == pytest.approx(expected, abs=0.01)
    assert rows["low"].asked == ("0 to below 0.33", "0 to below 0.33")
    assert rows["medium"].asked == ("0.33 to below 0.64", "0.33 to below 0.66")
    other = {row.name: row for row in tier_rows(document, "coupled")}
    assert set(other) - set(rows), "a map of four tiers names them otherwise"
    new = next(row for name, row in other.items() if name not in rows)
    assert (new.standing, new.share[1]) == ("new", UNKNOWN)
    assert {row.standing for row in rows.values()} == {""}
    page = render_report({**document, "proposed": "coupled"}, figures={})
    parse(page)
    assert '<span class="tag">new</span>' in page
    assert "was \N{EN DASH}" not in page


def test_the_worst_hit_stand_in_a_table_and_in_the_box(document: dict[str, Any]) -> None:
    page = render_report({**document, "evidence": {"slices": slices(0.1)}}, figures={})
    parse(page)
    assert page.count("Cost grows most for min score 0.8") == 2
    assert "Who is hit hardest" in page
    other = render_report({**document, "evidence": {"slices": {**slices(0.1), "map": "coupled"}}}, figures={})
    assert "Who is hit hardest" not in other


def test_warnings_stand_on_top_and_are_escaped(document: dict[str, Any]) -> None:
    page = render_report(document, figures={}, warnings=["figures/<script>.svg changed"])
    parse(page)
    assert page.index("figures/&lt;script&gt;.svg changed") < page.index("<h1>")
    assert "<script" not in page
    assert 'class="banner"' not in render_report(document, figures={})


def test_the_page_says_what_it_was_made_from(document: dict[str, Any]) -> None:
    page = render_report(document, figures={}, manifest=MANIFEST)
    parse(page)
    for part in ("d" * 64, "c" * 64, "f" * 40 + ", with uncommitted changes", "paretocode 1.2.3, python 3.11"):
        assert part in page
    assert "--set &#39;stream.path=my log.csv&#39;" in page
    assert "code sha256" not in render_report(document, figures={})


def test_the_command_makes_the_same_result() -> None:
    document = {"experiment": "a", "scale": "smoke"}
    assert reproduce_command(document) == "python -m paretocode.sim experiments/a.toml --scale smoke"
    assert reproduce_command({**document, "command": "mine"}, MANIFEST) == "mine"


def test_a_model_may_be_called_anything(document: dict[str, Any]) -> None:
    evil = "x/<script>alert('x')</script>"
    for tier in document["maps"]["natural"]["tiers"]:
        tier["name"], tier["models"] = evil + tier["name"], [evil, *tier["models"]]
    document["maps"]["natural"]["default_tier"] = document["maps"]["natural"]["tiers"][0]["name"]
    document["evidence"] = {"slices": slices(0.1)}
    document["evidence"]["slices"]["slices"][0]["name"] = evil
    document["evidence"]["slices"]["left_out"] = {evil: evil}
    page = render_report(document, figures={}, manifest={**MANIFEST, "commit": evil, "overrides": [evil]})
    assert "<script" not in page.lower()
    assert "script" not in parse(page).seen
    assert page.count("&lt;script&gt;") > 8
