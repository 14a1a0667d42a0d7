"""Does the page show the evidence whole, escaped, and only what the document has?"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from paretocode.report import (
    plot_intervals,
    plot_plateau,
    plot_sessions_needed,
    plot_tornado,
    render_report,
    save_svg,
)
from paretocode.report.sentences import NO_INTERVAL
from report.sample_evidence import COST, document_with_evidence
from report.test_html import parse


def figures_of(evidence: dict[str, Any]) -> dict[str, str]:
    figures = {
        "intervals": plot_intervals(evidence["comparison"]),
        "sessions_needed": plot_sessions_needed(evidence["size"]),
        "plateau": plot_plateau(evidence["selection"]),
        "tornado": plot_tornado(evidence["sensitivity"]["tornado"]),
    }
    return {name: save_svg(figure) for name, figure in figures.items()}


@cache
def sample_figures() -> dict[str, str]:
    return figures_of(document_with_evidence()["evidence"])


def test_the_page_holds_every_part_of_the_evidence() -> None:
    document = document_with_evidence()
    page = render_report(document, figures=sample_figures())
    parse(page)
    for part in (
        "How sure is this?",
        '<td class="num">\N{MINUS SIGN}25.0\u00a0%</td>',
        '[\N{MINUS SIGN}30.0, \N{MINUS SIGN}20.0]<span class="below">',
        "[\N{MINUS SIGN}35.0, \N{MINUS SIGN}15.0]</span>",
        '<span class="verdict better">better</span>',
        '<span class="verdict not_enough">not enough data</span>',
        "Not compared: latency_p50_s (no request has a known time).",
        "The other candidates",
        "better: shortfall; 1 the same; 1 not enough data",
        "What 400 sessions can see",
        "300 to any number",
        "the same in every session",
        "no request speaks about it",
        "Allowing for the choice",
        "picked as the best of 6",
        "On sessions that did not choose it",
        '<p class="worse">The holdout was opened 2 times; opening 2 evaluates a map that was not locked.',
        "a bug was mended",
        '<td class="num worse">\N{MINUS SIGN}5.00 USD [\N{MINUS SIGN}7.00, \N{MINUS SIGN}3.00]</td>',
        "What would turn it",
        "prices of openai/*: it moves.",
        "the candidate stops being better when",
        "<li>openai/* costs 1.2 times as much as today</li>",
        "1 of 5 parameters leave it better",
    ):  # fmt: skip
        assert part in page, part
    assert NO_INTERVAL not in page
    assert page.count("<figure") == 4
    assert len(page.encode()) < 3_000_000


def test_figures_of_the_evidence_stand_once_in_its_section() -> None:
    document = document_with_evidence()
    page = render_report(document, figures=sample_figures())
    section = page[page.index("How sure is this?</h2>") : page.index("Findings and risks</h2>")]
    assert section.count("<figure") == 4
    assert "<figure" not in page.replace(section, "")


def test_tiles_carry_interval_and_verdict() -> None:
    page = render_report(document_with_evidence(), figures={})
    tiles = page[page.index('<dl class="tiles">') : page.index("</dl>")]
    assert "[\N{MINUS SIGN}30.0, \N{MINUS SIGN}20.0]" in tiles
    assert ", better</span>" in tiles
    assert ", tied</span>" in tiles


@pytest.mark.parametrize("section", ["size", "selection", "holdout", "sensitivity"])
def test_a_section_that_was_not_asked_for_is_not_there(section: str) -> None:
    titles = {
        "size": "What 400 sessions can see",
        "selection": "Allowing for the choice",
        "holdout": "On sessions that did not choose it",
        "sensitivity": "What would turn it",
    }
    document = document_with_evidence()
    del document["evidence"][section]
    page = render_report(document, figures={})
    parse(page)
    assert titles.pop(section) not in page
    assert all(title in page for title in titles.values())


def test_without_a_comparison_the_page_says_that_there_is_no_interval_and_why() -> None:
    document = document_with_evidence()
    document["evidence"] = {"left_out": "the stream has one session only"}
    page = render_report(document, figures={})
    parse(page)
    assert "The reason: the stream has one session only." in page
    assert "candidate minus incumbent" not in page.lower()
    assert 'class="verdict' not in page


def test_without_a_proposal_all_candidates_take_a_line() -> None:
    document = document_with_evidence()
    document["proposed"] = "documented"
    page = render_report(document, figures={})
    parse(page)
    assert "<h3>The candidates</h3>" in page
    assert "What 400 sessions can see" not in page


def test_a_sensitivity_that_was_left_out_says_why() -> None:
    document = document_with_evidence()
    document["evidence"]["sensitivity"] = {"left_out": "the incumbent is proposed"}
    page = render_report(document, figures={})
    parse(page)
    assert "Left out: the incumbent is proposed." in page


def test_strings_of_the_evidence_are_escaped() -> None:
    evil = "<script>alert('x')</script>"
    document = document_with_evidence()
    evidence = document["evidence"]
    evidence["comparison"]["maps"][evil] = evidence["comparison"]["maps"].pop("coupled")
    evidence["comparison"]["left_out"] = {evil: evil}
    evidence["size"]["maps"]["natural"][COST] = {"why_not": evil}
    evidence["selection"]["best_of_many"]["name"] = evidence["selection"]["unjudged_limits"][0] = evil
    evidence["selection"]["plateau"]["maps"][0]["name"] = evidence["selection"]["plateau"]["best"] = evil
    evidence["holdout"] |= {"rule": evil, "candidate": evil}
    evidence["holdout"]["record"]["openings"][1]["reason"] = evil
    tornado = evidence["sensitivity"]["tornado"]
    tornado["candidate"] = tornado["rows"][0]["shift"] = tornado["rows"][0]["settings"][0]["label"] = evil
    tornado["rows"][0]["sentences"][COST] = evil
    when = " the candidate stops being better when "
    evidence["sensitivity"]["break_even"][0]["sentences"] = [f"cost:{when}{evil}."]
    page = render_report(document, figures=figures_of(evidence))
    assert "<script" not in page.lower()
    assert page.count("&lt;script&gt;") > 10
    assert "script" not in parse(page).seen


def test_without_evidence_the_page_does_not_know_of_it() -> None:
    document = document_with_evidence()
    del document["evidence"]
    plain = render_report(document, figures={})
    document["evidence"] = None
    assert render_report(document, figures={}) == plain
    assert 'class="verdict' not in plain
