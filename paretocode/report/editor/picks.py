"""Who is picked in each tier, who stands by, and by how much does the pick lead? For a request that fits everywhere."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from paretocode._checks import IntColumn
from paretocode.report.editor.world import EditorWorld
from paretocode.sim.plan import UNSERVED, routing_plan
from paretocode.sim.tables.models import NEVER
from paretocode.tiermap import TierMap
from paretocode.tiermap.ranking import ranked_rows

__all__ = ["TierPicks", "picks_of_bands", "picks_of_map"]


class TierPicks(NamedTuple):
    """The shortlist of a tier for the smallest request, as catalogue rows.

    Parameters
    ----------
    rows
        The pick and its fallbacks, best first; empty where the tier cannot serve.
    n_members
        Models of the tier, those that can never serve among them.
    next_row
        The model that would be picked if the pick went away; None where there is none.
    """

    rows: tuple[int, ...]
    n_members: int
    next_row: int | None


def picks_of_bands(world: EditorWorld, cuts: IntColumn) -> tuple[TierPicks, ...]:
    """Return the picks of each tier of a map whose tiers are bands of scores. O(models).

    Parameters
    ----------
    cuts
        How many models of the order of score stand below each edge.

    Notes
    -----
    Where each request has a price of its own the blend 3:1 of prompt and completion stands in.
    """
    models = world.models
    rank = models.rank(models.list_price)
    ends = [0, *cuts.tolist(), len(models)]
    is_floor = world.policy.eligibility == "floor"
    found = []
    for low, high in itertools.pairwise(ends):
        top = len(models) if is_floor else high
        able = low + np.flatnonzero(rank[low:top] < NEVER)
        best = able[np.argsort(rank[able], kind="stable")][: 2 + world.policy.n_fallbacks]
        found.append(_picks(world, models.row[best].tolist(), n_members=high - low))
    return tuple(found)


def picks_of_map(world: EditorWorld, tier_map: TierMap) -> tuple[TierPicks, ...]:
    """Return the picks of each tier of any map, as its own policy ranks them.

    Raises
    ------
    InputError
        A map that does not fit the catalogue.
    """
    plan = routing_plan(tier_map, world.catalogue)
    found = []
    for tier, members in enumerate(tier_map.tiers):
        state = tier * plan.n_classes
        rows = list(plan.shortlists[state]) if plan.served_tier[state] in {tier, UNSERVED} else []
        if not plan.is_static:
            price = np.zeros(len(world.catalogue), dtype=np.int64)
            price[world.models.row] = world.models.list_price
            rows = ranked_rows(world.catalogue, rows, tier_map.policy, price=price)
        found.append(_picks(world, rows, n_members=len(members.models)))
    return tuple(found)


def _picks(world: EditorWorld, rows: Sequence[int], *, n_members: int) -> TierPicks:
    shown = tuple(int(row) for row in rows[: 1 + world.policy.n_fallbacks])
    return TierPicks(rows=shown, n_members=n_members, next_row=int(rows[1]) if len(rows) > 1 else None)
