"""Natural bands on cases small enough to see through, their refusals, and one real field of scores."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from paretocode.bands import natural_bands
from paretocode.errors import InputError


def test_two_heaps_are_cut_in_the_middle_of_the_gap_between_them() -> None:
    bands = natural_bands([2.0, 1.0, 10.0, 12.0], 2)
    assert bands.scheme == "natural"
    assert bands.edges == (6.0,)
    assert bands.gaps == ((2.0, 10.0),)
    assert bands.counts == (2, 2)
    assert bands.means == (1.5, 11.0)
    assert bands.loss == pytest.approx(0.5 + 2.0)
    assert bands.variance_explained == pytest.approx(1 - 2.5 / 92.75)


def test_a_weight_stands_for_so_many_copies() -> None:
    copied = natural_bands([0, 3, 3, 3, 4, 9], 3)
    weighted = natural_bands([0, 3, 4, 9], 3, weights=[1, 3, 1, 1])
    assert (copied.edges, copied.loss, copied.means) == (weighted.edges, weighted.loss, weighted.means)
    assert (copied.counts, weighted.counts) == ((1, 4, 1), (1, 2, 1))


def test_ties_in_the_loss_go_to_the_leftmost_edges() -> None:
    assert natural_bands([0, 1, 2], 2).edges == (0.5,)
    assert natural_bands([0, 1, 2, 3, 4], 4).edges == (0.5, 1.5, 2.5)
    # 0.1-steps are not whole in binary: rounding must not decide either.
    assert natural_bands([0.1, 0.2, 0.3], 2).edges == pytest.approx((0.15,))


def test_one_band_one_value_and_equal_values() -> None:
    assert natural_bands([5.0], 1).edges == ()
    equal = natural_bands([5.0, 5.0], 1)
    assert (equal.loss, equal.variance_explained, equal.counts) == (0.0, 1.0, (2,))
    assert natural_bands([1.0, 2.0], 1).variance_explained == 0.0
    assert natural_bands([1.0, 2.0], 2).variance_explained == 1.0


def test_a_uniform_spread_explains_one_minus_one_over_k_squared() -> None:
    spread = np.arange(9000) / 9000
    for n_bands in (2, 3, 5):
        assert natural_bands(spread, n_bands).variance_explained == pytest.approx(1 - 1 / n_bands**2, abs=1e-6)


def test_members_are_rows_not_weights() -> None:
    values = [0, 10, 11, 12, 13]
    assert natural_bands(values, 2).counts == (1, 4)
    assert natural_bands(values, 2, weights=[9, 1, 1, 1, 1], min_members=2).counts == (2, 3)


def test_neighbouring_edges_keep_their_distance() -> None:
    values = [0.0, 0.1, 5.0, 5.1, 5.2, 6.0]
    free = natural_bands(values, 3).edges
    apart = natural_bands(values, 3, min_gap=3.2).edges
    assert free[1] - free[0] < 3.2 <= apart[1] - apart[0]


def test_neighbouring_floats_have_an_edge_between_them() -> None:
    low, high = 1.0, float(np.nextafter(1.0, 2.0))
    bands = natural_bands([low, high], 2)
    assert bands.assign([low, high]).tolist() == [0, 1]


def test_far_from_zero_the_variance_survives() -> None:
    near = natural_bands([0.0, 0.1, 0.5, 0.6, 0.61], 2)
    far = natural_bands([1e9, 1e9 + 0.1, 1e9 + 0.5, 1e9 + 0.6, 1e9 + 0.61], 2)
    assert far.counts == near.counts
    assert far.loss == pytest.approx(near.loss, rel=1e-3)


@pytest.mark.parametrize(
    ("values", "n_bands", "settings", "sentence"),
    [
        ([], 2, {}, "there is no value to cut into bands; give at least one."),
        ([1, 2], 0, {}, "n_bands is 0; ask for at least one band."),
        ([1, 1, 2], 3, {}, "3 bands are asked of 2 distinct values; ask for at most 2."),
        ([1, 1], 2, {}, "2 bands are asked of 1 distinct value; ask for at most 1."),
        (
            [1, 2, 3],
            2,
            {"min_members": 2},
            "2 bands of at least 2 members need 4 values and there are 3; lower n_bands or min_members.",
        ),
        (
            [1, 1, 1, 2],
            2,
            {"min_members": 2},
            "no cut into 2 bands gives every band 2 members and every two edges a distance of 0; lower n_bands, "
            "min_members or min_gap.",
        ),
        (
            [1, 2, 3],
            3,
            {"min_gap": 1.5},
            "no cut into 3 bands gives every band 1 members and every two edges a distance of 1.5; lower n_bands, "
            "min_members or min_gap.",
        ),
        ([1, 2], 2, {"min_members": 0}, "min_members is 0; ask for at least one member in a band."),
        ([1, 2], 2, {"min_gap": -1.0}, "min_gap is -1; give a distance of at least 0 in the unit of the values."),
        ([1, 2], 2, {"weights": [1, 0]}, "weights is 0.0 in row 2, which is not positive; drop the row or weigh it."),
        ([1, 2], 2, {"weights": [1]}, "weights has 1 rows and values has 2; give every column the same rows."),
        ([1, float("nan")], 2, {}, "values is nan in row 2, which is not a number; fill it or drop the row."),
    ],
)
def test_refusals(values: list[float], n_bands: int, settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        natural_bands(values, n_bands, **settings)
    assert str(refusal.value) == sentence


def test_a_hundred_thousand_values_take_seconds() -> None:
    values = np.random.default_rng(0).normal(size=100_000)
    bands = natural_bands(values, 5, min_members=10, min_gap=0.01)
    assert sum(bands.counts) == 100_000
    # Optimal for a normal law: Max (1960), 5 levels, distortion 0.07994.
    assert bands.loss / 100_000 == pytest.approx(0.07994, rel=0.01)


@pytest.mark.data
def test_real_scores_hardly_form_bands(data_dir: Path) -> None:
    with gzip.open(data_dir / "catalogue/aa/llms/2026-04-10.json.gz") as file:
        models = json.load(file)["models"]
    scores = [model["evaluations"]["artificial_analysis_coding_index"] for model in models]
    scores = [score for score in scores if score is not None]
    assert len(scores) == 352
    bands = natural_bands(scores, 3)
    assert bands.gaps == ((16.83, 17.3), (32.01, 32.61))
    assert bands.variance_explained == pytest.approx(0.855, abs=0.0005)
    assert bands.variance_explained < 1 - 1 / 9  # less than a uniform spread


def test_one_far_value_does_not_hide_the_others() -> None:
    bands = natural_bands([0, 1, 9, 1e7], 3)
    assert bands.counts == (2, 1, 1)
    assert bands.loss == pytest.approx(0.5, abs=0.2)
