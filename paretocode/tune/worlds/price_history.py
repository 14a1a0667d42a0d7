"""What if prices were those of another day? Past price lists of the same models, under the present scores."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from paretocode._checks import BoolColumn
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue
from paretocode.catalogue.history import History
from paretocode.errors import InputError, UsageError
from paretocode.sim.motion.filling import catalogue_of_entry
from paretocode.tune.worlds.scenarios import Scenario

__all__ = ["price_scenarios"]

_SHOWN_KEYS = 3


def price_scenarios(
    history: History, catalogue: Catalogue, *, every_days: int = 30, keys: Mapping[str, str] | None = None
) -> tuple[Scenario, ...]:
    """Return worlds with past price lists, oldest first.

    Parameters
    ----------
    history
        Dated price lists. The last entry is one of the days, and every so many days before it another.
    catalogue
        The models at hand: their scores, speeds and windows stay.
    every_days
        Days between two price lists, at least 1.
    keys
        Model key -> history key, where they differ; a model that is left out goes by its own key, or else by the part
        before its ``@``, because price histories know no efforts.

    Returns
    -------
    tuple of Scenario
        Days with the same prices are one scenario, whose weight is their number. A model that was not listed with both
        prices on a day keeps its present ones, all of them; the note says which.

    Raises
    ------
    UsageError
        Fewer days than 1, or a key in `keys` that is no model.
    InputError
        No model of the history at all, a key that leads nowhere, or an entry with a price of 0 of a model that is not
        free.

    Notes
    -----
    An entry holds until the next one, so that a day in a gap has the prices of the last entry before it. What a day's
    list holds for no model (cache or long-context prices) is taken from the catalogue at hand.

    Examples
    --------
    Prices doubled in June; the list of May holds on two of the three days.

    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.catalogue.history import history_of_catalogues
    >>> models = load_bundled()
    >>> dearer = models.replace(prompt_usd_per_mtok=2 * models.prompt_usd_per_mtok)
    >>> found = price_scenarios(history_of_catalogues([("2026-05-01", models), ("2026-06-30", dearer)]), models)
    >>> [(one.name, one.weight) for one in found]
    [('prices of 2026-05-31', 2), ('prices of 2026-06-30', 1)]
    """
    if every_days < 1:
        raise UsageError(f"every_days is {every_days}", where="search", way_out="give 1 day or more")
    found = _history_keys(history, catalogue, keys or {})
    last, first = history.dates[-1], history.dates[0]
    back = int((last - first).astype(np.int64)) // every_days
    worlds: dict[str, Scenario] = {}
    for n in range(back, -1, -1):
        day = last - np.timedelta64(n * every_days, "D")
        priced, note = _priced(history, history.day_index(day), catalogue, found)
        same = worlds.pop(priced.digest, None)
        worlds[priced.digest] = Scenario(
            name=f"prices of {day}", catalogue=priced, weight=1 if same is None else same.weight + 1, note=note
        )
    return tuple(worlds.values())


def _history_keys(history: History, catalogue: Catalogue, keys: Mapping[str, str]) -> dict[str, str]:
    """Return the history key of every model that has one."""
    for key, named in keys.items():
        if key not in catalogue:
            raise UsageError(f"keys names {key!r}, which is no model", where="catalogue", way_out="check the key")
        history.column_of(named)
    found: dict[str, str] = {}
    for name in catalogue.keys:
        tried = (keys[name],) if name in keys else (name, name.rpartition("@")[0])
        if key := next((key for key in tried if key in history), ""):
            found[name] = key
    if not found:
        raise InputError(
            f"the history lists none of the {len(catalogue)} models",
            where="history",
            way_out="give keys from model to history",
        )
    return found


def _priced(history: History, row: int, catalogue: Catalogue, found: Mapping[str, str]) -> tuple[Catalogue, str]:
    """Return the models with the prices of an entry, and a sentence on those that keep their own."""
    entry = catalogue_of_entry(
        history, row, catalogue.keys, found, fill_from=catalogue, definition=catalogue.score_definition
    )
    moves = entry.has_price
    changed: dict[str, object] = {
        price: np.where(moves, getattr(entry, price), getattr(catalogue, price)) for price in PRICE_FIELDS
    }
    steps = sorted(
        (
            step
            for source, mask in ((entry, moves), (catalogue, ~moves))
            for step in source.price_steps
            if mask[step.model_index]
        ),
        key=lambda step: (step.model_index, step.min_prompt_tokens),
    )
    is_free = np.where(moves, entry.is_free, catalogue.is_free)
    return catalogue.replace(**changed, is_free=is_free, price_steps=tuple(steps)), _note(catalogue, ~moves)


def _note(catalogue: Catalogue, keeps: BoolColumn) -> str:
    kept = [catalogue.keys[at] for at in np.flatnonzero(keeps & catalogue.has_price).tolist()]
    if not kept:
        return ""
    more = f" and {len(kept) - _SHOWN_KEYS} more" if len(kept) > _SHOWN_KEYS else ""
    return f"Not listed with prices on that day, so at present prices: {', '.join(kept[:_SHOWN_KEYS])}{more}."
