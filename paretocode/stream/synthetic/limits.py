"""Which parameters are impossible? Refusals shared by all laws and presets, each one sentence."""

from __future__ import annotations

import math
from types import UnionType
from typing import get_args

from paretocode.errors import InputError

__all__ = ["at_least", "in_unit_interval", "kind", "not_negative", "number", "positive", "summing_to_one", "whole"]

SUM_TOLERANCE = 1e-6


def number(name: str, value: object, *, where: str) -> float:
    """Return the value if it is a finite number, else refuse it.

    Examples
    --------
    >>> number("window", "big", where="chat")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: chat: window is 'big', which is no finite number; correct it.
    """
    if isinstance(value, bool) or not hasattr(value, "__float__") or not math.isfinite(float(value)):
        raise InputError(f"{name} is {value!r}, which is no finite number", where=where, way_out="correct it")
    return float(value)


def at_least(least: float, *, where: str, **values: object) -> None:
    """Refuse the first value below `least`."""
    for name, value in values.items():
        if number(name, value, where=where) < least:
            raise InputError(f"{name} is {value:g}, which is below {least:g}", where=where, way_out="correct it")


def kind(wanted: type | UnionType, *, where: str, **values: object) -> None:
    """Refuse the first value that is not of the wanted type.

    Examples
    --------
    >>> kind(bool, where="chat", closed_loop="no")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: chat: closed_loop is 'no'; give a bool.
    """
    for name, value in values.items():
        if not isinstance(value, wanted):
            names = " or ".join(part.__name__ for part in get_args(wanted) or (wanted,))
            raise InputError(f"{name} is {value!r}", where=where, way_out=f"give a {names}")


def not_negative(*, where: str, **values: object) -> None:
    """Refuse the first value below 0."""
    at_least(0, where=where, **values)


def positive(*, where: str, **values: object) -> None:
    """Refuse the first value that is not above 0."""
    for name, value in values.items():
        if number(name, value, where=where) <= 0:
            raise InputError(f"{name} is {value:g}, which is not positive", where=where, way_out="correct it")


def in_unit_interval(*, where: str, **values: object) -> None:
    """Refuse the first value outside 0..1."""
    for name, value in values.items():
        if not 0 <= number(name, value, where=where) <= 1:
            raise InputError(f"{name} is {value:g}, which is outside 0..1", where=where, way_out="correct it")


def whole(least: int, *, where: str, **values: object) -> None:
    """Refuse the first value that is not a whole number of at least `least`."""
    for name, value in values.items():
        if number(name, value, where=where) != math.floor(float(value)):  # type: ignore[arg-type]
            raise InputError(f"{name} is {value:g}, which is not whole", where=where, way_out="give a whole number")
    at_least(least, where=where, **values)


def summing_to_one(name: str, values: tuple[float, ...], *, where: str) -> None:
    """Refuse shares outside 0..1 and shares that do not sum to 1.

    Examples
    --------
    >>> summing_to_one("weights", (0.5, 0.4), where="mixture")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: mixture: weights sum to 0.9; make them sum to 1.
    """
    for value in values:
        in_unit_interval(where=where, **{name: value})
    total = math.fsum(values)
    if abs(total - 1) > SUM_TOLERANCE:
        raise InputError(f"{name} sum to {total:g}", where=where, way_out="make them sum to 1")
