"""What did the movement of the catalogue cost? The same stream, with the first catalogue left standing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode.sim.billing import exact_sum
from paretocode.sim.motion.replaying import MotionReplay
from paretocode.sim.plan import UNSERVED
from paretocode.sim.replaying import Replay, replay

__all__ = ["MotionEffect", "motion_effect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionEffect:
    """A replay in motion beside one under its first catalogue throughout.

    Parameters
    ----------
    moving_pusd, standing_pusd
        Total costs [pico-USD], exact.
    moving_unserved, standing_unserved
        Requests that no model could take: refusing work is not saving money.
    n_other_model
        Requests that another model serves, or that only one of the two serves.
    """

    moving_pusd: int
    standing_pusd: int
    moving_unserved: int
    standing_unserved: int
    n_other_model: int

    @property
    def cost_pusd(self) -> int:
        """What the movement costs [pico-USD]; negative where it saves."""
        return self.moving_pusd - self.standing_pusd


def motion_effect(motion: MotionReplay) -> MotionEffect:
    """Compare a replay with one under the catalogue that was in force when the stream began. Two replays: O(n).

    Notes
    -----
    The difference is of two histories, not a sum over jumps: it holds what prices did to requests that kept their
    model, what other models cost, and what was lost in caches on the way.

    Raises
    ------
    InputError
        A first catalogue under which the map can serve nothing.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.sim.motion import Timeline, replay_in_motion
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> halved = models.replace(completion_usd_per_mtok=models.completion_usd_per_mtok / 2)
    >>> timeline = Timeline(starts_us=[0, 60_000_000], catalogues=(models, halved))
    >>> stream = request_stream(session=[1, 2], time_s=[0, 60], prompt_tokens=[0, 0], completion_tokens=[100, 100])
    >>> motion_effect(replay_in_motion(stream, documented_pareto_code(models), timeline)).cost_pusd  # 50 x 0.87
    -43500000
    """
    first = int(motion.epoch.min())
    still = replay(
        motion.run.stream, motion.plan.maps[first], motion.plan.timeline.catalogues[first], cache=motion.cache
    )
    moving_model, still_model = motion.run.decisions.model_index, still.decisions.model_index
    return MotionEffect(
        moving_pusd=exact_sum(motion.run.cost_pusd),
        standing_pusd=exact_sum(still.cost_pusd),
        moving_unserved=_unserved(motion.run),
        standing_unserved=_unserved(still),
        n_other_model=int(np.count_nonzero(moving_model != still_model)),
    )


def _unserved(run: Replay) -> int:
    return int(np.count_nonzero(run.decisions.model_index == UNSERVED))
