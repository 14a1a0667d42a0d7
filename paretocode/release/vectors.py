"""Does a router read the map as we do? Conformance cases: inputs, and the tier, primary and fallbacks they must give.

Every case is stateless (a session's first request). Cases stand at every request edge and one part per million either
side of it, at both ends of the axis, at an omitted min score, and for every tier at each candidate's context limit, at
each long-context price step and one token beyond either, and once with a long completion.
"""

from __future__ import annotations

from typing import Any

from paretocode.catalogue.catalogue import Catalogue
from paretocode.stream.stream import RequestRow
from paretocode.tiermap import TierMap, route
from paretocode.tiermap.file import TierMapFile, sha256_of

__all__ = ["VECTORS_FORMAT", "conformance_vectors", "failing_vectors"]

VECTORS_FORMAT = "paretocode-vectors-1"
_PLAIN_PROMPT, _PLAIN_COMPLETION, _LONG_COMPLETION = 1000, 100, 20_000


def conformance_vectors(file: TierMapFile, content: bytes) -> dict[str, Any]:
    """Return the vectors document of a tier map file whose bytes are `content`."""
    tier_map, catalogue = file.tier_map(), file.catalogue()
    cases = [_case(tier_map, catalogue, *values) for values in _inputs(file)]
    return {"format": VECTORS_FORMAT, "tier_map_sha256": sha256_of(content), "cases": cases}


def failing_vectors(file: TierMapFile, document: dict[str, Any]) -> list[int]:
    """Return the positions of cases whose expectation is not what the map gives."""
    tier_map, catalogue = file.tier_map(), file.catalogue()
    return [
        position
        for position, case in enumerate(document["cases"])
        if case != _case(tier_map, catalogue, *(case.get(name) for name in _INPUT_NAMES))
    ]


_INPUT_NAMES = ("min_score_ppm", "prompt_tokens", "completion_tokens")


def _inputs(file: TierMapFile) -> list[tuple[int | None, int, int]]:
    edges = file.request_edges_ppm
    scores = {0, 1_000_000, *(edge + d for edge in edges for d in (-1, 0, 1) if 0 <= edge + d <= 1_000_000)}
    plain: list[tuple[int | None, int, int]] = [(None, _PLAIN_PROMPT, _PLAIN_COMPLETION)]
    plain += [(score, _PLAIN_PROMPT, _PLAIN_COMPLETION) for score in sorted(scores)]
    candidates = [candidate for tier in file.tiers for candidate in tier.candidates]
    limits = sorted({c.context_tokens for c in candidates if c.context_tokens})
    steps = sorted({step.min_prompt_tokens for c in candidates for step in c.price_steps})
    for tier_score in sorted({0, *edges}):
        for limit in limits:
            plain += [(tier_score, need - 1, 1) for need in (limit, limit + 1)]
        for step in steps:
            plain += [(tier_score, prompt, _PLAIN_COMPLETION) for prompt in (step, step + 1)]
        plain.append((tier_score, 1, _LONG_COMPLETION))
    return plain


def _case(
    tier_map: TierMap, catalogue: Catalogue, min_score_ppm: int | None, prompt_tokens: int, completion_tokens: int
) -> dict[str, Any]:
    request = RequestRow(
        session=0,
        time_us=0,
        min_score_ppm=min_score_ppm,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        prefix_tokens=0,
    )
    decision = route(request, tier_map, catalogue)
    return {
        "min_score_ppm": min_score_ppm,
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "tier": None if decision.tier_served is None else tier_map.tiers[decision.tier_served].name,
        "primary": None if decision.primary is None else catalogue.keys[decision.primary],
        "fallbacks": [catalogue.keys[row] for row in decision.fallbacks],
    }
