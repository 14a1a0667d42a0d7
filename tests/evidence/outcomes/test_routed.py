"""Does a map, or a threshold, choose for each question the model that the reference router would?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.catalogue import load_bundled
from paretocode.errors import InputError
from paretocode.evidence.outcomes import (
    OutcomeTable,
    assigned,
    assigned_to,
    outcome_table,
    routed_by_map,
    routed_by_threshold,
)
from paretocode.evidence.outcomes.assignment import Assignment
from paretocode.stream.stream import RequestRow
from paretocode.tiermap import documented_pareto_code, remember, route

MODELS = load_bundled()
DOCUMENTED = documented_pareto_code(MODELS)
NAN = float("nan")


def filled(n: int, models: tuple[str, ...], cluster: list[str] | None = None) -> OutcomeTable:
    questions = [f"q{i}" for i in range(n) for _ in models]
    return outcome_table(
        question=questions,
        model=list(models) * n,
        score=[0.5] * (n * len(models)),
        score_range=(0, 1),
        cluster=None if cluster is None else [c for c in cluster for _ in models],
    )


asked = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.33, 0.329999, 0.65, 0.66, 1.0, NAN]), st.sampled_from([10, 250_000]), st.integers(0, 2)
    ),
    min_size=1,
    max_size=8,
)


@given(asked, st.sampled_from(["question", "cluster"]))
def test_a_map_chooses_as_the_reference_router(rows: list[tuple[float, int, int]], session: str) -> None:
    table = filled(len(rows), MODELS.keys, cluster=[f"c{c}" for _, _, c in rows])
    found = routed_by_map(
        table,
        [q for q, _, _ in rows],
        DOCUMENTED,
        MODELS,
        prompt_tokens=[p for _, p, _ in rows],
        completion_tokens=[5] * len(rows),
        session=session,  # type: ignore[arg-type]
    )
    memory: dict[int, object] = {}
    for at, (score, prompt, cluster) in enumerate(rows):
        request = RequestRow(0, at * 1_000_000, None if np.isnan(score) else round(score * 1e6), prompt, 5, 0)
        key = cluster if session == "cluster" else 100 + at
        decision = route(request, DOCUMENTED, MODELS, memory=memory.get(key))  # type: ignore[arg-type]
        memory[key] = remember(memory.get(key), request, decision, DOCUMENTED.policy)  # type: ignore[arg-type]
        assert decision.primary is not None
        assert table.models[found.model_index[at]] == MODELS.keys[decision.primary]


def test_models_are_matched_by_key_or_by_a_given_name() -> None:
    table = filled(3, ("flash", "kimi", "pro"))
    names = {
        "deepseek/deepseek-v4-flash@max": "flash",
        "moonshotai/kimi-k2.6": "kimi",
        "deepseek/deepseek-v4-pro@max": "pro",
    }
    found = routed_by_map(table, [0.2, 0.65, NAN], DOCUMENTED, MODELS, model_of_key=names)
    assert found.name == "documented"
    assert [table.models[i] for i in found.model_index] == ["flash", "kimi", "pro"]
    del names["moonshotai/kimi-k2.6"]
    with pytest.raises(
        InputError, match=r"question 'q1': documented chooses 'moonshotai/kimi-k2.6', which has no outcomes"
    ):
        routed_by_map(table, [0.2, 0.65, NAN], DOCUMENTED, MODELS, model_of_key=names)


def test_a_question_nobody_can_hold_is_refused() -> None:
    table = filled(2, MODELS.keys)
    with pytest.raises(InputError, match="documented serves 1 of 2 questions by no model"):
        routed_by_map(table, [0.2, 0.9], DOCUMENTED, MODELS, prompt_tokens=[1, 10**9], completion_tokens=[1, 1])
    with pytest.raises(InputError, match="min_score has 1 rows"):
        routed_by_map(table, [0.2], DOCUMENTED, MODELS)
    with pytest.raises(InputError, match="min_score"):
        routed_by_map(table, [0.2, 1.2], DOCUMENTED, MODELS)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.lists(st.integers(0, 4), max_size=2, unique=True))
def test_thresholds_count_how_many_are_reached(scores: list[int], cuts: list[int]) -> None:
    models = ("low", "medium", "high")[: len(cuts) + 1]
    found = routed_by_threshold(filled(len(scores), models), scores, models, sorted(cuts))
    assert found.model_index.tolist() == [sum(s >= cut for cut in cuts) for s in scores]


def test_assignments_are_checked() -> None:
    table = outcome_table(question=["a", "a", "b"], model=["x", "y", "x"], score=[1, 0, 1], score_range=(0, 1))
    assert assigned(table, ["y", "x"], name="mine").score.tolist() == [0, 1]
    with pytest.raises(InputError, match="question 'b': model 'y' has no score there, and mine chooses it"):
        assigned(table, ["y", "y"], name="mine")
    with pytest.raises(InputError, match="question 2: mine chooses 'z', which has no outcomes; use one of x, y"):
        assigned(table, ["y", "z"], name="mine")
    with pytest.raises(InputError, match="mine assigns 1 models to 2 questions"):
        assigned(table, ["x"], name="mine")
    with pytest.raises(InputError, match="mine assigns model number 7"):
        Assignment(name="mine", table=table, model_index=np.array([0, 7]))
    with pytest.raises(InputError, match="the table has no costs"):
        _ = assigned_to(table, "x").cost_pusd
    holed = outcome_table(question=["a", "b"], model=["x", "x"], score=[1, 0], score_range=(0, 1), cost_usd=[0.1, NAN])
    with pytest.raises(InputError, match="question 'b': model 'x' has no cost there"):
        _ = assigned_to(holed, "x").cost_pusd


@pytest.mark.parametrize(
    ("scores", "models", "cuts", "sentence"),
    [
        ([0.1, NAN], ["low", "high"], [0.5], "router_score is nan in row 2"),
        ([0.1], ["low", "high"], [0.5], "router_score has 1 rows for 2 questions"),
        ([0.1, 0.2], ["low", "high"], [0.5, 0.6], "2 models stand against 2 thresholds"),
        ([0.1, 0.2], ["low", "high", "low"], [0.6, 0.5], "thresholds has 0.6 before 0.5"),
        ([0.1, 0.2], ["low", "best"], [0.5], "there is no model 'best'"),
    ],
)
def test_threshold_refusals(scores: list[float], models: list[str], cuts: list[float], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        routed_by_threshold(filled(2, ("low", "high")), scores, models, cuts)
