"""How does a part lie on disk? A Parquet file of a stream's own columns, rows in the stream's order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import read_only
from paretocode._files import engine_path, replacing, sha256_of_file
from paretocode.errors import InputError
from paretocode.stream._damage import unwritten
from paretocode.stream._reading import Table, ask, connected, open_table, quoted
from paretocode.stream.partitioned.manifest import PartEntry
from paretocode.stream.stream import COLUMNS, RequestStream
from paretocode.stream.table._arrow import batches_of

__all__ = ["TYPES", "digest_of", "read_part", "refuse_changed", "write_part"]

TYPES = {
    "session": "BIGINT",
    "time_s": "DOUBLE",
    "min_score_ppm": "INTEGER",
    "is_omitted": "BOOLEAN",
    "prompt_tokens": "BIGINT",
    "completion_tokens": "BIGINT",
    "prefix_tokens": "BIGINT",
}
"""Column -> type in the file; sessions are numbered over the whole stream."""

_DTYPES = {name: np.float64 if type_ == "DOUBLE" else np.int64 for name, type_ in TYPES.items()}
_WAY_OUT = "partition the logs again"


def write_part(stream: RequestStream, path: Path, *, first_request: int, first_session: int) -> PartEntry:
    """Write whole sessions as a part and return what the manifest says of it.

    Raises
    ------
    InputError
        The place cannot be written to.
    """
    columns: dict[str, NDArray[Any]] = {name: getattr(stream, name) for name in COLUMNS}
    columns["session"] = columns["session"] + first_session
    select = ", ".join(f"{name}::{type_} AS {name}" for name, type_ in TYPES.items())
    with replacing(path) as temporary, connected() as engine:
        target = quoted(engine_path(temporary, where=path), mark="'")
        engine.register("rows", columns)
        try:
            engine.execute(f"COPY (SELECT {select} FROM rows) TO {target} (FORMAT parquet, COMPRESSION zstd)")
        except engine_error() as error:
            raise unwritten(path, error) from error
    return PartEntry(
        file=path.name,
        sha256=sha256_of_file(path),
        n_bytes=path.stat().st_size,
        first_request=first_request,
        n_requests=len(stream),
        first_session=first_session,
        n_sessions=stream.n_sessions,
    )


def read_part(folder: Path, part: PartEntry, *, name: str, is_checked: bool = True) -> RequestStream:
    """Read a part as a stream of its own, sessions renumbered from 0.

    Parameters
    ----------
    is_checked
        Whether the file's digest is worked out again. Its columns are checked in any case.

    Raises
    ------
    InputError
        The file is missing, was changed, has another schema, or holds other sessions than the manifest says.
    """
    path = folder / part.file
    refuse_changed(path, part, is_checked=is_checked)
    with connected() as engine:
        table = _opened(engine, path)
        if _n_rows(engine, table) != part.n_requests:  # told by the file's end, before anything is made room for
            raise InputError("it holds other rows than its manifest says", where=str(path), way_out=_WAY_OUT)
        columns: dict[str, Any] = {key: np.empty(part.n_requests, dtype=_DTYPES[key]) for key in TYPES}
        at = 0
        for batch in _batches(engine, table, list(TYPES)):
            stop = at + len(batch["session"])
            if stop > part.n_requests:
                break
            for key, values in batch.items():
                columns[key][at:stop] = values
            at = stop
    session = columns["session"]
    if at != part.n_requests or (session[0], session[-1]) != (
        part.first_session,
        part.first_session + part.n_sessions - 1,
    ):
        raise InputError("it holds other rows than its manifest says", where=str(path), way_out=_WAY_OUT)
    columns["session"] = session - part.first_session
    columns["is_omitted"] = columns["is_omitted"] != 0
    if not np.isfinite(columns["time_s"]).all():
        raise InputError("time_s is no number in one of its rows", where=str(path), way_out=_WAY_OUT)
    sealed: dict[str, Any] = {key: read_only(values) for key, values in columns.items()}
    try:
        return RequestStream(**sealed, name=name)
    except InputError as error:
        raise InputError(error.what, where=str(path), way_out=_WAY_OUT) from error


def _n_rows(engine: Any, table: Table) -> int:
    """Return how many rows a part's file says that it has."""
    found = ask(table.file, "SELECT num_rows FROM parquet_file_metadata(?)", "fetchall", engine)
    return int(found[0][0])


def _opened(engine: Any, path: Path) -> Table:
    """Return a part's file as a table, or refuse another schema."""
    table = open_table(path, engine=engine)
    if table.types != TYPES:
        raise InputError(
            f"its columns are {', '.join(f'{name} {type_}' for name, type_ in table.types.items())[:300]}",
            where=str(path),
            way_out=_WAY_OUT,
        )
    return table


def _batches(engine: Any, table: Table, columns: list[str]) -> Iterator[dict[str, NDArray[Any]]]:
    """Yield columns of a part, some 10^5 rows at a time, all of them 8 bytes wide."""
    select = ", ".join(f"{name}::BIGINT AS {name}" if TYPES[name] != "DOUBLE" else name for name in columns)
    query = f"SELECT {select} FROM {table.literal_sql}"
    for batch in batches_of(engine, query, {name: _DTYPES[name] for name in columns}, file=table.file):
        if batch.null_in:
            raise InputError(f"{batch.null_in[0]} has an empty cell", where=str(table.file), way_out=_WAY_OUT)
        yield batch.columns


def refuse_changed(path: Path, part: PartEntry, *, is_checked: bool = True) -> None:
    """Refuse a part whose file is missing, or has other bytes than the manifest says.

    Raises
    ------
    InputError
        With its name.
    """
    if not path.is_file():
        raise InputError("this part is missing", where=str(path), way_out=_WAY_OUT)
    n_bytes = path.stat().st_size
    if n_bytes != part.n_bytes:
        raise InputError(
            f"it has {n_bytes:,} bytes and its manifest says {part.n_bytes:,}", where=str(path), way_out=_WAY_OUT
        )
    if is_checked and sha256_of_file(path) != part.sha256:
        raise InputError("its bytes are not those of its manifest", where=str(path), way_out=_WAY_OUT)


def engine_error() -> type[Exception]:
    """Return the engine's base error; imported where it is used."""
    import duckdb

    return duckdb.Error


def digest_of(folder: Path, parts: list[PartEntry]) -> tuple[str, bool]:
    """Return the digest of the stream in memory, and whether any request states a min score. One column at a time."""
    sha = hashlib.sha256(f"{sum(part.n_requests for part in parts)}".encode())
    has_demand = False
    with connected() as engine:
        tables = [_opened(engine, folder / part.file) for part in parts]
        for column in COLUMNS:
            sha.update(column.encode())
            for table in tables:
                for batch in _batches(engine, table, [column]):
                    values = batch[column]
                    if column == "is_omitted":
                        values = values != 0
                        has_demand |= not bool(values.all())
                    sha.update(np.ascontiguousarray(values).tobytes())
    return sha.hexdigest(), has_demand
