"""What are the steps of a 2-D frontier? Its distinct points by rising price, copies counted once, on a stated scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.frontier.scan import frontier_mask, number_column

__all__ = ["FrontierSteps", "frontier_steps", "on_price_scale"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrontierSteps:
    """The distinct points of a frontier, both columns strictly rising.

    Parameters
    ----------
    row
        Input row of each, the first of its copies.
    price, score
        As given.
    """

    row: IntColumn
    price: FloatColumn
    score: FloatColumn

    def __len__(self) -> int:
        return len(self.row)


def frontier_steps(price: ArrayLike, score: ArrayLike) -> FrontierSteps:
    """Return the steps of the frontier of price (minimised) and score (maximised); O(n log n).

    Raises
    ------
    InputError
        As `frontier_mask`.

    Examples
    --------
    >>> frontier_steps([3, 1, 1, 2], [9, 5, 5, 4]).row.tolist()
    [1, 0]
    """
    prices, scores = number_column(price, name="price"), number_column(score, name="score")
    members = np.flatnonzero(frontier_mask(prices, scores))
    _, first = np.unique(prices[members], return_index=True)  # of copies, the first row
    row = members[first]
    return FrontierSteps(row=row, price=prices[row].astype(np.float64), score=scores[row].astype(np.float64))


def on_price_scale(price: FloatColumn, *, log_price: bool) -> FloatColumn:
    """Return log10 of the prices, or the prices.

    Raises
    ------
    InputError
        A price of 0 or less on the logarithmic scale.
    """
    if not log_price:
        return price
    if (price <= 0).any():
        raise InputError(
            f"a price of {float(price.min()):g} has no logarithm", way_out="leave free models out, or log_price=False"
        )
    logs: FloatColumn = np.log10(price)
    return logs
