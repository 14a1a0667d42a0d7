"""Where along a parameter does the candidate begin to stand otherwise? Stretches, and the crossings between them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from paretocode.evidence.sensitivity.words import Standing

__all__ = ["Crossing", "Stretch", "crossings_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of a parameter over which the candidate stands alike."""

    low: float
    high: float
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A place where the candidate begins to stand otherwise, read with the parameter rising.

    Parameters
    ----------
    below, at
        The last value that is known to stand as before, and the first known to stand as after; equal where exact.
    before, after
        How the candidate stands.
    """

    below: float
    at: float
    before: Standing
    after: Standing


def crossings_of(stretches: Sequence[Stretch]) -> tuple[Crossing, ...]:
    """Return where neighbouring stretches differ.

    Examples
    --------
    >>> better, worse = Standing.BETTER, Standing.WORSE
    >>> parts = [Stretch(low=0, high=1, standing=better), Stretch(low=1, high=2, standing=better),
    ...          Stretch(low=2, high=3, standing=worse)]
    >>> [(one.at, one.after.name) for one in crossings_of(parts)]
    [(2, 'WORSE')]
    """
    return tuple(
        Crossing(below=left.high, at=right.low, before=left.standing, after=right.standing)
        for left, right in itertools.pairwise(stretches)
        if left.standing is not right.standing
    )
