"""How many sessions would tell these two maps apart? For each measure, if the difference is the observed one.

A number planned from an observed difference inherits its error: where the interval of the difference reaches 0, any
number may be too small, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters
from paretocode.evidence.size.designs import Design, Paired
from paretocode.evidence.size.detectable import Detectable, detectable_difference
from paretocode.evidence.size.plan import sessions_to_see
from paretocode.evidence.size.power import check_chances
from paretocode.evidence.size.size_plan import SizePlan
from paretocode.evidence.size.spread import SessionSpread, session_spread
from paretocode.evidence.size.words import amount, percent
from paretocode.sim.replaying import Replay

__all__ = ["Telling", "sessions_to_tell", "telling_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Telling:
    """What it takes to tell two maps apart by one measure; make them with `sessions_to_tell`.

    Parameters
    ----------
    measure
        Its name.
    spread
        How sessions differ.
    low, high
        Ends of the Student interval of the observed difference.
    plan
        Sessions needed if the observed difference is the true one.
    n_sessions_least, n_sessions_most
        Sessions needed if the truth is the end of the interval that lies farther from, nearer to 0; the second is None
        where the interval reaches 0.
    detectable
        What the stream at hand can see.
    why_not
        Why there is no plan, as a sentence; "" where there is one.
    """

    measure: str
    spread: SessionSpread
    low: float
    high: float
    plan: SizePlan | None = None
    n_sessions_least: int | None = None
    n_sessions_most: int | None = None
    detectable: Detectable | None = None
    why_not: str = ""

    @property
    def sentence(self) -> str:
        """The answer for people."""
        if self.plan is None:
            return self.why_not
        plan, spread = self.plan, self.spread
        most = "without limit, since it may be 0" if self.n_sessions_most is None else f"{self.n_sessions_most:,}"
        have = "enough" if plan.is_enough else "too few"
        return (
            f"{spread.measure.text}: telling {spread.candidate.name!r} from {spread.incumbent.name!r} with "
            f"{percent(plan.power)} power at {percent(plan.alpha)} takes {plan.n_sessions:,} {spread.kind}s "
            f"({plan.n_requests:,} requests) of {plan.design.text} if the difference is the observed "
            f"{amount(spread, spread.difference)}; from {self.n_sessions_least:,} to {most} at the ends of its "
            f"interval; this stream has {spread.n_sessions:,}, {have}."
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "measure": self.measure,
            "difference": self.spread.difference,
            "incumbent": self.spread.values[1],
            "low": self.low,
            "high": self.high,
            "plan": None if self.plan is None else self.plan.to_dict(),
            "sd_arms": list(self.spread.sd_arms),
            "n_sessions_least": self.n_sessions_least,
            "n_sessions_most": self.n_sessions_most,
            "detectable": None if self.detectable is None else self.detectable.to_dict(),
            "sentence": self.sentence,
        }


def sessions_to_tell(
    candidate: Replay,
    incumbent: Replay,
    measures: Sequence[str],
    *,
    scale: ScoreScale,
    clusters: Clusters | None = None,
    power: float = 0.8,
    alpha: float = 0.05,
    design: Design | None = None,
) -> tuple[Telling, ...]:
    """Plan for the observed differences of two maps, measure by measure.

    Parameters
    ----------
    candidate, incumbent
        Replays of one stream.
    measures
        Names of `paretocode.evidence.MAP_MEASURES`.
    clusters
        What is independent; sessions when None.
    power, alpha, design
        As `sessions_to_see`.

    Returns
    -------
    tuple[Telling, ...]
        One a measure. A measure in which sessions do not differ, or whose observed difference is 0, says so in
        `Telling.why_not` and stops no other.

    Raises
    ------
    InputError
        One session only, replays of two streams, an unknown measure or one that no request speaks about, chances out of
        range.

    Examples
    --------
    >>> from paretocode.sim import replay
    >>> from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, two_tiers
    >>> stream = many_sessions()
    >>> runs = [replay(stream, tier_map, models()) for tier_map in (two_tiers(), documented())]
    >>> cost, unserved = sessions_to_tell(*runs, ["cost_usd_per_krequest", "unserved_share"], scale=percentiles())
    >>> cost.plan.n_sessions >= cost.n_sessions_least, unserved.plan
    (True, None)
    >>> print(unserved.sentence)
    unserved_share: their difference is the same in all 60 sessions, so there is no spread to plan with; plan for a
    measure in which sessions differ.
    """
    check_chances(power, alpha)
    spreads = (session_spread(candidate, incumbent, name, scale=scale, clusters=clusters) for name in measures)
    return tuple(telling_of(spread, design or Paired(), power=power, alpha=alpha) for spread in spreads)


def telling_of(spread: SessionSpread, design: Design, *, power: float, alpha: float) -> Telling:
    """Plan for the observed difference of one measure; see `sessions_to_tell`, which does it for several."""
    from scipy.stats import t

    name, true = spread.measure.name, spread.difference
    error, freedom = Paired().error(spread, spread.n_sessions)
    half = float(t.isf(alpha / 2, freedom)) * error
    low, high = true - half, true + half
    near, far = sorted((low, high), key=abs)

    def plan_for(difference: float) -> SizePlan:
        return sessions_to_see(spread, difference=difference, power=power, alpha=alpha, design=design)

    detectable = None
    try:
        detectable = detectable_difference(spread, power=power, alpha=alpha, design=design)
        plan, least = plan_for(true), plan_for(far).n_sessions
        most = None if low <= 0 <= high else plan_for(near).n_sessions
    except InputError as refusal:
        return Telling(measure=name, spread=spread, low=low, high=high, detectable=detectable, why_not=f"{refusal}")
    return Telling(
        measure=name,
        spread=spread,
        low=low,
        high=high,
        plan=plan,
        n_sessions_least=least,
        n_sessions_most=most,
        detectable=detectable,
    )
