"""Which few models stand for the whole frontier? The least set that is nowhere much dearer or much worse."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.frontier.steps import frontier_steps

__all__ = ["epsilon_cover"]


def epsilon_cover(price: ArrayLike, score: ArrayLike, *, price_share: float, score_points: float) -> IntColumn:
    """Return a least set of frontier models that covers every point of the frontier within a tolerance.

    Model j covers point i when it costs at most (1 + price_share) times as much and scores at most `score_points` less.

    Parameters
    ----------
    price, score
        Shape (n,), no NaN; prices >= 0.
    price_share
        Tolerance in price, as a share, >= 0.
    score_points
        Tolerance in score, in its unit, >= 0.

    Returns
    -------
    rows
        Input rows of the covering set, by rising price. No set of fewer models covers the frontier; with tolerances
        of 0 it is the whole frontier, copies counted once.

    Raises
    ------
    InputError
        As `frontier_mask`, a negative price, or a negative or infinite tolerance.

    Notes
    -----
    Greedy from the cheapest: the last point that the price tolerance allows covers the first uncovered one, and every
    later point that the score tolerance allows. O(n log n). Both tolerances 0 < e: Laumanns et al., "Combining
    Convergence and Diversity", Evolutionary Computation 10 (2002).

    Examples
    --------
    >>> price, score = [1.0, 1.05, 1.5, 3.0, 3.1], [10.0, 14.0, 30.0, 31.0, 40.0]
    >>> epsilon_cover(price, score, price_share=0.1, score_points=1.0).tolist()
    [1, 2, 4]
    """
    for name, value in (("price_share", price_share), ("score_points", score_points)):
        if not (np.isfinite(value) and value >= 0):
            raise InputError(f"{name} is {value:g}", way_out="give a tolerance of at least 0")
    steps = frontier_steps(price, score)
    if (steps.price < 0).any():
        raise InputError(f"a price is {float(steps.price.min()):g}", way_out="give prices of at least 0")
    kept: list[int] = []
    first = 0
    while first < len(steps):
        dearest = steps.price[first] * (1 + price_share)
        kept.append(int(np.searchsorted(steps.price, dearest, side="right")) - 1)
        first = int(np.searchsorted(steps.score, steps.score[kept[-1]] + score_points, side="right"))
    return steps.row[np.array(kept, dtype=np.int64)]
