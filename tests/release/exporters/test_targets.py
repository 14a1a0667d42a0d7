"""What each target gets, by example; where its software or a schema of it is at hand, that judges."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from paretocode.errors import InputError
from paretocode.release import EXPORT_FORMATS
from paretocode.release.exporters import TARGETS
from paretocode.tiermap.file import TierMapFile, canonical_bytes

Reader = Callable[[str], list[Any]]
SCHEMAS = Path(__file__).parent / "schemas"
_VLLM_SR_DRIVER = Path(__file__).with_name("vllm_sr_driver.py")


def test_litellm_groups_hold_a_primary_and_its_fallbacks(documented: TierMapFile, read_yaml: Reader) -> None:
    (config,) = read_yaml(TARGETS["litellm"].export(documented).text)
    names = [deployment["model_name"] for deployment in config["model_list"]]
    assert [(name, names.count(name)) for name in dict.fromkeys(names)] == [
        ("tier/low", 3),
        ("more/2/low", 2),
        ("tier/medium", 3),
        ("more/2/medium", 1),
        ("tier/high", 3),
        ("more/2/high", 1),
    ]
    fallbacks = {
        name: groups
        for entry in config["router_settings"]["context_window_fallbacks"]
        for name, groups in entry.items()
    }
    assert fallbacks["tier/medium"] == ["more/2/medium", "tier/high", "more/2/high"]
    assert fallbacks["min-score/0.50"] == fallbacks["tier/medium"]
    assert fallbacks["min-score"] == ["more/2/high"]
    assert all(d["litellm_params"]["api_key"] == "os.environ/OPENROUTER_API_KEY" for d in config["model_list"])


@pytest.mark.parametrize("place", ["tier", "model"])
def test_litellm_takes_no_wildcard(place: str, changed: Callable[..., TierMapFile]) -> None:
    def edit(plain: dict[str, Any]) -> None:
        if place == "tier":
            plain["tiers"][0]["name"] = "*"
        else:
            plain["tiers"][0]["candidates"][0]["model_id"] = "openai/*"

    with pytest.raises(InputError, match="holds an asterisk, which LiteLLM takes for any name; rename it"):
        TARGETS["litellm"].export(changed(edit))


def test_semantic_router_bands_are_the_edges(documented: TierMapFile, read_yaml: Reader) -> None:
    text = TARGETS["vllm-semantic-router"].export(documented).text
    commented = text[text.index("# routing:") : text.index("\nversion:")]
    (bands,) = read_yaml("\n".join(line.removeprefix("# ") for line in commented.split("\n")) + "\n")
    assert bands["routing"]["projections"]["mappings"][0]["outputs"] == [
        {"name": "band-high", "gte": 0.66},
        {"name": "band-medium", "gte": 0.33, "lt": 0.66},
        {"name": "band-low", "lt": 0.33},
    ]


@pytest.mark.skipif(
    "PARETOCODE_VLLM_SR" not in os.environ,
    reason="name a python that has vllm-sr in PARETOCODE_VLLM_SR to let it judge",
)
@pytest.mark.parametrize("kind", ["plain", "awkward", "broken"])
def test_semantic_router_itself_validates(kind: str, changed: Callable[..., TierMapFile], tmp_path: Path) -> None:
    def edit(plain: dict[str, Any]) -> None:
        if kind == "awkward":
            plain["tiers"][2]["name"] = plain["default_tier"] = "<script>: yes"
            plain["tiers"][1]["candidates"] = []

    text = TARGETS["vllm-semantic-router"].export(changed(edit)).text
    config = tmp_path / "config.yaml"
    # That it refuses a config shows that what it takes was looked at.
    config.write_text(text.replace("\nrouting:", "\nroutine:") if kind == "broken" else text, encoding="utf-8")
    command = [os.environ["PARETOCODE_VLLM_SR"], str(_VLLM_SR_DRIVER), str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    said = done.stdout + done.stderr
    assert (done.returncode == 0) == (kind != "broken"), said
    assert ("'routine' was unexpected" in said) == (kind == "broken")


def test_envoy_resources_fit_the_structure_of_their_definitions(documented: TierMapFile, read_yaml: Reader) -> None:
    schema = json.loads((SCHEMAS / "envoy_ai_gateway.json").read_text(encoding="utf-8"))
    documents = read_yaml(TARGETS["envoy-ai-gateway"].export(documented).text)
    kinds = [document["kind"] for document in documents]
    assert kinds == ["AIGatewayRoute", "BackendTrafficPolicy"] + ["AIServiceBackend"] * 9
    for document in documents:
        jsonschema.validate(document, schema)
    route, _, *backends = documents
    named = {reference["name"] for rule in route["spec"]["rules"] for reference in rule["backendRefs"]}
    assert named == {backend["metadata"]["name"] for backend in backends}
    broken = json.loads(json.dumps(route))
    broken["spec"]["rules"][0]["matches"][0]["headers"][0]["type"] = "Prefix"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)


def test_envoy_refuses_more_tiers_than_a_route_holds(changed: Callable[..., TierMapFile]) -> None:
    def edit(plain: dict[str, Any]) -> None:
        plain["tiers"] = [{"name": f"t{i}", "floor_milli": None, "candidates": []} for i in range(128)]
        plain["request_edges_ppm"] = list(range(1000, 128_000, 1000))
        plain.update(default_tier="t0", score_edges_milli=None)

    with pytest.raises(InputError, match="it needs 129 rules or backends, and an AIGatewayRoute holds 128"):
        TARGETS["envoy-ai-gateway"].export(changed(edit))


def test_portkey_matches_its_recorded_form(documented: TierMapFile) -> None:
    schema = json.loads((SCHEMAS / "portkey_config.json").read_text(encoding="utf-8"))
    config = json.loads(TARGETS["portkey"].export(documented).content)["config"]
    jsonschema.validate(config, schema)
    assert [target["name"] for target in config["targets"]] == ["tier/low", "tier/medium", "tier/high"]
    assert config["targets"][1]["targets"][1] == {
        "provider": "@openrouter",
        "override_params": {"model": "openai/gpt-5.4-mini", "reasoning_effort": "xhigh"},
    }


def test_openrouter_bodies(changed: Callable[..., TierMapFile]) -> None:
    def edit(plain: dict[str, Any]) -> None:
        plain["policy"].update(n_fallbacks=3, ranking="throughput")
        plain["tiers"][0]["name"] = "Low Tier"
        plain["request_edges_ppm"] = [100_000, 900_000]

    exported = TARGETS["openrouter"].export(changed(edit))
    high, medium, low = json.loads(exported.content)["tiers"]
    assert (high["min_score_from"], high["min_score_below"], low["min_score_below"]) == (0.9, None, 0.1)
    assert high["request_by_preset"] == {"model": "@preset/paretocode-high", "messages": []}
    assert low["preset"]["slug"].startswith("paretocode-low-tier-")
    assert medium["request"]["provider"] == {"sort": "throughput"}
    assert len(medium["request"]["models"]) == 3
    assert medium["request_to_pareto_router"]["plugins"] == [{"id": "pareto-router", "min_coding_score": 0.5}]
    assert (high["openrouter_tier"], medium["openrouter_tier"], low["openrouter_tier"]) == ("high", "medium", "low")
    assert any("Only 3 models a request" in sentence for sentence in exported.cannot_express)
    assert any("by its own cuts (0.33 and 0.66)" in sentence for sentence in exported.cannot_express)


def test_hermes_asks_safely_inside_each_band(documented: TierMapFile, read_yaml: Reader) -> None:
    exported = TARGETS["hermes"].export(documented)
    (config,) = read_yaml(exported.text)
    assert config["model"] == {"provider": "openrouter", "default": "openrouter/pareto-code"}
    assert config["openrouter"] == {"min_coding_score": 0.8}
    asked = {task: entry["extra_body"]["plugins"][0]["min_coding_score"] for task, entry in config["auxiliary"].items()}
    assert asked["approval"] == 0.5
    assert asked["compression"] == asked["title_generation"] == 0.2
    assert "vision" not in asked
    assert "# - tier medium: 0.5\n" in exported.text


def test_hermes_of_one_tier_and_of_an_unreachable_default(
    changed: Callable[..., TierMapFile], read_yaml: Reader
) -> None:
    def one(plain: dict[str, Any]) -> None:
        plain.update(tiers=plain["tiers"][2:], request_edges_ppm=[], score_edges_milli=None)
        plain["tiers"][0]["floor_milli"] = None

    (config,) = read_yaml(TARGETS["hermes"].export(changed(one)).text)
    assert config["openrouter"] == {"min_coding_score": 0.5}
    unreachable = changed(default_tier="low", request_edges_ppm=[0, 500_000])
    (config,) = read_yaml(TARGETS["hermes"].export(unreachable).text)
    assert config["openrouter"] == {"min_coding_score": 0.8}


def test_json_is_the_map_itself(documented: TierMapFile) -> None:
    exported = TARGETS["json"].export(documented)
    assert (exported.content, exported.cannot_express) == (canonical_bytes(documented), ())


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")'])
def test_csv_cells_do_nothing_in_a_spreadsheet(cell: str, changed: Callable[..., TierMapFile]) -> None:
    def edit(plain: dict[str, Any]) -> None:
        plain["tiers"][0]["name"] = cell
        plain["tiers"][1]["candidates"][0].update(model_id=cell, effort=cell)

    rows = list(csv.DictReader(io.StringIO(TARGETS["csv"].export(changed(edit)).text)))
    assert rows[0]["tier"] == f"'{cell}"
    assert (rows[5]["model_id"], rows[5]["effort"]) == (f"'{cell}", f"'{cell}")
    assert rows[6]["model_id"] == "openai/gpt-5.4-mini"


def test_the_page_has_a_row_and_a_how_to_for_every_target() -> None:
    page = (Path(__file__).parents[3] / "docs" / "exporters.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \|", page, re.M)
    assert rows == list(EXPORT_FORMATS)
    shown = set(re.findall(r"--to ([a-z-]+) --out", page))
    assert shown == set(EXPORT_FORMATS) - {"release", "json", "csv"}
