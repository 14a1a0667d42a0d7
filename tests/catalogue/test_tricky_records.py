"""Is each of the 49 real records that broke a loader recognised, and handled as the table of traps says?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paretocode.catalogue import (
    TRAPS,
    Catalogue,
    lint_record,
    read_artificial_analysis,
    read_genai_prices,
    read_litellm,
    read_llm_prices,
    read_model_prices,
    read_openrouter_models,
)

# Kind of the file -> the codes that must be found. A record that is only one half of a trap is compared with its other
# half (`PAIRS`); what stands here is then what it says alone.
EXPECTED: dict[str, set[str]] = {
    "router_negative_price": {"router-price"},
    "tiered_overrides": {"long-context-step", "other-price-keys"},
    "batch_variant": {"batch-variant", "long-context-step", "other-price-keys"},
    "free_variant": {"free-variant"},
    "thinking_variant": {"thinking-variant", "long-context-step"},
    "transient_zero_price": {"zero-price"},
    "transient_zero_price_after": set(),
    "tilde_latest_alias": {"moving-alias", "other-price-keys"},
    "multimodal_price_keys": {"other-price-keys"},
    "openrouter_full_record": {"router-price"},
    "expiring_model": {"expires", "other-price-keys"},
    "legacy_score_definition": {"legacy-score", "no-speed", "blend-missing"},
    "score_no_price": {"score-definition", "no-price", "no-speed", "blend-missing"},
    "price_no_score": {"no-score", "blend-missing"},
    "zero_price_open_model": {"zero-price", "score-definition", "blend-missing"},
    "zero_speed_sentinel": {
        "no-speed",  # null in the page payload, 0 in API v2
        "score-definition",
        "blend-missing",
    },
    "cache_write_as_input": {"score-definition", "effort-variant", "blend-missing"},
    "same_after_fix": {"score-definition", "effort-variant", "blend-missing"},
    "slug_before_repoint": {"score-definition", "effort-variant", "blend-missing"},
    "slug_after_repoint": {"score-definition", "effort-variant", "blend-missing"},
    "effort_variants": {"effort-variant", "score-definition", "blend-missing"},
    "rounded_edge_before": {"rounded-score", "score-definition", "effort-variant", "blend-missing"},
    "rounded_edge_after": {"score-definition", "effort-variant", "blend-missing"},
    "blended_present": {"blend-ignored", "rounded-score", "score-definition", "effort-variant"},
    "blended_null": {"blend-missing", "rounded-score", "score-definition", "effort-variant"},
    "rebase_before": {"score-definition", "effort-variant", "blend-missing"},
    "rebase_after": {"score-definition", "effort-variant", "blend-missing"},
    "api_v2_shape": {
        "flat-speed",
        "no-context",
        "blend-ignored",
        "rounded-score",
        "score-definition",
        "effort-variant",
    },
    "api_v2_zero_is_missing": {
        "zero-price",
        "flat-speed",
        "no-context",
        "blend-ignored",
        "rounded-score",
        "score-definition",
    },
    "schema_v0": {"no-context", "blend-ignored", "rounded-score", "score-definition", "effort-variant"},
    "reduced_schema": {"reduced-schema"},
    "newest_has_no_coding": {"reduced-schema", "new-without-score"},
    "per_request_price": {"per-request-price", "zero-price"},
    "tiered_pricing_ranges": {"long-context-step"},
    "spec_row": {"spec-row"},
    "above_272k": {"long-context-step", "service-tier-price"},
    "effective_dated_price": {"dated-price", "long-context-step"},
    "peak_hours": {"hourly-price"},
    "price_rise": {"dated-price", "price-rise"},
    "time_of_day_constraint": {"hourly-price"},
    "start_date_constraint_and_tiers": {"dated-price", "long-context-step"},
    "requests_kcount": {"per-request-price"},
    "llm_prices_272k_pseudo_model": {"pseudo-model", "dated-price"},
    "models_dev_toml": {"inherits", "long-context-step"},
    "arena_ci": {"elo-interval"},
}

PAIRS = {
    ("transient_zero_price", "transient_zero_price_after"): "zero-price-transient",
    ("cache_write_as_input", "same_after_fix"): "cache-write-as-input",
    ("slug_before_repoint", "slug_after_repoint"): "slug-repointed",
    ("rounded_edge_before", "rounded_edge_after"): "precision-changed",
    ("blended_present", "blended_null"): "blend-missing",
    ("rebase_before", "rebase_after"): "score-rebased",
}

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def tricky(data_dir: Path) -> list[dict[str, object]]:
    found = json.loads((data_dir / "catalogue" / "tricky_records.json").read_text())
    assert len(found) == 49
    return found


def record_of(tricky: list[dict[str, object]], kind: str) -> Any:
    return next(entry["record"] for entry in tricky if entry["kind"] == kind)


@pytest.mark.parametrize("position", range(49))
def test_each_is_recognised_under_a_code_of_the_table(tricky: list[dict[str, object]], position: int) -> None:
    entry = tricky[position]
    findings = lint_record(entry["record"])
    assert {finding.code for finding in findings} == EXPECTED[str(entry["kind"])]
    for finding in findings:
        assert finding.severity == TRAPS[finding.code].severity
        assert finding.subject
        assert finding.message


def test_every_kind_is_expected_to_be_something(tricky: list[dict[str, object]]) -> None:
    kinds = {str(entry["kind"]) for entry in tricky}
    assert kinds == set(EXPECTED)
    assert {kind for kind, codes in EXPECTED.items() if not codes} <= {kind for pair in PAIRS for kind in pair}


@pytest.mark.parametrize(("kinds", "code"), PAIRS.items(), ids=[pair[0] for pair in PAIRS])
def test_what_moved_is_recognised(tricky: list[dict[str, object]], kinds: tuple[str, str], code: str) -> None:
    before, after = (record_of(tricky, kind) for kind in kinds)
    alone = {finding.code for finding in lint_record(after)}
    assert {finding.code for finding in lint_record(after, earlier=before)} - alone <= {code, "price-jump"}
    assert code in {finding.code for finding in lint_record(after, earlier=before)}
    assert lint_record(after, earlier=after) == lint_record(after)


def test_one_edge_cuts_one_score_in_two_precisions(tricky: list[dict[str, object]]) -> None:
    for kind in ("rounded_edge_before", "rounded_edge_after"):
        record = record_of(tricky, kind)
        assert "score-near-edge" in {f.code for f in lint_record(record, edges=[28.62])}
        assert "score-near-edge" not in {f.code for f in lint_record(record, edges=[28.63])}


def write(folder: Path, document: object) -> Path:
    path = folder / "file.json"
    path.write_text(json.dumps(document))
    return path


def test_openrouter_records_are_handled_by_the_rules(tricky: list[dict[str, object]], tmp_path: Path) -> None:
    kinds = list(EXPECTED)[:11]
    doubles = {"transient_zero_price_after", "openrouter_full_record"}
    records = [record_of(tricky, kind) for kind in kinds if kind not in doubles]
    catalogue = read_openrouter_models(write(tmp_path, records))
    assert catalogue.model_id == (
        "anthropic/claude-sonnet-4.5",
        "cohere/north-mini-code:free",
        "qwen/qwen-plus-2025-07-28:thinking",
        "z-ai/glm-5.1",
        "google/gemini-2.5-flash-image",
        "x-ai/grok-4.1-fast",
    )
    assert catalogue.is_free.tolist() == [False, True, False, False, False, False]
    assert not catalogue.has_price[catalogue.index_of("z-ai/glm-5.1")]
    after = read_openrouter_models(write(tmp_path, [record_of(tricky, "transient_zero_price_after")]))
    assert after.prompt_usd_per_mtok.tolist() == [0.98]
    gone = read_openrouter_models(write(tmp_path, records), as_of="2026-05-15")
    assert "x-ai/grok-4.1-fast is left out: it expired on 2026-05-15." in gone.notes


def test_artificial_analysis_records_are_handled_by_the_rules(tricky: list[dict[str, object]], tmp_path: Path) -> None:
    def read(*kinds: str, day: str = "2026-05-29") -> Catalogue:
        records = [record_of(tricky, kind) for kind in kinds]
        document = {"meta": {"fetched_at": day}, "models": records}
        return read_artificial_analysis(write(tmp_path, document), include_deprecated=True)

    catalogue = read("legacy_score_definition", "score_no_price", "zero_price_open_model", day="2026-08-22")
    assert catalogue.has_score.tolist() == [False, True, True]
    assert catalogue.has_price.tolist() == [True, False, False]
    unmeasured = read("zero_speed_sentinel")
    assert np.isnan(unmeasured.throughput_tps).all()
    assert unmeasured.has_score.all()
    before, after = (read(kind, day="2026-08-14") for kind in ("slug_before_repoint", "slug_after_repoint"))
    assert before.name != after.name
    old, new = read("rebase_before"), read("rebase_after", day="2026-06-20")
    assert (old.score_definition, new.score_definition) == ("aa-coding-4.0", "aa-coding-4.1")


def test_price_lists_are_handled_by_the_rules(tricky: list[dict[str, object]], tmp_path: Path) -> None:
    kinds = ("per_request_price", "tiered_pricing_ranges", "spec_row", "above_272k")
    litellm = read_litellm(write(tmp_path, {k: v for kind in kinds for k, v in record_of(tricky, kind).items()}))
    assert litellm.model_id == ("perplexity/sonar-medium-online", "dashscope/qwen-flash", "gpt-5.5")
    assert np.isnan(litellm.prompt_usd_per_mtok[0])
    assert [(s.model_index, s.min_prompt_tokens) for s in litellm.price_steps] == [(1, 256_000), (2, 272_000)]
    assert "perplexity/sonar-medium-online (0.005)" in litellm.notes[-1]

    timelines = record_of(tricky, "effective_dated_price")["openai/gpt-5.6-luna"]
    luna = {"schema": 1, "schedules": {}, "prices": {"openai": {"gpt-5.6-luna": timelines}}}
    for day, price in (("2026-07-29", 1.0), ("2026-07-30", 0.2), ("", 0.2)):
        assert read_model_prices(write(tmp_path, luna), as_of=day).prompt_usd_per_mtok.tolist() == [price]

    models = [record_of(tricky, kind) for kind in ("time_of_day_constraint", "start_date_constraint_and_tiers")]
    genai = write(tmp_path, [{"id": "x", "pricing_urls": [], "models": models}])
    for hour, price in ((None, 0.135), ("00:29", 0.135), ("00:30", 0.27), ("16:29", 0.27), ("16:30", 0.135)):
        assert read_genai_prices(genai, at_utc=hour).prompt_usd_per_mtok[0] == price
    for day, price in (("2026-07-29", 1.0), ("2026-07-30", 0.2)):
        assert read_genai_prices(genai, as_of=day).prompt_usd_per_mtok[1] == price

    vendor = {"vendor": "openai", "models": record_of(tricky, "llm_prices_272k_pseudo_model")}
    listed = read_llm_prices(write(tmp_path, vendor), as_of="2026-07-30")
    assert listed.keys == ("openai/gpt-5.6-luna",)
    assert listed.prompt_usd_per_mtok.tolist() == [0.2]
    assert [(s.min_prompt_tokens, s.prompt_usd_per_mtok) for s in listed.price_steps] == [(272_000, 0.4)]
