"""What would a LiteLLM proxy load? A model group per tier, its models in order, and names that a min score becomes.

A request names its group: ``tier/high``, or ``min-score/0.65`` for any min score of two decimals, or ``min-score``
for an omitted one. Inside a group `order` ranks the deployments; a failed one is followed by the next. Groups hold
the primary and its fallbacks; further models of the tier stand in groups ``more/2/high`` and on, which only a prompt
too long for the first ones reaches, and behind them stand the tiers that the empty-tier rule names.

Sources: LiteLLM documentation, "How a deployment is picked", "Deployments and model groups" (2026-11-05), "Fallbacks"
(2026-10-03); LiteLLM 1.110.2, tried: `order` is walked after an error, `max_fallbacks` does not bound it,
`enable_pre_call_checks` passes over a deployment whose `max_input_tokens` the prompt exceeds,
`context_window_fallbacks` is looked up by the name that was asked, aliases included, and `optional_pre_call_checks:
[session_affinity]` pins a session to a model that is too small, which is why stickiness is not exported.
"""

from __future__ import annotations

from paretocode.errors import InputError
from paretocode.release.exporters.chains import TierChain, tier_chains
from paretocode.release.exporters.efforts import reasoning_field, unknown_efforts
from paretocode.release.exporters.exported import ExportedText, header_lines, refuse_unsafe_text
from paretocode.release.exporters.losses import policy_losses
from paretocode.release.exporters.min_scores import hundredths, tier_at
from paretocode.release.exporters.yaml_text import comment, yaml_text
from paretocode.tiermap.file import TierMapFile
from paretocode.tiermap.file_schema import CandidateEntry

__all__ = ["litellm_config"]


def litellm_config(file: TierMapFile) -> ExportedText:
    """Return the proxy config of a map.

    Raises
    ------
    InputError
        A text that no export may carry; an asterisk in a tier's or model's name.
    """
    refuse_unsafe_text(file)
    _refuse_wildcards(file)
    chains = tier_chains(file)
    losses = (
        "A min score is asked for as a model name of two decimals, such as min-score/0.65; "
        "the caller rounds up a finer one.",
        *policy_losses(file, chains, keeps_context=True, keeps_refusal=True),
        "A window is compared with the prompt alone; the map asks for room for prompt and completion.",
        "A failed request that was moved on because of its length walks through the larger tiers as well.",
        *unknown_efforts(model for chain in chains for model in chain.shortlist),
    )
    document = {"model_list": _model_list(chains), "router_settings": _router_settings(file, chains)}
    content = comment(header_lines(file, "LiteLLM", losses)) + yaml_text(document)
    return ExportedText(content=content.encode(), suffix=".yaml", cannot_express=losses)


def _refuse_wildcards(file: TierMapFile) -> None:
    """Refuse names with an asterisk, which LiteLLM takes for any name."""
    for tier in file.tiers:
        for name in (tier.name, *(candidate.model_id for candidate in tier.candidates)):
            if "*" in name:
                raise InputError(
                    f"{name!r} holds an asterisk, which LiteLLM takes for any name",
                    where=f"tier map {file.name!r}, tier {tier.name!r}",
                    way_out="rename it in the map and approve the map anew",
                )


def _groups(chain: TierChain) -> list[tuple[str, tuple[CandidateEntry, ...]]]:
    """Return the groups of a tier that serves itself: name and models, a primary and its fallbacks at a time."""
    size = 1 + chain.n_fallbacks
    parts = [chain.shortlist[i : i + size] for i in range(0, len(chain.shortlist), size)]
    return [(_group(chain) if i == 1 else f"more/{i}/{chain.name}", part) for i, part in enumerate(parts, start=1)]


def _group(chain: TierChain) -> str:
    return f"tier/{chain.name}"


def _model_list(chains: tuple[TierChain, ...]) -> list[dict[str, object]]:
    return [
        _deployment(name, order, model)
        for chain in chains
        if chain.served_by == chain.index
        for name, models in _groups(chain)
        for order, model in enumerate(models, start=1)
    ]


def _deployment(group: str, order: int, model: CandidateEntry) -> dict[str, object]:
    params: dict[str, object] = {
        "model": f"openrouter/{model.model_id}",
        "api_key": "os.environ/OPENROUTER_API_KEY",
        "order": order,
    }
    reasoning = reasoning_field(model.effort)
    if reasoning:
        params["extra_body"] = {"reasoning": reasoning}
    return {
        "model_name": group,
        "litellm_params": params,
        "model_info": {"id": f"{group}/{model.key}", "max_input_tokens": model.context_tokens},
    }


def _router_settings(file: TierMapFile, chains: tuple[TierChain, ...]) -> dict[str, object]:
    serving = _serving_tiers(file, chains)
    moved_on = {name: _next_groups(file, chains, tier) for name, tier in serving.items()}
    aliases = {name: _group(chains[tier]) for name, tier in serving.items() if name != _group(chains[tier])}
    return {
        # An error goes on to the next model at once, and an exhausted tier is an error, as in the map.
        "num_retries": 0,
        "enable_pre_call_checks": True,
        "context_window_fallbacks": [{name: groups} for name, groups in moved_on.items() if groups],
        "model_group_alias": {
            name: group if name.startswith("tier/") else {"model": group, "hidden": True}
            for name, group in aliases.items()
        },
    }


def _serving_tiers(file: TierMapFile, chains: tuple[TierChain, ...]) -> dict[str, int]:
    """Return every name that a request may ask for, and the tier that serves it; what the map refuses has no name."""
    default = next(chain for chain in chains if chain.name == file.default_tier)
    names = {_group(chain): chain for chain in chains}
    names["min-score"] = default
    names |= {f"min-score/{text}": tier_at(chains, ppm) for text, ppm in hundredths()}
    return {name: chain.served_by for name, chain in names.items() if chain.served_by is not None}


def _next_groups(file: TierMapFile, chains: tuple[TierChain, ...], serving: int) -> list[str]:
    """Return where a prompt goes that no model of the first group of the serving tier can hold."""
    beyond = {"up": chains[serving + 1 :], "down": chains[:serving][::-1], "refuse": ()}[file.policy.empty_tier]
    later = [group for other in beyond if other.served_by == other.index for group, _ in _groups(other)]
    return [*(group for group, _ in _groups(chains[serving])[1:]), *later]
