"""Does the recommendation's box say what speaks against it, and nothing where nothing does?"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from paretocode.evidence.drift import DriftVerdict
from paretocode.report import render_report
from paretocode.report.against import against
from report.sample import sample_document
from report.sample_drift import sample_drift
from report.sample_evidence import COST, document_with_evidence
from report.test_html import parse

EDGE = {"edge": 0.66, "is_told": True, "point": 0.58, "low": 0.55, "high": 0.6, "sentence": "s"}


def slices(low: float) -> dict[str, Any]:
    entry = {
        "family": "min score", "name": "0.8", "share": 0.15, "n_clusters": 90, "cost_change": 0.4,
        "cost_interval": [low, 0.9], "shortfall_difference": None, "shortfall_interval": None, "newly_unserved": 0,
    }  # fmt: skip
    return {
        "incumbent": "documented", "map": "natural", "slices": [entry], "by_shortfall": [], "n_quantities": 1,
        "level": 0.95, "clusters": "session", "n_replicates": 100, "left_out": {},
    }  # fmt: skip


@pytest.fixture
def document() -> dict[str, Any]:
    found = sample_document()
    found["maps"]["natural"]["findings"] = []
    found["evidence"] = {}
    return found


def test_nothing_speaks_against_what_nobody_looked_at(document: dict[str, Any]) -> None:
    assert against(document) == []
    assert "What speaks against it" not in render_report(document, figures={})


def test_of_an_incumbent_that_stays_nothing_is_said(document: dict[str, Any]) -> None:
    document["evidence"] = {"slices": slices(0.1)}
    document["proposed"] = "documented"
    assert against(document) == []


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ({"slices": slices(0.1)},
         "Cost grows most for min score 0.8 (15.0 % of requests): +40.0 %, the whole interval above 0."),
        ({"slices": slices(-0.1)}, None),
        ({"slices": {**slices(0.1), "map": "coupled"}}, None),
        ({"feedback": {"edges": [EDGE], "warnings": []}},
         "Users' reports put the edge 0.66 at 0.580 [0.550, 0.600]; the nearest edge of natural is 0.64."),
        ({"feedback": {"edges": [{**EDGE, "high": 0.65}], "warnings": []}}, None),
        ({"feedback": {"edges": [{**EDGE, "is_told": False}], "warnings": []}}, None),
        ({"outcomes": {"comparison": {"sentence": "It loses.", "is_kept": False}}}, "It loses."),
        ({"outcomes": {"comparison": {"sentence": "It keeps.", "is_kept": True}}}, None),
        ({"drift": {**sample_drift(), "verdict": DriftVerdict.NO_SIGN.value}}, None),
        ({"drift": {**sample_drift(), "verdict": DriftVerdict.TOO_LITTLE.value}},
         "Whether today's traffic is still that of this comparison cannot be told: too little data."),
    ],
)  # fmt: skip
def test_each_kind_of_evidence(document: dict[str, Any], evidence: dict[str, Any], said: str | None) -> None:
    document["evidence"] = evidence
    assert against(document) == ([] if said is None else [said])


def test_drift_that_moves_the_map_is_told_with_the_metric(document: dict[str, Any]) -> None:
    document["evidence"] = {"drift": {**sample_drift(), "verdict": DriftVerdict.MOVES.value}}
    (said,) = against(document)
    assert said.startswith("Today's traffic is not that of this comparison: ")
    assert "moved beyond its limit (" in said
    page = render_report(document, figures={})
    parse(page)
    box = page[page.index('<section class="answer"') : page.index("</section>")]
    assert "What speaks against it" in box
    assert "Today&#39;s traffic is not that of this comparison" in box


def test_a_map_without_edges_is_told_too(document: dict[str, Any]) -> None:
    document["maps"]["natural"]["request_edges"] = []
    document["evidence"] = {"feedback": {"edges": [EDGE], "warnings": []}}
    assert against(document) == ["Users' reports put the edge 0.66 at 0.580 [0.550, 0.600]; natural has no edge."]


def test_errors_of_the_lint_are_counted(document: dict[str, Any]) -> None:
    finding = {"code": "c", "severity": "error", "subject": "s", "message": "m"}
    document["maps"]["natural"]["findings"] = [finding, {**finding, "severity": "warning"}]
    assert against(document) == ["The lint finds 1 error in natural; see below."]


def test_a_worse_measure_a_weak_choice_a_weak_holdout_and_a_second_look() -> None:
    document = document_with_evidence()
    document["maps"]["natural"]["findings"] = []
    evidence = document["evidence"]
    del evidence["sensitivity"]
    strong = deepcopy(evidence)
    strong["selection"]["best_of_many"] |= {"low": -6.0, "high": -1.0}
    strong["holdout"]["measures"][COST]["test"] |= {"low": -7.0, "high": -1.0}
    strong["holdout"]["record"]["is_clean"] = True
    assert against({**document, "evidence": strong}) == []
    weak = deepcopy(strong)
    weak["comparison"]["maps"]["natural"]["shortfall_mean"]["verdict"] = "worse"
    weak["selection"]["best_of_many"]["high"] = 0.5
    weak["holdout"]["measures"][COST]["test"]["high"] = 0.5
    weak["holdout"]["record"]["is_clean"] = False
    found = against({**document, "evidence": weak})
    assert [said.split()[0] for said in found] == ["Beyond", "As", "On", "The"]
    assert "no less beyond chance" in found[2]


def test_shifts_that_turn_it_are_counted() -> None:
    document = document_with_evidence()
    tornado = document["evidence"]["sensitivity"]["tornado"]
    n = sum(row["measures"][tornado["sorted_by"]]["stops_being_better"] for row in tornado["rows"])
    assert n
    assert tornado["candidate"] == document["proposed"]
    assert any(f"under {n} of {len(tornado['rows'])} shifts" in said for said in against(document))
    tornado["candidate"] = "another"
    assert not any("shifts" in said for said in against(document))
