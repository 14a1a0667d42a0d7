"""What does a replay come to? Money, time, jumps and quality, with the share of requests each number speaks for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np

from paretocode._checks import IntColumn
from paretocode.catalogue.scales import ScoreScale
from paretocode.sim.billing import exact_sum, nano_usd
from paretocode.sim.jumps import count_jumps
from paretocode.sim.plan import UNSERVED
from paretocode.sim.replaying import Replay
from paretocode.stream.stream import PPM

__all__ = ["LATENCY_QUANTILES", "Metrics", "measure"]

LATENCY_QUANTILES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """One map on one stream.

    Parameters
    ----------
    requests, sessions, unserved
        Counts. An unserved request stays in the denominator of every share.
    cost_nusd
        Total cost [nano-USD], exact.
    cost_usd, cost_usd_per_krequest, cost_usd_per_kserved
        The same for people: total [USD], per thousand requests and per thousand served requests [USD]. A map that
        refuses requests looks cheap by the first two; the last is None when nothing was served.
    prompt_tokens, cached_tokens, completion_tokens
        Totals over served requests [tokens].
    cache_hit_share
        Cached over prompt tokens of served requests; None when there are none.
    latency_p50_s, latency_p95_s, latency_p99_s
        Quantiles of end-to-end time over requests with a known one [s]; None when there is none.
    latency_coverage
        Share of requests with a known end-to-end time.
    tier_share, model_share
        Share of all requests by serving tier and model.
    tier_jump_rate, model_jump_rate
        Jumps per pair of consecutive requests of one session; None when there is no pair.
    shortfall_mean, excess_mean
        Mean of max(0, asked - served) and of max(0, served - asked) on the 0..1 axis, over `score_coverage`.
    shortfall_share
        Share, over the same requests, that is served below what it asked for.
    unmet_share
        Share of all requests that state a min score which is not met: served below it, or not served at all. A served
        request whose model has no score counts as neither met nor unmet and is left out.
    score_coverage
        Share of requests that state a min score and are served by a scored model.
    unserved_share
        Share of requests that no model could take.
    """

    requests: int
    sessions: int
    unserved: int
    cost_nusd: int
    cost_usd: float
    cost_usd_per_krequest: float
    cost_usd_per_kserved: float | None
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    cache_hit_share: float | None
    latency_p50_s: float | None
    latency_p95_s: float | None
    latency_p99_s: float | None
    latency_coverage: float
    tier_share: dict[str, float]
    model_share: dict[str, float]
    n_pairs: int
    n_tier_jumps: int
    n_model_jumps: int
    tier_jump_rate: float | None
    model_jump_rate: float | None
    shortfall_mean: float | None
    excess_mean: float | None
    shortfall_share: float | None
    unmet_share: float | None
    score_coverage: float
    unserved_share: float

    def to_dict(self) -> dict[str, object]:
        """Return plain numbers for JSON."""
        return asdict(self)


def measure(run: Replay, *, scale: ScoreScale) -> Metrics:
    """Measure a replay.

    Parameters
    ----------
    scale
        From the native score to the 0..1 axis of requests; shortfall and excess are meaningless without it.

    Notes
    -----
    Costs and shortfalls are summed as whole numbers (pico-USD, parts per million), so that the order of requests and
    the way a stream is split cannot change them. O(n).
    """
    stream, model = run.stream, run.decisions.model_index
    n_requests = len(stream)
    served = model != UNSERVED
    n_served = int(np.count_nonzero(served))
    jumps = count_jumps(stream, run.decisions.tier_served, model)
    cost_nusd = nano_usd(exact_sum(run.cost_pusd))
    prompt_tokens = exact_sum(np.where(served, stream.prompt_tokens, 0))
    cached = exact_sum(run.cached_tokens)
    latency, n_timed = _latency_quantiles(run)
    quality = _quality(run, scale)
    n_asked = quality.n_asked
    n_stated = n_asked + quality.n_refused
    return Metrics(
        requests=n_requests,
        sessions=stream.n_sessions,
        unserved=n_requests - n_served,
        cost_nusd=cost_nusd,
        cost_usd=cost_nusd / 1e9,
        cost_usd_per_krequest=cost_nusd / 1e6 / n_requests,
        cost_usd_per_kserved=cost_nusd / 1e6 / n_served if n_served else None,
        prompt_tokens=prompt_tokens,
        cached_tokens=cached,
        completion_tokens=exact_sum(np.where(served, stream.completion_tokens, 0)),
        cache_hit_share=cached / prompt_tokens if prompt_tokens else None,
        latency_p50_s=latency[0],
        latency_p95_s=latency[1],
        latency_p99_s=latency[2],
        latency_coverage=n_timed / n_requests,
        tier_share=_shares(run.decisions.tier_served, [tier.name for tier in run.tier_map.tiers]),
        model_share={k: s for k, s in _shares(model, list(run.catalogue.keys)).items() if s > 0},
        n_pairs=jumps.n_pairs,
        n_tier_jumps=jumps.n_tier_jumps,
        n_model_jumps=jumps.n_model_jumps,
        tier_jump_rate=jumps.tier_jump_rate,
        model_jump_rate=jumps.model_jump_rate,
        shortfall_mean=quality.shortfall_ppm / n_asked / PPM if n_asked else None,
        excess_mean=quality.excess_ppm / n_asked / PPM if n_asked else None,
        shortfall_share=quality.n_short / n_asked if n_asked else None,
        unmet_share=(quality.n_short + quality.n_refused) / n_stated if n_stated else None,
        score_coverage=n_asked / n_requests,
        unserved_share=(n_requests - n_served) / n_requests,
    )


def _latency_quantiles(run: Replay) -> tuple[list[float | None], int]:
    """Return the quantiles of the known end-to-end times (None when there is none), and how many are known."""
    known = np.array([]) if run.latency_s is None else run.latency_s[~np.isnan(run.latency_s)]
    if len(known) == 0:
        return [None] * len(LATENCY_QUANTILES), 0
    return [float(value) for value in np.quantile(known, LATENCY_QUANTILES)], len(known)


class _Quality(NamedTuple):
    n_asked: int
    n_short: int
    n_refused: int
    shortfall_ppm: int
    excess_ppm: int


def _quality(run: Replay, scale: ScoreScale) -> _Quality:
    axis_ppm = scale.to_axis_ppm(run.catalogue.coding_score)
    model = run.decisions.model_index
    asked = (model != UNSERVED) & ~run.stream.is_omitted & run.catalogue.has_score[model]
    above: IntColumn = np.where(asked, axis_ppm[model] - run.stream.min_score_ppm, 0)
    return _Quality(
        n_asked=int(np.count_nonzero(asked)),
        n_short=int(np.count_nonzero(above < 0)),
        n_refused=int(np.count_nonzero((model == UNSERVED) & ~run.stream.is_omitted)),
        shortfall_ppm=exact_sum(np.maximum(-above, 0)),
        excess_ppm=exact_sum(np.maximum(above, 0)),
    )


def _shares(index: IntColumn, names: list[str]) -> dict[str, float]:
    counts = np.bincount(index[index != UNSERVED], minlength=len(names))
    return {name: int(count) / len(index) for name, count in zip(names, counts, strict=True)}
