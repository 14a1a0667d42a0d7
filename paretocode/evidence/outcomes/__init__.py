"""What did models really score on these questions, and would another map or router have done better? Outcome tables."""

from paretocode.evidence.outcomes.arena import ARENA_BETA, ARENA_COST_RANGE_USD, arena_score, arena_score_of
from paretocode.evidence.outcomes.assignment import Assignment, assigned, assigned_to
from paretocode.evidence.outcomes.build import outcome_table
from paretocode.evidence.outcomes.calibration import Calibration, calibration
from paretocode.evidence.outcomes.clustered_shares import clustered_proportion_intervals
from paretocode.evidence.outcomes.compare import OutcomeComparison, compare_assignments
from paretocode.evidence.outcomes.curve import CostQualityCurve, assignment_curve, pair_curve, tier_curve
from paretocode.evidence.outcomes.gap_estimates import apgr_estimates
from paretocode.evidence.outcomes.margins import QualityVerdict, quality_verdict
from paretocode.evidence.outcomes.oracle import OracleGap, best_single_model, oracle_assignment, oracle_gap
from paretocode.evidence.outcomes.performance_gap import PerformanceGap, performance_gap
from paretocode.evidence.outcomes.quadrants import QUADRANTS, Quadrants, quadrants
from paretocode.evidence.outcomes.quality_area import Aiq, QualityHull, aiq, quality_hull, zero_router
from paretocode.evidence.outcomes.readers import read_outcomes, read_wide_outcomes
from paretocode.evidence.outcomes.routed import routed_by_map, routed_by_threshold
from paretocode.evidence.outcomes.routellm import read_routellm_mtbench, read_routellm_pair
from paretocode.evidence.outcomes.saving import EqualQualitySaving, saving_at_equal_quality
from paretocode.evidence.outcomes.table import OutcomeTable

# In story order: the table, who answers what, two assignments compared, what is possible, whole curves, probabilities.
__all__ = [  # noqa: RUF022
    "OutcomeTable",
    "outcome_table",
    "read_outcomes",
    "read_wide_outcomes",
    "read_routellm_pair",
    "read_routellm_mtbench",
    "Assignment",
    "assigned",
    "assigned_to",
    "routed_by_map",
    "routed_by_threshold",
    "QualityVerdict",
    "quality_verdict",
    "OutcomeComparison",
    "compare_assignments",
    "EqualQualitySaving",
    "saving_at_equal_quality",
    "OracleGap",
    "oracle_assignment",
    "oracle_gap",
    "best_single_model",
    "QUADRANTS",
    "Quadrants",
    "quadrants",
    "clustered_proportion_intervals",
    "CostQualityCurve",
    "pair_curve",
    "tier_curve",
    "assignment_curve",
    "QualityHull",
    "quality_hull",
    "zero_router",
    "Aiq",
    "aiq",
    "PerformanceGap",
    "performance_gap",
    "apgr_estimates",
    "Calibration",
    "calibration",
    "ARENA_BETA",
    "ARENA_COST_RANGE_USD",
    "arena_score",
    "arena_score_of",
]
