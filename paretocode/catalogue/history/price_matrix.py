"""What did every model cost on every day, as one whole number? The price metrics, a matrix at a time."""

from __future__ import annotations

import numpy as np

from paretocode._checks import BoolColumn, IntColumn, one_of
from paretocode.catalogue.catalogue import PRICE_FIELDS
from paretocode.catalogue.history.history import History
from paretocode.catalogue.prices import PRICE_METRICS
from paretocode.errors import UsageError

__all__ = ["METRIC_WEIGHTS", "price_matrix_micro_usd"]

_PROMPT, _COMPLETION, _CACHE_READ, _ = PRICE_FIELDS

# The same weights as paretocode.catalogue.prices, where they are private; a test holds the two together.
_WEIGHTS = {
    "prompt": {_PROMPT: 1},
    "completion": {_COMPLETION: 1},
    "blend_3_1": {_PROMPT: 3, _COMPLETION: 1},
    "blend_7_2_1": {_CACHE_READ: 7, _PROMPT: 2, _COMPLETION: 1},
}

METRIC_WEIGHTS = {metric: sum(weights.values()) for metric, weights in _WEIGHTS.items()}
"""Price metric -> the sum of its weights, by which a price for reading is divided."""


def price_matrix_micro_usd(history: History, metric: str) -> tuple[IntColumn, BoolColumn]:
    """Return a price metric of every model on every day in micro-USD, and where it is known.

    The twin of `paretocode.catalogue.price_metric_micro_usd` for matrices: a blend is the sum over its weights, a
    missing cache-read price is the prompt price.

    Returns
    -------
    price
        Shape (n_days, n_models) [micro-USD per million tokens times the sum of weights]; 0 where not known.
    is_known
        Whether every price the metric needs is known, on days on which the model is listed.

    Raises
    ------
    UsageError
        For ``request``, which is a price of a request and not of a model.
    InputError
        Another word.
    """
    one_of(metric, PRICE_METRICS, name="price metric")
    if metric == "request":
        raise UsageError(
            "the price metric 'request' is not a price of a model", way_out="price each request by its own tokens"
        )
    price = np.zeros(history.is_listed.shape, dtype=np.int64)
    is_known = history.is_listed.copy()
    for field, weight in _WEIGHTS[metric].items():
        part = history.numbers[field]
        if field == _CACHE_READ:
            part = np.where(np.isnan(part), history.numbers[_PROMPT], part)
        is_known &= ~np.isnan(part)
        price += weight * np.rint(np.nan_to_num(part) * 1e6).astype(np.int64)
    return np.where(is_known, price, 0), is_known
