"""What does a model cost, as one number? The price metrics a router may rank by, in exact integers."""

from __future__ import annotations

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, one_of
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import UsageError

__all__ = ["PRICE_METRICS", "display_price_usd_per_mtok", "price_metric_micro_usd"]

_WEIGHTS = {
    "prompt": {"prompt_usd_per_mtok": 1},
    "completion": {"completion_usd_per_mtok": 1},
    "blend_3_1": {"prompt_usd_per_mtok": 3, "completion_usd_per_mtok": 1},
    "blend_7_2_1": {"cache_read_usd_per_mtok": 7, "prompt_usd_per_mtok": 2, "completion_usd_per_mtok": 1},
}

PRICE_METRICS = (*_WEIGHTS, "request")
"""Price metrics: two list prices, two blends by token weights (Artificial Analysis's older and newer blended price:
3 prompt to 1 completion; 7 cache reads to 2 prompt to 1 completion), and the request's own tokens."""


def price_metric_micro_usd(catalogue: Catalogue, metric: str) -> tuple[IntColumn, BoolColumn]:
    """Return a price metric of every model in micro-USD, and where it is known.

    A blend is the *sum* over its weights (4 million tokens for ``blend_3_1``, 10 million for ``blend_7_2_1``), not
    divided, so that it stays a whole number and ties stay ties; `display_price_usd_per_mtok` divides.

    Parameters
    ----------
    metric
        One of `PRICE_METRICS` but ``request``.

    Returns
    -------
    price
        Shape (n_models,) [micro-USD per million tokens times the sum of weights]; 0 where not known.
    is_known
        Whether every price the metric needs is known. A missing cache-read price does not hide ``blend_7_2_1``: the
        prompt price stands in, because a router that cannot read from a cache pays for the prompt.

    Raises
    ------
    UsageError
        For ``request``, which is a price of a request and not of a model.
    InputError
        Another word.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> catalogue = load_bundled()
    >>> price, is_known = price_metric_micro_usd(catalogue, "blend_3_1")
    >>> int(price[catalogue.index_of("deepseek/deepseek-v4-pro@max")]), bool(is_known.all())
    (2175000, True)
    """
    one_of(metric, PRICE_METRICS, name="price metric")
    if metric == "request":
        raise UsageError(
            "the price metric 'request' is not a price of a model", way_out="price each request by its own tokens"
        )
    price = np.zeros(len(catalogue), dtype=np.int64)
    is_known = np.ones(len(catalogue), dtype=np.bool_)
    for field, weight in _WEIGHTS[metric].items():
        part, has_part = catalogue.price_micro_usd(field), ~np.isnan(getattr(catalogue, field))
        if field == "cache_read_usd_per_mtok":
            prompt = "prompt_usd_per_mtok"
            part = np.where(has_part, part, catalogue.price_micro_usd(prompt))
            has_part = has_part | ~np.isnan(getattr(catalogue, prompt))
        price += weight * part
        is_known &= has_part
    return np.where(is_known, price, 0), is_known


def display_price_usd_per_mtok(catalogue: Catalogue, metric: str) -> FloatColumn:
    """Return a price metric in USD per million tokens, a blend divided by its weights; NaN where not known.

    For reading only: rank and sum `price_metric_micro_usd`.

    Raises
    ------
    InputError, UsageError
        As `price_metric_micro_usd`.
    """
    price, is_known = price_metric_micro_usd(catalogue, metric)
    return np.where(is_known, price / (1e6 * sum(_WEIGHTS[metric].values())), np.nan)
