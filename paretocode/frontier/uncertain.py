"""Which models of a catalogue are on the frontier, and how sure is that? Every model with its probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.frontier.compared import compared_models
from paretocode.frontier.probability import on_frontier_probability
from paretocode.frontier.scan import frontier_mask

__all__ = ["UncertainFrontier", "uncertain_frontier_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UncertainFrontier:
    """Every compared model with its probability of being on the frontier, by rising price, higher scores first.

    Parameters
    ----------
    price_metric
        The price that was compared.
    model_index
        Catalogue rows.
    keys
        Their keys.
    price_usd_per_mtok
        Their price for reading [USD per million tokens; the unit of the given prices where they were given].
    coding_score, coding_score_se
        Their score and its standard error, native unit; NaN where the catalogue knows none.
    probability
        Of being on the frontier of the true scores, errors independent and normal.
    is_on_frontier
        Whether they are on the frontier of the measured scores.
    without_se
        Keys whose standard error is missing: their score was taken as exact.
    left_out
        Key of each model that was not compared -> why.
    """

    price_metric: str
    model_index: IntColumn
    keys: tuple[str, ...]
    price_usd_per_mtok: FloatColumn
    coding_score: FloatColumn
    coding_score_se: FloatColumn
    probability: FloatColumn
    is_on_frontier: BoolColumn
    without_se: tuple[str, ...]
    left_out: dict[str, str]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def expected_size(self) -> float:
        """Expected number of models on the frontier."""
        return float(self.probability.sum())

    @property
    def measured_size(self) -> int:
        """Number of models on the frontier of the measured scores."""
        return int(np.count_nonzero(self.is_on_frontier))


def uncertain_frontier_of(
    catalogue: Catalogue,
    *,
    price_metric: str = "blend_3_1",
    price: ArrayLike | None = None,
    include_free: bool = False,
) -> UncertainFrontier:
    """Return every model's probability of being on the frontier of price and score.

    Parameters
    ----------
    price_metric, price, include_free
        As in `frontier_of`.

    Raises
    ------
    InputError, UsageError
        As `frontier_of`.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> frontier = uncertain_frontier_of(load_bundled())
    >>> frontier.measured_size, round(frontier.expected_size, 1)
    (6, 4.6)
    """
    compared = compared_models(catalogue, price_metric=price_metric, price=price, include_free=include_free)
    order = np.lexsort((-compared.score_micro, compared.price))
    rows, prices = compared.rows[order], compared.price[order]
    score, se = catalogue.coding_score[rows], catalogue.coding_score_se[rows]
    keys = tuple(catalogue.keys[i] for i in rows)
    return UncertainFrontier(
        price_metric=compared.price_metric,
        model_index=rows,
        keys=keys,
        price_usd_per_mtok=compared.shown_price[order],
        coding_score=score,
        coding_score_se=se,
        probability=on_frontier_probability(prices, score, se),
        is_on_frontier=frontier_mask(prices, compared.score_micro[order]),
        without_se=tuple(key for key, is_missing in zip(keys, np.isnan(se).tolist(), strict=True) if is_missing),
        left_out=compared.left_out,
    )
