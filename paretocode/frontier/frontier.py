"""Which models are worth paying for, and what makes the others not? The frontier of a catalogue, with names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.frontier.compared import compared_models
from paretocode.frontier.scan import dominator_index, frontier_mask, twins

__all__ = ["Frontier", "frontier_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frontier:
    """The models of a catalogue that no other dominates, price against coding score.

    Parameters
    ----------
    price_metric
        The price that was compared, one of `paretocode.catalogue.PRICE_METRICS`, or ``given``.
    model_index
        Catalogue rows on the frontier, by rising price (and so by rising score); twins in row order.
    keys, names
        Key and name of each of them.
    price_usd_per_mtok
        Their price for reading [USD per million tokens], blends divided by their weights; prices that were given, in
        their own unit.
    coding_score
        Their score, native unit.
    twins
        Groups of keys with equal price and score, all on the frontier.
    dominated_by
        Key of each compared model that is not on the frontier -> key of the frontier model with the greatest score
        at no higher price.
    left_out
        Key of each model that was not compared -> why.
    """

    price_metric: str
    model_index: IntColumn
    keys: tuple[str, ...]
    names: tuple[str, ...]
    price_usd_per_mtok: FloatColumn
    coding_score: FloatColumn
    twins: tuple[tuple[str, ...], ...]
    dominated_by: dict[str, str]
    left_out: dict[str, str]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def n_compared(self) -> int:
        """How many models were compared."""
        return len(self.keys) + len(self.dominated_by)


def frontier_of(
    catalogue: Catalogue,
    *,
    price_metric: str = "blend_3_1",
    price: ArrayLike | None = None,
    include_free: bool = False,
) -> Frontier:
    """Return the frontier of a catalogue; prices and scores are compared as integers, ties stay ties.

    Parameters
    ----------
    price_metric
        Any of `paretocode.catalogue.PRICE_METRICS` but ``request``.
    price
        Shape (n_models,): another price instead of the metric, such as the cost to run a benchmark [USD], NaN where
        it is not known. It is compared as it stands and named ``given``.
    include_free
        Whether models that are free of charge take part. One of them dominates all that score no more, though free
        variants are rate limited.

    Raises
    ------
    InputError
        An unknown price metric, or prices of another length, negative or infinite.
    UsageError
        The metric ``request``.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> frontier = frontier_of(load_bundled())
    >>> frontier.keys
    ('deepseek/deepseek-v4-flash@max', 'deepseek/deepseek-v4-pro@max', 'openai/gpt-5.4-mini@xhigh',
     'google/gemini-3.1-pro-preview', 'anthropic/claude-opus-4.8@max', 'openai/gpt-5.5@xhigh')
    >>> frontier.dominated_by["moonshotai/kimi-k2.6"]
    'deepseek/deepseek-v4-pro@max'
    """
    compared = compared_models(catalogue, price_metric=price_metric, price=price, include_free=include_free)
    rows, prices, scores = compared.rows, compared.price, compared.score_micro
    mask, dominators = frontier_mask(prices, scores), dominator_index(prices, scores)
    members = np.flatnonzero(mask)
    members = members[np.argsort(prices[members], kind="stable")]
    keys = [catalogue.keys[i] for i in rows]
    return Frontier(
        price_metric=compared.price_metric,
        model_index=rows[members],
        keys=tuple(keys[i] for i in members),
        names=tuple(catalogue.name[rows[i]] for i in members),
        price_usd_per_mtok=compared.shown_price[members],
        coding_score=catalogue.coding_score[rows[members]],
        twins=tuple(tuple(keys[i] for i in group) for group in twins(prices, scores)),
        dominated_by={keys[i]: keys[int(dominators[i])] for i in np.flatnonzero(~mask)},
        left_out=compared.left_out,
    )
