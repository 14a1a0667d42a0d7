"""Which tier does a min score ask for when it is read with a normal error? Probabilities, edge by edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.stream.demand.asked_counts import OMITTED
from paretocode.tiermap.tier_map import TierMap

__all__ = ["NoiseLaw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseLaw:
    """Tiers of a map under an error with a standard deviation of `sd_ppm` [parts per million]."""

    tier_map: TierMap
    sd_ppm: float

    def tier_of(self, asked: IntColumn) -> IntColumn:
        """Return the tiers without noise, shape (n,)."""
        tier = np.searchsorted(self.tier_map.request_edges_ppm, asked, side="right").astype(np.int64)
        tier[asked == OMITTED] = self.tier_map.default_index
        return tier

    def reaches(self, asked: IntColumn) -> FloatColumn:
        """Return the probability that a min score reaches each tier or a higher one, shape (n_tiers + 1, n).

        The first row is 1 and the last one 0, so that differences of neighbours are the shares of the tiers.
        """
        from scipy.special import ndtr

        reaches = np.zeros((self.tier_map.n_tiers + 1, len(asked)))
        reaches[0] = 1
        for above, edge in enumerate(self.tier_map.request_edges_ppm, start=1):
            if edge == 0:  # scores are cut off at 0, so no error falls below it
                reaches[above] = 1
            elif self.sd_ppm == 0:
                reaches[above] = asked >= edge
            else:
                reaches[above] = ndtr((asked - edge) / self.sd_ppm)
        tiers = np.arange(self.tier_map.n_tiers + 1)[:, None]
        return np.where(asked == OMITTED, tiers <= self.tier_map.default_index, reaches)

    def tier_shares(self, asked: IntColumn) -> FloatColumn:
        """Return the probability of each tier, shape (n_tiers, n)."""
        return -np.diff(self.reaches(asked), axis=0)

    def stays(self, asked: IntColumn) -> FloatColumn:
        """Return the probability that noise leaves a request in its tier, shape (n,)."""
        shares: FloatColumn = self.tier_shares(asked)[self.tier_of(asked), np.arange(len(asked))]
        return shares

    def same_tier_apart(self, first: IntColumn, second: IntColumn) -> FloatColumn:
        """Return the probability that two min scores with independent errors ask for one tier, shape (n,)."""
        shares: FloatColumn = (self.tier_shares(first) * self.tier_shares(second)).sum(axis=0)
        return shares

    def same_tier_together(self, first: IntColumn, second: IntColumn) -> FloatColumn:
        """Return the probability that two min scores with one common error ask for one tier, shape (n,).

        Both are in tier t when the lower of them reaches t and the higher one does not reach t + 1.
        """
        one, other = self.reaches(first), self.reaches(second)
        within = np.minimum(one, other)[:-1] - np.maximum(one, other)[1:]
        shares: FloatColumn = np.maximum(within, 0).sum(axis=0)
        return np.where(first == second, 1.0, shares)
