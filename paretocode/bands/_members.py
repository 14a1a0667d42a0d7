"""How are values made ready for cutting, and how does a set of cuts become bands?"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn, float_column, same_length
from paretocode.bands.bands import Bands
from paretocode.errors import InputError

_MOST_DECIMALS = 4
_SAMPLE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Values collapsed to distinct values in increasing order, with what stands behind each.

    Parameters
    ----------
    distinct, weight, count
        Shape (m,): each distinct value, its summed weight and its number of rows.
    """

    distinct: FloatColumn
    weight: FloatColumn
    count: IntColumn

    @property
    def n(self) -> int:
        """Number of values, copies counted."""
        return int(self.count.sum())

    @property
    def middle(self) -> FloatColumn:
        """Middle of each gap between neighbouring distinct values, shape (m - 1,); above the gap's lower end."""
        return middles(self.distinct[:-1], self.distinct[1:])


def middles(below: FloatColumn, above: FloatColumn) -> FloatColumn:
    """Return the middle of each gap (below, above], never its lower end, whatever the rounding."""
    middle = below / 2 + above / 2
    return np.where((middle > below) & (middle <= above), middle, above)


def members_of(values: ArrayLike, weights: ArrayLike | None) -> Members:
    """Check values and weights and collapse ties; O(n log n), O(n) for values of few decimals without weights.

    Raises
    ------
    InputError
        No value, a value that is not finite, or a weight that is not positive.
    """
    column = float_column(values, name="values")
    if len(column) == 0:
        raise InputError("there is no value to cut into bands", way_out="give at least one")
    if weights is None:
        distinct, count = _counted(column)
        return Members(distinct=distinct, weight=count.astype(np.float64), count=count)
    weight = float_column(weights, name="weights")
    same_length({"values": column, "weights": weight})
    if (weight <= 0).any():
        row = int(np.flatnonzero(weight <= 0)[0])
        raise InputError(
            f"weights is {weight[row]} in row {row + 1}, which is not positive", way_out="drop the row or weigh it"
        )
    # Adding 0.0 turns -0.0 into 0.0, which keeps the sign of zero out of printed gaps.
    distinct, inverse, count = np.unique(column + 0.0, return_inverse=True, return_counts=True)
    summed = np.bincount(inverse, weight, len(distinct)).astype(np.float64)
    return Members(distinct=distinct, weight=summed, count=count.astype(np.int64))


def _counted(column: FloatColumn) -> tuple[FloatColumn, IntColumn]:
    """Return the distinct values in increasing order and how often each stands."""
    found = _counted_decimals(column)
    if found is not None:
        return found
    ordered = np.sort(column + 0.0)
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return ordered[starts], np.diff(np.append(starts, len(ordered)))


def _counted_decimals(column: FloatColumn) -> tuple[FloatColumn, IntColumn] | None:
    """Count values that all are whole numbers of 10^-d without sorting them; None where they are not.

    Exact: a value is taken for key / 10^d only where that quotient is the value itself, so keys and values pair off.
    """
    for decimals in range(_MOST_DECIMALS + 1):
        if _keys(column[:_SAMPLE], 10.0**decimals) is not None:
            break
    else:
        return None
    keys = _keys(column, 10.0**decimals)
    if keys is None:
        return None
    low, high = int(keys.min()), int(keys.max())
    if high - low > 4 * len(column) + 1024:
        return None
    count = np.bincount((keys - low).astype(np.int64))
    held = np.flatnonzero(count)
    # Adding 0.0 turns -0.0 into 0.0 here as well.
    return (held + low) / 10.0**decimals + 0.0, count[held].astype(np.int64)


def _keys(column: FloatColumn, scale: float) -> FloatColumn | None:
    """Return the whole numbers that the values are when counted in units of 1 / scale, or None."""
    if np.abs(column).max() >= 2.0**52 / scale:
        return None
    keys = np.rint(column * scale)
    return keys if (keys / scale == column).all() else None


def bands_from_cuts(scheme: str, members: Members, cuts: IntColumn) -> Bands:
    """Return bands with each edge in the middle of its gap; cut c separates distinct values c - 1 and c. O(m)."""
    return _described(scheme, members, middles(members.distinct[cuts - 1], members.distinct[cuts]), cuts)


def bands_from_edges(scheme: str, members: Members, edges: FloatColumn) -> Bands:
    """Return bands with the edges as given, and the gap of data around each; O(m + k log m).

    Raises
    ------
    InputError
        Edges that do not strictly increase.
    """
    return _described(scheme, members, edges, np.searchsorted(members.distinct, edges, side="left"))


def _described(scheme: str, members: Members, edges: FloatColumn, cuts: IntColumn) -> Bands:
    m = len(members.distinct)
    bounds = [0, *cuts.tolist(), m]
    pieces = [slice(start, stop) for start, stop in itertools.pairwise(bounds)]
    described = [_loss_and_mean(members, piece) for piece in pieces]
    loss = sum(loss for loss, _ in described)
    constant = m == 1
    everyone, _ = _loss_and_mean(members, slice(0, m))
    padded = np.concatenate(([-np.inf], members.distinct, [np.inf]))
    return Bands(
        scheme=scheme,
        edges=tuple(float(edge) for edge in edges),
        gaps=tuple((float(padded[c]), float(padded[c + 1])) for c in cuts),
        loss=0.0 if constant else loss,
        variance_explained=1.0 if constant else max(0.0, 1.0 - loss / everyone),
        counts=tuple(int(members.count[piece].sum()) for piece in pieces),
        means=tuple(mean for _, mean in described),
    )


def _loss_and_mean(members: Members, piece: slice) -> tuple[float, float]:
    """Return the squared loss of a run of distinct values about its mean, and the mean; 0 and NaN where empty."""
    values, weight = members.distinct[piece], members.weight[piece]
    if not len(values):
        return 0.0, float("nan")
    mean = float(np.dot(weight, values) / weight.sum())
    return float(np.dot(weight, (values - mean) ** 2)), mean
