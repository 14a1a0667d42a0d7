"""What does a replay come to? Money, time, jumps and quality, with the share of requests each number speaks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TypedDict

from paretocode.catalogue.scales import ScoreScale
from paretocode.sim.billing import nano_usd
from paretocode.sim.replaying import Replay
from paretocode.sim.tally_record import Tally
from paretocode.sim.tallying import tally
from paretocode.stream.stream import PPM

__all__ = ["Metrics", "measure", "metrics_of"]


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
    latency_mean_s
        Mean end-to-end time over requests with a known one [s]; None when there is none.
    latency_p50_s, latency_p95_s, latency_p99_s
        Quantiles of the same [s], within 1/512 of an order statistic; see `LatencyHistogram.quantile_us`.
    latency_above_share
        For each latency limit that was given [s, as text], the share of requests with a known time that take longer;
        empty when there is none.
    latency_coverage
        Share of requests with a known end-to-end time.
    tier_share, model_share
        Share of all requests by serving tier and model; models that serve nothing are left out.
    tier_cost_usd, model_cost_usd
        Cost by serving tier and model [USD].
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
    latency_mean_s: float | None
    latency_p50_s: float | None
    latency_p95_s: float | None
    latency_p99_s: float | None
    latency_above_share: dict[str, float]
    latency_coverage: float
    tier_share: dict[str, float]
    model_share: dict[str, float]
    tier_cost_usd: dict[str, float]
    model_cost_usd: dict[str, float]
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


def measure(run: Replay, *, scale: ScoreScale, slo_s: Sequence[float] = ()) -> Metrics:
    """Measure a replay: `metrics_of` its tally. O(n).

    Parameters
    ----------
    scale
        From the native score to the 0..1 axis of requests; shortfall and excess are meaningless without it.
    slo_s
        Latency limits [s].
    """
    return metrics_of(tally(run, scale=scale, slo_s=slo_s))


def metrics_of(total: Tally) -> Metrics:
    """Return the metrics of a tally.

    Notes
    -----
    A tally holds whole numbers only, so neither the order of requests nor the way a stream is split by session can
    change a metric, down to the last bit of a float.
    """
    n = total.n_requests
    n_served = n - total.n_unserved
    cost_nusd = nano_usd(total.cost_pusd)
    return Metrics(
        requests=n,
        sessions=total.n_sessions,
        unserved=total.n_unserved,
        cost_nusd=cost_nusd,
        cost_usd=cost_nusd / 1e9,
        cost_usd_per_krequest=cost_nusd / 1e6 / n,
        cost_usd_per_kserved=cost_nusd / 1e6 / n_served if n_served else None,
        prompt_tokens=total.prompt_tokens,
        cached_tokens=total.cached_tokens,
        completion_tokens=total.completion_tokens,
        cache_hit_share=_ratio(total.cached_tokens, total.prompt_tokens),
        n_pairs=total.jumps.n_pairs,
        n_tier_jumps=total.jumps.n_tier_jumps,
        n_model_jumps=total.jumps.n_model_jumps,
        tier_jump_rate=total.jumps.tier_jump_rate,
        model_jump_rate=total.jumps.model_jump_rate,
        unserved_share=total.n_unserved / n,
        **_times(total),
        **_shares(total),
        **_quality(total),
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


class _Times(TypedDict):
    latency_mean_s: float | None
    latency_p50_s: float | None
    latency_p95_s: float | None
    latency_p99_s: float | None
    latency_above_share: dict[str, float]
    latency_coverage: float


def _times(total: Tally) -> _Times:
    n_timed = total.latency.n_requests
    limits = zip(total.subject.limits_us, total.n_above_limit, strict=True)
    return {
        "latency_mean_s": total.latency_us / n_timed / 1e6 if n_timed else None,
        "latency_p50_s": _seconds(total.latency.quantile_us(500)),
        "latency_p95_s": _seconds(total.latency.quantile_us(950)),
        "latency_p99_s": _seconds(total.latency.quantile_us(990)),
        "latency_above_share": {f"{limit / 1e6:.9g}": above / n_timed for limit, above in limits if n_timed},
        "latency_coverage": n_timed / total.n_requests,
    }


def _seconds(time_us: int | None) -> float | None:
    return None if time_us is None else time_us / 1e6


class _Shares(TypedDict):
    tier_share: dict[str, float]
    model_share: dict[str, float]
    tier_cost_usd: dict[str, float]
    model_cost_usd: dict[str, float]


def _shares(total: Tally) -> _Shares:
    tiers = [tier.name for tier in total.subject.tier_map.tiers]
    used = [i for i, count in enumerate(total.requests_by_model) if count]
    keys = total.subject.model_keys
    return {
        "tier_share": {name: c / total.n_requests for name, c in zip(tiers, total.requests_by_tier, strict=True)},
        "model_share": {keys[i]: total.requests_by_model[i] / total.n_requests for i in used},
        "tier_cost_usd": {name: _usd(c) for name, c in zip(tiers, total.cost_pusd_by_tier, strict=True)},
        "model_cost_usd": {keys[i]: _usd(total.cost_pusd_by_model[i]) for i in used},
    }


def _usd(cost_pusd: int) -> float:
    return nano_usd(cost_pusd) / 1e9


class _Quality(TypedDict):
    shortfall_mean: float | None
    excess_mean: float | None
    shortfall_share: float | None
    unmet_share: float | None
    score_coverage: float


def _quality(total: Tally) -> _Quality:
    asked = total.n_asked
    return {
        "shortfall_mean": total.shortfall_ppm / asked / PPM if asked else None,
        "excess_mean": total.excess_ppm / asked / PPM if asked else None,
        "shortfall_share": _ratio(total.n_short, asked),
        "unmet_share": _ratio(total.n_short + total.n_refused, asked + total.n_refused),
        "score_coverage": asked / total.n_requests,
    }
