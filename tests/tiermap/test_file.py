"""Tier map format 1: canonical bytes, described by its schema, refused in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from paretocode.catalogue import Catalogue, PercentileScale, load_bundled
from paretocode.errors import InputError
from paretocode.stream.stream import RequestRow
from paretocode.tiermap import TierMap, documented_pareto_code, map_from_edges, route
from paretocode.tiermap.file import canonical_bytes, parse_tier_map, read_tier_map, schema_bytes, tier_map_file
from strategies import worlds

CATALOGUE = load_bundled()


def quantile_like() -> TierMap:
    scale = PercentileScale(field=tuple(CATALOGUE.coding_score))
    return map_from_edges(CATALOGUE, score_edges=[42.2, 48.0], scale=scale)


@pytest.mark.parametrize("tier_map", [documented_pareto_code(CATALOGUE), quantile_like()], ids=lambda m: m.name)
def test_round_trip_is_exact(tier_map: TierMap) -> None:
    content = canonical_bytes(tier_map_file(tier_map, CATALOGUE))
    file = parse_tier_map(content, where="here")
    assert file.tier_map() == tier_map
    assert canonical_bytes(file) == content


def test_bytes_are_those_of_rfc_8785() -> None:
    content = canonical_bytes(tier_map_file(documented_pareto_code(CATALOGUE), CATALOGUE))
    assert content == rfc8785.dumps(json.loads(content)) + b"\n"
    assert b"." not in b"".join(part for part in content.split(b'"')[::2]), "no float outside strings"


def test_the_published_schema_describes_it() -> None:
    schema = json.loads(schema_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    plain = json.loads(canonical_bytes(tier_map_file(documented_pareto_code(CATALOGUE), CATALOGUE)))
    validator.validate(plain)
    assert not validator.is_valid({**plain, "surprise": 1})
    assert not validator.is_valid({**plain, "request_edges_ppm": [0.33]})


@given(world=worlds(), score=st.sampled_from([None, 0, 250_000, 500_000, 1_000_000]), prompt=st.integers(0, 220))
def test_a_map_routes_alike_from_its_file(world: tuple[TierMap, Catalogue], score: int | None, prompt: int) -> None:
    tier_map, catalogue = world
    keys = set(catalogue.keys)
    if any(key not in keys for key in tier_map.models):
        with pytest.raises(InputError, match="is not in the catalogue"):
            tier_map_file(tier_map, catalogue)
        return
    if tier_map.request_edges_ppm[:1] == (0,) and tier_map.default_tier != tier_map.tiers[0].name:
        with pytest.raises(InputError, match="no request can ask for tier"):
            tier_map_file(tier_map, catalogue)
        return
    file = parse_tier_map(canonical_bytes(tier_map_file(tier_map, catalogue)), where="here")
    request = RequestRow(0, 0, score, prompt, 1, 0)
    here, there = route(request, tier_map, catalogue), route(request, file.tier_map(), file.catalogue())
    read = file.catalogue()
    assert here.tier_served == there.tier_served
    assert [catalogue.keys[row] for row in here.fallbacks] == [read.keys[row] for row in there.fallbacks]
    assert (here.primary is None) == (there.primary is None)
    if here.primary is not None and there.primary is not None:
        assert catalogue.keys[here.primary] == read.keys[there.primary]


def plain_map() -> dict[str, object]:
    plain: dict[str, object] = json.loads(canonical_bytes(tier_map_file(quantile_like(), CATALOGUE)))
    return plain


REFUSALS = [
    (b"", "map.json: it is empty; export the map again."),
    (b'{"format": "paretocode-tier-', "map.json: it is not JSON ("),
    (b"[]", 'map.json: it is no tier map; expect "format": "paretocode-tier-map".'),
    ({"format_version": 2}, "map.json: its format version is 2; this release reads version 1; "),
    ({"surprise": 1}, "map.json, key surprise: there is no such key; did you mean supersedes."),
    ({"request_edges_ppm": [660_000, 330_000]}, "map.json: request_edges_ppm has 660000 before 330000; "),
    ({"request_edges_ppm": [330_000]}, "map.json: 3 tiers have 1 edges; "),
    (
        {"request_edges_ppm": [330_000, 1_000_001]},
        "map.json, key request_edges_ppm.1: input should be less than or equal",
    ),
    ({"request_edges_ppm": [0.33, 0.66]}, "map.json, key request_edges_ppm.0: input should be a valid integer"),
    ({"default_tier": "top"}, "map.json: default tier 'top' and tiers"),
    ({"score_edges_milli": [42_200, 49_000]}, "map.json: floor_milli of the tiers does not repeat score_edges_milli; "),
    (
        {"valid_from": "2026-07-01", "valid_until": "2026-06-01"},
        "map.json: valid_until 2026-06-01 is before valid_from",
    ),
    (b'{"format": "paretocode-tier-map", "format": "x"}', "map.json: it is not JSON (key 'format' stands twice)"),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSALS)
def test_refusals(change: bytes | dict[str, object], sentence: str) -> None:
    content = change if isinstance(change, bytes) else json.dumps({**plain_map(), **change}).encode()
    with pytest.raises(InputError) as refusal:
        parse_tier_map(content, where="map.json")
    assert str(refusal.value).startswith(sentence)
    assert str(refusal.value).endswith(".")


def test_a_missing_and_a_gigantic_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"it cannot be read \(No such file or directory\); check the path"):
        read_tier_map(tmp_path / "none.json")
    big = tmp_path / "big.json"
    with big.open("wb") as file:
        file.truncate(17 * 2**20)
    with pytest.raises(InputError, match="it has 17,825,792 bytes; give a tier map, which has a few kB"):
        read_tier_map(big)
