"""How are cells of a CSV file read, plain or gzipped, so that damage has a place and a sentence?"""

from __future__ import annotations

import csv
import difflib
import gzip
import io
import math
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn
from paretocode.errors import InputError

__all__ = ["CsvTable", "read_csv"]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_MAX_CHARS = 256 * 2**20
"""Longest text, unpacked: outcomes are questions times models, some 10^6 rows."""
_TRUE, _FALSE = ("true", "yes", "1", "1.0"), ("false", "no", "0", "0.0", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvTable:
    """The cells of a file, column by column.

    Parameters
    ----------
    file
        Where they stood.
    columns
        Name -> cells, without the spaces around them.
    n_rows
        Rows of data; they are counted from 1 in errors.
    notes
        What is odd though it can be read.
    """

    file: Path
    columns: dict[str, list[str]]
    n_rows: int
    notes: tuple[str, ...] = ()

    def text(self, name: str) -> list[str]:
        """Return a column as text.

        Raises
        ------
        InputError
            There is no such column; the sentence names the nearest.
        """
        if name not in self.columns:
            near = difflib.get_close_matches(name, self.columns, n=1)
            raise InputError(
                f"there is no column {name} among {', '.join(list(self.columns)[:30])}",
                where=str(self.file),
                way_out=f"did you mean {near[0]}" if near else "name the columns of your file",
            )
        return self.columns[name]

    def place(self, row: int, column: str) -> str:
        """Return what a cell is called in an error; rows are counted from 0 here and from 1 there."""
        return f"{self.file}, row {row + 1}, column {column}"

    def numbers(self, name: str) -> FloatColumn:
        """Return a column as numbers, NaN where a cell is empty.

        Raises
        ------
        InputError
            A cell that is no number, nan and inf included.
        """
        found = np.empty(self.n_rows)
        for row, cell in enumerate(self.text(name)):
            if cell and not _NUMBER.fullmatch(cell):
                raise InputError(
                    f"{cell!r} is no number",
                    where=self.place(row, name),
                    way_out="write a number, or leave the cell empty if there is none",
                )
            found[row] = float(cell) if cell else math.nan
        return found

    def flags(self, name: str) -> BoolColumn:
        """Return a column as truth values; an empty cell is false.

        Raises
        ------
        InputError
            A cell that is neither.
        """
        found = np.zeros(self.n_rows, dtype=np.bool_)
        for row, cell in enumerate(self.text(name)):
            word = cell.lower()
            if word not in _TRUE + _FALSE:
                raise InputError(
                    f"{cell!r} is neither true nor false", where=self.place(row, name), way_out="write 1 or 0"
                )
            found[row] = word in _TRUE
        return found

    def labels(self, names: Iterable[str]) -> list[str]:
        """Return one label a row, several columns joined by a slash.

        Raises
        ------
        InputError
            No such column, or an empty cell.
        """
        columns = {name: self.text(name) for name in names}
        for name, cells in columns.items():
            if "" in cells:
                raise InputError("the label is empty", where=self.place(cells.index(""), name), way_out="fill it")
        return ["/".join(cells) for cells in zip(*columns.values(), strict=True)]


def read_csv(path: str | Path) -> CsvTable:
    """Read a CSV file with a header (RFC 4180), gzipped if its name ends with .gz.

    Raises
    ------
    InputError
        No such file, an archive cut short, no UTF-8, no header, a column twice, no row, a row whose cells do not fit
        the header, a quote that is never closed; something else than a file, more characters than are taken.
    """
    file = Path(path)
    if file.exists() and not file.is_file():
        raise InputError(
            "it cannot be read as CSV (it is no plain file)", where=str(path), way_out="name the file itself"
        )
    opener = gzip.open if file.suffix.lower() == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8-sig", newline="") as lines:
            text = lines.read(_MAX_CHARS + 1)
        if len(text) > _MAX_CHARS:
            raise InputError(
                f"it has more than {_MAX_CHARS:,} characters",
                where=str(path),
                way_out="keep the columns and the rows that are needed",
            )
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except FileNotFoundError as error:
        raise InputError("there is no such file", where=str(path), way_out="check the path") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            "the compressed file is cut short or damaged", where=str(path), way_out="fetch the file again"
        ) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"it cannot be read as CSV ({error})", where=str(path), way_out="fetch or export the file again"
        ) from error
    # A row that lost only part of its last cell still has all of its cells.
    is_open = not text.endswith(("\n", "\r"))
    return _checked(file, rows, ("the last line has no end: the file may be cut short",) if is_open else ())


def _checked(file: Path, rows: list[list[str]], notes: tuple[str, ...]) -> CsvTable:
    if len(rows) < 2:
        raise InputError("the file holds no row of data", where=str(file), way_out="give a header and rows")
    header = [name.strip() for name in rows[0]]
    if len(set(header)) != len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise InputError(f"the header names {twice!r} twice", where=str(file), way_out="rename one of the columns")
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(header):
            raise InputError(
                f"the row has {len(row)} cells and the header {len(header)}",
                where=f"{file}, row {number}",
                way_out="fetch the file again if it is cut short, or repair the row",
            )
    cells = zip(*rows[1:], strict=True)
    return CsvTable(
        file=file,
        columns={name: [cell.strip() for cell in column] for name, column in zip(header, cells, strict=True)},
        n_rows=len(rows) - 1,
        notes=notes,
    )
