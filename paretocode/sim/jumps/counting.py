"""How often does a session change tier or model between two requests?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, IndexColumn
from paretocode.sim.plan import UNSERVED
from paretocode.stream.stream import RequestStream

__all__ = ["Jumps", "count_jumps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jumps:
    """Counts over pairs of consecutive requests of one session.

    Parameters
    ----------
    n_pairs
        All such pairs.
    n_tier_jumps, n_model_jumps
        Pairs whose two requests are both served, by different tiers, by different models.
    """

    n_pairs: int
    n_tier_jumps: int
    n_model_jumps: int

    @property
    def tier_jump_rate(self) -> float | None:
        """Tier jumps per pair; None when there is no pair."""
        return self.n_tier_jumps / self.n_pairs if self.n_pairs else None

    @property
    def model_jump_rate(self) -> float | None:
        """Model jumps per pair; None when there is no pair."""
        return self.n_model_jumps / self.n_pairs if self.n_pairs else None


def count_jumps(stream: RequestStream, tier_served: IndexColumn, model_index: IndexColumn) -> Jumps:
    """Count tier and model jumps. O(n)."""
    is_pair = ~stream.is_first[1:]
    served = model_index != UNSERVED
    both: BoolColumn = is_pair & served[1:] & served[:-1]
    return Jumps(
        n_pairs=int(np.count_nonzero(is_pair)),
        n_tier_jumps=int(np.count_nonzero(both & (tier_served[1:] != tier_served[:-1]))),
        n_model_jumps=int(np.count_nonzero(both & (model_index[1:] != model_index[:-1]))),
    )
