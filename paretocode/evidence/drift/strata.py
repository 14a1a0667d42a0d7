"""Into which kinds do sessions fall, factor by factor? Strata of both streams, with classes common to both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, IntColumn
from paretocode.evidence.drift.asked_classes import asked_classes
from paretocode.evidence.drift.quantities import Callers, caller_labels, number_cuts
from paretocode.stream.stream import RequestStream

__all__ = ["Strata", "session_strata"]

GAP_CUTS_S = (30.0, 60.0, 300.0, 3600.0)
"""Upper, inclusive bounds of a session's longest gap: what caches and sticky sessions forget lies between."""

_THIRDS = (1 / 3, 2 / 3)
_FIFTHS = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strata:
    """One factor's partition of the sessions of both streams.

    Parameters
    ----------
    factor
        One of `FACTORS`.
    tuned, today
        Shape (n_sessions,): 0 .. n - 1.
    n
        How many strata there are on either side together.
    """

    factor: str
    tuned: IntColumn
    today: IntColumn
    n: int

    @property
    def is_covered(self) -> BoolColumn:
        """Whether each session of today falls into a stratum that the tuned stream has."""
        known = np.bincount(self.tuned, minlength=self.n) > 0
        covered: BoolColumn = known[self.today]
        return covered


def session_strata(
    tuned: RequestStream,
    today: RequestStream,
    *,
    callers: Callers | None = None,
    edges_ppm: Sequence[int] = (),
) -> tuple[Strata, ...]:
    """Return the strata of every factor.

    Parameters
    ----------
    callers
        One label a session of either stream; None leaves callers out.
    edges_ppm
        Request edges of the map [ppm]: no stratum of min scores lies on both sides of one.

    Notes
    -----
    ``min scores``: what the session's first request asks for (people switch on few turns), as `asked_classes` tells
    them apart, with the rest in thirds: a stratum of few sessions can hardly be weighted. ``tokens``: mean prompt and
    mean completion of the session, each in thirds. ``gaps``: the longest gap, between `GAP_CUTS_S`; sessions of one
    request are a stratum of their own. ``session length``: requests of the session, in fifths. ``callers``: the label.
    Thirds and fifths are of both streams' sessions pooled (of min scores, requests). O(n log n).

    Raises
    ------
    InputError
        Callers that do not fit the sessions, or share no label.
    """
    streams = tuned, today
    asked = asked_classes(tuned, today, edges_ppm=edges_ppm, shares=_THIRDS)
    first = [classes[stream.is_first] for classes, stream in zip(asked, streams, strict=True)]
    turns = [np.bincount(stream.session) for stream in streams]
    prompt, completion = (
        _stretches([np.bincount(s.session, weights=getattr(s, name)) / n for s, n in zip(streams, turns, strict=True)])
        for name in ("prompt_tokens", "completion_tokens")
    )
    pairs = [p * (len(_THIRDS) + 1) + c for p, c in zip(prompt, completion, strict=True)]
    by_factor: dict[str, list[NDArray[np.generic]]] = {
        "min scores": [*first],
        "tokens": [*pairs],
        "gaps": [_longest_gaps(stream) for stream in streams],
        "session length": [*_stretches(turns, _FIFTHS)],
    }
    if callers is not None:
        by_factor["callers"] = [*caller_labels(callers, streams)]
    return tuple(_strata(factor, sides) for factor, sides in by_factor.items())


def _stretches(sides: Sequence[NDArray[np.generic]], shares: Sequence[float] = _THIRDS) -> list[IntColumn]:
    cuts = number_cuts(sides[0], sides[1], shares)
    return [np.searchsorted(cuts, side, side="left") for side in sides]


def _longest_gaps(stream: RequestStream) -> IntColumn:
    """Return the stretch of each session's longest gap; -1 for a session of one request."""
    gap = np.where(stream.is_first, -1.0, stream.gap_s)
    longest = np.maximum.reduceat(gap, np.flatnonzero(stream.is_first))
    return np.where(longest < 0, -1, np.searchsorted(GAP_CUTS_S, longest, side="left"))


def _strata(factor: str, sides: Sequence[NDArray[np.generic]]) -> Strata:
    labels, code = np.unique(np.concatenate(sides), return_inverse=True)
    return Strata(factor=factor, tuned=code[: len(sides[0])], today=code[len(sides[0]) :], n=len(labels))
