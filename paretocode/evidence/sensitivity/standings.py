"""Where along a parameter does the candidate stop being better? The answer, and the sentences that say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paretocode.evidence.measures import map_measure
from paretocode.evidence.sensitivity.crossings import Crossing, Stretch, crossings_of
from paretocode.evidence.sensitivity.shift import Parameter
from paretocode.evidence.sensitivity.words import Standing, percent

__all__ = ["BreakEven"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BreakEven:
    """Where along one parameter the candidate stands better, level or worse on one measure.

    Parameters
    ----------
    parameter, measure
        What is turned, and what is looked at.
    low, high
        Where it was turned.
    today
        How the candidate stands in the world at hand. Where equal prices are decided by score today, the stretches on
        the two sides of today's value can differ, and this is one of them.
    stretches
        From low to high.
    is_exact
        Whether the crossings are exact, by piecewise linear cost; else they are found by a scan and bisection.
    resolution
        The width to which a scan narrows a crossing; 0 where exact.
    n_points
        Values at which both maps were replayed.
    widest_gap
        The widest stretch between neighbouring points of the first scan: two crossings inside one such stretch can stay
        unseen. 0 where exact.
    most_unserved
        The greatest shares of requests that the incumbent and the candidate leave unserved at any of these values.
    reasons
        Why values could not be applied -> how many.
    """

    parameter: Parameter
    measure: str
    low: float
    high: float
    today: Standing
    stretches: tuple[Stretch, ...]
    is_exact: bool
    resolution: float
    n_points: int
    widest_gap: float
    most_unserved: tuple[float, float]
    reasons: dict[str, int]

    @property
    def crossings(self) -> tuple[Crossing, ...]:
        """All of them, rising."""
        return crossings_of(self.stretches)

    def standing_at(self, value: float) -> Standing:
        """Return how the candidate stands at a value; at a crossing, as after it."""
        return next((part.standing for part in reversed(self.stretches) if part.low <= value), Standing.UNKNOWN)

    @property
    def ends(self) -> tuple[Crossing, ...]:
        """The crossings beyond which the candidate is no longer better, seen from today, the nearest first.

        Where today's value is not known or lies outside the range, seen from its low end.
        """
        return tuple(one for one in self.seen_from_today if self._read(one)[0] is Standing.BETTER)

    @property
    def seen_from_today(self) -> tuple[Crossing, ...]:
        """All crossings, those below today's value after those above, the nearest first on either side."""
        falling = [one for one in self.crossings if self._is_falling(one)]
        return (*(one for one in self.crossings if not self._is_falling(one)), *reversed(falling))

    def _is_falling(self, crossing: Crossing) -> bool:
        """Return whether one comes to a crossing from today by turning the parameter down."""
        now = self.parameter.now
        if now is None or not self.low <= now <= self.high:
            return False
        if crossing.below == crossing.at == now:
            return self.today is not crossing.before
        return crossing.at <= now

    def _read(self, crossing: Crossing) -> tuple[Standing, Standing]:
        """Return how the candidate stands on the near and on the far side, seen from today."""
        if self._is_falling(crossing):
            return crossing.after, crossing.before
        return crossing.before, crossing.after

    def sentences(self) -> tuple[str, ...]:
        """Return one sentence for each crossing, seen from today, or one that says that there is none."""
        what = map_measure(self.measure).text
        found = [f"{self._crossing_in_words(one, what)}." for one in self.seen_from_today] or [self._never(what)]
        return (*found, *self._caveats())

    def _caveats(self) -> list[str]:
        found = []
        if self.measure.startswith("cost") and any(self.most_unserved):
            incumbent, candidate = (percent(share) for share in self.most_unserved)
            found.append(f"Up to {incumbent} of requests stay unserved by the incumbent, {candidate} by the candidate.")
        for reason, n in sorted(self.reasons.items()):
            found.append(f"{n} of {self.n_points} values could not be applied: {reason.rstrip('.')}.")
        return found

    def _never(self, what: str) -> str:
        within = f"within [{self.low:g}, {self.high:g}]"
        of = f"{self.parameter.name}, {what}"
        return {
            Standing.BETTER: f"{of}: the candidate never stops being better {within}.",
            Standing.LEVEL: f"{of}: the two are level throughout, {within}.",
            Standing.WORSE: f"{of}: the candidate is never better {within}.",
            Standing.UNKNOWN: f"{of}: nobody can say {within}.",
        }[self.stretches[0].standing]

    def _crossing_in_words(self, crossing: Crossing, what: str) -> str:
        near, far = self._read(crossing)
        if far is Standing.UNKNOWN:
            verb = "can no longer be compared"
        elif near is Standing.BETTER:
            verb = "stops being better"
        elif far is Standing.BETTER:
            verb = "begins to be better"
        else:
            verb = {Standing.LEVEL: "becomes level", Standing.WORSE: "becomes worse"}[far]
        is_falling = self._is_falling(crossing)
        place = crossing.below if is_falling else crossing.at
        how = "" if self.is_exact else f" (to within {self.resolution:g})"
        bound = "at most" if is_falling else ""
        if self.is_exact and place == self.parameter.now:
            bound = "any less than" if is_falling else "any more than"
        return f"{what}: the candidate {verb} when {self.parameter.sentence(place, bound=bound)}{how}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "parameter": self.parameter.name,
            "group": self.parameter.group,
            "measure": self.measure,
            "now": self.parameter.now,
            "low": self.low,
            "high": self.high,
            "today": self.today.name.lower(),
            "stretches": [
                {"low": part.low, "high": part.high, "standing": part.standing.name.lower()} for part in self.stretches
            ],
            "crossings": [
                {
                    "below": one.below,
                    "at": one.at,
                    "before": one.before.name.lower(),
                    "after": one.after.name.lower(),
                }
                for one in self.crossings
            ],
            "ends": [one.at for one in self.ends],
            "is_exact": self.is_exact,
            "resolution": self.resolution,
            "n_points": self.n_points,
            "widest_gap": self.widest_gap,
            "most_unserved": list(self.most_unserved),
            "reasons": dict(sorted(self.reasons.items())),
            "sentences": list(self.sentences()),
        }
