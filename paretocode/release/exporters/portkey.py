"""What would a Portkey gateway load? A conditional config: one condition and one target per tier, fallbacks inside it.

A caller states its min score as metadata, ``x-portkey-metadata: {"min_coding_score": "0.65"}``; the gateway compares
it as a number. A request without one meets no condition and takes the default target. JSON has no comments and
Portkey no field for them, so the output wraps the config: what goes to Portkey stands under ``config``. A tier that
the map refuses has a target without models, which the gateway answers with an error 500.

Sources: Portkey documentation, "Conditional Routing", "Fallbacks" and "Configs"; Portkey-AI/gateway,
`src/services/conditionalRouter.ts` (conditions are tried in order; `$gte` parses both sides as numbers), read on
2026-11-26; output tried with the gateway of npm package @portkey-ai/gateway 1.15.2.
"""

from __future__ import annotations

import json

from paretocode.release.exporters.chains import TierChain, tier_chains
from paretocode.release.exporters.efforts import effort_level, unknown_efforts
from paretocode.release.exporters.exported import ExportedText, origin, refuse_unsafe_text
from paretocode.release.exporters.losses import policy_losses
from paretocode.tiermap.file import TierMapFile
from paretocode.tiermap.file_schema import CandidateEntry

__all__ = ["portkey_config"]

_ON_STATUS_CODES = [408, 429, 500, 502, 503, 504, 529]
"""The transient errors and rate limits after which the next model is tried."""


def portkey_config(file: TierMapFile) -> ExportedText:
    """Return the conditional config of a map.

    Raises
    ------
    InputError
        A text that no export may carry.
    """
    refuse_unsafe_text(file)
    chains = tier_chains(file)
    losses = (
        *policy_losses(file, chains, keeps_refusal=True),
        *unknown_efforts((model for chain in chains for model in chain.models), levels_only=True),
    )
    document = {
        "paretocode": {**origin(file), "cannot_express": list(losses), "give_to_portkey": "the value of config"},
        "config": _config(file, chains),
    }
    content = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return ExportedText(content=content.encode(), suffix=".json", cannot_express=losses)


def _config(file: TierMapFile, chains: tuple[TierChain, ...]) -> dict[str, object]:
    return {
        "strategy": {
            "mode": "conditional",
            "conditions": [
                {"query": {"metadata.min_coding_score": {"$gte": chain.low_ppm / 1e6}}, "then": _name(chain.name)}
                for chain in reversed(chains)
                if chain.is_reachable
            ],
            "default": _name(file.default_tier),
        },
        "targets": [
            {
                "name": _name(chain.name),
                "strategy": {"mode": "fallback", "on_status_codes": _ON_STATUS_CODES},
                "targets": [_target(model) for model in chain.models],
            }
            for chain in chains
        ],
    }


def _name(tier: str) -> str:
    return f"tier/{tier}"


def _target(model: CandidateEntry) -> dict[str, object]:
    parameters = {"model": model.model_id}
    level = effort_level(model.effort)
    if level is not None:
        parameters["reasoning_effort"] = level
    return {"provider": "@openrouter", "override_params": parameters}
