"""How long do requests take in each tier? Quantiles of the known times by serving tier, in whole microseconds."""

from __future__ import annotations

from typing import Any

from paretocode.sim.histogram import LatencyHistogram
from paretocode.sim.tally_record import Tally

__all__ = ["TIER_QUANTILES", "tier_latencies"]

TIER_QUANTILES = (10, 50, 100, 250, 500, 750, 900, 950, 990)
"""Which quantiles are told [per mille]: enough to see a distribution's middle and both its tails."""


def tier_latencies(total: Tally) -> dict[str, dict[str, Any]]:
    """Return for each tier, lowest first, how many times are known and their quantiles.

    Returns
    -------
    dict
        Tier -> ``requests`` (served by it with a known time) and ``quantiles_us``, quantile [per mille, as text] ->
        time [microseconds], empty where no time is known. For the error of the quantiles see
        `paretocode.sim.histogram.LatencyHistogram.quantile_us`.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.replaying import replay
    >>> from paretocode.sim.tallying import tally
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> stream = request_stream(session=[1], time_s=[0], prompt_tokens=[9], completion_tokens=[1], min_score=[0.5])
    >>> run = replay(stream, documented_pareto_code(models), models)  # no luck, so no time
    >>> tier_latencies(tally(run, scale=PercentileScale(field=tuple(models.coding_score))))["medium"]
    {'requests': 0, 'quantiles_us': {}}
    """
    tiers = total.subject.tier_map.tiers
    return {tier.name: _told(times) for tier, times in zip(tiers, total.latency_by_tier, strict=True)}


def _told(times: LatencyHistogram) -> dict[str, Any]:
    told = TIER_QUANTILES if times.n_requests else ()
    return {"requests": times.n_requests, "quantiles_us": {f"{q}": times.quantile_us(q) for q in told}}
