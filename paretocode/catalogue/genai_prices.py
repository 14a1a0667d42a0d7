"""What does genai-prices list? Its ``data.json`` as a catalogue of prices, at a day and a time of day.

Amounts are USD per million tokens. ``prices`` is one table or a list of tables with constraints (``start_date``, or
``start_time``..``end_time`` of the UTC day, half-open, may wrap); of those that hold, the last one counts, and where
none holds the first. An amount may be ``{base, tiers: [{start, price}]}``: the tier's price for *all* tokens of a
prompt longer than its start. Format: https://github.com/pydantic/genai-prices (prices/README.md)

A small reader of our own: the package answers "what did this usage cost", and we need the tables themselves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from paretocode.catalogue._amounts import PER_MTOK, usd_per_mtok
from paretocode.catalogue._clock import clock_minute, in_window, iso_date, utc_time
from paretocode.catalogue._files import read_json
from paretocode.catalogue._price_list import PriceList, Prices
from paretocode.catalogue._records import Record, is_number, sub
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue
from paretocode.errors import InputError

__all__ = ["read_genai_prices"]

_KEYS = dict(zip(PRICE_FIELDS, ("input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok"), strict=True))
_REQUESTS_PER_FEE = 1000


def read_genai_prices(
    path: str | Path, *, as_of: str = "", at_utc: str | None = None, provider: str | None = None
) -> Catalogue:
    """Read genai-prices' data (``.json`` or ``.json.gz``).

    Parameters
    ----------
    as_of
        The day whose prices to take, an ISO date. By default every dated table counts as begun, so that the last one
        holds.
    at_utc
        The time of day, as ``"16:30"`` in UTC. By default tables for some hours do not count, and the models that have
        such tables are named.
    provider
        Only this provider's models.

    Returns
    -------
    Catalogue
        `model_id` is ``provider/id``. Models without a price per token are left out by name.

    Raises
    ------
    InputError
        No JSON, another shape, an amount that is no number.
    """
    path = Path(path)
    day, minute = iso_date(as_of, name="as_of"), utc_time(at_utc, name="at_utc")
    document = read_json(path)
    providers = [entry for entry in document if isinstance(entry, dict)] if isinstance(document, list) else []
    if not any(isinstance(entry.get("models"), list) for entry in providers):
        raise InputError("there is no list of providers with models", where=str(path), way_out="give it as fetched")
    found = PriceList()
    for entry in providers:
        models = entry.get("models")
        for record in models if isinstance(models, list) and provider in (None, entry.get("id")) else ():
            if isinstance(record, dict):
                _add(found, f"{entry.get('id')}/{record.get('id')}", record, day=day, minute=minute, where=str(path))
    return found.catalogue(
        source="genai-prices",
        attribution="Prices from genai-prices by Pydantic (MIT).",
        where=str(path),
        as_of=day,
        extra=("context_tokens",),
    )


def _add(found: PriceList, name: str, record: Record, *, day: str, minute: float | None, where: str) -> None:
    place = f"{where}, {name}"
    table = _table(found, name, record.get("prices"), day=day, minute=minute)
    if not any(key in table for key in _KEYS.values()):
        found.leave_out(name, "they have no price per token")
        return
    prices, steps = _amounts(table, where=place)
    fee = usd_per_mtok(table.get("requests_kcount"), factor=1, key="requests_kcount", where=place)
    found.add(
        name,
        prices,
        name=str(record.get("name") or name),
        steps=steps,
        context=record.get("context_window"),
        fee_usd_per_request=fee / _REQUESTS_PER_FEE,
    )


def _table(found: PriceList, name: str, stated: object, *, day: str, minute: float | None) -> Record:
    if isinstance(stated, dict):
        return stated
    entries: Sequence[Record] = [e for e in stated if isinstance(e, dict)] if isinstance(stated, list) else []
    if minute is None and any("start_time" in sub(entry, "constraint") for entry in entries):
        found.notes.append(f"{name} has other prices at some hours: left out, name a time of day to use them.")
    holding = [entry for entry in entries if _holds(sub(entry, "constraint"), day=day, minute=minute)]
    chosen = holding[-1] if holding else (entries[0] if entries else {})
    return sub(chosen, "prices")


def _holds(constraint: Record, *, day: str, minute: float | None) -> bool:
    start = constraint.get("start_date")
    if isinstance(start, str) and day and day < start:
        return False
    if "start_time" not in constraint and "end_time" not in constraint:
        return True
    opens, closes = (clock_minute(constraint.get(key)) for key in ("start_time", "end_time"))
    return minute is not None and opens is not None and closes is not None and in_window(minute, opens, closes)


def _amounts(table: Record, *, where: str) -> tuple[Prices, dict[int, Prices]]:
    prices: Prices = {}
    steps: dict[int, Prices] = {}
    for name, key in _KEYS.items():
        stated = table.get(key)
        base = stated.get("base") if isinstance(stated, dict) else stated
        prices[name] = usd_per_mtok(base, factor=PER_MTOK, key=key, where=where)
        tiers = stated.get("tiers") if isinstance(stated, dict) else None
        for tier in tiers if isinstance(tiers, list) else ():
            least = tier.get("start") if isinstance(tier, dict) else None
            if is_number(least):
                step = steps.setdefault(int(least), {})
                step[name] = usd_per_mtok(tier.get("price"), factor=PER_MTOK, key=f"{key}.tiers", where=where)
    return prices, _cumulated(steps)


def _cumulated(steps: dict[int, Prices]) -> dict[int, Prices]:
    """Give each step the prices of lower steps that it does not name: only the greatest step that applies counts."""
    merged: Prices = {}
    cumulated: dict[int, Prices] = {}
    for least in sorted(steps):
        merged |= {name: price for name, price in steps[least].items() if not math.isnan(price)}
        cumulated[least] = dict(merged)
    return cumulated
