"""Which tier does a request reach the router with? Hysteresis and "never downgrade" for a whole stream at once.

Both hold on to the past of a session, so they look sequential. The play operator clamps its last level into a window
around what is asked; clamps compose to clamps, so that all levels follow from a prefix scan in about log2(longest
session) steps. "Never downgrade" is a running maximum.
"""

from __future__ import annotations

import numpy as np

from paretocode._checks import BoolColumn, IndexColumn, IntColumn
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["held_levels", "routed_tiers"]


def routed_tiers(stream: RequestStream, tier_map: TierMap) -> tuple[IndexColumn, IndexColumn]:
    """Return the tier that each request asks for, and the one that the policy asks in its place.

    O(n log n_tiers); with hysteresis O(n + changes x log of the longest session).
    """
    requested = tier_map.tiers_of(stream).astype(np.int32)
    routed = requested
    if tier_map.policy.hysteresis_ppm > 0:
        levels = held_levels(stream, hysteresis_ppm=tier_map.policy.hysteresis_ppm)
        routed = np.searchsorted(tier_map.request_edges_ppm, levels, side="right").astype(np.int32)
        routed[stream.is_omitted] = tier_map.default_index
    if tier_map.policy.downgrades == "never":
        lift = stream.session * tier_map.n_tiers  # sessions come one after another, so the maximum starts anew
        routed = (np.maximum.accumulate(routed + lift) - lift).astype(np.int32)
    return requested, routed


def held_levels(stream: RequestStream, *, hysteresis_ppm: int) -> IntColumn:
    """Return the play operator's level of each request [ppm]; meaningless where the min score is omitted.

    Notes
    -----
    L_t = max(q_t - h, min(q_t + h, L_{t-1})) within a session, L_1 = q_1; omitted requests are passed over. A level
    moves only where q changes, so the scan runs over the changes alone.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=[1] * 4, time_s=range(4), prompt_tokens=[1] * 4, completion_tokens=[1] * 4,
    ...                         min_score=[0.5, 0.6, 0.45, 0.2])
    >>> held_levels(stream, hysteresis_ppm=100_000).tolist()
    [500000, 500000, 500000, 300000]
    """
    stated = np.flatnonzero(~stream.is_omitted)
    levels = np.zeros(len(stream), dtype=np.int64)
    if len(stated) == 0:
        return levels
    asked, session = stream.min_score_ppm[stated], stream.session[stated]
    opens = np.ones(len(stated), dtype=np.bool_)
    opens[1:] = session[1:] != session[:-1]
    changes = opens.copy()
    changes[1:] |= asked[1:] != asked[:-1]
    at = np.flatnonzero(changes)
    held = _play(asked[at], opens[at], hysteresis_ppm)
    levels[stated] = np.repeat(held, np.diff(np.append(at, len(stated))))
    return levels


def _play(asked: IntColumn, opens: BoolColumn, h: int) -> IntColumn:
    """Return the levels by doubling: after step k an entry knows the clamp of the last 2^k entries of its session."""
    # The first entry of a session is the constant clamp to what it asks.
    low = np.where(opens, asked, asked - h)
    high = np.where(opens, asked, asked + h)
    is_done = opens.copy()
    reach = 1
    while not is_done.all():
        later = np.flatnonzero(~is_done)
        earlier = later - reach
        # The clamp of earlier entries comes first: its bounds pass through the later clamp.
        new_low = np.clip(low[earlier], low[later], high[later])
        new_high = np.clip(high[earlier], low[later], high[later])
        finished = is_done[earlier]
        low[later], high[later] = new_low, new_high
        is_done[later] = finished
        reach *= 2
    return low
