"""What does a robust search answer? Maps weighed in every world, with what each could be at best there."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from paretocode._checks import FloatColumn, IndexColumn, IntColumn
from paretocode.tiermap import TierMap
from paretocode.tune.edges.maps import tier_map_of
from paretocode.tune.paths._levels import levels_of
from paretocode.tune.paths.found import Verdict
from paretocode.tune.prepare import Prepared
from paretocode.tune.worlds._worlds import Worlds

__all__ = ["RobustAnswer", "RobustMap"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RobustMap:
    """A map, weighed in every world.

    Parameters
    ----------
    n_bands
        Its number of tiers.
    arcs
        Shape (n_bands,): its path.
    totals
        Shape (n_worlds,): the measure's metric in each world.
    verdict
        What is known of it.
    """

    n_bands: int
    arcs: IndexColumn
    totals: IntColumn
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, eq=False)
class RobustAnswer:
    """The most robust map of each number of tiers.

    Parameters
    ----------
    aim
        One of `AIMS`.
    worlds
        The measure, names, weights and counts of the worlds, and the limits.
    own_best
        Shape (n_worlds,): the least total that any map of the asked numbers of tiers has in each world, limits kept;
        empty where no map is found.
    is_own_best_proven
        Whether all of these are proven; if not, they are the best of the maps seen.
    own_maps
        For each world a map with its least total, the one with the fewest tiers; empty where no map is found.
    maps
        The best map of each number of tiers that has one.
    verdicts
        Number of tiers -> what the search for it is worth.
    ready
        The graph that was searched.
    """

    aim: str
    worlds: Worlds
    own_best: IntColumn
    is_own_best_proven: bool
    own_maps: tuple[RobustMap, ...]
    maps: tuple[RobustMap, ...]
    verdicts: dict[int, Verdict]
    ready: Prepared

    @property
    def best(self) -> RobustMap | None:
        """The best over all numbers of tiers; of equal ones that with the fewest. None where there is no map."""
        return min(self.maps, key=lambda found: (self.aimed(found), found.n_bands), default=None)

    def values(self, found: RobustMap) -> FloatColumn:
        """Return the measure in each world, in people's units: shape (n_worlds,)."""
        return self._people(found.totals)

    def expected(self, found: RobustMap) -> float:
        """Return the weighted mean; of shares, the expected total over the expected number of requests."""
        return float(self._expected(found) / self.worlds.measure.unit)

    def worst(self, found: RobustMap) -> tuple[float, str]:
        """Return the highest value, and the first world that has it."""
        return self._highest(found, np.zeros_like(self.own_best))

    def regret(self, found: RobustMap) -> tuple[float, str]:
        """Return the largest distance to a world's own best map, and the first world that has it."""
        return self._highest(found, self.own_best)

    def tier_map(self, found: RobustMap, *, name: str) -> TierMap:
        """Return a map as a router reads it, without stickiness."""
        return tier_map_of(self.ready.space, found.arcs, name=name)

    def _people(self, totals: IntColumn) -> FloatColumn:
        measure, counts = self.worlds.measure, self.worlds.counts
        return np.array([measure.value(int(total), each) for total, each in zip(totals, counts, strict=True)])

    def _highest(self, found: RobustMap, base: IntColumn) -> tuple[float, str]:
        level = levels_of(base, self.worlds.per, int(found.totals.max())).of(found.totals[None])[0]
        at = int(np.argmax(level))
        return float(self._people(found.totals - base)[at]), self.worlds.names[at]

    def _expected(self, found: RobustMap) -> Fraction:
        weights = self.worlds.weights
        total = sum(w * int(t) for w, t in zip(weights, found.totals, strict=True))
        return Fraction(total, sum(w * p for w, p in zip(weights, self.worlds.per, strict=True)))

    def aimed(self, found: RobustMap) -> Fraction:
        """Return what the aim makes as small as it can, exact: to compare answers of one question."""
        if self.aim == "expected":
            return self._expected(found)
        base = self.own_best.tolist() if self.aim == "regret" else [0] * len(self.own_best)
        triples = zip(found.totals.tolist(), base, self.worlds.per, strict=True)
        return max(Fraction(total - least, per) for total, least, per in triples)
