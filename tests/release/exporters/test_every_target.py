"""For every target: origin told, two exports the same, awkward names kept, bad ones refused."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from paretocode.errors import InputError
from paretocode.release.exporters import TARGETS
from paretocode.tiermap.file import TierMapFile, canonical_bytes, sha256_of
from strategies import worlds

ROUTERS = [name for name in TARGETS if name not in {"json", "csv"}]
BAD = ["a\nb", "a\x1b[31mb", "a\u2028b", "a\u202eb", "a\u200bb", "a\x85b", "\ud800", "${KEY}", "{{x}}"]
AWKWARD = ["<script>alert(1)</script>", "yes", "1e3", "null", "a: b #c", "- x", '"quoted" \\ name', "'", "模型", "%&!"]


def parsed(name: str, content: bytes, read_yaml: Callable[[str], list[Any]]) -> Any:
    text = content.decode()
    assert text.endswith("\n")
    if name == "csv":
        return list(csv.DictReader(io.StringIO(text)))
    return json.loads(text) if text.startswith("{") else read_yaml(text)


@pytest.mark.parametrize("name", ROUTERS)
def test_the_origin_and_the_losses_stand_in_the_output(name: str, documented: TierMapFile) -> None:
    exported = TARGETS[name].export(documented)
    digest = sha256_of(canonical_bytes(documented))
    assert digest in exported.text
    assert "documented" in exported.text
    assert "Artificial Analysis" in exported.text
    assert exported.cannot_express
    assert all(sentence in exported.text and sentence.endswith(".") for sentence in exported.cannot_express)
    assert digest not in TARGETS[name].export(documented.model_copy(update={"serial": 2})).text


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_any_map_exports_to_documents_that_parse(
    world: Any, read_yaml: Callable[[str], list[Any]], world_file: Callable[[Any], TierMapFile]
) -> None:
    file = world_file(world)
    for name, target in TARGETS.items():
        exported = target.export(file)
        assert exported == target.export(TierMapFile.model_validate(file.model_dump(mode="json")))
        assert exported.suffix in {".json", ".csv", ".yaml"}
        parsed(name, exported.content, read_yaml)


@pytest.mark.parametrize("name", list(TARGETS))
def test_awkward_names_stay_names(
    name: str, changed: Callable[..., TierMapFile], read_yaml: Callable[[str], list[Any]]
) -> None:
    def edit(plain: dict[str, Any]) -> None:
        plain["tiers"][2]["name"] = plain["default_tier"] = "<script>alert(1)</script>"
        candidates = [c for tier in plain["tiers"] for c in tier["candidates"]]
        for candidate, awkward in zip(candidates, AWKWARD, strict=False):
            candidate["model_id"] = awkward

    document = parsed(name, TARGETS[name].export(changed(edit)).content, read_yaml)
    found = set(texts(document))
    if name == "hermes":
        return
    models = AWKWARD[:3] if name != "json" else AWKWARD
    for awkward in models:
        assert any(text.removeprefix("openrouter/") == awkward for text in found), awkward


def texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in [key, *texts(item)]]
    return [text for item in value for text in texts(item)] if isinstance(value, list) else []


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", [name for name in TARGETS if name != "json"])
def test_what_a_reader_would_act_on_is_refused(name: str, bad: str, changed: Callable[..., TierMapFile]) -> None:
    def model(plain: dict[str, Any]) -> None:
        plain["tiers"][1]["candidates"][0]["model_id"] = bad

    def tier(plain: dict[str, Any]) -> None:
        plain["tiers"][0]["name"] = bad

    for edit in (model, tier):
        # Pydantic refuses a lone surrogate by itself; a file made in code may still hold one.
        try:
            file = changed(edit)
        except ValueError:
            continue
        with pytest.raises(InputError, match=r"no export may carry that; take it out of the map"):
            TARGETS[name].export(file)


def test_an_attribution_of_several_lines_is_folded(changed: Callable[..., TierMapFile]) -> None:
    text = TARGETS["litellm"].export(changed(attribution="scores: A\nprices:\tB")).text
    assert "# scores: A prices: B\n" in text
