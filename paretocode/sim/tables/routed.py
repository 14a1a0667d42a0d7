"""On which level of the request axis is each request routed? Every filter of the request that commutes with edges.

Hysteresis follows the play operator, whose level does not depend on the edges; "never downgrade" is a running maximum
of levels, which reaches an edge exactly when the running maximum of tiers does. So a stream is filtered once, and
every map then routes it by level.
"""

from __future__ import annotations

import numpy as np

from paretocode._checks import IntColumn
from paretocode.sim.levels import held_levels
from paretocode.stream.stream import PPM, RequestStream
from paretocode.tiermap.policy import Policy

__all__ = ["ABOVE_ALL", "BELOW_ALL", "routed_levels"]

ABOVE_ALL, BELOW_ALL = PPM + 1, -1
"""Levels of a request that omits its min score, where the default is the highest and where it is the lowest tier."""


def routed_levels(stream: RequestStream, policy: Policy, *, default_is_highest: bool = True) -> IntColumn:
    """Return the level that decides on each request's tier, whatever the edges [ppm].

    Parameters
    ----------
    policy
        Its `hysteresis_ppm` and `downgrades` matter here.
    default_is_highest
        Whether a request that omits its min score goes to the highest tier (as documented) or to the lowest.

    Returns
    -------
    IntColumn
        Shape (n,): a request is routed to the tier of the greatest edge <= its level. `ABOVE_ALL` or `BELOW_ALL` where
        the default tier decides.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=[1] * 4, time_s=range(4), prompt_tokens=[1] * 4, completion_tokens=[1] * 4,
    ...                         min_score=[0.5, 0.2, float("nan"), 0.3])
    >>> routed_levels(stream, Policy()).tolist()
    [500000, 200000, 1000001, 300000]
    >>> routed_levels(stream, Policy(downgrades="never"), default_is_highest=False).tolist()
    [500000, 500000, 500000, 500000]
    """
    held = policy.hysteresis_ppm > 0
    level = held_levels(stream, hysteresis_ppm=policy.hysteresis_ppm) if held else stream.min_score_ppm
    level = np.where(stream.is_omitted, ABOVE_ALL if default_is_highest else BELOW_ALL, level)
    if policy.downgrades == "never":
        lift = stream.session * (ABOVE_ALL + 2)  # sessions come one after another, so the maximum starts anew
        level = np.maximum.accumulate(level + lift) - lift
    return level
