"""A limit on a measure is a limit on its total: neither loses the other by rounding."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paretocode.tune.measures import MEASURES, Counts, measure_named

NAMES = (*MEASURES, "above_share:10", "short_above_share:0.1", "provider_share:somebody")
COUNTS = st.builds(
    Counts,
    requests=st.integers(1, 10**9),
    pairs=st.integers(0, 10**9),
    stated=st.integers(1, 10**9),
    prompt_tokens=st.integers(1, 10**15),
)


@given(st.sampled_from(NAMES), st.integers(0, 2**62), COUNTS)
def test_a_limit_that_is_a_maps_own_value_lets_the_map_through(name: str, total: int, counts: Counts) -> None:
    measure = measure_named(name)
    value = measure.value(total, counts)
    if value == 0:
        return  # nothing to divide by, or nothing to limit
    allowed = measure.total(value, counts)
    assert allowed >= total
    assert measure.value(allowed, counts) <= value < measure.value(allowed + max(1, allowed >> 50), counts)


@given(st.sampled_from(NAMES), st.floats(0, 1e9), COUNTS)
def test_what_a_limit_allows_keeps_it(name: str, value: float, counts: Counts) -> None:
    measure = measure_named(name)
    assert measure.value(measure.total(value, counts), counts) <= value
