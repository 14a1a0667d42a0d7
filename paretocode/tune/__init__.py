"""Which map is best? Every map as a path of bands, weighed exactly: by one measure, by several, in several worlds."""

from paretocode.tune.candidates import Candidates, EdgeRules
from paretocode.tune.confirm import Confirmed, confirm_costs, order_warnings
from paretocode.tune.every import every_map, frontier_of_every
from paretocode.tune.found import FoundMaps, Verdict
from paretocode.tune.graph import BandGraph
from paretocode.tune.incumbent import Incumbent, incumbent_of
from paretocode.tune.lattice import TierRules
from paretocode.tune.measures import DEFAULT_MEASURES, MEASURES, Measure, measure_named
from paretocode.tune.near import near_optimal
from paretocode.tune.pareto import frontier_of_maps
from paretocode.tune.per_request import PerRequest, per_request_optimum
from paretocode.tune.picks import Pick, pick_maps
from paretocode.tune.prepare import Prepared, prepared
from paretocode.tune.question import MapQuestion, Setting
from paretocode.tune.scalar import best_map, best_maps
from paretocode.tune.scenarios import Scenario, price_shock, score_replicates, weeks
from paretocode.tune.search import MapAnswer, search_maps
from paretocode.tune.space import SearchSpace, search_space
from paretocode.tune.stable import StableMap, most_stable_map

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
    "search_maps",
    "Incumbent",
    "incumbent_of",
    "PerRequest",
    "per_request_optimum",
    "Pick",
    "pick_maps",
    "StableMap",
    "most_stable_map",
    "Confirmed",
    "confirm_costs",
    "order_warnings",
]
