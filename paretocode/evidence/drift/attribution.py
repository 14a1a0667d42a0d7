"""Which drift moved the metric? The tuned sessions weighted until one factor looks as it does today, and what is left.

It is bookkeeping, not cause: factors overlap (long sessions have long prompts), so single moves need not add up to the
joint one. What no weighting of tuned sessions explains is stated as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from paretocode.evidence.drift.draws import draws_of
from paretocode.evidence.drift.metric_sums import MetricSums
from paretocode.evidence.drift.moves import MetricMove, moves_from
from paretocode.evidence.drift.raking import Weights, raked_weights
from paretocode.evidence.drift.strata import Strata
from paretocode.evidence.resampling import Resampling

__all__ = ["Attribution", "FactorMove", "attribute"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorMove:
    """What the metrics would be, had only these factors drifted.

    Parameters
    ----------
    factors
        Which were brought to today's shares.
    moves
        From the tuned stream to the weighted one.
    effective_sessions, largest_weight
        Of the weights; few effective sessions mean that a handful of tuned sessions stand for today.
    uncovered_share
        Share of today's sessions of a kind that the tuned stream lacks; no weighting speaks about them.
    has_converged
        False where today's shares contradict each other on the tuned sessions; the moves are then not to be used.
    """

    factors: tuple[str, ...]
    moves: tuple[MetricMove, ...]
    effective_sessions: float
    largest_weight: float
    uncovered_share: float
    has_converged: bool

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Moves of the metrics, by factor.

    Parameters
    ----------
    single
        One factor at a time.
    joint
        All factors at once.
    unexplained
        From the stream with all factors matched to today's: what the strata do not explain.
    """

    single: tuple[FactorMove, ...]
    joint: FactorMove
    unexplained: tuple[MetricMove, ...]

    def of(self, factor: str) -> FactorMove | None:
        """Return the moves of one factor; None where it was not matched."""
        return next((move for move in self.single if move.factors == (factor,)), None)

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return asdict(self)


def attribute(
    tuned: MetricSums,
    today: MetricSums,
    strata: Sequence[Strata],
    *,
    level: float = 0.95,
    draws: Sequence[Resampling] | None = None,
) -> Attribution:
    """Attribute the moves of metrics to factors by weighting the tuned sessions.

    Parameters
    ----------
    tuned, today
        Of one map on both streams.
    strata
        One for each factor, of the sessions of both.
    level
        Nominal coverage of each interval.
    draws
        Resamplings of either side; None takes those of `draws_of`.

    Notes
    -----
    A metric under weights is sum(w a) / sum(w b). Intervals count the sampling of both streams, the weights' own
    included; see `Weights.calibrated`. They are first-order, and short where few effective sessions are left.

    Examples
    --------
    Sessions of kind 1 cost 9 and those of kind 0 cost 1; today two thirds are of kind 1 instead of one third, and each
    costs one more:

    >>> import numpy as np
    >>> one = np.ones((3, 1))
    >>> tuned = MetricSums(names=("cost",), numerator=np.array([[1.0], [1.0], [9.0]]), denominator=one)
    >>> today = MetricSums(names=("cost",), numerator=np.array([[2.0], [10.0], [10.0]]), denominator=one)
    >>> kinds = Strata(factor="callers", tuned=np.array([0, 0, 1]), today=np.array([0, 1, 1]), n=2)
    >>> found = attribute(tuned, today, [kinds])
    >>> round(found.joint.moves[0].difference, 3), round(found.unexplained[0].difference, 3)
    (2.667, 1.0)
    """
    joint = raked_weights(strata)
    drawn = draws_of(tuned.n_sessions, today.n_sessions) if draws is None else draws
    return Attribution(
        single=tuple(_matched(tuned, raked_weights([factor]), drawn, level) for factor in strata),
        joint=_matched(tuned, joint, drawn, level),
        unexplained=_unexplained(tuned, today, joint, drawn, level),
    )


def _matched(tuned: MetricSums, weights: Weights, draws: Sequence[Resampling], level: float) -> FactorMove:
    own, of_today = weights.calibrated(tuned.residuals(weights.weight))
    influences = own - tuned.residuals() / tuned.n_sessions, of_today
    moves = moves_from(
        tuned.names, (tuned.values(), tuned.values(weights.weight)), influences, draws=draws, level=level
    )
    return FactorMove(
        factors=tuple(factor.factor for factor in weights.strata),
        moves=moves,
        effective_sessions=weights.effective_sessions,
        largest_weight=float(weights.weight.max()),
        uncovered_share=weights.uncovered_share,
        has_converged=weights.has_converged,
    )


def _unexplained(
    tuned: MetricSums, today: MetricSums, weights: Weights, draws: Sequence[Resampling], level: float
) -> tuple[MetricMove, ...]:
    own, of_today = weights.calibrated(tuned.residuals(weights.weight))
    influences = -own, today.residuals() / today.n_sessions - of_today
    return moves_from(tuned.names, (tuned.values(weights.weight), today.values()), influences, draws=draws, level=level)
