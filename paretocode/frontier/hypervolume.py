"""How good is a frontier as one number? The area it dominates, which means nothing without its reference point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.frontier.steps import frontier_steps, on_price_scale

__all__ = ["REFERENCE_PRICE", "REFERENCE_SCORE", "Hypervolume", "frontier_hypervolume"]

REFERENCE_PRICE = 100.0
"""Price of the fixed reference point [USD per million tokens]: numbers of different days compare only with one."""

REFERENCE_SCORE = 0.0
"""Score of the fixed reference point, native unit."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hypervolume:
    """A hypervolume with what it depends on.

    Parameters
    ----------
    value
        Area dominated by the frontier and dominating the reference point [decades of price times score], or [price
        times score] on the linear scale.
    reference_price, reference_score
        The reference point.
    price_scale
        ``log10`` or ``linear``.
    row, contribution
        Input rows of the frontier's distinct points by rising price, and the area that the frontier
        loses without it (and its copies).
    """

    value: float
    reference_price: float
    reference_score: float
    price_scale: str
    row: IntColumn
    contribution: FloatColumn

    def __str__(self) -> str:
        return (
            f"{self.value:.4g} (reference point: price {self.reference_price:g}, score {self.reference_score:g}; "
            f"price axis {self.price_scale})"
        )


def frontier_hypervolume(
    price: ArrayLike,
    score: ArrayLike,
    *,
    reference_price: float = REFERENCE_PRICE,
    reference_score: float = REFERENCE_SCORE,
    log_price: bool = True,
) -> Hypervolume:
    """Return the area between the frontier of price and score and a reference point.

    Parameters
    ----------
    price, score
        Shape (n,), no NaN; prices > 0 where `log_price`. On the linear scale the number depends almost only on the
        dearest models.
    reference_price, reference_score
        A point that is dearer and worse than what matters; models beyond it add nothing.
    log_price
        Whether the price axis is logarithmic.

    Raises
    ------
    InputError
        As `frontier_mask`, a price without a logarithm, or a reference that is not finite.

    Notes
    -----
    sum over steps of (x_ref - x_i)(y_i - y_{i-1}), contributions (x_{i+1} - x_i)(y_i - y_{i-1}); O(n log n).

    Examples
    --------
    >>> print(frontier_hypervolume([1.0, 10.0], [30.0, 50.0]))
    80 (reference point: price 100, score 0; price axis log10)
    >>> frontier_hypervolume([1.0, 10.0], [30.0, 50.0]).contribution.tolist()
    [30.0, 20.0]
    """
    if not (np.isfinite(reference_price) and np.isfinite(reference_score)):
        raise InputError(
            f"the reference point is ({reference_price:g}, {reference_score:g})", way_out="give finite numbers"
        )
    steps = frontier_steps(price, score)
    x = on_price_scale(steps.price, log_price=log_price)
    x_ref = float(on_price_scale(np.array([reference_price]), log_price=log_price)[0])
    right = np.minimum(np.append(x[1:], x_ref), x_ref)
    width = np.maximum(x_ref - x, 0.0)
    top = np.maximum(steps.score, reference_score)
    rise = np.diff(np.concatenate(([reference_score], top)))
    return Hypervolume(
        value=float(width @ rise),
        reference_price=reference_price,
        reference_score=reference_score,
        price_scale="log10" if log_price else "linear",
        row=steps.row,
        contribution=np.maximum(right - x, 0.0) * rise,
    )
