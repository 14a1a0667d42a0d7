"""How does a team's own log come in? The plain stream table: CSV, NDJSON or Parquet, one row a request.

The format stands in docs/stream_table.md.
"""

from paretocode.stream.table.names import TABLE_COLUMNS
from paretocode.stream.table.reading import read_stream_table

__all__ = ["TABLE_COLUMNS", "read_stream_table"]
