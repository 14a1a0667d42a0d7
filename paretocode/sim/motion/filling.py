"""What does one entry of a history say about the map's models, and what has to come from elsewhere?

Price histories know neither efforts nor windows nor speeds. A field that an entry holds for no model is no part of its
source, and only such a field is filled: one that is missing for a single model is missing there for a reason.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.catalogue.catalogue import PRICE_FIELDS, SPEED_PERCENTILES, Catalogue, PriceStep
from paretocode.catalogue.history import NUMBER_FIELDS, History
from paretocode.errors import InputError
from paretocode.sim.motion.stacking import NUMBER_COLUMNS, SPEED_COLUMNS

__all__ = ["catalogue_of_entry", "filled_fields"]

_NEVER_FILLED = PRICE_FIELDS[:2]
_P50 = SPEED_PERCENTILES.index(50)


def filled_fields(history: History, row: int) -> list[str]:
    """Return the fields that an entry holds for no model and that may be filled."""
    return [
        name for name in NUMBER_FIELDS if name not in _NEVER_FILLED and bool(np.isnan(history.numbers[name][row]).all())
    ]


def catalogue_of_entry(
    history: History,
    row: int,
    names: tuple[str, ...],
    found: Mapping[str, str],
    *,
    fill_from: Catalogue | None,
    definition: str,
) -> Catalogue:
    """Return the catalogue of the named models in one entry; those that it does not list have nothing but a name.

    Parameters
    ----------
    found
        Model -> key in the history, for those that have one.
    fill_from
        Where fields come from that the entry holds for no model.
    definition
        What the scores are where the entry has none.
    """
    column = np.array([history.column_of(found[name]) if name in found else -1 for name in names], dtype=np.int64)
    column = np.where((column >= 0) & history.is_listed[row, column], column, -1)
    snapshot = history.snapshots[row] if history.snapshots else None
    in_snapshot = _rows_in(snapshot, [found.get(name, "") for name in names], column)
    in_base = _rows_in(fill_from, names, column)
    filled = filled_fields(history, row)
    has_scores = "coding_score" not in filled
    columns: dict[str, Any] = _own_columns(history, row, column)
    _put_missing(columns, ("coding_score_se", "max_output_tokens", *SPEED_COLUMNS), snapshot, in_snapshot)
    _put_missing(columns, tuple(filled), fill_from, in_base)
    if not has_scores:
        _put_missing(columns, ("coding_score_se",), fill_from, in_base)
    columns["price_steps"] = _steps(fill_from, in_base) if snapshot is None else _steps(snapshot, in_snapshot)
    columns["is_free"] = (column >= 0) & history.is_free[row, column]
    definition = history.score_definitions[row] if has_scores else definition
    return _named(names, columns, score_definition=definition, day=str(history.dates[row]), source=history.attribution)


def _named(
    names: tuple[str, ...], columns: dict[str, Any], *, score_definition: str, day: str, source: str
) -> Catalogue:
    ids = [_id_and_effort(name) for name in names]
    try:
        return Catalogue(
            model_id=tuple(model_id for model_id, _ in ids),
            effort=tuple(effort for _, effort in ids),
            name=names,
            release_date=np.full(len(names), "NaT", dtype="datetime64[D]"),
            listed_tier=("",) * len(names),
            score_definition=score_definition,
            as_of=day,
            attribution=source,
            **columns,
        )
    except InputError as error:
        raise InputError(error.what, where=f"history, {day}", way_out=error.way_out) from error


def _id_and_effort(name: str) -> tuple[str, str]:
    model_id, _, effort = name.rpartition("@")
    return (model_id, effort) if model_id and effort else (name, "")


def _own_columns(history: History, row: int, column: IntColumn) -> dict[str, FloatColumn]:
    """Return the entry's own numbers, speeds at the median alone."""
    columns = {name: np.full(len(column), np.nan) for name in NUMBER_COLUMNS}
    columns |= {name: np.full((len(column), len(SPEED_PERCENTILES)), np.nan) for name in SPEED_COLUMNS}
    for name in NUMBER_FIELDS:
        values = np.where(column >= 0, history.numbers[name][row, column], np.nan)
        if name in SPEED_COLUMNS:
            columns[name][:, _P50] = values
        else:
            columns[name][:] = values
    return columns


def _rows_in(source: Catalogue | None, keys: list[str] | tuple[str, ...], column: IntColumn) -> IntColumn:
    """Return each listed model's row in a catalogue, -1 where it has none."""
    rows = [
        source.index_of(key) if source is not None and here >= 0 and key in source else -1
        for key, here in zip(keys, column.tolist(), strict=True)
    ]
    return np.array(rows, dtype=np.int64)


def _put_missing(
    columns: dict[str, FloatColumn], names: tuple[str, ...], source: Catalogue | None, rows: IntColumn
) -> None:
    """Write what is missing from a catalogue's rows, -1 for none."""
    if source is None:
        return
    here = np.flatnonzero(rows >= 0)
    for name in names:
        own, other = columns[name][here], getattr(source, name)[rows[here]]
        columns[name][here] = np.where(np.isnan(own), other, own)


def _steps(source: Catalogue | None, rows: IntColumn) -> tuple[PriceStep, ...]:
    """Return the long-context prices of the models that have a row in a catalogue."""
    if source is None:
        return ()
    return tuple(
        dataclasses.replace(step, model_index=model)
        for model, row in enumerate(rows.tolist())
        for step in source.price_steps
        if step.model_index == row
    )
