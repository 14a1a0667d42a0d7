"""How likely is each model to be on the frontier, or to be the one served? Closed forms for independent normal scores.

Prices are known, scores are measured with standard errors. With F_i the CDF and f_j the density of true scores, model j
is on the frontier exactly when no model at most as dear scores more:

    P_j = integral f_j(s) prod over i != j with p_i <= p_j of F_i(s) ds,

one running product of CDFs in price order, equal prices as a group. No draws, no sampling noise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import FloatColumn, float_column
from paretocode.frontier._laws import ScoreLaws, quadrature, score_laws

__all__ = ["on_frontier_probability", "served_probability"]

_BLOCK = 4_000_000  # numbers of a table held at a time

_Table = NDArray[np.float64]


def on_frontier_probability(price: ArrayLike, score: ArrayLike, standard_error: ArrayLike) -> FloatColumn:
    """Return the probability of each model being on the frontier of price and true score.

    Parameters
    ----------
    price
        Shape (n,), minimised, known exactly. Of equal prices only the best score survives.
    score
        Shape (n,), finite, maximised.
    standard_error
        Shape (n,), >= 0, unit of the score. NaN or 0 takes the score as exact: state which had none.

    Returns
    -------
    probability
        Shape (n,), 0..1. Their sum is the expected number of models on the frontier. With all scores exact it is 0 or
        1 and equals `frontier_mask`: copies all stay.

    Raises
    ------
    InputError
        Columns of unequal length, NaN in price or score, or a negative standard error.

    Notes
    -----
    O(n log n + n G) for G quadrature nodes, absolute error below 1e-9; G grows with the range of scores over the
    standard errors. Scores that share benchmark items are correlated: then `frontier_frequency` over replicates.
    Probabilistic skylines: Pei, Jiang, Lin and Yuan, VLDB (2007).

    Examples
    --------
    Two equally good models: the dearer is on the frontier where it happens to be better, the cheaper always.

    >>> on_frontier_probability([1, 2], [50.0, 50.0], [3.0, 4.0]).round(6).tolist()
    [1.0, 0.5]

    At one price exactly one of them is:

    >>> on_frontier_probability([1, 1], [50.0, 50.0], [3.0, 4.0]).round(6).tolist()
    [0.5, 0.5]
    """
    laws = score_laws(price, score, standard_error)
    probability = np.zeros(len(laws.mean))
    nodes, weights = quadrature(laws, np.empty(0))
    step = max(1, _BLOCK // max(1, len(laws.mean)))
    for start in range(0, len(nodes), step):
        piece = slice(start, start + step)
        others = _others_below(laws, laws.below(nodes[piece]), within_group=True)
        probability += (laws.density(nodes[piece]) * others) @ weights[piece]
    exact = np.flatnonzero(laws.is_exact)
    for start in range(0, len(exact), step):
        rows = exact[start : start + step]
        probability[rows] = _exact_probability(laws, rows)
    found = np.empty_like(probability)
    found[laws.order] = np.clip(probability, 0.0, 1.0)
    return found


def served_probability(
    price: ArrayLike, score: ArrayLike, standard_error: ArrayLike, floors: ArrayLike
) -> NDArray[np.float64]:
    """Return the probability of each model being the cheapest whose true score is at or above each floor.

    Parameters
    ----------
    price, score, standard_error
        As in `on_frontier_probability`. Of equal prices the higher score is served, of equal scores the first row.
    floors
        Shape (n_floors,), unit of the score.

    Returns
    -------
    probability
        Shape (n_floors, n). What a row lacks to 1 is the probability that no model reaches the floor.

    Raises
    ------
    InputError
        As `on_frontier_probability`, or floors that are not finite.

    Notes
    -----
    P(j at e) = P(s_j >= e) prod over i cheaper of P(s_i < e); within a group of equal prices the first factor is the
    integral over s >= e of f_j(s) prod of the group's other F_i(s). O(n) a floor besides the groups.

    Examples
    --------
    >>> served_probability([1, 2], [50.0, 60.0], [5.0, 0.0], [50.0, 60.0, 70.0]).round(4).tolist()
    [[0.5, 0.5], [0.0228, 0.9772], [0.0, 0.0]]
    """
    laws = score_laws(price, score, standard_error)
    marks = float_column(floors, name="floors")
    if not len(laws.mean):
        return np.empty((len(marks), 0))
    below = laws.below(marks)
    product = np.cumprod(np.concatenate((np.ones((1, len(marks))), below)), axis=0)
    starts = np.flatnonzero(np.diff(laws.group, prepend=-1))
    served = np.empty((len(marks), len(laws.mean)))
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(laws.mean)], strict=True):
        rows = slice(start, stop)
        wins = 1.0 - below[rows] if stop == start + 1 else _best_of_group(_part(laws, rows), marks)
        served[:, rows] = (product[start] * wins).T
    found = np.empty_like(served)
    found[:, laws.order] = served
    return found


def _others_below(laws: ScoreLaws, below: _Table, *, within_group: bool) -> _Table:
    """Return for every model the product of `below` over all cheaper models, and over the others of its own price."""
    starts = np.flatnonzero(np.diff(laws.group, prepend=-1))
    sizes = np.diff(np.append(starts, len(laws.group)))
    product: _Table = np.cumprod(np.concatenate((np.ones((1, below.shape[1])), below)), axis=0, dtype=np.float64)
    others: _Table = product[np.repeat(starts, sizes)]
    for start, size in zip(starts[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        if within_group:
            others[start : start + size] *= _all_but_one(below[start : start + size])
    return others


def _all_but_one(factors: _Table) -> _Table:
    """Return for every row the product of all other rows; no division, for factors may be 0."""
    one = np.ones((1, factors.shape[1]))
    before = np.cumprod(np.concatenate((one, factors[:-1])), axis=0)
    after = np.cumprod(np.concatenate((one, factors[:0:-1])), axis=0)[::-1]
    return np.asarray(before * after, dtype=np.float64)


def _exact_probability(laws: ScoreLaws, rows: NDArray[np.int64]) -> FloatColumn:
    """Return the probabilities of models of exact score: cheaper ones score less, equally dear ones no more."""
    scores = laws.mean[rows]
    strictly = _others_below(laws, laws.below(scores), within_group=False)
    group = _others_below(laws, laws.below(scores, is_strict=False), within_group=True)
    cheaper = _others_below(laws, laws.below(scores, is_strict=False), within_group=False)
    at = np.arange(len(rows))
    # The group's factor alone, without dividing by zero: where the product over the cheaper is 0, so is the answer.
    alone = np.divide(group[rows, at], cheaper[rows, at], out=np.zeros(len(rows)), where=cheaper[rows, at] > 0)
    return strictly[rows, at] * alone


def _part(laws: ScoreLaws, rows: slice) -> ScoreLaws:
    return ScoreLaws(order=laws.order[rows], group=laws.group[rows], mean=laws.mean[rows], width=laws.width[rows])


def _best_of_group(laws: ScoreLaws, marks: FloatColumn) -> _Table:
    """Return P(model scores at or above the mark and best of the group) for models (rows) and marks (columns)."""
    nodes, weights = quadrature(laws, marks)
    found = np.zeros((len(laws.mean), len(marks)))
    if len(nodes):
        share = laws.density(nodes) * _all_but_one(laws.below(nodes)) * weights
        tail = np.concatenate((np.cumsum(share[:, ::-1], axis=1)[:, ::-1], np.zeros((len(share), 1))), axis=1)
        found = tail[:, np.searchsorted(nodes, marks, side="left")]
    for row in np.flatnonzero(laws.is_exact).tolist():
        score = laws.mean[row : row + 1]
        # An equal exact score in an earlier row goes first; order within a group is row order.
        earlier = laws.below(score)[:row].prod()
        later = laws.below(score, is_strict=False)[row + 1 :].prod()
        found[row] = np.where(marks <= score, earlier * later, 0.0)
    return found
