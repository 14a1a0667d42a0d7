"""At which mix of prompt and completion tokens does the cheapest model of a band change? Lower envelopes, exact.

What a request costs at list price is linear in its tokens, so per token it is linear in the share theta of prompt
tokens: a model is the line ``completion + (prompt - completion) x theta``. The cheapest model of a band as a function
of theta is the lower envelope of its lines, and only the corners of such envelopes can change a decision. Prices are
whole numbers, so corners are exact fractions.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import gcd
from typing import NamedTuple

import numpy as np

from paretocode._checks import BoolColumn, IntColumn
from paretocode.sim.tables.models import ScoredModels

__all__ = ["Mix", "envelope_corners", "switch_points"]

_Line = tuple[int, int]
"""Price of a prompt and of a completion token."""


class Mix(NamedTuple):
    """A share of prompt tokens as a fraction."""

    numerator: int
    denominator: int


def switch_points(models: ScoredModels, cuts: IntColumn, prompt_limits: IntColumn) -> tuple[Mix, ...]:
    """Return the shares of prompt tokens at which some band's cheapest model changes, increasing, 0 and 1 included.

    At the ends models tie that differ in between: with no completion token only the prompt price counts.

    Parameters
    ----------
    cuts, prompt_limits
        As in `paretocode.sim.tables.request_classes`.

    Notes
    -----
    For every context window and prompt class the models that fit are entered in order of score, from each cut on; the
    envelope is worked out anew only where a model enters the lines that are not dominated. O(windows x prompt classes x
    cuts x models) steps at worst, and as many envelopes as there are distinct sets of undominated lines.
    """
    corners = lru_cache(maxsize=None)(lambda lines: tuple(envelope_corners(lines)))
    found = {Mix(0, 1), Mix(1, 1)}
    seen: set[tuple[bytes, bytes]] = set()
    for prompt in (0, *(int(limit) + 1 for limit in prompt_limits)):
        prices = models.tariff_at(prompt)
        lines = np.stack((prices.prompt, prices.completion), axis=1)
        for window in np.unique(models.context_tokens[models.can_serve]).tolist():
            able = models.can_serve & (models.context_tokens >= window)
            key = (lines.tobytes(), able.tobytes())
            if key not in seen:
                seen.add(key)
                for front in _fronts(models, cuts, lines, able):
                    found.update(corners(front))
    return tuple(sorted(found, key=lambda mix: Fraction(mix.numerator, mix.denominator)))


def _fronts(models: ScoredModels, cuts: IntColumn, lines: IntColumn, able: BoolColumn) -> Iterator[tuple[_Line, ...]]:
    """Yield the undominated lines of every band whenever they change."""
    is_floor = models.policy.eligibility == "floor"
    speed = models.catalogue.throughput_milli_tps[models.row]
    is_ranked_by_speed = models.policy.ranking == "throughput"
    lists = [(int(p), int(c)) for p, c in lines]
    for start in cuts[:-1].tolist():
        front: tuple[_Line, ...] = ()
        fastest = -1
        for place in range(start, len(models)):
            if not able[place]:
                continue
            if is_ranked_by_speed:
                if speed[place] < fastest:
                    continue
                if speed[place] > fastest:
                    fastest, front = int(speed[place]), ()
            entered = _entered(front, lists[place])
            if entered is not front:
                front = entered
                if not is_floor:
                    yield front
        if is_floor:
            yield front


def _entered(front: tuple[_Line, ...], line: _Line) -> tuple[_Line, ...]:
    """Return the front with a line in it; the very same front where the line is dominated or there already."""
    prompt, completion = line
    if any(p <= prompt and c <= completion for p, c in front):
        return front
    return tuple(sorted([*((p, c) for p, c in front if not (prompt <= p and completion <= c)), line]))


def envelope_corners(lines: tuple[_Line, ...]) -> Iterator[Mix]:
    """Yield the corners of the lower envelope of lines over 0 < theta < 1.

    Parameters
    ----------
    lines
        (price of a prompt token, price of a completion token), none dominated by another, sorted.

    Examples
    --------
    >>> list(envelope_corners(((1, 9), (2, 4), (6, 3))))  # 9 - 8 t, 4 - 2 t, 3 + 3 t
    [Mix(numerator=1, denominator=5), Mix(numerator=5, denominator=6)]
    """
    # Undominated lines sorted by prompt price rising have completion prices falling: slopes rise, so in this order
    # each is best for ever smaller theta. This is the convex hull of the points, walked once.
    hull: list[_Line] = []
    for line in lines:
        while len(hull) >= 2 and _is_above(_crossing(hull[-2], line), _crossing(hull[-2], hull[-1])):
            hull.pop()
        hull.append(line)
    yield from reversed([_crossing(left, right) for left, right in itertools.pairwise(hull)])


def _is_above(a: Mix, b: Mix) -> bool:
    return a.numerator * b.denominator >= b.numerator * a.denominator


def _crossing(a: _Line, b: _Line) -> Mix:
    """Return where two lines cross: (c_a - c_b) / ((c_a - c_b) + (p_b - p_a))."""
    numerator = a[1] - b[1]
    denominator = numerator + b[0] - a[0]
    shared = gcd(numerator, denominator)
    return Mix(numerator // shared, denominator // shared)
