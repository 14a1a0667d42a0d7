"""Until when may a map be trusted? A date, the rule that gives it, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import Enum

import numpy as np

from paretocode.errors import InputError

__all__ = ["Expiry", "ExpiryReason", "earliest", "last_day_to_extrapolate"]


class ExpiryReason(Enum):
    """Why it is this day; the value is the sentence for people."""

    DRIFT = "on this day the extrapolated interval leaves the tolerance"
    HORIZON = "the tolerance is not left so far; the history is too short to look further ahead"
    PAST = "the extrapolated interval has left the tolerance already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """When a map has to be looked at again.

    Parameters
    ----------
    expires_on
        ISO day, the first on which the map should no longer be in force unseen.
    reason
        Why that day.
    subject
        What was extrapolated: a metric, or the picks.
    rule
        How, in a sentence.
    numbers
        What went into it.
    """

    expires_on: str
    reason: ExpiryReason
    subject: str
    rule: str
    numbers: Mapping[str, float]

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {**asdict(self), "reason": self.reason.value}


def earliest(expiries: Iterable[Expiry]) -> Expiry:
    """Return the one that comes first; of equal days the first given.

    Raises
    ------
    InputError
        None given.
    """
    found = list(expiries)
    if not found:
        raise InputError("no expiry is given", where="expiry", way_out="work out at least one")
    return min(found, key=lambda expiry: expiry.expires_on)


def last_day_to_extrapolate(first: np.datetime64, last: np.datetime64) -> np.datetime64:
    """Return the last day that a history speaks about: as long after its end as it is long itself."""
    return last + (last - first)
