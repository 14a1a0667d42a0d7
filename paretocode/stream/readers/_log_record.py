"""What does one record of a log say? Its values by name, checked, and refused with file, line and value."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from paretocode.errors import InputError

EARLIEST_S, LATEST_S = 1_420_070_400, 4_102_444_800
"""2015 and 2100: a time outside is in another unit, or no time."""

MAX_TOKENS = 2**40
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
UNIT_NAMES = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
_MICROSECONDS = 10**6


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One JSON object of a log; a name may be a path of keys with dots between, and null or "" is a missing value.

    Parameters
    ----------
    fields
        The object.
    where
        File and line.

    Raises
    ------
    InputError
        When it is no object.

    Examples
    --------
    >>> record = LogRecord({"usage": {"prompt_tokens": "12"}, "cost": None}, "log.ndjson, line 1")
    >>> record.tokens("prompt_tokens", "usage.prompt_tokens"), record.number("cost")
    (12, nan)
    """

    fields: dict[str, Any]
    where: str

    def __post_init__(self) -> None:
        if not isinstance(self.fields, dict):
            raise self.refusal("the row is no JSON object", "repair the row")

    def refusal(self, what: str, way_out: str) -> InputError:
        """Return the error for this record."""
        return InputError(what, where=self.where, way_out=way_out)

    def find(self, *names: str) -> tuple[str, Any]:
        """Return the first of the names that has a value, and the value; ("", None) where none has."""
        for name in names:
            try:
                value = _dig(self.fields, name)
            except ValueError as error:
                raise self.refusal(f"{name.split('.')[0]} holds a text that is no JSON", "export it whole") from error
            if value is not None and value != "":
                return name, value
        return "", None

    def items(self, *names: str) -> list[Any]:
        """Return the first value there is as a list, also from JSON in a text; empty where there is none."""
        value = self.find(*names)[1]
        try:
            found = _opened(value)
        except ValueError as error:
            raise self.refusal(f"{names[0]} holds a text that is no JSON", "export it whole") from error
        return found if isinstance(found, list) else []

    def text(self, *names: str) -> str:
        """Return the first value there is as text, "" where there is none."""
        value = self.find(*names)[1]
        return "" if value is None else str(value)

    def is_true(self, *names: str) -> bool:
        """Return whether the first value there is says yes, as a JSON true or as text."""
        return self.text(*names).lower() == "true"

    def number(self, *names: str) -> float:
        """Return the first value there is as a number >= 0, NaN where there is none."""
        name, value = self.find(*names)
        if not name:
            return math.nan
        number = _as_number(value)
        if number is None:
            raise self.refusal(f"{name} is {_short(value)}, which is no number", "write it as a plain number")
        if number < 0:
            raise self.refusal(f"{name} is {_short(value)}, which is below 0", "correct it, or leave it empty")
        return number

    def tokens(self, *names: str) -> int | None:
        """Return the first value there is as a whole number of tokens, None where there is none."""
        number = self.number(*names)
        if math.isnan(number):
            return None
        if number != math.floor(number) or number > MAX_TOKENS:
            name, value = self.find(*names)
            raise self.refusal(f"{name} is {_short(value)}, which is no number of tokens", "correct it")
        return int(number)

    def share(self, *names: str) -> float:
        """Return the first value there is as a number in 0..1, NaN where there is none."""
        number = self.number(*names)
        if number > 1:
            name, value = self.find(*names)
            raise self.refusal(f"{name} is {_short(value)}, which is above 1", "give it on the 0..1 axis")
        return number

    def moment_us(self, *names: str, unit: str) -> int | None:
        """Return the first value there is as microseconds since 1970, None where there is none.

        ISO 8601 text is taken for any unit (without an offset it is UTC); a number must be plausible in `unit`, one of
        ``s``, ``ms``, ``us``, ``ns``.
        """
        name, value = self.find(*names)
        if not name:
            return None
        number = _as_number(value)
        if number is None:
            return self._iso_us(name, value)
        in_range = [u for u, per_s in UNITS.items() if EARLIEST_S <= number / per_s < LATEST_S]
        if unit not in in_range:
            guess = f", but could be {UNIT_NAMES[in_range[0]]}" if in_range else ""
            what = f"{name} is {_short(value)}, which is no time in {UNIT_NAMES[unit]}{guess}"
            raise self.refusal(what, f"write it in {UNIT_NAMES[unit]} since 1970")
        whole = int(value) if isinstance(value, (int, str)) and str(value).isdigit() else None
        # Nanoseconds do not fit a float: whole numbers stay whole.
        return round(number / UNITS[unit] * _MICROSECONDS) if whole is None else whole * _MICROSECONDS // UNITS[unit]

    def _iso_us(self, name: str, value: Any) -> int:
        way_out = "write it like 2026-01-31T12:00:00.5Z"
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError as error:
            raise self.refusal(f"{name} is {_short(value)}, which is no timestamp", way_out) from error
        if len(str(value)) <= len("2026-01-31"):
            raise self.refusal(f"{name} is {_short(value)}, which is a day and no moment", way_out)
        since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
        microseconds = (since.days * 86_400 + since.seconds) * _MICROSECONDS + since.microseconds
        if not EARLIEST_S <= microseconds / _MICROSECONDS < LATEST_S:
            raise self.refusal(f"{name} is {_short(value)}, which is before 2015 or after 2099", "correct it")
        return microseconds


def _dig(fields: dict[str, Any], name: str) -> Any:
    """Return the value under a key, or under a path of keys; JSON in a text on the way is opened."""
    if name in fields or "." not in name:
        return fields.get(name)
    value: Any = fields
    for key in name.split("."):
        value = _opened(value)
        if isinstance(value, list):
            value = next((item for item in value if isinstance(item, dict) and key in item), None)
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def min_score_names(key: str, *holders: str) -> tuple[str, ...]:
    """Return where to look for the min score: in the record itself, then in each of the holders."""
    return (key, *(f"{holder}.{key}" for holder in holders))


def _opened(value: Any) -> Any:
    """Return the list or object that a text holds as JSON, anything else as it is: data bases export it so.

    Raises
    ------
    ValueError
        The text begins as JSON and is none: a min score or a count in it would be lost without a word.
    """
    if not (isinstance(value, str) and value[:1] in ("{", "[")):
        return value
    try:
        return json.loads(value)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _as_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _short(value: Any) -> str:
    return repr(value)[:60]
