"""What does a map decide in each epoch, before any request has come? Every shortlist, worked out once.

A request enters a stateless decision through its tier, which context windows hold it, and now also the catalogue in
force: state = (epoch, tier, context class). Stickiness needs nothing more, because a model is the same row in every
epoch, so that "still in the shortlist" is one look-up in the states of the epoch in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paretocode._checks import IndexColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.motion.membership import map_in_force
from paretocode.sim.motion.timeline import Timeline
from paretocode.sim.motion.versions import Versions, versions_of
from paretocode.sim.plan import RoutingPlan, deciding_models, refuse_idle_map, shortlists_of_states, usable_rows
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["MovingPlan", "moving_plan"]


@dataclass(frozen=True, kw_only=True)
class MovingPlan(RoutingPlan):
    """Shortlists by state, where state = (epoch * n_tiers + tier) * n_classes + context class.

    Parameters
    ----------
    timeline
        Which catalogue is in force when; `catalogue` is its overview.
    membership
        One of `MEMBERSHIPS`.
    maps
        The map as it reads in each epoch.
    """

    timeline: Timeline
    membership: str
    maps: tuple[TierMap, ...]

    @cached_property
    def versions(self) -> Versions:
        """The distinct numbers of all models."""
        return versions_of(self.timeline)

    @property
    def priced(self) -> Catalogue:
        """The versions of all models; see `contenders`."""
        return self.versions.catalogue

    def contenders(self, state: int) -> tuple[IndexColumn, IndexColumn]:
        """Return the models of a state that price decides between, in tie order, and their versions in its epoch."""
        epoch = state // (self.n_classes * self.tier_map.n_tiers)
        models = deciding_models(self.tier_map, self.timeline.catalogues[epoch], self.shortlists[state])
        return models, self.versions.row[epoch, models]

    def epochs_of(self, stream: RequestStream) -> IndexColumn:
        """Return which catalogue is in force at each request. O(n log n_epochs)."""
        return self.timeline.epoch_of(stream.time_us)


def moving_plan(tier_map: TierMap, timeline: Timeline, *, membership: str = "listed") -> MovingPlan:
    """Work out every shortlist of a map in every epoch. O(n_epochs x n_tiers x n_classes x n_models log n_models).

    Raises
    ------
    InputError
        As `map_in_force`; a map that can serve nothing in any epoch. One that can in some epochs only is fine:
        elsewhere requests are unserved.
    """
    catalogues = timeline.catalogues
    maps = tuple(map_in_force(tier_map, catalogue, membership) for catalogue in catalogues)
    usable = [usable_rows(its, catalogue) for its, catalogue in zip(maps, catalogues, strict=True)]
    if not any(usable):
        refuse_idle_map(tier_map, catalogues[0])
    windows = [catalogue.context_tokens[rows] for catalogue, rows in zip(catalogues, usable, strict=True)]
    limits = np.unique(np.concatenate(windows)).astype(np.int64)
    by_epoch = [shortlists_of_states(its, c, limits) for its, c in zip(maps, catalogues, strict=True)]
    return MovingPlan(
        tier_map=tier_map,
        catalogue=timeline.overview,
        context_limits=limits,
        served_tier=np.array([tier for served, _ in by_epoch for tier in served], dtype=np.int32),
        shortlists=tuple(rows for _, lists in by_epoch for rows in lists),
        timeline=timeline,
        membership=membership,
        maps=maps,
    )
