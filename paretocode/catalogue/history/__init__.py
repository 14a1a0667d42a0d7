"""The catalogue through time: dated catalogues, what changed, re-bases, and edges carried over them."""

from paretocode.catalogue.history.aa_log import MIXED_AA, aa_definition_on, read_aa_changes
from paretocode.catalogue.history.changes import KINDS, Changes, changes_of, score_tolerance
from paretocode.catalogue.history.folder import history_of_catalogues, read_folder
from paretocode.catalogue.history.history import CADENCES, NUMBER_FIELDS, History
from paretocode.catalogue.history.load import load_history
from paretocode.catalogue.history.matching import ScoreMatch, best_score_of_ids
from paretocode.catalogue.history.openrouter_log import read_price_changes, read_price_snapshots
from paretocode.catalogue.history.price_matrix import METRIC_WEIGHTS, price_matrix_micro_usd
from paretocode.catalogue.history.reanchor import REANCHORINGS, Reanchoring, reanchor_edges, reanchor_options
from paretocode.catalogue.history.rebase import Rebase, rank_correlation, rebased_days, rebases_of, score_shift

# In story order: what a history is, reading one, what changed, what changed its meaning, carrying edges over.
__all__ = [  # noqa: RUF022
    "History",
    "NUMBER_FIELDS",
    "CADENCES",
    "load_history",
    "history_of_catalogues",
    "read_folder",
    "read_aa_changes",
    "aa_definition_on",
    "MIXED_AA",
    "read_price_changes",
    "read_price_snapshots",
    "ScoreMatch",
    "best_score_of_ids",
    "METRIC_WEIGHTS",
    "price_matrix_micro_usd",
    "Changes",
    "KINDS",
    "changes_of",
    "score_tolerance",
    "Rebase",
    "rebases_of",
    "rebased_days",
    "score_shift",
    "rank_correlation",
    "REANCHORINGS",
    "Reanchoring",
    "reanchor_edges",
    "reanchor_options",
]
