"""The same numbers from a stream larger than memory: part by part, on any executor, resumed where it stopped.

One contract: a task is a pure function of one part, and its results add up exactly. So the numbers are those of the
stream in memory, to the last digit, however the stream is cut and whoever does the work.
"""

from paretocode.sim.partitioned.asked_parts import AskedPart, asked_parts
from paretocode.sim.partitioned.countable import LogInParts
from paretocode.sim.partitioned.executors import (
    Engine,
    EngineChoice,
    InThisProcess,
    LastingEngine,
    Workforce,
    engine_named,
)
from paretocode.sim.partitioned.replays import MapTally, PartReplays, ReplayTask, replay_tasks
from paretocode.sim.partitioned.running import ResultStore, done_parts, merged_parts
from paretocode.sim.partitioned.tabulations import TableTask, table_tasks

# In story order: a part, what is done with it, who does it, and what it comes to.
__all__ = [  # noqa: RUF022
    "AskedPart",
    "asked_parts",
    "MapTally",
    "PartReplays",
    "ReplayTask",
    "replay_tasks",
    "TableTask",
    "table_tasks",
    "LogInParts",
    "Engine",
    "InThisProcess",
    "engine_named",
    "EngineChoice",
    "LastingEngine",
    "Workforce",
    "ResultStore",
    "done_parts",
    "merged_parts",
]
