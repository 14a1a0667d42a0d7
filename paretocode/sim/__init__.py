"""Replay a stream under a tier map; money, time, jumps and quality.

Names are loaded when they are first used, so that ``python -m paretocode.sim`` can say what is missing on a machine
where nothing is installed yet.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paretocode.sim.billing import Bill, bill
    from paretocode.sim.cache import NO_CACHE, PrefixCache, cached_tokens
    from paretocode.sim.events import EventReplay, EventTally, replay_events, tally_events
    from paretocode.sim.histogram import LatencyHistogram, latency_histogram
    from paretocode.sim.jumps import JumpCause, Jumps, JumpTally, count_jumps, jump_report, jump_tables, tally_jumps
    from paretocode.sim.latency import UNTIMED, latency_tables, latency_us
    from paretocode.sim.luck import Luck, draw_luck
    from paretocode.sim.metrics import Metrics, measure, metrics_of
    from paretocode.sim.motion import MotionReplay, Timeline, replay_in_motion, timeline_of
    from paretocode.sim.operations import CALM, ModelOperations, Operations
    from paretocode.sim.plan import UNSERVED, RoutingPlan, routing_plan
    from paretocode.sim.random_jumps import random_jump_models
    from paretocode.sim.replaying import Decisions, Replay, decide, replay
    from paretocode.sim.tally_record import Tally, merged
    from paretocode.sim.tallying import tally
    from paretocode.sim.tier_latency import tier_latencies

_HOMES = {
    "plan": ("UNSERVED", "RoutingPlan", "routing_plan"),
    "replaying": ("Decisions", "Replay", "decide", "replay"),
    "cache": ("NO_CACHE", "PrefixCache", "cached_tokens"),
    "billing": ("Bill", "bill"),
    "luck": ("Luck", "draw_luck"),
    "latency": ("UNTIMED", "latency_tables", "latency_us"),
    "jumps": ("JumpCause", "JumpTally", "Jumps", "count_jumps", "jump_report", "jump_tables", "tally_jumps"),
    "operations": ("CALM", "ModelOperations", "Operations"),
    "events": ("EventReplay", "EventTally", "replay_events", "tally_events"),
    "motion": ("MotionReplay", "Timeline", "replay_in_motion", "timeline_of"),
    "histogram": ("LatencyHistogram", "latency_histogram"),
    "tally_record": ("Tally", "merged"),
    "tallying": ("tally",),
    "tier_latency": ("tier_latencies",),
    "metrics": ("Metrics", "measure", "metrics_of"),
    "random_jumps": ("random_jump_models",),
}

__all__ = [
    "CALM",
    "NO_CACHE",
    "UNSERVED",
    "UNTIMED",
    "Bill",
    "Decisions",
    "EventReplay",
    "EventTally",
    "JumpCause",
    "JumpTally",
    "Jumps",
    "LatencyHistogram",
    "Luck",
    "Metrics",
    "ModelOperations",
    "MotionReplay",
    "Operations",
    "PrefixCache",
    "Replay",
    "RoutingPlan",
    "Tally",
    "Timeline",
    "bill",
    "cached_tokens",
    "count_jumps",
    "decide",
    "draw_luck",
    "jump_report",
    "jump_tables",
    "latency_histogram",
    "latency_tables",
    "latency_us",
    "measure",
    "merged",
    "metrics_of",
    "random_jump_models",
    "replay",
    "replay_events",
    "replay_in_motion",
    "routing_plan",
    "tally",
    "tally_events",
    "tally_jumps",
    "tier_latencies",
    "timeline_of",
]


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"paretocode.sim.{module}"), name)
    raise AttributeError(f"module 'paretocode.sim' has no attribute {name!r}")
