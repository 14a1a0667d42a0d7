"""How did OpenRouter's prices move? A log of daily price changes, and monthly copies from the Wayback Machine.

Prices only: neither file holds scores, windows or speeds. Rules as for the catalogue: a price of 0 is missing unless
the id ends in ``:free``, a negative one marks a router, ``~`` aliases and ``:batch`` variants are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn
from paretocode.catalogue._files import read_json
from paretocode.catalogue.catalogue import PRICE_FIELDS
from paretocode.catalogue.history._days import day_of
from paretocode.catalogue.history._log import events_of, matrices, read_columns
from paretocode.catalogue.history.history import History, refuse_odd_keys
from paretocode.errors import InputError

__all__ = ["PRICE_LOG_COLUMNS", "read_price_changes", "read_price_snapshots"]

PRICE_LOG_COLUMNS = ("date", "event", "model_id", "pricing_json_raw_usd_per_token")
"""Columns of the price log; the last holds the API's own pricing object, decimal texts in USD per token."""

_KEYS = dict(zip(PRICE_FIELDS, ("prompt", "completion", "input_cache_read", "input_cache_write"), strict=True))
_ATTRIBUTION = "Prices from OpenRouter."
_MOST = 1e6
"""USD per million tokens beyond which a number is no price."""
_ROUNDED = 10
"""Decimals of USD per million tokens that are kept; behind them a decimal text times 10^6 is noise of floats."""


def read_price_changes(path: str | Path, *, zero_is_missing: bool = True) -> History:
    """Read a log of OpenRouter's price changes (``.csv`` or ``.csv.gz``).

    Parameters
    ----------
    zero_is_missing
        Whether a price of 0 of a model that is not ``:free`` is taken as missing. False shows what an unlinted file
        does to a router: a paid model listed at 0 for two days is the cheapest there is.

    Raises
    ------
    InputError
        As `paretocode.catalogue.history.load_history`; a pricing cell that is no JSON object of numbers.
    """
    path = Path(path)
    table = read_columns(path, PRICE_LOG_COLUMNS)
    kept = [i for i, key in enumerate(table["model_id"]) if not (key.startswith("~") or key.endswith(":batch"))]
    table = {name: [cells[i] for i in kept] for name, cells in table.items()}
    events = events_of(table["date"], table["event"], table["model_id"], path=path)
    cells = table["pricing_json_raw_usd_per_token"]
    prices = [_pricing(cell, where=f"{path}, row {kept[i] + 2}") for i, cell in enumerate(cells)]
    numbers = matrices(
        events,
        {
            field: np.round(np.array([price.get(key, np.nan) for price in prices]) * 1e6, _ROUNDED)
            for field, key in _KEYS.items()
        },
    )
    notes = [
        f"{events.quiet_days} of {len(events.dates)} days have no line: nothing changed, or nobody looked; "
        "they hold the state of the day before."
    ]
    return _price_history(
        events.dates,
        events.keys,
        events.is_listed,
        numbers,
        zero_is_missing=zero_is_missing,
        notes=notes if events.quiet_days else [],
        cadence="day",
    )


def _pricing(cell: str, *, where: str) -> dict[str, float]:
    try:
        document = json.loads(cell) if cell else {}
        prices = {key: float(document[key]) for key in _KEYS.values() if document.get(key) is not None}
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _no_pricing(cell, where) from error
    if not all(abs(price) * 1e6 <= _MOST for price in prices.values()):
        raise _no_pricing(cell, where)
    return prices


def _no_pricing(cell: str, where: str) -> InputError:
    what = f"the pricing {cell[:60]!r} is no object of numbers up to {_MOST:g} USD per million tokens"
    return InputError(what, where=where, way_out="give it as fetched")


def read_price_snapshots(path: str | Path, *, zero_is_missing: bool = True) -> History:
    """Read monthly copies of OpenRouter's price list: ``{"snapshots": [{"date", "prices": {id: [in, out]}}]}``.

    Prices are USD per million tokens. Months without a copy stay gaps.

    Raises
    ------
    InputError
        No JSON, another shape, two copies of one day, days out of order, a price that is no pair of finite numbers, an
        id with a control character.
    """
    path = Path(path)
    document = read_json(path)
    snapshots = document.get("snapshots") if isinstance(document, dict) else None
    if not isinstance(snapshots, list) or not snapshots:
        raise InputError("there is no list of snapshots", where=str(path), way_out="give the file as fetched")
    for row, entry in enumerate(snapshots, start=1):
        if not isinstance(entry, dict) or not isinstance(entry.get("prices"), dict):
            raise InputError("it has no prices", where=f"{path}, snapshot {row}", way_out="give the file as fetched")
    dates = np.array([day_of(entry.get("date"), where=str(path)) for entry in snapshots])
    keys = dict.fromkeys(key for entry in snapshots for key in entry["prices"] if not key.startswith("~"))
    column = {key: i for i, key in enumerate(keys)}
    shape = (len(dates), len(column))
    listed, pair = np.zeros(shape, dtype=np.bool_), np.full((2, *shape), np.nan)
    for day, entry in enumerate(snapshots):
        kept = {key: value for key, value in entry["prices"].items() if key in column}
        refuse_odd_keys(list(kept), where=f"{path}, snapshot of {dates[day]}")
        rows = [column[key] for key in kept]
        listed[day, rows] = True
        pair[:, day, rows] = _pairs(kept, where=f"{path}, snapshot of {dates[day]}")
    return _price_history(
        dates,
        tuple(column),
        listed,
        dict(zip(PRICE_FIELDS, pair, strict=False)),
        zero_is_missing=zero_is_missing,
        notes=[],
        cadence="month",
    )


def _pairs(prices: Mapping[str, object], *, where: str) -> FloatColumn:
    for key, pair in prices.items():
        if not isinstance(pair, list) or len(pair) != 2 or not all(_is_price(number) for number in pair):
            raise InputError(
                f"the prices of {key!r} are {repr(pair)[:60]}",
                where=where,
                way_out="give two finite numbers of USD per million, [in, out]",
            )
    table: FloatColumn = np.array(list(prices.values()), dtype=np.float64).reshape(len(prices), 2).T
    return table


def _is_price(number: object) -> bool:
    # -1 marks a router without a price of its own.
    return isinstance(number, int | float) and not isinstance(number, bool) and abs(number) <= _MOST


def _price_history(
    dates: object,
    keys: Sequence[str],
    listed: BoolColumn,
    numbers: Mapping[str, FloatColumn],
    *,
    zero_is_missing: bool,
    notes: Sequence[str],
    cadence: str,
) -> History:
    prompt, completion = numbers[PRICE_FIELDS[0]], numbers[PRICE_FIELDS[1]]
    is_router: BoolColumn = listed & ((prompt < 0) | (completion < 0))
    listed = listed & ~is_router
    is_free = listed & np.array([key.endswith(":free") for key in keys], dtype=np.bool_)
    zero = listed & ~is_free & ((prompt == 0) | (completion == 0))
    notes = [*notes, *_router_notes(keys, is_router), *(_zero_notes(keys, zero) if zero_is_missing else [])]
    cleaned = dict(numbers)
    for field in PRICE_FIELDS[:2] if zero_is_missing else ():
        cleaned[field] = np.where(~is_free & (numbers[field] == 0), np.nan, numbers[field])
    return History(
        dates=np.asarray(dates, dtype="datetime64[D]"),
        keys=tuple(keys),
        names=tuple(keys),
        is_listed=listed,
        is_free=is_free,
        numbers=cleaned,
        score_definitions=("",) * len(listed),
        cadence=cadence,
        attribution=_ATTRIBUTION,
        notes=tuple(notes),
    )


def _router_notes(keys: Sequence[str], is_router: BoolColumn) -> list[str]:
    named = [keys[i] for i in np.flatnonzero(is_router.any(axis=0)).tolist()]
    return [f"left out where their price is negative, as a router's is: {', '.join(named)}."] if named else []


def _zero_notes(keys: Sequence[str], zero: BoolColumn) -> list[str]:
    return [
        f"{key} is listed at price 0 on {n} of {len(zero)} days without being free: taken as missing."
        for key, n in zip(keys, zero.sum(axis=0).tolist(), strict=True)
        if n
    ]
