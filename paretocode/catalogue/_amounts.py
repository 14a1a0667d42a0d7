"""How does an amount in somebody's price file become USD per million tokens? Exactly as its decimal says.

Shared by all price readers: scaling, hiding what is no price, and naming what was left out, one sentence a reason.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, MutableMapping
from decimal import Decimal

from paretocode.catalogue.catalogue import PRICE_FIELDS
from paretocode.errors import InputError

__all__ = [
    "PER_MTOK",
    "PER_TOKEN",
    "UNSCORED",
    "discounted",
    "hide_no_prices",
    "left_out_note",
    "left_out_notes",
    "usd_per_mtok",
]

_SHOWN = 60
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

UNSCORED = "none"
"""Score definition of a catalogue that has prices and no scores."""

PER_TOKEN = 1_000_000
"""Factor to USD per million tokens of an amount in USD per token."""

PER_MTOK = 1
"""Factor to USD per million tokens of an amount that is one already."""


def usd_per_mtok(amount: object, *, factor: int, key: str, where: str) -> float:
    """Return an amount in USD per million tokens; NaN where there is none (None or an empty text).

    Parameters
    ----------
    amount
        A number or a decimal text, in USD per token or per million tokens.
    factor
        `PER_TOKEN` or `PER_MTOK`.
    key
        What the amount is called in the error.

    Raises
    ------
    InputError
        The amount is no finite number.

    Examples
    --------
    >>> usd_per_mtok("0.000000003625", factor=PER_TOKEN, key="prompt", where="models.json")
    0.003625
    >>> usd_per_mtok(None, factor=PER_TOKEN, key="prompt", where="models.json")
    nan
    """
    if amount is None or amount == "":
        return math.nan
    try:
        # A Decimal would also take underscores and digits of other scripts.
        price = float(Decimal(str(amount)) * factor) if _DECIMAL.fullmatch(str(amount).strip()) else math.nan
    except ArithmeticError:  # beyond what a decimal or a float holds
        price = math.nan
    if not math.isfinite(price) or isinstance(amount, bool):
        shown = repr(amount) if len(repr(amount)) <= _SHOWN else f"{repr(amount)[:_SHOWN]}..."
        raise InputError(f"{key} is {shown}, which is not a number", where=where, way_out="give it as fetched")
    return price


def discounted(price: float, discount: float) -> float:
    """Return price * (1 - discount), as decimals; NaN stays NaN.

    Examples
    --------
    >>> discounted(0.3, 0.1)
    0.27
    """
    if math.isnan(price):
        return price
    return float(Decimal(str(price)) * (1 - Decimal(str(discount))))


def hide_no_prices(prices: MutableMapping[str, float], *, is_free: bool) -> list[str]:
    """Make missing what is no price, in place, and return the fields that were hidden.

    A negative amount is no price. A prompt or completion price of 0 is one only where the record says that the model
    is free. A cache-read price of 0 is kept; a cache-write price of 0 says "no premium", which is what a missing one
    says as well, and is made missing without being returned.

    Examples
    --------
    >>> prices = {"prompt_usd_per_mtok": 0.0, "completion_usd_per_mtok": 2.0, "cache_read_usd_per_mtok": 0.0}
    >>> hide_no_prices(prices, is_free=False), prices["prompt_usd_per_mtok"], prices["cache_read_usd_per_mtok"]
    (['prompt_usd_per_mtok'], nan, 0.0)
    """
    if prices.get(PRICE_FIELDS[3]) == 0:
        prices[PRICE_FIELDS[3]] = math.nan
    hidden = [field for field in prices if prices[field] < 0]
    if not is_free:
        hidden += [field for field in PRICE_FIELDS[:2] if prices.get(field) == 0]
    for field in hidden:
        prices[field] = math.nan
    return hidden


def left_out_note(names: Iterable[str], reason: str) -> str:
    """Return one sentence that names everything left out for one reason.

    Examples
    --------
    >>> left_out_note(["a", "b"], "their mode is embedding")
    '2 entries are left out because their mode is embedding: a, b.'
    """
    listed = list(names)
    count = "1 entry is" if len(listed) == 1 else f"{len(listed)} entries are"
    return f"{count} left out because {reason}: {', '.join(listed)}."


def left_out_notes(names_of_reason: Mapping[str, Iterable[str]]) -> list[str]:
    """Return `left_out_note` of every reason, in the order of the mapping."""
    return [left_out_note(names, reason) for reason, names in names_of_reason.items()]
