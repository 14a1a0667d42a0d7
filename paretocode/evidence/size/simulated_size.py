"""How many sessions does it take when the normal formula is not trusted? The smallest number that draws confirm."""

from __future__ import annotations

from paretocode.errors import InputError
from paretocode.evidence.size.power_check import simulated_power
from paretocode.evidence.size.size_plan import SizePlan

__all__ = ["simulated_sessions"]

_STEP = 1.05
_FARTHEST = 100.0


def simulated_sessions(plan: SizePlan, *, n_worlds: int = 1000, seed: int = 1) -> int:
    """Return the number of sessions from which draws of this stream reach the planned power.

    Parameters
    ----------
    plan
        What the formula says.
    n_worlds
        Draws at each number tried, at least 100.
    seed
        Same seed, same answer.

    Returns
    -------
    int
        On a ladder of steps of 5 % around the formula's number: the lowest rung from which it and the next one both
        reach the power. With 1,000 draws the power of a rung is known to about 1.3 points, and the number to about 4 %.

    Raises
    ------
    InputError
        As `check_plan`; a hundred times the formula's number is still not enough.

    Examples
    --------
    >>> from paretocode.sim import replay
    >>> from paretocode.evidence.size import session_spread, sessions_to_see
    >>> from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, two_tiers
    >>> stream = many_sessions(300)
    >>> runs = [replay(stream, tier_map, models()) for tier_map in (two_tiers(), documented())]
    >>> spread = session_spread(*runs, "cost_usd_per_krequest", scale=percentiles())
    >>> plan = sessions_to_see(spread, difference=1.5)
    >>> simulated_sessions(plan) > plan.n_sessions  # costs are skewed, and the formula is too hopeful
    True
    """
    rung = 0
    while _holds(plan, rung, n_worlds, seed) and _size(plan, rung) > plan.design.least_sessions:
        rung -= 1
    while not (_holds(plan, rung, n_worlds, seed) and _holds(plan, rung + 1, n_worlds, seed)):
        rung += 1
        if _STEP**rung > _FARTHEST:
            raise InputError(
                f"{_FARTHEST:.0f} times the planned {plan.n_sessions:,} {plan.spread.kind}s do not reach the power",
                where=plan.spread.measure.name,
                way_out="collect more of this traffic first: too few sessions make its variance",
            )
    return _size(plan, rung)


def _size(plan: SizePlan, rung: int) -> int:
    return max(plan.design.least_sessions, round(plan.n_sessions * _STEP**rung))


def _holds(plan: SizePlan, rung: int, n_worlds: int, seed: int) -> bool:
    power = simulated_power(
        plan.spread,
        design=plan.design,
        n_sessions=_size(plan, rung),
        difference=plan.difference,
        margin=plan.margin,
        alpha=plan.alpha,
        n_worlds=n_worlds,
        rng=seed,
    )
    return power >= plan.power
