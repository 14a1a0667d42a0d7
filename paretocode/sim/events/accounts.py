"""What did failures come to? Counts that add up over parts of a stream, and the shares that people read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode.sim.events.replaying import EventReplay
from paretocode.sim.events.world import Failure, states_of
from paretocode.sim.plan import UNSERVED, routing_plan

__all__ = ["FAILURE_NAMES", "EventTally", "tally_events"]

FAILURE_NAMES = ("error", "outage", "rate_limit", "busy")
"""Names of the failures, in the order of their codes from 1 up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTally:
    """Counts of one replay of events; add those of the parts of a stream.

    Parameters
    ----------
    n_requests
        All of them.
    n_attempts
        Calls made.
    n_fallback
        Requests answered by another model than the one asked first.
    n_other_tier
        Requests answered from another tier than the one asked first.
    n_given_up
        Requests that some model could have taken, and none did.
    n_first_failures
        Requests whose first call failed, in the order of `FAILURE_NAMES`.
    """

    n_requests: int
    n_attempts: int
    n_fallback: int
    n_other_tier: int
    n_given_up: int
    n_first_failures: tuple[int, ...]

    def __add__(self, other: EventTally) -> EventTally:
        return EventTally(
            n_requests=self.n_requests + other.n_requests,
            n_attempts=self.n_attempts + other.n_attempts,
            n_fallback=self.n_fallback + other.n_fallback,
            n_other_tier=self.n_other_tier + other.n_other_tier,
            n_given_up=self.n_given_up + other.n_given_up,
            n_first_failures=tuple(a + b for a, b in zip(self.n_first_failures, other.n_first_failures, strict=True)),
        )

    def to_dict(self) -> dict[str, int | float]:
        """Return counts and shares of all requests for JSON."""
        n = self.n_requests
        return {
            "attempts": self.n_attempts,
            "attempts_per_request": self.n_attempts / n,
            "fallback_share": self.n_fallback / n,
            "other_tier_share": self.n_other_tier / n,
            "given_up": self.n_given_up,
            "given_up_share": self.n_given_up / n,
            **{f"first_{name}": count for name, count in zip(FAILURE_NAMES, self.n_first_failures, strict=True)},
        }


def tally_events(replayed: EventReplay) -> EventTally:
    """Count what happened. O(n)."""
    out = replayed.outcome
    is_served = out.model != UNSERVED
    has_candidate = out.primary != UNSERVED
    kinds = np.bincount(out.failure, minlength=Failure.BUSY + 1)
    return EventTally(
        n_requests=len(out.model),
        n_attempts=int(out.n_attempts.sum(dtype=np.int64)),
        n_fallback=int(np.count_nonzero(is_served & (out.model != out.primary))),
        n_other_tier=_n_other_tier(replayed),
        n_given_up=int(np.count_nonzero(has_candidate & ~is_served)),
        n_first_failures=tuple(int(count) for count in kinds[1:]),
    )


def _n_other_tier(replayed: EventReplay) -> int:
    """Count the requests answered from another shortlist than that of their own state."""
    run, out = replayed.run, replayed.outcome
    plan = routing_plan(run.tier_map, run.catalogue)
    first_asked = plan.served_tier[states_of(run.stream, plan, run.decisions.tier_routed)]
    return int(np.count_nonzero((out.model != UNSERVED) & (out.tier != first_asked)))
