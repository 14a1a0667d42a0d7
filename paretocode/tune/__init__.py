"""Which map is best? Every map as a path of bands, weighed exactly: by one measure, by several, in several worlds."""

from paretocode.tune.answer import BestMap, MapAnswer, MapPlace
from paretocode.tune.confirm import Confirmed, ReplayedBills, confirm_costs, order_warnings
from paretocode.tune.conflicts import explain_no_map
from paretocode.tune.edges import Candidates, EdgeRules, SearchSpace, TierRules, search_space
from paretocode.tune.incumbent import Incumbent, incumbent_of
from paretocode.tune.latencies import latencies_of_maps
from paretocode.tune.measures import DEFAULT_MEASURES, MEASURES, Measure, measure_named
from paretocode.tune.moved import MOVED, MovedTraffic, ServedCount, ServedCounts
from paretocode.tune.paths import (
    BandGraph,
    FoundMaps,
    Verdict,
    best_map,
    best_maps,
    every_map,
    frontier_of_every,
    frontier_of_maps,
    near_optimal,
)
from paretocode.tune.per_request import PerRequest, PerRequestCount, per_request_optimum, served_models
from paretocode.tune.picks import Pick, pick_maps
from paretocode.tune.prepare import Prepared, prepared
from paretocode.tune.question import MapQuestion, Setting
from paretocode.tune.search import search_maps
from paretocode.tune.stable import most_stable_map
from paretocode.tune.worlds import Scenario, price_scenarios, price_shock, score_replicates, weeks
from paretocode.tune.worlds.robust import RobustAnswer, robust_maps

# In story order: what is asked, how it becomes a graph, how that is searched, what was found, what to look at.
__all__ = [  # noqa: RUF022
    "MEASURES",
    "DEFAULT_MEASURES",
    "Measure",
    "measure_named",
    "EdgeRules",
    "TierRules",
    "Scenario",
    "score_replicates",
    "price_shock",
    "price_scenarios",
    "weeks",
    "MapQuestion",
    "Setting",
    "Candidates",
    "Prepared",
    "prepared",
    "SearchSpace",
    "search_space",
    "BandGraph",
    "best_map",
    "best_maps",
    "every_map",
    "frontier_of_every",
    "frontier_of_maps",
    "near_optimal",
    "FoundMaps",
    "Verdict",
    "MapAnswer",
    "MapPlace",
    "BestMap",
    "search_maps",
    "explain_no_map",
    "latencies_of_maps",
    "Incumbent",
    "incumbent_of",
    "served_models",
    "MOVED",
    "ServedCount",
    "ServedCounts",
    "MovedTraffic",
    "PerRequest",
    "PerRequestCount",
    "per_request_optimum",
    "Pick",
    "pick_maps",
    "most_stable_map",
    "ReplayedBills",
    "Confirmed",
    "confirm_costs",
    "order_warnings",
    "RobustAnswer",
    "robust_maps",
]
