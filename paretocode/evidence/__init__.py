"""How sure are we that the new map is better, and for whom? Intervals, holdouts, and what could change the answer."""

from paretocode.evidence.clusters import (
    Clusters,
    block_clusters,
    day_clusters,
    label_clusters,
    root_clusters,
    session_clusters,
    summed,
)
from paretocode.evidence.comparison import Bounds, Difference, MapComparison, compare_maps
from paretocode.evidence.confidence import (
    Intervals,
    bca_intervals,
    critical_values,
    intervals,
    percentile_intervals,
    simultaneous_intervals,
    student_intervals,
)
from paretocode.evidence.estimates import Estimates, estimates_from, ratio_estimates
from paretocode.evidence.map_sums import MapSums, map_sums
from paretocode.evidence.measures import DEFAULT_MEASURES, MAP_MEASURES, MapMeasure, map_measure
from paretocode.evidence.of_maps import MapEstimates, differences_of, estimates_of_maps
from paretocode.evidence.part_clusters import PART_CLUSTERS
from paretocode.evidence.part_sums import PartSums, part_sums
from paretocode.evidence.part_times import PartTimes, part_times
from paretocode.evidence.quantiles import QuantileWindow
from paretocode.evidence.resampling import Resampling, resampled_totals
from paretocode.evidence.verdicts import Verdict, verdict_of

# In story order: what is drawn together, what is measured, how it is drawn again, what follows. The folders below it
# (slices, selection, holdout, size, drift, sensitivity, outcomes, logged, feedback) are imported by their own names.
__all__ = [  # noqa: RUF022
    "Clusters",
    "session_clusters",
    "day_clusters",
    "block_clusters",
    "root_clusters",
    "label_clusters",
    "summed",
    "MAP_MEASURES",
    "DEFAULT_MEASURES",
    "MapMeasure",
    "map_measure",
    "MapSums",
    "map_sums",
    "PART_CLUSTERS",
    "PartSums",
    "part_sums",
    "PartTimes",
    "part_times",
    "QuantileWindow",
    "Resampling",
    "resampled_totals",
    "Estimates",
    "estimates_from",
    "ratio_estimates",
    "MapEstimates",
    "estimates_of_maps",
    "differences_of",
    "Intervals",
    "intervals",
    "simultaneous_intervals",
    "critical_values",
    "student_intervals",
    "bca_intervals",
    "percentile_intervals",
    "Verdict",
    "verdict_of",
    "Bounds",
    "Difference",
    "MapComparison",
    "compare_maps",
]
