"""How are the jumps of a replay tallied? In one pass over blocks of whole sessions, whose tallies are added."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np

from paretocode._checks import IndexColumn, IntColumn
from paretocode.errors import InputError
from paretocode.sim.billing import exact_sum
from paretocode.sim.jumps.cache_loss import CacheLoss, cache_loss
from paretocode.sim.jumps.cause import CauseColumn, JumpCause
from paretocode.sim.jumps.explaining import causes_at
from paretocode.sim.jumps.flaps import count_flaps
from paretocode.sim.jumps.parts import Failures, Part, changes, parts_of
from paretocode.sim.jumps.record import JumpTally
from paretocode.sim.jumps.tables import JumpTables
from paretocode.sim.plan import UNSERVED
from paretocode.sim.replaying import Replay
from paretocode.stream.stream import RequestStream

__all__ = ["tally_jumps"]


def tally_jumps(run: Replay, tables: JumpTables, *, failures: Failures | None = None, flap_turns: int = 3) -> JumpTally:
    """Tally the jumps of a replay: how many, which way, why, and what they cost in lost prompt caches.

    Parameters
    ----------
    tables
        Of this replay, made under the caching rules that billed it; see `jump_tables`.
    failures
        What failed, where the replay was one of events; None where nothing could fail.
    flap_turns
        A jump flaps when its session is back at what it left within that many further turns; at least 1.

    Raises
    ------
    InputError
        Tables or failures that do not fit the replay; fewer than one turn.

    Notes
    -----
    O(n + flap_turns x jumps), plus what `ranked_models` takes for jumps between catalogues.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.sim.jumps.tables import jump_tables
    >>> from paretocode.sim.replaying import replay
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> stream = request_stream(session=[1] * 3, time_s=[0, 10, 20], prompt_tokens=[9_000, 10_000, 11_000],
    ...                         completion_tokens=[100] * 3, prefix_tokens=[0, 9_000, 10_000],
    ...                         min_score=[0.5, 0.9, 0.5])
    >>> run = replay(stream, documented_pareto_code(models), models)
    >>> found = tally_jumps(run, jump_tables(run))
    >>> found.n_tier_jumps_up, found.n_tier_jumps_down, found.n_model_flaps, found.n_warm_jumps
    (1, 1, 1, 2)
    >>> found.lost_tokens  # 9,000 on the way up; back down the first model still has its 9,000 of 10,000
    10000
    """
    if flap_turns < 1:
        raise InputError(f"flap_turns is {flap_turns}", way_out="give 1 turn or more")
    tables.check_fits(run)
    return reduce(add, (_of_part(part, run, tables, flap_turns) for _, part in parts_of(run, failures)))


def _of_part(part: Part, run: Replay, tables: JumpTables, flap_turns: int) -> JumpTally:
    stream, decisions = part.stream, part.decisions
    tier_at, model_at = changes(part, decisions.tier_served), changes(part, decisions.model_index)
    causes, loss = causes_at(part, tables, model_at), cache_loss(part, tables, model_at)
    return JumpTally(
        tiers=tuple(tier.name for tier in run.tier_map.tiers),
        model_keys=tuple(run.catalogue.keys),
        flap_turns=flap_turns,
        n_sessions=stream.n_sessions,
        n_pairs=len(stream) - stream.n_sessions,
        tier_pairs=_tier_pairs(part, run.tier_map.n_tiers),
        model_jumps=_model_jumps(decisions.model_index, model_at, len(run.catalogue)),
        n_sessions_with_tier_jump=_n_sessions(stream, tier_at),
        n_sessions_with_model_jump=_n_sessions(stream, model_at),
        n_tier_flaps=count_flaps(stream, decisions.tier_served, tier_at, turns=flap_turns),
        n_model_flaps=count_flaps(stream, decisions.model_index, model_at, turns=flap_turns),
        jumps_by_cause=_by_cause(causes, np.ones(len(model_at), dtype=np.int64)),
        lost_tokens_by_cause=_by_cause(causes, loss.tokens),
        lost_pusd_by_cause=_by_cause(causes, loss.pusd),
        n_warm_jumps=int(np.count_nonzero(loss.is_warm)),
        unpriced_tokens=_unpriced(loss),
    )


def _tier_pairs(part: Part, n_tiers: int) -> tuple[tuple[int, ...], ...]:
    """Count pairs by the serving tiers of both requests; unserved requests have a row and a column of their own."""
    tier, width = part.decisions.tier_served - UNSERVED, n_tiers + 1
    pair = tier[:-1] * np.int32(width) + tier[1:]
    counts = np.bincount(pair[~part.stream.is_first[1:]], minlength=width * width).reshape(width, width)
    return tuple(tuple(row) for row in counts[1:, 1:].tolist())


def _model_jumps(model: IndexColumn, at: IntColumn, n_models: int) -> dict[tuple[int, int], int]:
    kind, count = np.unique(model[at - 1].astype(np.int64) * n_models + model[at], return_counts=True)
    return {divmod(key, n_models): n for key, n in zip(kind.tolist(), count.tolist(), strict=True)}


def _n_sessions(stream: RequestStream, at: IntColumn) -> int:
    return len(np.unique(stream.session[at]))


def _by_cause(causes: CauseColumn, values: IntColumn) -> tuple[int, ...]:
    return tuple(exact_sum(values[causes == cause.code]) for cause in JumpCause)


def _unpriced(loss: CacheLoss) -> int:
    return exact_sum(loss.tokens[~loss.is_priced])
