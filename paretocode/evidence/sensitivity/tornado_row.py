"""What does one shift do to candidate against incumbent? A line of the table, a bar of the figure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from paretocode.evidence.sensitivity.replays import Compared
from paretocode.evidence.sensitivity.words import Standing, standing

__all__ = ["Effect", "SettingOutcome", "TornadoRow"]


class Effect(Enum):
    """What a setting does to the comparison."""

    MOVES = "it changes the difference between the maps"
    ALIKE = "it changes both maps by the same, so their differences stay"
    NOTHING = "it changes neither map"
    REFUSED = "it cannot be applied"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SettingOutcome:
    """One setting of a shift.

    Parameters
    ----------
    label, value
        As of the `Setting`.
    effect
        What it did.
    compared
        Both maps under it; None where it cannot be applied.
    reason
        Why it cannot be applied, else "".
    notes
        What the change left as it was.
    """

    label: str
    value: float | None
    effect: Effect
    compared: Compared | None
    reason: str = ""
    notes: tuple[str, ...] = ()

    def difference(self, measure: str) -> float | None:
        """Return candidate minus incumbent; None where nobody can say."""
        return None if self.compared is None else self.compared.difference[measure]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TornadoRow:
    """One shift: what its settings do to every measure.

    Parameters
    ----------
    shift, group, note
        As of the `Shift`.
    base
        Both maps today.
    settings
        In the order of the shift.
    """

    shift: str
    group: str
    note: str
    base: Compared
    settings: tuple[SettingOutcome, ...]

    def known(self, measure: str) -> list[float]:
        """Return the differences that are known, in the order of the settings."""
        values = [setting.difference(measure) for setting in self.settings]
        return [value for value in values if value is not None]

    def span(self, measure: str) -> tuple[float, float] | None:
        """Return the least and the greatest difference over today and all settings; None where today's is not known."""
        today = self.base.difference[measure]
        values = self.known(measure)
        return None if today is None else (min(today, *values, today), max(today, *values, today))

    def swing(self, measure: str) -> float:
        """Return the length of the bar; 0 where nothing is known to move."""
        span = self.span(measure)
        return 0.0 if span is None else span[1] - span[0]

    def standings(self, measure: str) -> tuple[Standing, ...]:
        """Return how the candidate stands under each setting that could be applied."""
        return tuple(standing(s.difference(measure)) for s in self.settings if s.compared is not None)

    def changes_sign(self, measure: str) -> bool:
        """Return whether the candidate stands otherwise than today under some setting, unknown apart."""
        today = standing(self.base.difference[measure])
        return any(each not in {today, Standing.UNKNOWN} for each in self.standings(measure))

    def stops_being_better(self, measure: str) -> bool:
        """Return whether the candidate is better today and level or worse under some setting."""
        today = standing(self.base.difference[measure])
        return today is Standing.BETTER and self.changes_sign(measure)

    @property
    def effect(self) -> Effect:
        """What the shift as a whole does: the most that any of its settings does."""
        found = {setting.effect for setting in self.settings}
        return next(effect for effect in Effect if effect in found)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why settings cannot be applied, each once."""
        return tuple(dict.fromkeys(setting.reason for setting in self.settings if setting.reason))

    @property
    def notes(self) -> tuple[str, ...]:
        """What the shift left as it was, each once."""
        return tuple(dict.fromkeys(note for setting in self.settings for note in setting.notes))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: all that a line of the table and a bar of the figure need."""
        return {
            "shift": self.shift,
            "group": self.group,
            "note": self.note,
            "effect": self.effect.name.lower(),
            "settings": [
                {
                    "label": s.label,
                    "value": s.value,
                    "effect": s.effect.name.lower(),
                    "reason": s.reason,
                    "notes": list(s.notes),
                    **(s.compared.to_dict() if s.compared is not None else {}),
                }
                for s in self.settings
            ],
            "measures": {name: self._measure_to_dict(name) for name in self.base.difference},
        }

    def _measure_to_dict(self, measure: str) -> dict[str, Any]:
        span, known = self.span(measure), self.known(measure)
        return {
            "base": self.base.difference[measure],
            "low": self.settings[0].difference(measure),
            "high": self.settings[-1].difference(measure),
            "least": None if span is None else span[0],
            "greatest": None if span is None else span[1],
            "swing": self.swing(measure),
            "changes_sign": self.changes_sign(measure),
            "stops_being_better": self.stops_being_better(measure),
            "n_known": len(known),
            "n_better": sum(value < 0 for value in known),
        }
