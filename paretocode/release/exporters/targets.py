"""Which targets are there, and what does each get?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from paretocode.release.exporters.envoy_ai_gateway import envoy_ai_gateway_route
from paretocode.release.exporters.exported import ExportedText
from paretocode.release.exporters.hermes import hermes_config
from paretocode.release.exporters.litellm import litellm_config
from paretocode.release.exporters.openrouter import openrouter_presets
from paretocode.release.exporters.plain import csv_table, json_file
from paretocode.release.exporters.portkey import portkey_config
from paretocode.release.exporters.vllm_semantic_router import vllm_semantic_router_config
from paretocode.tiermap.file import TierMapFile

__all__ = ["TARGETS", "Target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One target: what it gets, in words, and the pure function that writes it."""

    what: str
    export: Callable[[TierMapFile], ExportedText]


TARGETS = {
    "json": Target(what="the map's file alone", export=json_file),
    "csv": Target(what="a row per tier and candidate, for people", export=csv_table),
    "litellm": Target(what="LiteLLM proxy config (YAML)", export=litellm_config),
    "vllm-semantic-router": Target(what="vLLM Semantic Router config (YAML)", export=vllm_semantic_router_config),
    "portkey": Target(what="Portkey conditional config (JSON)", export=portkey_config),
    "envoy-ai-gateway": Target(what="Envoy AI Gateway resources (YAML)", export=envoy_ai_gateway_route),
    "openrouter": Target(what="OpenRouter presets and request bodies (JSON)", export=openrouter_presets),
    "hermes": Target(what="Hermes Agent min scores per task (YAML)", export=hermes_config),
}
"""Name on the command line -> target, plain files first."""
