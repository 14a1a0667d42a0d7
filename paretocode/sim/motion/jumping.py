"""What does the accounting of jumps need where the catalogue moves? The plan of all epochs, and prices by epoch."""

from __future__ import annotations

from paretocode.sim.jumps.tables import JumpTables
from paretocode.sim.motion.replaying import MotionReplay

__all__ = ["moving_jump_tables"]


def moving_jump_tables(motion: MotionReplay) -> JumpTables:
    """Return the tables with which `paretocode.sim.jumps.tally_jumps` explains the jumps of `motion.run`."""
    versions = motion.plan.versions
    return JumpTables(
        plan=motion.plan,
        tariff=versions.tariff(motion.cache.rules(motion.plan.catalogue)),
        price_index=versions.row,
    )
