"""Shape, finite, increasing: checked once, at the edge.

Each check returns its input as a read-only array of the stated type, or raises `InputError` naming the first
offending position and value. Nothing below the edge checks again.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode.errors import InputError

__all__ = [
    "BoolColumn",
    "FloatColumn",
    "IntColumn",
    "float_column",
    "increasing",
    "int_column",
    "one_of",
    "read_only",
    "same_length",
]

FloatColumn = NDArray[np.float64]
IntColumn = NDArray[np.int64]
IndexColumn = NDArray[np.int32]
BoolColumn = NDArray[np.bool_]
_Scalar = TypeVar("_Scalar", bound=np.generic)


def read_only(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Return a view of the array that cannot be written through."""
    view = array.view()
    view.flags.writeable = False
    return view


_MOST_INT = np.iinfo(np.int64).max
_TOO_LARGE = "which no 64 bits hold"


def _refuse_first(
    bad: BoolColumn, values: NDArray[np.generic], *, name: str, why: str, where: str, way_out: str
) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(f"{name} is {values[row]} in row {row + 1}, {why}", where=where, way_out=way_out)


def float_column(
    values: ArrayLike,
    *,
    name: str,
    where: str = "",
    least: float | None = None,
    missing_allowed: bool = False,
) -> FloatColumn:
    """Check a 1-D column of real numbers.

    Parameters
    ----------
    values
        Shape (n,). Copied.
    name
        What the column is called in the error.
    where
        File or source, for the error.
    least
        Smallest allowed value, inclusive.
    missing_allowed
        Whether NaN stands for a missing number. Infinity is never allowed.

    Raises
    ------
    InputError
        Wrong shape, not numbers, NaN where none may be, infinite, or below `least`.
    """
    try:
        column = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{name} holds something that is not a number ({error})", where=where, way_out="give numbers only"
        ) from error
    if column.ndim != 1:
        raise InputError(f"{name} has shape {column.shape}", where=where, way_out="give one number a row")
    missing = np.isnan(column)
    if not missing_allowed:
        _refuse_first(
            missing, column, name=name, why="which is not a number", where=where, way_out="fill it or drop the row"
        )
    _refuse_first(
        np.isinf(column), column, name=name, why="which is not finite", where=where, way_out="fill it or drop the row"
    )
    if least is not None:
        _refuse_first(
            column < least,
            column,
            name=name,
            why=f"which is below {least:g}",
            where=where,
            way_out="correct it, or leave it empty if it is unknown" if missing_allowed else "correct it",
        )
    return read_only(column)


def int_column(values: ArrayLike, *, name: str, where: str = "", least: int | None = None) -> IntColumn:
    """Check a 1-D column of whole numbers; floats are accepted when they are whole.

    Raises
    ------
    InputError
        Wrong shape, not whole, NaN, below `least`, or beyond 64 bits.
    """
    array = np.asarray(values)
    if array.dtype.kind in "iu":
        if array.ndim != 1:
            raise InputError(f"{name} has shape {array.shape}", where=where, way_out="give one number a row")
        _refuse_first(array > _MOST_INT, array, name=name, why=_TOO_LARGE, where=where, way_out="correct it")
        column = array.astype(np.int64)
    else:
        real = float_column(array, name=name, where=where)
        _refuse_first(
            real != np.floor(real),
            real,
            name=name,
            why="which is not whole",
            where=where,
            way_out="give whole numbers",
        )
        too_large = (real >= 2.0**63) | (real < -(2.0**63))
        _refuse_first(too_large, real, name=name, why=_TOO_LARGE, where=where, way_out="correct it")
        column = real.astype(np.int64)
    if least is not None:
        _refuse_first(
            column < least, column, name=name, why=f"which is below {least}", where=where, way_out="correct it"
        )
    return read_only(column)


def same_length(columns: dict[str, NDArray[np.generic]], *, where: str = "") -> int:
    """Return the common length of the columns.

    Raises
    ------
    InputError
        Two columns differ in length; the sentence names both.
    """
    first_name, first = next(iter(columns.items()))
    for name, column in columns.items():
        if len(column) != len(first):
            raise InputError(
                f"{name} has {len(column)} rows and {first_name} has {len(first)}",
                where=where,
                way_out="give every column the same rows",
            )
    return len(first)


def increasing(values: Sequence[float], *, name: str, where: str = "") -> None:
    """Refuse values that do not strictly increase.

    Raises
    ------
    InputError
        Naming the first pair that is out of order or equal.

    Examples
    --------
    >>> increasing([0.33, 0.66], name="request_edges")
    >>> increasing([0.66, 0.33], name="request_edges")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: request_edges has 0.66 before 0.33; write the edges in strictly increasing order.
    """
    for left, right in itertools.pairwise(values):
        if not left < right:
            what = f"{name} has {left:g} twice" if left == right else f"{name} has {left:g} before {right:g}"
            raise InputError(what, where=where, way_out="write the edges in strictly increasing order")


def one_of(value: str, allowed: Sequence[str], *, name: str, where: str = "") -> str:
    """Return the value if it is one of the allowed words, else refuse and list them.

    Examples
    --------
    >>> one_of("fastest", ["price", "throughput"], name="ranking")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: ranking is 'fastest'; use one of price, throughput.
    """
    if value not in allowed:
        raise InputError(f"{name} is {value!r}", where=where, way_out=f"use one of {', '.join(allowed)}")
    return value
