"""What do people say about edges before any search? Pins, forbidden intervals, gaps, and how fine the grid may be."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial

from paretocode.errors import InputError
from paretocode.tune.edges.places import Zone

__all__ = ["EdgeRules", "said_edge"]


def said_edge(axis: str, edge: int) -> str:
    """Return a whole edge of an axis in people's units: 0..1, or the score's own.

    Examples
    --------
    >>> said_edge("request", 650_000), said_edge("score", 47_300)
    ('0.65', '47.3')
    """
    return f"{edge / (1e6 if axis == 'request' else 1e3):g}"


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
    paretocode.errors.InputError: search: the pinned request edge 0.65 lies in the forbidden interval 0.64 .. 0.66;
    unpin it, or narrow the interval.
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
            ``request`` or ``score``; errors speak of it in people's units.
        least, most
            Edges may stand in (least, most].

        Raises
        ------
        InputError
            A forbidden interval that ends before it begins; a pinned edge off the axis or inside a forbidden interval;
            two pinned edges that coincide or are nearer than the least gap; fewer than one candidate.
        """
        said = partial(said_edge, axis)
        for low, high in self.forbidden:
            if low >= high:
                raise InputError(
                    f"the forbidden {axis} interval runs from {said(low)} to {said(high)}",
                    where="search",
                    way_out="give its lower end first",
                )
        for pin in self.pinned:
            self._check_pin(pin, axis=axis, least=least, most=most)
        for left, right in itertools.pairwise(sorted(self.pinned)):
            if right - left < max(1, self.least_gap):
                raise InputError(
                    f"the pinned {axis} edges {said(left)} and {said(right)} are nearer than "
                    f"{said(max(1, self.least_gap))}",
                    where="search",
                    way_out="unpin one of them, or lower the least gap",
                )
        if self.most_candidates is not None and self.most_candidates < 1:
            raise InputError(
                f"most_candidates is {self.most_candidates}", where="search", way_out="give at least 1, or None for all"
            )

    def _check_pin(self, pin: int, *, axis: str, least: int, most: int) -> None:
        said = partial(said_edge, axis)
        if not least < pin <= most:
            raise InputError(
                f"the pinned {axis} edge {said(pin)} cuts nothing",
                where="search",
                way_out=f"pin it above {said(least)} and at most {said(most)}",
            )
        for low, high in self.forbidden:
            if low < pin < high:
                raise InputError(
                    f"the pinned {axis} edge {said(pin)} lies in the forbidden interval {said(low)} .. {said(high)}",
                    where="search",
                    way_out="unpin it, or narrow the interval",
                )
