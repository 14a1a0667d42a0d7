"""How many sessions does an answer take, and what can this stream see? Planned from the stream's own variance."""

from paretocode.evidence.size.designs import Design, Paired, Rollout
from paretocode.evidence.size.detectable import Detectable, detectable_difference
from paretocode.evidence.size.plan import sessions_to_keep, sessions_to_see
from paretocode.evidence.size.power_check import PowerCheck, check_plan, simulated_power
from paretocode.evidence.size.simulated_size import simulated_sessions
from paretocode.evidence.size.size_plan import SizePlan
from paretocode.evidence.size.spread import SessionSpread, session_spread, spread_of_sums
from paretocode.evidence.size.tails import Tails, tails_of
from paretocode.evidence.size.telling import Telling, sessions_to_tell, telling_of

# In story order: how sessions differ, how maps meet, what it takes, what is there, whether that is so.
__all__ = [  # noqa: RUF022
    "SessionSpread",
    "session_spread",
    "spread_of_sums",
    "Tails",
    "tails_of",
    "Design",
    "Paired",
    "Rollout",
    "SizePlan",
    "sessions_to_see",
    "sessions_to_keep",
    "Telling",
    "sessions_to_tell",
    "telling_of",
    "Detectable",
    "detectable_difference",
    "PowerCheck",
    "check_plan",
    "simulated_power",
    "simulated_sessions",
]
