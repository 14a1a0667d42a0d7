"""How often does a session change tier or model, why, and what does it lose? And how near to its edges is demand?"""

from paretocode.sim.jumps.cache_loss import CacheLoss
from paretocode.sim.jumps.cause import CATALOGUE_DRIVEN, FAILURE_DRIVEN, REQUEST_DRIVEN, JumpCause
from paretocode.sim.jumps.counting import Jumps, count_jumps
from paretocode.sim.jumps.edge_jumps import EdgeJumps, EdgeSweep, edge_jumps
from paretocode.sim.jumps.explaining import jump_causes
from paretocode.sim.jumps.flaps import count_flaps
from paretocode.sim.jumps.noise import ExpectedFlips, expected_flips, near_edge_ppm
from paretocode.sim.jumps.parts import Failures
from paretocode.sim.jumps.record import JumpTally
from paretocode.sim.jumps.reporting import jump_report
from paretocode.sim.jumps.tables import JumpTables, jump_tables
from paretocode.sim.jumps.tallying import tally_jumps

# In story order: how many, why, what is lost, all of it added up, and how much hangs on the edges.
__all__ = [  # noqa: RUF022
    "Jumps",
    "count_jumps",
    "JumpCause",
    "REQUEST_DRIVEN",
    "CATALOGUE_DRIVEN",
    "FAILURE_DRIVEN",
    "JumpTables",
    "jump_tables",
    "Failures",
    "jump_causes",
    "count_flaps",
    "CacheLoss",
    "JumpTally",
    "tally_jumps",
    "jump_report",
    "ExpectedFlips",
    "expected_flips",
    "near_edge_ppm",
    "EdgeJumps",
    "EdgeSweep",
    "edge_jumps",
]
