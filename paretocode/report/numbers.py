"""How is a number written for people? One function per kind of number; a missing one is never a zero.

Values carry three or four digits that matter, changes two. A change that is exactly nothing reads ``0``; one too small
for its decimals keeps its sign and says ``<``.
"""

from __future__ import annotations

from decimal import Decimal

__all__ = [
    "UNKNOWN",
    "absolute_change",
    "axis_score",
    "count",
    "count_change",
    "percent",
    "points_change",
    "relative_change",
    "seconds",
    "usd",
    "usd_change",
]

UNKNOWN = "\N{EN DASH}"
"""What stands for a number that nobody measured; a footnote says so wherever it appears."""

_LEAST_DECIMALS, _MOST_DECIMALS = 1, 4


def usd(value: float | None) -> str:
    """Return US dollars without the sign: cents above one dollar, three digits below.

    Examples
    --------
    >>> usd(12345.678), usd(12.3), usd(0.01234), usd(0), usd(None)
    ('12,346', '12.30', '0.0123', '0', '–')
    """
    if value is None:
        return UNKNOWN
    if value == 0:
        return "0"
    if abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"


def seconds(value: float | None) -> str:
    """Return seconds with three digits that matter.

    Examples
    --------
    >>> seconds(1.784), seconds(21.62), seconds(1234.5), seconds(None)
    ('1.78', '21.6', '1,234', '–')
    """
    if value is None:
        return UNKNOWN
    return f"{value:,.{2 if abs(value) < 10 else 1 if abs(value) < 100 else 0}f}"


def percent(share: float | None) -> str:
    """Return a share as a percentage: one decimal, two below 1 %, more below 0.1 %.

    Examples
    --------
    >>> percent(0.3549), percent(0.0091), percent(0.00004), percent(0.0), percent(1.0), percent(None)
    ('35.5 %', '0.91 %', '0.004 %', '0 %', '100 %', '–')
    """
    if share is None:
        return UNKNOWN
    if share in {0, 1}:
        return f"{share * 100:.0f} %"
    return _fixed(share * 100) + " %"


def axis_score(value: float | None) -> str:
    """Return a distance on the 0..1 axis of min scores.

    Examples
    --------
    >>> axis_score(0.0123), axis_score(0.00004), axis_score(0.0), axis_score(None)
    ('0.0123', '0.00004', '0', '–')
    """
    if value is None:
        return UNKNOWN
    if 0 < abs(value) < 0.00005:  # four decimals would show a zero that it is not
        return format(Decimal(f"{value:.1g}"), "f")
    return "0" if value == 0 else f"{value:.4f}"


def count(value: float | None) -> str:
    """Return a count with thousands separated.

    Examples
    --------
    >>> count(1234567), count(None)
    ('1,234,567', '–')
    """
    return UNKNOWN if value is None else f"{value:,.0f}"


def count_change(new: float | None, old: float | None) -> str:
    """Return new - old of two counts.

    Examples
    --------
    >>> count_change(1500, 400), count_change(3, 3), count_change(None, 3)
    ('+1,100', '0', '–')
    """
    if new is None or old is None:
        return UNKNOWN
    return "0" if new == old else f"{new - old:+,.0f}"


def usd_change(new: float | None, old: float | None) -> str:
    """Return new - old of two amounts in US dollars, written as `usd` does.

    Examples
    --------
    >>> usd_change(12.5, 10.0), usd_change(-78.5, -45.9), usd_change(1.0, 1.0)
    ('+2.50', '-32.60', '0')
    """
    if new is None or old is None:
        return UNKNOWN
    return "0" if new == old else "+-"[new < old] + usd(abs(new - old))


def relative_change(new: float | None, old: float | None) -> str:
    """Return (new - old) / old as a signed percentage; unknown where a part is, or where `old` is 0 and `new` is not.

    Examples
    --------
    >>> relative_change(88, 100), relative_change(100.004, 100), relative_change(1, 1), relative_change(1, None)
    ('-12.0 %', '+0.004 %', '0 %', '–')
    """
    if new is None or old is None or (old == 0 and new != 0):
        return UNKNOWN
    return "0 %" if new == old else _signed((new - old) / abs(old) * 100) + " %"


def points_change(new: float | None, old: float | None) -> str:
    """Return new - old of two shares in percentage points.

    Examples
    --------
    >>> points_change(0.12, 0.10), points_change(0.1, 0.1), points_change(None, 0.1)
    ('+2.0 pp', '0 pp', '–')
    """
    if new is None or old is None:
        return UNKNOWN
    return "0 pp" if new == old else _signed((new - old) * 100) + " pp"


def absolute_change(new: float | None, old: float | None) -> str:
    """Return new - old in the number's own unit, four decimals.

    Examples
    --------
    >>> absolute_change(0.0123, 0.01), absolute_change(0.5, 0.5), absolute_change(0.00001, 0.0)
    ('+0.0023', '0', '+<0.0001')
    """
    if new is None or old is None:
        return UNKNOWN
    if new == old:
        return "0"
    sign, size = "+-"[new < old], abs(new - old)
    return f"{sign}<0.0001" if size < 0.00005 else f"{sign}{size:.4f}"


def _signed(value: float) -> str:
    return "+-"[value < 0] + _fixed(abs(value))


def _fixed(value: float) -> str:
    """Return a positive number with one decimal, or as many more as show a first digit."""
    decimals = _LEAST_DECIMALS if value >= 1 else 2 if value >= 0.1 else 3 if value >= 0.001 else _MOST_DECIMALS
    text = f"{value:,.{decimals}f}"
    return text if float(text.replace(",", "")) else f"<{10**-decimals:.{decimals}f}"
