"""A log as small additive tables, from which the totals of any map follow exactly."""

from paretocode.sim.tables.any_edges import AnyEdges, EdgeTotals
from paretocode.sim.tables.by_tier import ByTier
from paretocode.sim.tables.choices import BandChoices, band_choices
from paretocode.sim.tables.classes import RequestClasses, request_classes
from paretocode.sim.tables.grid import RequestGrid
from paretocode.sim.tables.log_tables import LogTables, PairTable, RequestTable
from paretocode.sim.tables.metrics import TableMetrics
from paretocode.sim.tables.models import ScoredModels, scored_models
from paretocode.sim.tables.replayed import ReplayedTotals, replayed_totals
from paretocode.sim.tables.routed import ABOVE_ALL, BELOW_ALL, routed_levels
from paretocode.sim.tables.subject import TableSubject, table_subject
from paretocode.sim.tables.tabulate import log_tables
from paretocode.sim.tables.times import with_times
from paretocode.sim.tables.whole import MapDecisions, WholeMap, whole_map

# In story order: who may serve, which requests are alike, where tiers may begin, what is counted, who is chosen, what
# it comes to.
__all__ = [  # noqa: RUF022
    "ScoredModels",
    "scored_models",
    "RequestClasses",
    "request_classes",
    "RequestGrid",
    "ABOVE_ALL",
    "BELOW_ALL",
    "routed_levels",
    "TableSubject",
    "table_subject",
    "LogTables",
    "RequestTable",
    "PairTable",
    "log_tables",
    "BandChoices",
    "band_choices",
    "with_times",
    "TableMetrics",
    "MapDecisions",
    "WholeMap",
    "whole_map",
    "ByTier",
    "AnyEdges",
    "EdgeTotals",
    "ReplayedTotals",
    "replayed_totals",
]
