"""What do the report's tests look at? A small replayed experiment on the bundled 13 models, as the runner writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np

from paretocode.catalogue import bundled_scale, load_bundled
from paretocode.sim.luck import draw_luck
from paretocode.sim.metrics import measure
from paretocode.sim.replaying import replay
from paretocode.stream.demand import DEFAULT_DEMAND, apply_demand
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap.build import documented_pareto_code, map_from_edges
from paretocode.tiermap.diff import diff_tier_maps
from paretocode.tiermap.lint import lint_tier_map
from paretocode.tiermap.tier_map import TierMap


@cache
def sample_stream() -> RequestStream:
    """Return 4,000 requests of 400 sessions with the assumed demand."""
    rng = np.random.default_rng(5)
    session = np.repeat(np.arange(400), 10)
    prompt = rng.integers(2_000, 60_000, len(session))
    bare = request_stream(
        session=session,
        time_s=rng.exponential(60, len(session)).cumsum(),
        prompt_tokens=prompt,
        prefix_tokens=prompt // 2,
        completion_tokens=rng.integers(50, 3_000, len(session)),
        name="sample",
    )
    return apply_demand(bare, DEFAULT_DEMAND, rng=6)


@cache
def sample_maps() -> dict[str, TierMap]:
    """Return the documented map and two candidates."""
    catalogue = load_bundled()
    return {
        "documented": documented_pareto_code(catalogue),
        "natural": map_from_edges(catalogue, score_edges=[42.0, 49.0], request_edges=[0.33, 0.64], name="natural"),
        "coupled": map_from_edges(catalogue, score_edges=[41.0, 47.3, 53.0], scale=bundled_scale(), name="coupled"),
    }


def sample_document() -> dict[str, Any]:
    """Return a fresh metrics document of the sample."""
    catalogue, stream, maps = load_bundled(), sample_stream(), sample_maps()
    return {
        "format": "paretocode-metrics-1",
        "experiment": "quickstart",
        "question": "What would natural score bands have cost and moved, against the documented cuts?",
        "scale": "full",
        "catalogue": {
            "source": "bundled pareto_code_2026-05-29",
            "as_of": catalogue.as_of,
            "score_definition": catalogue.score_definition,
            "models": len(catalogue),
            "digest": catalogue.digest,
            "attribution": catalogue.attribution,
            "notes": list(catalogue.notes),
        },
        "stream": {
            "name": stream.name,
            "requests": len(stream),
            "sessions": stream.n_sessions,
            "digest": stream.digest,
            "notes": list(stream.notes),
            "description": {"kind": "preset", "seed": 5},
        },
        "demand": {
            "atoms": [list(atom) for atom in DEFAULT_DEMAND.atoms],
            "omitted_share": DEFAULT_DEMAND.omitted_share,
            "smooth_share": DEFAULT_DEMAND.smooth_share,
            "switch_rate": DEFAULT_DEMAND.switch_rate,
            "origin": "assumed",
        },
        "score_scale": "table of 13 points",
        "cache": {"ttl_s": 300, "min_tokens": 1024},
        "seeds": {"stream": 5, "demand": 6, "luck": 7},
        "incumbent": "documented",
        "proposed": "natural",
        "maps": _map_documents(),
        "diffs": {
            name: diff_tier_maps(maps["documented"], tier_map, stream=stream).to_dict()
            for name, tier_map in maps.items()
            if name != "documented"
        },
        "not_known": [
            "The shares of the demand are assumed; no public log carries min scores.",
            "Answer quality is the benchmark's score of the served model, not the quality of any answer.",
        ],
    }


@cache
def _metrics() -> dict[str, dict[str, Any]]:
    stream = sample_stream()
    luck = draw_luck(stream, rng=7)
    return {
        name: measure(replay(stream, tier_map, load_bundled(), luck=luck), scale=bundled_scale()).to_dict()
        for name, tier_map in sample_maps().items()
    }


def _map_documents() -> Mapping[str, dict[str, Any]]:
    return {
        name: {
            "metrics": dict(_metrics()[name]),
            "change": None if name == "documented" else {},
            "request_edges": list(tier_map.request_edges),
            "score_edges": None if tier_map.score_edges is None else list(tier_map.score_edges),
            "default_tier": tier_map.default_tier,
            "tiers": [{"name": tier.name, "models": list(tier.models)} for tier in tier_map.tiers],
            "policy": asdict(tier_map.policy),
            "tier_map_sha256": "0" * 64,
            "findings": [asdict(f) for f in lint_tier_map(tier_map, load_bundled(), demand=DEFAULT_DEMAND)],
        }
        for name, tier_map in sample_maps().items()
    }
