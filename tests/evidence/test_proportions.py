"""Are intervals of shares exact where they say so, and does the paired test count what it should?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.evidence.proportions import (
    clopper_pearson_intervals,
    paired_proportions,
    wilson_intervals,
)


def binomial_tail(k: int, n: int, p: float) -> float:
    """P(X >= k) for X binomial, term by term."""
    return math.fsum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))


def test_known_intervals() -> None:
    found = clopper_pearson_intervals([28, 29], [29, 29])
    assert found.low.round(3).tolist() == [0.822, 0.881]
    assert found.high.round(3).tolist() == [0.999, 1.0]


@given(st.integers(0, 30), st.integers(0, 30), st.sampled_from([0.5, 0.9, 0.95]))
def test_ends_leave_half_the_rest_on_each_side(k: int, extra: int, level: float) -> None:
    n = k + extra
    found = clopper_pearson_intervals([k], [n], level=level)
    low, high = float(found.low[0]), float(found.high[0])
    tail = (1 - level) / 2
    if n == 0:
        assert (low, high) == (0.0, 1.0)
        return
    assert low <= k / n <= high
    assert low == 0 if k == 0 else binomial_tail(k, n, low) == pytest.approx(tail, rel=1e-6)
    assert high == 1 if k == n else 1 - binomial_tail(k + 1, n, high) == pytest.approx(tail, rel=1e-6)


@given(st.integers(1, 40), st.integers(0, 40))
def test_wilson_ends_are_where_the_score_test_turns(k: int, extra: int) -> None:
    n = k + extra
    found = wilson_intervals([k], [n])
    for end in (float(found.low[0]), float(found.high[0])):
        if 0 < end < 1:
            assert abs(k / n - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / n), rel=1e-5)


def test_exact_intervals_cover_every_share_at_least_as_often_as_they_say() -> None:
    n = 12
    found = clopper_pearson_intervals(np.arange(n + 1), np.full(n + 1, n))
    for p in np.linspace(0.01, 0.99, 99):
        chance = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
        covers = (found.low <= p) & (p <= found.high)
        assert float(np.dot(chance, covers)) >= 0.95


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=25))
def test_mcnemar_equals_the_sum_over_all_flips(pairs: list[tuple[bool, bool]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    found = paired_proportions(first, second)
    apart = [a for a, b in pairs if a != b]
    extreme = abs(2 * sum(apart) - len(apart))
    chance = sum(math.comb(len(apart), i) for i in range(len(apart) + 1) if abs(2 * i - len(apart)) >= extreme)
    assert found.p_value == pytest.approx(chance / 2 ** len(apart))
    assert found.difference == pytest.approx(np.mean(first) - np.mean(second))
    assert found.n == len(pairs)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: clopper_pearson_intervals([30], [29]), "successes is 30 of 29 trials in row 1; correct it."),
        (lambda: clopper_pearson_intervals([-1], [29]), "below 0"),
        (lambda: clopper_pearson_intervals([1.5], [29]), "not whole"),
        (lambda: clopper_pearson_intervals([1, 2], [29]), "trials has 1 rows and successes has 2"),
        (lambda: clopper_pearson_intervals([1], [29], level=1.0), "the level is 1.0"),
        (lambda: wilson_intervals([1], [2], level=float("nan")), "the level is nan"),
        (lambda: paired_proportions([], []), "there is no pair"),
        (lambda: paired_proportions([1, 2], [0, 1]), "first is 2 in row 2"),
        (lambda: paired_proportions([1], [0, 1]), "rows"),
    ],
)
def test_refusals(call: object, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        call()  # type: ignore[operator]
    assert sentence in str(caught.value)
