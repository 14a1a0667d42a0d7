"""Is the printed evidence complete, compact, and silent about what a result does not have?"""

from __future__ import annotations

import pytest

from paretocode.report.text_evidence import evidence_text
from report.sample_evidence import document_with_evidence


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_proposed_candidate_is_told_in_full_and_the_others_on_a_line() -> None:
    text = evidence_text(document_with_evidence(), width=120)
    lines = text.splitlines()
    assert lines[0].split() == [
        "evidence", "documented", "natural*", "difference", "95", "%", "interval", "all", "at", "once", "verdict",
    ]  # fmt: skip
    assert lines[2].split() == [
        "cost", "per", "1,000", "[USD]", "20.00", "15.00", "-25.0", "%", "[-30.0,", "-20.0]", "[-35.0,", "-15.0]",
        "better",
    ]  # fmt: skip
    assert sum(line.startswith("cost per 1,000") for line in lines) == 1
    (other,) = (line for line in lines if line.startswith("coupled"))
    assert "+30.0 % [+20.0, +40.0]" in other
    assert other.endswith("better: shortfall; 1 the same; 1 not enough data")


def test_every_section_has_its_paragraph() -> None:
    text = evidence_text(document_with_evidence(), width=100)
    heads = [line.partition(":")[0] for line in text.splitlines() if line.startswith(("choice:", "holdout:", "size:"))]
    assert heads == ["choice", "holdout", "size"]
    said = flat(text)
    assert "sensitivity: Today cost per 1,000 requests of natural" in said
    assert "It stops being better when openai/* costs 1.2 times as much as today; when qwen/*" in said
    assert "The longest bars: prices of openai/*: -9.00 to +2.00 USD" in said
    assert "Opened again 2026-03-02 10:00 UTC: a bug was mended." in said
    assert "Not compared: latency_p50_s" in said


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_prose_fits_and_lines_have_no_trailing_spaces(width: int) -> None:
    lines = evidence_text(document_with_evidence(), width=width).splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("Intervals:"))
    assert max(map(len, lines[start:])) <= width
    assert not any(line.endswith(" ") for line in lines)


def test_in_full_every_candidate_has_its_table() -> None:
    text = evidence_text(document_with_evidence(), width=100, in_full=True)
    assert sum(line.startswith("cost per 1,000") for line in text.splitlines()) == 2
    assert "other candidates" not in text


def test_a_result_without_a_proposal_gives_a_line_to_each() -> None:
    document = document_with_evidence()
    document["proposed"] = "documented"
    text = evidence_text(document, width=100)
    assert text.startswith("other candidates")
    assert "size:" not in text


def test_left_out_evidence_is_a_sentence_and_none_is_nothing() -> None:
    document = document_with_evidence()
    document["evidence"] = {"left_out": "there is no candidate to compare with the incumbent"}
    assert evidence_text(document) == "evidence: left out, there is no candidate to compare with the incumbent."
    del document["evidence"]
    assert evidence_text(document) == ""


def test_a_comparison_alone_has_no_paragraphs() -> None:
    document = document_with_evidence()
    document["evidence"] = {"comparison": document["evidence"]["comparison"], "sensitivity": {"left_out": "why"}}
    text = evidence_text(document, width=100)
    assert text.endswith("sensitivity: left out, why.")
    assert "choice:" not in text
