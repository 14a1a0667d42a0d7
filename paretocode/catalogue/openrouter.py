"""What does OpenRouter charge? Its ``/api/v1/models`` answer as a catalogue of prices and windows.

The format (https://openrouter.ai/docs, "List available models"): prices are decimal texts in USD per *token*; how
``pricing`` is read stands in `openrouter_pricing`. What cannot be routed to, or cannot be read as it stands, is left
out and named in `Catalogue.notes`. The answer holds no speed; `openrouter_endpoints` reads that.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from pathlib import Path

from paretocode.catalogue._amounts import UNSCORED, hide_no_prices
from paretocode.catalogue._clock import iso_date, utc_time
from paretocode.catalogue._records import (
    Record,
    Row,
    catalogue_of_loose_rows,
    is_number,
    iso_day,
    number_or_note,
    read_records,
    sub,
)
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue
from paretocode.catalogue.openrouter_pricing import PRICE_KEYS, read_pricing
from paretocode.errors import InputError

__all__ = ["UNSCORED", "not_routable", "read_openrouter_models"]

_MOST_TOKENS = 1e12
_SOURCE = "OpenRouter /api/v1/models"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    minute: float | None
    apply_discount: bool
    as_of: str
    definition: str


def read_openrouter_models(
    path: str | Path,
    *,
    at_utc: str | datetime.time | None = None,
    apply_discount: bool = True,
    as_of: str = "",
    score_definition: str | None = None,
) -> Catalogue:
    """Read OpenRouter's models answer (``.json`` or ``.json.gz``; ``{"data": [...]}`` or the bare list).

    Left out by name: routers (price -1: "varies"), ``~`` aliases whose target moves, ``:batch`` variants, and models
    that have expired on `as_of`. ``:free``, ``:thinking`` and other variants are models of their own, under their whole
    id. A price of 0 is kept only where the id ends in ``:free``; elsewhere it is missing. A cache-read price of 0 is
    kept.

    Parameters
    ----------
    at_utc
        The time of day whose prices to take, as ``"16:30"`` in UTC. By default the base prices are taken, and overrides
        by hour are left out by name.
    apply_discount
        Whether ``pricing.discount`` counts: prices are then multiplied by (1 - discount), steps as well.
    as_of
        The day of the answer, an ISO date. With it, models whose ``expiration_date`` is not after it are left out.
    score_definition
        What the ``benchmarks.artificial_analysis.coding_index`` of the records is, for answers that carry one (0-100,
        no standard error). By default no score is read, because the answer does not say which index version it is.

    Returns
    -------
    Catalogue
        `score_definition` is `UNSCORED` unless one is given. `release_date` is the day the model was listed.

    Raises
    ------
    InputError
        No JSON, another shape, a price that is no number, a model twice, an `at_utc` or `as_of` that is none.
    """
    path = Path(path)
    reading = _Reading(
        minute=utc_time(at_utc, name="at_utc"),
        apply_discount=apply_discount,
        as_of=iso_date(as_of, name="as_of"),
        definition=score_definition or UNSCORED,
    )
    _, records = read_records(path, keys=("data", "models"))
    if not any("prompt" in sub(record, "pricing") for record in records):
        raise InputError(
            "no record has a pricing.prompt, so that this is no models answer of OpenRouter",
            where=str(path),
            way_out="name the source that the file is of",
        )
    rows: list[Row] = []
    notes: list[str] = []
    for number, record in enumerate(records, start=1):
        row = _row(record, notes, reading, where=f"{path}, row {number}")
        if row is not None:
            rows.append(row)
    n_indexed = sum(not math.isnan(_index(record)) for record in records)
    if n_indexed and reading.definition == UNSCORED:
        notes.append(f"{n_indexed} records carry a coding index: not read, name its score_definition to read it.")
    columns = ("model_id", *PRICE_FIELDS, "context_tokens", "max_output_tokens")
    scores = {} if reading.definition == UNSCORED else {"coding_score": "Artificial Analysis, as OpenRouter shows it"}
    credit = " Scores from Artificial Analysis (https://artificialanalysis.ai)." if scores else ""
    return catalogue_of_loose_rows(
        rows,
        score_definition=reading.definition,
        sources=dict.fromkeys(columns, _SOURCE) | {"release_date": f"{_SOURCE}, created"} | scores,
        as_of=reading.as_of,
        attribution=f"Prices and context windows from OpenRouter.{credit}",
        notes=notes,
        where=str(path),
    )


def _row(record: Record, notes: list[str], reading: _Reading, *, where: str) -> Row | None:
    model_id, pricing = str(record["id"]), sub(record, "pricing")
    found = read_pricing(model_id, pricing, minute=reading.minute, apply_discount=reading.apply_discount, where=where)
    expiry = iso_day(record.get("expiration_date"))
    reason = not_routable(model_id, *(found.prices[name] for name in PRICE_FIELDS[:2]))
    if not reason and expiry and reading.as_of and expiry <= reading.as_of:
        reason = f"it expired on {expiry}"
    if reason:
        notes.append(f"{model_id} is left out: {reason}.")
        return None
    is_free = model_id.endswith(":free")
    longest = sub(record, "top_provider").get("max_completion_tokens")
    notes += _zeros(model_id, hide_no_prices(found.prices, is_free=is_free))
    notes += found.remarks
    if expiry:
        notes.append(f"{model_id} expires on {expiry}.")
    return Row(
        model_id=model_id,
        name=str(record.get("name") or model_id),
        coding_score=math.nan if reading.definition == UNSCORED else _index(record),
        prompt_usd_per_mtok=found.prices["prompt_usd_per_mtok"],
        completion_usd_per_mtok=found.prices["completion_usd_per_mtok"],
        cache_read_usd_per_mtok=found.prices["cache_read_usd_per_mtok"],
        cache_write_usd_per_mtok=found.prices["cache_write_usd_per_mtok"],
        context_tokens=_tokens(record.get("context_length"), notes, what=f"{model_id} has a context window"),
        max_output_tokens=_tokens(longest, notes, what=f"{model_id} has a longest answer"),
        release_date=_day(record.get("created")),
        is_free=is_free,
        steps=[_priced_step(step, is_free=is_free) for step in found.steps],
    )


def _priced_step(step: dict[str, float], *, is_free: bool) -> dict[str, float]:
    prices = {name: price for name, price in step.items() if name != "min_prompt_tokens"}
    hide_no_prices(prices, is_free=is_free)
    return {"min_prompt_tokens": step["min_prompt_tokens"], **prices}


def not_routable(model_id: str, *prices: float) -> str:
    """Return why no router may pick this record, "" where it may.

    Examples
    --------
    >>> not_routable("a/b:batch", 1.0), not_routable("openrouter/auto", -1e6), not_routable("a/b", 1.0)
    ('batch variants answer later, not now', 'its price is negative, which marks a router', '')
    """
    if model_id.startswith("~"):
        return "it is an alias whose target moves"
    if model_id.endswith(":batch"):
        return "batch variants answer later, not now"
    if any(price < 0 for price in prices):
        return "its price is negative, which marks a router"
    return ""


def _zeros(model_id: str, hidden: list[str]) -> list[str]:
    words = " and ".join(PRICE_KEYS[name] for name in hidden)
    return [f"{model_id} lists {words} at 0 without being a :free variant: taken as missing."] if hidden else []


def _index(record: Record) -> float:
    index = sub(sub(record, "benchmarks"), "artificial_analysis").get("coding_index")
    return float(index) if is_number(index) else math.nan


def _tokens(value: object, notes: list[str], *, what: str) -> float:
    return number_or_note(value or None, notes, what=what, least=1, most=_MOST_TOKENS, whole=True)


def _day(epoch_s: object) -> str:
    if not is_number(epoch_s) or not 0 < epoch_s < 4e9:
        return ""
    return datetime.datetime.fromtimestamp(epoch_s, tz=datetime.UTC).date().isoformat()
