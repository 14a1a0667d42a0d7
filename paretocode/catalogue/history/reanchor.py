"""Where do score edges go when the scores change their meaning? By rank or by quantile among the survivors.

Edges of one definition cut nothing in another. What can be kept is the place among models scored under both: with as
many of them below the edge as before (rank), or at the same quantile of their scores (quantile). Neither is right;
both say how many models they move, and keeping the old numbers says it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn, float_column, increasing, one_of
from paretocode.errors import InputError

__all__ = ["REANCHORINGS", "Reanchoring", "reanchor_edges", "reanchor_options"]

REANCHORINGS = ("keep", "rank", "quantile")
"""Ways to carry edges over: leave the numbers, keep the count below, keep the quantile."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reanchoring:
    """New edges, and whom they move.

    Parameters
    ----------
    method
        One of `REANCHORINGS`.
    edges
        In the unit of the new scores, strictly increasing.
    n_survivors
        Models scored under both.
    moved_index
        Rows of the survivors that stand in another band under the new edges than under the old ones.
    unanchored
        Positions of edges with no survivor below or none at or above: their place is a guess at the end of the field.
    """

    method: str
    edges: tuple[float, ...]
    n_survivors: int
    moved_index: IntColumn
    unanchored: tuple[int, ...]


def reanchor_edges(edges: Sequence[float], old: ArrayLike, new: ArrayLike, *, method: str = "rank") -> Reanchoring:
    """Carry edges from old scores to new ones.

    Parameters
    ----------
    edges
        On the old scores, strictly increasing; a score equal to an edge stands above it.
    old, new
        Shape (n_models,), the same models in the same order; NaN where not scored.
    method
        ``rank``: as many survivors below each edge as before; where ties of the new scores allow no such cut, the
        nearest count (of two, the lower). The edge lies in the middle of the gap; with no survivor below it is the
        least new score, with none above the next float over the greatest. ``quantile``: the quantile of the edge
        among the old scores (linear between them, ties at the mean of their places), looked up among the new ones.
        ``keep``: the same numbers.

    Raises
    ------
    InputError
        Unequal lengths, no survivor, an unknown method, edges that coincide on the new scores.

    Notes
    -----
    ``quantile`` is Hyndman and Fan's type 7 both ways (The American Statistician 50, 1996, 361-365). O(n log n).

    Examples
    --------
    The order of the two middle models turns round, so that any edge between them moves two:

    >>> result = reanchor_edges([25], old=[10, 20, 30, 40], new=[15, 45, 35, 60])
    >>> result.edges, result.moved_index.tolist()
    ((40.0,), [1, 2])
    >>> reanchor_edges([25], old=[10, 20, 30, 40], new=[15, 45, 35, 60], method="keep").moved_index.tolist()
    [1]
    """
    one_of(method, REANCHORINGS, name="method")
    increasing(edges, name="edges")
    before = float_column(old, name="old", missing_allowed=True)
    after = float_column(new, name="new", missing_allowed=True)
    if len(before) != len(after):
        raise InputError(f"old has {len(before)} scores and new {len(after)}", way_out="give the same models in both")
    survivors = np.flatnonzero(~np.isnan(before) & ~np.isnan(after))
    if not len(survivors):
        raise InputError("no model is scored under both definitions", way_out="set the edges anew")
    x, y = before[survivors], after[survivors]
    place = {"keep": _keep, "rank": _by_rank, "quantile": _by_quantile}[method]
    moved_to = tuple(float(edge) for edge in place(np.asarray(edges, dtype=np.float64), x, y))
    increasing(moved_to, name=f"edges, re-anchored by {method},")
    moved = np.digitize(x, edges) != np.digitize(y, moved_to)
    return Reanchoring(
        method=method,
        edges=moved_to,
        n_survivors=len(survivors),
        moved_index=survivors[moved],
        unanchored=tuple(i for i, edge in enumerate(edges) if not x.min() < edge <= x.max()),
    )


def reanchor_options(edges: Sequence[float], old: ArrayLike, new: ArrayLike) -> dict[str, Reanchoring]:
    """Return every way of `REANCHORINGS`, to compare how many models each moves.

    Raises
    ------
    InputError
        As `reanchor_edges`.
    """
    return {method: reanchor_edges(edges, old, new, method=method) for method in REANCHORINGS}


def _keep(edges: FloatColumn, _old: FloatColumn, _new: FloatColumn) -> FloatColumn:
    return edges


def _by_rank(edges: FloatColumn, old: FloatColumn, new: FloatColumn) -> FloatColumn:
    wanted = np.searchsorted(np.sort(old), edges, side="left")
    distinct, count = np.unique(new, return_counts=True)
    below = np.concatenate(([0], np.cumsum(count)))
    # argmin takes the first of two equally near counts, which is the lower.
    cut = np.argmin(np.abs(below[None, :] - wanted[:, None]), axis=1)
    middles = (distinct[:-1] + distinct[1:]) / 2
    cuts: FloatColumn = np.concatenate(([distinct[0]], middles, [np.nextafter(distinct[-1], np.inf)]))
    chosen: FloatColumn = cuts[cut]
    return chosen


def _by_quantile(edges: FloatColumn, old: FloatColumn, new: FloatColumn) -> FloatColumn:
    # Places are counted 0 .. n - 1, not 0 .. 1: an edge on a survivor's old score then lands on a new one exactly.
    places = np.arange(len(old), dtype=np.float64)
    distinct, where, count = np.unique(np.sort(old), return_inverse=True, return_counts=True)
    mean_place = np.bincount(where, weights=places) / count
    found: FloatColumn = np.interp(np.interp(edges, distinct, mean_place), places, np.sort(new))
    return found
