"""Are the times of each tier those of its own requests? Against sorting them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.sim import UNTIMED, draw_luck, replay, tally, tier_latencies
from paretocode.stream import DEFAULT_DEMAND, apply_demand, synthesise
from paretocode.tiermap import documented_pareto_code

SCALE = PercentileScale(field=tuple(load_bundled().coding_score))


def test_quantiles_are_order_statistics_of_the_tier() -> None:
    models = load_bundled()
    stream = apply_demand(synthesise("coding_agent", n_requests=2_000, rng=1), DEFAULT_DEMAND, rng=2)
    run = replay(stream, documented_pareto_code(models), models, luck=draw_luck(stream, rng=3))
    assert run.latency_us is not None
    found = tier_latencies(tally(run, scale=SCALE))
    assert list(found) == ["low", "medium", "high"]
    for index, entry in enumerate(found.values()):
        times = np.sort(run.latency_us[(run.decisions.tier_served == index) & (run.latency_us != UNTIMED)])
        assert entry["requests"] == len(times) > 0
        for per_mille, value in entry["quantiles_us"].items():
            order = times[math.ceil(len(times) * int(per_mille) / 1000) - 1]
            assert isinstance(value, int)
            assert value == pytest.approx(order, rel=1 / 512)


def test_a_tier_that_serves_nothing_has_no_times() -> None:
    models = load_bundled()
    stream = apply_demand(synthesise("coding_agent", n_requests=50, rng=1), DEFAULT_DEMAND, rng=2)
    low = stream.replace(min_score_ppm=np.zeros(len(stream), dtype=np.int64), is_omitted=np.zeros(len(stream), bool))
    run = replay(low, documented_pareto_code(models), models, luck=draw_luck(low, rng=3))
    found = tier_latencies(tally(run, scale=SCALE))
    assert found["high"] == {"requests": 0, "quantiles_us": {}}
