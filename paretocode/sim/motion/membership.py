"""Who is in which tier while the catalogue moves? The lists as they stand, or the score edges applied afresh."""

from __future__ import annotations

import dataclasses

import numpy as np

from paretocode._checks import one_of
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.tiermap.ranking import display_order
from paretocode.tiermap.tier_map import Tier, TierMap

__all__ = ["MEMBERSHIPS", "map_in_force"]

MEMBERSHIPS = ("listed", "recut")
"""``listed``: the map's lists stay, and the router ranks them by the prices in force; ``recut``: the map's score edges
sort all scored models of each epoch's catalogue anew, those that the map did not list included."""


def map_in_force(tier_map: TierMap, catalogue: Catalogue, membership: str) -> TierMap:
    """Return the map as it reads under a catalogue.

    A model without a score is in no tier of a map that is cut anew; a score on an edge belongs to the tier above.

    Raises
    ------
    InputError
        An unknown membership; ``recut`` for a map without score edges; another score definition.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.tiermap import map_from_edges
    >>> models = load_bundled()
    >>> cut = map_from_edges(models, score_edges=[50.0], request_edges=[0.5])
    >>> [len(tier.models) for tier in map_in_force(cut, models.select(range(5)), "recut").tiers]
    [1, 4]
    """
    one_of(membership, MEMBERSHIPS, name="membership")
    tier_map.check_against(catalogue)
    if membership == "listed":
        return tier_map
    if tier_map.score_edges_milli is None:
        raise InputError(
            "the map has no score edges to cut by",
            where=f"tier map {tier_map.name!r}",
            way_out="use membership 'listed', or give the map score edges",
        )
    band = np.searchsorted(tier_map.score_edges_milli, catalogue.score_milli, side="right")
    return dataclasses.replace(
        tier_map,
        tiers=tuple(
            Tier(
                name=tier.name, models=_members(tier_map, catalogue, np.flatnonzero((band == i) & catalogue.has_score))
            )
            for i, tier in enumerate(tier_map.tiers)
        ),
    )


def _members(tier_map: TierMap, catalogue: Catalogue, rows: np.ndarray) -> tuple[str, ...]:
    return tuple(catalogue.keys[row] for row in display_order(catalogue, rows, tier_map.policy))
