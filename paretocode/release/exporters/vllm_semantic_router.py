"""What would a vLLM Semantic Router load? A signal and a decision per tier, and the edges as threshold bands.

A caller states its min score as request metadata, which the router compares as text: a tier's signal lists the
two-decimal numbers of its band. Metadata is no input of the router's own scores, so the bands of the map cannot cut
it as a number; they are given as a mapping, commented out, for teams that let the router score requests by itself.

Sources: vllm-project/semantic-router, `config/config.yaml` (canonical format v0.3), `website/docs/tutorials/signal/
heuristic/metadata.md`, `projection/mappings.md`, `projection/scores.md`, `pkg/config/validator_projection.go`, read
on 2026-11-26; output checked with ``vllm-sr config validate`` of vllm-sr 0.4.0.
"""

from __future__ import annotations

from collections.abc import Mapping

from paretocode.release.exporters.chains import TierChain, tier_chains
from paretocode.release.exporters.efforts import effort_level, unknown_efforts
from paretocode.release.exporters.exported import ExportedText, header_lines, refuse_unsafe_text
from paretocode.release.exporters.losses import policy_losses
from paretocode.release.exporters.min_scores import hundredths, spellings
from paretocode.release.exporters.yaml_text import comment, yaml_text
from paretocode.tiermap.file import TierMapFile
from paretocode.tiermap.file_schema import CandidateEntry

__all__ = ["METADATA_KEY", "vllm_semantic_router_config"]

METADATA_KEY = "min_coding_score"
"""The metadata key in which a caller states its min score, as text."""

_STATED = "min-score-stated"


def vllm_semantic_router_config(file: TierMapFile) -> ExportedText:
    """Return the router config of a map.

    Raises
    ------
    InputError
        A text that no export may carry.
    """
    refuse_unsafe_text(file)
    chains = tier_chains(file)
    losses = (
        f"A min score is read as text of two decimals in the metadata key {METADATA_KEY}; "
        "any other text goes to the highest tier, which is never below what was asked.",
        "Only the first model of a tier is tried; the decision lists the others, and a failure does not reach them.",
        *_refused(chains),
        *policy_losses(file, chains, has_fallbacks=False, keeps_refusal=True),
        *unknown_efforts(model for chain in chains for model in chain.models),
    )
    header = [*header_lines(file, "vLLM Semantic Router", losses), "", *_bands(chains)]
    content = comment(header) + yaml_text(_document(file, chains))
    return ExportedText(content=content.encode(), suffix=".yaml", cannot_express=losses)


def _refused(chains: tuple[TierChain, ...]) -> list[str]:
    """Return the sentences about tiers that the map refuses: this router always has a model to send a request to."""
    return [
        f"Tier {chain.name} has no model and the map refuses its requests; here they get the highest tier that has one."
        for chain in chains
        if chain.served_by is None and any(other.models for other in chains)
    ]


def _bands(chains: tuple[TierChain, ...]) -> list[str]:
    """Return the map's edges as a mapping of threshold bands, to be used with a score of the router's own."""
    outputs = [
        {
            "name": f"band-{chain.name}",
            **({"gte": chain.low_ppm / 1e6} if chain.index > 0 else {}),
            **({"lt": chain.high_ppm / 1e6} if chain.index < len(chains) - 1 else {}),
        }
        for chain in reversed(chains)
        if chain.is_reachable
    ]
    mapping = {
        "name": "paretocode-bands",
        "source": "NAME-OF-YOUR-SCORE",
        "method": "threshold_bands",
        "outputs": outputs,
    }
    block = yaml_text({"routing": {"projections": {"mappings": [mapping]}}}).splitlines()
    return ["The same edges as threshold bands, for a score from 0 to 1 that this router works out by itself:", *block]


def _document(file: TierMapFile, chains: tuple[TierChain, ...]) -> dict[str, object]:
    models = {model.key: model for chain in chains for model in chain.models}
    default = _serving(chains, file.default_tier)
    providers: dict[str, object] = {"models": [_provider_model(model) for model in models.values()]}
    if default is not None:
        providers = {"defaults": {"model": default.models[0].key}, **providers}
    return {
        "version": "v0.3",
        "listeners": [{"name": "http-8899", "address": "127.0.0.1", "port": 8899, "timeout": "300s"}],
        "providers": providers,
        "routing": {
            "modelCards": [{"name": key, "context_window_size": m.context_tokens} for key, m in models.items()],
            "signals": {"metadata": _signals(chains)},
            "decisions": _decisions(file, chains),
        },
    }


def _provider_model(model: CandidateEntry) -> dict[str, object]:
    prices = {
        "prompt_per_1m": model.prompt_micro_usd_per_mtok,
        "cached_input_per_1m": model.cache_read_micro_usd_per_mtok,
        "cache_write_per_1m": model.cache_write_micro_usd_per_mtok,
        "completion_per_1m": model.completion_micro_usd_per_mtok,
    }
    return {
        "name": model.key,
        "provider_model_id": model.model_id,
        "api_format": "openai",
        "pricing": {"currency": "USD", **{k: v / 1e6 for k, v in prices.items() if v is not None}},
        "backend_refs": [
            {
                "name": "openrouter",
                "base_url": "https://openrouter.ai/api/v1",
                "provider": "openai",
                "api_key_env": "OPENROUTER_API_KEY",
            }
        ],
    }


def _signals(chains: tuple[TierChain, ...]) -> list[dict[str, object]]:
    signals: list[dict[str, object]] = [{"name": _STATED, "key": METADATA_KEY, "predicate": {"exists": True}}]
    for chain in chains:
        texts = _texts(chain)
        if texts:
            signals.append({"name": _signal(chain), "key": METADATA_KEY, "predicate": {"in": texts}})
    return signals


def _texts(chain: TierChain) -> list[str]:
    return [text for _, ppm in hundredths() if chain.low_ppm <= ppm < chain.high_ppm for text in spellings(ppm)]


def _signal(chain: TierChain) -> str:
    return f"min-score-of-{chain.name}"


def _decisions(file: TierMapFile, chains: tuple[TierChain, ...]) -> list[dict[str, object]]:
    stated = {"type": "metadata", "name": _STATED}
    decisions = [
        _decision(f"tier-{chain.name}", 300, {"type": "metadata", "name": _signal(chain)}, chain)
        for chain in reversed(chains)
        if chain.models and _texts(chain)
    ]
    top, default = _serving(chains, chains[-1].name), _serving(chains, file.default_tier)
    if top is not None and default is not None:
        omitted = {"operator": "NOT", "conditions": [stated]}
        decisions.append(_decision("min-score-in-other-words", 200, stated, top))
        decisions.append(_decision("min-score-omitted", 100, omitted, default))
    return decisions


def _serving(chains: tuple[TierChain, ...], name: str) -> TierChain | None:
    """Return a tier by name, or the highest that has a model where the map refuses that one; None where none has."""
    served = [chain for chain in chains if chain.models]
    return next((chain for chain in served if chain.name == name), served[-1] if served else None)


def _decision(name: str, priority: int, condition: Mapping[str, object], chain: TierChain) -> dict[str, object]:
    return {
        "name": name,
        "priority": priority,
        "rules": {"operator": "AND", "conditions": [condition]},
        "modelRefs": [_model_ref(model) for model in chain.models],
        "algorithm": {"type": "static"},
    }


def _model_ref(model: CandidateEntry) -> dict[str, object]:
    level = effort_level(model.effort)
    if level is None or level == "none":
        return {"model": model.key, "use_reasoning": model.effort == "reasoning"}
    return {"model": model.key, "use_reasoning": True, "reasoning_effort": level}
