"""Do the terminal's tables fit, align and tell what is unknown?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from paretocode.report import diff_text, edges_line, findings_table, format_table, metrics_table
from paretocode.report.comparison import LEAST_SHARE, compare_maps
from paretocode.report.numbers import UNKNOWN
from report.sample import sample_document


@pytest.fixture
def document() -> dict[str, Any]:
    return sample_document()


def line_of(table: str, label: str) -> str:
    return next(line for line in table.splitlines() if line.strip().startswith(label))


def test_three_maps_fit_a_hundred_columns(document: dict[str, Any]) -> None:
    table = metrics_table(document, width=100)
    assert max(map(len, table.splitlines())) <= 100
    assert table.count("documented") == 2  # one header, one footnote


def test_the_incumbent_comes_first_then_the_proposed(document: dict[str, Any]) -> None:
    document["maps"] = dict(reversed(document["maps"].items()))
    header = metrics_table(document, width=100).splitlines()[0].split()
    assert header == ["documented", "natural*", "change", "coupled", "change"]


@pytest.mark.parametrize("width", [60, 70, 76])
def test_a_narrow_terminal_gets_blocks_that_repeat_the_incumbent(document: dict[str, Any], width: int) -> None:
    table = metrics_table(document, width=width)
    headers = [line for line in table.splitlines() if line.strip().startswith("documented")]
    assert [line.split()[0] for line in headers] == ["documented"] * 2
    assert max(map(len, table.splitlines())) <= width


def test_columns_end_in_line(document: dict[str, Any]) -> None:
    lines = metrics_table(document, width=100).splitlines()
    rule = lines[1]
    end = rule.index("  ", rule.index("  ") + 2)
    assert lines[0][:end].endswith("documented")
    cost = line_of("\n".join(lines), "cost [USD]")
    assert cost[end - 1].isdigit()
    assert cost[end] == " "


def test_missing_numbers_are_unknown_with_a_footnote(document: dict[str, Any]) -> None:
    assert "not measured" not in metrics_table(document, width=100)
    document["maps"]["natural"]["metrics"]["latency_p95_s"] = None
    del document["maps"]["natural"]["metrics"]["shortfall_mean"]
    table = metrics_table(document, width=100)
    assert line_of(table, "latency p95").split()[4:6] == [UNKNOWN, UNKNOWN]
    assert line_of(table, "mean shortfall").split()[3:5] == [UNKNOWN, UNKNOWN]
    assert f"{UNKNOWN} unknown" in table


def test_an_unknown_incumbent_leaves_the_change_unknown(document: dict[str, Any]) -> None:
    document["maps"]["documented"]["metrics"]["cost_usd"] = None
    cells = line_of(metrics_table(document, width=100), "cost [USD]").split()
    assert cells[2] == UNKNOWN
    assert cells[4] == UNKNOWN


def test_changes_are_those_of_the_printed_numbers(document: dict[str, Any]) -> None:
    document["maps"]["documented"]["metrics"]["cost_usd"] = 100.0
    document["maps"]["natural"]["metrics"]["cost_usd"] = 88.0
    assert "100.00     88.00   -12.0 %" in line_of(metrics_table(document, width=100), "cost [USD]")


def test_a_tier_that_a_map_lacks_is_blank_and_not_unknown(document: dict[str, Any]) -> None:
    tiers = {row.label: row.cells for group in compare_maps(document) for row in group.rows}
    assert tiers["band1"]["documented"].value == ""
    assert tiers["band1"]["coupled"].change == ""


def test_models_below_the_least_share_are_left_out(document: dict[str, Any]) -> None:
    for each in document["maps"].values():
        each["metrics"]["model_share"] = {"a/big": 1 - LEAST_SHARE / 2, "a/small": LEAST_SHARE / 2}
    table = metrics_table(document, width=100)
    assert "big" in table
    assert "small" not in table


def test_one_map_alone_is_shown(document: dict[str, Any]) -> None:
    document["maps"] = {"documented": document["maps"]["documented"]}
    document["proposed"] = None
    assert metrics_table(document, width=100).splitlines()[0].split() == ["documented"]


def test_findings_stand_gravest_first() -> None:
    findings = [
        {"code": "b", "severity": "note", "subject": "x", "message": "late"},
        {"code": "a", "severity": "error", "subject": "y", "message": "early " * 40},
    ]
    table = findings_table(findings, width=60)
    assert table.index("early") < table.index("late")
    assert max(map(len, table.splitlines())) <= 60


def test_the_difference_reads_the_same_from_json(document: dict[str, Any]) -> None:
    diff = document["diffs"]["natural"]
    text = diff_text(diff, width=100)
    assert diff_text(json.loads(json.dumps(diff)), width=100) == text
    assert "0.33, 0.66 -> 0.33, 0.64" in text
    assert "of requests change tier" in text


def test_the_edges_of_a_map_stand_on_one_line(document: dict[str, Any]) -> None:
    line = edges_line(document["maps"]["natural"])
    assert line == "low | 0.33 | medium | 0.64 | high; omitted: high; score edges: 42, 49"


def test_a_table_without_rows_keeps_its_header() -> None:
    assert format_table(["a", "bb"], [], "lr") == "a  bb\n-  --"
