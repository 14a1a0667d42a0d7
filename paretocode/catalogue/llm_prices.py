"""What did a model cost on a day? The effective-dated lists of llm-prices (one JSON a vendor) as a catalogue.

Amounts are USD per million tokens. ``price_history`` entries hold from ``from_date`` (inclusive; null: always) to
``to_date`` (exclusive; null: still). A long-context price is listed as a second, pseudo model: ``gpt-5.5-272k`` with
the name "... >272k" belongs to ``gpt-5.5`` with the name "... ≤272k". Format: https://github.com/simonw/llm-prices
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

from paretocode.catalogue._amounts import PER_MTOK, usd_per_mtok
from paretocode.catalogue._clock import iso_date
from paretocode.catalogue._files import read_json
from paretocode.catalogue._price_list import PriceList, Prices, price_dict
from paretocode.catalogue._records import Record
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError

__all__ = ["pseudo_model", "read_llm_prices"]

_LONG_NAME = re.compile(r"\s>\s?(\d+)(k|m)$", re.IGNORECASE)
_SHORT_NAME = re.compile(r"\s≤\s?\d+(k|m)$", re.IGNORECASE)
_UNITS = {"k": 1_000, "m": 1_000_000}


def read_llm_prices(path: str | Path, *, as_of: str = "") -> Catalogue:
    """Read one vendor's list (``.json``) or a folder of them.

    Parameters
    ----------
    as_of
        The day whose prices to take, an ISO date. By default the entry that has no ``to_date``, which is still in
        force in the file's own eyes.

    Returns
    -------
    Catalogue
        `model_id` is ``vendor/id``. Pseudo models become price steps of their base. Left out by name: models without
        a price on that day, pseudo models without a base.

    Raises
    ------
    InputError
        No JSON, another shape, two entries that hold on one day, an amount that is no number.
    """
    path = Path(path)
    day = iso_date(as_of, name="as_of")
    found = PriceList()
    for file in sorted(path.glob("*.json")) if path.is_dir() else [path]:
        _read_vendor(file, day, found)
    return found.catalogue(
        source="llm-prices",
        attribution="Prices from llm-prices by Simon Willison (https://github.com/simonw/llm-prices).",
        where=str(path),
        as_of=day,
    )


def _read_vendor(file: Path, day: str, found: PriceList) -> None:
    document = read_json(file)
    models = document.get("models") if isinstance(document, dict) else None
    if not isinstance(models, list) or not all(isinstance(m, dict) and "price_history" in m for m in models):
        raise InputError(
            "there is no list of models with a price_history", where=str(file), way_out="give the file as fetched"
        )
    for row, model in enumerate(models, start=1):
        if not isinstance(model.get("id"), str) or not model["id"]:
            what = f"the id is {repr(model.get('id'))[:60]}" if "id" in model else "the model has no id"
            raise InputError(what, where=f"{file}, model {row}", way_out="give the file as fetched")
    vendor = str(document["vendor"]) if isinstance(document, dict) and "vendor" in document else file.stem
    ids = {str(model["id"]) for model in models}
    steps: dict[str, dict[int, Prices]] = {}
    for model in models:
        base, threshold = pseudo_model(model)
        prices = _prices_on(model, day, where=f"{file}, {model['id']}")
        if threshold and base in ids and prices is not None:
            steps.setdefault(base, {})[threshold] = prices
        elif threshold:
            found.leave_out(f"{vendor}/{model['id']}", "they are long-context prices without a base model")
    seen: set[str] = set()
    for model in models:
        name = f"{vendor}/{model['id']}"
        if pseudo_model(model)[1]:
            continue
        if name in seen:
            found.leave_out(name, "they are listed a second time")
            continue
        seen.add(name)
        prices = _prices_on(model, day, where=f"{file}, {model['id']}")
        if prices is None:
            found.leave_out(name, f"they have no price on {day or 'the last day'}")
        else:
            label = _SHORT_NAME.sub("", str(model.get("name") or name))
            found.add(name, prices, name=label, steps=steps.get(str(model["id"])))


def pseudo_model(model: Record) -> tuple[str, int]:
    """Return the base id and the prompt length of a pseudo model; the id itself and 0 for a real one.

    Examples
    --------
    >>> pseudo_model({"id": "gpt-5.5-272k", "name": "GPT-5.5 >272k"})
    ('gpt-5.5', 272000)
    >>> pseudo_model({"id": "gpt-5.5", "name": "GPT-5.5 ≤272k"})
    ('gpt-5.5', 0)
    """
    model_id = str(model.get("id"))
    found = _LONG_NAME.search(str(model.get("name")))
    if found is None:
        return model_id, 0
    amount, unit = found.groups()
    return model_id.removesuffix(f"-{amount}{unit.lower()}"), int(amount) * _UNITS[unit.lower()]


def _prices_on(model: Record, day: str, *, where: str) -> Prices | None:
    history = model.get("price_history")
    entries: Sequence[Record] = [e for e in history if isinstance(e, dict)] if isinstance(history, list) else []
    holding = [entry for entry in entries if _holds(entry, day)]
    if len(holding) > 1:
        raise InputError(
            f"{len(holding)} prices hold on {day or 'the last day'}", where=where, way_out="correct their dates"
        )
    if not holding:
        return None
    prompt, completion, cache_read = (
        usd_per_mtok(holding[0].get(key), factor=PER_MTOK, key=key, where=where)
        for key in ("input", "output", "input_cached")
    )
    return price_dict(prompt, completion, cache_read, math.nan)


def _holds(entry: Record, day: str) -> bool:
    begins, ends = entry.get("from_date"), entry.get("to_date")
    if not day:
        return ends is None
    return (begins is None or str(begins) <= day) and (ends is None or day < str(ends))
