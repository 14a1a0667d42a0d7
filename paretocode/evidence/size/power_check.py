"""Does the planned number give the planned power? Sessions of the stream drawn again, the whole test run on each draw.

The stream's sessions are taken as the world. The candidate's sums are moved by a constant per unit of the denominator,
so that the true difference of that world is exactly the one planned for, and nothing is assumed of the sessions' law.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.map_sums import MapSums
from paretocode.evidence.measures import MapMeasure
from paretocode.evidence.resampling import FloatMatrix
from paretocode.evidence.size.designs import Design, Rollout
from paretocode.evidence.size.size_plan import SizePlan
from paretocode.evidence.size.spread import SessionSpread, value_of
from paretocode.evidence.size.words import percent
from paretocode.progress import task

__all__ = ["PowerCheck", "check_plan", "simulated_power"]

_BLOCK_NUMBERS = 1 << 22


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerCheck:
    """What draws of the planned size showed.

    Parameters
    ----------
    n_worlds, n_sessions
        Draws, and sessions in each.
    kind
        What is drawn: session, user, ...
    power
        Share of draws whose interval says it.
    standard_error
        Of that share, from the number of draws.
    planned
        The power that was planned.
    """

    n_worlds: int
    n_sessions: int
    kind: str
    power: float
    standard_error: float
    planned: float

    @property
    def sentence(self) -> str:
        """The answer for people."""
        return (
            f"In {self.n_worlds:,} draws of {self.n_sessions:,} {self.kind}s {percent(self.power)} show it, where "
            f"{percent(self.planned)} was planned."
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {**asdict(self), "sentence": self.sentence}


def check_plan(plan: SizePlan, *, n_worlds: int = 1000, rng: np.random.Generator | int) -> PowerCheck:
    """Check a plan by drawing that many sessions from the stream, with replacement, again and again.

    Parameters
    ----------
    n_worlds
        At least 100; 1,000 know the power to about 1.3 points.

    Raises
    ------
    InputError
        Too few draws; a quantile, which does not follow from sums.

    Examples
    --------
    >>> from paretocode.sim import replay
    >>> from paretocode.evidence.size import session_spread, sessions_to_see
    >>> from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, two_tiers
    >>> stream = many_sessions(300)
    >>> runs = [replay(stream, tier_map, models()) for tier_map in (two_tiers(), documented())]
    >>> spread = session_spread(*runs, "tier_jump_rate", scale=percentiles())
    >>> check = check_plan(sessions_to_see(spread, difference=0.02), rng=1)
    >>> abs(check.power - check.planned) < 0.03
    True
    """
    power = simulated_power(
        plan.spread,
        design=plan.design,
        n_sessions=plan.n_sessions,
        difference=plan.difference,
        margin=plan.margin,
        alpha=plan.alpha,
        n_worlds=n_worlds,
        rng=rng,
    )
    return PowerCheck(
        n_worlds=n_worlds,
        n_sessions=plan.n_sessions,
        kind=plan.spread.kind,
        power=power,
        standard_error=float(np.sqrt(power * (1 - power) / n_worlds)),
        planned=plan.reached_power,
    )


def simulated_power(
    spread: SessionSpread,
    *,
    design: Design,
    n_sessions: int,
    difference: float,
    margin: float | None = None,
    alpha: float = 0.05,
    n_worlds: int = 1000,
    rng: np.random.Generator | int,
) -> float:
    """Return the share of draws whose Student interval excludes 0, or lies below the margin. O(n_worlds x n_sessions).

    Raises
    ------
    InputError
        As `check_plan`.
    """
    if spread.measure.per_mille is not None or n_worlds < 100:
        raise InputError(
            f"{n_worlds} draws say little" if n_worlds < 100 else "a quantile does not follow from sums by session",
            where=spread.measure.name,
            way_out="ask for at least 100" if n_worlds < 100 else "check a share of slower requests in its place",
        )
    generator = np.random.default_rng(rng)
    new = _centred(spread.candidate, spread.measure)
    old = _centred(spread.incumbent, spread.measure)
    step = max(1, _BLOCK_NUMBERS // spread.n_sessions)
    n_new = min(n_sessions - 2, max(2, round(n_sessions * design.canary_share))) if isinstance(design, Rollout) else 0
    n_seen = 0
    with task("draw worlds", total=n_worlds, unit="world") as work:
        for start in range(0, n_worlds, step):
            n = min(step, n_worlds - start)
            if n_new:
                away, error, freedom = _of_arms(new, old, (n_new, n_sessions - n_new), n, generator)
            else:
                away, error, freedom = _of_pairs(new, old, n_sessions, n, generator)
            n_seen += int(np.count_nonzero(_says(away + difference, error, freedom, margin, alpha)))
            work.advance(n)
    return n_seen / n_worlds


def _centred(sums: MapSums, measure: MapMeasure) -> FloatMatrix:
    """Return residual and denominator of each session, shape (n, 2), the first in the measure's unit."""
    below = sums.columns[measure.denominator].astype(np.float64)
    above = sums.columns[measure.numerator] / measure.unit
    return np.column_stack([above - value_of(sums, measure) * below, below])


def _counts(n_known: int, n_drawn: int, n_worlds: int, rng: np.random.Generator) -> FloatMatrix:
    return rng.multinomial(n_drawn, np.full(n_known, 1 / n_known), size=n_worlds).astype(np.float64)


def _of_pairs(
    new: FloatMatrix, old: FloatMatrix, n_sessions: int, n_worlds: int, rng: np.random.Generator
) -> tuple[FloatColumn, FloatColumn, FloatColumn]:
    """Return estimate minus truth, its standard error and degrees of freedom in each draw."""
    counts = _counts(len(new), n_sessions, n_worlds, rng)
    both = np.column_stack([new, old])
    weights, away = _weights(counts @ both)
    products = np.einsum("ni,nj->nij", both, both).reshape(len(both), 16)
    moments = (counts @ products).reshape(n_worlds, 4, 4)
    squares = np.maximum(0.0, np.einsum("wi,wij,wj->w", weights, moments, weights))
    error = np.sqrt(squares * n_sessions / (n_sessions - 1))
    return away, error, np.full(n_worlds, n_sessions - 1.0)


def _of_arms(
    new: FloatMatrix, old: FloatMatrix, arms: tuple[int, int], n_worlds: int, rng: np.random.Generator
) -> tuple[FloatColumn, FloatColumn, FloatColumn]:
    away, variance, parts = np.zeros(n_worlds), np.zeros(n_worlds), np.zeros(n_worlds)
    for sign, table, n in ((1, new, arms[0]), (-1, old, arms[1])):
        still = np.column_stack([np.zeros(len(table)), np.ones(len(table))])
        one_away, error, _ = _of_pairs(table, still, n, n_worlds, rng)
        away += sign * one_away
        variance += error**2
        parts += error**4 / (n - 1)
    freedom = np.divide(variance**2, parts, out=np.full(n_worlds, sum(arms) - 2.0), where=parts > 0)
    return away, np.sqrt(variance), freedom


def _weights(totals: FloatMatrix) -> tuple[FloatMatrix, FloatColumn]:
    """Return how a session's four numbers become its influence in each draw, and estimate minus truth.

    With residuals e = a - r b of the whole, a draw's ratio is r + E / B, and a session's influence on it is
    (e - (E / B) b) / B.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = totals[:, 0] / totals[:, 1], totals[:, 2] / totals[:, 3]
        weights = np.column_stack([1 / totals[:, 1], -one / totals[:, 1], -1 / totals[:, 3], two / totals[:, 3]])
    return weights, one - two


def _says(
    estimate: FloatColumn, error: FloatColumn, freedom: FloatColumn, margin: float | None, alpha: float
) -> BoolColumn:
    """Return which draws say it; a draw without any denominator says nothing."""
    from scipy.stats import t

    half = t.isf(alpha / 2, freedom) * error
    is_known = np.isfinite(estimate) & np.isfinite(half)
    says: BoolColumn = is_known & (np.abs(estimate) > half if margin is None else estimate + half < margin)
    return says
