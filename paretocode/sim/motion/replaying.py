"""What would a map have done to this stream while prices moved? Each request under the catalogue in force at its time.

A router that reads the catalogue again: the session keeps its model as long as the shortlist in force holds it, prefix
caches belong to the model and outlive a change of price, and every request costs and takes what was in force when it
came.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import IndexColumn
from paretocode.sim.billing import billed
from paretocode.sim.cache import PrefixCache, cached_tokens
from paretocode.sim.latency import latency_tables, latency_us
from paretocode.sim.luck import Luck
from paretocode.sim.motion.moving_plan import MovingPlan, moving_plan
from paretocode.sim.motion.timeline import Timeline
from paretocode.sim.prices import refuse_overflow
from paretocode.sim.replaying import Replay, ReplayColumns, decide, session_blocks
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["MotionReplay", "replay_in_motion"]


@dataclass(frozen=True, kw_only=True)
class MotionReplay:
    """A replay under a moving catalogue.

    Parameters
    ----------
    run
        Decisions, money and time, as of any replay; `run.decisions.epoch` holds the epochs, and `run.catalogue` is
        the timeline's overview, by whose scores metrics judge what was served.
    plan
        What was decided before any request came, with the timeline.
    cache
        The rules of prompt caching.
    notes
        What a reader should know, one sentence each, those of the timeline included.
    """

    run: Replay
    plan: MovingPlan
    cache: PrefixCache
    notes: tuple[str, ...]

    @property
    def epoch(self) -> IndexColumn:
        """Shape (n,): position in the timeline of the catalogue in force at each request."""
        epoch = self.run.decisions.epoch
        return np.zeros(len(self.run.stream), dtype=np.int32) if epoch is None else epoch


def replay_in_motion(
    stream: RequestStream,
    tier_map: TierMap,
    timeline: Timeline,
    *,
    membership: str = "listed",
    cache: PrefixCache | None = None,
    luck: Luck | None = None,
) -> MotionReplay:
    """Re-decide and bill a stream under a map while the catalogue moves.

    Parameters
    ----------
    membership
        ``listed``: the map's lists stay and are ranked by the prices in force; ``recut``: its score edges sort the
        models of each epoch anew.
    cache
        Rules of prompt caching; the defaults of `PrefixCache` when None.
    luck
        The stream's latency draws; without them no latency is computed.

    Returns
    -------
    MotionReplay
        Equal, request by request, to `paretocode.tiermap.route` with the catalogue in force and the session's memory;
        with one catalogue, equal to `paretocode.sim.replay`.

    Raises
    ------
    InputError
        A stream outside the timeline as a whole; a map that does not fit the catalogues; ``recut`` without score
        edges; requests too large to bill exactly.

    Notes
    -----
    O(n log n_epochs) beside what a replay under one catalogue takes. Whether a prompt is cached is decided by the
    read price in force when it is read: a model without one warms its cache all the same.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> prices = models.prompt_usd_per_mtok.copy()
    >>> prices[models.index_of("moonshotai/kimi-k2.6")] = 0.76  # gpt-5.4-mini costs 0.75
    >>> timeline = Timeline(starts_us=[0, 60_000_000],
    ...                     catalogues=(models, models.replace(prompt_usd_per_mtok=prices)))
    >>> stream = request_stream(session=[1, 1, 2], time_s=[50, 70, 80], prompt_tokens=[9_000] * 3,
    ...                         completion_tokens=[100] * 3, min_score=[0.5] * 3)
    >>> motion = replay_in_motion(stream, documented_pareto_code(models), timeline)
    >>> motion.epoch.tolist(), [models.keys[i] for i in motion.run.decisions.model_index]  # a session keeps its model
    ([0, 1, 1], ['moonshotai/kimi-k2.6', 'moonshotai/kimi-k2.6', 'openai/gpt-5.4-mini@xhigh'])
    """
    timeline.refuse_other_times(stream)
    cache = PrefixCache() if cache is None else cache
    plan = moving_plan(tier_map, timeline, membership=membership)
    rules = cache.rules(plan.catalogue)
    prepared = plan.versions.tariff(rules)
    refuse_overflow(stream, prepared.rows)
    tables = None
    if luck is not None:
        luck.check_length(len(stream))
        tables = latency_tables(plan.versions.catalogue)
    columns = ReplayColumns(len(stream), is_timed=luck is not None, is_moving=True)
    n_outside = np.zeros(2, dtype=np.int64)
    for rows in session_blocks(stream):
        part = stream.part(rows.start, rows.stop)
        decisions = decide(part, plan)
        cached = cached_tokens(part, decisions.model_index, rules)
        version = plan.versions.of_requests(plan.epochs_of(part), decisions.model_index)
        bill = billed(part, version, cached, prepared)
        columns.fill(rows, decisions, bill)
        if luck is not None and tables is not None:
            columns.latency_us[rows] = latency_us(part, version, bill.cached_tokens, tables, luck.take(rows))
        n_outside += _n_outside(part, timeline)
    run = columns.replay(stream, tier_map, plan.catalogue)
    return MotionReplay(run=run, plan=plan, cache=cache, notes=_notes(plan, n_outside.tolist()))


def _n_outside(part: RequestStream, timeline: Timeline) -> tuple[int, int]:
    """Return how many requests come before the first catalogue, and how many after the end of the last."""
    n_after = 0 if timeline.end_us is None else int(np.count_nonzero(part.time_us >= timeline.end_us))
    return int(np.count_nonzero(part.time_us < timeline.starts_us[0])), n_after


def _notes(plan: MovingPlan, n_outside: list[int]) -> tuple[str, ...]:
    notes = list(plan.timeline.notes)
    for n, when in zip(n_outside, ("before the first catalogue begins", "after the last catalogue ends"), strict=True):
        if n:
            notes.append(f"{n:,} requests come {when}: it counts for them all the same.")
    if plan.timeline.rescored:
        notes.append(f"the score of {', '.join(plan.timeline.rescored)} moves: metrics judge by the first one.")
    return tuple(notes)
