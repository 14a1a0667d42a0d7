"""Does the arena score of an assignment use its mean score and cost, and is what the formula cannot say refused?"""

from __future__ import annotations

import pytest

from paretocode.errors import InputError
from paretocode.evidence.outcomes import arena_score, arena_score_of, assigned_to, outcome_table


def test_arena_scores_of_assignments_and_their_refusals() -> None:
    table = outcome_table(
        question=["a", "b"], model=["m"] * 2, score=[1, 10], score_range=(1, 10), cost_usd=[0.0002, 0.0002]
    )
    assert arena_score_of(assigned_to(table, "m")) == pytest.approx(arena_score(0.5, 0.2))
    assert arena_score(0.0, 200.0) == 0.0
    assert arena_score(1.0, 0.0044) == pytest.approx(1.0)
    for accuracy, cost, sentence in [
        (1.1, 1.0, "the accuracy is 1.1"),
        (float("nan"), 1.0, "the accuracy is nan"),
        (0.5, 0.0, "the cost is 0 USD per 1,000 queries"),
        (0.5, 201.0, "stay between 0.0044 and 200"),
    ]:
        with pytest.raises(InputError, match=sentence):
            arena_score(accuracy, cost)
    with pytest.raises(InputError, match="the cost range is 2 to 1"):
        arena_score(0.5, 1.0, cost_range_usd=(2.0, 1.0))
