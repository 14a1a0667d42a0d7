"""A platform's day without its rows: one portable query counts the log where it lies, and its answer becomes tables."""

from paretocode.sim.tables.pull.countable import PulledLog
from paretocode.sim.tables.pull.query import PullColumns, pull_query
from paretocode.sim.tables.pull.reading import pulled_tables, read_pull

__all__ = ["PullColumns", "PulledLog", "pull_query", "pulled_tables", "read_pull"]
