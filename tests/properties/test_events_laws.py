"""What must hold of any replay of events, whatever fails: who can serve, who cannot, and what changes nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from event_cases import Case, by_twin, cases
from oracles.simpy_events import asked_rows
from paretocode.sim.cache import PrefixCache
from paretocode.sim.events import Failure
from paretocode.sim.latency import UNCACHED_US_PER_TOKEN, latency_tables
from paretocode.sim.operations import CALM, ModelOperations, Operations
from paretocode.sim.plan import UNSERVED
from paretocode.stream.logged import logged_columns


@given(case=cases())
def test_what_is_served_was_called_and_is_listed(case: Case) -> None:
    found = by_twin(case)
    n_candidates = 2 * case.tier_map.policy.n_fallbacks + 2
    patience = (case.operations.n_retries + 1) * n_candidates
    rows = asked_rows(case.stream, case.tier_map, case.catalogue, case.luck)
    for asked, model, tier, attempts, failure in zip(
        rows, found["model"], found["tier"], found["n_attempts"], found["failure"], strict=True
    ):
        lists = {asked.own_tier: asked.own, asked.others_tier: asked.others}
        assert attempts <= patience
        if model == UNSERVED:
            assert tier == UNSERVED
        else:
            assert model in lists[tier]
            assert attempts >= 1
        # Whoever was called twice has failed at least once, and who has no candidate was never called.
        assert attempts <= 1 or failure != Failure.NONE
        assert asked.own or attempts == 0


@given(case=cases(), data=st.data())
def test_more_rounds_never_lose_a_request_where_requests_share_nothing(case: Case, data: st.DataObject) -> None:
    # Provable only without limits, lines and outages, and where no session keeps a model: else a request that is
    # served now takes the place of another one, or moves the rest of its session.
    errors = replace(
        case,
        tier_map=case.tier_map.with_policy(stickiness="none"),
        operations=Operations(
            others=ModelOperations(error_share=data.draw(st.sampled_from([0.3, 0.7, 0.9]))), n_retries=0, failure_s=0
        ),
        is_closed=False,
    )
    before = by_twin(errors)
    for n_retries in (1, 3):
        found = by_twin(replace(errors, operations=replace(errors.operations, n_retries=n_retries)))
        for old, new in zip(before["model"], found["model"], strict=True):
            assert old in {UNSERVED, new}
        before = found


@given(case=cases())
def test_an_outage_of_all_serves_nobody(case: Case) -> None:
    first_s, last_s = float(case.stream.time_s.min()), float(case.stream.time_s.max())
    dark = ModelOperations(outages=((first_s, last_s + 1e7),))
    found = by_twin(replace(case, operations=replace(case.operations, models={}, others=dark)))
    assert {*found["model"]} == {UNSERVED}
    assert {*found["latency_us"]} == {-1}
    patience = (case.operations.n_retries + 1) * (2 * case.tier_map.policy.n_fallbacks + 2)
    assert max(found["n_attempts"]) <= patience
    rows = asked_rows(case.stream, case.tier_map, case.catalogue, case.luck)
    assert found["failure"] == [Failure.OUTAGE if asked.own else Failure.NONE for asked in rows]


@given(case=cases())
def test_naming_every_model_is_the_same_as_naming_none(case: Case) -> None:
    its = replace(case.operations.others, slots=None, concurrency=None, longest_queue=None)
    others = Operations(others=its)
    named = Operations(models=dict.fromkeys(case.catalogue.keys, its), others=ModelOperations(error_share=1.0))
    assert by_twin(replace(case, operations=named)) == by_twin(replace(case, operations=others))


@given(case=cases(), shift_s=st.sampled_from([-1_000, 1_000, 86_400]))
def test_the_hour_does_not_matter(case: Case, shift_s: int) -> None:
    def later(its: ModelOperations) -> ModelOperations:
        return replace(its, outages=tuple((start + shift_s, stop + shift_s) for start, stop in its.outages))

    operations = replace(
        case.operations,
        models={key: later(its) for key, its in case.operations.models.items()},
        others=later(case.operations.others),
    )
    here = by_twin(case)
    there = by_twin(
        replace(case, stream=case.stream.replace(time_s=case.stream.time_s + shift_s), operations=operations)
    )
    assert there.pop("arrival_us") == [time + shift_s * 1_000_000 for time in here.pop("arrival_us")]
    assert there == here


@given(case=cases(), share=st.sampled_from([0.0, 0.5]))
def test_sessions_that_share_nothing_may_be_replayed_apart(case: Case, share: float) -> None:
    # Every answer time is logged here: a missing one takes the middle of the whole stream.
    stream = case.stream.replace(logged=logged_columns(answer_s=np.arange(len(case.stream)) % 3))
    case = replace(case, stream=stream, operations=Operations(others=ModelOperations(error_share=share)))
    whole = by_twin(case)
    rows = [stream.rows_of(np.array([session])) for session in range(stream.n_sessions)]
    parts = [
        by_twin(replace(case, stream=stream.take_sessions(np.array([session])), luck=case.luck.take(mine)))
        for session, mine in enumerate(rows)
    ]
    for name, column in whole.items():
        assert [value for part in parts for value in part[name]] == column, name


@given(case=cases())
def test_luck_knows_no_map(case: Case) -> None:
    # Two maps, one luck: where both ask the same model, and no cache shortens the prompt, the answer takes as long.
    case = replace(case, operations=CALM, is_closed=False, cache=PrefixCache(ttl_s=0))
    before = case.luck.bits.tobytes() + case.luck.ttft.tobytes() + case.luck.throughput.tobytes()
    one = by_twin(case)
    other = by_twin(replace(case, tier_map=case.tier_map.with_policy(stickiness="none", empty_tier="down")))
    for row, (model, there) in enumerate(zip(one["model"], other["model"], strict=True)):
        if model == there:
            assert one["latency_us"][row] == other["latency_us"][row]
    assert case.luck.bits.tobytes() + case.luck.ttft.tobytes() + case.luck.throughput.tobytes() == before


@given(case=cases())
def test_a_model_never_answers_more_calls_than_it_has_lines(case: Case) -> None:
    case = replace(case, us_per_uncached_token=UNCACHED_US_PER_TOKEN)
    found, tables = by_twin(case), latency_tables(case.catalogue)
    for row, key in enumerate(case.catalogue.keys):
        its = case.operations.of(key)
        lines = its.slots or its.concurrency
        mine = np.flatnonzero(np.array(found["model"]) == row)
        if lines is None or not tables.is_known[row]:
            continue
        stop = np.array(found["arrival_us"])[mine] + np.array(found["latency_us"])[mine]
        uncached = case.stream.prompt_tokens[mine] - np.array(found["cached_tokens"])[mine]
        tokens_us = case.stream.completion_tokens[mine] * tables.token_ns[row, case.luck.throughput[mine]] // 1000
        start = stop - tables.ttft_us[row, case.luck.ttft[mine]] - uncached * UNCACHED_US_PER_TOKEN - tokens_us
        in_progress = ((start[None] <= start[:, None]) & (start[:, None] < stop[None])).sum(axis=1)
        assert max(in_progress.tolist(), default=0) <= lines
        assert (start >= np.array(found["arrival_us"])[mine]).all()
