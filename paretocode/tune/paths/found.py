"""What did a search find? Maps as paths, their totals, how many maps share each, and what the answer is worth."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.tune.paths.graph import BandGraph

__all__ = ["FoundMaps", "Verdict"]


class Verdict(Enum):
    """What an answer is worth; the value is the sentence for people."""

    EXACT = "exact: every map of the grid was weighed, and none is better"
    WITHIN_EPSILON = (
        "within epsilon: a map left out is at most the stated amounts better than one shown, unless it keeps a limit "
        "by less than them"
    )
    FIRST_ONES = "incomplete: more maps qualify than were asked for; the best by the first metric are shown"
    UNPROVEN = "unproven: the best of the maps seen; the search was cut short before a better one was ruled out"
    NO_MAP = "none: no map of the grid keeps all limits"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundMaps:
    """Maps of one number of bands, in the order of `totals` on the searched metrics (lexicographic).

    Parameters
    ----------
    graph
        What was searched.
    n_bands
        Arcs of each path.
    searched
        The metrics that decided, in the order they were given.
    arcs
        Shape (n_maps, n_bands): a path each, from node 0 to the last.
    n_sharing
        Shape (n_maps,): how many maps have exactly these searched totals, itself included, 2^62 standing for that many
        or more; each search says where this is a lower bound, or counts equal weighted sums instead.
    slack
        For each searched metric how much worse a shown map may be than one that was left out; 0 where exact.
    verdict
        What the answer is worth.
    """

    graph: BandGraph
    n_bands: int
    searched: tuple[str, ...]
    arcs: NDArray[np.int32]
    n_sharing: IntColumn
    slack: tuple[int, ...]
    verdict: Verdict

    def __len__(self) -> int:
        return len(self.arcs)

    @property
    def totals(self) -> NDArray[np.int64]:
        """Shape (n_maps, n_metrics of the graph): every additive metric of every map."""
        return self.graph.totals_of(self.arcs)

    @property
    def searched_totals(self) -> NDArray[np.int64]:
        """Shape (n_maps, n_searched): the metrics that decided."""
        columns = [self.graph.column(metric) for metric in self.searched]
        return self.totals[:, columns]
