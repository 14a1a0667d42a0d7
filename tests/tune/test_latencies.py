"""Histograms of bands add up to those of the maps, replayed by the lag-1 rule."""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.errors import InputError
from paretocode.sim import draw_luck
from paretocode.sim.billing import billed, tariff
from paretocode.sim.cache import lag1_cached_tokens
from paretocode.sim.histogram import latency_histogram
from paretocode.sim.latency import latency_tables, latency_us
from paretocode.sim.plan import routing_plan
from paretocode.sim.replaying import decide
from paretocode.stream import DEFAULT_DEMAND, apply_demand, synthesise
from paretocode.tiermap import Policy
from paretocode.tune import EdgeRules, MapQuestion, search_maps
from paretocode.tune.latencies import latencies_of_maps

MODELS = load_bundled()
STREAM = apply_demand(synthesise("coding_agent", n_requests=3_000, rng=5), DEFAULT_DEMAND, rng=6)


def question(**more: object) -> MapQuestion:
    return MapQuestion(
        stream=STREAM,
        catalogue=MODELS,
        scale=PercentileScale(field=tuple(MODELS.coding_score)),
        policy=Policy(empty_tier="refuse"),  # nothing is handed on: the sum over bands leaves nothing out
        n_bands=(2, 3),
        request_rules=EdgeRules(most_candidates=12),
        **more,  # type: ignore[arg-type]
    )


def test_quantiles_are_those_of_the_lag1_replay() -> None:
    luck = draw_luck(STREAM, rng=7)
    answer = search_maps(question(luck=luck, measures=("cost_usd", "latency_s", "above_share:20")))
    rows = np.unique(np.linspace(0, len(answer) - 1, 6).astype(int)).tolist()
    found = latencies_of_maps(answer, [answer.place_of(row) for row in rows])
    prices = tariff(MODELS, answer.question.cache)
    for row, histogram in zip(rows, found, strict=True):
        tier_map = answer.tier_map(answer.place_of(row), name="map").with_policy(stickiness="none")
        model = decide(STREAM, routing_plan(tier_map, MODELS)).model_index
        cached = billed(STREAM, model, lag1_cached_tokens(STREAM, model, prices.rules), prices).cached_tokens
        time = latency_us(STREAM, model, cached, latency_tables(MODELS), luck)
        assert histogram == latency_histogram(time)
        assert int(answer.total("above_share:20")[row]) == int(np.count_nonzero(time > 20_000_000))
        assert int(answer.total("latency_s")[row]) == int(time[time >= 0].sum())


def test_times_need_luck() -> None:
    answer = search_maps(question())
    with pytest.raises(InputError, match="times need luck; give luck to the question"):
        latencies_of_maps(answer, [answer.place_of(0)])
