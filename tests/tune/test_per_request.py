"""Every request by itself: cheapest adequate model, worked by hand."""

from __future__ import annotations

import numpy as np

from paretocode.catalogue import FractionScale
from paretocode.sim import NO_CACHE
from paretocode.sim.tables import scored_models
from paretocode.stream import request_stream
from paretocode.tiermap import Policy
from paretocode.tune import per_request_optimum
from strategies import catalogue_of

MODELS = catalogue_of(
    {
        "model_id": ["cheap/low", "mid/mid", "dear/high", "long/low"],
        "coding_score": [20.0, 50.0, 80.0, 10.0],
        "prompt_usd_per_mtok": [1.0, 2.0, 10.0, 4.0],
        "completion_usd_per_mtok": [1.0, 2.0, 10.0, 4.0],
        "context_tokens": [100.0, 100.0, 100.0, 1000.0],
    }
)


def optimum(min_scores: list[float], prompts: list[int], omitted: int = 2):  # type: ignore[no-untyped-def]
    n = len(prompts)
    stream = request_stream(
        session=[0] * n, time_s=range(n), prompt_tokens=prompts, completion_tokens=[0] * n, min_score=min_scores
    )
    models = scored_models(MODELS, Policy(), scale=FractionScale(full=100.0), cache=NO_CACHE)
    return per_request_optimum(stream, models, omitted=np.full(n, omitted, dtype=np.int32))


def test_the_cheapest_model_that_meets_what_is_asked() -> None:
    found = optimum([0.2, 0.21, 0.8, float("nan")], [10, 10, 10, 10])
    assert found.list_cost_pusd == (10 * 1 + 10 * 2 + 10 * 10 + 10 * 10) * 1_000_000
    assert (found.shortfall_ppm, found.n_short, found.n_unserved, found.n_model_jumps) == (0, 0, 0, 2)


def test_who_asks_too_much_gets_the_best_and_who_is_too_long_what_holds_it() -> None:
    found = optimum([0.9, 0.5, 0.5], [10, 500, 2000])
    # 0.9 is served by 0.8; a prompt of 500 fits the longest model alone, 0.4 below; 2,000 tokens fit nowhere.
    assert found.list_cost_pusd == (10 * 10 + 500 * 4) * 1_000_000
    assert (found.shortfall_ppm, found.n_short, found.n_unserved) == (100_000 + 400_000, 2, 1)


def test_of_equally_dear_models_the_better_one_serves() -> None:
    twins = MODELS.replace(prompt_usd_per_mtok=np.array([1.0, 1.0, 10.0, 4.0]))
    stream = request_stream(
        session=[0, 0], time_s=[0, 1], prompt_tokens=[10, 10], completion_tokens=[0, 0], min_score=[0.2, 0.5]
    )
    models = scored_models(twins, Policy(), scale=FractionScale(full=100.0), cache=NO_CACHE)
    found = per_request_optimum(stream, models, omitted=np.zeros(2, dtype=np.int32))
    assert found.n_model_jumps == 0  # the model of score 50 serves both, though 20 would do for the first
