"""How many sessions does it take? To see a difference, or to show that a margin is kept."""

from __future__ import annotations

import numpy as np

from paretocode.errors import InputError
from paretocode.evidence.size.designs import Design, Paired, Rollout
from paretocode.evidence.size.power import check_chances, least_count, power_of
from paretocode.evidence.size.size_plan import SizePlan
from paretocode.evidence.size.spread import SessionSpread
from paretocode.evidence.size.tails import Tails, tails_of
from paretocode.evidence.size.words import percent

__all__ = ["difference_of", "sessions_to_keep", "sessions_to_see", "tails_under"]


def sessions_to_see(
    spread: SessionSpread,
    *,
    difference: float | None = None,
    relative: float | None = None,
    power: float = 0.8,
    alpha: float = 0.05,
    design: Design | None = None,
) -> SizePlan:
    """Return how many sessions it takes until the interval of the difference excludes 0.

    Parameters
    ----------
    spread
        Of this stream.
    difference
        In the measure's unit, any sign.
    relative
        In place of it: as a share of the incumbent's value, 0.05 for 5 %.
    power
        Chance of seeing it, at least 0.5; 0.8 and 0.9 are usual.
    alpha
        1 minus the level of the interval.
    design
        `Paired` when None, or a `Rollout`.

    Raises
    ------
    InputError
        Not exactly one of `difference` and `relative`; a difference of 0; an incumbent of 0 to be relative to; no
        spread between sessions; chances out of range.

    Notes
    -----
    Normal theory needs n = ((z_(1 - alpha / 2) + z_power) sd / difference)^2; the number returned is the smallest whose
    power by noncentral Student's law reaches the target, a few sessions more. Variances are taken from this stream,
    also for other differences: a map that differs more may also vary more.

    Examples
    --------
    >>> from paretocode.sim import replay
    >>> from paretocode.evidence.size import session_spread
    >>> from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, two_tiers
    >>> stream = many_sessions()
    >>> runs = [replay(stream, tier_map, models()) for tier_map in (two_tiers(), documented())]
    >>> spread = session_spread(*runs, "cost_usd_per_krequest", scale=percentiles())
    >>> small, large = (sessions_to_see(spread, relative=share) for share in (0.05, 0.1))
    >>> round(small.n_sessions / large.n_sessions)  # half the difference, four times the sessions
    4
    """
    check_chances(power, alpha)
    true = difference_of(spread, difference, relative, what="difference")
    if true == 0:
        raise InputError(
            "the difference to be seen is 0, which no number of sessions shows",
            where=spread.measure.name,
            way_out="name the least difference that matters, or plan to keep a margin",
        )
    return _plan(spread, design or Paired(), true, None, power=power, alpha=alpha)


def sessions_to_keep(
    spread: SessionSpread,
    *,
    margin: float | None = None,
    relative: float | None = None,
    true_difference: float = 0.0,
    power: float = 0.8,
    alpha: float = 0.05,
    design: Design | None = None,
) -> SizePlan:
    """Return how many sessions it takes to show that the candidate is worse by less than a margin (non-inferiority).

    Parameters
    ----------
    margin
        Above 0, in the measure's unit; less is better, so the upper end of the interval must lie below it.
    relative
        In place of it: as a share of the incumbent's value.
    true_difference
        What is assumed of candidate minus incumbent; 0 takes them as equal.
    power, alpha, design
        As `sessions_to_see`; the upper end of a two-sided interval makes it a one-sided test at alpha / 2.

    Raises
    ------
    InputError
        As `sessions_to_see`; a margin of 0 or less; a true difference that does not lie below the margin.

    Examples
    --------
    >>> from paretocode.evidence.size import spread_of_sums
    >>> from paretocode.evidence.map_sums import MapSums
    >>> columns = lambda cost: {"cost_pusd": np.array(cost), "n_requests": np.ones(4, dtype=int)}
    >>> old, new = (MapSums(name=name, n_clusters=4, cluster_kind="session", columns=columns(cost), windows={})
    ...             for name, cost in (("old", [4, 8, 4, 8]), ("new", [3, 9, 5, 7])))
    >>> spread = spread_of_sums(new, old, "cost_usd_per_krequest", n_requests=4)
    >>> sessions_to_keep(spread, margin=1e-9).n_sessions
    13
    """
    check_chances(power, alpha)
    limit = difference_of(spread, margin, relative, what="margin")
    if limit <= 0 or not true_difference < limit:
        raise InputError(
            f"the margin is {limit:g} and the true difference {true_difference:g}",
            where=spread.measure.name,
            way_out="give a margin above 0 and above the true difference",
        )
    return _plan(spread, design or Paired(), true_difference, limit, power=power, alpha=alpha)


def difference_of(spread: SessionSpread, absolute: float | None, relative: float | None, *, what: str) -> float:
    """Return a difference in the measure's unit, given so or as a share of the incumbent's value.

    Raises
    ------
    InputError
        Both or neither given, a number that is not finite, or an incumbent whose value is 0.
    """
    if (absolute is None) == (relative is None):
        raise InputError(
            f"a {what} is given twice" if relative is not None else f"no {what} is given",
            where=spread.measure.name,
            way_out=f"give the {what} in the measure's unit, or relative as a share of the incumbent's value",
        )
    value = absolute if absolute is not None else (relative or 0.0) * spread.values[1]
    if not np.isfinite(value):
        raise InputError(f"the {what} is {value}", where=spread.measure.name, way_out="give a finite number")
    if relative and spread.values[1] == 0:
        raise InputError(
            f"the incumbent's value is 0, of which {percent(relative)} is nothing",
            where=spread.measure.name,
            way_out=f"give the {what} in the measure's unit",
        )
    return float(value)


def tails_under(spread: SessionSpread, design: Design) -> Tails:
    """Return the tails that decide under a design: of the paired contributions, or of the arm with more variance.

    Raises
    ------
    InputError
        No spread between sessions at all.
    """
    error, _ = design.error(spread, max(design.least_sessions, spread.n_sessions))
    if not error > 0:
        what = "their difference" if isinstance(design, Paired) else "either map"
        raise InputError(
            f"{what} is the same in all {spread.n_sessions:,} {spread.kind}s, so there is no spread to plan with",
            where=spread.measure.name,
            way_out="plan for a measure in which sessions differ",
        )
    if isinstance(design, Rollout):
        arms = [sd**2 / n for sd, n in zip(spread.sd_arms, design.arms(1.0), strict=True)]
        return tails_of(spread.influences[int(np.argmax(arms))])
    return tails_of(spread.paired_influence)


def _plan(
    spread: SessionSpread, design: Design, true: float, margin: float | None, *, power: float, alpha: float
) -> SizePlan:
    from scipy.stats import norm

    tails = tails_under(spread, design)
    distance = true if margin is None else margin - true

    def power_at(n: int) -> float:
        error, freedom = design.error(spread, n)
        return power_of(distance / error, freedom, alpha=alpha, is_two_sided=margin is None)

    n = least_count(power_at, power, least=design.least_sessions)
    one = design.error(spread, 1e9)[0] * 1e9**0.5
    return SizePlan(
        spread=spread,
        design=design,
        difference=true,
        margin=margin,
        power=power,
        alpha=alpha,
        n_sessions=n,
        n_sessions_normal=float(((norm.isf(alpha / 2) + norm.ppf(power)) * one / distance) ** 2),
        reached_power=power_at(n),
        tails=tails,
    )
