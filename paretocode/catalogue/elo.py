"""Where on the 0..1 request axis does an Elo rating stand? At the share of duels it is expected to win."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError

__all__ = ["EloScale", "elo_scale"]

_PPM = 1_000_000
_POINTS_PER_DECADE = 400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EloScale:
    """A rating as the expected share of wins against a reference rating: 1 / (1 + 10^((reference - rating) / 400)).

    The reference stands at 0.5; 400 points above it stand at 10/11. It is a `ScoreScale`. Source of the formula:
    A. Elo, The Rating of Chessplayers (1978), and the leaderboard's own Bradley-Terry fit.

    Parameters
    ----------
    reference
        The rating that stands at 0.5, finite.

    Notes
    -----
    No rating stands at 0 or 1, so that `to_score` of both is NaN.

    Raises
    ------
    InputError
        A reference that is not finite.

    Examples
    --------
    >>> scale = EloScale(reference=1400.0)
    >>> scale.to_axis([1000.0, 1400.0, 1800.0, float("nan")]).round(4).tolist()
    [0.0909, 0.5, 0.9091, nan]
    >>> scale.to_score([0.5, 1.0]).tolist()
    [1400.0, nan]
    """

    name: ClassVar[str] = "elo"
    reference: float

    def __post_init__(self) -> None:
        if not np.isfinite(self.reference):
            raise InputError(f"the reference rating is {self.reference}", way_out="give a finite rating")

    def to_axis(self, scores: ArrayLike) -> FloatColumn:
        """Return the expected share of wins; NaN stays NaN."""
        ratings = np.asarray(scores, dtype=np.float64)
        # Beyond 12,000 points the share is 0 or 1 in double precision anyway; the cut keeps the power finite.
        exponent = np.clip((self.reference - ratings) / _POINTS_PER_DECADE, -30.0, 30.0)
        return np.asarray(1.0 / (1.0 + np.power(10.0, exponent)))

    def to_axis_ppm(self, scores: ArrayLike) -> IntColumn:
        """Return `to_axis` in whole parts per million, rounded to nearest; 0 where the rating is missing."""
        return np.rint(np.nan_to_num(self.to_axis(scores)) * _PPM).astype(np.int64)

    def to_score(self, axis: ArrayLike) -> FloatColumn:
        """Return the smallest rating whose place is at least the given one; NaN at 0 and below, at 1 and above."""
        places = np.asarray(axis, dtype=np.float64)
        inside = (places > 0.0) & (places < 1.0)
        share = np.where(inside, places, 0.5)
        ratings = self.reference + _POINTS_PER_DECADE * np.log10(share / (1.0 - share))
        step = np.spacing(np.abs(ratings))
        while (short := self.to_axis(ratings) < share).any():
            ratings = np.where(short, ratings + step, ratings)
            step = step * 2
        return np.where(inside, ratings, np.nan)


def elo_scale(catalogue: Catalogue) -> EloScale:
    """Return the scale whose reference is the median rating of a catalogue: 0.5 is as good as its middle model.

    Raises
    ------
    InputError
        No model is rated.
    """
    ratings = catalogue.coding_score[catalogue.has_score]
    if not len(ratings):
        raise InputError("no model is rated", where="catalogue", way_out="give a catalogue with ratings")
    return EloScale(reference=float(np.median(ratings)))
