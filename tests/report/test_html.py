"""Is the page whole, safe and honest about what it does not know?"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import paretocode.report
from paretocode.errors import InputError
from paretocode.report import plot_candidates, plot_map_frontier, render_report, save_svg
from paretocode.report.inline_svg import inline_svg
from paretocode.report.sentences import NO_INTERVAL, recommendation
from report.sample import sample_document
from report.sample_search import crowded_search, robust_section, sample_search

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9">{}</svg>'
VOID = {"meta", "br", "link", "img", "hr", "input"}


class _Nesting(HTMLParser):
    """Records the tags and refuses a page whose tags do not close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parse(page: str) -> _Nesting:
    parser = _Nesting()
    parser.feed(page)
    assert parser.open == []
    return parser


@pytest.fixture
def document() -> dict[str, Any]:
    return sample_document()


def test_the_page_holds_the_whole_answer(document: dict[str, Any]) -> None:
    page = render_report(document, figures={})
    parse(page)
    for part in (
        document["question"],
        "Proposed is natural in place of documented",
        NO_INTERVAL,
        "What changes",
        "of requests change tier",
        "All numbers",
        "dominated-tier",
        "What is not known",
        "Min scores are assumed, not measured",
        *document["not_known"],
        "python -m paretocode.sim experiments/quickstart.toml",
        "Artificial Analysis",
        document["catalogue"]["digest"],
    ):
        assert part.replace("'", "&#39;") in page


def test_the_page_asks_nothing_of_the_network(document: dict[str, Any]) -> None:
    page = render_report(document, figures={"candidates": save_svg(plot_candidates(document))})
    parser = parse(page)
    assert not parser.seen & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)", page)
    assert not re.search(r"(?:src|href)=\"(?!#)", page)


def test_strings_of_the_document_are_escaped(document: dict[str, Any]) -> None:
    evil = "<script>alert('x')</script>"
    document["question"] = document["experiment"] = evil
    document["not_known"].append(evil)
    document["catalogue"]["attribution"] = document["stream"]["name"] = evil
    document["command"] = evil
    chosen = document["maps"]["natural"]
    chosen["metrics"]["model_share"] = {f"x/{evil}": 1.0}
    chosen["tiers"][0]["models"].append(f"x/{evil}")
    chosen["findings"].append({"code": "c", "severity": "error", "subject": evil, "message": evil})
    document["diffs"]["natural"]["entered"] = {f"x/{evil}": "low"}
    document["maps"][evil] = document["maps"].pop("coupled")
    page = render_report(document, figures={"candidates": save_svg(plot_candidates(document))})
    assert "<script" not in page.lower()
    assert page.count("&lt;script&gt;") > 8
    assert "script" not in parse(page).seen


def test_missing_numbers_are_unknown_with_a_footnote(document: dict[str, Any]) -> None:
    assert "it is not zero" not in render_report(document, figures={})
    for key in ("cost_usd", "cost_usd_per_krequest", "shortfall_mean", "latency_p50_s", "tier_share", "model_share"):
        document["maps"]["natural"]["metrics"][key] = None
    page = render_report(document, figures={})
    assert "it is not zero" in page
    assert "would have cost an unknown amount" in page
    assert "the mean shortfall unknown" in page


def test_the_recommendation_says_less_and_more(document: dict[str, Any]) -> None:
    old, new = (document["maps"][name]["metrics"] for name in ("documented", "natural"))
    old.update(cost_usd=100.0, tier_jump_rate=0.001, model_jump_rate=0.002, shortfall_mean=0.02)
    new.update(cost_usd=88.0, tier_jump_rate=0.003, model_jump_rate=0.002, shortfall_mean=0.01)
    assert recommendation(document) == (
        "Proposed is natural in place of documented: on these requests it would have cost 12.0 % less (88.00 instead "
        "of 100.00 USD), with tier jumps up from 0.10 % to 0.30 %, model jumps the same at 0.20 %, and the mean "
        "shortfall down from 0.0200 to 0.0100."
    )


@pytest.mark.parametrize("proposed", [None, "documented"])
def test_without_a_proposal_the_incumbent_stays(document: dict[str, Any], proposed: str | None) -> None:
    document["proposed"] = proposed
    page = render_report(document, figures={})
    assert "Keep documented: none of 2 candidates is proposed in its place." in page


def test_same_input_same_page(document: dict[str, Any]) -> None:
    figures = {"candidates": save_svg(plot_candidates(document))}
    assert render_report(document, figures=figures) == render_report(sample_document(), figures=figures)


def test_two_figures_share_no_ids(document: dict[str, Any]) -> None:
    svg = save_svg(plot_candidates(document))
    parser = parse(render_report(document, figures={"candidates": svg, "another": svg}))
    assert len(set(parser.ids)) == len(parser.ids) > 0


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        '<g xmlns:s="http://www.w3.org/2000/svg"><s:script/></g>',
        '<rect onload="alert(1)"/>',
        "<foreignObject><p/></foreignObject>",
        "<style>@import 'x.css'</style>",
        '<image href="http://example.org/x.png"/>',
        '<a href="#x"/>',
        '<use xlink:href="x.svg#a" xmlns:xlink="http://www.w3.org/1999/xlink"/>',
        '<rect style="fill: url(http://example.org/x)"/>',
        "<rect>",
        "&evil;",
    ],
)
def test_a_figure_with_code_or_references_is_refused(document: dict[str, Any], content: str) -> None:
    with pytest.raises(InputError, match="figure 'demand'"):
        render_report(document, figures={"demand": SVG.format(content)})


@pytest.mark.parametrize("text", ["", "no svg at all", "<html></html>"])
def test_what_is_no_svg_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="figure 'x'"):
        inline_svg(text, name="x")


def test_house_colours_can_follow_the_readers_screen() -> None:
    page = inline_svg(SVG.format('<path id="a" style="fill: #1f2428"/><use href="#a"/>'), name="my figure")
    assert 'fill: var(--c1f2428, #1f2428)"' in page
    assert 'id="my-figure-a"' in page
    assert 'href="#my-figure-a"' in page
    assert "width=" not in page


def test_only_checked_figures_skip_the_escaping() -> None:
    templates = Path(paretocode.report.__file__).parent / "templates"
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(templates.iterdir()))
    assert text.count("|safe") == text.count("figure.svg|safe") == 1
    assert "autoescape false" not in text


def test_a_search_gets_a_section_of_its_own(document: dict[str, Any]) -> None:
    document["search"] = crowded_search() | {"robust": robust_section()}
    figures = {name: save_svg(plot_candidates(document)) for name in ("candidates", "map_frontier")}
    page = render_report(document, figures=figures)
    parse(page)
    assert page.count(">Search</h2>") == 1
    assert page.count("Maps that no other one of the search beats") == 1  # the caption, drawn once
    for part in (
        "51,856 maps of 2 to 4 tiers were weighed in 2 settings (coupled; apart); 12,345 are on the frontier of maps.",
        "Limits: shortfall at most 0.1139; unserved_share at most 0\u00a0%.",
        "0.125, 0.2505, 0.3333, 0.5, 0.8125, 0.9375",
        "Why these maps",
        "hysteresis-0.25-never-down; setting: ",
        "No tiers: every request at the cheapest model",
        "dearer in the stateful replay",
        "Robust: least regret in cost_usd over 5 scenarios",
        "What they cost, reckoned three ways",
        '<th scope="col" class="num">replayed against searched</th>',
        '<span class="below">deepseek/* x 2</span>',
        "it is not zero",
    ):
        assert part in page


def test_a_search_shows_stickiness_times_and_what_robust_maps_keep_where_it_says(document: dict[str, Any]) -> None:
    search = document["search"] = sample_search() | {"robust": robust_section()}
    parts = ("replayed under stickiness", "latency per request", "limited measures", "Both settings were weighed.")
    page = render_report(document, figures={})
    assert not any(part in page for part in parts)
    search["picks"][0] |= {"replayed_by_stickiness": {"none": 9.0}, "latency_quantiles_s": {"p50": 4.0}}
    search["robust"]["note"] = "Both settings were weighed."
    search["robust"]["maps"][0] |= {"setting": "apart", "limits": {"shortfall": 0.1}}
    search["robust"]["maps"][1]["setting"] = "coupled"
    page = render_report(document, figures={})
    parse(page)
    assert all(part in page for part in parts)
    assert '<span class="below">apart</span>' in page


def test_without_a_search_the_page_does_not_know_of_searches(document: dict[str, Any]) -> None:
    plain = render_report(document, figures={})
    assert "Search" not in plain
    assert 'href="#search"' not in plain
    assert ".picks" not in plain
    document["search"] = None
    assert render_report(document, figures={}) == plain


def test_a_search_without_picks_says_that_limits_are_too_tight(document: dict[str, Any]) -> None:
    document["search"] = sample_search() | {"picks": [], "limits": {}, "per_request": None}
    page = render_report(document, figures={"map_frontier": save_svg(plot_map_frontier(document["search"]))})
    parse(page)
    assert "No map keeps all limits, so none is picked" in page
    assert "Why these maps" not in page
    assert "no tiers" not in page


def test_strings_of_a_search_are_escaped(document: dict[str, Any]) -> None:
    evil = "<script>alert('x')</script>"
    search = document["search"] = sample_search() | {"warnings": [evil]}
    search["incumbent"]["name"] = search["picks"][0]["name"] = search["settings"][0]["name"] = evil
    search["picks"][1]["why"], search["settings"][0]["verdict"] = [evil], evil
    search["texts"]["cost_usd"] = evil
    page = render_report(document, figures={"map_frontier": save_svg(plot_map_frontier(search))})
    assert "<script" not in page.lower()
    assert "script" not in parse(page).seen
