"""What if calls fail? A share of them at random, so that routers fall back, and caches grow cold."""

from __future__ import annotations

import dataclasses

from paretocode.errors import InputError
from paretocode.evidence.sensitivity.shift import Parameter
from paretocode.evidence.sensitivity.world import World
from paretocode.sim.operations import CALM

__all__ = ["error_share", "with_error_share"]


def with_error_share(world: World, value: float) -> World:
    """Return the world in which a share of the calls to every model without operations of its own fails.

    Raises
    ------
    InputError
        A share outside 0..1.
    """
    if not 0 <= value <= 1:
        raise InputError(f"the share of failures is {value:g}", where="sensitivity", way_out="give a share, 0 to 1")
    operations = world.operations if world.operations is not None else CALM
    others = dataclasses.replace(operations.others, error_share=value)
    return world.replace(operations=dataclasses.replace(operations, others=others))


def error_share(*, low: float = 0.018, high: float = 0.073, now: float | None = 0.0) -> Parameter:
    """Return the share of calls that fail; public traces show 1.8 to 7.3 % empty answers (BurstGPT)."""
    return Parameter(
        name="share of calls that fail",
        group="failures",
        at=with_error_share,
        low=low,
        high=high,
        step=0.001,
        now=now,
        when="a share of {} of all calls fails",
    )
