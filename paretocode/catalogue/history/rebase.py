"""When did the scores change their meaning? A new definition, or a jump of most scores at once."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.catalogue.history.changes import score_tolerance
from paretocode.catalogue.history.history import History, has_meaning
from paretocode.errors import InputError

__all__ = ["Rebase", "rank_correlation", "rebased_days", "rebases_of", "score_shift"]

_LEAST_SCORED = 3
"""Fewer scored models than this say nothing about a jump of most of them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rebase:
    """The scores before and after, model by model.

    Parameters
    ----------
    before_index, after_index
        Rows of the history: the last entry of the old scores, the first of the new ones.
    definition_before, definition_after
        What the scores are called on the two days; equal where a jump came without a new name.
    survivor_index
        Columns of the models scored on both days.
    lost_index
        Columns of the models scored before and not after.
    moved_index
        Survivors whose score is another number.
    median_shift, largest_shift
        Of the survivors' scores, after minus before [score points]; the largest by size, with its sign. NaN without
        survivors.
    rank_correlation
        Spearman's, of the survivors; NaN with fewer than two of them or where all are equal.
    """

    before_index: int
    after_index: int
    definition_before: str
    definition_after: str
    survivor_index: IntColumn
    lost_index: IntColumn
    moved_index: IntColumn
    median_shift: float
    largest_shift: float
    rank_correlation: float

    @property
    def n_before(self) -> int:
        """How many models were scored before."""
        return len(self.survivor_index) + len(self.lost_index)


def rebases_of(history: History, *, least_share: float = 0.5) -> tuple[Rebase, ...]:
    """Return the re-bases of a history, in order of time.

    A step between two entries is part of a re-base when the definition changes, or when at least `least_share` of the
    models that were scored and stay listed lose their score or see it move by more than its decimals. Steps that
    follow one another are one re-base (Artificial Analysis took two days over one); it ends with the last of them that
    was a jump, else with the last. A day without a definition (``none``) has no meaning to change.

    Parameters
    ----------
    least_share
        Above 0, at most 1.

    Raises
    ------
    InputError
        Another share.
    """
    if not 0 < least_share <= 1:
        raise InputError(f"least_share is {least_share:g}", way_out="give a share above 0 and at most 1")
    scores, listed = history.numbers["coding_score"], history.is_listed
    scored = ~np.isnan(scores)
    at_stake = scored[:-1] & listed[1:]
    hit = at_stake & (~scored[1:] | (np.abs(np.diff(scores, axis=0)) > score_tolerance(history)[:, None]))
    n_hit, n_at_stake = hit.sum(axis=1), at_stake.sum(axis=1)
    labels = np.array(history.score_definitions)
    named = np.array([has_meaning(label) for label in history.score_definitions], dtype=np.bool_)
    on_both = named[1:] & named[:-1]
    jumps = on_both & (n_at_stake >= _LEAST_SCORED) & (n_hit >= least_share * n_at_stake)
    renamed = on_both & (labels[1:] != labels[:-1])
    found: list[Rebase] = []
    steps = np.flatnonzero(jumps | renamed)
    for _, run in itertools.groupby(enumerate(steps.tolist()), key=lambda pair: pair[1] - pair[0]):
        days = [step for _, step in run]
        last = max((step for step in days if jumps[step]), default=days[-1])
        found.append(score_shift(history, days[0], last + 1))
    return tuple(found)


def rebased_days(history: History) -> BoolColumn:
    """Return which entries changed the meaning of the scores against the entry before them, shape (n_days,)."""
    days = np.zeros(history.n_days, dtype=np.bool_)
    for rebase in rebases_of(history):
        days[rebase.before_index + 1 : rebase.after_index + 1] = True
    return days


def score_shift(history: History, before_index: int, after_index: int) -> Rebase:
    """Return how the scores of two entries differ, whatever their definitions are called. O(n log n)."""
    scores = history.numbers["coding_score"]
    before, after = scores[before_index], scores[after_index]
    survives = ~np.isnan(before) & ~np.isnan(after)
    shift = (after - before)[survives]
    return Rebase(
        before_index=before_index,
        after_index=after_index,
        definition_before=history.score_definitions[before_index],
        definition_after=history.score_definitions[after_index],
        survivor_index=np.flatnonzero(survives),
        lost_index=np.flatnonzero(~np.isnan(before) & np.isnan(after)),
        moved_index=np.flatnonzero(survives & (after != before)),
        median_shift=float(np.median(shift)) if len(shift) else float("nan"),
        largest_shift=float(shift[np.argmax(np.abs(shift))]) if len(shift) else float("nan"),
        rank_correlation=rank_correlation(before[survives], after[survives]),
    )


def rank_correlation(x: ArrayLike, y: ArrayLike) -> float:
    """Return Spearman's rank correlation: Pearson's of the mid-ranks. NaN below two values or where one is constant.

    Examples
    --------
    >>> rank_correlation([1, 2, 3, 4], [10, 20, 20, 40])
    0.948...
    """
    ranks = [_midranks(np.asarray(values, dtype=np.float64)) for values in (x, y)]
    centred = [rank - rank.mean() for rank in ranks] if len(ranks[0]) > 1 else ranks
    scale = float(np.sqrt(np.prod([(rank**2).sum() for rank in centred]))) if len(ranks[0]) > 1 else 0.0
    return float((centred[0] * centred[1]).sum()) / scale if scale > 0 else float("nan")


def _midranks(values: FloatColumn) -> FloatColumn:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: FloatColumn = (np.cumsum(count) - (count - 1) / 2)[place]
    return ranks
