"""Which models of a catalogue can be compared by price and score, at what price, and why are the others left out?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, float_column
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.prices import display_price_usd_per_mtok, price_metric_micro_usd
from paretocode.errors import InputError

__all__ = ["GIVEN", "Compared", "compared_models"]

GIVEN = "given"
"""Name of the price metric where the prices were given, as costs to run are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The models that take part, in catalogue order.

    Parameters
    ----------
    price_metric
        Name of the price.
    rows
        Their catalogue rows.
    price
        What is compared: whole micro-USD of a metric, or the prices given.
    shown_price
        The price for reading [USD per million tokens, or the unit of the prices given].
    score_micro
        Their score in 1e-6 of its unit.
    left_out
        Key of each other model -> why.
    """

    price_metric: str
    rows: IntColumn
    price: NDArray[np.int64] | NDArray[np.float64]
    shown_price: FloatColumn
    score_micro: IntColumn
    left_out: dict[str, str]


def compared_models(
    catalogue: Catalogue, *, price_metric: str, price: ArrayLike | None = None, include_free: bool = False
) -> Compared:
    """Return the models of known price and score.

    Parameters
    ----------
    price_metric
        Any of `paretocode.catalogue.PRICE_METRICS` but ``request``; not looked at where `price` is given.
    price
        Shape (n_models,), >= 0, NaN where not known: another price, such as the cost to run a benchmark [USD]. A 0
        counts only where the record says that the model is free.
    include_free
        Whether models that are free of charge take part.

    Raises
    ------
    InputError
        An unknown metric, or prices of another length, negative or infinite.
    UsageError
        The metric ``request``.
    """
    given = None if price is None else float_column(price, name="price", least=0.0, missing_allowed=True)
    if given is not None and len(given) != len(catalogue):
        raise InputError(
            f"price has {len(given)} rows and the catalogue {len(catalogue)} models", way_out="give one price a model"
        )
    compared: NDArray[np.int64] | NDArray[np.float64]
    if given is None:
        compared, is_known = price_metric_micro_usd(catalogue, price_metric)
        shown = display_price_usd_per_mtok(catalogue, price_metric)
    else:
        compared, shown, is_known = given, given, ~np.isnan(given) & ((given > 0) | catalogue.is_free)
    left_out = _left_out(catalogue, is_known, include_free=include_free)
    rows = np.array([i for i, key in enumerate(catalogue.keys) if key not in left_out], dtype=np.int64)
    return Compared(
        price_metric=price_metric if given is None else GIVEN,
        rows=rows,
        price=compared[rows],
        shown_price=shown[rows],
        score_micro=catalogue.score_micro[rows],
        left_out=left_out,
    )


def _left_out(catalogue: Catalogue, is_known: BoolColumn, *, include_free: bool) -> dict[str, str]:
    reasons: dict[str, str] = {}
    for i, key in enumerate(catalogue.keys):
        if not catalogue.has_score[i]:
            reasons[key] = "no score"
        elif not is_known[i]:
            reasons[key] = "no price"
        elif catalogue.is_free[i] and not include_free:
            reasons[key] = "free of charge"
    return reasons
