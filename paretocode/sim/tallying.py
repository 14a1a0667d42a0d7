"""How is a replay tallied? In one pass over blocks of whole sessions, whose tallies are added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from paretocode._checks import BoolColumn, IndexColumn, IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.sim.billing import exact_sum
from paretocode.sim.histogram import LatencyHistogram, latency_histogram
from paretocode.sim.jumps import count_jumps
from paretocode.sim.latency import UNTIMED
from paretocode.sim.plan import UNSERVED
from paretocode.sim.replaying import Replay, session_blocks
from paretocode.sim.tally_record import Subject, Tally, merged
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["tally", "tally_subject"]


def tally(run: Replay, *, scale: ScoreScale, slo_s: Sequence[float] = ()) -> Tally:
    """Tally a replay, or the replay of a part of a stream. O(n).

    Parameters
    ----------
    scale
        From the native score to the 0..1 axis of requests.
    slo_s
        Latency limits [s], rounded to microseconds; requests that take longer are counted for each.

    Raises
    ------
    InputError
        A limit that is negative or not finite.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.replaying import replay
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> stream = request_stream(session=[1, 1, 2], time_s=[0, 10, 5], prompt_tokens=[10_000, 12_000, 9_000],
    ...                         completion_tokens=[500] * 3, min_score=[0.65, 0.66, 0.1])
    >>> scale, tier_map = PercentileScale(field=tuple(models.coding_score)), documented_pareto_code(models)
    >>> whole, first, second = (
    ...     tally(replay(stream.take_sessions(np.array(sessions)), tier_map, models), scale=scale)
    ...     for sessions in ([0, 1], [0], [1]))
    >>> whole.requests_by_tier, whole == first + second
    ((1, 1, 1), True)
    """
    subject = tally_subject(run.tier_map, run.catalogue, scale=scale, slo_s=slo_s)
    has_score = run.catalogue.has_score
    return merged(_tally_rows(run, rows, subject, has_score) for rows in session_blocks(run.stream))


def tally_subject(
    tier_map: TierMap, catalogue: Catalogue, *, scale: ScoreScale, slo_s: Sequence[float] = ()
) -> Subject:
    """Return what tallies of these replays speak of.

    Raises
    ------
    InputError
        As `tally`.
    """
    for limit in slo_s:
        if not 0 <= limit < 1e9:
            raise InputError(f"a latency limit is {limit:g} s", way_out="give seconds, 0 or more")
    return Subject(
        tier_map=tier_map,
        catalogue_digest=catalogue.digest,
        model_keys=tuple(catalogue.keys),
        axis_ppm=tuple(scale.to_axis_ppm(catalogue.coding_score).tolist()),
        limits_us=tuple(round(limit * 1e6) for limit in slo_s),
    )


def _tally_rows(run: Replay, rows: slice, subject: Subject, has_score: BoolColumn) -> Tally:
    """Return the tally of a block of whole sessions."""
    stream = run.stream.part(rows.start, rows.stop)
    tier, model = run.decisions.tier_served[rows], run.decisions.model_index[rows]
    is_served = model != UNSERVED
    served = _served(tier, model, run.cost_pusd[rows], subject)
    quality = _quality(stream, model, np.array(subject.axis_ppm), has_score)
    time = _time(None if run.latency_us is None else run.latency_us[rows], tier, subject)
    return Tally(
        subject=subject,
        n_requests=len(stream),
        n_sessions=stream.n_sessions,
        prompt_tokens=exact_sum(stream.prompt_tokens * is_served),
        cached_tokens=exact_sum(run.cached_tokens[rows]),
        completion_tokens=exact_sum(stream.completion_tokens * is_served),
        jumps=count_jumps(stream, tier, model),
        **served._asdict(),
        **quality._asdict(),
        **time._asdict(),
    )


class _Served(NamedTuple):
    n_unserved: int
    cost_pusd: int
    requests_by_tier: tuple[int, ...]
    cost_pusd_by_tier: tuple[int, ...]
    requests_by_model: tuple[int, ...]
    cost_pusd_by_model: tuple[int, ...]


def _served(tier: IndexColumn, model: IndexColumn, cost_pusd: IntColumn, subject: Subject) -> _Served:
    """Count and sum by (tier, model) pair, the first row and column of the table being the unserved ones."""
    shape = (subject.tier_map.n_tiers + 1, len(subject.model_keys) + 1)
    pair = (tier.astype(np.int64) - UNSERVED) * shape[1] + (model - UNSERVED)
    count, high, low = (np.zeros(shape[0] * shape[1], dtype=np.int64) for _ in range(3))
    np.add.at(count, pair, 1)
    # Halves of 32 bits: no sum of fewer than 2^31 of them wraps, and no float rounds.
    np.add.at(high, pair, cost_pusd >> 32)
    np.add.at(low, pair, cost_pusd & 0xFFFFFFFF)
    counts, highs, lows = count.reshape(shape), high.reshape(shape), low.reshape(shape)
    return _Served(
        n_unserved=int(counts[0].sum()),
        cost_pusd=(int(high.sum()) << 32) + int(low.sum()),
        requests_by_tier=tuple(counts.sum(axis=1)[1:].tolist()),
        cost_pusd_by_tier=_whole(highs.sum(axis=1), lows.sum(axis=1)),
        requests_by_model=tuple(counts.sum(axis=0)[1:].tolist()),
        cost_pusd_by_model=_whole(highs.sum(axis=0), lows.sum(axis=0)),
    )


def _whole(high: IntColumn, low: IntColumn) -> tuple[int, ...]:
    return tuple((h << 32) + x for h, x in zip(high[1:].tolist(), low[1:].tolist(), strict=True))


class _Quality(NamedTuple):
    n_asked: int
    n_short: int
    n_refused: int
    shortfall_ppm: int
    excess_ppm: int


def _quality(stream: RequestStream, model: IndexColumn, axis_ppm: IntColumn, has_score: BoolColumn) -> _Quality:
    """Compare what is served with what is asked."""
    is_stated = ~stream.is_omitted
    is_scored = np.append(has_score, False)  # the last entry stands for UNSERVED, which is index -1
    asked = is_scored[model] & is_stated
    above = (np.append(axis_ppm, 0)[model] - stream.min_score_ppm) * asked
    below = int(np.sum(np.minimum(above, 0)))
    return _Quality(
        n_asked=int(np.count_nonzero(asked)),
        n_short=int(np.count_nonzero(above < 0)),
        n_refused=int(np.count_nonzero((model == UNSERVED) & is_stated)),
        shortfall_ppm=-below,
        excess_ppm=int(np.sum(above)) - below,
    )


class _Time(NamedTuple):
    latency: LatencyHistogram
    latency_by_tier: tuple[LatencyHistogram, ...]
    latency_us: int
    n_above_limit: tuple[int, ...]


def _time(latency_us: IntColumn | None, tier: IndexColumn, subject: Subject) -> _Time:
    """Count and sum the known times, all together and by serving tier."""
    if latency_us is None:
        latency_us, tier = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    is_known = latency_us != UNTIMED
    known, tier = latency_us[is_known], tier[is_known]
    return _Time(
        latency=latency_histogram(known),
        latency_by_tier=tuple(latency_histogram(known[tier == at]) for at in range(subject.tier_map.n_tiers)),
        latency_us=exact_sum(known),
        n_above_limit=tuple(int(np.count_nonzero(known > limit)) for limit in subject.limits_us),
    )
