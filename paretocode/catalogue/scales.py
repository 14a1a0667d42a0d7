"""Where on the 0..1 request axis does a model's score stand? Three stated maps from native score to axis.

A scale is monotone: a higher score never stands lower. `to_score` goes back: the smallest score that reaches a place
on the axis, so that ``to_axis(to_score(x)) >= x``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn, float_column, increasing
from paretocode.errors import InputError

__all__ = ["FractionScale", "PercentileScale", "ScoreScale", "TableScale"]

_PPM = 1_000_000


@runtime_checkable
class ScoreScale(Protocol):
    """A monotone map from native coding score to the 0..1 request axis."""

    @property
    def name(self) -> str:
        """One word for files and reports."""

    def to_axis(self, scores: ArrayLike) -> FloatColumn:
        """Return each score's place on the axis, 0..1; NaN stays NaN."""

    def to_axis_ppm(self, scores: ArrayLike) -> IntColumn:
        """Return the place in whole parts per million, rounded to nearest; 0 where the score is missing."""

    def to_score(self, axis: ArrayLike) -> FloatColumn:
        """Return the smallest score whose place is at least the given one; NaN where no score reaches it."""


class _Scale:
    """What the three scales share."""

    __slots__ = ()

    def to_axis(self, scores: ArrayLike) -> FloatColumn:
        raise NotImplementedError("each scale has its own map")

    def to_axis_ppm(self, scores: ArrayLike) -> IntColumn:
        """Return `to_axis` in whole parts per million, rounded to nearest; 0 where the score is missing."""
        return np.rint(np.nan_to_num(self.to_axis(scores)) * _PPM).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class FractionScale(_Scale):
    """The score as a fraction of a full score; scores outside 0..full stand at the ends.

    Parameters
    ----------
    full
        The score that stands at 1, in the score's unit, > 0.

    Notes
    -----
    `to_score` of 0 is 0: every lower score would do as well.

    Examples
    --------
    >>> FractionScale(full=100.0).to_axis([59.12, 120.0, float("nan")]).tolist()
    [0.5912, 1.0, nan]
    >>> FractionScale(full=100.0).to_score([0.66]).tolist()
    [66.0]
    """

    name: ClassVar[str] = "fraction"
    full: float = 100.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.full) and self.full > 0):
            raise InputError(f"the full score is {self.full}", way_out="give a positive number, as in 100")

    def to_axis(self, scores: ArrayLike) -> FloatColumn:
        """Return score / full, cut to 0..1; NaN stays NaN."""
        return np.clip(np.asarray(scores, dtype=np.float64) / self.full, 0.0, 1.0)

    def to_score(self, axis: ArrayLike) -> FloatColumn:
        """Return axis * full, one rounding step up where the product falls short; NaN above 1."""
        places = np.asarray(axis, dtype=np.float64)
        scores = np.maximum(places, 0.0) * self.full
        scores = np.where(self.to_axis(scores) < places, np.nextafter(scores, np.inf), scores)
        return np.where(places <= 1.0, scores, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentileScale(_Scale):
    """The share of a field of models that scores at most as much (the weak percentile).

    The best model of the field stands at 1, the worst of n at 1/n, equal scores stand equal. The strict percentile
    (share that scores *less*, under which the best stands below 1) is the other custom; published percentiles of
    small lists differ by 1/n for that reason.

    Parameters
    ----------
    field
        Scores of the field, at least one, in any order; kept sorted.

    Notes
    -----
    Places move when the field grows, though no score moved. `to_score` answers with a score of the field: of 0, the
    lowest, though every lower score would do.

    Examples
    --------
    >>> scale = PercentileScale(field=(10.0, 20.0, 20.0, 40.0))
    >>> scale.to_axis([5.0, 10.0, 20.0, 39.0, 40.0]).tolist()
    [0.0, 0.25, 0.75, 0.75, 1.0]
    >>> scale.to_score([0.0, 0.3, 0.75, 0.76]).tolist()
    [10.0, 20.0, 20.0, 40.0]
    """

    name: ClassVar[str] = "percentile"
    field: tuple[float, ...]

    def __post_init__(self) -> None:
        field = np.sort(float_column(self.field, name="field"))
        if not len(field):
            raise InputError("the field holds no scores", way_out="give the scores of at least one model")
        object.__setattr__(self, "field", tuple(float(score) for score in field))

    def to_axis(self, scores: ArrayLike) -> FloatColumn:
        """Return the share of the field at or below each score; NaN stays NaN. O(log n) a score."""
        column = np.asarray(scores, dtype=np.float64)
        share = np.searchsorted(self.field, column, side="right") / len(self.field)
        return np.where(np.isnan(column), np.nan, share)

    def to_score(self, axis: ArrayLike) -> FloatColumn:
        """Return the lowest score of the field whose share is at least the given one; NaN above 1."""
        places = np.asarray(axis, dtype=np.float64)
        shares = np.arange(1, len(self.field) + 1) / len(self.field)
        index = np.minimum(np.searchsorted(shares, places, side="left"), len(self.field) - 1)
        return np.where(places <= 1.0, np.asarray(self.field)[index], np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableScale(_Scale):
    """A table of (score, place) points: linear between them, flat outside.

    Parameters
    ----------
    points
        At least one pair; scores strictly increase, places lie in 0..1 and never fall.

    Notes
    -----
    `to_score` of a place at or below the first point's is the first point's score, though every lower score would do;
    of a place above the last point's it is NaN, because no score reaches it.

    Examples
    --------
    >>> scale = TableScale(points=((30.0, 0.0), (40.0, 0.5), (60.0, 1.0)))
    >>> scale.to_axis([20.0, 35.0, 40.0, 99.0]).tolist()
    [0.0, 0.25, 0.5, 1.0]
    >>> scale.to_score([0.25, 0.5]).tolist()
    [35.0, 40.0]
    """

    name: ClassVar[str] = "table"
    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if not self.points:
            raise InputError("the table has no points", way_out="give at least one (score, place) pair")
        scores = float_column([score for score, _ in self.points], name="score of the scale's points")
        places = float_column([place for _, place in self.points], name="place of the scale's points", least=0.0)
        increasing(scores.tolist(), name="scores of the scale's points")
        falling = np.flatnonzero(np.diff(places) < 0)
        if len(falling) or places[-1] > 1.0:
            row = int(falling[0]) + 1 if len(falling) else len(places) - 1
            raise InputError(
                f"place {places[row]:g} of point {row + 1} falls or lies above 1", way_out="give rising places in 0..1"
            )
        object.__setattr__(self, "points", tuple(zip(scores.tolist(), places.tolist(), strict=True)))

    def to_axis(self, scores: ArrayLike) -> FloatColumn:
        """Return the interpolated place of each score; NaN stays NaN. O(log n) a score."""
        column = np.asarray(scores, dtype=np.float64)
        xs, ys = np.array(self.points).T
        left = np.clip(np.searchsorted(xs, column, side="right") - 1, 0, len(xs) - 1)
        right = np.minimum(left + 1, len(xs) - 1)
        width = np.where(right > left, xs[right] - xs[left], 1.0)
        ahead = np.clip((column - xs[left]) / width, 0.0, 1.0)
        # The minimum keeps the map monotone where rounding would lift the end of a segment above the next point.
        places = np.minimum(ys[left] + ahead * (ys[right] - ys[left]), ys[right])
        return np.where(np.isnan(column), np.nan, places)

    def to_score(self, axis: ArrayLike) -> FloatColumn:
        """Return the interpolated score of each place, stepped up where rounding falls short; NaN where none is."""
        places = np.asarray(axis, dtype=np.float64)
        xs, ys = np.array(self.points).T
        right = np.minimum(np.searchsorted(ys, places, side="left"), len(xs) - 1)
        left = np.maximum(right - 1, 0)
        rise = np.where(ys[right] > ys[left], ys[right] - ys[left], 1.0)
        ahead = np.clip((places - ys[left]) / rise, 0.0, 1.0)
        scores = np.where(places > ys[left], np.minimum(xs[left] + ahead * (xs[right] - xs[left]), xs[right]), xs[left])
        step = np.spacing(np.abs(scores))
        while (short := self.to_axis(scores) < places).any() and (scores < xs[right])[short].any():
            scores = np.where(short, np.minimum(scores + step, xs[right]), scores)
            step = step * 2
        return np.where(places <= ys[-1], scores, np.nan)
