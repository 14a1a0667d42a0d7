"""What did a model cost at a moment? The snapshot of model-prices (dated timelines per model) as a catalogue.

Amounts are USD per million tokens. Each model has timelines by service tier (``standard``, ``batch``, ``fast``...);
an entry holds from its ``start`` (UTC; null: since ever) until the next one's, later entries win ties. ``tiers`` hold
for prompts longer than ``above``. ``schedules`` multiply prices at some hours of some providers. Format:
https://pypi.org/project/model-prices/ (snapshot.json, schema 1)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from paretocode.catalogue._amounts import PER_MTOK, usd_per_mtok
from paretocode.catalogue._clock import iso_date
from paretocode.catalogue._files import read_json
from paretocode.catalogue._price_list import PriceList, Prices, price_dict
from paretocode.catalogue._records import Record, is_number, iso_day, sub
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError

__all__ = ["read_model_prices"]

_KEYS = ("input", "output", "cache_read", "cache_write")


def read_model_prices(path: str | Path, *, as_of: str = "", provider: str | None = None) -> Catalogue:
    """Read a snapshot of model-prices (``.json`` or ``.json.gz``).

    Parameters
    ----------
    as_of
        The day whose prices to take, an ISO date; an entry that starts on it holds. By default the last entry.
    provider
        Only this provider's models.

    Returns
    -------
    Catalogue
        `model_id` is ``provider/id``; only the ``standard`` timeline is read. Left out by name: models without a
        price yet. Providers with prices by the hour are named; their base prices stand.

    Raises
    ------
    InputError
        No JSON, another shape or schema, an amount that is no number.
    """
    path = Path(path)
    day = iso_date(as_of, name="as_of")
    document = read_json(path)
    listed = sub(document, "prices") if isinstance(document, dict) else {}
    if not isinstance(document, dict) or document.get("schema") != 1 or not listed:
        raise InputError("there are no prices of schema 1", where=str(path), way_out="give the snapshot as packaged")
    found = PriceList()
    for vendor, models in listed.items():
        for model_id, timelines in models.items() if isinstance(models, dict) and provider in (None, vendor) else ():
            _add(found, f"{vendor}/{model_id}", timelines, day, where=str(path))
    hourly = _hourly_providers(sub(document, "schedules"), day)
    if hourly:
        found.notes.append(f"Prices of {', '.join(hourly)} change by the hour: their base prices stand.")
    return found.catalogue(
        source="model-prices",
        attribution="Prices from model-prices (MIT), after models.dev (MIT).",
        where=str(path),
        as_of=day or iso_day(sub(document, "models_dev").get("committed_at")),
    )


def _add(found: PriceList, name: str, timelines: object, day: str, *, where: str) -> None:
    standard = timelines.get("standard") if isinstance(timelines, dict) else None
    entries: Sequence[Record] = [e for e in standard if isinstance(e, dict)] if isinstance(standard, list) else []
    rates: Record = {}
    for entry in entries:
        start = entry.get("start")
        if not day or start is None or str(start)[:10] <= day:
            rates = sub(entry, "rates")
    if not rates:
        found.leave_out(name, f"they have no standard price on {day or 'the last day'}")
        return
    place = f"{where}, {name}"
    tiers = rates.get("tiers")
    steps = {
        int(tier["above"]): _prices(tier, where=place)
        for tier in (tiers if isinstance(tiers, list) else ())
        if isinstance(tier, dict) and is_number(tier.get("above"))
    }
    found.add(name, _prices(rates, where=place), steps=steps)


def _prices(rates: Record, *, where: str) -> Prices:
    return price_dict(*(usd_per_mtok(rates.get(key), factor=PER_MTOK, key=key, where=where) for key in _KEYS))


def _hourly_providers(schedules: Record, day: str) -> list[str]:
    stated = schedules.get("schedule")
    providers: set[str] = set()
    for entry in stated if isinstance(stated, list) else ():
        until = iso_day(entry.get("valid_until"))
        begins = iso_day(entry.get("valid_from"))
        if (not until or (day and day <= until)) and (not day or not begins or begins <= day):
            providers.add(str(entry.get("provider")))
    return sorted(providers)
