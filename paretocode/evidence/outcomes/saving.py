"""How much can be saved at equal quality, when many candidates were looked at?

The cheapest that is shown to be as good. Picking the cheapest of many candidates whose own interval clears the margin
picks lucky ones; the intervals here hold for all candidates at once, so the picked one's still holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn
from paretocode.errors import InputError
from paretocode.evidence.clusters import summed
from paretocode.evidence.confidence import Intervals, simultaneous_intervals
from paretocode.evidence.estimates import Estimates, ratio_estimates
from paretocode.evidence.outcomes.assignment import Assignment, refuse_other_table
from paretocode.evidence.outcomes.compare import cost_by_cluster, quality_estimates
from paretocode.evidence.outcomes.estimating import checked_resampling
from paretocode.evidence.outcomes.margins import check_margin
from paretocode.evidence.resampling import Resampling

__all__ = ["EqualQualitySaving", "saving_at_equal_quality"]


@dataclass(frozen=True, kw_only=True, eq=False)
class EqualQualitySaving:
    """What candidates save at equal quality.

    Parameters
    ----------
    names, baseline, margin
        What was compared, and the loss of mean score still called equal.
    quality, quality_intervals
        Shape (K,) [score]: candidate minus baseline, more is better, with intervals that hold for all K at once.
    is_kept
        Shape (K,): whether the lower end stays above minus the margin.
    saved_share, saved_intervals
        Shape (K,): one minus the ratio of costs, with intervals that hold for all K at once.
    best_index
        The candidate that saves most among those with kept quality (ties: higher quality, then the first); None where
        no quality is shown to be kept or none of these saves anything.
    """

    names: tuple[str, ...]
    baseline: str
    margin: float
    quality: Estimates
    quality_intervals: Intervals
    is_kept: BoolColumn
    saved_share: Estimates
    saved_intervals: Intervals
    best_index: int | None

    def __str__(self) -> str:
        """Return the finding in one sentence."""
        of_all = f"{len(self.names)} candidates, margin {self.margin:g}, intervals for all at once"
        if self.best_index is None:
            why = "saves anything" if self.is_kept.any() else "is shown to keep the quality"
            return f"Nothing is saved at equal quality: no candidate {why} against {self.baseline} ({of_all})."
        at = self.best_index
        return (
            f"{self.names[at]} saves {self.saved_share.point[at]:.1%} of the cost of {self.baseline} "
            f"({self.saved_intervals.low[at]:.1%} to {self.saved_intervals.high[at]:.1%}) at a mean score of "
            f"{self.quality.point[at]:+.4g} ({self.quality_intervals.low[at]:+.4g} to "
            f"{self.quality_intervals.high[at]:+.4g}; {of_all})."
        )


def saving_at_equal_quality(
    candidates: Sequence[Assignment],
    baseline: Assignment,
    *,
    margin: float,
    level: float = 0.95,
    resampling: Resampling | None = None,
) -> EqualQualitySaving:
    """Find the candidate that saves most among those shown to keep the baseline's quality.

    Parameters
    ----------
    candidates
        At least one, on the baseline's table, each under a name of its own; thresholds of one router, say.
    baseline
        What is paid today.
    margin
        Loss of mean score that is still called equal [score], > 0.
    level
        Of all intervals of a kind at once.
    resampling
        Resamples of the table's clusters; 2,000 when None.

    Raises
    ------
    InputError
        No candidate, a name twice, another table, no costs, or what `check_margin` refuses.

    Notes
    -----
    Intervals are max-t (Westfall and Young 1993). A candidate that equals the baseline keeps its quality with certainty
    and saves nothing.
    """
    if not candidates:
        raise InputError("there is no candidate", where=baseline.table.name, way_out="give at least one")
    names = [candidate.name for candidate in candidates]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"candidate {twice!r} stands twice", where=baseline.table.name, way_out="rename one")
    for candidate in candidates:
        refuse_other_table(candidate, baseline)
    table = baseline.table
    check_margin(table, margin)
    draws = checked_resampling(table, resampling)
    quality = quality_estimates(list(candidates), baseline, resampling=draws)
    saved = _saved_shares(candidates, baseline, draws)
    intervals = simultaneous_intervals(quality, level=level)
    is_kept = intervals.low > -margin
    return EqualQualitySaving(
        names=tuple(names),
        baseline=baseline.name,
        margin=margin,
        quality=quality,
        quality_intervals=intervals,
        is_kept=is_kept,
        saved_share=saved,
        saved_intervals=simultaneous_intervals(saved, level=level),
        best_index=_best(is_kept, saved, quality),
    )


def _saved_shares(candidates: Sequence[Assignment], baseline: Assignment, resampling: Resampling) -> Estimates:
    saved = np.column_stack([baseline.cost_pusd - candidate.cost_pusd for candidate in candidates])
    return ratio_estimates(
        summed(saved, baseline.table.clusters),
        cost_by_cluster(baseline),
        names=[candidate.name for candidate in candidates],
        resampling=resampling,
    )


def _best(is_kept: BoolColumn, saved: Estimates, quality: Estimates) -> int | None:
    fit = np.flatnonzero(is_kept & (saved.point > 0))
    if len(fit) == 0:
        return None
    return int(max(fit.tolist(), key=lambda k: (saved.point[k], quality.point[k], -k)))
