"""How large is a drift? Effect sizes with the bands that custom has given them, which are conventions and no tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.evidence.drift.quantities import Quantity

__all__ = ["CONVENTIONS", "Effect", "effects_of", "wasserstein"]

CONVENTIONS = {
    "psi": (
        "below 0.1 small, to 0.25 moderate, above large (Siddiqi 2006, Credit Risk Scorecards); numbers are cut at the "
        "deciles of both streams pooled"
    ),
    "wasserstein": (
        "over the pooled standard deviation: below 0.2 negligible, to 0.5 small, to 0.8 medium, above large; Cohen's "
        "(1988) bands for d, which a pure shift equals; our transfer"
    ),
    "share": "Cohen's h: below 0.2 negligible, to 0.5 small, to 0.8 medium, above large (Cohen 1988, section 6.2)",
}
"""Effect -> what its bands mean and whose they are."""

_PSI_BANDS = ((0.1, "small"), (0.25, "moderate"), (float("inf"), "large"))
_COHEN_BANDS = ((0.2, "negligible"), (0.5, "small"), (0.8, "medium"), (float("inf"), "large"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One effect size.

    Parameters
    ----------
    name
        A key of `CONVENTIONS`.
    value
        The size, in `unit`; of shares with its sign, today minus tuned.
    unit
        Such as ``tokens``; "" for a number without one.
    band
        A word of the convention.
    subject
        What it is about: the class of a share, else "".
    """

    name: str
    value: float
    unit: str
    band: str
    subject: str = ""


def effects_of(quantity: Quantity, psi: float) -> tuple[Effect, ...]:
    """Return the effect sizes of a quantity: stability index, largest difference of a share, distance of numbers.

    Examples
    --------
    >>> a, b = np.array([[9, 1]]), np.array([[5, 5]])
    >>> quantity = Quantity(name="x", factor="min scores", labels=("a", "b"), is_ordered=False, tuned=a, today=b)
    >>> [(effect.name, effect.subject, round(effect.value, 3), effect.band) for effect in effects_of(quantity, 0.88)]
    [('psi', '', 0.88, 'large'), ('share', 'a', -0.4, 'large')]
    """
    found = [Effect(name="psi", value=psi, unit="", band=_band(psi, _PSI_BANDS)), _share_effect(quantity)]
    if quantity.values is not None:
        distance = wasserstein(*quantity.values)
        spread = float(np.std(np.concatenate(quantity.values)))
        band = _band(distance / spread if spread else 0.0, _COHEN_BANDS)
        found.append(Effect(name="wasserstein", value=distance, unit=quantity.unit, band=band))
    return tuple(found)


def wasserstein(tuned: FloatColumn, today: FloatColumn) -> float:
    """Return the first Wasserstein distance of two samples in their unit: the area between their distributions.

    How far values must be moved on average to turn one sample into the other. O(n log n).

    Examples
    --------
    >>> wasserstein(np.array([0.0, 1.0]), np.array([3.0, 4.0, 3.0, 4.0]))
    3.0
    """
    points = np.unique(np.concatenate((tuned, today)))
    below = [np.searchsorted(np.sort(side), points[:-1], side="right") / len(side) for side in (tuned, today)]
    return float(np.sum(np.abs(below[0] - below[1]) * np.diff(points)))


def _share_effect(quantity: Quantity) -> Effect:
    shares = [side.sum(axis=0) / side.sum() for side in (quantity.tuned, quantity.today)]
    away = shares[1] - shares[0]
    most = int(np.argmax(np.abs(away)))
    h = 2 * abs(float(np.arcsin(np.sqrt(shares[1][most])) - np.arcsin(np.sqrt(shares[0][most]))))
    band = _band(h, _COHEN_BANDS)
    return Effect(name="share", value=float(away[most]), unit="share", band=band, subject=quantity.labels[most])


def _band(value: float, bands: tuple[tuple[float, str], ...]) -> str:
    return next(word for limit, word in bands if value < limit)
