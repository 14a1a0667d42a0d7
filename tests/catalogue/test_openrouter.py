"""Is OpenRouter's answer read with its traps: routers, aliases, zero prices, overrides, texts per token?"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from paretocode.catalogue import Catalogue, load_catalogue, read_openrouter_models
from paretocode.errors import InputError


def model(model_id: str, **pricing: object) -> dict[str, object]:
    return {
        "id": model_id,
        "name": model_id.upper(),
        "created": 1772734352,
        "context_length": 1_050_000,
        "pricing": {"prompt": "0.0000025", "completion": "0.000015", **pricing},
        "top_provider": {"max_completion_tokens": 128_000},
    }


def read(folder: Path, *models: dict[str, object]) -> Catalogue:
    path = folder / "models.json"
    path.write_text(json.dumps({"data": list(models)}))
    return read_openrouter_models(path)


def test_texts_per_token_become_usd_per_million(tmp_path: Path) -> None:
    catalogue = read(tmp_path, model("a/b", input_cache_read="0.000000003625", input_cache_write="0.000003125"))
    assert catalogue.prompt_usd_per_mtok.tolist() == [2.5]
    assert catalogue.completion_usd_per_mtok.tolist() == [15.0]
    assert catalogue.cache_read_usd_per_mtok.tolist() == [0.003625]
    assert catalogue.cache_write_usd_per_mtok.tolist() == [3.125]
    assert catalogue.context_tokens.tolist() == [1_050_000]
    assert catalogue.max_output_tokens.tolist() == [128_000]
    assert str(catalogue.release_date[0]) == "2026-03-05"
    assert not catalogue.has_score.any()
    assert catalogue.score_definition == "none"


def test_what_cannot_be_routed_to_is_left_out_by_name(tmp_path: Path) -> None:
    catalogue = read(
        tmp_path,
        model("a/b"),
        model("openrouter/auto", prompt="-1", completion="-1"),
        model("~a/b-latest"),
        model("a/b:batch"),
    )
    assert catalogue.model_id == ("a/b",)
    assert catalogue.notes == (
        "openrouter/auto is left out: its price is negative, which marks a router.",
        "~a/b-latest is left out: it is an alias whose target moves.",
        "a/b:batch is left out: batch variants answer later, not now.",
    )


def test_zero_is_free_only_where_the_id_says_so(tmp_path: Path) -> None:
    zero = {"prompt": "0", "completion": "0"}
    catalogue = read(tmp_path, model("a/b:free", **zero), model("z-ai/glm-5.1", **zero))
    assert catalogue.is_free.tolist() == [True, False]
    assert catalogue.prompt_usd_per_mtok[0] == 0
    assert np.isnan(catalogue.prompt_usd_per_mtok[1])
    assert catalogue.notes == (
        "z-ai/glm-5.1 lists prompt and completion at 0 without being a :free variant: taken as missing.",
    )


def test_overrides_become_steps_with_merged_prices(tmp_path: Path) -> None:
    overrides = [
        {"min_prompt_tokens": 200_000, "prompt": "0.000006", "completion": "0.00002"},
        {"min_prompt_tokens": 400_000, "prompt": "0.000009"},
        {"utc_start": "16:30", "utc_end": "00:30", "prompt": "0.000001"},
    ]
    catalogue = read(tmp_path, model("a/b", overrides=overrides, discount=0.5), model("c/d"))
    low, high = catalogue.price_steps
    assert (low.model_index, low.min_prompt_tokens, low.prompt_usd_per_mtok) == (0, 200_000, 3.0)
    assert (high.min_prompt_tokens, high.prompt_usd_per_mtok, high.completion_usd_per_mtok) == (400_000, 4.5, 10.0)
    assert np.isnan(low.cache_read_usd_per_mtok)
    assert catalogue.notes == (
        "a/b has a discount of 0.5: its prices are multiplied by 0.5.",
        "a/b has other prices from 16:30 to 00:30 UTC: left out.",
    )


def test_an_expiry_is_said(tmp_path: Path) -> None:
    catalogue = read(tmp_path, {**model("a/b"), "expiration_date": "2026-05-15"})
    assert catalogue.notes == ("a/b expires on 2026-05-15.",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"data": []}', "there is no list of models under data or models"),
        ('{"data": [{"name": "x"}]}', "row 1: the id is None; give the file as fetched"),
        ('{"data": [{"id": "a/b", "pricing": {"prompt": "cheap"}}]}', "row 1: pricing.prompt is 'cheap', which is not"),
        ('{"data": [{"id": "a/b", "pricing": {"prompt": "1e999999"}}]}', "pricing.prompt is '1e999999', which is not"),
        ('{"data": [{"id": "a/b", "context_length": ' + "9" * 5000 + "}]}", "the file is not whole JSON"),
        (
            '{"data": [{"id": "a/b", "pricing": {"prompt": "1", "overrides": 3}}]}',
            "pricing.overrides of a/b is not a list",
        ),
        (
            '{"data": [{"id": "a/b", "pricing": {"prompt": "1"}}, {"id": "a/b"}]}',
            "'a/b' stands in row 1 and again in row 2",
        ),
        ('{"data": [{"id": "a/b", "pricing": {"price_1m_input_tokens": 1}}]}', "no record has a pricing.prompt"),
        (
            '{"data": [{"id": "a/b", "pricing": {"prompt": "0.000_001"}}]}',
            "pricing.prompt is '0.000_001', which is not",
        ),
        ('{"data": [{"id": "a/b"', "the file is not whole JSON"),
        ("[" * 100_000, "the file is not whole JSON"),
        ("", "the file is empty"),
    ],
)
def test_other_content_is_refused(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "models.json"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_openrouter_models(path)
    assert words in str(caught.value)


def test_compressed_files_are_bounded_and_whole(tmp_path: Path) -> None:
    whole = gzip.compress(json.dumps([model("a/b")]).encode())
    path = tmp_path / "models.json.gz"
    path.write_bytes(whole)
    assert len(read_openrouter_models(path)) == 1
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="the compressed data is broken or cut short"):
        read_openrouter_models(path)
    path.write_bytes(b"not gzip at all")
    with pytest.raises(InputError, match="the compressed data is broken or cut short"):
        read_openrouter_models(path)
    path.write_bytes(gzip.compress(b" " * (64 * 2**20 + 2)))
    with pytest.raises(InputError, match="more than 67,108,865 bytes, over the limit of 67,108,864"):
        read_openrouter_models(path)


@pytest.mark.data
@pytest.mark.parametrize(("day", "listed", "kept"), [("2026-04-04", 350, 348), ("2026-05-15", 364, 353)])
def test_the_real_answers_are_read(data_dir: Path, day: str, listed: int, kept: int) -> None:
    path = data_dir / "catalogue" / "openrouter" / f"models_{day}.json.gz"
    catalogue = read_openrouter_models(path)
    assert len(catalogue) == kept
    assert sum("is left out" in note for note in catalogue.notes) == listed - kept
    assert catalogue.digest == load_catalogue(path).digest
    kimi = catalogue.index_of("moonshotai/kimi-k2.6") if day == "2026-05-15" else None
    if kimi is not None:
        assert catalogue.prompt_usd_per_mtok[kimi] == 0.73


@pytest.mark.data
def test_awkward_records_are_read(data_dir: Path, tmp_path: Path) -> None:
    tricky = json.loads((data_dir / "catalogue" / "tricky_records.json").read_text())
    kinds = {entry["kind"]: entry["record"] for entry in tricky if "OpenRouter" in entry["source"]}
    records = [record for kind, record in kinds.items() if kind != "transient_zero_price_after"]
    catalogue = read(tmp_path, *records)
    assert "openrouter/pareto-code" not in catalogue
    assert np.isnan(catalogue.prompt_usd_per_mtok[catalogue.index_of("z-ai/glm-5.1")])
    assert len(catalogue.price_steps) == 2
    assert {step.min_prompt_tokens for step in catalogue.price_steps} == {200_000, 256_000}


def test_a_broken_window_is_missing_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "models.json"
    path.write_text('{"data": [{"id": "a/b", "pricing": {"prompt": "1", "completion": "1"}, "context_length": 1.5}]}')
    assert read_openrouter_models(path).notes == ("a/b has a context window of 1.5, which is none: taken as missing.",)
