"""What is one change of the world? A shift with its settings, and a parameter that can be turned to any value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from paretocode._checks import one_of
from paretocode.errors import InputError
from paretocode.evidence.sensitivity.world import Change, World

__all__ = ["GROUPS", "Parameter", "Setting", "Shift"]

GROUPS = ("prices", "models", "scores", "demand", "time limits", "policy", "caches", "failures")
"""What shifts are about, in the order in which tables show them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """One state of a shift.

    Parameters
    ----------
    label
        What people read, such as ``x 2``.
    change
        From the world at hand to the changed one. It raises `InputError` where it cannot be applied.
    value
        The number that is set; None where it is no number.
    """

    label: str
    change: Change
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shift:
    """One named change of the world: low and high, a single setting, or several.

    Parameters
    ----------
    name
        Unique in an analysis.
    group
        One of `GROUPS`.
    settings
        In rising order where they are numbers; at least one.
    note
        What people should know of it, one sentence; "" for nothing.

    Raises
    ------
    InputError
        No name, an unknown group, no setting, or two settings of one label.
    """

    name: str
    group: str
    settings: tuple[Setting, ...]
    note: str = ""

    def __post_init__(self) -> None:
        one_of(self.group, GROUPS, name="group", where=f"shift {self.name!r}")
        if not self.name.strip() or not self.settings:
            raise InputError(
                f"the shift {self.name!r} has {len(self.settings)} settings",
                where="sensitivity",
                way_out="give it a name and at least one setting",
            )
        labels = [setting.label for setting in self.settings]
        if len(set(labels)) < len(labels):
            twice = next(label for label in labels if labels.count(label) > 1)
            raise InputError(
                f"two settings are labelled {twice!r}", where=f"shift {self.name!r}", way_out="give each its own label"
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parameter:
    """A number of the world that can be turned: a price factor, a share, a score, a time limit.

    Parameters
    ----------
    name, group
        As of a `Shift`.
    at
        From the world at hand and a value to the changed world. It raises `InputError` for a value that cannot be.
    low, high
        Where it is turned unless told otherwise.
    step
        The finest step that is told apart, > 0; searches answer to this resolution.
    now
        Today's value; None where there is none.
    when
        How a sentence says it, with ``{}`` for the value, such as ``deepseek/* costs {} times as much as today``.
    breaks
        Values at which a decision can change, where they are known: a scan looks just below and at each.
    price_pattern
        For the factor on the prices of some models, their pattern of keys; "" for any other parameter. In such a
        factor money is piecewise linear, which `break_even` uses.
    label
        How a table says a value, with ``{}`` for it.
    """

    name: str
    group: str
    at: Callable[[World, float], World]
    low: float
    high: float
    step: float
    now: float | None
    when: str
    breaks: Callable[[World], tuple[float, ...]] | None = None
    price_pattern: str = ""
    label: str = "{}"

    def sentence(self, value: float, *, bound: str = "") -> str:
        """Return when the parameter has a value, or with a bound such as ``at most``, as a clause."""
        return self.when.format(f"{bound} {value:.6g}".strip())

    def shift(self, *values: float, note: str = "") -> Shift:
        """Return the shift that sets the parameter to some values, low and high when none is given.

        Raises
        ------
        InputError
            A value twice.
        """
        chosen = values or (self.low, self.high)
        return Shift(
            name=self.name,
            group=self.group,
            note=note,
            settings=tuple(
                Setting(label=self.label.format(f"{value:.6g}"), value=value, change=_turned(self.at, value))
                for value in chosen
            ),
        )


def _turned(at: Callable[[World, float], World], value: float) -> Change:
    """Return the change that turns a parameter to a value."""

    def change(world: World) -> World:
        return at(world, value)

    return change
