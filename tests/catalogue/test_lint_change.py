"""Are mistakes between two files told from prices that moved?"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from paretocode.catalogue import (
    TRAPS,
    lint_catalogue,
    lint_catalogue_change,
    lint_file,
    lint_prices_against,
    load_bundled,
    load_catalogue,
    read_artificial_analysis,
)

ROOT = Path(__file__).parents[2]


def test_one_factor_for_a_vendor_is_a_column_and_one_model_is_a_price() -> None:
    before = load_bundled()
    prompt = before.prompt_usd_per_mtok.copy()
    is_vendor = np.array([model_id.startswith("anthropic/") for model_id in before.model_id])
    assert is_vendor.sum() >= 3
    prompt[is_vendor] *= 1.25
    other = int(np.flatnonzero(~is_vendor)[0])
    prompt[other] *= 3
    findings = lint_catalogue_change(before, before.replace(prompt_usd_per_mtok=prompt))
    assert {(f.code, f.subject) for f in findings} == {
        ("vendor-price-jump", "anthropic"),
        ("price-jump", before.keys[other]),
    }
    assert lint_catalogue_change(before, before) == []
    renamed = before.replace(score_definition="mine-1")
    assert [f.code for f in lint_catalogue_change(before, renamed)] == ["definition-changed"]


def test_no_scores_are_no_other_definition_and_litellms_remarks_are_no_models(tmp_path: Path) -> None:
    bundled = load_bundled()
    unscored = bundled.replace(score_definition="none", coding_score=[np.nan] * 13, coding_score_se=[np.nan] * 13)
    assert lint_catalogue_change(unscored, bundled) == []
    path = tmp_path / "map.json"
    path.write_text('{"gpt-x": {"litellm_provider": "x"}, "fallback_generalizations": {"a": 1}}')
    found = [(f.code, f.severity, f.subject) for f in lint_file(path)]
    assert found == [("unknown-shape", "note", "fallback_generalizations")]


def test_a_score_on_an_edge_is_named() -> None:
    bundled = load_bundled()
    score = float(bundled.coding_score[0])
    codes = [(f.code, f.subject) for f in lint_catalogue(bundled, edges=[round(score, 2), score + 1])]
    assert ("score-near-edge", bundled.keys[0]) in codes
    assert "score-near-edge" not in {f.code for f in lint_catalogue(bundled, edges=[score + 0.006])}


def payload(data_dir: Path, day: str) -> Path:
    return data_dir / "catalogue" / "aa" / "llms" / f"{day}.json.gz"


@pytest.mark.data
def test_the_cache_write_weeks_are_found(data_dir: Path) -> None:
    # From 2026-05-03 on the input column of Anthropic's models held the cache-write price, 1.25 times the input price.
    before, after = (read_artificial_analysis(payload(data_dir, day)) for day in ("2026-05-02", "2026-05-03"))
    jumps = [f for f in lint_catalogue_change(before, after) if f.code == "vendor-price-jump"]
    assert "anthropic" in {finding.subject for finding in jumps}
    assert all("factor 1.25" in finding.message for finding in jumps if finding.subject == "anthropic")
    listed = load_catalogue(data_dir / "catalogue" / "openrouter" / "models_2026-05-15.json.gz")
    wrong = lint_prices_against(read_artificial_analysis(payload(data_dir, "2026-05-15")), listed)
    assert {finding.subject.partition("/")[0] for finding in wrong} == {"anthropic"}
    assert "anthropic/claude-sonnet-4.6" in {finding.subject for finding in wrong}
    fixed = lint_prices_against(read_artificial_analysis(payload(data_dir, "2026-06-12")), listed)
    assert not {finding.subject for finding in fixed}


@pytest.mark.data
def test_records_of_two_days_are_compared_by_id(data_dir: Path) -> None:
    findings = lint_file(payload(data_dir, "2026-05-03"), earlier=payload(data_dir, "2026-05-02"))
    changed = [f for f in findings if f.code == "cache-write-as-input"]
    assert {f.subject.partition("-")[0] for f in changed} >= {"claude"}
    rebased = lint_file(payload(data_dir, "2026-07-01"), earlier=payload(data_dir, "2026-06-17"))
    assert sum(finding.code == "score-rebased" for finding in rebased) > 50


@pytest.mark.data
def test_a_whole_file_is_looked_through(data_dir: Path) -> None:
    findings = lint_file(data_dir / "catalogue" / "openrouter" / "models_2026-05-15.json.gz")
    count = {code: sum(f.code == code for f in findings) for code in ("router-price", "expires", "free-variant")}
    assert count == {"router-price": 3, "expires": 11, "free-variant": 25}
    litellm = lint_file(data_dir / "catalogue" / "prices" / "litellm_model_prices_1.109.1.json.gz")
    assert [f.subject for f in litellm if f.code == "spec-row"] == ["sample_spec"]
    assert sum(f.code == "per-request-price" for f in litellm) == 4


def test_the_page_shows_the_table_of_traps() -> None:
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+) \| `([a-z-]+)` \| (error|warning|note) \| (.+) \|$", page, re.M)
    shown = {code: (severity, kind, rule) for kind, code, severity, rule in rows}
    assert shown == {code: (trap.severity, trap.kind, trap.rule) for code, trap in TRAPS.items()}
