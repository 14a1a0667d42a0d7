"""The frontier: which models are worth paying for, and how sure is that?"""

from paretocode.frontier.axes import AXES, AxesFrontier, Axis, frontier_on_axes
from paretocode.frontier.batch import FrontierFrequency, frontier_frequency, frontier_masks
from paretocode.frontier.cover import epsilon_cover
from paretocode.frontier.frontier import Frontier, frontier_of
from paretocode.frontier.hypervolume import REFERENCE_PRICE, REFERENCE_SCORE, Hypervolume, frontier_hypervolume
from paretocode.frontier.knees import KNEE_RULES, Knees, find_knees, knee_frequency
from paretocode.frontier.many_axes import hypervolume_of_points, non_dominated_mask, non_dominated_rank
from paretocode.frontier.probability import on_frontier_probability, served_probability
from paretocode.frontier.replicates import draw_scores, resample_items
from paretocode.frontier.scan import dominator_index, frontier_mask, twins
from paretocode.frontier.uncertain import UncertainFrontier, uncertain_frontier_of

# In story order: points, the catalogue's frontier, what stands out on it, more axes, and how sure all that is.
__all__ = [  # noqa: RUF022
    "frontier_mask",
    "dominator_index",
    "twins",
    "Frontier",
    "frontier_of",
    "KNEE_RULES",
    "Knees",
    "find_knees",
    "epsilon_cover",
    "REFERENCE_PRICE",
    "REFERENCE_SCORE",
    "Hypervolume",
    "frontier_hypervolume",
    "AXES",
    "Axis",
    "AxesFrontier",
    "frontier_on_axes",
    "non_dominated_mask",
    "non_dominated_rank",
    "hypervolume_of_points",
    "on_frontier_probability",
    "served_probability",
    "UncertainFrontier",
    "uncertain_frontier_of",
    "draw_scores",
    "resample_items",
    "FrontierFrequency",
    "frontier_frequency",
    "frontier_masks",
    "knee_frequency",
]
