"""Whom does each tier of any map take? For cuts anywhere in the order of score, without a table of all bands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables.models import NEVER
from paretocode.tiermap.policy import Policy

__all__ = ["TierChoices", "tier_choices"]


class TierChoices(NamedTuple):
    """What a map decides for each class of requests.

    Parameters
    ----------
    model
        Shape (n_tiers, n_classes): place in the order of score of the model that serves, or `UNSERVED`.
    served_tier
        Shape (n_tiers, n_classes): whose shortlist it is from, or `UNSERVED`.
    """

    model: NDArray[np.int32]
    served_tier: NDArray[np.int32]


def tier_choices(ranks: NDArray[np.int64], cuts: IntColumn, policy: Policy) -> TierChoices:
    """Work out the choices of every tier. O(n_classes x n_models).

    Parameters
    ----------
    ranks
        Shape (n_classes, n_models): see `paretocode.sim.tables.choices.ranks_of_classes`.
    cuts
        Shape (n_tiers - 1,), not decreasing: how many models of the order of score stand below each edge.
    policy
        Its `eligibility` and `empty_tier` matter here.

    Examples
    --------
    >>> ranks = np.array([[2, 0, 1], [2, NEVER, NEVER]])  # the second class fits the first model alone
    >>> tier_choices(ranks, np.array([1]), Policy(empty_tier="down"))
    TierChoices(model=array([[0, 0], [1, 0]], dtype=int32), served_tier=array([[0, 0], [1, 0]], dtype=int32))
    """
    n_classes, n_models = ranks.shape
    ends = np.concatenate(([0], cuts, [n_models])).astype(np.int64)
    n_tiers = len(ends) - 1
    own = np.full((n_tiers, n_classes), UNSERVED, dtype=np.int32)
    for tier in range(n_tiers):
        low, high = int(ends[tier]), n_models if policy.eligibility == "floor" else int(ends[tier + 1])
        if low < high:
            best = low + np.argmin(ranks[:, low:high], axis=1)
            own[tier] = np.where(ranks[np.arange(n_classes), best] < NEVER, best, UNSERVED)
    return _handed_on(own, policy.empty_tier)


def _handed_on(own: NDArray[np.int32], rule: str) -> TierChoices:
    """Return the choices after a tier that can take nothing of a class has handed it on."""
    n_tiers = len(own)
    model, served = own.copy(), np.where(own == UNSERVED, UNSERVED, np.arange(n_tiers)[:, None]).astype(np.int32)
    if rule == "refuse":
        return TierChoices(model, served)
    step = 1 if rule == "up" else -1
    order = range(n_tiers - 2, -1, -1) if rule == "up" else range(1, n_tiers)
    for tier in order:
        lacks = model[tier] == UNSERVED
        model[tier, lacks], served[tier, lacks] = model[tier + step, lacks], served[tier + step, lacks]
    return TierChoices(model, served)
