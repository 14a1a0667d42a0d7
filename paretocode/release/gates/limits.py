"""Is the number within the limit? At most, at least, and what is said of a number that is not there."""

from __future__ import annotations

from paretocode.release.gates.numbers_read import Reading
from paretocode.release.gates.report import GateResult, GateState

__all__ = ["amount", "at_least", "at_most", "by_word", "missing"]


def at_most(name: str, unit: str, limit: float, reading: Reading, *, on: str) -> GateResult:
    """Return a gate that passes where the bad end, or the estimate, is no more than the limit.

    Examples
    --------
    >>> reading = Reading(value=-0.02, interval=(-0.05, 0.01))
    >>> at_most("cost.most_change", "relative", 0.0, reading, on="interval").state.name
    'FAILED'
    >>> at_most("cost.most_change", "relative", 0.0, reading, on="estimate").sentence
    'The estimate is -2 %, and at most 0 % is allowed (interval -5 % to +1 %).'
    """
    if reading.why_missing or reading.value is None:
        return missing(name, unit, limit, reading)
    judged = reading.value if on == "estimate" or reading.interval is None else reading.interval[1]
    if judged is None:
        why = "nothing bounds its interval above: too few sessions speak for it"
        return missing(name, unit, limit, Reading(value=reading.value, interval=reading.interval, why_missing=why))
    return _judged(name, unit, limit, reading, judged, is_kept=judged <= limit, on=on)


def at_least(name: str, unit: str, limit: float, reading: Reading) -> GateResult:
    """Return a gate that passes where the number is no less than the limit."""
    if reading.why_missing or reading.value is None:
        return missing(name, unit, limit, reading)
    kept = reading.value >= limit
    return _judged(name, unit, limit, reading, reading.value, is_kept=kept, on="estimate", word="demanded")


def by_word(name: str, limit: str, value: str | None, said: str, *, is_kept: bool | None = None) -> GateResult:
    """Return a gate that is judged by a word."""
    if value is None:
        return missing(name, "word", limit, Reading(why_missing=said))
    kept = value == limit if is_kept is None else is_kept
    state = GateState.PASSED if kept else GateState.FAILED
    return GateResult(
        name=name,
        unit="word",
        limit=limit,
        value=value,
        interval=None,
        judged=value,
        state=state,
        sentence=f"{said[:1].upper()}{said[1:]}.",
    )


def missing(name: str, unit: str, limit: float | str, reading: Reading) -> GateResult:
    """Return a gate that fails for want of a number."""
    return GateResult(
        name=name,
        unit=unit,
        limit=limit,
        value=reading.value,
        interval=reading.interval,
        judged=None,
        state=GateState.FAILED,
        sentence=f"Not known: {reading.why_missing}.",
    )


def _judged(
    name: str,
    unit: str,
    limit: float,
    reading: Reading,
    judged: float,
    *,
    is_kept: bool,
    on: str,
    word: str = "allowed",
) -> GateResult:
    ends = "" if reading.interval is None else f"{_end(reading.interval[0], unit)} to {_end(reading.interval[1], unit)}"
    allowed = f"at {'least' if word == 'demanded' else 'most'} {amount(limit, unit)} is {word}"
    if on == "interval" and reading.interval is not None:
        estimate = _end(reading.value, unit)
        said = f"The upper end is {amount(judged, unit)}, and {allowed} (estimate {estimate}, interval {ends})"
    elif ends:
        said = f"The estimate is {amount(judged, unit)}, and {allowed} (interval {ends})"
    else:
        said = f"It is {amount(judged, unit)}, and {allowed}"
    return GateResult(
        name=name,
        unit=unit,
        limit=limit,
        value=reading.value,
        interval=reading.interval,
        judged=judged,
        state=GateState.PASSED if is_kept else GateState.FAILED,
        sentence=f"{said}.{reading.note}",
    )


def amount(value: float, unit: str) -> str:
    """Return a number in people's units; signed where it is a change.

    Examples
    --------
    >>> amount(0.0123, "relative"), amount(0.0004, "share"), amount(0.0004, "share change"), amount(12.5, "USD")
    ('+1.23 %', '0.04 %', '+0.04 pp', '12.5 USD')
    """
    plus = "+" if value != 0 and (unit == "relative" or unit.endswith("change")) else ""
    kind = unit.removesuffix(" change")
    if kind in {"relative", "share"}:
        return f"{100 * value:{plus}.4g} {'pp' if unit == 'share change' else '%'}"
    if kind == "count":
        return f"{value:,.0f}"
    suffix = {"USD": " USD", "s": " s", "axis": " of the 0..1 axis"}[kind]
    return f"{value:{plus}.4g}{suffix}"


def _end(value: float | None, unit: str) -> str:
    return "not bounded" if value is None else amount(value, unit)
