"""Do the estimates find a known truth as often as they say, and does the log know when it cannot answer?"""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.logged.logged_worlds import CANDIDATE, SUCCESS, logged_world, true_value, value_of_log
from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters
from paretocode.evidence.confidence import Intervals, student_intervals
from paretocode.evidence.confidence import intervals as bootstrap_t_intervals
from paretocode.evidence.logged import (
    ESTIMATORS,
    LogAnswer,
    LoggedChoices,
    cross_fitted_outcomes,
    importance_weights,
    log_coverage,
    logged_choices,
    policy_value,
)

N_WORLDS = 1_000


def holds(low: float | None, truth: float, high: float | None) -> bool:
    """Whether a bounded interval holds the truth."""
    return low is not None and high is not None and low <= truth <= high


def covered(
    seed: int, *, is_sticky: bool, intervals: Callable[..., Intervals], n_replicates: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Return how often intervals of value and of difference hold the truth, and how often 1 is a plausible mean."""
    value, difference = dict.fromkeys(ESTIMATORS, 0), dict.fromkeys(ESTIMATORS, 0)
    gap = true_value() - value_of_log()
    for world in range(N_WORLDS):
        rng = np.random.default_rng([seed, world])
        choices, propensity, outcome = logged_world(400, rng, is_sticky=is_sticky)
        found = policy_value(
            choices,
            propensity=propensity,
            outcome=outcome,
            rng=rng,
            n_replicates=n_replicates,
            intervals=intervals,
        )
        for estimate in found.estimates:
            value[estimate.name] += holds(estimate.low, true_value(), estimate.high)
            difference[estimate.name] += holds(estimate.difference_low, gap, estimate.difference_high)
    return tuple({name: hits / N_WORLDS for name, hits in side.items()} for side in (value, difference))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("seed", "is_sticky", "intervals", "n_replicates"),
    [(61, False, student_intervals, 100), (62, True, bootstrap_t_intervals, 200)],
    ids=["drawn for each request", "drawn for each session"],
)
def test_intervals_cover_and_the_mean_of_the_log_does_not(
    seed: int, is_sticky: bool, intervals: Callable[..., Intervals], n_replicates: int
) -> None:
    value, difference = covered(seed, is_sticky=is_sticky, intervals=intervals, n_replicates=n_replicates)
    for name in ("ips", "snips", "dr"):
        assert 0.93 <= value[name] <= 0.97, (name, value)
        assert 0.93 <= difference[name] <= 0.97, (name, difference)
    assert value["logged_mean"] < 0.5


def small_log(seed: int = 1, n_sessions: int = 60) -> tuple[LoggedChoices, np.ndarray, np.ndarray]:
    return logged_world(n_sessions, np.random.default_rng(seed))


def test_estimates_are_their_formulas() -> None:
    choices, propensity, outcome = small_log()
    found = policy_value(choices, propensity=propensity, outcome=outcome, rng=3)
    weight = [
        (1 / p if a == b else 0.0)
        for a, b, p in zip(choices.logged.tolist(), choices.candidate.tolist(), propensity, strict=True)
    ]
    rewards = outcome.tolist()
    n = len(rewards)
    ips = sum(w * y for w, y in zip(weight, rewards, strict=True)) / n
    expected = cross_fitted_outcomes(
        choices, outcome, np.ones(n, dtype=np.bool_), rng=np.random.default_rng(3).spawn(2)[0]
    )
    dr = sum(q + w * (y - q) for q, w, y in zip(expected, weight, rewards, strict=True)) / n
    assert found.of("ips").value == pytest.approx(ips)
    assert found.of("snips").value == pytest.approx(ips * n / sum(weight))
    assert found.of("dr").value == pytest.approx(dr)
    assert found.of("logged_mean").value == pytest.approx(sum(rewards) / n)
    assert found.of("dr").difference == pytest.approx(dr - sum(rewards) / n)
    assert found.weights is not None
    assert found.weights.effective_requests == pytest.approx(sum(weight) ** 2 / sum(w * w for w in weight))
    assert found.weights.mean == pytest.approx(sum(weight) / n)
    assert found.weights.largest == max(weight)


def test_the_model_lessens_the_error() -> None:
    """The doubly robust estimate keeps only the luck that the model does not explain."""
    errors: dict[str, list[float]] = {"ips": [], "dr": []}
    for seed in range(40):
        choices, propensity, outcome = small_log(seed, n_sessions=200)
        found = policy_value(
            choices, propensity=propensity, outcome=outcome, rng=1, n_replicates=100, intervals=student_intervals
        )
        for name, error in errors.items():
            error.append(found.of(name).standard_error)
    assert np.mean(errors["dr"]) < 0.8 * np.mean(errors["ips"])


def test_no_session_speaks_for_itself() -> None:
    choices, _, outcome = small_log()
    known = np.ones(len(choices), dtype=np.bool_)
    before = cross_fitted_outcomes(choices, outcome, known, rng=4)
    of_learnt = choices.clusters.of_row[choices.is_identical]  # sessions that the model of the candidate learns from
    own = choices.clusters.of_row == of_learnt[0]
    after = cross_fitted_outcomes(choices, np.where(own, 1_000.0, outcome), known, rng=4)
    assert after[own] == pytest.approx(before[own], abs=1e-9)  # sums over all minus the own fold: up to rounding
    assert (after[~own] != before[~own]).any()


def test_the_model_falls_back_from_cell_to_choice_to_all() -> None:
    clusters = Clusters(of_row=np.arange(4), n=4, kind="session")
    choices = logged_choices(
        clusters=clusters,
        logged=["a", "a", "b", "b"],
        candidate=["a", "b", "c", "a"],
        strata=["x", "x", "x", "y"],
    )
    outcome = np.array([1.0, 3.0, 5.0, 9.0])
    found = cross_fitted_outcomes(choices, outcome, np.ones(4, dtype=np.bool_), n_folds=4, rng=1)
    # a in x without request 0; b in x; c never: mean of the others' outcomes; a in y never: a anywhere.
    assert found.tolist() == [3.0, 5.0, pytest.approx(13 / 3), 2.0]


@given(seed=st.integers(0, 50), clip=st.sampled_from([1.0, 1.5, 2.0, 4.0]))
def test_clipping_states_its_bias(seed: int, clip: float) -> None:
    choices, propensity, outcome = small_log(seed)
    outcome = np.clip(outcome, 0.0, 1.0)
    settings = {
        "propensity": propensity,
        "outcome": outcome,
        "outcome_range": (0.0, 1.0),
        "rng": 1,
        "n_replicates": 100,
    }
    whole, cut = (policy_value(choices, clip=c, **settings) for c in (None, clip))
    assert whole.clip_bias is None
    assert cut.clip_bias == pytest.approx(cut.of("ips").value - whole.of("ips").value)
    assert cut.most_clip_bias is not None
    assert cut.clip_bias is not None
    assert abs(cut.clip_bias) <= cut.most_clip_bias + 1e-12
    assert cut.weights is not None
    assert cut.weights.largest <= clip
    assert cut.weights.n_clipped == int((importance_weights(choices, propensity) > clip).sum())


def test_wrong_propensities_are_found_out() -> None:
    choices, propensity, outcome = small_log(n_sessions=400)
    found = policy_value(choices, propensity=np.minimum(1.0, propensity * 1.8), outcome=outcome, rng=1)
    assert found.answer is LogAnswer.DOUBTFUL
    assert policy_value(choices, propensity=propensity, outcome=outcome, rng=1).answer is LogAnswer.ESTIMATED


def test_a_handful_of_sessions_is_thin() -> None:
    choices, propensity, outcome = small_log(n_sessions=30)
    assert policy_value(choices, propensity=propensity, outcome=outcome, rng=1).answer is LogAnswer.THIN


def deterministic_log() -> tuple[LoggedChoices, np.ndarray]:
    n = 80
    clusters = Clusters(of_row=np.arange(n), n=n, kind="session")
    choices = logged_choices(
        clusters=clusters, logged=["a"] * n, candidate=["a"] * 40 + ["b"] * 40, strata=["old"] * 40 + ["new"] * 40
    )
    return choices, np.tile([0.0, 1.0], 40)


def test_what_was_never_served_is_not_extrapolated_to() -> None:
    choices, outcome = deterministic_log()
    found = policy_value(choices, propensity=[1.0] * 80, outcome=outcome, outcome_range=(0.0, 1.0), rng=1)
    assert (found.covered_share, found.of("dr").value, found.of("ips").value) == (0.5, 0.5, 0.5)
    assert found.whole is not None
    assert (found.whole.low, found.whole.high) == (0.25, 0.75)
    assert found.whole.low_end < 0.25
    assert found.whole.high_end > 0.75
    other = np.where(np.arange(80) < 40, outcome, 1.0 - outcome)
    again = policy_value(choices, propensity=[1.0] * 80, outcome=other, outcome_range=(0.0, 1.0), rng=1)
    assert again == found  # outcomes of choices that the candidate would not make there are not looked at


def test_a_choice_made_for_others_is_no_support() -> None:
    """The log takes dear by coin for those who ask for 0.9 and never for 0.62; the candidate takes it for both."""
    n = 200
    asks = ["0.62"] * n + ["0.9"] * n
    clusters = Clusters(of_row=np.arange(2 * n), n=2 * n, kind="session")
    logged, propensity = ["cheap"] * n + ["dear", "cheap"] * (n // 2), [1.0] * n + [0.5] * n
    outcome = [0.0] * n + [1.0, 0.0] * (n // 2)
    settings = {"propensity": propensity, "outcome": outcome, "outcome_range": (0.0, 1.0), "rng": 1}
    blind, told = (
        logged_choices(clusters=clusters, logged=logged, candidate=["dear"] * (2 * n), strata=strata)
        for strata in (None, asks)
    )
    wrong = policy_value(blind, **settings)  # type: ignore[arg-type]
    assert wrong.answer is LogAnswer.DOUBTFUL  # half of the weight is missing
    assert "or choices that the log never made there" in wrong.answer.value
    found = policy_value(told, **settings)  # type: ignore[arg-type]
    assert (found.answer, found.covered_share, found.of("ips").value) == (LogAnswer.ESTIMATED, 0.5, 1.0)
    assert found.whole is not None
    assert (found.whole.low, found.whole.high) == (0.5, 1.0)
    assert log_coverage(told).total.unseen == 0.5
    assert {row.name: (row.seen + row.identical, row.unseen) for row in log_coverage(told).strata} == {
        "0.62": (0.0, 1.0),
        "0.9": (1.0, 0.0),
    }


def test_a_log_without_the_candidates_choices_is_refused_an_answer() -> None:
    clusters = Clusters(of_row=np.arange(4), n=4, kind="session")
    choices = logged_choices(clusters=clusters, logged=["a"] * 4, candidate=["b"] * 4)
    found = policy_value(choices, propensity=[1.0] * 4, outcome=[1.0] * 4, outcome_range=(0.0, 1.0), rng=1)
    assert (found.answer, found.covered_share, found.estimates) == (LogAnswer.REFUSED, 0.0, ())
    assert found.whole is not None
    assert (found.whole.low, found.whole.high) == (0.0, 1.0)
    with pytest.raises(InputError, match="there is no estimate 'dr': refused: the log never chose"):
        found.of("dr")


def test_the_whole_holds_the_truth_when_a_part_is_not_covered() -> None:
    """Long requests are sent to a model the log never took: the truth there is worse than anything seen."""
    hits = 0
    for world in range(200):
        rng = np.random.default_rng([71, world])
        choices, propensity, outcome = logged_world(300, rng)
        names = ("cheap", "dear", "new")
        moved = LoggedChoices(
            clusters=choices.clusters,
            names=names,
            logged=choices.logged,
            candidate=np.where(choices.stratum == 1, 2, choices.candidate),
            strata=choices.strata,
            stratum=choices.stratum,
        )
        found = policy_value(
            moved, propensity=propensity, outcome=outcome, outcome_range=(-3.0, 4.0), rng=rng, n_replicates=100
        )
        truth = 0.6 * SUCCESS[0, CANDIDATE[0]] + 0.4 * -3.0
        assert found.whole is not None
        hits += found.whole.low_end <= truth <= found.whole.high_end
        assert found.covered_share == pytest.approx(float(np.mean(choices.stratum == 0)))
    assert hits >= 190


def test_the_answer_is_plain_and_the_same_for_the_same_seed() -> None:
    choices, propensity, outcome = small_log()
    texts = {
        json.dumps(
            policy_value(choices, propensity=propensity, outcome=outcome, clip=3.0, rng=5).to_dict(), allow_nan=False
        )
        for _ in range(2)
    }
    assert len(texts) == 1


def test_what_is_refused() -> None:
    choices, propensity, outcome = small_log()
    n = len(choices)
    for bad, shown in ((0.0, "0"), (1.5, "1.5"), (-0.2, "-0.2"), (float("nan"), "nan")):
        column = propensity.copy()
        column[4] = bad
        with pytest.raises(InputError, match=rf"log: propensity is {shown} in row 5, outside \(0, 1\]; give the"):
            policy_value(choices, propensity=column, outcome=outcome, rng=1)
    with pytest.raises(InputError, match=rf"propensity has shape \(2,\) and the log {n} requests"):
        policy_value(choices, propensity=[0.5, 0.5], outcome=outcome, rng=1)
    with pytest.raises(InputError, match="outcome is missing in row 1"):
        policy_value(choices, propensity=propensity, outcome=[float("nan")] * n, rng=1)
    with pytest.raises(InputError, match=r"the clip is 0\.5; give a largest weight of 1 or more, or None"):
        policy_value(choices, propensity=propensity, outcome=outcome, clip=0.5, rng=1)
    with pytest.raises(InputError, match="1 folds are asked for"):
        policy_value(choices, propensity=propensity, outcome=outcome, n_folds=1, rng=1)
