"""Does the map hold on sessions that did not choose it? Splits, a lock, and how much better it looked than it was."""

from paretocode.evidence.holdout.by_session import folds_by_draw, split_by_draw, split_by_hash
from paretocode.evidence.holdout.by_time import STRADDLING, cut_for_share, split_by_time
from paretocode.evidence.holdout.cross_fit import CrossFit, cross_fit
from paretocode.evidence.holdout.disjoint import check_disjoint, session_digests
from paretocode.evidence.holdout.judging import judge_on_holdout
from paretocode.evidence.holdout.lock import HoldoutLock, read_lock
from paretocode.evidence.holdout.locking import lock_holdout, map_digest, open_holdout
from paretocode.evidence.holdout.optimism import Optimism, optimism_of
from paretocode.evidence.holdout.parts import PartMeasures, Terms
from paretocode.evidence.holdout.report import HoldoutReport
from paretocode.evidence.holdout.split import SPLIT_KINDS, Split

# In story order: who chooses and who judges, what is locked, what the holdout says, how it usually goes.
__all__ = [  # noqa: RUF022
    "SPLIT_KINDS",
    "Split",
    "split_by_draw",
    "split_by_hash",
    "folds_by_draw",
    "STRADDLING",
    "split_by_time",
    "cut_for_share",
    "check_disjoint",
    "session_digests",
    "map_digest",
    "HoldoutLock",
    "lock_holdout",
    "open_holdout",
    "read_lock",
    "Terms",
    "PartMeasures",
    "Optimism",
    "optimism_of",
    "HoldoutReport",
    "judge_on_holdout",
    "CrossFit",
    "cross_fit",
]
