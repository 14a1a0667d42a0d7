"""How long do requests take in each tier? Quantiles of the known times by serving tier, in whole microseconds."""

from __future__ import annotations

from typing import Any

import numpy as np

from paretocode._checks import IntColumn
from paretocode.sim.histogram import latency_histogram
from paretocode.sim.latency import UNTIMED
from paretocode.sim.replaying import Replay

__all__ = ["TIER_QUANTILES", "tier_latencies"]

TIER_QUANTILES = (10, 50, 100, 250, 500, 750, 900, 950, 990)
"""Which quantiles are told [per mille]: enough to see a distribution's middle and both its tails."""


def tier_latencies(run: Replay) -> dict[str, dict[str, Any]]:
    """Return for each tier, lowest first, how many times are known and their quantiles. O(n x n_tiers).

    Returns
    -------
    dict
        Tier -> ``requests`` (served by it with a known time) and ``quantiles_us``, quantile [per mille, as text] ->
        time [microseconds], empty where no time is known. For the error of the quantiles see
        `paretocode.sim.histogram.LatencyHistogram.quantile_us`.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.sim.replaying import replay
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> stream = request_stream(session=[1], time_s=[0], prompt_tokens=[9], completion_tokens=[1], min_score=[0.5])
    >>> tier_latencies(replay(stream, documented_pareto_code(models), models))["medium"]  # no luck, so no time
    {'requests': 0, 'quantiles_us': {}}
    """
    return {tier.name: _of_times(_times(run, index)) for index, tier in enumerate(run.tier_map.tiers)}


def _times(run: Replay, tier_index: int) -> IntColumn:
    if run.latency_us is None:
        return np.zeros(0, dtype=np.int64)
    times: IntColumn = run.latency_us[(run.decisions.tier_served == tier_index) & (run.latency_us != UNTIMED)]
    return times


def _of_times(times_us: IntColumn) -> dict[str, Any]:
    counts = latency_histogram(times_us)
    told = TIER_QUANTILES if len(times_us) else ()
    return {"requests": len(times_us), "quantiles_us": {f"{q}": counts.quantile_us(q) for q in told}}
