"""What did a search find? The joint frontier of maps over settings and numbers of tiers, and the best of any part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.tiermap import TierMap
from paretocode.tune.edges.maps import exact_totals, tier_map_of
from paretocode.tune.measures import measure_named
from paretocode.tune.paths.found import FoundMaps, Verdict
from paretocode.tune.prepare import Prepared
from paretocode.tune.question import MapQuestion

__all__ = ["BestMap", "MapAnswer", "MapPlace", "SearchedSetting", "totals_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SearchedSetting:
    """One setting of the knobs and its frontiers.

    Parameters
    ----------
    prepared
        The setting's graph and candidates.
    found
        The frontier for each number of tiers, rising.
    n_maps
        How many maps each of them chose from; 2^62 stands for that many or more.
    """

    prepared: Prepared
    found: tuple[FoundMaps, ...]
    n_maps: tuple[int, ...]


class MapPlace(NamedTuple):
    """Where a map is: the position of its setting, and its path there."""

    setting: int
    arcs: NDArray[np.int32]


class BestMap(NamedTuple):
    """The best map of a part of a search.

    Parameters
    ----------
    place
        Where it is.
    totals
        Shape (n_shown,): the shown measures' metrics.
    n_sharing
        How many maps of its setting and number of tiers have exactly its searched totals; None where not counted.
    """

    place: MapPlace
    totals: NDArray[np.int64]
    n_sharing: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class MapAnswer:
    """The maps that no other one dominates, over settings and numbers of tiers; columns of shape (n_maps,).

    Parameters
    ----------
    question
        What was asked.
    searched
        Every setting.
    setting, n_bands, place
        Where each map is: its setting, its number of tiers, its row in that `FoundMaps`.
    totals
        Shape (n_maps, n_shown): the shown measures' metrics, in the order of `question.shown`.
    n_sharing
        How many maps of its setting and number of tiers have exactly its searched totals.
    """

    question: MapQuestion
    searched: tuple[SearchedSetting, ...]
    setting: IntColumn
    n_bands: IntColumn
    place: IntColumn
    totals: NDArray[np.int64]
    n_sharing: IntColumn

    def __len__(self) -> int:
        return len(self.place)

    @cached_property
    def _column_of(self) -> dict[str, int]:
        return {measure.name: at for at, measure in enumerate(self.question.shown)}

    def column(self, name: str) -> int:
        """Return the position of a shown measure in `totals`."""
        return self._column_of[name]

    def total(self, name: str) -> IntColumn:
        """Return one measure's whole totals."""
        totals: IntColumn = self.totals[:, self.column(name)]
        return totals

    def value(self, name: str) -> FloatColumn:
        """Return one measure in people's units."""
        measure, counts = measure_named(name), self.question.counts
        return np.array([measure.value(int(total), counts) for total in self.total(name)])

    @cached_property
    def is_within(self) -> BoolColumn:
        """Which maps keep all limits."""
        return self._within(self.totals)

    def _within(self, totals: NDArray[np.int64]) -> BoolColumn:
        within = np.ones(len(totals), dtype=np.bool_)
        for name, limit in self.question.limits.items():
            within &= totals[:, self._column_of[name]] <= measure_named(name).total(limit, self.question.counts)
        return within

    def arcs(self, row: int) -> NDArray[np.int32]:
        """Return the path of a map."""
        found = self._found(row)
        path: NDArray[np.int32] = found.arcs[int(self.place[row])]
        return path

    def _found(self, row: int) -> FoundMaps:
        setting = self.searched[int(self.setting[row])]
        return next(found for found in setting.found if found.n_bands == int(self.n_bands[row]))

    def best(self, *, setting: int | None = None, n_bands: int | None = None) -> BestMap | None:
        """Return the best map within all limits of a setting, of a number of tiers, of both, or of all.

        By the searched measures in their order, then the fewest tiers, then the first setting. It need not be a map of
        the joint frontier: another setting may do as well, or better. None where no map keeps the limits.
        """
        found = [
            best
            for at, one in enumerate(self.searched)
            if setting in {None, at}
            for each in one.found
            if n_bands in {None, each.n_bands}
            if (best := self._best_of(at, one, each)) is not None
        ]
        columns = [self.column(name) for name in self.question.measures]
        return min(
            found,
            key=lambda best: (best.totals[columns].tolist(), len(best.place.arcs), best.place.setting),
            default=None,
        )

    def _best_of(self, at: int, one: SearchedSetting, found: FoundMaps) -> BestMap | None:
        """Return the first map of a finding that keeps the limits: findings stand in lexicographic order."""
        totals = totals_of(one, found, [measure.metric for measure in self.question.shown])
        rows = np.flatnonzero(self._within(totals))
        if not len(rows):
            return None
        row = int(rows[0])
        place = MapPlace(setting=at, arcs=found.arcs[row])
        return BestMap(place=place, totals=totals[row], n_sharing=int(found.n_sharing[row]))

    def place_of(self, row: int) -> MapPlace:
        """Return where a map of the frontier is."""
        return MapPlace(setting=int(self.setting[row]), arcs=self.arcs(row))

    def tier_map(self, place: MapPlace, *, name: str) -> TierMap:
        """Return a map as a router reads it, under the question's own stickiness."""
        policy = self.question.policy
        found = tier_map_of(self.searched[place.setting].prepared.space, place.arcs, name=name)
        return found.with_policy(stickiness=policy.stickiness, sticky_ttl_s=policy.sticky_ttl_s)

    def exact(self, place: MapPlace) -> IntColumn:
        """Return the shown measures' totals of a map with nothing left out; the search's own are sums over bands.

        Shape (n_shown,). They differ where tiers share a model or hand requests on. O(rows of the tables).
        """
        space = self.searched[place.setting].prepared.space
        totals = exact_totals(space, place.arcs).totals
        names = space.metrics[0].names
        return np.array([totals[names.index(measure.metric)] for measure in self.question.shown])

    @property
    def is_exact(self) -> bool:
        """Whether every answer that holds maps is exact."""
        return all(f.verdict in {Verdict.EXACT, Verdict.NO_MAP} for one in self.searched for f in one.found)


def totals_of(one: SearchedSetting, found: FoundMaps, metrics: list[str]) -> NDArray[np.int64]:
    """Return some metrics of all maps of a finding: shape (n_maps, n_metrics)."""
    graph = one.prepared.space.graph
    columns = [graph.column(metric) for metric in metrics]
    totals: NDArray[np.int64] = found.totals[:, columns]
    return totals
