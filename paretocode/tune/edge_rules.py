"""What do people say about edges before any search? Pins, forbidden intervals, gaps, and how fine the grid may be."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from paretocode.errors import InputError
from paretocode.tune.places import Zone

__all__ = ["EdgeRules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeRules:
    """Rules for the edges of one axis, in its unit: parts per million, or thousandths of a score.

    Parameters
    ----------
    pinned
        Edges that every map has.
    forbidden
        Open intervals in which no edge may stand; their ends are allowed.
    least_gap
        Least distance between two pinned edges. That of all edges is a rule of tiers.
    most_candidates
        Thin the grid to so many, pinned edges included; None keeps it whole, and the search exact over all edges.

    Examples
    --------
    >>> EdgeRules(pinned=(650_000,), forbidden=((640_000, 660_000),)).check(axis="request", least=0, most=1_000_000)
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: search: the pinned request edge 650,000 lies in the forbidden interval
    640,000 .. 660,000; unpin it, or narrow the interval.
    """

    pinned: tuple[int, ...] = ()
    forbidden: tuple[Zone, ...] = ()
    least_gap: int = 0
    most_candidates: int | None = None

    def check(self, *, axis: str, least: int, most: int) -> None:
        """Refuse rules that contradict each other or the axis.

        Parameters
        ----------
        axis
            What it is called in the error.
        least, most
            Edges may stand in (least, most].

        Raises
        ------
        InputError
            A forbidden interval that ends before it begins; a pinned edge off the axis or inside a forbidden interval;
            two pinned edges that coincide or are nearer than the least gap; fewer than one candidate.
        """
        for low, high in self.forbidden:
            if low >= high:
                raise InputError(
                    f"the forbidden {axis} interval runs from {low:,} to {high:,}",
                    where="search",
                    way_out="give its lower end first",
                )
        for pin in self.pinned:
            self._check_pin(pin, axis=axis, least=least, most=most)
        for left, right in itertools.pairwise(sorted(self.pinned)):
            if right - left < max(1, self.least_gap):
                raise InputError(
                    f"the pinned {axis} edges {left:,} and {right:,} are nearer than {max(1, self.least_gap):,}",
                    where="search",
                    way_out="unpin one of them, or lower the least gap",
                )
        if self.most_candidates is not None and self.most_candidates < 1:
            raise InputError(
                f"most_candidates is {self.most_candidates}", where="search", way_out="give at least 1, or None for all"
            )

    def _check_pin(self, pin: int, *, axis: str, least: int, most: int) -> None:
        if not least < pin <= most:
            raise InputError(
                f"the pinned {axis} edge {pin:,} cuts nothing",
                where="search",
                way_out=f"pin it above {least:,} and at most {most:,}",
            )
        for low, high in self.forbidden:
            if low < pin < high:
                raise InputError(
                    f"the pinned {axis} edge {pin:,} lies in the forbidden interval {low:,} .. {high:,}",
                    where="search",
                    way_out="unpin it, or narrow the interval",
                )
