"""Does a reader keep the rules that a schema cannot say? Small maps, each whole or with just one rule broken.

The cases are published as ``docs/tier_map_rules.json`` for whoever writes a reader: a case names its rule, holds a map,
and says whether a reader must take it. Every broken map keeps the JSON schema.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from paretocode.tiermap.file_schema import FORMAT, FORMAT_VERSION

__all__ = ["RULE_VECTORS_FORMAT", "rule_vectors"]

RULE_VECTORS_FORMAT = "paretocode-rule-vectors-1"
_Map = dict[str, Any]
_Change = Callable[[_Map], object]
_NO_PRICES = {f"{name}_micro_usd_per_mtok": None for name in ("prompt", "completion", "cache_read", "cache_write")}


def rule_vectors() -> dict[str, Any]:
    """Return the document: its format, and cases with ``rule``, ``is_valid`` and ``map``."""
    cases = []
    for rule, is_valid, change in (*_kept(), *_broken()):
        document = copy.deepcopy(_BASE)
        change(document)
        cases.append({"rule": rule, "is_valid": is_valid, "map": document})
    return {"format": RULE_VECTORS_FORMAT, "cases": cases}


def _model(name: str, score_milli: int, usd: int) -> _Map:
    prices = {"prompt_micro_usd_per_mtok": usd, "completion_micro_usd_per_mtok": 2 * usd}
    return {
        "model_id": name,
        "effort": "",
        "score_milli": score_milli,
        **_NO_PRICES,
        **prices,
        "throughput_milli_tps_p50": None,
        "context_tokens": 1000,
        "is_free": False,
        "price_steps": [],
    }


_BASE: _Map = {
    "format": FORMAT,
    "format_version": FORMAT_VERSION,
    "name": "rules",
    "serial": 1,
    "supersedes": None,
    "valid_from": None,
    "valid_until": None,
    "drift_limits": None,
    "score_definition": "example",
    "catalogue_digest": "0" * 64,
    "catalogue_as_of": "",
    "attribution": "",
    "edge_rule": "edge_belongs_above",
    "request_edges_ppm": [300_000, 600_000],
    "score_edges_milli": [40_000, 50_000],
    "default_tier": "high",
    "tiers": [
        {"name": "low", "floor_milli": None, "candidates": [_model("a", 30_000, 100)]},
        {"name": "medium", "floor_milli": 40_000, "candidates": [_model("b", 45_000, 200)]},
        {"name": "high", "floor_milli": 50_000, "candidates": [_model("c", 55_000, 300)]},
    ],
    "policy": {
        "ranking": "price",
        "price_metric": "prompt",
        "eligibility": "tier",
        "empty_tier": "up",
        "n_fallbacks": 2,
        "stickiness": "none",
        "sticky_ttl_s": 0,
        "hysteresis_ppm": 0,
        "downgrades": "allowed",
    },
}


def _first(document: _Map) -> _Map:
    model: _Map = document["tiers"][0]["candidates"][0]
    return model


def _listed(document: _Map) -> None:
    """Take the score edges away: the line-up is listed, its cuts are not known."""
    document["score_edges_milli"] = None
    for tier in document["tiers"]:
        tier["floor_milli"] = None


def _listed_by_floor(document: _Map) -> None:
    _listed(document)
    document["policy"]["eligibility"] = "floor"


def _floors(*edges: int) -> _Change:
    def change(document: _Map) -> None:
        document["score_edges_milli"] = list(edges)
        for tier, floor in zip(document["tiers"], (None, *edges), strict=False):
            tier["floor_milli"] = floor

    return change


def _limits(*served_ppm: int) -> _Change:
    return lambda document: document.update(
        drift_limits={"served_ppm": list(served_ppm), "most_moved_ppm": 100_000, "least_requests": 1}
    )


def _steps(*at: int, **prices: int) -> _Change:
    steps = [{"min_prompt_tokens": tokens, **_NO_PRICES, **prices} for tokens in at]
    return lambda document: _first(document).update(price_steps=steps)


def _kept() -> Iterator[tuple[str, bool, _Change]]:
    yield "nothing is broken", True, lambda d: None
    yield "score edges may be unknown", True, _listed
    yield "an edge may stand at 1000000", True, lambda d: d.update(request_edges_ppm=[300_000, 1_000_000])
    yield (
        "the lowest tier may be reached by omission alone",
        True,
        lambda d: d.update(request_edges_ppm=[0, 600_000], default_tier="low"),
    )
    yield "a tier may have no candidates", True, lambda d: d["tiers"][1].update(candidates=[])
    yield "scores may be unknown", True, lambda d: _first(d).update(score_milli=None)
    yield "what is free may cost 0", True, lambda d: _first(d).update(is_free=True, prompt_micro_usd_per_mtok=0)
    yield "price steps may differ in length", True, _steps(5, 6)
    yield "a map may be valid on one day", True, lambda d: d.update(valid_from="2028-02-29", valid_until="2028-02-29")
    yield "drift limits may be stated", True, _limits(0, 250_000, 750_000)
    yield "one tier needs no edges", True, _one_tier


def _one_tier(document: _Map) -> None:
    document.update(request_edges_ppm=[], score_edges_milli=[], tiers=document["tiers"][:1], default_tier="low")


def _broken() -> Iterator[tuple[str, bool, _Change]]:
    cases: tuple[tuple[str, _Change], ...] = (
        ("request edges strictly increase", lambda d: d.update(request_edges_ppm=[600_000, 300_000])),
        ("request edges strictly increase", lambda d: d.update(request_edges_ppm=[300_000, 300_000])),
        ("request edges are one fewer than tiers", lambda d: d.update(request_edges_ppm=[300_000])),
        ("request edges are one fewer than tiers", lambda d: d.update(request_edges_ppm=[1, 2, 3])),
        ("score edges strictly increase", _floors(50_000, 40_000)),
        ("score edges strictly increase", _floors(40_000, 40_000)),
        ("score edges are one fewer than tiers", _floors(40_000)),
        ("floors repeat the score edges", lambda d: d["tiers"][1].update(floor_milli=39_999)),
        ("floors repeat the score edges", lambda d: d["tiers"][0].update(floor_milli=0)),
        ("floors repeat the score edges", lambda d: d.update(score_edges_milli=None)),
        ("names of tiers are unique", lambda d: d["tiers"][1].update(name="low")),
        ("the default tier exists", lambda d: d.update(default_tier="highest")),
        ("every tier can be asked for", lambda d: d.update(request_edges_ppm=[0, 600_000])),
        ("eligibility by floor needs score edges", _listed_by_floor),
        ("a model stands once", lambda d: d["tiers"][1]["candidates"].append(_first(d))),
        ("a model stands once", lambda d: d["tiers"][0]["candidates"].append(_first(d))),
        ("price steps differ in length", _steps(5, 5)),
        ("only what is free costs 0", lambda d: _first(d).update(prompt_micro_usd_per_mtok=0)),
        ("only what is free costs 0", lambda d: _first(d).update(completion_micro_usd_per_mtok=0)),
        ("only what is free costs 0", _steps(5, prompt_micro_usd_per_mtok=0)),
        ("days are of the calendar", lambda d: d.update(valid_from="2027-02-29")),
        ("days are of the calendar", lambda d: d.update(valid_until="2027-13-01")),
        ("days are in order", lambda d: d.update(valid_from="2027-03-02", valid_until="2027-03-01")),
        ("drift limits have a share for each tier", _limits(500_000, 500_000)),
        ("drift limits add up", _limits(250_000, 250_000, 499_999)),
    )
    for rule, change in cases:
        yield rule, False, change
