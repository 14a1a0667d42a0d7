"""What was asked, when and by whom? Requests as columns, read from logs or made up from stated laws."""

from paretocode.stream.compare import TokenPrices, bill_one_model, compare_streams
from paretocode.stream.demand import (
    DEFAULT_DEMAND,
    DEMANDS,
    AskedCounts,
    Demand,
    DemandMixture,
    DemandTable,
    Profile,
    apply_demand,
    asked_counts,
    demand_of,
    observed_demand,
    observed_demand_of,
)
from paretocode.stream.describe import NearEdgeMass, describe, near_edge_mass
from paretocode.stream.drawn import drawn_sessions
from paretocode.stream.lint import StreamFinding, lint_stream
from paretocode.stream.load import READERS, load_stream
from paretocode.stream.logged import Logged, logged_columns
from paretocode.stream.readers import (
    CodingAgentSessions,
    find_disagreements,
    read_azure,
    read_burstgpt,
    read_coding_agent,
    read_coding_agent_sessions,
    read_litellm,
    read_mooncake,
    read_openrouter_generations,
    read_otel,
    read_vllm_semantic_router,
)
from paretocode.stream.stream import PPM, RequestRow, RequestStream, request_stream
from paretocode.stream.synthetic import PRESETS, synthesise
from paretocode.stream.table import TABLE_COLUMNS, read_stream_table
from paretocode.stream.write import write_stream_table

__all__ = [
    "DEFAULT_DEMAND",
    "DEMANDS",
    "PPM",
    "PRESETS",
    "READERS",
    "TABLE_COLUMNS",
    "AskedCounts",
    "CodingAgentSessions",
    "Demand",
    "DemandMixture",
    "DemandTable",
    "Logged",
    "NearEdgeMass",
    "Profile",
    "RequestRow",
    "RequestStream",
    "StreamFinding",
    "TokenPrices",
    "apply_demand",
    "asked_counts",
    "bill_one_model",
    "compare_streams",
    "demand_of",
    "describe",
    "drawn_sessions",
    "find_disagreements",
    "lint_stream",
    "load_stream",
    "logged_columns",
    "near_edge_mass",
    "observed_demand",
    "observed_demand_of",
    "read_azure",
    "read_burstgpt",
    "read_coding_agent",
    "read_coding_agent_sessions",
    "read_litellm",
    "read_mooncake",
    "read_openrouter_generations",
    "read_otel",
    "read_stream_table",
    "read_vllm_semantic_router",
    "request_stream",
    "synthesise",
    "write_stream_table",
]
