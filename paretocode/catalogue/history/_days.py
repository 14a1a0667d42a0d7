"""Which day does a text name? ISO dates and nothing else: no word and no bare year passes for a day."""

from __future__ import annotations

import re

import numpy as np

from paretocode.errors import InputError

__all__ = ["day_of"]

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def day_of(value: object, *, where: str = "") -> np.datetime64:
    """Return an ISO date as a day.

    Raises
    ------
    InputError
        Anything that is no date.

    Examples
    --------
    >>> print(day_of("2026-06-18"))
    2026-06-18
    """
    text = str(value)
    try:
        # numpy alone would read "today" and "2026" as days.
        day = np.datetime64(text, "D") if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise InputError(f"{text!r} is not a date", where=where, way_out="write it as 2026-06-18")
    return day
