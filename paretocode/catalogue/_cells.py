"""What may stand in a cell of the plain table, and what is refused? One function per kind of value.

A cell comes as text (CSV) or as a typed value (TOML, Parquet). `None` and the empty text are a missing value; every
function names file, row and column in its refusal.
"""

from __future__ import annotations

import datetime
import difflib
import math
import re
from collections.abc import Iterable
from decimal import Decimal

import numpy as np

from paretocode.errors import InputError

__all__ = ["date_cell", "flag_cell", "is_missing", "nearest", "number_cell", "text_cell"]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Return a way out that names the allowed word most like this one, or where to find all of them.

    Examples
    --------
    >>> nearest("coding_scor", ["coding_score", "name"]), nearest("prompt", ["name", "prompt_usd_per_mtok"])
    ('did you mean coding_score', 'did you mean prompt_usd_per_mtok')
    >>> nearest("latency", ["name", "effort"])
    'use one of name, effort'
    """
    words = list(allowed)
    close = difflib.get_close_matches(name, words, n=1) or [word for word in words if word.startswith(name)]
    if close:
        return f"did you mean {close[0]}"
    return f"use one of {', '.join(words)}" if len(words) <= 8 else "docs/catalogue_table.md lists what there is"


def is_missing(value: object) -> bool:
    """Whether the cell is empty."""
    return value is None or (isinstance(value, str) and not value.strip())


def number_cell(value: object, *, column: str, where: str, least: float | None, whole: bool = False) -> float:
    """Return the number in a cell, NaN where the cell is empty.

    Parameters
    ----------
    least
        Smallest allowed number; None for any.
    whole
        Whether only whole numbers are allowed.

    Raises
    ------
    InputError
        Text that is no number (``NaN`` and ``inf`` among it), a number that is too small or not whole.

    Examples
    --------
    >>> number_cell("0.435", column="prompt_usd_per_mtok", where="m.csv, row 1", least=0.0)
    0.435
    >>> number_cell("-1", column="prompt_usd_per_mtok", where="m.csv, row 1", least=0.0)
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: m.csv, row 1, column prompt_usd_per_mtok: -1 is below 0; correct it, or leave it
    empty if it is unknown.
    """
    if is_missing(value):
        return math.nan
    place = f"{where}, column {column}"
    number = _number(value)
    if number is None or not math.isfinite(number):
        raise InputError(f"{value!r} is not a number", where=place, way_out="leave it empty if it is unknown")
    way_out = "correct it, or leave it empty if it is unknown"
    if least is not None and number < least:
        raise InputError(f"{number:g} is below {least:g}", where=place, way_out=way_out)
    if whole and number != math.floor(number):
        raise InputError(f"{number:g} is not a whole number", where=place, way_out=way_out)
    return number


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value.strip()) else None
    if isinstance(value, int | float | Decimal):
        try:
            return float(value)
        except OverflowError:
            return None
    return None


def text_cell(value: object, *, column: str, where: str) -> str:
    """Return the text in a cell, "" where it is empty.

    Raises
    ------
    InputError
        When the cell holds something other than text.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f"{value!r} is not text", where=f"{where}, column {column}", way_out="write it in quotes")
    return value


def flag_cell(value: object, *, column: str, where: str) -> bool:
    """Return the truth in a cell, False where it is empty.

    Raises
    ------
    InputError
        Anything but true, false, yes, no, 1 and 0.
    """
    if is_missing(value):
        return False
    word = str(value).strip().lower()
    if word not in _TRUE + _FALSE:
        raise InputError(f"{value!r} is neither true nor false", where=f"{where}, column {column}", way_out="use true")
    return word in _TRUE


def date_cell(value: object, *, column: str, where: str) -> np.datetime64:
    """Return the day in a cell, NaT where it is empty.

    Raises
    ------
    InputError
        Text that is no ISO date (``2026-04-23``).
    """
    if is_missing(value):
        return np.datetime64("NaT", "D")
    if isinstance(value, datetime.datetime):
        value = value.date()
    if not isinstance(value, datetime.date):
        try:
            value = datetime.date.fromisoformat(str(value).strip())
        except ValueError as error:
            raise InputError(
                f"{value!r} is not a date", where=f"{where}, column {column}", way_out="write it as 2026-04-23"
            ) from error
    return np.datetime64(value, "D")
