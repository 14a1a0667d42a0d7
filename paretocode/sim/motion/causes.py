"""Who moved, the caller or the catalogue? The cause of every model jump, by asking the catalogue before again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, IndexColumn, IntColumn
from paretocode.sim.jumps import count_jumps
from paretocode.sim.motion.replaying import MotionReplay
from paretocode.sim.plan import UNSERVED
from paretocode.sim.ranked import ranked_models
from paretocode.sim.replaying import session_blocks
from paretocode.sim.stickiness import run_starts
from paretocode.stream.stream import RequestStream

__all__ = ["JumpCauses", "catalogue_jumps", "jump_causes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpCauses:
    """Model jumps over pairs of consecutive requests of one session.

    Parameters
    ----------
    n_pairs
        All such pairs.
    n_pairs_across
        Those whose two requests lie in different epochs: only they can be catalogue jumps.
    n_model_jumps
        Pairs whose two requests are both served, by different models.
    n_catalogue_jumps
        Model jumps that the catalogue before would have spared; the others follow from what was asked, or from a
        router that no longer knew the session.
    """

    n_pairs: int
    n_pairs_across: int
    n_model_jumps: int
    n_catalogue_jumps: int

    @property
    def n_request_jumps(self) -> int:
        """Model jumps that the catalogue before would have brought as well."""
        return self.n_model_jumps - self.n_catalogue_jumps


def jump_causes(motion: MotionReplay) -> JumpCauses:
    """Count model jumps by cause. O(n)."""
    stream, epoch = motion.run.stream, motion.epoch
    jumps = count_jumps(stream, motion.run.decisions.tier_served, motion.run.decisions.model_index)
    return JumpCauses(
        n_pairs=jumps.n_pairs,
        n_pairs_across=int(np.count_nonzero(~stream.is_first[1:] & (epoch[1:] != epoch[:-1]))),
        n_model_jumps=jumps.n_model_jumps,
        n_catalogue_jumps=int(np.count_nonzero(catalogue_jumps(motion))),
    )


def catalogue_jumps(motion: MotionReplay) -> BoolColumn:
    """Return whether each request's model jump is the catalogue's doing.

    Returns
    -------
    BoolColumn
        Shape (n,); False where a request opens its session, is unserved or follows an unserved one, or keeps its model.

    Notes
    -----
    A jump is catalogue-driven if the request, routed under the catalogue of the request before it and with the same
    memory of the session, would have kept that request's model. Exact: such a model is the remembered one, so the
    question is a look-up in the other epoch's shortlists. A model that a session kept across a change of prices and
    loses later, when the router has forgotten it, is no catalogue jump: both requests then lie in one epoch. Under
    `recut`, a model that changes tier with its session is no model jump.

    O(n) for finding the jumps, and as a replay for those between epochs.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.sim.motion import Timeline, replay_in_motion
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> windows = models.context_tokens.copy()
    >>> windows[models.index_of("moonshotai/kimi-k2.6")] = float("nan")  # it leaves
    >>> timeline = Timeline(starts_us=[0, 60_000_000], catalogues=(models, models.replace(context_tokens=windows)))
    >>> stream = request_stream(session=[1] * 3, time_s=[50, 70, 80], prompt_tokens=[9_000] * 3,
    ...                         completion_tokens=[100] * 3, min_score=[0.5, 0.5, 0.9])
    >>> catalogue_jumps(replay_in_motion(stream, documented_pareto_code(models), timeline)).tolist()
    [False, True, False]
    """
    run, epoch = motion.run, motion.epoch
    is_ours = np.zeros(len(run.stream), dtype=np.bool_)
    for rows in session_blocks(run.stream):
        part, model = run.stream.part(rows.start, rows.stop), run.decisions.model_index[rows]
        jumps = _jumps_between_epochs(part, model, epoch[rows])
        kept = _under_epoch_before(motion, rows, part, jumps)
        is_ours[rows.start + jumps[kept == model[jumps - 1]]] = True
    return is_ours


def _jumps_between_epochs(part: RequestStream, model: IndexColumn, epoch: IndexColumn) -> IntColumn:
    """Return the requests that jump from a request of another epoch."""
    is_jump = ~part.is_first[1:] & (epoch[1:] != epoch[:-1]) & (model[1:] != model[:-1])
    is_jump &= (model[1:] != UNSERVED) & (model[:-1] != UNSERVED)
    return np.flatnonzero(is_jump) + 1


def _under_epoch_before(motion: MotionReplay, rows: slice, part: RequestStream, jumps: IntColumn) -> IndexColumn:
    """Return the model of each of these requests under the catalogue of the request before."""
    plan, decisions = motion.plan, motion.run.decisions
    before = rows.start + jumps - 1
    epoch_before = motion.epoch[np.maximum(np.arange(rows.start, rows.stop) - 1, 0)]
    state = plan.state(part, decisions.tier_routed[rows], epoch_before)[jumps]
    ranked = ranked_models(plan, state, part.prompt_tokens[jumps], part.completion_tokens[jumps])
    policy = plan.tier_map.policy
    if policy.stickiness == "none":
        return ranked
    remembered = decisions.model_index[before]
    can_keep = ~run_starts(part, policy)[jumps] & plan.is_listed[state, remembered]
    return np.where(can_keep, remembered, ranked)
