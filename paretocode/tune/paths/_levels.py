"""How bad is a total in its own world? Totals less what is possible there, on one scale for all worlds, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.tune.paths.reachable import MOST

__all__ = ["Levels", "levels_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The level of total t in world s is (t - base[s]) x scale[s].

    Parameters
    ----------
    base
        What is subtracted: 0, or the best total of the world.
    scale
        Whole numbers >= 1 that put worlds of different sizes on one scale.
    is_large
        Whether levels may need more than 62 bits; they are Python's whole numbers then.
    """

    base: tuple[int, ...]
    scale: tuple[int, ...]
    is_large: bool

    def of(self, totals: NDArray[np.int64]) -> NDArray[Any]:
        """Return the levels of totals: shape (n, n_worlds)."""
        kind = object if self.is_large else np.int64
        rest = totals.astype(kind) - np.array(self.base, dtype=kind)
        levels: NDArray[Any] = rest * np.array(self.scale, dtype=kind)
        return levels

    def worst(self, totals: NDArray[np.int64]) -> NDArray[Any]:
        """Return the highest level of each row: shape (n, n_worlds) -> (n,)."""
        if not len(totals):
            return np.zeros(0, dtype=np.int64)
        highest: NDArray[Any] = self.of(totals).max(axis=1)
        return highest

    def offset(self, weights: list[int]) -> int:
        """Return by how much a weighted sum of scaled totals lies above that of the levels."""
        return sum(w * s * b for w, s, b in zip(weights, self.scale, self.base, strict=True))


def levels_of(base: IntColumn, per: tuple[int, ...], largest: int) -> Levels:
    """Return the levels of worlds whose totals are shared out over `per` requests each.

    Parameters
    ----------
    base
        Shape (n_worlds,).
    per
        For each world a number >= 1. Shares t / per[s] compare as t x (lcm / per[s]), in whole numbers.
    largest
        No total exceeds it.

    Examples
    --------
    3 of 4 is worse than 5 of 10, though it is less.

    >>> levels = levels_of(np.array([0, 0]), (4, 10), 10)
    >>> levels.scale, levels.of(np.array([[3, 5]])).tolist()
    ((5, 2), [[15, 10]])
    """
    common = lcm(*per)
    scale = tuple(common // one for one in per)
    return Levels(base=tuple(base.tolist()), scale=scale, is_large=2 * largest * max(scale) >= MOST)
