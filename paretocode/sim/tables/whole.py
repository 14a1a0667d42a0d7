"""What does a whole map add up to, exactly? Every pair of requests is known by both cells, so nothing is left out.

The search adds bands and so cannot see that two tiers serve one model, or that a full tier hands its requests on. For
one given map the tables know both.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables.metrics import TableMetrics

__all__ = ["MapDecisions", "WholeMap", "whole_map"]


class MapDecisions(NamedTuple):
    """What a map decides, by cell and kind of request.

    Parameters
    ----------
    tier
        Shape (n_cells,): the tier of each cell, lowest 0.
    model, served_tier
        Shape (n_tiers, n_kinds): the model that serves a kind of request of a tier, and whose shortlist it is from;
        `UNSERVED` where none.
    """

    tier: IntColumn
    model: NDArray[np.int32]
    served_tier: NDArray[np.int32]


class WholeMap(NamedTuple):
    """The totals of a map.

    Parameters
    ----------
    totals
        Shape (n_metrics,), all exact: a request is warm wherever the turn before had its model, across tiers too.
    n_tier_jumps, n_model_jumps
        Pairs served by different tiers, by different models, as the replay counts them.
    """

    totals: IntColumn
    n_tier_jumps: int
    n_model_jumps: int


def whole_map(metrics: TableMetrics, kind_of_class: IntColumn, decisions: MapDecisions) -> WholeMap:
    """Return the exact totals of a map whose request edges lie on the grid. O(rows of the tables)."""
    requests, pairs = metrics.tables.requests, metrics.tables.pairs
    kind = kind_of_class[requests.number]
    model = decisions.model[decisions.tier[requests.cell], kind].astype(np.int64)
    totals = metrics.of_requests(np.arange(len(requests)), model).sum(axis=0)
    tiers = decisions.tier[pairs.cell_before], decisions.tier[pairs.cell]
    kinds = kind_of_class[pairs.number_before], kind_of_class[pairs.number]
    was, now = (decisions.model[tier, k].astype(np.int64) for tier, k in zip(tiers, kinds, strict=True))
    from_tier, to_tier = (decisions.served_tier[tier, k] for tier, k in zip(tiers, kinds, strict=True))
    same = np.flatnonzero((was == now) & (now != UNSERVED))
    totals[list(metrics.given_back)] -= metrics.of_pairs(same, now[same]).sum(axis=0)
    distance = np.abs(tiers[1] - tiers[0])
    for name, weight in (("n_tier_changes", distance > 0), ("tier_distance", distance)):
        if name in metrics.names:
            totals[metrics.names.index(name)] = int((pairs.n * weight).sum())
    both = (was != UNSERVED) & (now != UNSERVED)
    return WholeMap(
        totals=totals,
        n_tier_jumps=int(pairs.n[both & (from_tier != to_tier)].sum()),
        n_model_jumps=int(pairs.n[both & (was != now)].sum()),
    )
