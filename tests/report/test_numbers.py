"""Is a number written so that nothing is lost: neither that it is unknown, nor its sign, nor that it is not zero?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.report import numbers

WRITERS = (numbers.usd, numbers.seconds, numbers.percent, numbers.axis_score)
CHANGES = (numbers.relative_change, numbers.points_change, numbers.absolute_change)


@pytest.mark.parametrize("write", WRITERS)
def test_missing_is_unknown_and_never_zero(write: object) -> None:
    assert write(None) == numbers.UNKNOWN  # type: ignore[operator]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_with_a_missing_part_is_unknown(change: object) -> None:
    assert change(None, 1.0) == change(1.0, None) == change(None, None) == numbers.UNKNOWN  # type: ignore[operator]


def test_growth_from_nothing_has_no_percentage() -> None:
    assert numbers.relative_change(1.0, 0.0) == numbers.UNKNOWN
    assert numbers.relative_change(0.0, 0.0) == "0 %"


@given(st.floats(1e-9, 1e6), st.floats(1e-9, 1e6))
def test_a_change_keeps_its_sign_and_is_zero_only_for_equals(new: float, old: float) -> None:
    for change in CHANGES:
        text = change(new, old)
        assert text[0] == ("0" if new == old else "+" if new > old else "-")


@given(st.floats(1e-6, 1 - 1e-6))
def test_a_share_between_never_reads_as_none(share: float) -> None:
    assert numbers.percent(share) != "0 %"
    assert any(digit in numbers.percent(share) for digit in "123456789")
