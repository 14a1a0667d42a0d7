"""What was asked, when and by whom? Requests as columns, read from logs or made up from stated laws."""

from paretocode.stream.azure import read_azure
from paretocode.stream.coding_agent import read_coding_agent
from paretocode.stream.demand import DEFAULT_DEMAND, Demand, DemandTable, apply_demand, demand_of
from paretocode.stream.describe import describe
from paretocode.stream.lint import StreamFinding, lint_stream
from paretocode.stream.load import READERS, load_stream
from paretocode.stream.stream import PPM, RequestRow, RequestStream, request_stream
from paretocode.stream.synthetic import PRESETS, synthesise
from paretocode.stream.table import TABLE_COLUMNS, read_stream_table
from paretocode.stream.write import write_stream_table

__all__ = [
    "DEFAULT_DEMAND",
    "PPM",
    "PRESETS",
    "READERS",
    "TABLE_COLUMNS",
    "Demand",
    "DemandTable",
    "RequestRow",
    "RequestStream",
    "StreamFinding",
    "apply_demand",
    "demand_of",
    "describe",
    "lint_stream",
    "load_stream",
    "read_azure",
    "read_coding_agent",
    "read_stream_table",
    "request_stream",
    "synthesise",
    "write_stream_table",
]
