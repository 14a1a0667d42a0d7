"""Is the quality kept? Non-inferiority within a margin that the data can resolve, and the words for it.

Not worse is not the same as not shown to be worse: only an interval that stays above minus the margin says the first
(Blackwelder 1982; the lower end of a two-sided 95 % interval is a one-sided test at 2.5 %).
"""

from __future__ import annotations

import enum

import numpy as np

from paretocode.errors import InputError
from paretocode.evidence.outcomes.table import OutcomeTable

__all__ = ["QualityVerdict", "check_margin", "quality_verdict"]


class QualityVerdict(enum.Enum):
    """What an interval of candidate minus baseline quality says, with a margin."""

    BETTER = "the quality is higher"
    NOT_INFERIOR = "the quality is not lower by more than the margin"
    INFERIOR = "the quality is lower by more than the margin"
    UNDECIDED = "not enough data: the interval holds both losses beyond the margin and none"

    @property
    def is_kept(self) -> bool:
        """Whether it is shown that the quality is not lower by more than the margin."""
        return self in {QualityVerdict.BETTER, QualityVerdict.NOT_INFERIOR}


def quality_verdict(low: float, high: float, *, margin: float) -> QualityVerdict:
    """Return the verdict on an interval [low, high] of candidate minus baseline; more is better.

    Ties: an end that equals minus the margin, or 0, decides nothing. NaN ends are undecided.

    Examples
    --------
    >>> quality_verdict(-0.01, 0.02, margin=0.02).name, quality_verdict(-0.02, 0.02, margin=0.02).name
    ('NOT_INFERIOR', 'UNDECIDED')
    """
    if low > 0:
        return QualityVerdict.BETTER
    if low > -margin:
        return QualityVerdict.NOT_INFERIOR
    if high < -margin:
        return QualityVerdict.INFERIOR
    return QualityVerdict.UNDECIDED


def check_margin(table: OutcomeTable, margin: float) -> None:
    """Refuse a margin that is no positive number of the score's scale, or that one question alone can move.

    Raises
    ------
    InputError
        A margin of 0 or less, NaN, as wide as the scale, or smaller than the most that one question moves the mean:
        the width of the scale over the number of questions.
    """
    low, high = table.score_range
    width = high - low
    if not (np.isfinite(margin) and 0 < margin < width):
        raise InputError(
            f"the margin is {margin:g}", where=table.name, way_out=f"give a loss of score between 0 and {width:g}"
        )
    least = width / table.n_questions
    if margin < least:
        raise InputError(
            f"the margin {margin:g} is below the resolution of the data: one of {table.n_questions:,} questions moves "
            f"the mean by up to {least:.3g}",
            where=table.name,
            way_out=f"give a margin of at least {least:.3g}, or more questions",
        )
