"""What may be said of a difference? Better, worse, tied within a margin, or nothing yet."""

from __future__ import annotations

from enum import Enum
from math import isnan

__all__ = ["Verdict", "verdict_of"]


class Verdict(Enum):
    """What an interval says of candidate minus incumbent, where less is better."""

    BETTER = "better: the whole interval lies below no difference"
    WORSE = "worse: the whole interval lies above no difference"
    TIED = "tied: the whole interval lies within the margin"
    NOT_WORSE = "not worse: the interval excludes a loss beyond the margin, and does not decide between better and tied"
    SAME = "the same: no cluster of this stream tells the maps apart"
    NOT_ENOUGH = "not enough data: the interval holds no difference as well as differences beyond the margin"


def verdict_of(low: float, high: float, *, margin: float = 0.0, n_differing: int | None = None) -> Verdict:
    """Return the verdict of an interval of candidate minus incumbent.

    Parameters
    ----------
    low, high
        Its ends; infinite or NaN where little is known.
    margin
        The largest difference that does not matter, >= 0 [unit of the measure]. 0 leaves nothing tied.
    n_differing
        In how many clusters the maps differ at all; None where not counted.

    Notes
    -----
    `TIED` is the two one-sided tests of Schuirmann (1987), `NOT_WORSE` a test of non-inferiority. A difference that is
    sure and within the margin is tied: it does not matter, whatever its sign.

    Examples
    --------
    >>> [verdict_of(-3, -1).name, verdict_of(-3, 0.5, margin=1).name, verdict_of(-0.4, 0.5, margin=1).name]
    ['BETTER', 'NOT_WORSE', 'TIED']
    >>> [verdict_of(0.1, 0.5, margin=1).name, verdict_of(-1, 2).name, verdict_of(0, 0, n_differing=0).name]
    ['TIED', 'NOT_ENOUGH', 'SAME']
    """
    if n_differing == 0:
        return Verdict.SAME
    if isnan(low) or isnan(high):
        return Verdict.NOT_ENOUGH
    if margin > 0 and -margin <= low and high <= margin:
        return Verdict.TIED
    if high < 0:
        return Verdict.BETTER
    if low > 0:
        return Verdict.WORSE
    return Verdict.NOT_WORSE if high <= margin and margin > 0 else Verdict.NOT_ENOUGH
