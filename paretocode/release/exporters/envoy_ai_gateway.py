"""What would Envoy AI Gateway apply? An AIGatewayRoute with a header rule per tier, backends, and a retry policy.

A caller asks for the model ``paretocode`` and states its min score in a header. A rule matches numbers from its tier's
edge up; rules stand from the highest tier down and, of rules that match equally many headers, the Gateway API takes the
first. A request without a readable header falls to the last rule, which asks for the model alone: the default tier.

Sources: envoyproxy/ai-gateway, custom resource definitions `aigatewayroutes` and `aiservicebackends`
(aigateway.envoyproxy.io/v1beta1; at most 128 rules and 128 backends a rule), `examples/provider_fallback`, and the
documentation page "Provider fallback" (`numAttemptsPerPriority`), read on 2026-11-26; Gateway API, HTTPRoute, order of
precedence (a rule without backends answers 500).
"""

from __future__ import annotations

import hashlib
import json
import re

from paretocode.errors import InputError
from paretocode.release.exporters.chains import TierChain, tier_chains
from paretocode.release.exporters.efforts import reasoning_field, unknown_efforts
from paretocode.release.exporters.exported import ExportedText, header_lines, refuse_unsafe_text
from paretocode.release.exporters.losses import policy_losses
from paretocode.release.exporters.min_scores import at_least_pattern
from paretocode.release.exporters.yaml_text import comment, yaml_text
from paretocode.tiermap.file import TierMapFile
from paretocode.tiermap.file_schema import CandidateEntry

__all__ = ["envoy_ai_gateway_route"]

_API = "aigateway.envoyproxy.io/v1beta1"
_HEADER = "x-min-coding-score"
_MOST = 128
_NAME = "paretocode"


def envoy_ai_gateway_route(file: TierMapFile) -> ExportedText:
    """Return the resources of a map, as one YAML file of several documents.

    Raises
    ------
    InputError
        A text that no export may carry; more tiers or models a tier than a route may have.
    """
    refuse_unsafe_text(file)
    chains = tier_chains(file)
    _refuse_too_many(file, chains)
    losses = (
        f"A min score is read from the header {_HEADER}, as a decimal number from 0 to 1 without an exponent; "
        "any other text gets the default tier.",
        *policy_losses(file, chains, keeps_refusal=True),
        *unknown_efforts(model for chain in chains for model in chain.models),
    )
    models = {model.key: model for chain in chains for model in chain.models}
    documents = [_route(file, chains), _retries(file), *(_backend(model) for model in models.values())]
    header = header_lines(file, "Envoy AI Gateway", losses)
    content = comment(header) + "---\n".join(yaml_text(document) for document in documents)
    return ExportedText(content=content.encode(), suffix=".yaml", cannot_express=losses)


def _refuse_too_many(file: TierMapFile, chains: tuple[TierChain, ...]) -> None:
    most = max(len(chains) + 1, *(len(chain.models) for chain in chains))
    if most > _MOST:
        raise InputError(
            f"it needs {most} rules or backends, and an AIGatewayRoute holds {_MOST}",
            where=f"tier map {file.name!r}",
            way_out="use fewer tiers or fallbacks, or another target",
        )


def _route(file: TierMapFile, chains: tuple[TierChain, ...]) -> dict[str, object]:
    default = next(chain for chain in chains if chain.name == file.default_tier)
    rules = [_rule(chain, [_score_match(chain)]) for chain in reversed(chains) if chain.is_reachable]
    return {
        "apiVersion": _API,
        "kind": "AIGatewayRoute",
        "metadata": {"name": _NAME},
        "spec": {
            "parentRefs": [{"name": _NAME, "kind": "Gateway", "group": "gateway.networking.k8s.io"}],
            "rules": [*rules, _rule(default, [])],
        },
    }


def _rule(chain: TierChain, matches: list[dict[str, object]]) -> dict[str, object]:
    model = {"type": "Exact", "name": "x-ai-eg-model", "value": _NAME}
    rule: dict[str, object] = {"matches": [{"headers": [model, *matches]}]}
    if chain.models:
        rule["backendRefs"] = [_backend_ref(model, priority) for priority, model in enumerate(chain.models)]
    return rule


def _score_match(chain: TierChain) -> dict[str, object]:
    return {"type": "RegularExpression", "name": _HEADER, "value": at_least_pattern(chain.low_ppm)}


def _backend_ref(model: CandidateEntry, priority: int) -> dict[str, object]:
    reference: dict[str, object] = {
        "name": _slug(model.key),
        "modelNameOverride": model.model_id,
        "priority": priority,
    }
    reasoning = reasoning_field(model.effort)
    if reasoning:
        reference["bodyMutation"] = {"set": [{"path": "reasoning", "value": json.dumps(reasoning)}]}
    return reference


def _retries(file: TierMapFile) -> dict[str, object]:
    """Return the policy without which nothing falls back: one attempt a priority, as many retries as fallbacks."""
    return {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "BackendTrafficPolicy",
        "metadata": {"name": _NAME},
        "spec": {
            "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": _NAME}],
            "retry": {
                "numAttemptsPerPriority": 1,
                "numRetries": file.policy.n_fallbacks,
                "retryOn": {
                    "httpStatusCodes": [429, 500, 502, 503, 504],
                    "triggers": ["connect-failure", "retriable-status-codes"],
                },
            },
        },
    }


def _backend(model: CandidateEntry) -> dict[str, object]:
    return {
        "apiVersion": _API,
        "kind": "AIServiceBackend",
        "metadata": {"name": _slug(model.key)},
        "spec": {
            "schema": {"name": "OpenAI", "prefix": "/api/v1"},
            "backendRef": {"name": "openrouter", "kind": "Backend", "group": "gateway.envoyproxy.io"},
        },
    }


def _slug(key: str) -> str:
    """Return a name that Kubernetes allows (RFC 1123 label), the same for the same key and different for others."""
    readable = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")[:40].strip("-")
    digest = hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"{readable}-{digest}" if readable else f"model-{digest}"
