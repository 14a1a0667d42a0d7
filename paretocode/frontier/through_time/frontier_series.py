"""How did the frontier move? Who was on it each day, and how much it covered, from one fixed reference.

Hypervolume is the area between the frontier and a reference point, price on a log10 axis (on a linear one it depends on
the most expensive model only), so its unit is score points times decades of price. Numbers from two references do not
compare: the reference is part of the answer, and one reference holds for all days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.catalogue.history import METRIC_WEIGHTS, History, price_matrix_micro_usd
from paretocode.errors import InputError

__all__ = ["FrontierSeries", "frontier_through_time"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrontierSeries:
    """The frontier of every day.

    Parameters
    ----------
    history
        What was compared.
    price_metric
        The price that was compared.
    reference_usd_per_mtok, reference_score
        The reference point of all hypervolumes: a price [USD per million tokens] and a score.
    on_frontier
        Shape (n_days, n_models): who is dominated by nobody, copies included.
    n_compared
        Shape (n_days,): models with a score and a price above 0.
    hypervolume
        Shape (n_days,) [score points x decades of price]; 0 where nothing beats the reference.
    """

    history: History
    price_metric: str
    reference_usd_per_mtok: float
    reference_score: float
    on_frontier: BoolColumn
    n_compared: IntColumn
    hypervolume: FloatColumn

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """The days."""
        return self.history.dates

    @property
    def reference_line(self) -> str:
        """One line that must stand beside the hypervolumes."""
        return (
            f"hypervolume in score points x decades of {self.price_metric} price, "
            f"reference {self.reference_usd_per_mtok:g} USD per million tokens and score {self.reference_score:g}"
        )

    def moves(self) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
        """Return (date, keys that came onto the frontier, keys that left it) of every day with a move."""
        keys, came = self.history.keys, np.diff(self.on_frontier.astype(np.int8), axis=0)
        return [
            (
                str(self.dates[day + 1]),
                tuple(keys[i] for i in np.flatnonzero(came[day] > 0)),
                tuple(keys[i] for i in np.flatnonzero(came[day] < 0)),
            )
            for day in np.flatnonzero(came.any(axis=1))
        ]


def frontier_through_time(
    history: History, *, price_metric: str = "blend_3_1", reference: tuple[float, float] | None = None
) -> FrontierSeries:
    """Return the frontier and its hypervolume for all days at once.

    Parameters
    ----------
    price_metric
        Any of `paretocode.catalogue.PRICE_METRICS` but ``request``. Models at price 0 take no part: a log axis has
        no place for them.
    reference
        (USD per million tokens, score); None takes the highest price of the whole history and the score 0.

    Raises
    ------
    InputError
        A reference whose price is not above 0 or that is not finite, an unknown price metric.

    Notes
    -----
    Domination as in `paretocode.frontier.frontier_mask`, all days in one scan: sort each row by (price, score
    falling); a point is on the frontier when it equals the best of its price and beats the running best of all lower
    prices. O(n_days n_models log n_models). Hypervolumes of days with different score definitions are not comparable,
    `history.score_definitions` says which is which.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.catalogue.history import history_of_catalogues
    >>> series = frontier_through_time(history_of_catalogues([("2026-05-29", load_bundled())]), reference=(100, 0))
    >>> int(series.on_frontier.sum()), series.hypervolume.round(2).tolist()
    (6, [148.24])
    >>> print(series.reference_line)
    hypervolume in score points x decades of blend_3_1 price, reference 100 USD per million tokens and score 0
    """
    price, is_known = price_matrix_micro_usd(history, price_metric)
    usd = price / (1e6 * METRIC_WEIGHTS[price_metric])
    coding = history.numbers["coding_score"]
    compared = is_known & ~np.isnan(coding) & (price > 0)
    reference_usd, reference_score = reference or (float(usd[compared].max(initial=1.0)), 0.0)
    if not (np.isfinite(reference_usd) and reference_usd > 0 and np.isfinite(reference_score)):
        raise InputError(
            f"the reference is ({reference_usd:g}, {reference_score:g})", way_out="give a price above 0 and a score"
        )
    costs = np.where(compared, usd, np.inf)
    scores = np.where(compared, coding, -np.inf)
    order = np.lexsort((-scores, costs), axis=1)
    costs, scores = np.take_along_axis(costs, order, axis=1), np.take_along_axis(scores, order, axis=1)
    on_frontier = np.zeros(order.shape, dtype=np.bool_)
    np.put_along_axis(on_frontier, order, _wins(costs, scores) & np.isfinite(costs), axis=1)
    return FrontierSeries(
        history=history,
        price_metric=price_metric,
        reference_usd_per_mtok=float(reference_usd),
        reference_score=float(reference_score),
        on_frontier=on_frontier,
        n_compared=compared.sum(axis=1),
        hypervolume=_hypervolumes(costs, scores, reference_usd, reference_score),
    )


def _wins(costs: FloatColumn, scores: FloatColumn) -> BoolColumn:
    """Return which points of rows sorted by (cost, score falling) no other point of the row dominates."""
    n_days, n_models = costs.shape
    if not n_models:
        return np.zeros(costs.shape, dtype=np.bool_)
    starts_group = np.ones(costs.shape, dtype=np.bool_)
    starts_group[:, 1:] = costs[:, 1:] != costs[:, :-1]
    start = np.maximum.accumulate(np.where(starts_group, np.arange(n_models), 0), axis=1)
    padded = np.concatenate([np.full((n_days, 1), -np.inf), np.maximum.accumulate(scores, axis=1)], axis=1)
    best_cheaper = np.take_along_axis(padded, start, axis=1)
    wins: BoolColumn = (scores == np.take_along_axis(scores, start, axis=1)) & (scores > best_cheaper)
    return wins


def _hypervolumes(costs: FloatColumn, scores: FloatColumn, reference_usd: float, reference_score: float) -> FloatColumn:
    """Sum (decades below the reference price) x (rise of the running best score), per row."""
    inside = costs <= reference_usd
    decades = np.where(inside, np.log10(reference_usd) - np.log10(np.where(inside, costs, 1.0)), 0.0)
    best = np.maximum.accumulate(np.maximum(scores, reference_score), axis=1)
    rises = np.diff(best, axis=1, prepend=reference_score)
    total: FloatColumn = (decades * rises).sum(axis=1)
    return total
