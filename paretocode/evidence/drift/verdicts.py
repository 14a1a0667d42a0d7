"""When does a drift matter? Limits on the map's metrics, and what the evidence says against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from paretocode.errors import InputError
from paretocode.evidence.drift.metric_sums import METRIC_UNITS
from paretocode.evidence.drift.moves import MetricMove

__all__ = [
    "DEFAULT_LIMITS",
    "DriftVerdict",
    "Limit",
    "Reach",
    "check_limits",
    "level_of_each",
    "reach_of",
    "worst_reach",
]


class DriftVerdict(Enum):
    """What is to be said of a factor or of all; the value is the sentence for people."""

    NO_SIGN = "no sign of drift"
    NO_CONSEQUENCE = "drift without consequence: the map's metrics stay within the stated limits"
    MOVES = "drift that moves the map's metrics beyond a stated limit"
    TOO_LITTLE = "too little data to tell"
    NO_TEST = "constant or absent: there is nothing to test"


class Reach(Enum):
    """Where the interval of a move lies against its limit."""

    WITHIN = "within the limit, the whole interval"
    BEYOND = "beyond the limit, the whole interval"
    OPEN = "the interval holds both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How far a metric may move, up or down: a map tuned for dearer traffic is no better tuned for cheaper.

    Parameters
    ----------
    most
        Largest accepted size of the move, in the metric's unit, or as a share of its value before. > 0.
    is_relative
        Whether it is a share.

    Raises
    ------
    InputError
        A limit that is not above 0.
    """

    most: float
    is_relative: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.most < float("inf"):
            raise InputError(f"a limit is {self.most}", where="drift", way_out="give a finite number above 0")

    def size(self, before: float) -> float:
        """Return the limit in the metric's unit."""
        return self.most * abs(before) if self.is_relative else self.most


DEFAULT_LIMITS: Mapping[str, Limit] = {
    "cost_usd_per_krequest": Limit(most=0.05, is_relative=True),
    "shortfall_mean": Limit(most=0.01),
    "unmet_share": Limit(most=0.02),
    "unserved_share": Limit(most=0.005),
    "tier_jump_rate": Limit(most=0.01),
    "model_jump_rate": Limit(most=0.01),
    "latency_mean_s": Limit(most=0.10, is_relative=True),
}
"""What we take for a consequence where the caller states nothing: our choice, to be replaced by the map's owner."""


def reach_of(move: MetricMove, limit: Limit) -> Reach:
    """Return where a move's interval lies against the limit; ends that touch it are within.

    A metric with a value on one side only is `OPEN`; with none on either, `WITHIN`: nothing moved.

    Examples
    --------
    >>> cost = MetricMove(name="cost_usd_per_krequest", unit="", before=10.0, after=11.0, difference=1.0,
    ...                   standard_error=0.2, low=0.6, high=1.4, level=0.95)
    >>> [reach_of(cost, Limit(most=share, is_relative=True)).name for share in (0.05, 0.1, 0.14)]
    ['BEYOND', 'OPEN', 'WITHIN']
    """
    if move.difference is None or move.low is None or move.high is None:
        return Reach.WITHIN if move.before is None and move.after is None else Reach.OPEN
    size = limit.size(move.before or 0.0)
    if -size <= move.low and move.high <= size:
        return Reach.WITHIN
    return Reach.BEYOND if move.low > size or move.high < -size else Reach.OPEN


def worst_reach(moves: Iterable[MetricMove], limits: Mapping[str, Limit]) -> Reach:
    """Return `BEYOND` if one limited metric moved beyond its limit, else `OPEN` if one may have, else `WITHIN`."""
    found = {reach_of(move, limits[move.name]) for move in moves if move.name in limits}
    return next((reach for reach in (Reach.BEYOND, Reach.OPEN) if reach in found), Reach.WITHIN)


def level_of_each(level: float, names: Sequence[str], limits: Mapping[str, Limit]) -> float:
    """Return the level of each interval so that all limited metrics together have the given one (Bonferroni)."""
    return 1 - (1 - level) / max(1, len(set(names) & set(limits)))


def check_limits(limits: Mapping[str, Limit]) -> None:
    """Refuse limits on metrics that drift is not judged by.

    Raises
    ------
    InputError
        No limit at all, or one on an unknown metric.
    """
    unknown = [name for name in limits if name not in METRIC_UNITS]
    if unknown or not limits:
        raise InputError(
            f"a limit is stated for {unknown[0]!r}" if unknown else "no limit is stated",
            where="drift",
            way_out=f"give limits for some of {', '.join(METRIC_UNITS)}",
        )
