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
    from paretocode.sim.jumps import Jumps, count_jumps
    from paretocode.sim.latency import UNTIMED, latency_tables, latency_us
    from paretocode.sim.luck import Luck, draw_luck
    from paretocode.sim.metrics import Metrics, measure
    from paretocode.sim.plan import UNSERVED, RoutingPlan, routing_plan
    from paretocode.sim.random_jumps import random_jump_models
    from paretocode.sim.replaying import Decisions, Replay, decide, replay

_HOMES = {
    "plan": ("UNSERVED", "RoutingPlan", "routing_plan"),
    "replaying": ("Decisions", "Replay", "decide", "replay"),
    "cache": ("NO_CACHE", "PrefixCache", "cached_tokens"),
    "billing": ("Bill", "bill"),
    "luck": ("Luck", "draw_luck"),
    "latency": ("UNTIMED", "latency_tables", "latency_us"),
    "jumps": ("Jumps", "count_jumps"),
    "metrics": ("Metrics", "measure"),
    "random_jumps": ("random_jump_models",),
}

__all__ = [
    "NO_CACHE",
    "UNSERVED",
    "UNTIMED",
    "Bill",
    "Decisions",
    "Jumps",
    "Luck",
    "Metrics",
    "PrefixCache",
    "Replay",
    "RoutingPlan",
    "bill",
    "cached_tokens",
    "count_jumps",
    "decide",
    "draw_luck",
    "latency_tables",
    "latency_us",
    "measure",
    "random_jump_models",
    "replay",
    "routing_plan",
]


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"paretocode.sim.{module}"), name)
    raise AttributeError(f"module 'paretocode.sim' has no attribute {name!r}")
