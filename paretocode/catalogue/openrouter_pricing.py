"""What does OpenRouter's ``pricing`` of one model say? Base prices, long-context steps, hours of the day, discount.

The format (https://openrouter.ai/docs, "PricingOverride" and "PublicPricing"): an override applies when all of its
conditions hold, a prompt *strictly longer* than ``min_prompt_tokens`` and a time inside ``utc_start``..``utc_end``
(half-open, may wrap past midnight); of the overrides that apply, later ones win key by key; keys they do not name
keep the base price. ``discount`` is a fraction: what is paid is the price times (1 - discount).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from paretocode.catalogue._amounts import PER_TOKEN, discounted, usd_per_mtok
from paretocode.catalogue._clock import clock_minute, in_window
from paretocode.catalogue._records import Record, is_number
from paretocode.catalogue.catalogue import PRICE_FIELDS
from paretocode.errors import InputError

__all__ = ["PRICE_KEYS", "OpenRouterPrices", "read_pricing"]

PRICE_KEYS = dict(zip(PRICE_FIELDS, ("prompt", "completion", "input_cache_read", "input_cache_write"), strict=True))
"""Our price column -> OpenRouter's key."""

_CONDITIONS = ("min_prompt_tokens", "utc_start", "utc_end")


@dataclass(slots=True, kw_only=True)
class OpenRouterPrices:
    """Prices of one model [USD per million tokens], its steps, and a sentence for all that was not used."""

    prices: dict[str, float]
    steps: list[dict[str, float]]
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Override:
    least: int | None
    prices: dict[str, float]


def read_pricing(
    model_id: str, pricing: Record, *, minute: float | None, apply_discount: bool, where: str
) -> OpenRouterPrices:
    """Return what one model costs at a time of day.

    Parameters
    ----------
    minute
        Minute of the UTC day; None leaves all overrides by hour out, each with a remark.
    apply_discount
        Whether to multiply every price by (1 - discount).

    Raises
    ------
    InputError
        A price that is no number, overrides that are no list.
    """
    found = OpenRouterPrices(prices=_prices(pricing, where=where), steps=[])
    discount = _discount(model_id, pricing, found.remarks, apply_discount=apply_discount)
    overrides = _overrides(model_id, pricing.get("overrides"), found.remarks, minute=minute, where=where)
    for override in overrides:
        if override.least is None:
            found.prices |= override.prices
    found.steps = _merged(overrides)
    if discount:
        found.prices = {name: discounted(price, discount) for name, price in found.prices.items()}
        for step in found.steps:
            step |= {name: discounted(step[name], discount) for name in PRICE_FIELDS if name in step}
    fee = usd_per_mtok(pricing.get("request"), factor=1, key="pricing.request", where=where)
    if fee > 0:
        found.remarks.append(f"{model_id} also costs {fee:g} USD a request: not counted.")
    return found


def _prices(entry: Record, *, where: str) -> dict[str, float]:
    return {
        name: usd_per_mtok(entry.get(key), factor=PER_TOKEN, key=f"pricing.{key}", where=where)
        for name, key in PRICE_KEYS.items()
    }


def _discount(model_id: str, pricing: Record, remarks: list[str], *, apply_discount: bool) -> float:
    stated = pricing.get("discount")
    if stated in (None, 0, "", "0"):
        return 0.0
    share = usd_per_mtok(stated, factor=1, key="pricing.discount", where=model_id)
    if not 0 < share <= 1:
        remarks.append(f"{model_id} has a discount of {stated}, which is no fraction: its prices are kept as listed.")
        return 0.0
    if not apply_discount:
        remarks.append(f"{model_id} has a discount of {stated}: its prices are kept as listed.")
        return 0.0
    remarks.append(f"{model_id} has a discount of {stated}: its prices are multiplied by {1 - share:g}.")
    return share


def _overrides(
    model_id: str, stated: object, remarks: list[str], *, minute: float | None, where: str
) -> list[_Override]:
    if stated is None:
        return []
    if not isinstance(stated, list) or not all(isinstance(entry, dict) for entry in stated):
        raise InputError(f"pricing.overrides of {model_id} is not a list", where=where, way_out="give it as fetched")
    kept: list[_Override] = []
    for entry in stated:
        reason = _not_applied(entry, minute)
        if reason:
            remarks.append(f"{model_id} has {reason}: left out.")
        elif reason is None:
            least = entry.get("min_prompt_tokens")
            prices = {name: price for name, price in _prices(entry, where=where).items() if price >= 0}
            kept.append(_Override(least=int(least) if is_number(least) else None, prices=prices))
    return kept


def _not_applied(entry: Record, minute: float | None) -> str | None:
    """Return why an override is left out with a remark, "" where it merely does not hold at that time, else None."""
    least = entry.get("min_prompt_tokens")
    has_hours = "utc_start" in entry or "utc_end" in entry
    unknown = [key for key, value in entry.items() if key not in _CONDITIONS and not isinstance(value, str)]
    if unknown:
        return f"a price override with the unknown condition {unknown[0]}"
    if "min_prompt_tokens" in entry and (not is_number(least) or least < 0):
        return f"a price override from {least!r} prompt tokens on"
    if not has_hours:
        return None if "min_prompt_tokens" in entry else "a price override without min_prompt_tokens"
    start, end = clock_minute(entry.get("utc_start")), clock_minute(entry.get("utc_end"))
    if minute is None or start is None or end is None:
        return f"other prices from {entry.get('utc_start')} to {entry.get('utc_end')} UTC"
    return None if in_window(minute, start, end) else ""


def _merged(overrides: Sequence[_Override]) -> list[dict[str, float]]:
    """Give each threshold the prices of all overrides that apply there, later ones winning key by key.

    OpenRouter merges the overrides that apply; our steps do not add up, so each must hold the merged prices.
    """
    steps: list[dict[str, float]] = []
    for least in sorted({override.least for override in overrides if override.least is not None}):
        step: dict[str, float] = {"min_prompt_tokens": least}
        for override in overrides:
            if override.least is None or override.least <= least:
                step |= {name: price for name, price in override.prices.items() if not math.isnan(price)}
        steps.append(step)
    return steps
