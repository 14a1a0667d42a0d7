"""Does a router read the map as we do? Conformance cases: inputs, and the tier, primary and fallbacks they must give.

Every case is stateless (a session's first request). Cases stand

- at every request edge and one part per million either side of it, at both ends of the axis and beyond them (such a
  request is malformed and must be refused), and at an omitted min score;
- for every tier at each candidate's context limit, at each long-context price step and one token beyond either, beyond
  every context, and once with a long completion;
- for every tier with its primary unavailable, with its primary and fallbacks unavailable, with all its models
  unavailable (the tier is empty), with everything unavailable, and with a model unavailable that the map does not have.

Format 2 added `unavailable` and `is_malformed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import SealError
from paretocode.stream.stream import RequestRow
from paretocode.tiermap import TierMap, route
from paretocode.tiermap.file import TierMapFile, sha256_of

__all__ = ["VECTORS_FORMAT", "conformance_vectors", "failing_vectors"]

VECTORS_FORMAT = "paretocode-vectors-2"
STRANGER = "nobody/no-such-model"
_PPM = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inputs:
    """What a case asks: null min score is omitted, `unavailable` are the keys of models that do not answer now."""

    min_score_ppm: int | None
    prompt_tokens: int = 1000
    completion_tokens: int = 100
    unavailable: tuple[str, ...] = ()


def conformance_vectors(file: TierMapFile, content: bytes) -> dict[str, Any]:
    """Return the vectors document of a tier map file whose bytes are `content`."""
    tier_map, catalogue = file.tier_map(), file.catalogue()
    cases: dict[_Inputs, dict[str, Any]] = {}
    for inputs in (*_at_edges(file), *_at_sizes(file), *_without_models(file, tier_map, catalogue)):
        if inputs not in cases:
            cases[inputs] = _case(tier_map, catalogue, inputs)
    return {"format": VECTORS_FORMAT, "tier_map_sha256": sha256_of(content), "cases": list(cases.values())}


def failing_vectors(file: TierMapFile, document: dict[str, Any]) -> list[int]:
    """Return the positions of cases whose expectation is not what the map gives.

    Raises
    ------
    SealError
        A document of another format.
    """
    if document.get("format") != VECTORS_FORMAT:
        raise SealError(
            f"the vectors have format {document.get('format')!r}", way_out=f"export the map again for {VECTORS_FORMAT}"
        )
    tier_map, catalogue = file.tier_map(), file.catalogue()
    return [
        position
        for position, case in enumerate(document["cases"])
        if case != _case(tier_map, catalogue, _inputs_of(case))
    ]


def _inputs_of(case: dict[str, Any]) -> _Inputs:
    return _Inputs(
        min_score_ppm=case["min_score_ppm"],
        prompt_tokens=case["prompt_tokens"],
        completion_tokens=case["completion_tokens"],
        unavailable=tuple(case["unavailable"]),
    )


def _at_edges(file: TierMapFile) -> Iterator[_Inputs]:
    """Yield an omitted min score, then every edge with its neighbours and both ends, then what lies beyond them."""
    around = {edge + step for edge in file.request_edges_ppm for step in (-1, 0, 1)}
    inside = {0, _PPM, *(score for score in around if 0 <= score <= _PPM)}
    yield from (_Inputs(min_score_ppm=score) for score in (None, *sorted(inside), -1, _PPM + 1))


def _at_sizes(file: TierMapFile) -> Iterator[_Inputs]:
    """Yield, for every tier, requests at and above each context limit and price step."""
    candidates = [candidate for tier in file.tiers for candidate in tier.candidates]
    limits = sorted({c.context_tokens for c in candidates if c.context_tokens})
    steps = sorted({step.min_prompt_tokens for c in candidates for step in c.price_steps})
    for score in _one_per_tier(file):
        for need in (need for limit in limits for need in (limit, limit + 1)):
            yield _Inputs(min_score_ppm=score, prompt_tokens=need - 1, completion_tokens=1)
        for prompt in (prompt for step in steps for prompt in (step, step + 1)):
            yield _Inputs(min_score_ppm=score, prompt_tokens=prompt)
        yield _Inputs(min_score_ppm=score, prompt_tokens=1, completion_tokens=20_000)


def _without_models(file: TierMapFile, tier_map: TierMap, catalogue: Catalogue) -> Iterator[_Inputs]:
    """Yield, for every tier, requests while its best, its best few, all its models, or all models are unavailable."""
    for score in _one_per_tier(file):
        case = _case(tier_map, catalogue, _Inputs(min_score_ppm=score))
        best = [case["primary"], *case["fallbacks"]] if case["primary"] else []
        own = file.tiers[tier_map.tier_of(score)].candidates
        for keys in (best[:1], best, [c.key for c in own], list(catalogue.keys), [STRANGER]):
            yield _Inputs(min_score_ppm=score, unavailable=tuple(sorted(keys)))


def _one_per_tier(file: TierMapFile) -> list[int]:
    return sorted({0, *file.request_edges_ppm})


def _case(tier_map: TierMap, catalogue: Catalogue, inputs: _Inputs) -> dict[str, Any]:
    """Return the inputs and what the readable router makes of them; a malformed request gets nothing."""
    asked = {**asdict(inputs), "unavailable": list(inputs.unavailable)}
    if inputs.min_score_ppm is not None and not 0 <= inputs.min_score_ppm <= _PPM:
        return {**asked, "is_malformed": True, "tier": None, "primary": None, "fallbacks": []}
    available = catalogue.select([row for row, key in enumerate(catalogue.keys) if key not in inputs.unavailable])
    request = RequestRow(
        session=0,
        time_us=0,
        min_score_ppm=inputs.min_score_ppm,
        prompt_tokens=inputs.prompt_tokens,
        completion_tokens=inputs.completion_tokens,
        prefix_tokens=0,
    )
    decision = route(request, tier_map, available)
    return {
        **asked,
        "is_malformed": False,
        "tier": None if decision.tier_served is None else tier_map.tiers[decision.tier_served].name,
        "primary": None if decision.primary is None else available.keys[decision.primary],
        "fallbacks": [available.keys[row] for row in decision.fallbacks],
    }
