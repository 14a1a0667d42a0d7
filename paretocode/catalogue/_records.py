"""How does one record of a foreign JSON file become one row? Loose rows, gathered into a catalogue."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard

import numpy as np

from paretocode.catalogue._files import read_json
from paretocode.catalogue.catalogue import PRICE_FIELDS, SPEED_PERCENTILES, Catalogue, PriceStep
from paretocode.errors import InputError

__all__ = [
    "Record",
    "Row",
    "catalogue_of_loose_rows",
    "is_number",
    "iso_day",
    "number_or_note",
    "read_records",
    "sub",
]

Record = Mapping[str, object]
_SHOWN = 40
_UNKNOWN_SPEED = (math.nan,) * len(SPEED_PERCENTILES)
_NUMBERS = ("coding_score", "coding_score_se", *PRICE_FIELDS, "context_tokens", "max_output_tokens")


@dataclass(slots=True, kw_only=True)
class Row:
    """One model on its way into a catalogue; the names are the catalogue's."""

    model_id: str
    effort: str = ""
    name: str = ""
    coding_score: float = math.nan
    coding_score_se: float = math.nan
    prompt_usd_per_mtok: float = math.nan
    completion_usd_per_mtok: float = math.nan
    cache_read_usd_per_mtok: float = math.nan
    cache_write_usd_per_mtok: float = math.nan
    throughput_tps: tuple[float, ...] = _UNKNOWN_SPEED
    ttft_s: tuple[float, ...] = _UNKNOWN_SPEED
    context_tokens: float = math.nan
    max_output_tokens: float = math.nan
    release_date: str = ""
    is_free: bool = False
    steps: list[dict[str, float]] = field(default_factory=list)


def catalogue_of_loose_rows(
    rows: Sequence[Row],
    *,
    score_definition: str,
    sources: Mapping[str, str],
    as_of: str,
    attribution: str,
    notes: Sequence[str],
    where: str,
) -> Catalogue:
    """Return the rows as a catalogue.

    Raises
    ------
    InputError
        No rows, or whatever `Catalogue` refuses.
    """
    if not rows:
        raise InputError("no model is left to read", where=where, way_out="give a file with at least one model")
    return Catalogue(
        model_id=tuple(row.model_id for row in rows),
        effort=tuple(row.effort for row in rows),
        name=tuple(row.name for row in rows),
        **{name: np.array([getattr(row, name) for row in rows], dtype=np.float64) for name in _NUMBERS},
        score_definition=score_definition,
        throughput_tps=np.array([row.throughput_tps for row in rows]),
        ttft_s=np.array([row.ttft_s for row in rows]),
        release_date=np.array([row.release_date or "NaT" for row in rows], dtype="datetime64[D]"),
        is_free=np.array([row.is_free for row in rows]),
        listed_tier=("",) * len(rows),
        price_steps=tuple(_step(i, step) for i, row in enumerate(rows) for step in row.steps),
        sources=dict(sources),
        as_of=as_of,
        attribution=attribution,
        notes=tuple(notes),
    )


def _step(model_index: int, step: Mapping[str, float]) -> PriceStep:
    prices = {name: step.get(name, math.nan) for name in PRICE_FIELDS}
    return PriceStep(model_index=model_index, min_prompt_tokens=int(step["min_prompt_tokens"]), **prices)


def read_records(path: Path, *, keys: Sequence[str]) -> tuple[Record, list[Record]]:
    """Return the head of a JSON file (empty for a bare list) and its records, found under one of the keys.

    Raises
    ------
    InputError
        A file that `read_json` refuses, or another shape.
    """
    document, head = read_json(path), {}
    if isinstance(document, dict):
        head = document
        document = next((document[key] for key in keys if key in document), None)
    if not isinstance(document, list) or not document or not all(isinstance(entry, dict) for entry in document):
        raise InputError(
            f"there is no list of models under {' or '.join(keys)}", where=str(path), way_out="give the file as fetched"
        )
    for row, entry in enumerate(document, start=1):
        if not isinstance(entry.get("id"), str) or not entry["id"]:
            raise InputError(
                f"the id is {entry.get('id')!r}", where=f"{path}, row {row}", way_out="give the file as fetched"
            )
    return head, document


def sub(record: Record, key: str) -> Record:
    """Return a nested record, an empty one where there is none."""
    found = record.get(key)
    return found if isinstance(found, dict) else {}


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether the value is a finite number that a float can hold.

    Examples
    --------
    >>> is_number(3), is_number(True), is_number(math.nan), is_number(10**400)
    (True, False, False, False)
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def number_or_note(
    value: object, notes: list[str], *, what: str, least: float = 0.0, most: float, whole: bool = False
) -> float:
    """Return the number, NaN where there is none (None); what is no number of the range is missing with a note.

    Examples
    --------
    >>> notes = []
    >>> number_or_note(None, notes, what="A has a price", most=1e6), notes
    (nan, [])
    >>> number_or_note("x", notes, what="A has a price", most=1e6), notes
    (nan, ["A has a price of 'x', which is none: taken as missing."])
    """
    if value is None:
        return math.nan
    if is_number(value) and least <= value <= most and not (whole and value % 1):
        return float(value)
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
    notes.append(f"{what} of {shown}, which is none: taken as missing.")
    return math.nan


def iso_day(value: object) -> str:
    """Return the ISO date at the start of a text, "" where there is none.

    Examples
    --------
    >>> iso_day("2026-05-29T08:49:50.317085+00:00"), iso_day("soon"), iso_day(None)
    ('2026-05-29', '', '')
    """
    if not isinstance(value, str):
        return ""
    try:
        return datetime.date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        return ""
