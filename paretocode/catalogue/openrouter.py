"""What does OpenRouter charge? Its ``/api/v1/models`` answer as a catalogue of prices and windows, without scores.

The format (https://openrouter.ai/docs, "List available models"): prices are decimal texts in USD per *token*;
``pricing.overrides[]`` holds other prices for prompts strictly longer than ``min_prompt_tokens``, or for hours of the
day. What cannot be routed to, or cannot be read as it stands, is left out and named in `Catalogue.notes`.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from paretocode.catalogue._records import (
    Record,
    Row,
    catalogue_of_loose_rows,
    is_number,
    iso_day,
    read_records,
    sub,
)
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue
from paretocode.errors import InputError

__all__ = ["UNSCORED", "read_openrouter_models"]

UNSCORED = "none"
"""Score definition of a catalogue that has prices and no scores."""

_PRICE_KEYS = dict(zip(PRICE_FIELDS, ("prompt", "completion", "input_cache_read", "input_cache_write"), strict=True))
_SOURCE = "OpenRouter /api/v1/models"


def read_openrouter_models(path: str | Path) -> Catalogue:
    """Read OpenRouter's models answer (``.json`` or ``.json.gz``; ``{"data": [...]}`` or the bare list).

    Left out by name: routers (price -1: "varies"), ``~`` aliases whose target moves, ``:batch`` variants. A price of 0
    is kept only where the id ends in ``:free``; elsewhere it is missing. A cache price of 0 is kept.

    Returns
    -------
    Catalogue
        All `coding_score` missing, `score_definition` is `UNSCORED`. `release_date` is the day the model was listed.

    Raises
    ------
    InputError
        No JSON, another shape, a price that is no number, a model twice.
    """
    path = Path(path)
    _, records = read_records(path, keys=("data", "models"))
    rows: list[Row] = []
    notes: list[str] = []
    for number, record in enumerate(records, start=1):
        row = _row(record, notes, where=f"{path}, row {number}")
        if row is not None:
            rows.append(row)
    return catalogue_of_loose_rows(
        rows,
        score_definition=UNSCORED,
        sources=dict.fromkeys(("model_id", *PRICE_FIELDS, "context_tokens", "max_output_tokens"), _SOURCE)
        | {"release_date": f"{_SOURCE}, created"},
        as_of="",
        attribution="Prices and context windows from OpenRouter.",
        notes=notes,
        where=str(path),
    )


def _row(record: Record, notes: list[str], *, where: str) -> Row | None:
    model_id, pricing = str(record["id"]), sub(record, "pricing")
    prices = {field: _usd_per_mtok(pricing.get(key), key=key, where=where) for field, key in _PRICE_KEYS.items()}
    reason = _not_routable(model_id, prices["prompt_usd_per_mtok"], prices["completion_usd_per_mtok"])
    if reason:
        notes.append(f"{model_id} is left out: {reason}.")
        return None
    is_free = model_id.endswith(":free")
    notes += _hide_zeros(model_id, prices, is_free=is_free)
    notes += _remarks(model_id, record, pricing)
    provider = sub(record, "top_provider")
    return Row(
        model_id=model_id,
        name=str(record.get("name") or model_id),
        prompt_usd_per_mtok=prices["prompt_usd_per_mtok"],
        completion_usd_per_mtok=prices["completion_usd_per_mtok"],
        cache_read_usd_per_mtok=prices["cache_read_usd_per_mtok"],
        cache_write_usd_per_mtok=prices["cache_write_usd_per_mtok"],
        context_tokens=_tokens(record.get("context_length")),
        max_output_tokens=_tokens(provider.get("max_completion_tokens")),
        release_date=_day(record.get("created")),
        is_free=is_free,
        steps=_steps(model_id, pricing.get("overrides"), notes, where=where),
    )


def _not_routable(model_id: str, *prices: float) -> str:
    if model_id.startswith("~"):
        return "it is an alias whose target moves"
    if model_id.endswith(":batch"):
        return "batch variants answer later, not now"
    if any(price < 0 for price in prices):
        return "its price is negative, which marks a router"
    return ""


def _hide_zeros(model_id: str, prices: dict[str, float], *, is_free: bool) -> list[str]:
    hidden = [] if is_free else [field for field in PRICE_FIELDS[:2] if prices[field] == 0]
    for field in hidden:
        prices[field] = math.nan
    words = " and ".join(_PRICE_KEYS[field] for field in hidden)
    return [f"{model_id} lists {words} at 0 without being a :free variant: taken as missing."] if hidden else []


def _remarks(model_id: str, record: Record, pricing: Record) -> list[str]:
    remarks: list[str] = []
    if pricing.get("discount") not in (None, 0, "0"):
        remarks.append(f"{model_id} has a discount of {pricing['discount']}: its prices are kept as listed.")
    if expiry := iso_day(record.get("expiration_date")):
        remarks.append(f"{model_id} expires on {expiry}.")
    return remarks


def _steps(model_id: str, overrides: object, notes: list[str], *, where: str) -> list[dict[str, float]]:
    if overrides is None:
        return []
    if not isinstance(overrides, list) or not all(isinstance(entry, dict) for entry in overrides):
        raise InputError(f"pricing.overrides of {model_id} is not a list", where=where, way_out="give it as fetched")
    entries: list[tuple[int, dict[str, float]]] = []
    for entry in overrides:
        least = entry.get("min_prompt_tokens")
        if "utc_start" in entry or "utc_end" in entry:
            hours = f"{entry.get('utc_start')} to {entry.get('utc_end')} UTC"
            notes.append(f"{model_id} has other prices from {hours}: left out.")
        elif not is_number(least) or least < 0:
            notes.append(f"{model_id} has a price override without min_prompt_tokens: left out.")
        else:
            prices = {field: _usd_per_mtok(entry.get(key), key=key, where=where) for field, key in _PRICE_KEYS.items()}
            entries.append((int(least), {field: price for field, price in prices.items() if price >= 0}))
    return _merged(entries)


def _merged(entries: Sequence[tuple[int, dict[str, float]]]) -> list[dict[str, float]]:
    """Give each threshold the prices of all entries that apply there, later entries winning key by key.

    OpenRouter merges the entries that apply; our steps do not add up, so each must hold the merged prices.
    """
    steps: list[dict[str, float]] = []
    for least in sorted({least for least, _ in entries}):
        step: dict[str, float] = {"min_prompt_tokens": least}
        for other, prices in entries:
            if other <= least:
                step |= prices
        steps.append(step)
    return steps


def _usd_per_mtok(text: object, *, key: str, where: str) -> float:
    """Return USD per million tokens from USD per token, exactly as the decimal says; NaN where there is none."""
    if text is None or text == "":
        return math.nan
    try:
        price = Decimal(str(text)) * 1_000_000
    except ArithmeticError:  # not a decimal, or beyond what a decimal holds
        price = Decimal("NaN")
    if not price.is_finite() or isinstance(text, bool):
        raise InputError(f"pricing.{key} is {text!r}, which is not a number", where=where, way_out="give it as fetched")
    return float(price)


def _tokens(value: object) -> float:
    return float(value) if is_number(value) and value >= 1 else math.nan


def _day(epoch_s: object) -> str:
    if not is_number(epoch_s) or not 0 < epoch_s < 4e9:
        return ""
    return datetime.datetime.fromtimestamp(epoch_s, tz=datetime.UTC).date().isoformat()
