"""How do rows of cells become a catalogue, and a catalogue rows of cells? The one place that knows the columns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.catalogue._amounts import UNSCORED
from paretocode.catalogue._cells import date_cell, flag_cell, nearest, number_cell, text_cell
from paretocode.catalogue.catalogue import PRICE_FIELDS, SPEED_PERCENTILES, Catalogue, PriceStep, model_key
from paretocode.errors import InputError

__all__ = [
    "COLUMNS",
    "LONG_COLUMNS",
    "REQUIRED_COLUMNS",
    "SPEED_COLUMNS",
    "Header",
    "catalogue_of_rows",
    "refuse_missing",
    "refuse_unknown",
    "rows_of_catalogue",
]

SPEED_COLUMNS = {
    field: tuple(f"{field}_p{percentile}" for percentile in SPEED_PERCENTILES) for field in ("throughput_tps", "ttft_s")
}
"""Columns of each speed field, fast to slow."""

LONG_COLUMNS = ("long_prompt_tokens", *(f"long_{name}" for name in PRICE_FIELDS))
"""Columns of the one long-context price step that CSV and Parquet can hold."""

REQUIRED_COLUMNS = (
    "model_id",
    "coding_score",
    "score_definition",
    "prompt_usd_per_mtok",
    "completion_usd_per_mtok",
    "context_tokens",
)
"""Columns that every table has; their cells may be empty, but for the id and the definition."""

_TEXT_COLUMNS = ("model_id", "effort", "name", "listed_tier")
_NUMBERS: Mapping[str, tuple[float | None, bool]] = {
    "coding_score": (None, False),
    "coding_score_se": (0.0, False),
    **dict.fromkeys(PRICE_FIELDS, (0.0, False)),
    "context_tokens": (1.0, True),
    "max_output_tokens": (1.0, True),
}

COLUMNS = (
    "model_id",
    "effort",
    "name",
    "coding_score",
    "coding_score_se",
    "score_definition",
    *PRICE_FIELDS,
    "context_tokens",
    "max_output_tokens",
    "release_date",
    "is_free",
    "listed_tier",
    *SPEED_COLUMNS["throughput_tps"],
    *SPEED_COLUMNS["ttft_s"],
)
"""Columns of the plain table, in the order they are written."""

Cells = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a table says about all of its rows."""

    score_definition: str = ""
    as_of: str = ""
    attribution: str = ""
    sources: Mapping[str, str]
    notes: tuple[str, ...] = ()


def refuse_unknown(found: Sequence[str], allowed: Sequence[str], *, what: str, where: str) -> None:
    """Refuse the first name that is not allowed, suggesting the nearest.

    Raises
    ------
    InputError
        Naming it.
    """
    for name in found:
        if name not in allowed:
            raise InputError(f"{what} {name!r} is unknown", where=where, way_out=nearest(name, allowed))


def refuse_missing(found: Sequence[str], *, where: str, required: Sequence[str] = REQUIRED_COLUMNS) -> None:
    """Refuse a table without one of the required columns.

    Raises
    ------
    InputError
        Naming the first one that is missing.
    """
    for name in required:
        if name not in found:
            raise InputError(
                f"column {name} is missing", where=where, way_out="add it, with empty cells where it is unknown"
            )


def catalogue_of_rows(rows: Sequence[Cells], *, header: Header, where: str) -> Catalogue:
    """Check every cell and return the catalogue; row 1 is the first model.

    Raises
    ------
    InputError
        With file, row and column of the first cell that cannot be used.
    """
    if not rows:
        raise InputError("the table holds no models", where=where, way_out="give at least one row")
    placed = [(cells, f"{where}, row {row}") for row, cells in enumerate(rows, start=1)]
    text = {name: [text_cell(r.get(name), column=name, where=p) for r, p in placed] for name in _TEXT_COLUMNS}
    numbers = {name: _numbers(placed, name, least, whole) for name, (least, whole) in _NUMBERS.items()}
    is_free = [flag_cell(r.get("is_free"), column="is_free", where=p) for r, p in placed]
    dates = [date_cell(r.get("release_date"), column="release_date", where=p) for r, p in placed]
    _refuse_bad_keys(text["model_id"], text["effort"], where=where)
    _refuse_zero_prices(numbers, is_free, where=where)
    definition = _one_definition(rows, header.score_definition, where=where)
    _refuse_undefined(numbers["coding_score"], definition, where=where)
    return Catalogue(
        model_id=tuple(text["model_id"]),
        effort=tuple(text["effort"]),
        name=tuple(text["name"]),
        listed_tier=tuple(text["listed_tier"]),
        **{name: np.array(column) for name, column in numbers.items()},
        score_definition=definition,
        throughput_tps=_speeds(placed, "throughput_tps"),
        ttft_s=_speeds(placed, "ttft_s"),
        release_date=np.array(dates, dtype="datetime64[D]"),
        is_free=np.array(is_free, dtype=np.bool_),
        price_steps=tuple(step for i, (r, p) in enumerate(placed) for step in _steps(r.get("price_steps"), i, p)),
        sources=dict(header.sources),
        as_of=header.as_of,
        attribution=header.attribution,
        notes=header.notes,
    )


def _numbers(placed: Sequence[tuple[Cells, str]], name: str, least: float | None, whole: bool) -> list[float]:
    return [number_cell(r.get(name), column=name, where=p, least=least, whole=whole) for r, p in placed]


def _speeds(placed: Sequence[tuple[Cells, str]], field: str) -> FloatColumn:
    columns = [_numbers(placed, name, 0.0, False) for name in SPEED_COLUMNS[field]]
    for name, column in zip(SPEED_COLUMNS[field], columns, strict=True):
        if 0.0 in column:
            raise InputError(
                "a speed of 0 was not measured",
                where=f"{placed[column.index(0.0)][1]}, column {name}",
                way_out="leave it empty",
            )
    return np.array(columns, dtype=np.float64).T


def _refuse_bad_keys(model_ids: Sequence[str], efforts: Sequence[str], *, where: str) -> None:
    seen: dict[tuple[str, str], int] = {}
    for row, pair in enumerate(zip(model_ids, efforts, strict=True), start=1):
        place = f"{where}, row {row}, column model_id"
        if not pair[0].strip():
            raise InputError("the model has no id", where=place, way_out="give the id the router knows it by")
        if pair in seen:
            raise InputError(
                f"model {model_key(*pair)!r} stands in row {seen[pair]} already",
                where=place,
                way_out="give every model id and effort pair once",
            )
        seen[pair] = row


def _refuse_zero_prices(numbers: Mapping[str, Sequence[float]], is_free: Sequence[bool], *, where: str) -> None:
    for name in PRICE_FIELDS[:2]:
        for row, (price, free) in enumerate(zip(numbers[name], is_free, strict=True), start=1):
            if price == 0 and not free:
                raise InputError(
                    "the price is 0 though is_free is not true",
                    where=f"{where}, row {row}, column {name}",
                    way_out="set is_free = true if it is, or leave the price empty if it is unknown",
                )


def _refuse_undefined(scores: Sequence[float], definition: str, *, where: str) -> None:
    for row, score in enumerate(scores, start=1):
        if definition == UNSCORED and not math.isnan(score):
            raise InputError(
                f"there is a score and score_definition is {UNSCORED!r}, which says that there is none",
                where=f"{where}, row {row}, column score_definition",
                way_out="name what the score is, as in aa-coding-4.0",
            )


def _one_definition(rows: Sequence[Cells], default: str, *, where: str) -> str:
    first = ""
    for row, cells in enumerate(rows, start=1):
        place = f"{where}, row {row}"
        found = text_cell(cells.get("score_definition"), column="score_definition", where=place) or default
        if not found:
            raise InputError(
                "the score has no definition",
                where=f"{place}, column score_definition",
                way_out="name it, as in aa-coding-4.0",
            )
        first = first or found
        if found != first:
            raise InputError(
                f"two score definitions, {first} in row 1 and {found} in row {row}",
                where=where,
                way_out="re-anchor one of them or split the file",
            )
    return first


def _steps(value: object, model_index: int, where: str) -> Iterator[PriceStep]:
    if value is None:
        return
    place = f"{where}, column price_steps"
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise InputError(
            f"{value!r} is not a list of steps", where=place, way_out="write [{min_prompt_tokens = 200000, ...}]"
        )
    seen: set[int] = set()
    for entry in value:
        refuse_unknown(list(entry), ("min_prompt_tokens", *PRICE_FIELDS), what="key", where=place)
        least = number_cell(
            entry.get("min_prompt_tokens"), column="min_prompt_tokens", where=where, least=0, whole=True
        )
        if math.isnan(least) or int(least) in seen:
            what = "a step has no min_prompt_tokens" if math.isnan(least) else f"two steps start at {int(least)} tokens"
            raise InputError(what, where=place, way_out="give each step its own min_prompt_tokens")
        seen.add(int(least))
        prices = {n: number_cell(entry.get(n), column=f"price_steps.{n}", where=where, least=0.0) for n in PRICE_FIELDS}
        yield PriceStep(model_index=model_index, min_prompt_tokens=int(least), **prices)


def rows_of_catalogue(catalogue: Catalogue) -> list[dict[str, object]]:
    """Return one dict of cells a model, in row order; a missing cell is None, `price_steps` is a list of dicts."""
    return [_row(catalogue, i) for i in range(len(catalogue))]


def _row(catalogue: Catalogue, i: int) -> dict[str, object]:
    cells: dict[str, object] = dict.fromkeys(COLUMNS)
    cells.update({name: getattr(catalogue, name)[i] for name in _TEXT_COLUMNS})
    cells["score_definition"] = catalogue.score_definition
    cells.update({name: _plain(getattr(catalogue, name)[i], whole) for name, (_, whole) in _NUMBERS.items()})
    for field, columns in SPEED_COLUMNS.items():
        cells.update(zip(columns, (_plain(v, False) for v in getattr(catalogue, field)[i]), strict=True))
    cells["release_date"] = catalogue.release_date[i].item()
    cells["is_free"] = bool(catalogue.is_free[i])
    cells["price_steps"] = [
        {"min_prompt_tokens": step.min_prompt_tokens}
        | {name: getattr(step, name) for name in PRICE_FIELDS if not math.isnan(getattr(step, name))}
        for step in catalogue.price_steps
        if step.model_index == i
    ]
    return cells


def _plain(value: float, whole: bool) -> float | int | None:
    if math.isnan(value):
        return None
    return int(value) if whole and float(value).is_integer() else float(value)
