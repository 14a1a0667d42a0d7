"""Are the price lists read with their units, dates, hours, ranges and inheritance?"""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from paretocode.catalogue import (
    Catalogue,
    load_catalogue,
    read_genai_prices,
    read_litellm,
    read_llm_prices,
    read_model_prices,
    read_models_dev,
)
from paretocode.errors import InputError


def write(folder: Path, document: object, name: str = "prices.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(document))
    return path


def steps(catalogue: Catalogue, key: str) -> list[tuple[int, float, float]]:
    row = catalogue.index_of(key)
    return [
        (step.min_prompt_tokens, step.prompt_usd_per_mtok, step.completion_usd_per_mtok)
        for step in catalogue.price_steps
        if step.model_index == row
    ]


def test_litellm_per_token_with_suffixes_and_ranges(tmp_path: Path) -> None:
    chat = {"litellm_provider": "x", "mode": "chat"}
    catalogue = read_litellm(
        write(
            tmp_path,
            {
                "sample_spec": {"litellm_provider": "one of", "mode": "one of: chat"},
                "a": {
                    **chat,
                    "input_cost_per_token": 5e-06,
                    "output_cost_per_token": 3e-05,
                    "cache_creation_input_token_cost": 0.0,
                    "input_cost_per_token_above_272k_tokens": 1e-05,
                    "input_cost_per_token_above_272k_tokens_batches": 5e-06,
                    "max_input_tokens": 1_050_000,
                    "max_output_tokens": "many",
                },
                "b": {
                    **chat,
                    "tiered_pricing": [{"range": [0, 32e3], "input_cost_per_token": 1e-6}, {"range": [32e3]}],
                },
                "c": {
                    **chat,
                    "input_cost_per_token": 0,
                    "output_cost_per_token": 1e-6,
                    "input_cost_per_request": 0.005,
                },
                "d": {"litellm_provider": "x", "mode": "embedding"},
                "e": {**chat},
            },
        )
    )
    assert catalogue.keys == ("a", "b", "c")
    assert catalogue.prompt_usd_per_mtok.tolist()[:2] == [5.0, 1.0]
    assert catalogue.context_tokens[0] == 1_050_000
    assert np.isnan(catalogue.max_output_tokens[0])
    assert np.isnan(catalogue.cache_write_usd_per_mtok[0])  # 0 is "no premium", not "writing is free"
    assert steps(catalogue, "a")[0][:2] == (272_000, 10.0)
    assert catalogue.notes == (
        "1 entry is left out because it documents the format and is no model: sample_spec.",
        "1 entry is left out because their mode is embedding: d.",
        "1 entry is left out because they have no price per token: e.",
        "1 models list a price of 0 or less without being :free, taken as missing: c.",
        "A fee per request is not counted [USD a request]: c (0.005).",
    )


def tarball(folder: Path, files: dict[str, str]) -> Path:
    path = folder / "models.dev_2026-07-02.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


BASE = 'name = "M"\nrelease_date = "2026-01-02"\n[limit]\ncontext = 1000\ninput = 900\noutput = 100\n'


def test_models_dev_inherits_from_its_base(tmp_path: Path) -> None:
    path = tarball(
        tmp_path,
        {
            "models/lab/m.toml": BASE,
            "providers/p/provider.toml": 'name = "P"',
            "providers/p/models/lab/m.toml": (
                'base_model = "lab/m"\nbase_model_omit = ["limit.output"]\n[cost]\ninput = 3\noutput = 15\n'
                "[[cost.tiers]]\ntier = { size = 200_000 }\ninput = 6\n[limit]\ncontext = 2000\n"
            ),
            "providers/p/models/orphan.toml": 'base_model = "lab/none"\n[cost]\ninput = 1\n',
            "providers/p/models/noprice.toml": 'name = "x"\n',
            "providers/q/models/image.toml": '[cost]\ninput = 1\n[modalities]\noutput = ["image"]\n',
        },
    )
    catalogue = load_catalogue(path)
    assert catalogue.keys == ("p/lab/m",)
    assert (catalogue.name, catalogue.as_of) == (("M",), "2026-07-02")
    assert catalogue.context_tokens.tolist() == [2000]
    assert np.isnan(catalogue.max_output_tokens[0])
    assert str(catalogue.release_date[0]) == "2026-01-02"
    assert steps(catalogue, "p/lab/m")[0][:2] == (200_000, 6.0)
    reasons = " ".join(catalogue.notes)
    for words in ("base model lab/none is not in the tree: p/orphan", "no cost: p/noprice", "no text: q/image"):
        assert words in reasons


def test_models_dev_api_json_is_the_same_resolved(tmp_path: Path) -> None:
    model = {
        "id": "m",
        "cost": {"input": 3, "output": 15, "context_over_200k": {"input": 6, "output": 22.5}},
        "limit": {"context": 1000},
    }
    path = write(tmp_path, {"p": {"id": "p", "models": {"m": model}}, "q": {"id": "q", "models": {"m": model}}})
    assert load_catalogue(path).keys == ("p/m", "q/m")
    only = read_models_dev(path, provider="q")
    assert steps(only, "q/m") == [(200_000, 6.0, 22.5)]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"no tarball at all", "broken or cut short"), (b"", "the file is empty")],
)
def test_a_broken_tarball_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "tree.tar.gz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_models_dev(path)


def test_a_broken_member_is_named(tmp_path: Path) -> None:
    path = tarball(tmp_path, {"providers/p/models/m.toml": "cost = {"})
    with pytest.raises(InputError, match=r"tar.gz, providers/p/models/m.toml: the member is not whole TOML"):
        read_models_dev(path)


def test_llm_prices_by_day_and_with_pseudo_models(tmp_path: Path) -> None:
    history = [
        {"input": 1, "output": 6, "from_date": None, "to_date": "2026-07-30", "input_cached": 0.1},
        {"input": 0.2, "output": 1.2, "from_date": "2026-07-30", "to_date": None, "input_cached": None},
    ]
    long = [{"input": 2, "output": 9, "from_date": None, "to_date": None, "input_cached": None}]
    models = [
        {"id": "m", "name": "M ≤272k", "price_history": history},
        {"id": "m-272k", "name": "M >272k", "price_history": long},
        {"id": "lost-128k", "name": "Lost >128k", "price_history": long},
        {"id": "m", "name": "M", "price_history": history},
    ]
    path = write(tmp_path, {"vendor": "v", "models": models})
    for day, price in (("2026-07-29", 1.0), ("2026-07-30", 0.2), ("", 0.2)):
        catalogue = read_llm_prices(path, as_of=day)
        assert catalogue.keys == ("v/m",)
        assert catalogue.prompt_usd_per_mtok.tolist() == [price]
        assert steps(catalogue, "v/m") == [(272_000, 2.0, 9.0)]
        assert catalogue.as_of == day
    assert catalogue.notes == (
        "1 entry is left out because they are long-context prices without a base model: v/lost-128k.",
        "1 entry is left out because they are listed a second time: v/m.",
    )
    overlap = [{**history[0], "to_date": None}, history[1]]
    with pytest.raises(InputError, match="m: 2 prices hold on the last day; correct their dates"):
        read_llm_prices(write(tmp_path, {"models": [{"id": "m", "price_history": overlap}]}))
    with pytest.raises(InputError, match="as_of is 'soon', which is no date; give it as in 2026-05-29"):
        read_llm_prices(path, as_of="soon")


def test_genai_tiers_add_up_to_whole_steps(tmp_path: Path) -> None:
    prices = {
        "input_mtok": {"base": 1, "tiers": [{"start": 100, "price": 2}, {"start": 200, "price": 3}]},
        "output_mtok": {"base": 6, "tiers": [{"start": 100, "price": 9}]},
        "requests_kcount": 12,
    }
    models = [{"id": "m", "prices": prices, "context_window": 5000}, {"id": "free", "prices": {}}]
    catalogue = load_catalogue(write(tmp_path, [{"id": "p", "api_pattern": "x", "models": models}]))
    assert steps(catalogue, "p/m") == [(100, 2.0, 9.0), (200, 3.0, 9.0)]
    assert catalogue.notes == (
        "1 entry is left out because they have no price per token: p/free.",
        "A fee per request is not counted [USD a request]: p/m (0.012).",
    )
    with pytest.raises(InputError, match="at_utc is '25:00', which is no time of day; give it in UTC, as in 16:30"):
        read_genai_prices(tmp_path / "prices.json", at_utc="25:00")


@pytest.mark.parametrize("read", [read_litellm, read_genai_prices, read_llm_prices, read_model_prices])
@pytest.mark.parametrize("document", [[], {}, 3, [{"a": 1}], {"models": 3}])
def test_other_shapes_are_one_sentence(read: object, document: object, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there (is|are) no .*; give"):
        read(write(tmp_path, document))  # type: ignore[operator]


@pytest.mark.parametrize("amount", ["cheap", True, "1e999999"])
def test_an_amount_that_is_none_is_refused_with_its_key(amount: object, tmp_path: Path) -> None:
    entry = {"litellm_provider": "x", "mode": "chat", "input_cost_per_token": amount}
    with pytest.raises(
        InputError, match=r"key m: input_cost_per_token is .*, which is not a number; give it as fetched"
    ):
        read_litellm(write(tmp_path, {"m": entry}))


# Figures below were counted and read off the files by hand.
PRICES = "catalogue/prices"


@pytest.mark.data
def test_litellm_file(data_dir: Path) -> None:
    catalogue = load_catalogue(data_dir / PRICES / "litellm_model_prices_1.109.1.json.gz")
    assert (len(catalogue), int(catalogue.has_price.sum())) == (3384, 3269)
    row = catalogue.index_of("gpt-5.5")
    assert [catalogue.prompt_usd_per_mtok[row], catalogue.completion_usd_per_mtok[row]] == [5.0, 30.0]
    assert steps(catalogue, "gpt-5.5") == [(272_000, 10.0, 45.0)]
    coder = steps(catalogue, "dashscope/qwen3-coder-plus")
    assert coder == [(32_000, 1.8, 9.0), (128_000, 3.0, 15.0), (256_000, 6.0, 60.0)]
    named = sum(int(note.split()[0]) for note in catalogue.notes if " left out because " in note)
    assert len(catalogue) + named == 4553


@pytest.mark.data
def test_models_dev_file(data_dir: Path) -> None:
    catalogue = load_catalogue(data_dir / PRICES / "models.dev_toml_2026-07-02.tar.gz")
    assert (len(catalogue), catalogue.as_of) == (547, "2026-07-02")
    named = sum(int(note.split()[0]) for note in catalogue.notes if " left out because " in note)
    assert len(catalogue) + named == 563
    key = "openrouter/anthropic/claude-sonnet-4.5"
    row = catalogue.index_of(key)
    assert catalogue.cache_write_usd_per_mtok[row] == 3.75
    assert catalogue.context_tokens[row] == 1_000_000
    assert catalogue.max_output_tokens[row] == 64_000  # inherited
    assert steps(catalogue, key) == [(200_000, 6.0, 22.5)]


@pytest.mark.data
def test_genai_file(data_dir: Path) -> None:
    path = data_dir / PRICES / "genai-prices_v2_data.json.gz"
    catalogue = load_catalogue(path)
    assert (len(catalogue), int(catalogue.has_price.sum())) == (1309, 1270)
    key = "anthropic/claude-sonnet-5"
    for day, price in (("2026-08-31", 2.0), ("2026-09-01", 3.0)):
        dated = read_genai_prices(path, as_of=day, provider="anthropic")
        assert dated.prompt_usd_per_mtok[dated.index_of(key)] == price


@pytest.mark.data
def test_llm_prices_folder(data_dir: Path) -> None:
    catalogue = load_catalogue(data_dir / PRICES / "llm-prices")
    assert len(catalogue) == 116
    assert len(catalogue.price_steps) == 25
    for day, price in (("2025-02-07", 0.14), ("2025-02-08", 0.27)):
        dated = read_llm_prices(data_dir / PRICES / "llm-prices" / "deepseek.json", as_of=day)
        assert dated.prompt_usd_per_mtok[dated.index_of("deepseek/deepseek-chat")] == price


@pytest.mark.data
def test_model_prices_file(data_dir: Path) -> None:
    path = data_dir / PRICES / "model-prices_snapshot_2026-10-26.json.gz"
    catalogue = load_catalogue(path)
    assert (len(catalogue), catalogue.as_of) == (575, "2026-10-23")
    assert "Prices of alibaba, deepseek change by the hour: their base prices stand." in catalogue.notes
    for day, price in (("2025-08-24", 0.27), ("2025-08-25", 0.57), ("2025-11-17", 0.28)):
        dated = read_model_prices(path, as_of=day, provider="deepseek")
        assert dated.prompt_usd_per_mtok[dated.index_of("deepseek/deepseek-chat")] == price


@pytest.mark.data
def test_five_lists_agree_on_a_price(data_dir: Path) -> None:
    # Independent lists of one day are the best oracle that units and steps are read right.
    files = (
        "litellm_model_prices_1.109.1.json.gz",
        "models.dev_toml_2026-07-02.tar.gz",
        "genai-prices_v2_data.json.gz",
        "llm-prices",
        "model-prices_snapshot_2026-10-26.json.gz",
    )
    for file in files:
        catalogue = load_catalogue(data_dir / PRICES / file)
        row = catalogue.index_of("openai/gpt-5.5" if "openai/gpt-5.5" in catalogue else "gpt-5.5")
        found = [getattr(catalogue, name)[row] for name in ("prompt_usd_per_mtok", "completion_usd_per_mtok")]
        assert [*found, catalogue.cache_read_usd_per_mtok[row]] == [5.0, 30.0, 0.5]
