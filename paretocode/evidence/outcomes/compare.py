"""Is the candidate as good as the baseline on the same questions, and what does it save? Paired and clustered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.evidence.clusters import summed
from paretocode.evidence.confidence import Intervals, intervals, student_intervals
from paretocode.evidence.estimates import Estimates, ratio_estimates
from paretocode.evidence.outcomes.assignment import Assignment, refuse_other_table
from paretocode.evidence.outcomes.estimating import checked_resampling, mean_estimates
from paretocode.evidence.outcomes.margins import QualityVerdict, check_margin, quality_verdict
from paretocode.evidence.outcomes.table import PUSD_PER_USD
from paretocode.evidence.resampling import Resampling

__all__ = ["OutcomeComparison", "compare_assignments", "cost_by_cluster", "cost_estimates", "quality_estimates"]


@dataclass(frozen=True, kw_only=True, eq=False)
class OutcomeComparison:
    """Candidate against baseline on the same questions.

    Parameters
    ----------
    candidate, baseline
        Names.
    n_questions, n_clusters, cluster_kind
        What stands behind it.
    n_changed
        Questions that get another model.
    margin
        Loss of mean score that is still called equal [score].
    quality
        One quantity, ``quality_difference`` [score]: candidate minus baseline; *more* is better.
    quality_interval, quality_student
        Its intervals by resampling and by standard error; the verdict reads the first.
    cost
        ``cost_difference`` [USD per question], candidate minus baseline, and ``cost_saved_share``, one minus the
        ratio of the costs (more is better); None where the table has no costs.
    cost_interval, cost_student
        Their intervals.
    verdict
        On quality, with the margin.
    """

    candidate: str
    baseline: str
    n_questions: int
    n_clusters: int
    cluster_kind: str
    n_changed: int
    margin: float
    quality: Estimates
    quality_interval: Intervals
    quality_student: Intervals
    cost: Estimates | None
    cost_interval: Intervals | None
    cost_student: Intervals | None
    verdict: QualityVerdict

    def __str__(self) -> str:
        """Return the finding in one or two sentences; a saving is given only where quality is shown to be kept."""
        difference = float(self.quality.point[0])
        percent = f"{self.quality_interval.level:.0%}"
        interval = f"{percent} interval {self.quality_interval.low[0]:+.4g} to {self.quality_interval.high[0]:+.4g}"
        quality = (
            f"{self.candidate} against {self.baseline} on {self.n_questions:,} questions: the mean score differs by "
            f"{difference:+.4g} ({interval}); {self.verdict.value} (margin {self.margin:g})"
        )
        if self.cost is None or self.cost_interval is None:
            return f"{quality}."
        saved, low, high = (float(x[1]) for x in (self.cost.point, self.cost_interval.low, self.cost_interval.high))
        if not self.verdict.is_kept:
            return f"{quality}. Its cost is {1 - saved:.1%} of the baseline's, which is no saving at equal quality."
        if low <= 0 <= high:
            return f"{quality}. Its cost does not differ clearly (saved {low:.1%} to {high:.1%})."
        word = "saves" if saved > 0 else "costs more:"
        return f"{quality}. It {word} {abs(saved):.1%} of the cost (saved {low:.1%} to {high:.1%})."


def compare_assignments(
    candidate: Assignment,
    baseline: Assignment,
    *,
    margin: float,
    level: float = 0.95,
    resampling: Resampling | None = None,
) -> OutcomeComparison:
    """Compare two assignments of the same table.

    Parameters
    ----------
    candidate, baseline
        On the same table. Differences are taken question by question and summed by cluster, so that what the two share
        cancels and turns of one question are not counted as independent.
    margin
        Loss of mean score that is still called equal [score], > 0.
    level
        Of each interval.
    resampling
        Resamples of the table's clusters; 2,000 when None.

    Raises
    ------
    InputError
        Two tables, one cluster only, a margin below the resolution of the data, two assignments that choose the same
        model everywhere, or scores that do not differ in any question.

    Notes
    -----
    Mean difference = sum over clusters of summed differences / number of questions, a ratio estimate since clusters
    differ in size (Cochran 1977, section 9A); the interval is the symmetric bootstrap-t over clusters.

    Examples
    --------
    >>> from paretocode.evidence.outcomes.assignment import assigned_to
    >>> from paretocode.evidence.outcomes.build import outcome_table
    >>> labels = [f"q{i}" for i in range(20) for _ in range(2)]
    >>> score = [1, 1] * 16 + [0, 1] * 2 + [1, 0] * 2
    >>> table = outcome_table(question=labels, model=["weak", "strong"] * 20, score=score, score_range=(0, 1),
    ...                       cost_usd=[0.001, 0.02] * 20)
    >>> print(compare_assignments(assigned_to(table, "weak"), assigned_to(table, "strong"), margin=0.05))
    weak against strong on 20 questions: the mean score differs by +0 (95% interval -0.1879 to +0.1879); not enough
    data: the interval holds both losses beyond the margin and none (margin 0.05). Its cost is 5.0% of the baseline's,
    which is no saving at equal quality.
    """
    refuse_other_table(candidate, baseline)
    table = candidate.table
    check_margin(table, margin)
    draws = checked_resampling(table, resampling)
    _refuse_sameness(candidate, baseline)
    quality = quality_estimates([candidate], baseline, resampling=draws)
    cost = None if table.cost_pusd is None else cost_estimates(candidate, baseline, resampling=draws)
    found = intervals(quality, level=level)
    return OutcomeComparison(
        candidate=candidate.name,
        baseline=baseline.name,
        n_questions=table.n_questions,
        n_clusters=table.n_clusters,
        cluster_kind=table.cluster_kind,
        n_changed=int((candidate.model_index != baseline.model_index).sum()),
        margin=margin,
        quality=quality,
        quality_interval=found,
        quality_student=student_intervals(quality, level=level),
        cost=cost,
        cost_interval=None if cost is None else intervals(cost, level=level),
        cost_student=None if cost is None else student_intervals(cost, level=level),
        verdict=quality_verdict(float(found.low[0]), float(found.high[0]), margin=margin),
    )


def quality_estimates(candidates: list[Assignment], baseline: Assignment, *, resampling: Resampling) -> Estimates:
    """Return the mean score of each candidate minus the baseline's, on common resamples; more is better."""
    differences = np.column_stack([candidate.score - baseline.score for candidate in candidates])
    names = [candidate.name for candidate in candidates] if len(candidates) > 1 else ["quality_difference"]
    return mean_estimates(differences, baseline.table, names=names, resampling=resampling)


def cost_estimates(candidate: Assignment, baseline: Assignment, *, resampling: Resampling) -> Estimates:
    """Return ``cost_difference`` [USD per question] and ``cost_saved_share`` on common resamples.

    Raises
    ------
    InputError
        The baseline costs nothing, so that no share of it can be saved; or sums that leave 64 bits.
    """
    clusters = baseline.table.clusters
    paid, less = cost_by_cluster(baseline), summed(candidate.cost_pusd - baseline.cost_pusd, clusters)
    n_of = summed(np.ones(baseline.table.n_questions, dtype=np.int64), clusters)
    return ratio_estimates(
        np.column_stack([less, -less]),
        np.column_stack([n_of * PUSD_PER_USD, paid]),
        names=["cost_difference", "cost_saved_share"],
        resampling=resampling,
    )


def cost_by_cluster(baseline: Assignment) -> IntColumn:
    """Return what a baseline paid, by cluster [pico-USD].

    Raises
    ------
    InputError
        It costs nothing.
    """
    if not baseline.cost_pusd.any():
        raise InputError(
            f"{baseline.name} costs nothing, so no share of it can be saved",
            where=baseline.table.name,
            way_out="compare quality alone, on a table without costs",
        )
    paid: IntColumn = summed(baseline.cost_pusd, baseline.table.clusters)
    return paid


def _refuse_sameness(candidate: Assignment, baseline: Assignment) -> None:
    table = baseline.table
    if (candidate.model_index == baseline.model_index).all():
        raise InputError(
            f"{candidate.name} and {baseline.name} choose the same model for every question",
            where=table.name,
            way_out="there is nothing to compare",
        )
    away = candidate.score - baseline.score
    if (away == away[0]).all():
        raise InputError(
            f"the score differs by {away[0]:g} in every one of {table.n_questions:,} questions, so that no interval "
            "can be given",
            where=table.name,
            way_out="check the score column, or add questions that tell the models apart",
        )
