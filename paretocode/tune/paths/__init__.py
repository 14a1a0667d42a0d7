"""Which path is best? Shortest paths, frontiers of paths, all paths, and the least worst, over whole numbers.

Nothing here knows tiers, models or requests: a `BandGraph` is arcs with numbers, and what they mean stands elsewhere.
"""

from paretocode.tune.paths.across import best_of_all
from paretocode.tune.paths.every import every_map, frontier_of_every
from paretocode.tune.paths.found import FoundMaps, Verdict
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.near import near_optimal
from paretocode.tune.paths.pareto import frontier_of_maps
from paretocode.tune.paths.reachable import count_maps
from paretocode.tune.paths.scalar import best_map, best_maps

# In story order: the graph, one measure, several, all of them, what was found.
__all__ = [  # noqa: RUF022
    "BandGraph",
    "best_map",
    "best_maps",
    "near_optimal",
    "frontier_of_maps",
    "best_of_all",
    "every_map",
    "frontier_of_every",
    "count_maps",
    "FoundMaps",
    "Verdict",
]
