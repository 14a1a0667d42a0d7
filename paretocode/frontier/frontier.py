"""Which models are worth paying for, and what makes the others not? The frontier of a catalogue, with names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.prices import display_price_usd_per_mtok, price_metric_micro_usd
from paretocode.frontier.scan import dominator_index, frontier_mask, twins

__all__ = ["Frontier", "frontier_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frontier:
    """The models of a catalogue that no other dominates, price against coding score.

    Parameters
    ----------
    price_metric
        The price that was compared, one of `paretocode.catalogue.PRICE_METRICS`.
    model_index
        Catalogue rows on the frontier, by rising price (and so by rising score); twins in row order.
    keys, names
        Key and name of each of them.
    price_usd_per_mtok
        Their price for reading [USD per million tokens], blends divided by their weights.
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


def frontier_of(catalogue: Catalogue, *, price_metric: str = "blend_3_1", include_free: bool = False) -> Frontier:
    """Return the frontier of a catalogue; prices and scores are compared as integers, ties stay ties.

    Parameters
    ----------
    price_metric
        Any of `paretocode.catalogue.PRICE_METRICS` but ``request``.
    include_free
        Whether models that are free of charge take part. One of them dominates all that score no more, though free
        variants are rate limited.

    Raises
    ------
    InputError
        An unknown price metric.
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
    price, is_known = price_metric_micro_usd(catalogue, price_metric)
    left_out = _left_out(catalogue, is_known.tolist(), include_free=include_free)
    rows = np.array([i for i, key in enumerate(catalogue.keys) if key not in left_out], dtype=np.int64)
    prices, scores = price[rows], catalogue.score_micro[rows]
    mask, dominators = frontier_mask(prices, scores), dominator_index(prices, scores)
    members = np.flatnonzero(mask)
    model_index = rows[members[np.argsort(prices[members], kind="stable")]]
    keys = [catalogue.keys[i] for i in rows]
    return Frontier(
        price_metric=price_metric,
        model_index=model_index,
        keys=tuple(catalogue.keys[i] for i in model_index),
        names=tuple(catalogue.name[i] for i in model_index),
        price_usd_per_mtok=display_price_usd_per_mtok(catalogue, price_metric)[model_index],
        coding_score=catalogue.coding_score[model_index],
        twins=tuple(tuple(keys[i] for i in group) for group in twins(prices, scores)),
        dominated_by={keys[i]: keys[int(dominators[i])] for i in np.flatnonzero(~mask)},
        left_out=left_out,
    )


def _left_out(catalogue: Catalogue, is_known: list[bool], *, include_free: bool) -> dict[str, str]:
    reasons: dict[str, str] = {}
    for i, key in enumerate(catalogue.keys):
        if not catalogue.has_score[i]:
            reasons[key] = "no score"
        elif not is_known[i]:
            reasons[key] = "no price"
        elif catalogue.is_free[i] and not include_free:
            reasons[key] = "free of charge"
    return reasons
