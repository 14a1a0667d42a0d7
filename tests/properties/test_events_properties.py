"""The fast engine of events is its readable twin and an independent model in SimPy; in calm weather, the replay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from event_cases import HAS_NUMBA, Case, busy_case, by_kernel, by_simpy, by_twin, cases
from paretocode.sim.events import Failure, replay_events
from paretocode.sim.events.replaying import _KERNEL
from paretocode.sim.operations import CALM, ModelOperations, Operations
from paretocode.sim.plan import UNSERVED, routing_plan
from paretocode.sim.replaying import decide, replay

WAYS = [(arrivals, seed) for arrivals in ("open", "closed") for seed in (1, 2)]


@given(case=cases())
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_the_engine_the_twin_and_simpy_agree_on_every_column(case: Case) -> None:
    found = by_twin(case)
    for code in sorted({*found["failure"]}):
        event(f"first failure {code}")
    assert by_kernel(case) == found
    assert by_simpy(case) == found
    if HAS_NUMBA:
        assert by_kernel(case, _KERNEL.compiled) == found


def summary(case: Case, columns: dict[str, list[int]]) -> dict[str, float]:
    """Return what people would compare: mean and p95 of the answer times, and counts of fallbacks."""
    model, primary, tier = (np.array(columns[name]) for name in ("model", "primary", "tier"))
    is_served = model != UNSERVED
    times_s = np.array(columns["latency_us"])[is_served] / 1e6
    plan = routing_plan(case.tier_map, case.catalogue)
    return {
        "mean_s": float(times_s.mean()),
        "p95_s": float(np.quantile(times_s, 0.95)),
        "fallbacks": int((is_served & (model != primary)).sum()),
        "other_tiers": int((is_served & (tier != decide(case.stream, plan).tier_served)).sum()),
        "unserved": int((~is_served).sum()),
    }


@pytest.mark.parametrize(("arrivals", "seed"), WAYS)
def test_a_busy_day_is_the_same_in_simpy(arrivals: str, seed: int) -> None:
    case = busy_case(arrivals, seed)
    found, in_simpy = by_twin(case), by_simpy(case)
    assert summary(case, in_simpy) == summary(case, found)
    assert in_simpy == found
    assert by_kernel(case) == found
    # The day would prove nothing if something did not happen on it.
    assert {*found["failure"]} == {Failure.NONE, Failure.ERROR, Failure.OUTAGE, Failure.RATE_LIMIT, Failure.BUSY}
    counts = summary(case, found)
    assert min(counts["fallbacks"], counts["other_tiers"], counts["unserved"]) > 0
    if HAS_NUMBA:
        assert by_kernel(case, _KERNEL.compiled) == found


@given(case=cases(is_calm=True), write=st.sampled_from([None, 1.25]))
def test_in_calm_weather_events_are_the_replay(case: Case, write: float | None) -> None:
    cache = replace(case.cache, write_to_prompt=write)
    run = replay(case.stream, case.tier_map, case.catalogue, cache=cache, luck=case.luck)
    events = replay_events(case.stream, case.tier_map, case.catalogue, luck=case.luck, cache=cache, engine="twin")
    for name in ("tier_requested", "tier_routed", "ranked_index", "model_index"):
        assert getattr(events.run.decisions, name).tolist() == getattr(run.decisions, name).tolist(), name
    is_served = run.decisions.model_index != UNSERVED
    assert events.run.decisions.tier_served.tolist() == np.where(is_served, run.decisions.tier_served, -1).tolist()
    assert events.run.cost_pusd.tolist() == run.cost_pusd.tolist()
    assert events.run.cached_tokens.tolist() == run.cached_tokens.tolist()
    assert events.run.latency_us is not None
    assert run.latency_us is not None
    assert events.run.latency_us.tolist() == run.latency_us.tolist()
    assert events.outcome.n_attempts.tolist() == is_served.tolist()
    assert not events.outcome.failure.any()


@given(case=cases())
def test_limits_that_nobody_reaches_change_nothing(case: Case) -> None:
    most = 10**9
    limits = ModelOperations(requests_per_minute=most, tokens_per_minute=most)
    calm = by_twin(replace(case, operations=CALM))
    for its in (replace(limits, slots=most), replace(limits, concurrency=most)):
        assert by_twin(replace(case, operations=Operations(others=its))) == calm
