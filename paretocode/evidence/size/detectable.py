"""What can a stream of so many sessions see? The least difference that it would probably show."""

from __future__ import annotations

from dataclasses import dataclass

from paretocode.errors import InputError
from paretocode.evidence.size.designs import Design, Paired
from paretocode.evidence.size.plan import tails_under
from paretocode.evidence.size.power import check_chances, least_shift
from paretocode.evidence.size.spread import SessionSpread
from paretocode.evidence.size.tails import Tails
from paretocode.evidence.size.words import amount, percent

__all__ = ["Detectable", "detectable_difference"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Detectable:
    """What can be seen; make one with `detectable_difference`.

    Parameters
    ----------
    spread, design, n_sessions, power, alpha
        What was asked.
    difference
        The least true difference, either way, that is seen with that power [the measure's unit].
    margin
        The least margin that two equal maps are shown to keep with that power [the same].
    tails
        How session contributions are spread.
    """

    spread: SessionSpread
    design: Design
    n_sessions: int
    power: float
    alpha: float
    difference: float
    margin: float
    tails: Tails

    @property
    def relative(self) -> float | None:
        """`difference` as a share of the incumbent's value; None where that is 0."""
        base = self.spread.values[1]
        return self.difference / abs(base) if base else None

    @property
    def is_seen(self) -> bool:
        """Whether the observed difference is at least as large."""
        return abs(self.spread.difference) >= self.difference

    @property
    def sentence(self) -> str:
        """The answer for people."""
        spread = self.spread
        seen = "is larger" if self.is_seen else "is smaller"
        return (
            f"{spread.measure.text}: {self.n_sessions:,} {spread.kind}s of {self.design.text} show a difference "
            f"of {amount(spread, self.difference)} with {percent(self.power)} power at {percent(self.alpha)}; the "
            f"observed one, {amount(spread, spread.difference)}, {seen}."
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "measure": self.spread.measure.name,
            "design": self.design.to_dict(),
            "n_sessions": self.n_sessions,
            "power": self.power,
            "alpha": self.alpha,
            "difference": self.difference,
            "relative": self.relative,
            "margin": self.margin,
            "observed": self.spread.difference,
            "is_seen": self.is_seen,
            "warnings": list(self.tails.warnings(self.n_sessions, self.spread.kind)),
            "sentence": self.sentence,
        }


def detectable_difference(
    spread: SessionSpread,
    *,
    n_sessions: int | None = None,
    power: float = 0.8,
    alpha: float = 0.05,
    design: Design | None = None,
) -> Detectable:
    """Return the least difference that so many sessions show.

    Parameters
    ----------
    n_sessions
        As many as the stream has when None.
    power, alpha, design
        As `paretocode.evidence.size.sessions_to_see`.

    Raises
    ------
    InputError
        Too few sessions for the design, no spread between sessions, chances out of range.

    Examples
    --------
    >>> from paretocode.sim import replay
    >>> from paretocode.evidence.size import session_spread, sessions_to_see
    >>> from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, two_tiers
    >>> stream = many_sessions()
    >>> runs = [replay(stream, tier_map, models()) for tier_map in (two_tiers(), documented())]
    >>> spread = session_spread(*runs, "cost_usd_per_krequest", scale=percentiles())
    >>> seen = detectable_difference(spread)  # planning for what 60 sessions can see gives 60 sessions
    >>> seen.n_sessions, sessions_to_see(spread, difference=seen.difference * 1.000001).n_sessions
    (60, 60)
    """
    check_chances(power, alpha)
    how = design or Paired()
    n = spread.n_sessions if n_sessions is None else n_sessions
    if n < how.least_sessions:
        raise InputError(
            f"{n} {spread.kind}s show no spread",
            where=spread.measure.name,
            way_out=f"give at least {how.least_sessions}",
        )
    tails = tails_under(spread, how)
    error, freedom = how.error(spread, n)
    return Detectable(
        spread=spread,
        design=how,
        n_sessions=n,
        power=power,
        alpha=alpha,
        difference=error * least_shift(freedom, power=power, alpha=alpha),
        margin=error * least_shift(freedom, power=power, alpha=alpha, is_two_sided=False),
        tails=tails,
    )
