"""Where does the frontier bend: which model gives most before prices run away? Four rules, and whether they agree.

Both axes are scaled to 0..1 between the frontier's ends, price by its logarithm unless told otherwise. The ends
themselves are never knees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.frontier.scan import number_column
from paretocode.frontier.steps import frontier_steps, on_price_scale

__all__ = ["KNEE_RULES", "Knees", "find_knees", "knee_frequency"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Knees:
    """The row that each rule names, None where the frontier has no inner point or the rule finds none.

    Parameters
    ----------
    row_of
        Rule -> input row (of copies the first; of ties the cheapest).
    n_steps
        Distinct points of the frontier.
    price_scale
        ``log10`` or ``linear``: knees depend on it.
    """

    row_of: dict[str, int | None]
    n_steps: int
    price_scale: str

    @property
    def votes(self) -> dict[int, int]:
        """Row -> how many rules name it, most first."""
        named = Counter(row for row in self.row_of.values() if row is not None)
        return dict(named.most_common())

    @property
    def agreed(self) -> int | None:
        """The row that at least three rules name: only that is a knee."""
        return next((row for row, n in self.votes.items() if n >= 3), None)


def find_knees(price: ArrayLike, score: ArrayLike, *, log_price: bool = True) -> Knees:
    """Return the knee of the frontier by each of four rules.

    Parameters
    ----------
    price, score
        Shape (n,), no NaN; prices > 0 where `log_price`.
    log_price
        Whether the price axis is logarithmic.

    Returns
    -------
    Knees
        With x and y the scaled axes of the frontier's steps:
        ``chord``: greatest y - x, the distance above the line through the ends (Kneedle without smoothing; Satopaa et
        al., 2011);
        ``bend``: least (slope to the next step) / (slope from the last one): the least gain per price above it for
        the loss per price below it (Deb and Gupta, 2011);
        ``utility``: greatest share of linear weights for which the point is the best, the angle between its two
        edges of the upper hull (the marginal utility of Branke et al., 2004, for linear weights); a point off the
        hull is the best for none;
        ``hypervolume``: greatest area that only this point dominates.

    Raises
    ------
    InputError
        As `frontier_mask`, or a price without a logarithm.

    Examples
    --------
    >>> knees = find_knees([1, 2, 10, 100], [10, 40, 45, 50])
    >>> knees.row_of
    {'chord': 1, 'bend': 1, 'utility': 1, 'hypervolume': 1}
    >>> knees.agreed
    1
    >>> find_knees([1, 2], [10, 40]).agreed is None  # two ends and nothing between
    True
    """
    steps = frontier_steps(price, score)
    x = on_price_scale(steps.price, log_price=log_price)
    found: dict[str, int | None] = dict.fromkeys(KNEE_RULES)
    if len(steps) > 2:
        x, y = _unit(x), _unit(steps.score)
        for rule, worth in KNEE_RULES.items():
            value = worth(x, y)
            best = int(np.argmax(value))
            found[rule] = int(steps.row[best + 1]) if np.isfinite(value[best]) else None
    return Knees(row_of=found, n_steps=len(steps), price_scale="log10" if log_price else "linear")


def knee_frequency(price: ArrayLike, scores: ArrayLike, *, log_price: bool = True) -> dict[str, FloatColumn]:
    """Return, by rule, the share of replicates in which each model is the knee.

    Parameters
    ----------
    price
        Shape (n,).
    scores
        Shape (n_replicates, n), at least one replicate.

    Returns
    -------
    dict
        Rule -> shape (n,); what the shares lack to 1 is the share of replicates without a knee. ``agreed`` is the row
        that three rules name.

    Raises
    ------
    InputError
        As `find_knees`, or no replicate.

    Examples
    --------
    >>> share = knee_frequency([1, 2, 100], [[10, 40, 45], [10, 40, 45], [10, 50, 45]])["agreed"]
    >>> share.round(3).tolist()
    [0.0, 0.667, 0.0]
    """
    table = number_column(scores, name="scores")
    if table.ndim != 2 or len(table) == 0:
        raise InputError(f"scores has shape {table.shape}", way_out="give a row of scores for each replicate")
    count = {rule: np.zeros(table.shape[1]) for rule in (*KNEE_RULES, "agreed")}
    for row in table:
        knees = find_knees(price, row, log_price=log_price)
        for rule, named in {**knees.row_of, "agreed": knees.agreed}.items():
            if named is not None:
                count[rule][named] += 1
    return {rule: column / len(table) for rule, column in count.items()}


def _unit(column: FloatColumn) -> FloatColumn:
    scaled: FloatColumn = (column - column[0]) / (column[-1] - column[0])
    return scaled


def _chord(x: FloatColumn, y: FloatColumn) -> FloatColumn:
    above = (y - x)[1:-1]
    # On or below the line through the ends there is no knee.
    return np.where(above > 1e-12, above, -np.inf)


def _bend(x: FloatColumn, y: FloatColumn) -> FloatColumn:
    slope = np.diff(y) / np.diff(x)
    ratio: FloatColumn = slope[1:] / slope[:-1]
    return np.where(ratio < 1, -ratio, -np.inf)


def _utility(x: FloatColumn, y: FloatColumn) -> FloatColumn:
    hull = [0]
    for i in range(1, len(x)):
        # Drop the last hull point while it lies on or below the line from the one before it to this one.
        while len(hull) > 1 and _turn(x, y, hull[-2], hull[-1], i) >= 0:
            hull.pop()
        hull.append(i)
    angle = np.arctan2(np.diff(y[hull]), np.diff(x[hull]))
    share = np.full(len(x), -np.inf)
    share[hull[1:-1]] = angle[:-1] - angle[1:]
    return share[1:-1]


def _turn(x: FloatColumn, y: FloatColumn, a: int, b: int, c: int) -> float:
    return float((x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a]))


def _hypervolume(x: FloatColumn, y: FloatColumn) -> FloatColumn:
    area: FloatColumn = (x[2:] - x[1:-1]) * (y[1:-1] - y[:-2])
    return area


KNEE_RULES: dict[str, Callable[[FloatColumn, FloatColumn], FloatColumn]] = {
    "chord": _chord,
    "bend": _bend,
    "utility": _utility,
    "hypervolume": _hypervolume,
}
"""Rule -> the worth of every inner point of the scaled frontier; the greatest is the knee."""
