"""How is a difference told? In the measure's unit, with its share of the incumbent's value."""

from __future__ import annotations

from paretocode.evidence.size.spread import SessionSpread

__all__ = ["amount", "count", "percent"]


def amount(spread: SessionSpread, difference: float) -> str:
    """Return a difference as text, with its percentage where people speak in percent.

    Examples
    --------
    ``-1.2 (-40 %)``
    """
    base = spread.values[1]
    if spread.measure.is_relative and base:
        return f"{difference:.4g} ({difference / base * 100:+.3g} %)"
    return f"{difference:.4g}"


def count(number: float) -> str:
    """Return a number of days as text.

    Examples
    --------
    >>> count(0.04), count(3.21), count(1234.5)
    ('0.04', '3.2', '1,234')
    """
    return f"{number:.2g}" if number < 100 else f"{number:,.0f}"


def percent(share: float) -> str:
    """Return a share as text.

    Examples
    --------
    >>> percent(0.8), percent(0.025), percent(0.8142)
    ('80 %', '2.5 %', '81.4 %')
    """
    return f"{share * 100:.3g} %"
