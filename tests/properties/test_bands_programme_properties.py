"""Do windows, one run for all numbers, and the compiled loop change anything? They may not, ties included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from paretocode._compiled import MODE_VARIABLE
from paretocode.bands import SCHEMES, bands_by_scheme, natural_bands, natural_bands_of_each
from paretocode.bands import _windows as windows
from paretocode.bands._members import members_of
from paretocode.bands._prefix import prefix_of
from paretocode.errors import InputError

several = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
values_lists = st.lists(st.integers(-5, 5), min_size=1, max_size=14)


@given(values_lists, st.integers(1, 6))
def test_one_run_finds_the_bands_of_every_number(values: list[int], max_bands: int) -> None:
    each = natural_bands_of_each(values, max_bands)
    assert len(each) == min(max_bands, len(set(values)))
    for n_bands, bands in enumerate(each, start=1):
        assert bands == natural_bands(values, n_bands)


@several
@given(values=values_lists, n_bands=st.integers(1, 4), min_members=st.integers(1, 2), min_gap=st.sampled_from([0, 1.0]))
def test_the_compiled_loop_is_the_plain_one(
    values: list[int], n_bands: int, min_members: int, min_gap: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for mode in ("never", "always"):
        monkeypatch.setenv(MODE_VARIABLE, mode)
        try:
            found.append(str(natural_bands(values, n_bands, min_members=min_members, min_gap=min_gap)))
        except InputError as refusal:
            found.append(str(refusal))
    assert found[0] == found[1]


def fields(n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(n)
    return {
        "normal": rng.normal(size=n),
        "evenly spaced": np.arange(n, dtype=float),  # ties of bandings wherever the bands do not divide n
        "two humps": np.concatenate((rng.normal(0, 1, n // 2), rng.normal(50, 1, n - n // 2))),
        "heavy tail": rng.pareto(1.1, n),
        "one outlier": np.append(rng.random(n - 1), 1e6),
    }


@pytest.mark.parametrize("mode", ["never", "always"])
@pytest.mark.parametrize("field", fields(5_000))
def test_windows_change_nothing(field: str, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODE_VARIABLE, mode)
    values = fields(5_000)[field]
    narrowed = [natural_bands(values, n_bands) for n_bands in (2, 3, 5, 7)]
    monkeypatch.setattr(windows, "_WORTH_IT_FROM", 10**9)
    assert narrowed == [natural_bands(values, n_bands) for n_bands in (2, 3, 5, 7)]


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(2, 5), st.sampled_from([3, 4, 8]))
def test_small_cells_change_nothing(seed: int, n_bands: int, cells: int) -> None:
    values = np.random.default_rng(seed).integers(0, 60, 40).astype(float)
    expected = natural_bands(values, n_bands)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "_WORTH_IT_FROM", 0)
        patch.setattr(windows, "_CELLS", cells)
        assert natural_bands(values, n_bands) == expected


def test_windows_are_narrow_where_it_matters() -> None:
    prefix = prefix_of(members_of(np.random.default_rng(0).random(100_000), None))
    widths = [high - low for low, high in windows.windows_of_best_cuts(prefix, 5)]
    assert max(widths) < 10_000


@given(st.lists(st.integers(-9999, 9999), min_size=1, max_size=30), st.integers(0, 4))
def test_counting_decimals_is_sorting(keys: list[int], decimals: int) -> None:
    column = np.array(keys) / 10.0**decimals
    members = members_of(column, None)
    distinct, count = np.unique(column, return_counts=True)
    assert members.distinct.tolist() == distinct.tolist()
    assert members.count.tolist() == count.tolist()
    weighed = members_of(column, np.ones(len(column)))
    assert weighed.distinct.tolist() == distinct.tolist()
    assert weighed.weight.tolist() == members.weight.tolist()


def test_numbers_that_only_look_like_decimals_are_not_merged() -> None:
    close = np.array([0.1, np.nextafter(0.1, 1), 1e15, 1e-300])
    assert len(members_of(close, None).distinct) == 4


@given(st.sampled_from([s for s in SCHEMES if s != "fixed"]), values_lists, st.integers(1, 4))
@settings(max_examples=60)
def test_no_scheme_beats_natural_bands(scheme: str, values: list[int], n_bands: int) -> None:
    assume(n_bands <= len(set(values)))  # natural bands are never empty; other schemes' may be
    try:
        bands = bands_by_scheme(scheme, values, n_bands)
    except InputError:
        return
    assert bands.n_bands == n_bands
    assert bands.loss >= natural_bands(values, n_bands).loss - 1e-9
