"""Replays in which things fail: limits, outages, retries, fallbacks and queues, event by event."""

from paretocode.sim.events.accounts import FAILURE_NAMES, EventTally, tally_events
from paretocode.sim.events.replaying import ARRIVALS, ENGINES, EventReplay, replay_events
from paretocode.sim.events.world import Failure, Outcome

__all__ = [
    "ARRIVALS",
    "ENGINES",
    "FAILURE_NAMES",
    "EventReplay",
    "EventTally",
    "Failure",
    "Outcome",
    "replay_events",
    "tally_events",
]
