"""Which cause has each model jump of a replay? Looked up in the shortlists, for the jumps alone."""

from __future__ import annotations

import numpy as np

from paretocode._checks import BoolColumn, IndexColumn, IntColumn
from paretocode.sim.jumps.cause import CauseColumn, JumpCause
from paretocode.sim.jumps.parts import Failures, Part, changes, parts_of
from paretocode.sim.jumps.tables import JumpTables
from paretocode.sim.plan import RoutingPlan
from paretocode.sim.ranked import ranked_models
from paretocode.sim.replaying import Replay
from paretocode.sim.stickiness import run_starts

__all__ = ["causes_at", "jump_causes"]


def jump_causes(run: Replay, tables: JumpTables, *, failures: Failures | None = None) -> CauseColumn:
    """Return the cause of each request's model jump.

    Parameters
    ----------
    tables
        Of this replay; see `jump_tables`.
    failures
        What failed, where the replay was one of events; None where nothing could fail.

    Returns
    -------
    CauseColumn
        Shape (n,): 0 where the request opens its session, keeps the model of the session's request before, or one of
        the two is unserved; else the code of the first `JumpCause` that holds.

    Raises
    ------
    InputError
        Tables or failures that do not fit the replay.

    Notes
    -----
    A jump is the catalogue's doing if the request, routed under the catalogue of the request before with the same
    memory of the session, would have kept the model: `CATALOGUE` if the model is not in the shortlist now, `PRICE`
    if it is. A sticky router that still knows the session leaves a listed model for no price.
    Where the model is still listed and the router no longer knew the session, the cause is `STICKINESS` even if the
    context class differs: a router that had known it would have kept the model.
    `RANKING` stays empty, except where failures delay an answer beyond the session's next request: the router then
    remembers an earlier model than that of the request before.
    Idle gaps are those of `run.stream`; where arrivals were moved, give a replay whose stream has the moved times.

    O(n), plus what `ranked_models` takes for jumps between catalogues.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.sim.jumps.tables import jump_tables
    >>> from paretocode.sim.replaying import replay
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> stream = request_stream(session=[1] * 4, time_s=[0, 10, 20, 30], completion_tokens=[100] * 4,
    ...                         prompt_tokens=[9_000, 9_000, 500_000, 500_000], min_score=[0.5, 0.9, 0.9, 0.9])
    >>> run = replay(stream, documented_pareto_code(models), models)
    >>> [list(JumpCause)[code - 1].name if code else "" for code in jump_causes(run, jump_tables(run)).tolist()]
    ['', 'CALLER', '', '']
    """
    tables.check_fits(run)
    causes = np.zeros(len(run.stream), dtype=np.uint8)
    for rows, part in parts_of(run, failures):
        at = changes(part, part.decisions.model_index)
        causes[rows.start + at] = causes_at(part, tables, at)
    return causes


def causes_at(part: Part, tables: JumpTables, at: IntColumn) -> CauseColumn:
    """Return the causes of the model jumps that happen at the rows `at`."""
    if len(at) == 0:
        return np.zeros(0, dtype=np.uint8)
    plan, before, decisions = tables.plan, at - 1, part.decisions
    policy = plan.tier_map.policy
    starts = run_starts(part.stream, policy)
    state = plan.state(part.stream, decisions.tier_routed, decisions.epoch)
    is_fallback = part.is_fallback
    is_listed = plan.is_listed[state[at], decisions.model_index[before]]
    is_catalogue = _kept_by_the_catalogue_before(part, plan, at, starts)
    other_class = state[at] % plan.n_classes != state[before] % plan.n_classes
    is_sticky = policy.stickiness != "none"
    return JumpCause.first_that_holds(
        {
            JumpCause.CALLER: decisions.tier_requested[at] != decisions.tier_requested[before],
            JumpCause.HYSTERESIS: decisions.tier_routed[at] != decisions.tier_routed[before],
            JumpCause.OUTAGE: part.is_outage[at],
            JumpCause.FALLBACK: is_fallback[at],
            JumpCause.RETURN: is_fallback[before],
            JumpCause.CATALOGUE: is_catalogue & ~is_listed,
            JumpCause.PRICE: is_catalogue,
            JumpCause.CONTEXT: other_class & ~(is_sticky & is_listed),
            JumpCause.STICKINESS: starts[at] & is_sticky,
            JumpCause.OWN_TOKENS: np.full(len(at), not plan.is_static),
        }
    )


def _kept_by_the_catalogue_before(part: Part, plan: RoutingPlan, at: IntColumn, starts: BoolColumn) -> BoolColumn:
    """Return whether the catalogue of the request before, another one than now, would have spared the jump."""
    kept = np.zeros(len(at), dtype=np.bool_)
    epoch = part.decisions.epoch
    if epoch is None:
        return kept
    across = np.flatnonzero(epoch[at] != epoch[at - 1])
    if len(across) == 0:
        return kept
    rows = at[across]
    epoch_before: IndexColumn = np.append(epoch[:1], epoch[:-1])
    state = plan.state(part.stream, part.decisions.tier_routed, epoch_before)[rows]
    left = part.decisions.model_index[rows - 1]
    ranked = ranked_models(plan, state, part.stream.prompt_tokens[rows], part.stream.completion_tokens[rows])
    is_remembered = ~starts[rows] & (plan.tier_map.policy.stickiness != "none")
    kept[across] = (ranked == left) | (is_remembered & plan.is_listed[state, left])
    return kept
