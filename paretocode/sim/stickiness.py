"""Which model does a session keep? Stickiness for a whole stream at once.

A kept model depends on the request before, so it looks sequential; but it can change only where a *block* begins: at
the start of a session, after an idle gap of at least the TTL, or where the request's state (tier and context class)
differs from the one before. Blocks are few, since people rarely change their min score. The j-th blocks of all runs
are decided together, where a run is a stretch without an idle gap.
"""

from __future__ import annotations

import numpy as np

from paretocode._checks import BoolColumn, IntColumn
from paretocode.sim.plan import UNSERVED
from paretocode.stream.stream import RequestStream

__all__ = ["keep_models"]


def keep_models(
    stream: RequestStream, *, state: IntColumn, fresh: IntColumn, is_listed: BoolColumn, ttl_s: float
) -> IntColumn:
    """Return the model that serves each request of a stream whose sessions keep their models.

    Parameters
    ----------
    state
        Shape (n,): the request's state in the plan.
    fresh
        Shape (n,): the model that the ranking alone would choose, or `UNSERVED`.
    is_listed
        Shape (n_states, n_models): whether a model is in the shortlist of a state.
    ttl_s
        A request that comes `ttl_s` or more after its session's last one starts afresh.

    Notes
    -----
    Inside a block the first request's model stays listed, so it serves the whole block. An unserved block passes the
    remembered model on. O(n + blocks), with one array operation for each block of the longest run.
    """
    run_starts = stream.is_first | (stream.gap_s >= ttl_s)
    block_starts = run_starts.copy()
    block_starts[1:] |= state[1:] != state[:-1]
    first_row = np.flatnonzero(block_starts)
    block_state, block_fresh, opens_run = state[first_row], fresh[first_row], run_starts[first_row]
    run_first_block = np.flatnonzero(opens_run)
    run_length = np.diff(np.append(run_first_block, len(first_row)))
    longest_first = np.argsort(-run_length, kind="stable")
    run_first_block, run_length = run_first_block[longest_first], run_length[longest_first]
    n_alive = np.searchsorted(-run_length, -np.arange(1, run_length[0] + 1), side="right")
    served = np.empty(len(first_row), dtype=np.int64)
    kept = np.full(len(run_first_block), UNSERVED, dtype=np.int64)
    for position, alive in enumerate(n_alive):
        block = run_first_block[:alive] + position
        can_keep = (kept[:alive] != UNSERVED) & is_listed[block_state[block], kept[:alive]]
        served[block] = np.where(can_keep, kept[:alive], block_fresh[block])
        kept[:alive] = np.where(served[block] == UNSERVED, kept[:alive], served[block])
    return np.repeat(served, np.diff(np.append(first_row, len(state))))
