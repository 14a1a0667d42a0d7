"""Where do users think the boundaries should lie? Reports as numbers: estimates, warnings, proposals for a search."""

from paretocode.evidence.feedback.channels import ChannelRate, channel_rates, clustered_share
from paretocode.evidence.feedback.coverage import Coverage, coverage_of
from paretocode.evidence.feedback.edge_verdicts import EdgeCounts, EdgeVerdict
from paretocode.evidence.feedback.estimate import estimate_edges
from paretocode.evidence.feedback.estimates import EdgeEstimate, EdgeEstimates
from paretocode.evidence.feedback.fitted import FittedReports, fit_reports
from paretocode.evidence.feedback.needed import ReportsNeeded, planned_reports, reports_needed
from paretocode.evidence.feedback.placing import WEIGHTINGS, balance_cells, verdict_cells
from paretocode.evidence.feedback.profile import EdgeProfile, edge_profile, profile_interval
from paretocode.evidence.feedback.proposal import EdgeProposal, FeedbackProposal, propose_edges
from paretocode.evidence.feedback.reading import FEEDBACK_COLUMNS, read_feedback
from paretocode.evidence.feedback.reports import VERDICTS, FeedbackReports
from paretocode.evidence.feedback.stretches import identified_stretch, is_same_stretch
from paretocode.evidence.feedback.summary import FeedbackSummary, summarise_feedback
from paretocode.evidence.feedback.synthetic import FeedbackWorld, SyntheticFeedback, synthetic_reports
from paretocode.evidence.feedback.weighting import WeightingEffect, weighting_effects
from paretocode.evidence.feedback.who_writes import AtomRates, BiasWarning, atom_rates, bias_warnings
from paretocode.evidence.feedback.words import feedback_reports

# In story order: what was said, where edges should lie, how sure, who spoke, what follows, and the proof.
__all__ = [  # noqa: RUF022
    "VERDICTS",
    "FEEDBACK_COLUMNS",
    "FeedbackReports",
    "feedback_reports",
    "read_feedback",
    "WEIGHTINGS",
    "verdict_cells",
    "balance_cells",
    "FittedReports",
    "fit_reports",
    "EdgeVerdict",
    "EdgeCounts",
    "EdgeEstimate",
    "EdgeEstimates",
    "estimate_edges",
    "identified_stretch",
    "is_same_stretch",
    "EdgeProfile",
    "edge_profile",
    "profile_interval",
    "ReportsNeeded",
    "reports_needed",
    "planned_reports",
    "ChannelRate",
    "channel_rates",
    "clustered_share",
    "AtomRates",
    "atom_rates",
    "BiasWarning",
    "bias_warnings",
    "WeightingEffect",
    "weighting_effects",
    "EdgeProposal",
    "FeedbackProposal",
    "propose_edges",
    "FeedbackSummary",
    "summarise_feedback",
    "FeedbackWorld",
    "SyntheticFeedback",
    "synthetic_reports",
    "Coverage",
    "coverage_of",
]
