"""How good is the best of many maps really? Its own interval forgets that it was picked for looking good.

Of twenty maps that cost the same, the one that looks cheapest does so by luck, and the interval around its estimate
misses the truth far more often than it says. Intervals that hold for all candidates at once hold for the picked one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.confidence import critical_values, intervals, simultaneous_intervals
from paretocode.evidence.estimates import Estimates, estimates_from
from paretocode.evidence.of_maps import MapEstimates

__all__ = ["BestOfMany", "best_of_many", "measure_across"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOfMany:
    """The candidate with the least estimate, with and without correction.

    Parameters
    ----------
    name, index
        Which one; the first of equals.
    n_candidates
        How many were looked at.
    estimate
        What its own data say.
    naive_low, naive_high
        The interval of a candidate that had been named beforehand.
    low, high
        The interval that holds for whichever is picked: max-t over all candidates.
    at_most
        One-sided: the candidate's true value is at most this, at the same level.
    level
        Nominal coverage.
    """

    name: str
    index: int
    n_candidates: int
    estimate: float
    naive_low: float
    naive_high: float
    low: float
    high: float
    at_most: float
    level: float


def measure_across(maps: Sequence[MapEstimates], measure: str, *, minus: MapEstimates | None = None) -> Estimates:
    """Return one measure of many maps as estimates, named by map.

    Parameters
    ----------
    minus
        A map whose measure is taken off each, the incumbent for instance.

    Raises
    ------
    InputError
        No map, or a measure that was not estimated.
    """
    if not maps:
        raise InputError("there is no map to compare", where="evidence", way_out="give at least one candidate")
    names = [each.name for each in maps[0].measures]
    if measure not in names:
        raise InputError(f"{measure} was not estimated", where="evidence", way_out=f"use one of {', '.join(names)}")
    k = names.index(measure)
    base = _column(minus, k) if minus is not None else (0.0, 0.0, 0.0, 0.0)
    columns = [_column(each, k) for each in maps]
    return estimates_from(
        names=[each.name for each in maps],
        point=np.array([point - base[0] for point, _, _, _ in columns]),
        influence=np.column_stack([influence - base[1] for _, influence, _, _ in columns]),
        replicates=np.column_stack([replicates - base[2] for _, _, replicates, _ in columns]),
        influence_totals=np.column_stack([totals - base[3] for _, _, _, totals in columns]),
        resampling=maps[0].resampling,
    )


def _column(each: MapEstimates, k: int) -> tuple[float, FloatColumn, FloatColumn, FloatColumn]:
    return float(each.point[k]), each.influence[:, k], each.replicates[:, k], each.influence_totals[:, k]


def best_of_many(candidates: Estimates, *, level: float = 0.95) -> BestOfMany:
    """Return the candidate of the least estimate with intervals that allow for the choice.

    Parameters
    ----------
    candidates
        K of them, usually differences from the incumbent: `measure_across(maps, measure, minus=incumbent)`.

    Raises
    ------
    InputError
        No candidate.

    Examples
    --------
    >>> from paretocode.evidence.estimates import ratio_estimates
    >>> from paretocode.evidence.resampling import Resampling
    >>> noise = np.random.default_rng(1).normal(size=(200, 20))  # twenty maps that do not differ
    >>> found = ratio_estimates(noise, np.ones(200), names=list("abcdefghijklmnopqrst"),
    ...                         resampling=Resampling(n_clusters=200))
    >>> best = best_of_many(found)
    >>> best.naive_high < 0 < best.high  # by itself it looks better than nothing
    True
    """
    if not len(candidates):
        raise InputError("there is no candidate", where="evidence", way_out="give at least one")
    index = int(np.argmin(candidates.point))
    alone = intervals(candidates.take([index]), level=level)
    together = simultaneous_intervals(candidates, level=level)
    one_sided = critical_values(candidates, level=level, side="below")[index]
    return BestOfMany(
        name=candidates.names[index],
        index=index,
        n_candidates=len(candidates),
        estimate=float(candidates.point[index]),
        naive_low=float(alone.low[0]),
        naive_high=float(alone.high[0]),
        low=float(together.low[index]),
        high=float(together.high[index]),
        at_most=float(candidates.point[index] + one_sided * candidates.standard_error[index]),
        level=level,
    )
