"""How is a file read without its name, size or damage leaking into our answer? One door to the reading engine.

Everything goes through DuckDB. This module turns its errors into our sentences and keeps it from reading meaning into
file names: ``*``, ``?`` and ``[`` are no wildcards here, and ``key=value`` folders add no columns.
"""

from __future__ import annotations

import csv
import difflib
import gzip
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn
from paretocode._files import literal_path
from paretocode.errors import InputError
from paretocode.stream._damage import bad_json, damaged, kind_of

MAX_BYTES = 4 * 2**30
"""Largest log that readers take without being told, in bytes on disk: more than a month of a large router's log."""

_MAX_HEADER_CHARS = 2**20
"""Longest first line of a CSV file."""

_MOST_COMPARED = 1_000
"""Names of columns that a missing one is compared with: of a million names none was meant."""

_MOST_THREADS = 4
"""One thread of ours takes what the engine's threads decode; more of them would only hold more memory."""


def checked_file(path: Path | str, *, max_bytes: int) -> Path:
    """Return the path of a file that is there, is not empty and is not larger than agreed.

    Raises
    ------
    InputError
        No such file, a folder, a file we may not read, 0 bytes, or more than `max_bytes`.
    """
    file = Path(path)
    if not file.exists():
        raise InputError("there is no such file", where=str(path), way_out="check the path")
    if not file.is_file():
        raise InputError("this is no file", where=str(path), way_out="name the file itself")
    if not os.access(file, os.R_OK):
        raise InputError("the file may not be read", where=str(path), way_out="ask for the right to read it")
    size = file.stat().st_size
    if size == 0:
        raise InputError("the file is empty", where=str(path), way_out="give a log with at least one row")
    if size > max_bytes:
        raise InputError(
            f"the file has {size} bytes and the limit is {max_bytes}",
            where=str(path),
            way_out="raise max_bytes if the memory allows, or split the log by session",
        )
    return file


class Table(NamedTuple):
    """A file as something to select from.

    Parameters
    ----------
    file
        Where it lies.
    sql
        The engine's table function, with one parameter for the path.
    columns
        {name in the file: SQL expression for it}.
    types
        {name in the file: the engine's type}; empty for text formats, where every cell is text.
    """

    file: Path
    sql: str
    columns: dict[str, str]
    types: dict[str, str]

    @property
    def literal_sql(self) -> str:
        """The table function with the path written into it."""
        return self.sql.replace("?", quoted(literal_path(self.file), mark="'"), 1)

    def type_of(self, column: str) -> str:
        """Return the engine's type of a column, ``VARCHAR`` for text."""
        return self.types.get(column, "VARCHAR")


@contextmanager
def connected() -> Iterator[Any]:
    """Yield an engine of our own: no network, times in UTC."""
    import duckdb

    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": threads}) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        yield engine


def open_table(file: Path, *, engine: Any = None) -> Table:
    """Return a Parquet, CSV or NDJSON file as a table; text formats are read as text, nothing is guessed.

    Parameters
    ----------
    file
        What to open.
    engine
        From `connected`; None makes one for the moment, which is slow where there are many files.

    Raises
    ------
    InputError
        Unknown suffix, damaged file, or a CSV header that names a column twice.
    """
    kind = kind_of(file)
    if kind == "CSV":
        return _open_csv(file)
    if kind == "NDJSON":
        return _open_ndjson(file, engine)
    sql = "read_parquet(?, hive_partitioning = false)"
    types = _described(file, sql, engine)
    return Table(file, sql, {name: quoted(name) for name in types}, types)


def _open_csv(file: Path) -> Table:
    """RFC 4180 with a header; columns are told apart by position, so that no header can trouble the engine."""
    header = _csv_header(file)
    counts = Counter(header)
    twice = [name for name in header if counts[name] > 1 and name]
    if twice:
        raise InputError(f"the header names {twice[0]} twice", where=str(file), way_out="rename one of the columns")
    types = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(header)))
    sql = (
        f"read_csv(?, auto_detect = false, columns = {{{types}}}, header = true, delim = ',', quote = '\"', "
        f"escape = '\"', {_text_options(file)})"
    )
    return Table(file, sql, {name: f"c{i}" for i, name in enumerate(header)}, {})


def _csv_header(file: Path) -> list[str]:
    opener = gzip.open if file.suffix.lower() == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8-sig", newline="") as lines:
            return next(csv.reader(_bounded(lines, file)), [])
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        raise damaged(file, error) from error


def _bounded(lines: IO[str], file: Path) -> Iterator[str]:
    """Yield lines; a packed file may hold one without end."""
    while line := lines.readline(_MAX_HEADER_CHARS + 1):
        if len(line) > _MAX_HEADER_CHARS:
            raise InputError(
                f"the header has more than {_MAX_HEADER_CHARS:,} characters",
                where=str(file),
                way_out="give a CSV file whose first line names the columns",
            )
        yield line


def _open_ndjson(file: Path, engine: Any) -> Table:
    # All lines are looked at, since a key may first appear late in a log.
    options = f"format = 'newline_delimited', {_text_options(file)}"
    names = list(_described(file, f"read_json(?, {options}, sample_size = -1, maximum_depth = 1)", engine))
    if names == ["json"]:  # what the engine makes of rows that are lists or bare values
        what, line = bad_json(file)
        if line:
            raise InputError(what, where=f"{file}, line {line}", way_out="repair the row")
    types = ", ".join(f"{quoted(name, mark=chr(39))}: 'VARCHAR'" for name in names)
    sql = f"read_json(?, {options}, columns = {{{types}}})"
    return Table(file, sql, {name: quoted(name) for name in names}, {})


def _text_options(file: Path) -> str:
    # Left to itself the engine takes a "?" in a name for the start of a URL's query, misses the .gz and finds no row.
    return f"compression = '{'gzip' if file.suffix.lower() == '.gz' else 'none'}', hive_partitioning = false"


def _described(file: Path, sql: str, engine: Any) -> dict[str, str]:
    rows = ask(file, f"DESCRIBE SELECT * FROM {sql}", "fetchall", engine)
    return {str(name): str(type_) for name, type_, *_ in rows}


def quoted(name: str, *, mark: str = '"') -> str:
    """Return a name in SQL quotes."""
    return mark + name.replace(mark, 2 * mark) + mark


def fetch(table: Table, select: Mapping[str, str], *, tail: str = "") -> dict[str, NDArray[Any]]:
    """Return SQL expressions over the table as numpy columns, rows in the file's order.

    Parameters
    ----------
    table
        Where to select from.
    select
        {our name: SQL expression}.
    tail
        What follows the FROM clause.

    Raises
    ------
    InputError
        The file cannot be read as what it claims to be.
    """
    expressions = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in select.items())
    found: dict[str, NDArray[Any]] = ask(table.file, f"SELECT {expressions} FROM {table.sql} {tail}", "fetchnumpy")
    return found


def ask(file: Path, query: str, how: str, engine: Any = None) -> Any:
    """Return what a query over one file answers.

    Parameters
    ----------
    file
        Takes the place of the query's one ``?``.
    query
        SQL.
    how
        The engine's method of fetching, such as ``fetchall``.
    engine
        From `connected`; None makes one for the moment.

    Raises
    ------
    InputError
        The file cannot be read as what it claims to be.
    """
    import duckdb

    try:
        with connected() if engine is None else nullcontext(engine) as asked:
            return getattr(asked.execute(query, [literal_path(file)]), how)()
    except duckdb.Error as error:
        raise damaged(file, error) from error


def require_columns(required: Iterable[str], present: Iterable[str], *, where: str, way_out: str = "") -> None:
    """Refuse when a column is missing, and name the nearest one there is.

    Examples
    --------
    >>> require_columns(["prompt_tokens"], ["time_s", "promt_tokens"], where="log.csv")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: log.csv: there is no column prompt_tokens among time_s, promt_tokens; did you mean
    promt_tokens.
    """
    names = list(present)
    for name in required:
        if name not in names:
            near = difflib.get_close_matches(name, names[:_MOST_COMPARED], n=1)
            guess = f"did you mean {near[0]}" if near else ""
            raise InputError(
                f"there is no column {name} among {', '.join(names[:30])}",
                where=where,
                way_out=", ".join(part for part in (guess, way_out) if part) or "check what the file is",
            )


def filled(column: NDArray[Any]) -> FloatColumn:
    """Return a fetched number column as floats, NaN where the file has none."""
    return np.ma.filled(np.ma.asarray(column).astype(np.float64), np.nan)


def sessions_of(ids: NDArray[Any], time_s: FloatColumn) -> tuple[IntColumn, tuple[str, ...]]:
    """Number session ids by their sorted names; a row without an id is a session of its own, after all named ones.

    Parameters
    ----------
    ids
        Shape (n,) text, masked or empty where the row has none.
    time_s
        Shape (n,) [s]; sessions without a name are numbered by time.

    Returns
    -------
    number, names
        Shape (n,) and (n_sessions,); names are "" for the nameless. O(n log n_names): no sort of n texts.
    """
    texts = np.ma.filled(ids, "") if np.ma.isMaskedArray(ids) else ids
    names = sorted(set(texts.tolist()) - {""})
    number_of = {name: number for number, name in enumerate(names)}
    number = np.fromiter((number_of.get(text, -1) for text in texts.tolist()), dtype=np.int64, count=len(texts))
    nameless = np.flatnonzero(number < 0)
    number[nameless[np.argsort(time_s[nameless], kind="stable")]] = len(names) + np.arange(len(nameless))
    return number, (*names, *[""] * len(nameless)) if names else ()
