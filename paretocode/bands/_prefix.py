"""What does a run of values cost as one band? Prefix sums that answer in a few operations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.bands._members import Members

TIE = 4e-15
"""Losses closer than this share of the one-band loss count as equal, so that rounding does not choose among ties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """Prefix sums of weight, weight times value and weight times squared value, values centred; shape (m + 1,)."""

    weight: FloatColumn
    first: FloatColumn
    second: FloatColumn

    @property
    def m(self) -> int:
        """Number of distinct values."""
        return len(self.weight) - 1

    @property
    def tie(self) -> float:
        """Losses closer than this count as equal."""
        return TIE * float(self.loss(0, self.m))

    def loss(self, start: IntColumn | int, stop: IntColumn | int) -> FloatColumn:
        """Return c(start, stop), the loss of the band of distinct values start .. stop - 1; start < stop."""
        weight = self.weight[stop] - self.weight[start]
        first = self.first[stop] - self.first[start]
        return np.maximum(self.second[stop] - self.second[start] - first * first / weight, 0.0)


def prefix_of(members: Members) -> Prefix:
    """Return the prefix sums of the centred values."""
    # Without the centring, values far from zero lose their variance to rounding.
    centred = members.distinct - np.average(members.distinct, weights=members.weight)
    terms = (members.weight, members.weight * centred, members.weight * centred**2)
    weight, first, second = (np.concatenate(([0.0], np.cumsum(term))) for term in terms)
    return Prefix(weight=weight, first=first, second=second)
