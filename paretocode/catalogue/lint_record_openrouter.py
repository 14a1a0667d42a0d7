"""Which traps does one record of OpenRouter's models answer set?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from paretocode.catalogue._records import Record, iso_day, sub
from paretocode.catalogue.finding import Finding
from paretocode.catalogue.lint_traps import trap

__all__ = ["openrouter_change_traps", "openrouter_traps"]

_TOKEN_KEYS = {"prompt", "completion", "input_cache_read", "input_cache_write", "input_cache_write_1h"}
_OTHER_KEYS = {"overrides", "discount", "request"}


def openrouter_traps(record: Record) -> Iterator[Finding]:
    """Yield the findings of one record."""
    model_id, pricing = str(record.get("id")), sub(record, "pricing")
    prompt, completion = (_amount(pricing.get(key)) for key in ("prompt", "completion"))
    if prompt is not None and prompt < 0:
        yield trap("router-price", model_id, f"its prompt price is {pricing.get('prompt')}: it routes to other models")
    yield from _variants(model_id)
    zeros = [key for key, price in (("prompt", prompt), ("completion", completion)) if price == 0]
    if zeros and not model_id.endswith(":free"):
        verb = "are" if len(zeros) > 1 else "is"
        yield trap("zero-price", model_id, f"{' and '.join(zeros)} {verb} 0 and the id does not end in :free")
    yield from _conditions(model_id, pricing)
    others = [key for key in pricing if key not in _TOKEN_KEYS | _OTHER_KEYS]
    if others:
        yield trap("other-price-keys", model_id, f"it also prices {', '.join(sorted(others))}")
    if expiry := iso_day(record.get("expiration_date")):
        yield trap("expires", model_id, f"it expires on {expiry}")
    if "context_length" in record and not record["context_length"]:
        yield trap("no-context", model_id, "it states no context window")


def _variants(model_id: str) -> Iterator[Finding]:
    if model_id.startswith("~"):
        yield trap("moving-alias", model_id, "what it names changes without notice")
    if model_id.endswith(":batch"):
        yield trap("batch-variant", model_id, "it answers later, not now")
    if model_id.endswith(":free"):
        yield trap("free-variant", model_id, "it is free of charge, and often rate limited")
    if model_id.endswith(":thinking"):
        yield trap("thinking-variant", model_id, "the same weights with reasoning on, at its own price")


def _conditions(model_id: str, pricing: Record) -> Iterator[Finding]:
    stated = pricing.get("overrides")
    overrides = [entry for entry in stated if isinstance(entry, dict)] if isinstance(stated, list) else []
    lengths = sorted({str(entry["min_prompt_tokens"]) for entry in overrides if "min_prompt_tokens" in entry})
    if lengths:
        yield trap("long-context-step", model_id, f"other prices for prompts longer than {', '.join(lengths)} tokens")
    hours = [f"{e.get('utc_start')}-{e.get('utc_end')}" for e in overrides if "utc_start" in e or "utc_end" in e]
    if hours:
        yield trap("hourly-price", model_id, f"other prices at {', '.join(hours)} UTC")
    if pricing.get("discount") not in (None, 0, "0", ""):
        yield trap("discount", model_id, f"a discount of {pricing['discount']}")
    fee = _amount(pricing.get("request"))
    if fee is not None and fee > 0:
        yield trap("per-request-price", model_id, f"each request costs {fee} USD besides its tokens")


def openrouter_change_traps(earlier: Record, later: Record) -> Iterator[Finding]:
    """Yield the findings of a record against the same id's earlier one."""
    model_id = str(later.get("id"))
    if earlier.get("id") != later.get("id") or model_id.endswith(":free"):
        return
    before, after = (_amount(sub(record, "pricing").get("prompt")) for record in (earlier, later))
    if before is None or after is None or before < 0 or after < 0:
        return
    if (before == 0) != (after == 0):
        was, now = before * 1_000_000, after * 1_000_000
        yield trap("zero-price-transient", model_id, f"its prompt price went from {was:g} to {now:g} USD per million")
    elif before and after and not Decimal("0.5") < after / before < 2:
        yield trap("price-jump", model_id, f"its prompt price went by a factor of {after / before:.3g}")


def _amount(stated: object) -> Decimal | None:
    try:
        amount = Decimal(str(stated))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
