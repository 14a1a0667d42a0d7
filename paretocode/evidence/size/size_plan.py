"""What does a plan say? So many sessions, requests and days, what was assumed, and what is doubtful about it."""

from __future__ import annotations

from dataclasses import dataclass

from paretocode.evidence.size.designs import Design
from paretocode.evidence.size.spread import SessionSpread
from paretocode.evidence.size.tails import Tails
from paretocode.evidence.size.words import amount, count, percent

__all__ = ["SizePlan"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SizePlan:
    """A planned number of sessions; make one with `sessions_to_see` or `sessions_to_keep`.

    Parameters
    ----------
    spread
        What it was planned from.
    design
        How the maps meet.
    difference
        The true difference that is assumed, in the measure's unit.
    margin
        The margin to keep, or None where the difference is to be seen.
    power, alpha
        Asked for.
    n_sessions
        In all; the smallest number that reaches the power.
    n_sessions_normal
        What the plain normal formula says, before Student's correction.
    reached_power
        At `n_sessions`.
    tails
        How session contributions are spread.
    """

    spread: SessionSpread
    design: Design
    difference: float
    margin: float | None
    power: float
    alpha: float
    n_sessions: int
    n_sessions_normal: float
    reached_power: float
    tails: Tails

    @property
    def n_requests(self) -> int:
        """Requests that so many sessions have, at this stream's mean length."""
        return round(self.n_sessions * self.spread.n_requests / self.spread.n_sessions)

    @property
    def n_days(self) -> float | None:
        """Days of traffic at this stream's rate; None where it has no clock that all sessions share."""
        return None if self.spread.sessions_per_day is None else self.n_sessions / self.spread.sessions_per_day

    @property
    def is_enough(self) -> bool:
        """Whether the stream at hand has as many sessions."""
        return self.n_sessions <= self.spread.n_sessions

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is doubtful about the plan, one sentence each."""
        return self.tails.warnings(self.n_sessions, self.spread.kind)

    @property
    def sentence(self) -> str:
        """The plan for people."""
        spread, kind = self.spread, self.spread.kind
        goal = (
            f"see {spread.candidate.name!r} differ by {amount(spread, self.difference)} from"
            if self.margin is None
            else f"show that {spread.candidate.name!r} is worse by less than {amount(spread, self.margin)} than"
        )
        assumed = ""
        if self.margin is not None:
            is_equal = self.difference == 0
            assumed = f", if {'they are equal' if is_equal else f'it differs by {amount(spread, self.difference)}'},"
        days = "" if self.n_days is None else f", {count(self.n_days)} days"
        have = "has enough" if self.is_enough else "has too few"
        return (
            f"{spread.measure.text}: to {goal} {spread.incumbent.name!r}{assumed} with {percent(self.power)} power "
            f"at {percent(self.alpha)} takes {self.n_sessions:,} {kind}s ({self.n_requests:,} requests{days}) of "
            f"{self.design.text}; this stream {have} with {spread.n_sessions:,}."
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "measure": self.spread.measure.name,
            "candidate": self.spread.candidate.name,
            "incumbent": self.spread.incumbent.name,
            "design": self.design.to_dict(),
            "difference": self.difference,
            "margin": self.margin,
            "power": self.power,
            "alpha": self.alpha,
            "n_sessions": self.n_sessions,
            "n_requests": self.n_requests,
            "n_days": self.n_days,
            "n_sessions_normal": self.n_sessions_normal,
            "reached_power": self.reached_power,
            "n_sessions_now": self.spread.n_sessions,
            "is_enough": self.is_enough,
            "design_effect": self.spread.design_effect,
            "tails": self.tails.to_dict(),
            "warnings": list(self.warnings),
            "sentence": self.sentence,
        }
