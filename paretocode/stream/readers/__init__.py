"""Which logs can be read? One module for each format; plain tables have a folder of their own."""

from paretocode.stream.readers.azure import read_azure
from paretocode.stream.readers.burstgpt import read_burstgpt
from paretocode.stream.readers.coding_agent import read_coding_agent
from paretocode.stream.readers.coding_agent_sessions import (
    CodingAgentSessions,
    Disagreement,
    find_disagreements,
    read_coding_agent_sessions,
)
from paretocode.stream.readers.litellm_log import read_litellm
from paretocode.stream.readers.mooncake import read_mooncake
from paretocode.stream.readers.openrouter_generations import read_openrouter_generations
from paretocode.stream.readers.otel import read_otel
from paretocode.stream.readers.vllm_semantic_router import read_vllm_semantic_router

__all__ = [
    "CodingAgentSessions",
    "Disagreement",
    "find_disagreements",
    "read_azure",
    "read_burstgpt",
    "read_coding_agent",
    "read_coding_agent_sessions",
    "read_litellm",
    "read_mooncake",
    "read_openrouter_generations",
    "read_otel",
    "read_vllm_semantic_router",
]
