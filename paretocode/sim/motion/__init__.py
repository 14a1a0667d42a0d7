"""Replays under a catalogue that moves: which one is in force when, what it decides, and what its movement costs."""

from paretocode.sim.motion.causes import JumpCauses, catalogue_jumps, jump_causes
from paretocode.sim.motion.effect import MotionEffect, motion_effect
from paretocode.sim.motion.from_history import timeline_of
from paretocode.sim.motion.jumping import moving_jump_tables
from paretocode.sim.motion.membership import MEMBERSHIPS, map_in_force
from paretocode.sim.motion.moving_plan import MovingPlan, moving_plan
from paretocode.sim.motion.replaying import MotionReplay, replay_in_motion
from paretocode.sim.motion.timeline import Timeline

# In story order: which catalogue when, what a router makes of it, the replay, and what the movement did.
__all__ = [  # noqa: RUF022
    "Timeline",
    "timeline_of",
    "MEMBERSHIPS",
    "map_in_force",
    "MovingPlan",
    "moving_plan",
    "MotionReplay",
    "replay_in_motion",
    "JumpCauses",
    "catalogue_jumps",
    "jump_causes",
    "moving_jump_tables",
    "MotionEffect",
    "motion_effect",
]
