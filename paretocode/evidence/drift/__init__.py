"""Are today's stream and catalogue those the map was tuned on? Does it matter, and until when may it wait?"""

from paretocode.evidence.drift.attribution import Attribution, FactorMove, attribute
from paretocode.evidence.drift.catalogue_drift import CatalogueDrift, catalogue_drift
from paretocode.evidence.drift.dated_metrics import metric_by_catalogue, metric_by_stream
from paretocode.evidence.drift.effects import CONVENTIONS, Effect, effects_of, wasserstein
from paretocode.evidence.drift.expiry import Expiry, ExpiryReason, earliest
from paretocode.evidence.drift.expiry_picks import expiry_of_picks
from paretocode.evidence.drift.expiry_trend import ERRORS, DatedMetric, dated_metric, expiry_of_metric
from paretocode.evidence.drift.judging import FactorDrift
from paretocode.evidence.drift.metric_sums import METRIC_UNITS, MetricSums, metric_sums
from paretocode.evidence.drift.moves import MetricMove, independent_moves
from paretocode.evidence.drift.permutation import PermutationTest, permutation_test, psi_of_counts
from paretocode.evidence.drift.quantities import FACTORS, Quantity, watched_quantities
from paretocode.evidence.drift.raking import Weights, raked_weights
from paretocode.evidence.drift.report import DriftReport, drift_report
from paretocode.evidence.drift.strata import Strata, session_strata
from paretocode.evidence.drift.stream_tests import DriftTest, TestState, drift_tests, holm
from paretocode.evidence.drift.tier_moves import TierMove, tier_moves
from paretocode.evidence.drift.verdicts import DEFAULT_LIMITS, DriftVerdict, Limit, Reach

# In story order: what is watched, whether it moved, by how much, what that does to the map, the verdict, until when.
__all__ = [  # noqa: RUF022
    "FACTORS",
    "Quantity",
    "watched_quantities",
    "PermutationTest",
    "permutation_test",
    "psi_of_counts",
    "CONVENTIONS",
    "Effect",
    "effects_of",
    "wasserstein",
    "TestState",
    "DriftTest",
    "drift_tests",
    "holm",
    "METRIC_UNITS",
    "MetricSums",
    "metric_sums",
    "MetricMove",
    "independent_moves",
    "Strata",
    "session_strata",
    "Weights",
    "raked_weights",
    "FactorMove",
    "Attribution",
    "attribute",
    "TierMove",
    "tier_moves",
    "CatalogueDrift",
    "catalogue_drift",
    "DEFAULT_LIMITS",
    "Limit",
    "Reach",
    "DriftVerdict",
    "FactorDrift",
    "DriftReport",
    "drift_report",
    "DatedMetric",
    "dated_metric",
    "metric_by_stream",
    "metric_by_catalogue",
    "ERRORS",
    "expiry_of_metric",
    "expiry_of_picks",
    "ExpiryReason",
    "Expiry",
    "earliest",
]
