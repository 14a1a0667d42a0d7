"""How does a number become JSON? One that is not finite is None there: JSON has no word for it."""

from __future__ import annotations

from math import isfinite

__all__ = ["number"]


def number(value: float) -> float | None:
    """Return a plain float, None where it is not finite.

    Examples
    --------
    >>> number(1), number(float("inf")), number(float("nan"))
    (1.0, None, None)
    """
    return float(value) if isfinite(value) else None
