"""What may be said of an interval? The whole truth table, by where its ends lie."""

from __future__ import annotations

import math

import pytest

from paretocode.evidence import Verdict, verdict_of

NOTHING, INF, NAN = 0.0, math.inf, math.nan


@pytest.mark.parametrize(
    ("low", "high", "without", "with_margin"),
    [
        (-3, -2, "BETTER", "BETTER"),
        (-3, -1, "BETTER", "BETTER"),
        (-3, -0.5, "BETTER", "BETTER"),
        (-3, 0, "NOT_ENOUGH", "NOT_WORSE"),
        (-3, 0.5, "NOT_ENOUGH", "NOT_WORSE"),
        (-3, 1, "NOT_ENOUGH", "NOT_WORSE"),
        (-3, 2, "NOT_ENOUGH", "NOT_ENOUGH"),
        (-1, -0.5, "BETTER", "TIED"),
        (-1, 0, "NOT_ENOUGH", "TIED"),
        (-1, 1, "NOT_ENOUGH", "TIED"),
        (-1, 2, "NOT_ENOUGH", "NOT_ENOUGH"),
        (-0.5, 2, "NOT_ENOUGH", "NOT_ENOUGH"),
        (0, 0, "NOT_ENOUGH", "TIED"),
        (0, 1, "NOT_ENOUGH", "TIED"),
        (0, 2, "NOT_ENOUGH", "NOT_ENOUGH"),
        (0.5, 1, "WORSE", "TIED"),
        (0.5, 2, "WORSE", "WORSE"),
        (1, 2, "WORSE", "WORSE"),
        (2, 3, "WORSE", "WORSE"),
        (-INF, INF, "NOT_ENOUGH", "NOT_ENOUGH"),
        (-INF, -2, "BETTER", "BETTER"),
        (-INF, 0.5, "NOT_ENOUGH", "NOT_WORSE"),
        (2, INF, "WORSE", "WORSE"),
        (NAN, -2, "NOT_ENOUGH", "NOT_ENOUGH"),
        (2, NAN, "NOT_ENOUGH", "NOT_ENOUGH"),
    ],
)
def test_verdicts(low: float, high: float, without: str, with_margin: str) -> None:
    assert (verdict_of(low, high).name, verdict_of(low, high, margin=1).name) == (without, with_margin)
    assert verdict_of(low, high, n_differing=3).name == without
    assert verdict_of(low, high, margin=1, n_differing=0) is Verdict.SAME


def test_turning_the_sign_turns_better_and_worse() -> None:
    turned = {"BETTER": "WORSE", "WORSE": "BETTER", "TIED": "TIED"}
    for low, high in [(-3, -1), (1, 3), (-0.5, 0.5), (-1, 0)]:
        assert turned[verdict_of(low, high, margin=1).name] == verdict_of(-high, -low, margin=1).name


def test_every_verdict_is_a_sentence() -> None:
    assert all(len(verdict.value.split()) > 5 for verdict in Verdict)
    assert "no cluster of this stream tells the maps apart" in Verdict.SAME.value
