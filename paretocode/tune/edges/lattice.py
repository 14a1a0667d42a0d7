"""At which positions may a tier begin? Edges on both axes, coupled or apart.

A *position* is where one tier ends and the next begins: an edge on the request axis together with an edge on the score
axis. Coupled, each candidate edge is one position; apart, every pair of a request edge and a score edge is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, IntColumn, read_only
from paretocode.errors import InputError
from paretocode.sim.tables import ScoredModels
from paretocode.stream.stream import PPM
from paretocode.tune.edges.candidates import Candidates
from paretocode.tune.edges.places import roundest
from paretocode.tune.edges.tier_rules import TierRules

__all__ = ["Lattice", "TierRules", "apart", "coupled", "score_edges_of"]

_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True, kw_only=True, eq=False)
class Lattice:
    """Positions, ordered so that every band leads from an earlier to a later one; the first and last end both axes.

    Parameters
    ----------
    cell
        Shape (n,): cells below the position: 0 at the bottom, n_cells at the top.
    request_ppm, score_milli
        Shape (n,): the edges; meaningless at the two ends.
    is_pinned_request, is_pinned_score
        Shape (n,): whether that edge is pinned.
    """

    cell: IntColumn
    request_ppm: IntColumn
    score_milli: IntColumn
    is_pinned_request: BoolColumn
    is_pinned_score: BoolColumn

    def __len__(self) -> int:
        return len(self.cell)

    def places_of(self, models: ScoredModels) -> IntColumn:
        """Return shape (n,): how many models stand below each position; all of them at the top.

        A score equal to an edge stands above it. Over positions of one request edge, and over coupled ones, places do
        not decrease.
        """
        places = np.searchsorted(models.score_milli, self.score_milli, side="left")
        places[0], places[-1] = 0, len(models)
        return places


def coupled(points: Candidates, models: ScoredModels) -> Lattice:
    """Return the lattice of edges that cut both axes at one place of the common axis.

    Parameters
    ----------
    points
        Candidates over the values of `coupled_values`.

    Raises
    ------
    InputError
        No edge, or not a pinned one, can be written down: the scores that it parts agree to a thousandth.

    Notes
    -----
    Models whose place on the axis is at least the candidate's value stand above the edge; the score edge is a round
    number in the gap between the two models that it parts. Where several candidates lie in one gap their score edges
    rise through it, so that a tier without models can be written down too. Candidates between scores that agree to a
    thousandth are left out.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.tables import scored_models
    >>> from paretocode.tiermap import Policy
    >>> from paretocode.tune.edges.candidates import EdgeRules, coupled_values, request_candidates
    >>> catalogue = load_bundled()
    >>> models = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    >>> values = coupled_values(models, np.array([100_000]), np.array([7]))
    >>> lattice = coupled(request_candidates(*values, EdgeRules()), models)
    >>> lattice.request_ppm[:4].tolist(), lattice.places_of(models)[:4].tolist()  # two edges below the second model
    ([0, 40000, 90000, 130000], [0, 0, 1, 1])
    """
    below = np.searchsorted(models.axis_ppm, points.high, side="left")
    milli, fits = score_edges_of(models.score_milli, below)
    if lost := np.flatnonzero(points.is_pinned & ~fits).tolist():
        raise InputError(
            f"the pinned request edge {points.edge[lost[0]]:,} parts models whose scores agree to a thousandth",
            where="search",
            way_out="unpin it, or search request and score edges apart",
        )
    kept = np.flatnonzero(fits)
    if not len(kept):
        raise InputError(
            "no edge parts two scores that differ by a thousandth",
            where="search",
            way_out="search request and score edges apart",
        )
    return Lattice(
        cell=_with_ends(kept + 1, 0, len(points) + 1),
        request_ppm=_with_ends(points.edge[kept], 0, PPM + 1),
        score_milli=_with_ends(milli[kept], 0, 0),
        is_pinned_request=_with_ends(points.is_pinned[kept], False, False),
        is_pinned_score=_with_ends(np.zeros(len(kept), dtype=np.bool_), False, False),
    )


def apart(requests: Candidates, scores: Candidates) -> Lattice:
    """Return the lattice of all pairs of a request edge and a score edge, lowest request edge first.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.tables import scored_models
    >>> from paretocode.tiermap import Policy
    >>> from paretocode.tune.edges.candidates import EdgeRules, request_candidates, score_candidates
    >>> catalogue = load_bundled()
    >>> models = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    >>> requests = request_candidates(np.array([200_000, 650_000]), np.array([1, 1]), EdgeRules())
    >>> scores = score_candidates(models, EdgeRules())
    >>> len(requests), len(scores), len(apart(requests, scores))  # all pairs, and the two ends
    (2, 12, 26)
    """
    first, second = np.divmod(np.arange(len(requests) * len(scores)), len(scores))
    return Lattice(
        cell=_with_ends(first + 1, 0, len(requests) + 1),
        request_ppm=_with_ends(requests.edge[first], 0, PPM + 1),
        score_milli=_with_ends(scores.edge[second], 0, 0),
        is_pinned_request=_with_ends(requests.is_pinned[first], False, False),
        is_pinned_score=_with_ends(scores.is_pinned[second], False, False),
    )


def _with_ends(column: NDArray[_Scalar], first: int, last: int) -> NDArray[_Scalar]:
    ends = np.array([first, last], dtype=column.dtype)
    return read_only(np.concatenate((ends[:1], column, ends[1:])))


def score_edges_of(score_milli: IntColumn, below: IntColumn) -> tuple[IntColumn, BoolColumn]:
    """Return a score edge for each number of models below it, rising within a gap; and whether the gap has room."""
    edge = np.zeros(len(below), dtype=np.int64)
    fits = np.zeros(len(below), dtype=np.bool_)
    for place in np.unique(below).tolist():
        mine = np.flatnonzero(below == place)
        n = len(mine)
        # Beyond the lowest and the highest score there is room for all.
        low = int(score_milli[place - 1]) if place else int(score_milli[0]) - n
        high = int(score_milli[place]) if place < len(score_milli) else int(score_milli[-1]) + n
        if high <= low:
            continue
        fits[mine] = True
        if n == 1 or high - low < n:
            edge[mine] = roundest(low, high)
        else:
            edge[mine] = low + 1 + np.arange(1, n + 1) * (high - low - 1) // n
    return edge, fits
