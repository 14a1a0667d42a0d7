"""Is the power of a Student interval right? Against scipy's noncentral law, a published table, and draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nct, t

from paretocode.errors import InputError
from paretocode.evidence.size.power import MOST_SESSIONS, check_chances, least_count, least_shift, power_of


@pytest.mark.parametrize("freedom", [1, 2, 3.5, 9, 30, 1000, 1e6])
@pytest.mark.parametrize("shift", [0.0, 0.1, 1.0, 2.8, 5.0])
@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_it_is_the_noncentral_law(freedom: float, shift: float, alpha: float) -> None:
    critical = t.isf(alpha / 2, freedom)
    two = nct.sf(critical, freedom, shift) + nct.cdf(-critical, freedom, shift)
    assert power_of(shift, freedom, alpha=alpha) == pytest.approx(two, abs=1e-6)
    assert power_of(shift, freedom, alpha=alpha, is_two_sided=False) == pytest.approx(
        nct.sf(critical, freedom, shift), abs=1e-6
    )


def test_far_out_it_is_sure_and_no_nan() -> None:
    assert [power_of(shift, 9, alpha=0.05) for shift in (20.0, 100.0, 1e12, -1e12)] == pytest.approx([1.0] * 4)
    assert power_of(-1e12, 9, alpha=0.05, is_two_sided=False) == pytest.approx(0.0)


@settings(max_examples=30)
@given(shift=st.floats(-6, 6), freedom=st.integers(1, 500))
def test_two_sides_do_not_care_for_the_sign(shift: float, freedom: int) -> None:
    assert power_of(shift, freedom, alpha=0.05) == pytest.approx(power_of(-shift, freedom, alpha=0.05), abs=1e-12)
    both = power_of(shift, freedom, alpha=0.05, is_two_sided=False) + power_of(
        -shift, freedom, alpha=0.05, is_two_sided=False
    )
    assert power_of(shift, freedom, alpha=0.05) == pytest.approx(both, abs=1e-12)


def test_the_textbook_number_of_pairs() -> None:
    """Half a standard deviation, 80 % at 5 %: 34 pairs, as every table of the paired t test has it; 90 % takes 44."""

    def power_at(n: int) -> float:
        return power_of(0.5 * n**0.5, n - 1, alpha=0.05)

    assert least_count(power_at, 0.8, least=2) == 34
    assert least_count(power_at, 0.9, least=2) == 44


@given(target=st.integers(2, 5000), least=st.integers(1, 60))
def test_the_least_count_is_the_least(target: int, least: int) -> None:
    """Against a slow loop on a step function."""
    found = least_count(lambda n: float(n >= target), 0.8, least=least)
    assert found == max(target, least)


def test_too_many_sessions_are_refused() -> None:
    with pytest.raises(InputError, match=r"more than 1e.15 sessions would be needed; ask for a larger difference"):
        least_count(lambda n: 0.1, 0.8, least=2)
    assert MOST_SESSIONS == 10**15


@pytest.mark.parametrize(("power", "freedom"), [(0.8, 5), (0.9, 40), (0.5, 1e6)])
@pytest.mark.parametrize("is_two_sided", [True, False])
def test_the_least_shift_has_that_power(power: float, freedom: float, is_two_sided: bool) -> None:
    shift = least_shift(freedom, power=power, alpha=0.05, is_two_sided=is_two_sided)
    assert power_of(shift, freedom, alpha=0.05, is_two_sided=is_two_sided) == pytest.approx(power, abs=1e-6)


def test_draws_of_a_t_test_have_that_power() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(0.6, 1.0, size=(20_000, 12))
    statistic = x.mean(axis=1) / (x.std(axis=1, ddof=1) / 12**0.5)
    share = np.mean(np.abs(statistic) > t.isf(0.025, 11))
    assert share == pytest.approx(power_of(0.6 * 12**0.5, 11, alpha=0.05), abs=0.012)


@pytest.mark.parametrize(
    ("power", "alpha", "match"), [(1.0, 0.05, "power is 1"), (0.3, 0.05, "power is 0.3"), (0.8, 0.0, "alpha is 0.0")]
)
def test_chances_out_of_range(power: float, alpha: float, match: str) -> None:
    with pytest.raises(InputError, match=match):
        check_chances(power, alpha)
