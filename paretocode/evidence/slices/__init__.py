"""Which requests does a candidate hit hardest? Cost and shortfall slice by slice, with intervals for all at once."""

from paretocode.evidence.slices.impacts import LEAST_CLUSTERS, Slice, SliceImpacts, slice_impacts
from paretocode.evidence.slices.masks import ATOM_SHARE, PROMPT_TOKENS, SESSION_REQUESTS, slices_of

__all__ = [
    "ATOM_SHARE",
    "LEAST_CLUSTERS",
    "PROMPT_TOKENS",
    "SESSION_REQUESTS",
    "Slice",
    "SliceImpacts",
    "slice_impacts",
    "slices_of",
]
