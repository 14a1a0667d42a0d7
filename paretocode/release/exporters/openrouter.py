"""How does a team get its tiers at OpenRouter, which takes no tier map? A preset and a request body per tier.

A preset is made by sending its body to ``POST /api/v1/presets/{slug}/chat/completions`` and used as the model
``@preset/{slug}``; the same fields work in a request. Beside them stands the body that asks OpenRouter's own Pareto
router, with a min score inside the tier's band: there OpenRouter's models and cuts apply, not the map's.

Sources: OpenRouter documentation, "Presets", "Create a preset from a chat-completions request body", "Model
fallbacks" (`models`; more than three are answered with 400), "Provider routing" (`provider.sort`), "Pareto Router"
(`plugins`, `min_coding_score`, cuts at 0.33 and 0.66), read on 2026-11-26.
"""

from __future__ import annotations

import hashlib
import json
import re

from paretocode.release.exporters.chains import TierChain, tier_chains
from paretocode.release.exporters.efforts import reasoning_field, unknown_efforts
from paretocode.release.exporters.exported import ExportedText, origin, refuse_unsafe_text
from paretocode.release.exporters.losses import policy_losses
from paretocode.release.exporters.min_scores import safely_inside
from paretocode.tiermap.file import TierMapFile

__all__ = ["OPENROUTER_EDGES_PPM", "openrouter_presets", "openrouter_tier"]

OPENROUTER_EDGES_PPM = (330_000, 660_000)
"""The documented cuts of OpenRouter's Pareto router."""

_MOST_MODELS = 3


def openrouter_presets(file: TierMapFile) -> ExportedText:
    """Return presets and request bodies of a map, as one JSON document.

    Raises
    ------
    InputError
        A text that no export may carry.
    """
    refuse_unsafe_text(file)
    chains = tier_chains(file)
    losses = (
        "OpenRouter takes no tier map: the caller, not OpenRouter, turns a min score into a tier's preset.",
        *(_own_cuts(file)),
        *_lists(file, chains),
        *policy_losses(file, chains, keeps_refusal=True),
        *unknown_efforts(model for chain in chains for model in chain.models),
    )
    document = {
        "paretocode": {**origin(file), "cannot_express": list(losses)},
        "default_tier": file.default_tier,
        "tiers": [_tier(file, chain) for chain in reversed(chains)],
    }
    content = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return ExportedText(content=content.encode(), suffix=".json", cannot_express=losses)


def openrouter_tier(min_score_ppm: int) -> str:
    """Return the tier that OpenRouter's Pareto router gives a min score.

    Examples
    --------
    >>> openrouter_tier(659_999), openrouter_tier(660_000)
    ('medium', 'high')
    """
    return ("low", "medium", "high")[sum(edge <= min_score_ppm for edge in OPENROUTER_EDGES_PPM)]


def _own_cuts(file: TierMapFile) -> tuple[str, ...]:
    cuts = " and ".join(f"{edge / 1e6:g}" for edge in OPENROUTER_EDGES_PPM)
    if tuple(file.request_edges_ppm) == OPENROUTER_EDGES_PPM:
        return ("The bodies with the plugin pareto-router pick from OpenRouter's own models, not the map's.",)
    return (
        f"The bodies with the plugin pareto-router pick from OpenRouter's own models by its own cuts ({cuts}), "
        "not the map's.",
    )


def _lists(file: TierMapFile, chains: tuple[TierChain, ...]) -> list[str]:
    sentences = []
    if any(len(chain.models) > _MOST_MODELS for chain in chains):
        sentences.append(f"Only {_MOST_MODELS} models a request are allowed, so later fallbacks are left out.")
    if any(len({model.effort for model in chain.models[:_MOST_MODELS]}) > 1 for chain in chains):
        sentences.append("A request has one reasoning effort for all its models: the first model's.")
    return sentences


def _tier(file: TierMapFile, chain: TierChain) -> dict[str, object]:
    inside = safely_inside(chain.low_ppm, chain.high_ppm)
    body = _body(file, chain)
    return {
        "tier": chain.name,
        "min_score_from": chain.low_ppm / 1e6,
        "min_score_below": chain.high_ppm / 1e6 if chain.high_ppm <= 1_000_000 else None,
        "preset": None if body is None else {"slug": _slug(chain.name), "body": body},
        "request": None if body is None else {**body, "messages": []},
        "request_by_preset": None if body is None else {"model": f"@preset/{_slug(chain.name)}", "messages": []},
        "request_to_pareto_router": None if inside is None else _pareto(inside),
        "openrouter_tier": None if inside is None else openrouter_tier(inside),
    }


def _body(file: TierMapFile, chain: TierChain) -> dict[str, object] | None:
    models = chain.models[:_MOST_MODELS]
    if not models:
        return None
    reasoning = reasoning_field(models[0].effort)
    return {
        "models": [model.model_id for model in models],
        "provider": {"sort": file.policy.ranking},
        **({"reasoning": reasoning} if reasoning else {}),
    }


def _pareto(inside_ppm: int) -> dict[str, object]:
    return {
        "model": "openrouter/pareto-code",
        "plugins": [{"id": "pareto-router", "min_coding_score": inside_ppm / 1e6}],
        "messages": [],
    }


def _slug(tier: str) -> str:
    """Return a preset's name: the tier's where it is plain, else one that is its own by a digest."""
    readable = re.sub(r"[^a-z0-9]+", "-", tier.lower()).strip("-")[:40].strip("-")
    if readable == tier:
        return f"paretocode-{tier}"
    return f"paretocode-{readable or 'tier'}-{hashlib.sha256(tier.encode()).hexdigest()[:8]}"
