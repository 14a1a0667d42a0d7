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
from paretocode.evidence.drift import drift_tests, effects_of, holm, session_strata, wasserstein, watched_quantities
from paretocode.evidence.drift.asked_classes import asked_classes
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


def test_min_scores_fall_into_atoms_omitted_and_a_rest_between_edges_and_quantiles() -> None:
    tuned = plain_stream([0.65] * 300 + [0.3, 0.5, 1.0, NAN], turns=1)
    other = plain_stream([0.65] * 300 + [0.31], turns=1)
    quantity = next(watched_quantities(tuned, other, edges_ppm=[305_000, 400_000, 400_000]))
    # The tenths of 0.3, 0.31, 0.5 and 1 are these four; a stretch starts at each but the first, and at the edges.
    assert quantity.labels == ("0.65", "omitted", "rest 0-0.305", "rest 0.31-0.4", "rest 0.5-1", "rest 1")
    assert quantity.tuned.sum(axis=0).tolist() == [300, 1, 1, 0, 1, 1]
    assert quantity.today.sum(axis=0).tolist() == [300, 0, 0, 1, 0, 0]


@given(
    sides=st.tuples(*[st.lists(st.integers(0, 9), min_size=2, max_size=30)] * 2),
    edges=st.lists(st.integers(0, 10), max_size=3, unique=True),
    n_atom=st.sampled_from([0, 3_000]),
)
def test_no_class_of_the_rest_lies_on_both_sides_of_an_edge(
    sides: tuple[list[int], list[int]], edges: list[int], n_atom: int
) -> None:
    """Steps of 0.1 as min scores; with a large atom all of them are the rest, without it most are atoms."""
    streams = [plain_stream([0.55] * n_atom + [step / 10 for step in side], turns=1) for side in sides]
    edges_ppm = [100_000 * edge for edge in sorted(edges)]
    labels = np.concatenate(asked_classes(*streams, edges_ppm=edges_ppm))
    asked = np.concatenate([stream.min_score_ppm for stream in streams])
    tier = np.searchsorted(edges_ppm, asked, side="right")
    for label in set(labels.tolist()):
        inside = labels == label
        assert len(set(tier[inside].tolist())) == 1
        if label.startswith("rest "):
            low, _, high = label.removeprefix("rest ").partition("-")
            assert round(float(low) * 1e6) <= asked[inside].min()
            assert asked[inside].max() < round(float(high or 2) * 1e6) or high == "1"
    assert (len(set(labels.tolist())) == 1) == (len(set(asked.tolist())) == 1)


def test_a_rest_whose_quantiles_are_all_its_least_value_is_cut_above_it() -> None:
    streams = [plain_stream([0.65] * 3_000 + [0.3] * 19 + [last], turns=1) for last in (0.3, 0.4)]
    quantity = next(watched_quantities(*streams))
    assert quantity.labels == ("0.65", "rest 0-0.4", "rest 0.4-1")
    assert quantity.today.sum(axis=0).tolist() == [3_000, 19, 1]


@given(sides=st.tuples(*[st.lists(st.integers(1, 4), min_size=2, max_size=30)] * 2))
def test_constant_is_said_only_of_one_raw_value(sides: tuple[list[int], list[int]]) -> None:
    tuned, today = (
        request_stream(
            session=range(len(side)),
            time_s=[0] * len(side),
            prompt_tokens=side,
            completion_tokens=[1] * len(side),
            min_score=[0.6 + step / 1e6 for step in side],
        )
        for side in sides
    )
    n_values = len({*sides[0], *sides[1]})
    for quantity in watched_quantities(tuned, today):
        if quantity.name in {"min_scores", "prompt_tokens", "token_pair"}:
            assert quantity.is_constant == (n_values == 1), quantity.name


def test_a_shift_of_smooth_min_scores_within_a_quarter_and_across_an_edge_is_seen() -> None:
    rng = np.random.default_rng(7)
    tuned, today = (
        plain_stream(rng.uniform(*ends, size=200).tolist(), turns=1) for ends in [(0.51, 0.65), (0.67, 0.74)]
    )
    asked = drift_tests(tuned, today, edges_ppm=[660_000], rng=1)[0]
    assert asked.state is State.TESTED
    assert asked.p_holm is not None
    assert asked.p_holm <= 0.05
    strata = session_strata(tuned, today, edges_ppm=[660_000])[0]
    assert not strata.is_covered.any()  # none of today's sessions starts on the tuned side of the edge


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
