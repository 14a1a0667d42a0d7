"""What holds for bands of any values? On small integers, where ties abound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paretocode.bands import Bands, bands_by_scheme, natural_bands
from paretocode.errors import InputError

values_lists = st.lists(st.integers(-5, 5), min_size=1, max_size=14)
schemes = st.sampled_from(["natural", "quantile", "equal_interval"])


def cut(scheme: str, values: list[int], n_bands: int) -> Bands:
    try:
        return bands_by_scheme(scheme, values, n_bands)
    except InputError:
        assume(False)
        raise


@given(schemes, values_lists, st.integers(1, 4))
def test_the_record_describes_the_bands_it_cuts(scheme: str, values: list[int], n_bands: int) -> None:
    bands = cut(scheme, values, n_bands)
    band = bands.assign(values)
    column = np.array(values, dtype=float)
    assert bands.counts == tuple(np.bincount(band, minlength=n_bands).tolist())
    means = [column[band == b].mean() if (band == b).any() else np.nan for b in range(n_bands)]
    assert bands.means == pytest.approx(means, nan_ok=True)
    assert bands.loss == pytest.approx(sum(float(np.sum((column[band == b] - means[b]) ** 2)) for b in set(band)))
    total = float(np.sum((column - column.mean()) ** 2))
    assert bands.variance_explained == pytest.approx(1.0 if total == 0 else 1 - bands.loss / total)
    assert 0 <= bands.variance_explained <= 1


@given(schemes, values_lists, st.integers(1, 4))
def test_every_edge_in_a_gap_cuts_the_same_bands(scheme: str, values: list[int], n_bands: int) -> None:
    bands = cut(scheme, values, n_bands)
    for edge, (below, above) in zip(bands.edges, bands.gaps, strict=True):
        assert below < edge <= above
        assert not any(below < value < above for value in values)
    highest = np.array([above for _, above in bands.gaps])
    if all(a < b for a, b in itertools.pairwise(highest)):
        assert np.searchsorted(highest, values, side="right").tolist() == bands.assign(values).tolist()


@given(values_lists, st.integers(1, 4), st.randoms(use_true_random=False))
def test_the_order_of_values_does_not_matter(values: list[int], n_bands: int, random: object) -> None:
    bands = cut("natural", values, n_bands)
    shuffled = list(values)
    random.shuffle(shuffled)
    assert natural_bands(shuffled, n_bands).edges == bands.edges


@given(values_lists, st.integers(1, 4), st.integers(-3, 3), st.sampled_from([1, 2, 4]))
def test_bands_move_and_stretch_with_the_values(values: list[int], n_bands: int, shift: int, factor: int) -> None:
    bands = cut("natural", values, n_bands)
    moved = natural_bands([factor * value + shift for value in values], n_bands)
    assert moved.edges == tuple(factor * edge + shift for edge in bands.edges)
    assert moved.variance_explained == pytest.approx(bands.variance_explained)


@given(values_lists, st.integers(1, 4))
def test_more_bands_never_explain_less(values: list[int], n_bands: int) -> None:
    finer = cut("natural", values, n_bands + 1)
    assert finer.loss <= natural_bands(values, n_bands).loss + 1e-9
