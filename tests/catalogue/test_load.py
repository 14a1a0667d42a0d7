"""Does one entry find the right reader?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paretocode.catalogue import load_bundled, load_catalogue, write_table
from paretocode.errors import InputError


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
        with pytest.raises(InputError, match="neither OpenRouter's"):
            load_catalogue(path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="use one of pareto_code_2026-05-29"):
        load_catalogue("bundled:x")
    with pytest.raises(InputError, match="does not exist"):
        load_catalogue(tmp_path / "m.toml")
    with pytest.raises(InputError, match="no reader knows this ending"):
        load_catalogue(tmp_path / "m.yaml")
