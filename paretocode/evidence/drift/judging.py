"""What is to be said of each factor, of the stream, and of all? The rules by which evidence becomes a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paretocode.evidence.drift.attribution import FactorMove
from paretocode.evidence.drift.moves import MetricMove
from paretocode.evidence.drift.stream_tests import DriftTest, TestState
from paretocode.evidence.drift.verdicts import DriftVerdict, Limit, Reach, worst_reach

__all__ = ["LEAST_SESSIONS", "MOST_UNCOVERED", "FactorDrift", "graver", "judge_factor", "judge_stream"]

LEAST_SESSIONS = 20
"""Below this many sessions on a side, finding nothing says nothing: our choice."""

MOST_UNCOVERED = 0.05
"""Where more of today's sessions are of a kind that the tuned stream lacks, weights clear no factor: our choice."""

_GRAVEST = [
    DriftVerdict.MOVES,
    DriftVerdict.TOO_LITTLE,
    DriftVerdict.NO_CONSEQUENCE,
    DriftVerdict.NO_SIGN,
    DriftVerdict.NO_TEST,
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorDrift:
    """One factor.

    Parameters
    ----------
    factor
        One of `FACTORS`.
    tests
        Its quantities.
    move
        What the map's metrics would be, had this factor alone drifted.
    has_drifted
        Whether one of its tests rejects; the verdict also says whether that matters.
    verdict
        The sentence.
    """

    factor: str
    tests: tuple[DriftTest, ...]
    move: FactorMove
    has_drifted: bool
    verdict: DriftVerdict

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "factor": self.factor,
            "has_drifted": self.has_drifted,
            "verdict": self.verdict.value,
            "tests": [test.to_dict() for test in self.tests],
            "move": self.move.to_dict(),
        }


def judge_factor(
    tests: tuple[DriftTest, ...],
    move: FactorMove,
    *,
    n_sessions: tuple[int, int],
    limits: Mapping[str, Limit],
    alpha: float,
) -> FactorDrift:
    """Return a factor with its verdict.

    Parameters
    ----------
    tests
        Of all factors, Holm-corrected together.
    move
        Of this factor alone.

    Notes
    -----
    No test: nothing to test. None of them at most alpha: no sign, or too little data below `LEAST_SESSIONS`. Otherwise
    the whole intervals of the moves decide; inside all limits they clear the factor only where the tuned stream holds
    nearly all of today's kinds of session.
    """
    factor = move.factors[0]
    own = tuple(test for test in tests if test.factor == factor)
    corrected = [test.p_holm for test in own if test.state is TestState.TESTED and test.p_holm is not None]
    has_drifted = bool(corrected) and min(corrected) <= alpha
    if not corrected:
        verdict = DriftVerdict.NO_TEST
    elif not has_drifted:
        verdict = DriftVerdict.TOO_LITTLE if min(n_sessions) < LEAST_SESSIONS else DriftVerdict.NO_SIGN
    else:
        verdict = _consequence(move, limits)
    return FactorDrift(factor=factor, tests=own, move=move, has_drifted=has_drifted, verdict=verdict)


def judge_stream(
    moves: tuple[MetricMove, ...], factors: tuple[FactorDrift, ...], limits: Mapping[str, Limit]
) -> DriftVerdict:
    """Return the verdict on a stream: by the whole moves of the metrics, whatever explains them.

    With all metrics within their limits: no consequence where a factor drifted; where none did, no sign, or too little
    data where a factor could hardly have shown one.
    """
    reach = worst_reach(moves, limits)
    if reach is not Reach.WITHIN:
        return DriftVerdict.MOVES if reach is Reach.BEYOND else DriftVerdict.TOO_LITTLE
    if any(factor.has_drifted for factor in factors):
        return DriftVerdict.NO_CONSEQUENCE
    is_thin = any(factor.verdict is DriftVerdict.TOO_LITTLE for factor in factors)
    return DriftVerdict.TOO_LITTLE if is_thin else DriftVerdict.NO_SIGN


def graver(one: DriftVerdict, other: DriftVerdict) -> DriftVerdict:
    """Return the graver of two verdicts; too little data is graver than drift without consequence.

    Examples
    --------
    >>> graver(DriftVerdict.NO_CONSEQUENCE, DriftVerdict.TOO_LITTLE).value
    'too little data to tell'
    """
    return min(one, other, key=_GRAVEST.index)


def _consequence(move: FactorMove, limits: Mapping[str, Limit]) -> DriftVerdict:
    reach = worst_reach(move.moves, limits)
    if not move.has_converged or (reach is Reach.WITHIN and move.uncovered_share > MOST_UNCOVERED):
        return DriftVerdict.TOO_LITTLE
    return {
        Reach.BEYOND: DriftVerdict.MOVES,
        Reach.OPEN: DriftVerdict.TOO_LITTLE,
        Reach.WITHIN: DriftVerdict.NO_CONSEQUENCE,
    }[reach]
