"""Which pairs of positions may be a tier? The rules of tiers, for all ends of a tier at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, IntColumn
from paretocode.errors import InputError
from paretocode.sim.tables import ScoredModels
from paretocode.tune.edges.lattice import Lattice
from paretocode.tune.edges.tier_rules import TierRules

__all__ = ["Bands", "allowed_bands"]

_MOST_BANDS = 6_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Bands:
    """Pairs of positions that may be a tier: `low` and `high` of shape (n_bands,), low < high, sorted by both."""

    low: IntColumn
    high: IntColumn


def allowed_bands(lattice: Lattice, models: ScoredModels, rules: TierRules) -> Bands:
    """Return the pairs of positions that may be a tier.

    Raises
    ------
    InputError
        More pairs than can be searched, or none at all.

    Notes
    -----
    Both edges rise; no pinned edge is passed over; the members lie within the rules. O(positions^2).
    """
    n = len(lattice)
    if n * (n - 1) // 2 > 8 * _MOST_BANDS:
        raise InputError(
            f"{n - 2:,} positions make {n * (n - 1) // 2:,} pairs",
            where="search",
            way_out="thin the grid with most_candidates",
        )
    may_be = _MayBeTier(lattice, models, rules)
    highs = [may_be.ends_of(low) for low in range(n - 1)]
    n_bands = sum(map(len, highs))
    if not n_bands:
        raise InputError("no band keeps the rules of tiers", where="search", way_out="loosen them one by one")
    if n_bands > _MOST_BANDS:
        raise InputError(
            f"{n_bands:,} bands are too many", where="search", way_out="thin the grid with most_candidates"
        )
    return Bands(low=np.repeat(np.arange(n - 1), [len(high) for high in highs]), high=np.concatenate(highs))


class _MayBeTier:
    """A lattice and the rules, prepared once."""

    def __init__(self, lattice: Lattice, models: ScoredModels, rules: TierRules) -> None:
        self.lattice, self.models, self.rules = lattice, models, rules
        self.last = len(lattice) - 1
        self.place = lattice.places_of(models)
        self.serving = np.concatenate(([0], np.cumsum(models.can_serve)))
        self.axes = (
            _Axis(lattice.request_ppm, lattice.is_pinned_request, max(1, rules.least_request_gap_ppm)),
            _Axis(lattice.score_milli, lattice.is_pinned_score, max(1, rules.least_score_gap_milli)),
        )
        self.provider = np.unique(np.array(models.providers), return_inverse=True)[1]
        self.providers_from: dict[int, IntColumn] = {}

    def ends_of(self, low: int) -> IntColumn:
        """Return the positions that may end a tier that begins at `low`, increasing. O(positions)."""
        high = np.arange(low + 1, self.last + 1)
        rules, place = self.rules, self.place
        members = place[high] - place[low]
        fits: BoolColumn = (self.lattice.cell[high] > self.lattice.cell[low]) & (members >= max(0, rules.least_members))
        fits &= self.serving[place[high]] - self.serving[place[low]] >= rules.least_serving
        if rules.most_members is not None:
            fits &= members <= rules.most_members
        for axis in self.axes:
            fits &= axis.lets_pass(low, high, self.last)
        high, members = high[fits], members[fits]
        if rules.least_providers > 1 and len(high):
            high = high[self._providers(int(place[low]))[members] >= rules.least_providers]
        return high

    def _providers(self, start: int) -> IntColumn:
        """Return how many distinct providers serve among the first 0, 1, 2 ... models from a place on."""
        if start not in self.providers_from:
            serving = np.flatnonzero(self.models.can_serve[start:])
            _, first = np.unique(self.provider[start:][serving], return_index=True)
            is_new = np.zeros(len(self.models) - start + 1, dtype=np.int64)
            is_new[serving[first] + 1] = 1
            self.providers_from[start] = np.cumsum(is_new)
        return self.providers_from[start]


class _Axis:
    """Edges of one axis, which are pinned, and how near they may come."""

    def __init__(self, edge: IntColumn, is_pinned: BoolColumn, least_gap: int) -> None:
        self.edge, self.least_gap = edge, least_gap
        self.pins = np.unique(edge[is_pinned])

    def lets_pass(self, low: int, high: IntColumn, last: int) -> BoolColumn:
        """Return which bands keep the gap and have no pinned edge strictly inside."""
        is_inner = (low > 0) & (high < last)
        passed = 0 if low == 0 else np.searchsorted(self.pins, self.edge[low], side="right")
        reached = np.where(high == last, len(self.pins), np.searchsorted(self.pins, self.edge[high], side="left"))
        fits: BoolColumn = (reached <= passed) & (~is_inner | (self.edge[high] - self.edge[low] >= self.least_gap))
        return fits
