"""What is said when a min score lies above 1? Where a whole column looks like percent, so does the answer."""

from __future__ import annotations

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError

_MOST_PERCENT = 100


def refuse_scores_above_one(scores: FloatColumn, *, name: str, where: str) -> None:
    """Refuse a column of min scores that leaves the 0..1 axis.

    Parameters
    ----------
    scores
        Shape (n,), NaN for omitted.
    name, where
        For the sentence.

    Raises
    ------
    InputError
        A score above 1. The way out names percent only where no score lies between 0 and 1 and none is above 100.

    Examples
    --------
    >>> refuse_scores_above_one(np.array([np.nan, 50.0, 65.0]), name="min_score", where="log.csv")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: log.csv: min_score is 50 in row 2, which is above 1; give it on the 0..1 axis: divide
    by 100 if these are percent, and leave it empty for omitted.
    """
    too_high = scores > 1
    if not too_high.any():
        return
    row = int(np.flatnonzero(too_high)[0])
    is_fraction = (scores > 0) & (scores < 1)
    looks_like_percent = not bool(is_fraction.any()) and bool((scores[too_high] <= _MOST_PERCENT).all())
    raise InputError(
        f"{name} is {scores[row]:g} in row {row + 1}, which is above 1",
        where=where,
        way_out="give it on the 0..1 axis: divide by 100 if these are percent, and leave it empty for omitted"
        if looks_like_percent
        else "give it on the 0..1 axis, or empty for omitted",
    )
