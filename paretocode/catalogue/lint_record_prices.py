"""Which traps do records of the price lists set: LiteLLM, genai-prices, llm-prices, model-prices, models.dev?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from paretocode.catalogue._records import Record, is_number, sub
from paretocode.catalogue.finding import Finding
from paretocode.catalogue.lint_traps import trap
from paretocode.catalogue.litellm import PRICE_KEYS, SPEC_ROW, long_context_threshold
from paretocode.catalogue.llm_prices import pseudo_model
from paretocode.catalogue.models_dev import tiers_of

__all__ = ["genai_traps", "litellm_traps", "llm_prices_traps", "model_prices_traps", "models_dev_traps"]

_SERVICE_TIERS = ("_batches", "_flex", "_priority", "_balanced", "_ultrafast")


def litellm_traps(name: str, entry: Record) -> Iterator[Finding]:
    """Yield the findings of one entry of LiteLLM's price map."""
    if name == SPEC_ROW:
        yield trap("spec-row", name, "it documents the format and is no model")
        return
    fee = entry.get("input_cost_per_request")
    if is_number(fee) and fee > 0:
        yield trap("per-request-price", name, f"each request costs {fee:g} USD")
    zeros = [key for key in list(PRICE_KEYS.values())[:2] if entry.get(key) == 0]
    if zeros and not name.endswith(":free"):
        yield trap("zero-price", name, f"{' and '.join(zeros)} at 0")
    lengths = sorted({least for key in entry if (least := long_context_threshold(key)) is not None})
    ranges = entry.get("tiered_pricing")
    if lengths:
        yield trap("long-context-step", name, f"other prices above {', '.join(map(str, lengths))} prompt tokens")
    elif isinstance(ranges, list):
        yield trap("long-context-step", name, f"{len(ranges)} ranges of prompt length, each with its prices")
    if any(key.endswith(_SERVICE_TIERS) for key in entry):
        yield trap("service-tier-price", name, "it also has prices of other service tiers")


def genai_traps(record: Record) -> Iterator[Finding]:
    """Yield the findings of one model of genai-prices."""
    name, stated = str(record.get("id")), record.get("prices")
    entries = [e for e in stated if isinstance(e, dict)] if isinstance(stated, list) else [{"prices": stated}]
    constraints = [sub(entry, "constraint") for entry in entries]
    days = [str(c["start_date"]) for c in constraints if "start_date" in c]
    if days:
        yield trap("dated-price", name, f"prices from {', '.join(days)} on")
    hours = [f"{c.get('start_time')}-{c.get('end_time')}" for c in constraints if "start_time" in c]
    if hours:
        yield trap("hourly-price", name, f"other prices at {', '.join(hours)}")
    tables = [sub(entry, "prices") for entry in entries]
    if any(isinstance(amount, dict) for table in tables for amount in table.values()):
        yield trap("long-context-step", name, "prices in tiers of prompt length")
    fees = [table["requests_kcount"] for table in tables if is_number(table.get("requests_kcount"))]
    if fees:
        yield trap("per-request-price", name, f"a thousand requests cost {fees[-1]:g} USD besides their tokens")


def llm_prices_traps(models: Sequence[Record]) -> Iterator[Finding]:
    """Yield the findings of some models of llm-prices."""
    for model in models:
        name = str(model.get("id"))
        if "price_history" not in model:
            yield trap("unknown-shape", name, "it has no price_history")
            continue
        base, least = pseudo_model(model)
        if least:
            yield trap("pseudo-model", name, f"the price of {base} above {least:,} prompt tokens, listed as a model")
        history = model["price_history"]
        days = [str(e["from_date"]) for e in history if e.get("from_date")] if isinstance(history, list) else []
        if days:
            yield trap("dated-price", name, f"prices from {', '.join(days)} on")


def model_prices_traps(record: Record) -> Iterator[Finding]:
    """Yield the findings of one model's timelines, or of the schedules, of model-prices."""
    if "schedule" in record:
        listed = record["schedule"]
        entries = listed if isinstance(listed, list) else []
        providers = {str(entry.get("provider")) for entry in entries if isinstance(entry, dict)}
        yield trap("hourly-price", ", ".join(sorted(providers)), "prices are multiplied at some hours")
        return
    name, timelines = next(iter(record.items()))
    standard = sub({"timelines": timelines}, "timelines").get("standard")
    rates = [sub(entry, "rates") for entry in standard if isinstance(entry, dict)] if isinstance(standard, list) else []
    if len(rates) > 1:
        yield trap("dated-price", name, f"{len(rates)} dated prices")
    if any(entry.get("tiers") for entry in rates):
        yield trap("long-context-step", name, "prices in tiers of prompt length")
    amounts = [amount for entry in rates if is_number(amount := entry.get("input"))]
    rises = [(old, new) for old, new in itertools.pairwise(amounts) if new > old]
    if rises:
        old, new = rises[0]
        yield trap("price-rise", name, f"its input price rose from {old:g} to {new:g} USD per million")


def models_dev_traps(record: Record) -> Iterator[Finding]:
    """Yield the findings of one file of models.dev."""
    name = str(record.get("base_model") or record.get("name") or "model")
    if "base_model" in record:
        yield trap("inherits", name, f"it inherits what it does not say from {record['base_model']}")
    lengths = sorted(tiers_of(sub(record, "cost"), where=name))
    if lengths:
        yield trap("long-context-step", name, f"other prices above {', '.join(map(str, lengths))} prompt tokens")
    cost = sub(record, "cost")
    if cost and any(cost.get(key) == 0 for key in ("input", "output")):
        yield trap("zero-price", name, "a cost of 0")
