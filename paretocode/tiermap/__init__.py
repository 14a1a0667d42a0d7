"""The map a router reads, the policy it applies, and the definition of routing one request."""

from paretocode.tiermap.build import (
    DOCUMENTED_REQUEST_EDGES,
    documented_pareto_code,
    map_from_edges,
    map_from_listing,
)
from paretocode.tiermap.policy import Policy
from paretocode.tiermap.router import Decision, SessionMemory, remember, route, shortlist
from paretocode.tiermap.tier_map import Tier, TierMap, tier_names, to_ppm

__all__ = [
    "DOCUMENTED_REQUEST_EDGES",
    "Decision",
    "Policy",
    "SessionMemory",
    "Tier",
    "TierMap",
    "documented_pareto_code",
    "map_from_edges",
    "map_from_listing",
    "remember",
    "route",
    "shortlist",
    "tier_names",
    "to_ppm",
]
