"""What did a fixed score cost, month by month? The cheapest model at or above it, and how far its price fell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn, increasing
from paretocode.catalogue.history import METRIC_WEIGHTS, History, price_matrix_micro_usd
from paretocode.errors import InputError

__all__ = ["CheapestAbove", "PriceFall", "cheapest_above"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFall:
    """How far the price of a fixed score fell: from the first day it could be had to the day it was cheapest.

    Parameters
    ----------
    score
        The fixed score.
    first_date, first_usd_per_mtok
        When it could first be had, and for how much [USD per million tokens].
    least_date, least_usd_per_mtok
        The first day of the lowest price, and that price.
    n_rises
        How often the price rose from one entry to the next.
    """

    score: float
    first_date: np.datetime64
    first_usd_per_mtok: float
    least_date: np.datetime64
    least_usd_per_mtok: float
    n_rises: int

    @property
    def factor(self) -> float:
        """The first price over the least."""
        return self.first_usd_per_mtok / self.least_usd_per_mtok

    @property
    def months(self) -> int:
        """Calendar months between the two days."""
        months = [day.astype("datetime64[M]").astype(np.int64) for day in (self.first_date, self.least_date)]
        return int(months[1] - months[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheapestAbove:
    """A table of days and fixed scores.

    Parameters
    ----------
    dates
        Shape (n_days,).
    scores
        The fixed scores, rising.
    keys
        Models of the history.
    price_metric
        The price that was compared.
    price_usd_per_mtok
        Shape (n_days, n_scores), blends divided by their weights; NaN where no model of the day reaches the score.
    model_index
        Shape (n_days, n_scores): the model, -1 where there is none. Equal prices: the higher score, then the key.
    """

    dates: NDArray[np.datetime64]
    scores: tuple[float, ...]
    keys: tuple[str, ...]
    price_metric: str
    price_usd_per_mtok: FloatColumn
    model_index: IntColumn

    def fall(self, score: float) -> PriceFall | None:
        """Return how far the price of one of the scores fell; None where it could never be had.

        Raises
        ------
        InputError
            A score that the table does not hold.
        """
        if score not in self.scores:
            raise InputError(f"{score:g} is not in the table", way_out=f"use one of {self.scores}")
        column = self.price_usd_per_mtok[:, self.scores.index(score)]
        known = np.flatnonzero(~np.isnan(column))
        if not len(known):
            return None
        least = known[np.argmin(column[known])]
        return PriceFall(
            score=score,
            first_date=self.dates[known[0]],
            first_usd_per_mtok=float(column[known[0]]),
            least_date=self.dates[least],
            least_usd_per_mtok=float(column[least]),
            n_rises=int((np.diff(column[known]) > 0).sum()),
        )


def cheapest_above(
    history: History, scores: Sequence[float], *, price_metric: str = "blend_3_1", include_free: bool = False
) -> CheapestAbove:
    """Return the cheapest model at or above each fixed score on each day.

    Parameters
    ----------
    scores
        In the native unit of the history's scores, strictly increasing.
    price_metric
        Any of `paretocode.catalogue.PRICE_METRICS` but ``request``.
    include_free
        Whether models free of charge take part; a paid model at price 0 never does.

    Raises
    ------
    InputError
        Scores out of order, days under more than one score definition, an unknown price metric.

    Notes
    -----
    One sort a day by (price, score falling, key), then a running look-up: O(n_days n_models (log n_models + n_scores)).

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.catalogue.history import history_of_catalogues
    >>> table = cheapest_above(history_of_catalogues([("2026-05-29", load_bundled())]), [40, 55, 60])
    >>> [table.keys[i] if i >= 0 else "" for i in table.model_index[0]]
    ['deepseek/deepseek-v4-pro@max', 'google/gemini-3.1-pro-preview', '']
    """
    increasing(scores, name="scores")
    if len({label for label in history.score_definitions if label}) > 1:
        raise InputError(
            f"the days have scores of {' and '.join(sorted(set(history.score_definitions) - {''}))}",
            way_out="take the days of one definition, or fix the scores with History.with_scores",
        )
    price, is_known = price_matrix_micro_usd(history, price_metric)
    coding = history.numbers["coding_score"]
    takes_part = is_known & ~np.isnan(coding) & ~history.is_free & (price > 0)
    if include_free:
        takes_part |= is_known & ~np.isnan(coding) & history.is_free
    order = price_order(history, price, coding)
    model = np.full((history.n_days, len(scores)), -1, dtype=np.int64)
    sorted_scores = np.take_along_axis(np.where(takes_part, coding, -np.inf), order, axis=1)
    for column, score in enumerate(scores):
        reaches = sorted_scores >= score
        first = np.argmax(reaches, axis=1)
        found = order[np.arange(history.n_days), first]
        model[:, column] = np.where(reaches.any(axis=1), found, -1)
    paid = np.take_along_axis(price, np.maximum(model, 0), axis=1) / (1e6 * METRIC_WEIGHTS[price_metric])
    return CheapestAbove(
        dates=history.dates,
        scores=tuple(float(score) for score in scores),
        keys=history.keys,
        price_metric=price_metric,
        price_usd_per_mtok=np.where(model >= 0, paid, np.nan),
        model_index=model,
    )


def price_order(history: History, price: IntColumn, coding: FloatColumn) -> IntColumn:
    """Return for each day the columns by rising price, then falling score (unscored last), then key."""
    key_rank = np.argsort(np.argsort(np.array(history.keys, dtype=np.str_)))
    falling = np.where(np.isnan(coding), np.inf, -coding)
    order: IntColumn = np.lexsort((np.broadcast_to(key_rank, price.shape), falling, price), axis=1)
    return order
