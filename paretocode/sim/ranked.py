"""Which model would the ranking alone choose? A look-up, or a comparison where a request's own tokens set the price."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from paretocode._checks import IndexColumn, IntColumn
from paretocode.sim.plan import UNSERVED, RoutingPlan
from paretocode.sim.prices import price_rows

__all__ = ["ranked_models"]

_CHUNK_CELLS = 4_000_000


def ranked_models(
    plan: RoutingPlan, state: IndexColumn, prompt_tokens: IntColumn, completion_tokens: IntColumn
) -> IndexColumn:
    """Return the first model of each request's shortlist, or `UNSERVED`.

    Parameters
    ----------
    state
        Shape (n,): the request's state in the plan.
    prompt_tokens, completion_tokens
        Shape (n,) [tokens]: they decide under the price metric ``request`` only.

    Notes
    -----
    O(n); under the price metric ``request`` O(n x shortlist). Equal costs: the higher score, then the key.
    """
    if plan.is_static:
        return plan.best[state]
    rows = price_rows(plan.priced)
    best = np.full(len(state), UNSERVED, dtype=np.int32)
    for this, mine in _grouped(state):
        models, priced = plan.contenders(this)
        if len(models) == 0:
            continue
        chunk = max(1, _CHUNK_CELLS // len(models))
        for start in range(0, len(mine), chunk):
            some = mine[start : start + chunk]
            prompt, completion = prompt_tokens[some, None], completion_tokens[some, None]
            grid = np.broadcast_to(priced, (len(some), len(priced)))
            row = rows.row_of(grid.ravel(), np.repeat(prompt.ravel(), len(priced))).reshape(grid.shape)
            # Models stand in tie order, so the first of the cheapest is the right one.
            best[some] = models[np.argmin(prompt * rows.prompt[row] + completion * rows.completion[row], axis=1)]
    return best


def _grouped(state: IndexColumn) -> Iterator[tuple[int, IntColumn]]:
    """Yield every state present and the positions of its requests."""
    order = np.argsort(state, kind="stable")
    in_order = state[order]
    starts = np.flatnonzero(np.concatenate(([True], in_order[1:] != in_order[:-1]))[: len(state)])
    for start, stop in itertools.pairwise([*starts.tolist(), len(state)]):
        yield int(in_order[start]), order[start:stop]
