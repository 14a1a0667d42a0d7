"""How much of the gap between two adjacent tiers does a router recover, and how many strong calls does that take?

Definitions of RouteLLM (Ong et al. 2024, arXiv 2406.18665): PGR, APGR and CPT, for one weak and one strong model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.evidence.outcomes.curve import CostQualityCurve, pair_curve
from paretocode.evidence.outcomes.routed import router_scores
from paretocode.evidence.outcomes.table import OutcomeTable

__all__ = ["PerformanceGap", "performance_gap"]

_N_CUTOFFS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class PerformanceGap:
    """What a router recovers of the gap between a weak and a strong model.

    Parameters
    ----------
    curve
        Every threshold's point, from no strong call to strong calls only.
    router_score
        Shape (n_questions,): what orders them.
    weak_score, strong_score
        Mean scores; the strong one is higher.
    pgr
        Shape (P,): performance gap recovered by point, 0 at no strong call and 1 at strong calls only; outside 0..1
        where the router is worse than the weak or better than the strong model.
    cutoff_index
        Points of the curve at the router score's tenths, from the fewest strong calls to the most.
    apgr
        Average PGR over strong-call shares, by the trapezoid rule through the cutoffs, as in RouteLLM's code.
        Random routing has 0.5 in expectation.
    apgr_of_tenths
        Mean PGR at 10 %, 20 %, ..., 100 % strong calls, the sum in RouteLLM's paper; at each, the threshold that uses
        most of them. Random routing has 0.55 in expectation.
    """

    curve: CostQualityCurve
    router_score: FloatColumn
    weak_score: float
    strong_score: float
    pgr: FloatColumn
    cutoff_index: IntColumn
    apgr: float
    apgr_of_tenths: float

    @property
    def strong_share(self) -> FloatColumn:
        """Share of strong calls by point, strictly increasing from 0 to 1."""
        return self.curve.share[:, 1]

    def cpt(self, recovered: float) -> float:
        """Return the least share of strong calls that recovers this much of the gap; CPT(50 %) is ``cpt(0.5)``.

        Parameters
        ----------
        recovered
            0 < recovered <= 1.

        Raises
        ------
        InputError
            A share of the gap outside that range.

        Notes
        -----
        The least over thresholds that exist. RouteLLM's code interpolates between ten cutoffs, which is less exact and
        needs a curve that never falls.
        """
        if not 0 < recovered <= 1:
            raise InputError(
                f"CPT is asked at {recovered:g}",
                where=self.curve.table.name,
                way_out="give a share of the gap above 0 and up to 1",
            )
        return float(self.strong_share[np.flatnonzero(self.pgr >= recovered)[0]])

    def __str__(self) -> str:
        weak, strong = self.curve.models
        halves = ", ".join(f"CPT({x:.0%}) {self.cpt(x):.1%}" for x in (0.2, 0.5, 0.8))
        return (
            f"APGR {self.apgr:.3f} over 0 % to 100 % strong calls between {weak} ({self.weak_score:.4g}) and {strong} "
            f"({self.strong_score:.4g}); {halves}"
        )


def performance_gap(table: OutcomeTable, weak: str, strong: str, router_score: ArrayLike) -> PerformanceGap:
    """Return PGR, APGR and CPT of a router's score between two adjacent tiers. O(n log n).

    Parameters
    ----------
    weak, strong
        The two models; both answered every question.
    router_score
        Shape (n_questions,): higher asks for the strong model.

    Raises
    ------
    InputError
        A strong model that is not better than the weak one on this table, so that there is no gap to recover; a router
        score that is the same everywhere; or what `pair_curve` refuses.

    Notes
    -----
    PGR = (r - r_weak) / (r_strong - r_weak). APGR = integral of PGR over the share of strong calls, 0 to 1. The cutoffs
    are the score's quantiles at 0, 0.1, ..., 1: at or above goes to the strong model, for the last one only above.
    Recovered sums of whole scores are exact, so ties at a threshold of CPT are ties.

    Examples
    --------
    >>> from paretocode.evidence.outcomes.build import outcome_table
    >>> table = outcome_table(question=["a", "a", "b", "b", "c", "c", "d", "d"], model=["weak", "strong"] * 4,
    ...                       score=[0, 1, 1, 1, 0, 1, 1, 1], score_range=(0, 1))
    >>> found = performance_gap(table, "weak", "strong", [0.9, 0.1, 0.8, 0.2])
    >>> found.pgr.tolist(), found.cpt(0.5), found.cpt(1.0), found.apgr
    ([0.0, 0.5, 1.0, 1.0, 1.0], 0.25, 0.5, 0.75)
    """
    curve = pair_curve(table, weak, strong, router_score)
    score = router_scores(table, router_score)
    total_weak, total_strong = float(curve.total_score[0]), float(curve.total_score[-1])
    weak_score, strong_score = total_weak / table.n_questions, total_strong / table.n_questions
    if not total_strong > total_weak:
        raise InputError(
            f"the strong model {strong!r} scores {strong_score:.4g} and the weak {weak!r} {weak_score:.4g}, so there "
            "is no gap to recover",
            where=table.name,
            way_out="swap the two, or take another pair",
        )
    if len(curve) == 2:
        raise InputError(
            f"router_score is {score[0]:g} for every question, so it orders nothing",
            where=table.name,
            way_out="give a router that tells questions apart",
        )
    pgr = (curve.total_score - total_weak) / (total_strong - total_weak)
    cutoff = _cutoffs(curve, score)
    share = curve.share[:, 1]
    return PerformanceGap(
        curve=curve,
        router_score=score,
        weak_score=weak_score,
        strong_score=strong_score,
        pgr=pgr,
        cutoff_index=cutoff,
        apgr=float(((pgr[cutoff][1:] + pgr[cutoff][:-1]) / 2 * np.diff(share[cutoff])).sum()),
        apgr_of_tenths=float(pgr[_tenths(curve)].mean()),
    )


def _cutoffs(curve: CostQualityCurve, score: FloatColumn) -> IntColumn:
    """Return the points of the curve at the score's quantiles; equal points once."""
    least = np.quantile(score, np.linspace(0, 1, _N_CUTOFFS + 1)[:-1])
    falling = -curve.thresholds[:, 0]  # increasing: -inf, then minus the distinct scores from the greatest down
    at_or_above = np.searchsorted(falling, -least, side="right") - 1
    return np.unique(np.append(at_or_above, 0))


def _tenths(curve: CostQualityCurve) -> IntColumn:
    """Return, for each tenth of strong calls, the point that uses most of them and no more."""
    allowed = np.arange(1, _N_CUTOFFS + 1) * curve.table.n_questions
    return np.searchsorted(curve.n_served[:, 1] * _N_CUTOFFS, allowed, side="right") - 1
