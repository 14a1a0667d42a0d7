"""Where do the edges stand, and what may a person do to them? Frozen states and transitions that never cross edges.

Whatever is asked, a state that comes back is one: edges strictly increase, a pinned edge stays. What cannot be done is
done as far as it can; what cannot be done at all leaves the state as it was.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from paretocode.errors import InputError
from paretocode.stream.stream import PPM

__all__ = ["LEAST_PPM", "MOST_EDGES", "RAILS", "EdgeState", "edge_state"]

RAILS = ("request", "score")
"""What an edge cuts: min scores [ppm of the axis], or coding scores [thousandths]."""
LEAST_PPM = 1
"""The lowest request edge: an edge at 0 has nothing below it but requests that ask for nothing."""
MOST_EDGES = 29
"""As many as a search knows."""

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeState:
    """The edges of a map.

    Parameters
    ----------
    request_ppm
        Strictly increasing within 1 .. 1,000,000.
    score_milli
        As many, strictly increasing, or None where the edges are coupled: models are then cut where requests are.
    pinned_request, pinned_score
        Whether each edge stays where it is; the second is empty where edges are coupled.
    """

    request_ppm: tuple[int, ...]
    score_milli: tuple[int, ...] | None = None
    pinned_request: tuple[bool, ...] = ()
    pinned_score: tuple[bool, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.request_ppm)
        if len(self.pinned_request) != n:
            object.__setattr__(self, "pinned_request", (False,) * n)
        if len(self.pinned_score) != (n if self.score_milli is not None else 0):
            object.__setattr__(self, "pinned_score", (False,) * (n if self.score_milli is not None else 0))

    @property
    def is_coupled(self) -> bool:
        """Whether one edge cuts requests and models."""
        return self.score_milli is None

    @property
    def n_tiers(self) -> int:
        """One more than edges."""
        return len(self.request_ppm) + 1

    def places(self, rail: str) -> tuple[int, ...]:
        """Return the edges of a rail; of a score rail that is coupled there are none."""
        return self.request_ppm if rail == "request" else self.score_milli or ()

    def room(self, rail: str, index: int, *, least: int, most: int) -> tuple[int, int]:
        """Return the lowest and the highest place that an edge can have between its neighbours.

        Examples
        --------
        >>> EdgeState(request_ppm=(330_000, 660_000)).room("request", 0, least=1, most=1_000_000)
        (1, 659999)
        """
        places = self.places(rail)
        low = places[index - 1] + 1 if index else least
        high = places[index + 1] - 1 if index + 1 < len(places) else most
        return low, high

    def moved(self, rail: str, index: int, to: int, *, least: int = LEAST_PPM, most: int = PPM) -> EdgeState:
        """Return the state with one edge as near to a place as its neighbours let it; a pinned one stays.

        Examples
        --------
        >>> EdgeState(request_ppm=(330_000, 660_000)).moved("request", 0, 700_000).request_ppm
        (659999, 660000)
        """
        places, pins = self.places(rail), self.pinned_request if rail == "request" else self.pinned_score
        if not 0 <= index < len(places) or pins[index]:
            return self
        low, high = self.room(rail, index, least=least, most=most)
        moved = (*places[:index], max(low, min(high, to)), *places[index + 1 :])
        return replace(self, request_ppm=moved) if rail == "request" else replace(self, score_milli=moved)

    def added(self, at_ppm: int, *, score_milli: int | None = None) -> EdgeState:
        """Return the state with one more edge at the free place nearest to the one asked.

        Parameters
        ----------
        score_milli
            Where the score edge goes, where edges stand apart.
        """
        if len(self.request_ppm) >= MOST_EDGES:
            return self
        at = nearest_free(self.request_ppm, at_ppm, least=LEAST_PPM, most=PPM)
        index = bisect.bisect(self.request_ppm, at)
        state = replace(
            self,
            request_ppm=_with(self.request_ppm, index, at),
            pinned_request=_with(self.pinned_request, index, False),
            pinned_score=_with(self.pinned_score, index, False) if self.pinned_score else (),
            score_milli=None,
        )
        if self.score_milli is None or score_milli is None:
            return state
        return replace(
            state, score_milli=_squeezed_in(self.score_milli, index, score_milli), pinned_score=state.pinned_score
        )

    def removed(self, index: int) -> EdgeState:
        """Return the state without one edge; a pinned one stays."""
        if not 0 <= index < len(self.request_ppm) or self.pinned_request[index] or any(self.pinned_score[index:][:1]):
            return self
        return replace(
            self,
            request_ppm=_without(self.request_ppm, index),
            pinned_request=_without(self.pinned_request, index),
            pinned_score=_without(self.pinned_score, index),
            score_milli=None if self.score_milli is None else _without(self.score_milli, index),
        )

    def pinned(self, rail: str, index: int, *, on: bool) -> EdgeState:
        """Return the state with one edge held where it is, or let go."""
        pins = self.pinned_request if rail == "request" else self.pinned_score
        if not 0 <= index < len(pins):
            return self
        held = (*pins[:index], on, *pins[index + 1 :])
        return replace(self, pinned_request=held) if rail == "request" else replace(self, pinned_score=held)

    def parted(self, score_milli: Sequence[int]) -> EdgeState:
        """Return the state with score edges of their own, to begin with where the coupled ones cut."""
        if not self.is_coupled:
            return self
        return replace(self, score_milli=tuple(score_milli), pinned_score=self.pinned_request)

    def coupled(self) -> EdgeState:
        """Return the state with models cut where requests are."""
        return replace(self, score_milli=None, pinned_score=())


def edge_state(
    request_ppm: Sequence[int], score_milli: Sequence[int] | None = None
) -> tuple[EdgeState, tuple[str, ...]]:
    """Return edges that came from somewhere else as a state, and a sentence for each that had to be set right.

    Raises
    ------
    InputError
        More edges than `MOST_EDGES`, or another number of score edges than of request edges.

    Examples
    --------
    >>> edge_state([0, 1_200_000])
    (EdgeState(request_ppm=(1, 1000000), score_milli=None, pinned_request=(False, False), pinned_score=()),
     ('the edge 0 lies outside 0..1 or on another one and was set to 1e-06',
      'the edge 1.2 lies outside 0..1 or on another one and was set to 1'))
    """
    if len(request_ppm) > MOST_EDGES:
        raise InputError(f"there are {len(request_ppm)} edges", where="editor", way_out=f"give at most {MOST_EDGES}")
    if score_milli is not None and len(score_milli) != len(request_ppm):
        raise InputError(
            f"there are {len(request_ppm)} request edges and {len(score_milli)} score edges",
            where="editor",
            way_out="give as many of both",
        )
    placed: list[int] = []
    notes = []
    for edge in sorted(request_ppm):
        at = nearest_free(placed, edge, least=LEAST_PPM, most=PPM)
        if at != edge:
            notes.append(f"the edge {edge / PPM:g} lies outside 0..1 or on another one and was set to {at / PPM:g}")
        bisect.insort(placed, at)
    return EdgeState(
        request_ppm=tuple(placed), score_milli=None if score_milli is None else tuple(sorted(score_milli))
    ), tuple(notes)


def nearest_free(taken: Sequence[int], wanted: int, *, least: int, most: int) -> int:
    """Return the whole number in least..most nearest to the wanted one that is not taken; of two the lower."""
    inside = max(least, min(most, wanted))
    return next(
        at
        for distance in range(len(taken) + 1)
        for at in (inside - distance, inside + distance)
        if least <= at <= most and at not in taken
    )


def _squeezed_in(places: tuple[int, ...], index: int, at: int) -> tuple[int, ...]:
    """Return the places with one more at an index; where neighbours leave no room they are pushed aside."""
    below, above = list(places[:index]), list(places[index:])
    at = max(at, below[-1] + 1) if below else at
    at = min(at, max(above[0] - 1, below[-1] + 1 if below else at)) if above else at
    for forth in range(len(above)):
        above[forth] = max(above[forth], at + forth + 1)
    return (*below, at, *above)


def _with(items: tuple[_Item, ...], index: int, item: _Item) -> tuple[_Item, ...]:
    return (*items[:index], item, *items[index:])


def _without(items: tuple[_Item, ...], index: int) -> tuple[_Item, ...]:
    return (*items[:index], *items[index + 1 :])
