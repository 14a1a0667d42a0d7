"""What if some models cost more or less? All prices of the models that fit a pattern, times a factor."""

from __future__ import annotations

import numpy as np

from paretocode._checks import BoolColumn
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue
from paretocode.catalogue.changed import models_that_fit, with_prices_times
from paretocode.errors import InputError
from paretocode.evidence.sensitivity.shift import Parameter
from paretocode.evidence.sensitivity.world import World

__all__ = ["WHERE", "price_factor", "with_price_factor"]

WHERE = "sensitivity"
"""What refusals name as their place."""


def with_price_factor(world: World, value: float, *, models: str) -> World:
    """Return the world in which all prices of some models are multiplied, long-context prices included.

    Prices are rounded to a millionth of a USD per million tokens; what is free stays free.

    Raises
    ------
    InputError
        A factor that is not above 0, a pattern that no model fits, or a price that the factor rounds to 0.

    Examples
    --------
    >>> from paretocode.catalogue import bundled_scale, load_bundled
    >>> from paretocode.evidence.sensitivity.world import world_of
    >>> from paretocode.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> asked = request_stream(session=[0], time_s=[0], prompt_tokens=[1], completion_tokens=[1])
    >>> models = load_bundled()
    >>> today = documented_pareto_code(models)
    >>> world = world_of(models, asked, today, today.renamed("same"), scale=bundled_scale(), rng=1)
    >>> dear = with_price_factor(world, 3.0, models="moonshotai/*").catalogue
    >>> float(dear.prompt_usd_per_mtok[dear.index_of("moonshotai/kimi-k2.6")])
    2.19
    """
    if value > 0:
        _refuse_nothing(world.catalogue, models_that_fit(world.catalogue, models, where=WHERE), value)
    return world.replace(catalogue=with_prices_times(world.catalogue, models, value, where=WHERE))


def _refuse_nothing(catalogue: Catalogue, fits: BoolColumn, value: float) -> None:
    """Refuse a factor that makes a price too small to be written."""
    for name in PRICE_FIELDS[:2]:
        price = getattr(catalogue, name)
        gone = fits & (price > 0) & (np.round(np.nan_to_num(price) * value, 6) == 0)
        if gone.any():
            row = int(np.flatnonzero(gone)[0])
            raise InputError(
                f"the price factor {value:g} makes {name} of {catalogue.keys[row]!r} less than a millionth of a USD",
                where="sensitivity",
                way_out="give a larger factor, or withdraw the model",
            )


def price_factor(models: str, *, low: float = 0.5, high: float = 2.0) -> Parameter:
    """Return the factor on all prices of the models that fit a pattern.

    Raises
    ------
    InputError
        A factor that is not above 0, or `low` not below `high`.
    """
    for value in (low, high):
        if not 0 < value < np.inf:
            raise InputError(
                f"the price factor is {value:g}", where=f"prices of {models}", way_out="give a number above 0"
            )
    return Parameter(
        name=f"prices of {models}",
        group="prices",
        at=lambda world, value: with_price_factor(world, value, models=models),
        low=low,
        high=high,
        step=0.001,
        now=1.0,
        when=f"{models} costs {{}} times as much as today",
        price_pattern=models,
        label="x {}",
    )
