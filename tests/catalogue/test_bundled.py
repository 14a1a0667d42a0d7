"""Does the bundled example say what its sources say, and does it teach what it should?"""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from paretocode.catalogue import (
    BUNDLED,
    SPEED_PERCENTILES,
    Catalogue,
    bundled_scale,
    lint_catalogue,
    load_bundled,
    price_metric_micro_usd,
    read_artificial_analysis,
)
from paretocode.errors import InputError

MEDIAN = SPEED_PERCENTILES.index(50)


@pytest.fixture(scope="module")
def lineup(data_dir: Path) -> list[dict[str, str]]:
    with (data_dir / "catalogue" / "pareto_code_lineup_2026-05-29.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str) -> float:
    return float(text) if text else float("nan")


@pytest.mark.data
@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("coding_score", "coding_v4_2026_05_29"),
        ("coding_score_se", "se_tasks"),
        ("prompt_usd_per_mtok", "or_prompt_usd_mtok"),
        ("completion_usd_per_mtok", "or_completion_usd_mtok"),
        ("cache_read_usd_per_mtok", "or_cache_read_usd_mtok"),
        ("context_tokens", "context"),
    ],
)
def test_numbers_match_the_line_up(lineup: list[dict[str, str]], field: str, column: str) -> None:
    expected = [number(line[column]) for line in lineup]
    np.testing.assert_array_equal(getattr(load_bundled(), field), expected)


@pytest.mark.data
def test_words_match_the_line_up(lineup: list[dict[str, str]]) -> None:
    catalogue = load_bundled()
    assert len(lineup) == len(catalogue) == 13
    assert list(catalogue.model_id) == [line["openrouter_id"] for line in lineup]
    assert list(catalogue.name) == [line["aa_name"] for line in lineup]
    assert list(catalogue.listed_tier) == [line["tier"] for line in lineup]
    assert [str(day) for day in catalogue.release_date] == [line["release_date"] for line in lineup]
    assert catalogue.throughput_tps[:, MEDIAN].tolist() == [number(line["tps_p50"]) for line in lineup]
    assert catalogue.ttft_s[:, MEDIAN].tolist() == [number(line["ttft_p50_s"]) for line in lineup]


@pytest.fixture(scope="module")
def measured(data_dir: Path, lineup: list[dict[str, str]]) -> tuple[Catalogue, list[int]]:
    """Return all that was measured that day, and the rows of the line-up in it."""
    payload = data_dir / "catalogue" / "aa" / "llms" / "2026-05-29.json.gz"
    with gzip.open(payload) as stream:
        names = {entry["slug"]: entry["name"] for entry in json.load(stream)["models"]}
    field = read_artificial_analysis(payload, include_deprecated=True, include_legacy_scores=True)
    return field, [field.name.index(names[line["aa_slug"]]) for line in lineup]


@pytest.mark.data
def test_efforts_and_speeds_match_the_payload(measured: tuple[Catalogue, list[int]]) -> None:
    catalogue, (field, rows) = load_bundled(), measured
    assert [field.effort[i] for i in rows] == list(catalogue.effort)
    np.testing.assert_allclose(catalogue.throughput_tps, field.throughput_tps[rows], atol=0.05001, rtol=0)
    np.testing.assert_allclose(catalogue.ttft_s, field.ttft_s[rows], atol=0.005001, rtol=0)
    np.testing.assert_allclose(catalogue.coding_score, field.coding_score[rows], atol=0.005001, rtol=0)


@pytest.mark.data
def test_the_scale_is_the_strict_percentile_of_the_scored_field(
    measured: tuple[Catalogue, list[int]], lineup: list[dict[str, str]]
) -> None:
    field, rows = measured
    scores = field.coding_score[field.has_score]
    assert len(scores) == 403
    listed = bundled_scale().to_axis(load_bundled().coding_score)
    np.testing.assert_allclose(listed, [number(line["aa_percentile_field"]) / 100 for line in lineup], atol=1e-12)
    strict = [np.mean(scores < field.coding_score[i] - 1e-9) for i in rows]
    np.testing.assert_allclose(listed, strict, atol=0.000501, rtol=0)


def cheapest(catalogue: Catalogue, tier: str, metric: str) -> list[str]:
    price, _ = price_metric_micro_usd(catalogue, metric)
    rows = [i for i, listed in enumerate(catalogue.listed_tier) if listed == tier]
    return [catalogue.model_id[i] for i in sorted(rows, key=lambda i: int(price[i]))]


def test_the_medium_winner_changes_with_the_price_metric() -> None:
    catalogue = load_bundled()
    assert cheapest(catalogue, "medium", "prompt")[:2] == ["moonshotai/kimi-k2.6", "openai/gpt-5.4-mini"]
    assert cheapest(catalogue, "medium", "completion")[0] == "x-ai/grok-4.3"
    assert cheapest(catalogue, "high", "prompt")[0] == "deepseek/deepseek-v4-pro"
    assert cheapest(catalogue, "high", "completion")[0] == "deepseek/deepseek-v4-pro"


def test_mediums_two_cheapest_differ_by_27_thousandths() -> None:
    catalogue = load_bundled()
    price, _ = price_metric_micro_usd(catalogue, "prompt")
    first, second = (price[catalogue.model_id.index(m)] for m in cheapest(catalogue, "medium", "prompt")[:2])
    assert (first, second) == (730_000, 750_000)
    assert round(100 * (second / first - 1), 1) == 2.7


def test_the_medium_tier_is_dominated() -> None:
    catalogue = load_bundled()
    for metric in ("prompt", "completion", "blend_3_1", "blend_7_2_1"):
        price, _ = price_metric_micro_usd(catalogue, metric)
        best = {tier: catalogue.model_id.index(cheapest(catalogue, tier, metric)[0]) for tier in ("high", "medium")}
        assert price[best["high"]] < price[best["medium"]]


def test_cache_writes_are_known_for_anthropic_only() -> None:
    catalogue = load_bundled()
    for i, model_id in enumerate(catalogue.model_id):
        written = catalogue.cache_write_usd_per_mtok[i]
        if model_id.startswith("anthropic/"):
            assert written == 1.25 * catalogue.prompt_usd_per_mtok[i]
        else:
            assert np.isnan(written)


def test_speeds_are_counted_from_fast_to_slow() -> None:
    catalogue = load_bundled()
    known = ~np.isnan(catalogue.throughput_tps[0])
    assert [p for p, is_known in zip(SPEED_PERCENTILES, known, strict=True) if is_known] == [5, 25, 50, 75, 95]
    assert (np.diff(catalogue.throughput_tps[:, known]) < 0).all()
    assert (np.diff(catalogue.ttft_s[:, known]) > 0).all()


def test_attribution_stands_in_the_file() -> None:
    catalogue = load_bundled()
    assert "https://artificialanalysis.ai" in catalogue.attribution
    assert catalogue.as_of == "2026-05-29"
    assert catalogue.score_definition == "aa-coding-4.0"
    assert set(catalogue.sources) >= {"coding_score", "coding_score_se", "cache_write_usd_per_mtok", "listed_tier"}
    assert not [finding for finding in lint_catalogue(catalogue) if finding.severity != "note"]


def test_another_name_is_refused() -> None:
    assert BUNDLED == ("pareto_code_2026-05-29",)
    with pytest.raises(InputError, match="bundled catalogue is 'x'; use one of pareto_code_2026-05-29"):
        load_bundled("x")
