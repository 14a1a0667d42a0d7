"""Picks through time: who changes tier when the catalogue moves, which picks flip and why, and what steadies them."""

from paretocode.tiermap.picks.edge_rules import (
    EdgeRule,
    FixedEdges,
    PercentileEdges,
    RefittedEdges,
    edges_through_time,
    tiers_of_scores,
)
from paretocode.tiermap.picks.flips import FLIP_CAUSES, Flip, Flips, flips_of, speed_noise
from paretocode.tiermap.picks.hysteresis import HeldPicks, hold_picks, n_flips
from paretocode.tiermap.picks.pass_through import PassThrough, pass_through
from paretocode.tiermap.picks.picks import PickPath, picks_of
from paretocode.tiermap.picks.tier_changes import TIER_CAUSES, TierChanges, tier_changes
from paretocode.tiermap.picks.track import TierTrack, track_of_map, track_of_rule

# In story order: edges through time, tiers through time, who changes tier, who is picked, which picks flip, holding on.
__all__ = [  # noqa: RUF022
    "EdgeRule",
    "FixedEdges",
    "PercentileEdges",
    "RefittedEdges",
    "edges_through_time",
    "tiers_of_scores",
    "TierTrack",
    "track_of_rule",
    "track_of_map",
    "TIER_CAUSES",
    "TierChanges",
    "tier_changes",
    "PickPath",
    "picks_of",
    "FLIP_CAUSES",
    "Flip",
    "Flips",
    "flips_of",
    "speed_noise",
    "HeldPicks",
    "hold_picks",
    "n_flips",
    "PassThrough",
    "pass_through",
]
