"""How do the cells of all files become checked columns? Batch by batch, checked and put away while at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from paretocode._checks import IntColumn
from paretocode.progress import task
from paretocode.stream._cells import seconds_since_earliest
from paretocode.stream._damage import kind_of
from paretocode.stream._memory import refuse_too_many_rows
from paretocode.stream._reading import Table, ask
from paretocode.stream.stream import PPM
from paretocode.stream.table._arrow import Batch, batches_of
from paretocode.stream.table.rules import RULES, cell_sql, is_sound, refuse_column
from paretocode.stream.table.texts import TextColumn, text_column

_FIRST_ROOM = 2**16
_MILLISECONDS = 1e3


class Columns(NamedTuple):
    """All rows of a log, in the files' order.

    Parameters
    ----------
    columns
        {name: shape (n,)}, as a stream and its `logged` call them, but `session` and `model_code` are positions in
        `names`, -1 where a row has none; unsorted, and without the columns that the log has not.
    names
        {`session` or `model_code`: sorted names}.
    first_rows
        Shape (n_files + 1,): where each file starts, and the number of rows.
    """

    columns: dict[str, NDArray[Any]]
    names: dict[str, tuple[str, ...]]
    first_rows: IntColumn


def read_columns(engine: Any, tables: Sequence[Table], source: Mapping[str, str]) -> Columns:
    """Read the columns of all files.

    Parameters
    ----------
    engine
        Where to ask.
    tables
        The files.
    source
        {our name: the file's name}.

    Raises
    ------
    InputError
        A cell that breaks its column's rule, with file, row and value; a damaged file.
    """
    texts = text_columns(engine, tables, source)
    n_known = _n_rows_known(engine, tables)
    if n_known is not None:
        refuse_too_many_rows(n_known, where=str(tables[0].file))
    room, first_rows = _Room(_FIRST_ROOM if n_known is None else n_known), [0]
    with task("read the log", total=n_known, unit="row") as work:
        for table in tables:
            for batch in checked_batches(engine, table, source, texts):
                if room.is_full_with(batch):
                    refuse_too_many_rows(room.n_rows, n_held=3 * room.n_rows, where=str(table.file))
                room.add(batch)
                work.at(room.n_rows, work.total)
            first_rows.append(room.n_rows)
    columns = room.columns()
    if "ts" in columns:
        columns["time_s"] = seconds_since_earliest(columns.pop("ts"))
    return Columns(columns, {name: text.names for name, text in texts.items()}, np.asarray(first_rows))


def text_columns(engine: Any, tables: Sequence[Table], source: Mapping[str, str]) -> dict[str, TextColumn]:
    """Return the columns of texts that the source has: `session`, `model_code`."""
    texts = {}
    if "session_id" in source:
        texts["session"] = text_column(engine, tables, source["session_id"], is_trimmed=True)
    if "model" in source:
        texts["model_code"] = text_column(engine, tables, source["model"], is_trimmed=False)
    return texts


def checked_batches(
    engine: Any, table: Table, source: Mapping[str, str], texts: Mapping[str, TextColumn]
) -> Iterator[dict[str, NDArray[Any]]]:
    """Yield one file's rows in its order, some 10^5 at a time, as `Columns` calls them but with `ts` as it is.

    Raises
    ------
    InputError
        As `read_columns`.
    """
    asked = {ours: cell_sql(table, theirs, RULES[ours]) for ours, theirs in source.items() if ours in RULES}
    asked |= {name: (text.key_sql(table), np.uint64) for name, text in texts.items()}
    select = ", ".join(f"{sql} AS {name}" for name, (sql, _) in asked.items())
    dtypes: dict[str, DTypeLike] = {name: dtype for name, (_, dtype) in asked.items()}
    for batch in batches_of(engine, f"SELECT {select} FROM {table.literal_sql}", dtypes, file=table.file):
        yield _checked(batch, table, source, texts)


def _checked(
    batch: Batch, table: Table, source: Mapping[str, str], texts: Mapping[str, TextColumn]
) -> dict[str, NDArray[Any]]:
    """Return a batch's columns under their final names and types, or refuse the first that breaks its rule."""
    columns: dict[str, NDArray[Any]] = {}
    for name, values in batch.columns.items():
        if name in texts:
            columns[name] = texts[name].codes(values, table)
            continue
        rule = RULES[name]
        if rule.empty == 0 and values.dtype.kind == "f":
            values = np.nan_to_num(values, nan=0.0, posinf=np.inf, neginf=-np.inf)  # noqa: PLW2901
        if name in batch.null_in or not is_sound(values, rule):
            refuse_column(table, source[name], rule)
        columns |= _final(name, values)
    return columns


def _final(name: str, values: NDArray[Any]) -> dict[str, NDArray[Any]]:
    match name:
        case "min_score":
            is_omitted = np.isnan(values)
            ppm = np.rint(np.where(is_omitted, 0.0, values) * PPM).astype(np.int64)
            return {"min_score_ppm": ppm, "is_omitted": is_omitted}
        case "answer_ms":
            return {"answer_s": values / _MILLISECONDS}
        case "status" | "is_failed":
            return {"is_failed": values != 0}
        case _:
            return {name: values.astype(np.int64, copy=False) if RULES[name].is_whole else values}


def _n_rows_known(engine: Any, tables: Sequence[Table]) -> int | None:
    """Return how many rows Parquet files say they have, so that their columns are made once and never grow; None where
    only reading would tell."""
    if kind_of(tables[0].file) != "Parquet":
        return None
    counts = (ask(table.file, f"SELECT count(*) FROM {table.sql}", "fetchall", engine) for table in tables)
    return sum(int(rows[0][0]) for rows in counts)


class _Room:
    """Columns that grow at their end."""

    def __init__(self, n_expected: int) -> None:
        self._columns: dict[str, NDArray[Any]] = {}
        self._n_room = max(n_expected, 1)
        self.n_rows = 0

    def is_full_with(self, batch: Mapping[str, NDArray[Any]]) -> bool:
        """Return whether the columns must grow for a batch."""
        return self.n_rows + len(next(iter(batch.values()))) > self._n_room

    def add(self, batch: Mapping[str, NDArray[Any]]) -> None:
        """Copy a batch behind what is there."""
        stop = self.n_rows + len(next(iter(batch.values())))
        while stop > self._n_room:
            self._n_room *= 2
        for name, values in batch.items():
            self._with_room(name, values.dtype)[self.n_rows : stop] = values
        self.n_rows = stop

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the rows that are there."""
        return {name: column[: self.n_rows] for name, column in self._columns.items()}

    def _with_room(self, name: str, dtype: np.dtype[Any]) -> NDArray[Any]:
        column = self._columns.get(name)
        if column is None or len(column) < self._n_room:
            grown = np.empty(self._n_room, dtype=dtype)
            if column is not None:
                grown[: self.n_rows] = column[: self.n_rows]
            self._columns[name] = column = grown
        return column
