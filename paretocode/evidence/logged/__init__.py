"""What can a log of the incumbent say about a candidate, and what not? Coverage, bounds, and weighted estimates."""

from paretocode.evidence.logged.bounds import BoundedMean, bounded_mean
from paretocode.evidence.logged.choices import NOBODY, LoggedChoices, asked_strata, choices_of_log, logged_choices
from paretocode.evidence.logged.coverage import CoverageRow, LogCoverage, coverage_of_replay, log_coverage
from paretocode.evidence.logged.estimating import ESTIMATORS, ValueEstimate
from paretocode.evidence.logged.outcome_model import cross_fitted_outcomes
from paretocode.evidence.logged.values import LogAnswer, PolicyValue, policy_value
from paretocode.evidence.logged.weights import WeightCheck, importance_weights

# In story order: what was chosen, how much of it the log covers, bounds, weights, the model, the estimates.
__all__ = [  # noqa: RUF022
    "NOBODY",
    "LoggedChoices",
    "logged_choices",
    "asked_strata",
    "choices_of_log",
    "CoverageRow",
    "LogCoverage",
    "log_coverage",
    "coverage_of_replay",
    "BoundedMean",
    "bounded_mean",
    "importance_weights",
    "WeightCheck",
    "cross_fitted_outcomes",
    "ESTIMATORS",
    "ValueEstimate",
    "LogAnswer",
    "PolicyValue",
    "policy_value",
]
