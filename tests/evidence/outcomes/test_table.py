"""Do rows become the table they say, and is every bad row refused by name?"""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.evidence.outcomes import OutcomeTable, outcome_table

NAN = float("nan")


def small(**changed: object) -> OutcomeTable:
    columns: dict[str, object] = {
        "question": ["q1", "q1", "q2"],
        "model": ["weak", "strong", "strong"],
        "score": [0.0, 1.0, 0.5],
        "score_range": (0, 1),
    }
    return outcome_table(**{**columns, **changed})  # type: ignore[arg-type]


def test_holes_are_holes() -> None:
    table = small(cost_usd=[0.1, NAN, 0.3], domain=["a", "a", "b"])
    assert np.isnan(table.score).tolist() == [[False, False], [True, False]]
    assert table.has_cost is not None
    assert table.has_cost.tolist() == [[True, False], [False, True]]
    assert table.complete().questions == ("q1",)
    assert table.complete().notes == ("1 of 2 questions left out: a model has no score there",)
    assert table.in_domain("b").questions == ("q2",)
    with pytest.raises(ValueError, match="read-only"):
        table.score[0, 0] = 1.0


@given(st.data())
def test_any_order_of_rows_gives_the_same_scores(data: st.DataObject) -> None:
    n, k = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 3))
    rows = [(f"q{i}", f"m{j}", float(data.draw(st.integers(1, 10)))) for i in range(n) for j in range(k)]
    shuffled = data.draw(st.permutations(rows))
    table = outcome_table(
        question=[q for q, _, _ in shuffled],
        model=[m for _, m, _ in shuffled],
        score=[s for _, _, s in shuffled],
        score_range=(1, 10),
    )
    for question, model, score in rows:
        assert table.score[table.questions.index(question), table.index_of(model)] == score


def test_clusters_are_numbered_without_holes_after_a_cut() -> None:
    table = outcome_table(
        question=["a/1", "a/2", "b/1", "c/1"],
        model=["m"] * 4,
        score=[1, 2, 3, 4],
        score_range=(1, 10),
        cluster=["a", "a", "b", "c"],
        is_contaminated=[False, False, True, False],
        contaminated="drop",
    )
    assert table.cluster.tolist() == [0, 0, 1]
    assert table.notes == ("1 of 4 questions left out: marked as contaminated",)


def test_contamination_is_a_decision_that_is_noted() -> None:
    marked = [False, True, False]  # one marked row marks its question
    kept = small(is_contaminated=marked, contaminated="keep")
    assert kept.n_questions == 2
    assert kept.notes == ("1 of 2 questions kept though marked as contaminated",)
    assert small(is_contaminated=marked, contaminated="drop").questions == ("q2",)
    assert small(is_contaminated=[False] * 3).notes == ()


def test_a_sentinel_is_dropped_on_request_and_noted() -> None:
    table = small(score=[0.0, -1.0, 0.5], sentinel=-1)
    assert table.notes == ("1 of 3 scores dropped: they are the sentinel -1",)
    assert np.isnan(table.score[0, table.index_of("strong")])


REFUSALS: dict[str, tuple[dict[str, object], str]] = {
    "nan": (
        {"score": [0.0, NAN, 0.5]},
        r"outcomes: score is nan in row 2, which is not a number; fill it or drop the row\.",
    ),
    "sentinel": (
        {"score": [0.0, -1.0, 0.5]},
        r"outcomes, row 2, column score: the score is -1, a sentinel outside 0 to 1; pass sentinel=-1 .*",
    ),
    "outside": ({"score": [0.0, 1.5, 0.5]}, r"outcomes, row 2, column score: the score is 1.5, outside 0 to 1; .*"),
    "sentinel inside": ({"sentinel": 0}, r"outcomes: the sentinel 0 lies inside the score range 0 to 1; .*"),
    "all sentinel": ({"score": [-1.0] * 3, "sentinel": -1}, r"outcomes: every score is the sentinel -1; .*"),
    "twice": (
        {"question": ["q1", "q1", "q1"]},
        r"outcomes, row 3, column score: question 'q1' has model 'strong' twice; .*",
    ),
    "two clusters": (
        {"cluster": ["a", "b", "c"]},
        r"outcomes, row 2, column cluster: question 'q1' has cluster 'b' here and 'a' before; .*",
    ),
    "two domains": ({"domain": ["a", "b", "c"]}, r".* has domain 'b' here and 'a' before; .*"),
    "contaminated": (
        {"is_contaminated": [True, False, False]},
        r"outcomes: 1 of 2 questions are marked as contaminated; say contaminated='drop' or 'keep'\.",
    ),
    "odd decision": ({"contaminated": "maybe"}, r"outcomes: contaminated is 'maybe'; use one of keep, drop\."),
    "all contaminated": ({"is_contaminated": [True] * 3, "contaminated": "drop"}, r"outcomes: no question is left; .*"),
    "negative cost": (
        {"cost_usd": [0.1, -0.1, 0.1]},
        r".*row 2, column cost_usd: the cost of 'strong' is -0.1 USD; .*",
    ),
    "giant cost": ({"cost_usd": [0.1, 1e7, 0.1]}, r".*row 2, column cost_usd: the cost of 'strong' is 1e\+07 USD; .*"),
    "lengths": ({"model": ["weak"]}, r"outcomes: model has 1 rows and question has 3; .*"),
    "empty": ({"question": [], "model": [], "score": []}, r"outcomes: there is no outcome in it; .*"),
    "range": ({"score_range": (1, 0)}, r"outcomes.*"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(case: str) -> None:
    changed, sentence = REFUSALS[case]
    with pytest.raises(InputError) as caught:
        small(**changed)
    assert re.fullmatch(sentence, str(caught.value)), str(caught.value)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match="there is no model 'gpt' in it; use one of weak, strong"):
        small().index_of("gpt")
    with pytest.raises(InputError, match="no question has domain 'law'"):
        small().in_domain("law")
