"""How does a catalogue stand in CSV and Parquet? One row a model, and the header data repeated in each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from paretocode._files import engine_path, literal_path
from paretocode.catalogue._cells import is_missing, text_cell
from paretocode.catalogue._files import MAX_TABLE_BYTES, check_file, read_text
from paretocode.catalogue._rows import (
    COLUMNS,
    LONG_COLUMNS,
    Header,
    catalogue_of_rows,
    refuse_missing,
    refuse_unknown,
    rows_of_catalogue,
)
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue
from paretocode.errors import InputError

__all__ = ["FLAT_COLUMNS", "read_csv", "read_parquet", "write_csv", "write_parquet"]

_MAX_ROWS = 100_000
"""Most models of a Parquet catalogue."""
_PARQUET = "read_parquet(?, hive_partitioning = false)"
_HEADER_COLUMNS = ("as_of", "attribution")
FLAT_COLUMNS = (*COLUMNS, *LONG_COLUMNS, *_HEADER_COLUMNS)
"""All columns that a CSV or Parquet catalogue may have."""

_TEXT = {"model_id", "effort", "name", "score_definition", "listed_tier", *_HEADER_COLUMNS}
_SQL_TYPES = dict.fromkeys(FLAT_COLUMNS, "DOUBLE") | dict.fromkeys(_TEXT, "VARCHAR")
_SQL_TYPES |= {"release_date": "DATE", "is_free": "BOOLEAN"}
_SQL_TYPES |= dict.fromkeys(("context_tokens", "max_output_tokens", "long_prompt_tokens"), "BIGINT")


def read_csv(path: Path) -> Catalogue:
    """Read a CSV catalogue (UTF-8, one header line, comma)."""
    where = str(path)
    reader = csv.reader(io.StringIO(read_text(path, limit=MAX_TABLE_BYTES), newline=""), strict=True)
    try:
        lines = [line for line in reader if line]
    except csv.Error as error:
        raise InputError(
            f"line {reader.line_num} is not whole CSV ({error})", where=where, way_out="write the file again"
        ) from error
    names = [name.strip() for name in lines[0]] if lines else []
    for row, line in enumerate(lines[1:], start=1):
        if len(line) != len(names):
            raise InputError(
                f"the row has {len(line)} cells and the header {len(names)}",
                where=f"{where}, row {row}",
                way_out="give every row the same cells; the file may be cut short",
            )
    return _catalogue(names, lines[1:], where=where)


def _refuse_many(connection: Any, path: Path) -> None:
    """Refuse more than a catalogue holds before it is taken: kilobytes of Parquet may stand for billions of rows."""
    columns = connection.execute(f"DESCRIBE SELECT * FROM {_PARQUET}", [literal_path(path)]).fetchall()
    lengths = {"VARCHAR": "strlen", "BLOB": "octet_length"}
    asked = [(lengths[type_], str(name).replace('"', '""')) for name, type_, *_ in columns if type_ in lengths]
    total = "".join(f' + coalesce({length}("{name}"), 0)' for length, name in asked)
    n_rows, n_bytes = connection.execute(
        f"SELECT count(*), coalesce(sum(0{total}), 0)::BIGINT FROM {_PARQUET}", [literal_path(path)]
    ).fetchone()
    if n_rows > _MAX_ROWS or n_bytes > MAX_TABLE_BYTES:
        raise InputError(
            f"it has {n_rows:,} rows with {n_bytes:,} bytes of text, over the limits of {_MAX_ROWS:,} and "
            f"{MAX_TABLE_BYTES:,}",
            where=str(path),
            way_out="keep only the models you need",
        )


def read_parquet(path: Path) -> Catalogue:
    """Read a Parquet catalogue; a NaN in it is a missing number, as other tools write it."""
    import duckdb

    check_file(path, limit=MAX_TABLE_BYTES)
    try:
        with duckdb.connect(":memory:") as connection:
            _refuse_many(connection, path)
            result = connection.execute(f"SELECT * FROM {_PARQUET}", [literal_path(path)])
            names = [str(column[0]) for column in result.description]
            lines = [[None if cell != cell else cell for cell in line] for line in result.fetchall()]  # noqa: PLR0124
    except duckdb.Error as error:
        raise InputError(
            f"the file is not whole Parquet ({str(error).splitlines()[0]})",
            where=str(path),
            way_out="write the file again",
        ) from error
    return _catalogue(names, lines, where=str(path))


def _catalogue(names: Sequence[str], lines: Sequence[Sequence[object]], *, where: str) -> Catalogue:
    refuse_unknown(names, FLAT_COLUMNS, what="column", where=where)
    refuse_missing(names, where=where)
    if len(set(names)) != len(names):
        double = next(name for name in names if names.count(name) > 1)
        raise InputError(f"column {double} stands twice", where=where, way_out="keep one of them")
    rows = [dict(zip(names, line, strict=True)) for line in lines]
    header = Header(
        as_of=_one_text(rows, "as_of", where=where),
        attribution=_one_text(rows, "attribution", where=where),
        sources={},
    )
    return catalogue_of_rows([_with_step(row) for row in rows], header=header, where=where)


def _one_text(rows: Sequence[Mapping[str, object]], name: str, *, where: str) -> str:
    first = ""
    for row, cells in enumerate(rows, start=1):
        found = text_cell(cells.get(name), column=name, where=f"{where}, row {row}")
        if found and first and found != first:
            raise InputError(
                f"{name} is {first!r} and then {found!r}",
                where=f"{where}, row {row}, column {name}",
                way_out="give every row the same, or split the file",
            )
        first = first or found
    return first


def _with_step(row: Mapping[str, object]) -> dict[str, object]:
    cells = {name: cell for name, cell in row.items() if name not in LONG_COLUMNS}
    if any(not is_missing(row.get(name)) for name in LONG_COLUMNS):
        prices = {name: row.get(f"long_{name}") for name in PRICE_FIELDS}
        cells["price_steps"] = [{"min_prompt_tokens": row.get("long_prompt_tokens"), **prices}]
    return cells


def _flat_rows(catalogue: Catalogue, *, where: str) -> list[list[object]]:
    rows: list[list[object]] = []
    for row, cells in enumerate(rows_of_catalogue(catalogue), start=1):
        steps = cells.pop("price_steps")
        if not isinstance(steps, list) or len(steps) > 1:
            raise InputError(
                "the model has several long-context price steps and this kind of file holds one",
                where=f"{where}, row {row}",
                way_out="write the catalogue as .toml",
            )
        step = steps[0] if steps else {}
        cells["long_prompt_tokens"] = step.get("min_prompt_tokens")
        cells |= {f"long_{name}": step.get(name) for name in PRICE_FIELDS}
        cells |= {name: getattr(catalogue, name) for name in _HEADER_COLUMNS}
        rows.append([cells[name] for name in FLAT_COLUMNS])
    return rows


def write_csv(catalogue: Catalogue, path: Path, *, where: str) -> None:
    """Write a CSV catalogue; floats are written so that reading gives the same bits."""
    rows = _flat_rows(catalogue, where=where)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(FLAT_COLUMNS)
        writer.writerows([["true" if c is True else "" if c is False else c for c in row] for row in rows])


def write_parquet(catalogue: Catalogue, path: Path, *, where: str) -> None:
    """Write a Parquet catalogue."""
    import duckdb

    rows = _flat_rows(catalogue, where=where)
    columns = ", ".join(f"{name} {_SQL_TYPES[name]}" for name in FLAT_COLUMNS)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE models ({columns})")
        connection.executemany(f"INSERT INTO models VALUES ({', '.join('?' * len(FLAT_COLUMNS))})", rows)
        target = engine_path(path, where=where).replace("'", "''")
        try:
            connection.execute(f"COPY models TO '{target}' (FORMAT parquet)")
        except duckdb.Error as error:
            raise InputError("it cannot be written", where=where, way_out="check the folder and the disk") from error
