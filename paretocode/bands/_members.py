"""How are values made ready for cutting, and how does a set of cuts become bands?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn, float_column, same_length
from paretocode.bands.bands import Bands, assign_bands, squared_loss
from paretocode.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Values with weights, and the same collapsed to distinct values in increasing order.

    Parameters
    ----------
    values, weights
        Shape (n,), as given.
    distinct, weight, count
        Shape (m,): each distinct value, its summed weight and its number of rows.
    """

    values: FloatColumn
    weights: FloatColumn
    distinct: FloatColumn
    weight: FloatColumn
    count: IntColumn

    @property
    def n(self) -> int:
        """Number of values, copies counted."""
        return len(self.values)

    @property
    def middle(self) -> FloatColumn:
        """Middle of each gap between neighbouring distinct values, shape (m - 1,); above the gap's lower end."""
        below, above = self.distinct[:-1], self.distinct[1:]
        middle = below / 2 + above / 2
        return np.where((middle > below) & (middle <= above), middle, above)


def members_of(values: ArrayLike, weights: ArrayLike | None) -> Members:
    """Check values and weights and collapse ties; O(n log n).

    Raises
    ------
    InputError
        No value, a value that is not finite, or a weight that is not positive.
    """
    column = float_column(values, name="values")
    if len(column) == 0:
        raise InputError("there is no value to cut into bands", way_out="give at least one")
    weight = np.ones(len(column)) if weights is None else float_column(weights, name="weights")
    same_length({"values": column, "weights": weight})
    if (weight <= 0).any():
        row = int(np.flatnonzero(weight <= 0)[0])
        raise InputError(
            f"weights is {weight[row]} in row {row + 1}, which is not positive", way_out="drop the row or weigh it"
        )
    # Adding 0.0 turns -0.0 into 0.0, which keeps the sign of zero out of printed gaps.
    distinct, inverse, count = np.unique(column + 0.0, return_inverse=True, return_counts=True)
    return Members(
        values=column,
        weights=weight,
        distinct=distinct,
        weight=np.bincount(inverse, weight, len(distinct)).astype(np.float64),
        count=count.astype(np.int64),
    )


def bands_from_cuts(scheme: str, members: Members, cuts: IntColumn) -> Bands:
    """Return bands with each edge in the middle of its gap; cut c separates distinct values c - 1 and c."""
    return bands_from_edges(scheme, members, members.middle[cuts - 1])


def bands_from_edges(scheme: str, members: Members, edges: FloatColumn) -> Bands:
    """Return bands with the edges as given, and the gap of data around each; O(n log k).

    Raises
    ------
    InputError
        Edges that do not strictly increase.
    """
    n_bands = len(edges) + 1
    band = assign_bands(members.values, edges)
    loss, means = squared_loss(members.values, members.weights, band, n_bands)
    everyone, _ = squared_loss(members.values, members.weights, np.zeros_like(band), 1)
    padded = np.concatenate(([-np.inf], members.distinct, [np.inf]))
    above = 1 + np.searchsorted(members.distinct, edges, side="left")
    constant = len(members.distinct) == 1
    return Bands(
        scheme=scheme,
        edges=tuple(float(edge) for edge in edges),
        gaps=tuple((float(padded[i - 1]), float(padded[i])) for i in above),
        loss=0.0 if constant else loss,
        variance_explained=1.0 if constant else max(0.0, 1.0 - loss / everyone),
        counts=tuple(int(count) for count in np.bincount(band, minlength=n_bands)),
        means=tuple(float(mean) for mean in means),
    )
