"""How does a dated history become a timeline? The map's models, day by day, on the stream's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import numpy as np

from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.history import History
from paretocode.errors import InputError
from paretocode.sim.motion.filling import catalogue_of_entry, filled_fields
from paretocode.sim.motion.timeline import Timeline
from paretocode.tiermap.tier_map import TierMap

__all__ = ["timeline_of"]


def timeline_of(
    history: History,
    tier_map: TierMap,
    *,
    origin: str | date | datetime,
    keys: Mapping[str, str] | None = None,
    models: Sequence[str] | None = None,
    fill_from: Catalogue | None = None,
    first: object = None,
    last: object = None,
) -> Timeline:
    """Return the catalogues of a history as a timeline of the map's models.

    Parameters
    ----------
    history
        Daily or monthly. An entry holds from midnight UTC of its day until the next one begins.
    origin
        The moment of the stream's time 0, a date or a time; UTC where it states no zone.
    keys
        Model key -> history key, where they differ; a model that is left out goes by its own key, or else by the part
        before its ``@``, because price histories know no efforts.
    models
        The models of the timeline; the map's own when None. A map that is cut anew can only sort what stands here.
    fill_from
        A catalogue of the same model keys for what the history does not carry: a field that an entry holds for *no*
        model is taken from here, model by model. Prompt and completion prices are never filled: a model without them
        was not on offer, or nobody knows at which price. `notes` name what was filled.
    first, last
        Days to use, both included; all when None. The entry in force on `first` is the first one.

    Returns
    -------
    Timeline
        Consecutive entries that are equal for the models are one epoch. It ends with the last entry's day or month,
        or with `last`.

    Raises
    ------
    InputError
        An origin that is no moment, a day outside the history or `first` after `last`, a key in `keys` that is no
        model or leads nowhere, no model of the history at all, entries under different score definitions, a price of
        0 of a model that is not free.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.catalogue.history import history_of_catalogues
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> dearer = models.replace(prompt_usd_per_mtok=2 * models.prompt_usd_per_mtok)
    >>> history = history_of_catalogues([("2026-05-29", models), ("2026-05-30", models), ("2026-06-02", dearer)])
    >>> timeline = timeline_of(history, documented_pareto_code(models), origin="2026-06-01T12:00")
    >>> (timeline.starts_us / 3.6e9).tolist(), timeline.end_us / 3.6e9
    ([-84.0, 12.0], 36.0)
    >>> timeline.notes
    ('2026-05-31 to 2026-06-01: the history has no entry; the one before holds.',)
    """
    names = tuple(dict.fromkeys(tier_map.models if models is None else models))
    found = _history_keys(history, names, keys or {}, tier_map)
    rows = _entries(history, first, last)
    definition = tier_map.score_definition if fill_from is None else fill_from.score_definition
    entries = [
        catalogue_of_entry(history, row, names, found, fill_from=fill_from, definition=definition) for row in rows
    ]
    keeps = [i for i in range(len(rows)) if i == 0 or entries[i].digest != entries[i - 1].digest]
    zero = _moment(origin)
    notes = (*_gap_notes(history, rows), *_filling_notes(history, rows, fill_from), *_model_notes(entries, found))
    return Timeline(
        starts_us=np.array([_us_between(zero, history.dates[rows[i]]) for i in keeps]),
        catalogues=tuple(entries[i] for i in keeps),
        end_us=_us_between(zero, _end_of(history, rows[-1], last)),
        notes=notes,
    )


def _history_keys(
    history: History, names: tuple[str, ...], keys: Mapping[str, str], tier_map: TierMap
) -> dict[str, str]:
    """Return the history key of every model that has one."""
    where = f"tier map {tier_map.name!r}"
    for key, named in keys.items():
        if key not in names:
            raise InputError(f"keys names {key!r}, which is no model of it", where=where, way_out="check the key")
        history.column_of(named)
    found: dict[str, str] = {}
    for name in names:
        tried = (keys[name],) if name in keys else (name, name.rpartition("@")[0])
        if key := next((key for key in tried if key in history), ""):
            found[name] = key
    if not found:
        raise InputError("the history lists none of the models", where=where, way_out="give keys from model to history")
    return found


def _entries(history: History, first: object, last: object) -> list[int]:
    start = 0 if first is None else history.day_index(first)
    stop = history.n_days if last is None else history.day_index(last) + 1
    if start >= stop:
        raise InputError(f"the first day {first} lies after the last day {last}", where="history", way_out="swap them")
    return list(range(start, stop))


def _moment(origin: str | date | datetime) -> np.datetime64:
    """Return a moment in UTC to the microsecond."""
    try:
        moment = datetime.fromisoformat(str(origin))
    except ValueError:
        raise InputError(
            f"{str(origin)!r} is not a moment", where="origin", way_out="write it as 2026-06-18 or 2026-06-18T12:00Z"
        ) from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(moment, "us")


def _us_between(zero: np.datetime64, day: np.datetime64) -> int:
    return int((day.astype("datetime64[us]") - zero).astype(np.int64))


def _end_of(history: History, row: int, last: object) -> np.datetime64:
    """Return the first day after the last entry's own day or month, or after `last` where later entries bear it out."""
    unit = "M" if history.cadence == "month" else "D"
    end: np.datetime64 = (history.dates[row].astype(f"datetime64[{unit}]") + 1).astype("datetime64[D]")
    if last is None:
        return end
    asked = np.datetime64(str(last), "D") + 1
    return asked if row + 1 < history.n_days else min(asked, end)


def _gap_notes(history: History, rows: list[int]) -> list[str]:
    days = history.dates[rows]
    return [
        f"{first} to {last}: the history has no entry; the one before holds."
        for first, last in history.gaps
        if days[0] < first.astype("datetime64[D]") < days[-1]
    ]


def _filling_notes(history: History, rows: list[int], fill_from: Catalogue | None) -> list[str]:
    if fill_from is None:
        return []
    entries: dict[str, int] = {}
    for row in rows:
        for field in filled_fields(history, row):
            entries[field] = entries.get(field, 0) + 1
    base = f"the catalogue{f' of {fill_from.as_of}' if fill_from.as_of else ''} given to fill from"
    notes = [f"{name} comes from {base} in {n} of {len(rows)} entries." for name, n in entries.items()]
    if fill_from.price_steps and not history.snapshots:
        notes.append(f"long-context prices come from {base} in all entries and stand still.")
    return notes


def _model_notes(entries: Sequence[Catalogue], found: Mapping[str, str]) -> list[str]:
    """Say which models the history does not know, and which can never serve."""
    notes = []
    can_serve = np.array([entry.has_price & (entry.context_tokens > 0) for entry in entries])
    for name, can in zip(entries[0].keys, can_serve.T, strict=True):
        if name not in found:
            notes.append(f"{name} is not in the history: it is never on offer.")
        elif not can.any():
            notes.append(f"{name} never has both prices and a context window: it can serve nothing.")
    return notes
