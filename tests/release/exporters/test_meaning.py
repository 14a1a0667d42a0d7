"""Does an exported file, read as its target's documentation says, decide like the map's own router?

Each reader here is a slow, plain reading of one target's rules, written from its documentation. It is asked at every
edge, one part per million either side, at both ends, at hundredths and for an omitted min score, on random worlds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from paretocode.release.exporters import TARGETS
from paretocode.stream.stream import RequestRow
from paretocode.tiermap import route
from paretocode.tiermap.file import TierMapFile
from strategies import worlds

FileOf = Callable[[Any], TierMapFile]
Reader = Callable[[str], list[Any]]
HUNDREDTHS = [i * 10_000 for i in range(101)]


def decided(file: TierMapFile, score_ppm: int | None) -> list[str]:
    """Return the model ids that the map's router tries for a plain request, first to last."""
    request = RequestRow(
        session=0, time_us=0, min_score_ppm=score_ppm, prompt_tokens=1000, completion_tokens=100, prefix_tokens=0
    )
    catalogue = file.catalogue()
    decision = route(request, file.tier_map(), catalogue)
    rows = [] if decision.primary is None else [decision.primary, *decision.fallbacks]
    return [catalogue.model_id[row] for row in rows]


def scores(file: TierMapFile) -> Iterator[int | None]:
    yield None
    near = {edge + d for edge in file.request_edges_ppm for d in (-1, 0, 1)}
    yield from sorted({0, 1_000_000, *(score for score in near if 0 <= score <= 1_000_000)})


def spelled(score_ppm: int) -> str:
    return f"{score_ppm // 1_000_000}.{score_ppm % 1_000_000:06d}"


def portkey(config: dict[str, Any], score: str | None) -> list[str]:
    """Conditions in order, numbers compared as numbers, no match: the default target."""
    strategy = config["strategy"]
    name = strategy["default"]
    for condition in strategy["conditions"]:
        ((key, operators),) = condition["query"].items()
        assert key == "metadata.min_coding_score"
        if score is not None and float(score) >= operators["$gte"]:
            name = condition["then"]
            break
    (target,) = [target for target in config["targets"] if target["name"] == name]
    assert target["strategy"]["mode"] == "fallback"
    return [inner["override_params"]["model"] for inner in target["targets"]]


def envoy(documents: list[Any], score: str | None) -> list[str]:
    """The matching rule with the most headers, of equals the first; backends by priority, one attempt each."""
    route_, policy, *_ = documents
    headers = {"x-ai-eg-model": "paretocode", **({} if score is None else {"x-min-coding-score": score})}
    matching = [
        (len(match["headers"]), -position, rule)
        for position, rule in enumerate(route_["spec"]["rules"])
        for match in rule["matches"]
        if all(_header_matches(header, headers) for header in match["headers"])
    ]
    rule = max(matching, key=lambda entry: entry[:2])[2]
    backends = sorted(rule.get("backendRefs", []), key=lambda backend: backend["priority"])
    names = [backend["modelNameOverride"] for backend in backends]
    assert [backend["priority"] for backend in backends] == list(range(len(backends)))
    assert policy["spec"]["retry"]["numAttemptsPerPriority"] == 1
    return names[: 1 + policy["spec"]["retry"]["numRetries"]]


def _header_matches(header: dict[str, str], headers: dict[str, str]) -> bool:
    value = headers.get(header["name"])
    if value is None:
        return False
    return value == header["value"] if header["type"] == "Exact" else re.fullmatch(header["value"], value) is not None


def litellm(config: dict[str, Any], score: str | None) -> list[str]:
    """A name, its alias, and the group's deployments by order; an unknown name is an error."""
    name = "min-score" if score is None else f"min-score/{score}"
    alias = config["router_settings"]["model_group_alias"].get(name)
    group = alias["model"] if alias else name
    members = [d["litellm_params"] for d in config["model_list"] if d["model_name"] == group]
    return [member["model"].removeprefix("openrouter/") for member in sorted(members, key=lambda m: int(m["order"]))]


def semantic_router(config: dict[str, Any], score: str | None) -> list[str]:
    """Metadata signals, then the matching decision of the highest priority; none: the default model."""
    value = score
    matched = set()
    for signal in config["routing"]["signals"]["metadata"]:
        assert signal["key"] == "min_coding_score"
        predicate = signal["predicate"]
        if value is not None and (predicate.get("exists") or value in predicate.get("in", [])):
            matched.add(signal["name"])
    fitting = [d for d in config["routing"]["decisions"] if _rule_matches(d["rules"], matched)]
    if not fitting:
        return []
    best = max(d["priority"] for d in fitting)
    (decision,) = [d for d in fitting if d["priority"] == best]
    names = {model["name"]: model["provider_model_id"] for model in config["providers"]["models"]}
    return [names[reference["model"]] for reference in decision["modelRefs"]]


def _rule_matches(rule: dict[str, Any], matched: set[str]) -> bool:
    if "operator" not in rule:
        return rule["name"] in matched
    inner = [_rule_matches(condition, matched) for condition in rule["conditions"]]
    return not any(inner) if rule["operator"] == "NOT" else all(inner)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_readers_of_numbers_decide_like_the_router(world: Any, read_yaml: Reader, world_file: FileOf) -> None:
    file = world_file(world)
    portkey_config = json.loads(TARGETS["portkey"].export(file).content)["config"]
    envoy_documents = read_yaml(TARGETS["envoy-ai-gateway"].export(file).text)
    for score in scores(file):
        expected = decided(file, score)
        text = None if score is None else spelled(score)
        assert portkey(portkey_config, text) == expected
        assert envoy(envoy_documents, text) == expected


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_readers_of_hundredths_decide_like_the_router(world: Any, read_yaml: Reader, world_file: FileOf) -> None:
    file = world_file(world)
    (litellm_config,) = read_yaml(TARGETS["litellm"].export(file).text)
    exported = TARGETS["vllm-semantic-router"].export(file)
    (router_config,) = read_yaml(exported.text)
    for score in [None, *HUNDREDTHS[::20], *HUNDREDTHS[24:26], *HUNDREDTHS[49:51]]:
        expected = decided(file, score)
        text = None if score is None else f"{score / 1e6:.2f}"
        assert litellm(litellm_config, text) == expected
        if not expected and router_config["providers"]["models"]:
            tier = file.tiers[file.tier_map().tier_of(score)].name
            assert f"# - Tier {tier} has no model and the map refuses its requests; here they get" in exported.text
        else:
            assert semantic_router(router_config, text) == expected


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds())
def test_presets_hold_what_the_router_tries(world: Any, world_file: FileOf) -> None:
    file = world_file(world)
    document = json.loads(TARGETS["openrouter"].export(file).content)
    for tier in document["tiers"]:
        low = round(tier["min_score_from"] * 1e6)
        if tier["request_to_pareto_router"] is None:
            continue  # an empty band: no min score asks for it
        (plugin,) = tier["request_to_pareto_router"]["plugins"]
        inside = round(plugin["min_coding_score"] * 1e6)
        assert file.tier_map().tier_of(inside) == file.tier_map().tier_of(low)
        expected = decided(file, low)[:3]
        assert (tier["preset"] or {"body": {"models": []}})["body"]["models"] == expected
    assert document["default_tier"] == file.default_tier


@pytest.mark.parametrize("spelling", ["0.5", "0.50", ".5", "0.500001", "0.5000000"])
def test_envoy_reads_every_spelling(spelling: str, documented: TierMapFile, read_yaml: Reader) -> None:
    documents = read_yaml(TARGETS["envoy-ai-gateway"].export(documented).text)
    assert envoy(documents, spelling) == decided(documented, 500_000)


@pytest.mark.parametrize("spelling", ["high", "", "1e-1", "-0.1", "1.1", "2", "0.5 "])
def test_envoy_gives_what_is_no_number_the_default_tier(
    spelling: str, documented: TierMapFile, read_yaml: Reader
) -> None:
    documents = read_yaml(TARGETS["envoy-ai-gateway"].export(documented).text)
    assert envoy(documents, spelling) == decided(documented, None)


@pytest.mark.parametrize(("spelling", "ppm"), [("0.5", 500_000), ("0", 0), ("0.0", 0), ("1.0", 10**6)])
def test_semantic_router_reads_common_spellings(
    spelling: str, ppm: int, documented: TierMapFile, read_yaml: Reader
) -> None:
    (config,) = read_yaml(TARGETS["vllm-semantic-router"].export(documented).text)
    assert semantic_router(config, spelling) == decided(documented, ppm)


@pytest.mark.parametrize("spelling", ["0.1234", "high", "2"])
def test_semantic_router_gives_other_words_the_highest_tier(
    spelling: str, documented: TierMapFile, read_yaml: Reader
) -> None:
    (config,) = read_yaml(TARGETS["vllm-semantic-router"].export(documented).text)
    assert semantic_router(config, spelling) == decided(documented, 1_000_000)


@pytest.mark.parametrize("score", [None, "0.00", "0.32", "0.33", "0.65", "0.66", "1.00"])
def test_the_documented_map_is_read_alike_by_all(score: str | None, documented: TierMapFile, read_yaml: Reader) -> None:
    expected = decided(documented, None if score is None else round(float(score) * 1e6))
    assert len(expected) == 3
    assert portkey(json.loads(TARGETS["portkey"].export(documented).content)["config"], score) == expected
    assert envoy(read_yaml(TARGETS["envoy-ai-gateway"].export(documented).text), score) == expected
    assert litellm(read_yaml(TARGETS["litellm"].export(documented).text)[0], score) == expected
    assert semantic_router(read_yaml(TARGETS["vllm-semantic-router"].export(documented).text)[0], score) == expected
