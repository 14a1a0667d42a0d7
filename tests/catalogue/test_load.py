"""Does one entry find the right reader?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paretocode.catalogue import SOURCES, load_bundled, load_catalogue, write_table
from paretocode.errors import InputError, UsageError


def test_a_word_or_a_path(tmp_path: Path) -> None:
    bundled = load_bundled()
    assert load_catalogue("bundled").digest == bundled.digest
    assert load_catalogue("bundled:pareto_code_2026-05-29").digest == bundled.digest
    for name in ("m.toml", "m.csv", "m.parquet"):
        write_table(bundled, tmp_path / name)
        assert load_catalogue(tmp_path / name).digest == bundled.digest
        assert load_catalogue(str(tmp_path / name)).digest == bundled.digest


def test_json_is_told_apart_by_its_records(tmp_path: Path) -> None:
    path = tmp_path / "models.json"
    path.write_text(json.dumps({"data": [{"id": "a/b", "pricing": {"prompt": "0.000001", "completion": "0.000002"}}]}))
    assert load_catalogue(path).prompt_usd_per_mtok.tolist() == [1.0]
    record = {"id": "x", "slug": "x", "evaluations": {}}
    path.write_text(json.dumps({"meta": {"fetched_at": "2026-05-29"}, "models": [record]}))
    assert load_catalogue(path).score_definition == "aa-coding-4.0"
    for content in ({"rows": [1]}, [{"name": "x"}], 3):
        path.write_text(json.dumps(content))
        with pytest.raises(InputError, match="the shape of no known source"):
            load_catalogue(path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="use one of pareto_code_2026-05-29"):
        load_catalogue("bundled:x")
    with pytest.raises(InputError, match="does not exist"):
        load_catalogue(tmp_path / "m.toml")
    with pytest.raises(InputError, match="no reader knows this ending"):
        load_catalogue(tmp_path / "m.xlsx")


def test_a_source_may_be_named_and_nothing_else_is_tried(tmp_path: Path) -> None:
    path = tmp_path / "models_2026-05-15.json"
    path.write_text(json.dumps({"data": [{"id": "a/b", "pricing": {"prompt": "0.000001", "completion": "0.000002"}}]}))
    catalogue = load_catalogue(path, "openrouter")
    assert (catalogue.as_of, catalogue.sources["as_of"]) == ("2026-05-15", "the name of the file")
    with pytest.raises(InputError, match="there is no entry with a litellm_provider"):
        load_catalogue(path, "litellm")
    with pytest.raises(InputError, match="source is 'openruter'; use one of openrouter, "):
        load_catalogue(path, "openruter")
    with pytest.raises(
        UsageError, match="score_definition is 'x' and source litellm has no choice of it; leave it out"
    ):
        load_catalogue(path, "litellm", score_definition="x")


def test_the_table_of_sources_is_whole() -> None:
    assert len(SOURCES) == 10
    for source in SOURCES.values():
        assert source.summary
        assert set(source.gives) <= {"scores", "prices", "speeds", "windows"}


@pytest.mark.data
def test_every_real_file_finds_its_source(data_dir: Path) -> None:
    root = data_dir / "catalogue"
    files = {
        "openrouter": ["openrouter/models_2026-04-04.json.gz", "openrouter/models_2026-05-15.json.gz"],
        "artificial-analysis": [f"aa/llms/{day}.json.gz" for day in ("2026-04-10", "2026-05-29", "2026-07-10")],
        "litellm": ["prices/litellm_model_prices_1.109.1.json.gz"],
        "models-dev": ["prices/models.dev_toml_2026-07-02.tar.gz"],
        "genai-prices": ["prices/genai-prices_v2_data.json.gz"],
        "llm-prices": ["prices/llm-prices/openai.json", "prices/llm-prices"],
        "model-prices": ["prices/model-prices_snapshot_2026-10-26.json.gz"],
        "aider": ["scores/aider/polyglot_leaderboard.yml", "scores/aider/edit_leaderboard.yml"],
        "arena": ["scores/arena/arena_2026-10-05.json.gz", "scores/arena/code_2026-04-19.json"],
    }
    for name, paths in files.items():
        for path in paths:
            found = load_catalogue(root / path)
            assert found.digest == load_catalogue(root / path, name).digest
            assert found.has_price.any() == ("prices" in SOURCES[name].gives)
            assert found.has_score.any() == ("scores" in SOURCES[name].gives)
            assert found.attribution


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("", b"", "the name of the catalogue file is empty; name a file, or bundled."),
        ("folder", b"", "this is a folder and no one catalogue; name one file, or see what changed with paretocode"),
        ("log.csv", b"date,event,aa_id\n", "this is a change log and no one catalogue"),
        ("copies.json", b'{"snapshots": []}', "this is monthly copies and no one catalogue"),
        ("deep.json", b"[" * 100_000, "the file is not whole JSON (it is nested too deeply)"),
        ("x.json.gz", b"{}", "the compressed data is broken or cut short (it is not whole gzip)"),
    ],
)
def test_what_is_no_one_catalogue_is_said_in_plain_words(name: str, content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    elif name:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_catalogue(path if name else "")
    assert words in str(caught.value)
