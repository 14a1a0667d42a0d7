"""What does LiteLLM charge by? Its price map (``model_prices_and_context_window.json``) as a catalogue of prices.

Amounts are USD per *token*. Long-context prices stand under suffixed keys (``..._above_272k_tokens``: for prompts
strictly longer) or as ``tiered_pricing`` ranges. Keys of other service tiers (``_batches``, ``_flex``, ``_priority``
and so on) are not read: they are other products. Format: https://docs.litellm.ai/docs/provider_registration/add_model_pricing
"""

from __future__ import annotations

import re
from pathlib import Path

from paretocode.catalogue._amounts import PER_TOKEN, usd_per_mtok
from paretocode.catalogue._files import read_json
from paretocode.catalogue._price_list import PriceList, Prices, price_dict
from paretocode.catalogue._records import Record, is_number
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue
from paretocode.errors import InputError

__all__ = ["LITELLM_MODES", "PRICE_KEYS", "SPEC_ROW", "long_context_threshold", "read_litellm"]

LITELLM_MODES = ("chat", "responses", "completion")
"""Modes that answer with text; entries of other modes are left out by name."""

SPEC_ROW = "sample_spec"
"""The row that documents the format and is no model."""

PRICE_KEYS = dict(
    zip(
        PRICE_FIELDS,
        (
            "input_cost_per_token",
            "output_cost_per_token",
            "cache_read_input_token_cost",
            "cache_creation_input_token_cost",
        ),
        strict=True,
    )
)
"""Our price column -> LiteLLM's key."""

_ABOVE = re.compile(r"_above_(\d+)k_tokens")


def read_litellm(path: str | Path) -> Catalogue:
    """Read LiteLLM's price map (``.json`` or ``.json.gz``).

    Left out by name: the documentation row, entries of other modes than `LITELLM_MODES`, entries without any token
    price. A price of 0 is missing (no field tells "free" from "unknown") unless the id ends in ``:free``; a fee per
    request is named and not counted.

    Returns
    -------
    Catalogue
        `model_id` is LiteLLM's own key, provider prefix and all. No scores, no speeds.

    Raises
    ------
    InputError
        No JSON, another shape, an amount that is no number.
    """
    path = Path(path)
    document = read_json(path)
    if not isinstance(document, dict) or not any(_is_entry(entry) for entry in document.values()):
        raise InputError(
            "there is no entry with a litellm_provider", where=str(path), way_out="give the price map as fetched"
        )
    found = PriceList()
    for model_id, entry in document.items():
        reason = _left_out(model_id, entry)
        if reason:
            found.leave_out(model_id, reason)
        else:
            _add(found, model_id, entry, where=f"{path}, key {model_id}")
    return found.catalogue(
        source="LiteLLM price map",
        attribution="Prices and context windows from LiteLLM (MIT).",
        where=str(path),
        extra=("context_tokens", "max_output_tokens"),
    )


def _is_entry(entry: object) -> bool:
    return isinstance(entry, dict) and "litellm_provider" in entry


def _left_out(model_id: str, entry: object) -> str:
    if model_id == SPEC_ROW:
        return "it documents the format and is no model"
    if not isinstance(entry, dict) or not _is_entry(entry):
        return "they name no provider"
    if entry.get("mode") not in LITELLM_MODES:
        return f"their mode is {entry.get('mode')}"
    if "tiered_pricing" not in entry and not any(key in entry for key in PRICE_KEYS.values()):
        return "they have no price per token"
    return ""


def _add(found: PriceList, model_id: str, entry: Record, *, where: str) -> None:
    prices, steps = _prices(entry, "", where=where), _suffixed_steps(entry, where=where)
    ranges = entry.get("tiered_pricing")
    if isinstance(ranges, list):
        prices, steps = _ranged(model_id, ranges, prices, found, where=where)
    fee = entry.get("input_cost_per_request")
    found.add(
        model_id,
        prices,
        steps=steps,
        context=entry.get("max_input_tokens", entry.get("max_tokens")),
        max_output=entry.get("max_output_tokens"),
        fee_usd_per_request=usd_per_mtok(fee, factor=1, key="input_cost_per_request", where=where),
    )


def _prices(entry: Record, suffix: str, *, where: str) -> Prices:
    amounts = (
        usd_per_mtok(entry.get(key + suffix), factor=PER_TOKEN, key=key + suffix, where=where)
        for key in PRICE_KEYS.values()
    )
    return price_dict(*amounts)


def long_context_threshold(key: str) -> int | None:
    """Return the prompt length that a price key is for, None where it is no plain long-context key.

    Examples
    --------
    >>> long_context_threshold("input_cost_per_token_above_272k_tokens")
    272000
    >>> long_context_threshold("input_cost_per_token_above_272k_tokens_batches") is None
    True
    """
    base, above, rest = key.partition("_above_")
    found = _ABOVE.fullmatch(above + rest)
    return int(found[1]) * 1000 if found and base in PRICE_KEYS.values() else None


def _suffixed_steps(entry: Record, *, where: str) -> dict[int, Prices]:
    thresholds = {threshold for key in entry if (threshold := long_context_threshold(key)) is not None}
    return {least: _prices(entry, f"_above_{least // 1000}k_tokens", where=where) for least in thresholds}


def _ranged(
    model_id: str, ranges: list[object], own: Prices, found: PriceList, *, where: str
) -> tuple[Prices, dict[int, Prices]]:
    """Return base prices and steps of ``tiered_pricing``: the range from 0 is the base, every other one a step."""
    prices, steps = own, {}
    for entry in ranges:
        limits = entry.get("range") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(limits, list) or not limits or not is_number(limits[0]):
            found.notes.append(f"{model_id} has a price range without limits: left out.")
        elif limits[0] == 0:
            prices = _prices(entry, "", where=where)
        else:
            steps[int(limits[0])] = _prices(entry, "", where=where)
    return prices, steps
