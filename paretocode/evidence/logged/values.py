"""What would the candidate's outcome have been? Estimates from logged propensities, on the traffic the log covers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import BoolColumn, FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.confidence import Intervals
from paretocode.evidence.confidence import intervals as bootstrap_t_intervals
from paretocode.evidence.logged.bounds import BoundedMean, filled_bounds, outcome_column
from paretocode.evidence.logged.choices import NOBODY, LoggedChoices
from paretocode.evidence.logged.estimating import ESTIMATORS, Covered, ValueEstimate, value_estimates
from paretocode.evidence.logged.outcome_model import cross_fitted_outcomes
from paretocode.evidence.logged.weights import WeightCheck, check_weights, importance_weights, propensity_column
from paretocode.evidence.resampling import Resampling

__all__ = ["LEAST_EFFECTIVE_SESSIONS", "LogAnswer", "PolicyValue", "policy_value"]

LEAST_EFFECTIVE_SESSIONS = 30.0
"""Below this many effective sessions an interval is not to be relied on: our choice."""


class LogAnswer(Enum):
    """What the log's answer is worth; the value is the sentence for people."""

    ESTIMATED = "estimated on the covered traffic; nothing is said about the rest but its bounds"
    THIN = "few effective sessions: a handful of requests decides, and the intervals are not to be relied on"
    DOUBTFUL = "the weights' mean differs from 1: wrong propensities, or choices that the log never made there"
    REFUSED = "refused: the log never chose what the candidate would for such requests; only bounds can be given"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyValue:
    """What a log says about the mean outcome under a candidate.

    Parameters
    ----------
    answer
        What it is worth.
    covered_share
        Share of requests that the estimates speak for: the candidate's choice was seen in their stratum, and the log
        says what it chose.
    estimates
        In the order of `ESTIMATORS`; empty where refused.
    weights
        What they say about themselves; None where refused.
    clip_bias
        What clipping did to the plain inverse-propensity estimate: clipped minus unclipped, itself as uncertain as the
        weights that were cut; None without a clip.
    most_clip_bias
        Largest bias that clipping can have given the range of outcomes; None without a clip or a range.
    whole
        Bounds for all traffic: the doubly robust estimate where covered, anything within the range elsewhere; None
        without a range.
    """

    answer: LogAnswer
    covered_share: float
    level: float
    estimates: tuple[ValueEstimate, ...] = ()
    weights: WeightCheck | None = None
    clip_bias: float | None = None
    most_clip_bias: float | None = None
    whole: BoundedMean | None = None

    def of(self, name: str) -> ValueEstimate:
        """Return one estimator's answer.

        Raises
        ------
        InputError
            Another name, or any where the log refuses to say.
        """
        for estimate in self.estimates:
            if estimate.name == name:
                return estimate
        raise InputError(
            f"there is no estimate {name!r}: {self.answer.value}",
            where="log",
            way_out=f"ask for one of {', '.join(ESTIMATORS)} where there are estimates",
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON, with what the estimators are."""
        return {**asdict(self), "answer": self.answer.value, "estimators": dict(ESTIMATORS)}


def policy_value(
    choices: LoggedChoices,
    *,
    propensity: ArrayLike,
    outcome: ArrayLike,
    outcome_range: tuple[float, float] | None = None,
    clip: float | None = None,
    n_folds: int = 5,
    level: float = 0.95,
    n_replicates: int = 1000,
    intervals: Callable[..., Intervals] = bootstrap_t_intervals,
    rng: np.random.Generator | int,
) -> PolicyValue:
    """Estimate the mean outcome that a candidate would have had, from a log that chose at random.

    Parameters
    ----------
    choices
        What was and what would be chosen.
    propensity
        Shape (n_requests,), in (0, 1]: the probability with which the logged choice was made, given everything that the
        choice looked at.
    outcome
        Shape (n_requests,): quality, cost, latency, success; known wherever a request is covered.
    outcome_range
        Least and greatest possible outcome; needed for bounds of the whole traffic.
    clip
        Largest weight; None cuts none.
    n_folds
        For the outcome model.
    intervals
        One of those of `paretocode.evidence.confidence`; its own `intervals` are symmetric bootstrap-t.
    rng
        Deals sessions to folds and seeds the resamples.

    Notes
    -----
    Over the covered requests, with w = [same choice] / propensity and q the model's expectation of the candidate's
    choice: ips = mean(w y), snips = sum(w y) / sum(w), dr = mean(q + w (y - q)). All are right only where propensities
    are, the outcome of a request does not depend on choices made for others, and the strata or the randomness make the
    log's choices comparable. Uncovered traffic is never extrapolated to. O(n_replicates x n_sessions).

    Raises
    ------
    InputError
        Propensities outside (0, 1], outcomes that are missing or outside the range, a clip below 1.

    Examples
    --------
    The log tosses a coin between a, which succeeds, and b, which fails; the candidate always takes a:

    >>> from paretocode.evidence.clusters import Clusters
    >>> from paretocode.evidence.logged.choices import logged_choices
    >>> n = 200
    >>> clusters = Clusters(of_row=np.arange(n), n=n, kind="session")
    >>> choices = logged_choices(clusters=clusters, logged=["a", "b"] * 100, candidate=["a"] * n)
    >>> found = policy_value(choices, propensity=[0.5] * n, outcome=[1.0, 0.0] * 100, rng=1)
    >>> found.of("logged_mean").value, found.of("snips").value, found.of("dr").difference
    (0.5, 1.0, 0.5)
    """
    chosen = propensity_column(propensity, n_requests=len(choices))
    covered = choices.is_seen & (choices.logged != NOBODY)
    values = outcome_column(outcome, covered, choices.clusters, outcome_range=outcome_range)
    weight = np.where(covered, importance_weights(choices, chosen, clip=clip), 0.0)
    for_folds, for_seed = np.random.default_rng(rng).spawn(2)
    resampling = Resampling(
        n_clusters=choices.clusters.n, n_replicates=n_replicates, seed=int(for_seed.integers(2**31))
    )
    if not weight.any():
        return _refused(choices, outcome_range, level)
    part = Covered(
        clusters=choices.clusters,
        mask=covered,
        outcome=values,
        weight=weight,
        expected=cross_fitted_outcomes(choices, values, covered, n_folds=n_folds, rng=for_folds),
    )
    checked = check_weights(choices, chosen, covered, clip=clip, level=level)
    return PolicyValue(
        answer=_answer(checked),
        covered_share=float(np.mean(covered)),
        estimates=value_estimates(part, resampling=resampling, intervals=intervals, level=level),
        weights=checked,
        clip_bias=None if clip is None else _clip_bias(part, importance_weights(choices, chosen)),
        most_clip_bias=None if clip is None or outcome_range is None else _most_clip_bias(checked, outcome_range),
        whole=_whole(part.score, covered, choices, outcome_range, level),
        level=level,
    )


def _refused(choices: LoggedChoices, outcome_range: tuple[float, float] | None, level: float) -> PolicyValue:
    nothing = np.zeros(len(choices)), np.zeros(len(choices), dtype=np.bool_)
    return PolicyValue(
        answer=LogAnswer.REFUSED,
        covered_share=0.0,
        whole=_whole(*nothing, choices, outcome_range, level),
        level=level,
    )


def _answer(checked: WeightCheck) -> LogAnswer:
    if checked.effective_sessions < LEAST_EFFECTIVE_SESSIONS:
        return LogAnswer.THIN
    return LogAnswer.ESTIMATED if checked.is_mean_plausible else LogAnswer.DOUBTFUL


def _whole(
    score: FloatColumn,
    covered: BoolColumn,
    choices: LoggedChoices,
    outcome_range: tuple[float, float] | None,
    level: float,
) -> BoundedMean | None:
    """Return bounds for all traffic: parts of the doubly robust mean where covered, the range elsewhere."""
    if outcome_range is None:
        return None
    return filled_bounds(score, covered, choices.clusters, outcome_range=outcome_range, level=level)


def _clip_bias(part: Covered, whole: FloatColumn) -> float:
    """Return the clipped minus the unclipped inverse-propensity estimate."""
    lost = np.where(part.mask, part.weight - whole, 0.0)
    return float((lost * part.outcome).sum() / np.count_nonzero(part.mask))


def _most_clip_bias(checked: WeightCheck, outcome_range: tuple[float, float]) -> float:
    return checked.weight_lost * max(abs(bound) for bound in outcome_range)
