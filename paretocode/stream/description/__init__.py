"""Of what is a stream's description made? Pace, lengths and reuse, what was asked, what was served."""

from paretocode.stream.description.arrivals import arrivals, has_common_clock
from paretocode.stream.description.asked import NearEdgeMass, asked, near_edge_mass
from paretocode.stream.description.lengths import gaps_and_reuse, rank_correlation, tokens_and_turns
from paretocode.stream.description.served import served
from paretocode.stream.description.spread import QUANTILES, spread

__all__ = [
    "QUANTILES",
    "NearEdgeMass",
    "arrivals",
    "asked",
    "gaps_and_reuse",
    "has_common_clock",
    "near_edge_mass",
    "rank_correlation",
    "served",
    "spread",
    "tokens_and_turns",
]
