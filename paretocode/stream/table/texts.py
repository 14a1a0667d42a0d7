"""How do millions of texts become whole numbers without a Python object each? By the engine's 64-bit hash of each.

The engine lists the distinct texts of all files once, sorted, each with its hash; rows then travel as hashes and are
looked up. That two texts share a hash is checked for, not hoped against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.stream._cells import INTEGER_TYPES
from paretocode.stream._reading import Table, ask
from paretocode.stream.table._codes import CodeTable


@dataclass(frozen=True, slots=True, kw_only=True)
class TextColumn:
    """A column of texts in all files. Make one with `text_column`.

    Parameters
    ----------
    theirs
        Its name in the files.
    names
        The distinct texts, sorted by code point, without "".
    type_
        What cells are hashed as.
    salt
        What makes the hashes differ from each other.
    table
        Finds the position of a hash in `names`, -1 for an empty cell.
    """

    theirs: str
    names: tuple[str, ...]
    type_: str
    salt: int
    table: CodeTable

    def key_sql(self, table: Table) -> str:
        """Return the expression for a row's hash."""
        return _key_sql(f"{table.columns[self.theirs]}::{self.type_}", self.salt)

    def codes(self, keys: NDArray[np.uint64], table: Table) -> IntColumn:
        """Return positions in `names`, -1 where the cell is empty.

        Raises
        ------
        InputError
            A text that was not there a moment ago.
        """
        try:
            return self.table.codes(keys)
        except LookupError as error:
            raise InputError(
                "the file changed while it was read", where=str(table.file), way_out="read it again"
            ) from error


def text_column(engine: Any, tables: Sequence[Table], theirs: str, *, is_trimmed: bool) -> TextColumn:
    """Return the distinct texts of a column over all files; whole numbers count as their decimal text.

    Parameters
    ----------
    engine
        Where to ask.
    tables
        The files.
    theirs
        The column's name in them.
    is_trimmed
        Whether blanks around a text count for nothing.

    Raises
    ------
    InputError
        A file that is damaged.
    """
    # Whole numbers are hashed as they are, which is faster; in all files or in none, lest one id become two.
    type_ = "BIGINT" if all(table.type_of(theirs) in INTEGER_TYPES for table in tables) else "VARCHAR"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE texts (x {type_})")
    for table in tables:
        cells = f"SELECT DISTINCT {table.columns[theirs]}::{type_} FROM {table.sql}"
        ask(table.file, f"INSERT INTO texts {cells}", "fetchall", engine)
    salt = 0
    while (named := _named_keys(engine, salt, is_trimmed=is_trimmed)) is None:
        salt += 1
    names, keys, codes = named
    return TextColumn(theirs=theirs, names=names, type_=type_, salt=salt, table=CodeTable(keys, codes))


def _named_keys(
    engine: Any, salt: int, *, is_trimmed: bool
) -> tuple[tuple[str, ...], NDArray[np.uint64], IntColumn] | None:
    """Return the sorted names, the hashes and for each hash the position of its name; None where two hashes are one.

    Texts are hashed as they stand in the file, so several may have one name: "a" and " a", an empty cell and a blank.
    """
    text = "trim(x::VARCHAR)" if is_trimmed else "x::VARCHAR"
    found = engine.execute(
        f"SELECT coalesce({text}, '') AS name, {_key_sql('x', salt)} AS key FROM (SELECT DISTINCT x FROM texts) "
        "ORDER BY name"
    ).fetchnumpy()
    keys = np.asarray(found["key"], dtype=np.uint64)
    in_order = np.sort(keys)
    if (in_order[1:] == in_order[:-1]).any():
        return None
    texts = found["name"].tolist()
    is_new = np.array([text != before for text, before in zip(texts, [None, *texts], strict=False)], dtype=np.bool_)
    names = tuple(compress(texts, is_new))
    codes = np.cumsum(is_new) - 1
    return (names[1:], keys, codes - 1) if names[:1] == ("",) else (names, keys, codes)


def _key_sql(text: str, salt: int) -> str:
    return f"hash({text})" if salt == 0 else f"hash({text}, {salt})"
