"""Is it peak time? Windows of the UTC day that may wrap past midnight, and the days of dated prices."""

from __future__ import annotations

import datetime
import re

from paretocode.errors import InputError

__all__ = ["clock_minute", "in_window", "iso_date", "utc_time"]

_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?Z?")


def clock_minute(text: object) -> float | None:
    """Return the minute of the day of a clock text (``HH:MM``, ``HH:MM:SS``, with or without Z), None where it is none.

    Examples
    --------
    >>> clock_minute("16:30"), clock_minute("00:30:00Z"), clock_minute("24:00"), clock_minute("25:00"), clock_minute(7)
    (990.0, 30.0, 1440.0, None, None)
    """
    found = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    minute = hours * 60 + minutes + seconds / 60
    return minute if minute <= 1440 else None


def in_window(minute: float, start: float, end: float) -> bool:
    """Whether a minute of the day lies in start..end, half-open; a window whose end is not after its start wraps.

    Equal start and end is the whole day.

    Examples
    --------
    >>> [in_window(minute, 990, 30) for minute in (989, 990, 1439, 0, 29, 30)]
    [False, True, True, True, True, False]
    >>> in_window(100, 60, 60)
    True
    """
    if start < end:
        return start <= minute < end
    return minute >= start or minute < end


def utc_time(text: str | datetime.time | None, *, name: str) -> float | None:
    """Return the minute of the day that a setting names; None for None.

    Raises
    ------
    InputError
        A text that is no time of day.
    """
    if text is None:
        return None
    if isinstance(text, datetime.time):
        return text.hour * 60 + text.minute + text.second / 60
    minute = clock_minute(text)
    if minute is None or minute == 1440:
        raise InputError(f"{name} is {text!r}, which is no time of day", way_out="give it in UTC, as in 16:30")
    return minute


def iso_date(text: str | None, *, name: str) -> str:
    """Return an ISO date setting as it is; "" for None or "".

    Raises
    ------
    InputError
        A text that is no ISO date.
    """
    if not text:
        return ""
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise InputError(f"{name} is {text!r}, which is no date", way_out="give it as in 2026-05-29") from error
