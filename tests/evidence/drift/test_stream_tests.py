"""What is watched, how large is it, and how is the number of tests corrected for?"""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from evidence.drift.drift_worlds import plain_stream
from paretocode.errors import InputError
from paretocode.evidence.drift import TestState as State
from paretocode.evidence.drift import drift_tests, effects_of, holm, wasserstein, watched_quantities
from paretocode.stream import Demand, apply_demand, request_stream, synthesise

NAN = float("nan")
small = st.lists(st.integers(0, 4).map(float), min_size=1, max_size=12)


@given(left=small, right=small)
def test_the_distance_is_that_of_scipy(left: list[float], right: list[float]) -> None:
    assert wasserstein(np.array(left), np.array(right)) == pytest.approx(wasserstein_distance(left, right), abs=1e-12)


@given(p_values=st.lists(st.sampled_from([0.001, 0.01, 0.01, 0.02, 0.04, 0.5, 1.0]), max_size=7))
def test_holm_is_its_definition(p_values: list[float]) -> None:
    """Step down: the k-th smallest of n is compared with alpha / (n - k + 1), and the first failure stops."""
    corrected = holm(p_values)
    for alpha in (0.01, 0.05, 0.0999):
        rejected = set()
        for rank, at in enumerate(np.argsort(p_values, kind="stable").tolist()):
            if p_values[at] > alpha / (len(p_values) - rank) * (1 + 1e-12):
                break
            rejected.add(at)
        assert {at for at, p in enumerate(corrected) if p <= alpha * (1 + 1e-12)} == rejected


def test_every_request_is_in_one_class_and_every_session_in_one_row() -> None:
    tuned, today = (synthesise("coding_agent", n_sessions=30, rng=seed) for seed in (1, 2))
    callers = ["a", "b"] * 15, ["b", "c"] * 15
    for quantity in watched_quantities(tuned, today, callers=callers):
        for side, stream in ((quantity.tuned, tuned), (quantity.today, today)):
            assert side.shape == (stream.n_sessions, len(quantity.labels))
            expected = {
                "gap_s": len(stream) - stream.n_sessions,
                "requests_per_session": stream.n_sessions,
                "callers": stream.n_sessions,
            }.get(quantity.name, len(stream))
            assert side.sum() == expected
        assert ((quantity.tuned.sum(axis=0) + quantity.today.sum(axis=0)) > 0).all()


def test_min_scores_fall_into_atoms_omitted_and_a_rest_by_quarter() -> None:
    tuned = plain_stream([0.65] * 100 + [0.3, 1.0, NAN], turns=1)
    quantity = next(watched_quantities(tuned, plain_stream([0.65] * 100, turns=1)))
    assert quantity.labels == ("0.65", "omitted", "rest 0.25-0.5", "rest 0.75-1")
    assert quantity.tuned.sum(axis=0).tolist() == [100, 1, 1, 1]
    assert quantity.today.sum(axis=0).tolist() == [100, 0, 0, 0]


def test_effects_by_hand() -> None:
    tuned, today = plain_stream([0.2, 0.2], turns=1, prompt=100), plain_stream([0.2, 0.8], turns=1, prompt=300)
    asked, prompt, *_ = watched_quantities(tuned, today)
    sizes = {effect.name: effect for effect in effects_of(asked, psi=0.2)}
    assert (sizes["psi"].band, sizes["share"].value, sizes["share"].subject) == ("moderate", -0.5, "0.2")
    assert sizes["share"].band == "large"  # h = |2 asin(1) - 2 asin(sqrt(1/2))| = pi / 2
    distance = effects_of(prompt, psi=0.0)[-1]
    assert (distance.value, distance.unit, distance.band) == (200.0, "tokens", "large")


def test_constant_and_absent_quantities_are_not_tested() -> None:
    tuned, today = plain_stream([0.5] * 30, turns=1), plain_stream([0.5] * 25, turns=1)
    tests = {test.name: test for test in drift_tests(tuned, today, rng=1)}
    assert tests["gap_s"].state is State.ABSENT
    assert {t.state for name, t in tests.items() if name != "gap_s"} == {State.CONSTANT}
    assert all(test.p_holm is None and test.effects == () for test in tests.values())


def test_constants_that_differ_are_drift() -> None:
    tests = drift_tests(plain_stream([0.5] * 30, prompt=100), plain_stream([0.5] * 30, prompt=101), rng=1)
    prompt = next(test for test in tests if test.name == "prompt_tokens")
    assert prompt.statistic is None  # no spread at all: infinitely many standard errors
    assert prompt.p_holm is not None
    assert prompt.p_holm <= 0.01
    json.dumps([test.to_dict() for test in tests], allow_nan=False)


def test_what_drifted_is_named_and_nothing_else() -> None:
    base = [synthesise("chat", n_sessions=150, rng=seed) for seed in (1, 2)]
    before, after = Demand(atoms=((0.2, 0.7), (0.8, 0.3))), Demand(atoms=((0.2, 0.3), (0.8, 0.7)))
    tuned, today = apply_demand(base[0], before, rng=1), apply_demand(base[1], after, rng=2)
    tests = drift_tests(tuned, today, rng=3)
    assert [test.name for test in tests if test.p_holm is not None and test.p_holm <= 0.05] == ["min_scores"]


def test_callers_change_no_other_p_value() -> None:
    tuned, today = (synthesise("chat", n_sessions=40, rng=seed) for seed in (1, 2))
    without = drift_tests(tuned, today, rng=1)
    with_callers = drift_tests(tuned, today, callers=(["a", "b"] * 20, ["a"] * 40), rng=1)
    assert [test.p_value for test in without] == [test.p_value for test in with_callers[: len(without)]]
    assert with_callers[-1].name == "callers"
    assert with_callers[-1].p_value is not None
    assert with_callers[-1].p_value <= 0.01


def test_the_seed_is_used() -> None:
    tuned, today = (synthesise("chat", n_sessions=40, rng=seed) for seed in (1, 2))
    p_values = [[test.p_value for test in drift_tests(tuned, today, rng=seed)] for seed in (1, 1, 2)]
    assert p_values[0] == p_values[1] != p_values[2]


def test_what_is_refused() -> None:
    many, one = plain_stream([0.5] * 3), plain_stream([0.5])
    with pytest.raises(InputError, match="one session only"):
        drift_tests(many, one, rng=1)
    with pytest.raises(InputError, match="plain: 2 callers stand against 3 sessions; give one label a session"):
        drift_tests(many, many, callers=(["a", "b", "c"], ["a", "b"]), rng=1)
    with pytest.raises(InputError, match="no caller stands in both streams"):
        drift_tests(many, many, callers=(["a"] * 3, ["b"] * 3), rng=1)
    with pytest.raises(InputError, match="there is no request in it"):
        request_stream(session=[], time_s=[], prompt_tokens=[], completion_tokens=[])
