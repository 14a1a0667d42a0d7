"""Where may edges stand, which bands do they make, and what must a band know of the others? The graph of all maps."""

from paretocode.tune.edges.bands import allowed_bands
from paretocode.tune.edges.candidates import Candidates, coupled_values, request_candidates, score_candidates
from paretocode.tune.edges.edge_rules import EdgeRules
from paretocode.tune.edges.lattice import Lattice, apart, coupled
from paretocode.tune.edges.maps import decisions_of, exact_totals, tier_map_of
from paretocode.tune.edges.space import SearchSpace, search_space
from paretocode.tune.edges.tier_rules import TierRules

# In story order: rules, candidates, the lattice of both axes, its bands, the graph, and what a path of it means.
__all__ = [  # noqa: RUF022
    "EdgeRules",
    "TierRules",
    "Candidates",
    "coupled_values",
    "request_candidates",
    "score_candidates",
    "Lattice",
    "coupled",
    "apart",
    "allowed_bands",
    "SearchSpace",
    "search_space",
    "tier_map_of",
    "decisions_of",
    "exact_totals",
]
