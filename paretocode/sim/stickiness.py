"""Which model does a session keep? Stickiness for a whole stream at once.

A kept model depends on the request before, so it looks sequential; but it can change only where a *block* begins:
where the router does not know the session (its start, an idle gap of at least the TTL, for `implicit` also a changed
opening), or where the request's state (tier and context class) differs from the one before. Blocks are few, since
people rarely change their min score. The j-th blocks of all runs are decided together, where a run is a stretch that
the router knows as one session.
"""

from __future__ import annotations

import numpy as np

from paretocode._checks import BoolColumn, IndexColumn
from paretocode.sim.plan import UNSERVED
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.policy import Policy

__all__ = ["keep_models", "run_starts"]


def run_starts(stream: RequestStream, policy: Policy) -> BoolColumn:
    """Return whether the router does not know the session of a request: no model can be kept. O(n)."""
    starts: BoolColumn = stream.gap_us >= policy.sticky_ttl_s * 1_000_000
    starts |= stream.is_first
    if policy.stickiness == "implicit":
        starts |= stream.prefix_tokens == 0
    return starts


def keep_models(starts: BoolColumn, *, state: IndexColumn, fresh: IndexColumn, is_listed: BoolColumn) -> IndexColumn:
    """Return the model that serves each request of a stream whose sessions keep their models.

    Parameters
    ----------
    starts
        Shape (n,): where the router does not know the session; see `run_starts`.
    state
        Shape (n,): the request's state in the plan.
    fresh
        Shape (n,): the model that the ranking alone would choose, or `UNSERVED`.
    is_listed
        Shape (n_states, n_models): whether a model is in the shortlist of a state.

    Notes
    -----
    Inside a block the first request's model stays listed, so it serves the whole block. An unserved block passes the
    remembered model on. O(n + blocks), with one array operation for each block of the longest run.
    """
    block_starts = starts.copy()
    block_starts[1:] |= state[1:] != state[:-1]
    first_row = np.flatnonzero(block_starts)
    block_state, block_fresh, opens_run = state[first_row], fresh[first_row], starts[first_row]
    run_first_block = np.flatnonzero(opens_run)
    run_length = np.diff(np.append(run_first_block, len(first_row)))
    longest_first = np.argsort(-run_length, kind="stable")
    run_first_block, run_length = run_first_block[longest_first], run_length[longest_first]
    n_alive = np.searchsorted(-run_length, -np.arange(1, run_length[0] + 1), side="right")
    served = np.empty(len(first_row), dtype=np.int32)
    kept = np.full(len(run_first_block), UNSERVED, dtype=np.int32)
    for position, alive in enumerate(n_alive):
        block = run_first_block[:alive] + position
        can_keep = (kept[:alive] != UNSERVED) & is_listed[block_state[block], kept[:alive]]
        served[block] = np.where(can_keep, kept[:alive], block_fresh[block])
        kept[:alive] = np.where(served[block] == UNSERVED, kept[:alive], served[block])
    return np.repeat(served, np.diff(np.append(first_row, len(state))))
