"""The plain schemes, and the door to all of them."""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.bands import (
    SCHEMES,
    Bands,
    bands_by_scheme,
    equal_interval_bands,
    fixed_bands,
    natural_bands,
    quantile_bands,
)
from paretocode.errors import InputError, ParetocodeError, UsageError

INF = float("inf")


def test_quantile_bands_hold_equal_numbers_where_ties_allow() -> None:
    assert quantile_bands(np.arange(12), 4).counts == (3, 3, 3, 3)
    assert quantile_bands([1, 2, 2, 2, 3, 4], 2).edges == (2.5,)
    assert quantile_bands([1, 2, 3], 2).edges == (1.5,)  # 1 or 2 of 3 below: equally near, the lower one
    assert quantile_bands([4.0, 4.0], 1).counts == (2,)


def test_quantile_bands_count_weights() -> None:
    assert quantile_bands([1, 2, 3, 4], 2, weights=[3, 1, 1, 1]).edges == (1.5,)


def test_equal_intervals_may_be_empty_and_say_so() -> None:
    bands = equal_interval_bands([0.0, 1.0, 10.0], 4)
    assert bands.edges == (2.5, 5.0, 7.5)
    assert bands.counts == (2, 0, 0, 1)
    assert np.isnan(bands.means).tolist() == [False, True, True, False]
    assert bands.gaps == ((1.0, 10.0),) * 3
    assert bands.loss == pytest.approx(0.5)


def test_fixed_edges_report_the_gap_around_them() -> None:
    bands = fixed_bands([0.2, 0.4, 0.66], [0.1, 0.33, 0.66, 0.9])
    assert bands.counts == (0, 1, 1, 1, 0)
    assert bands.gaps == ((-INF, 0.2), (0.2, 0.4), (0.4, 0.66), (0.66, INF))
    assert fixed_bands([1.0, 2.0], []).n_bands == 1


def test_natural_bands_have_the_least_loss_of_all_schemes() -> None:
    values = np.random.default_rng(3).lognormal(size=200)
    natural = natural_bands(values, 3).loss
    assert natural <= quantile_bands(values, 3).loss
    assert natural <= equal_interval_bands(values, 3).loss


def test_every_scheme_is_reached_by_name() -> None:
    for scheme in SCHEMES:
        more = {"edges": [2.0]} if scheme == "fixed" else {"n_bands": 2}
        bands = bands_by_scheme(scheme, [1, 2, 3, 9], **more)
        assert isinstance(bands, Bands)
        assert (bands.scheme, bands.n_bands) == (scheme, 2)


@pytest.mark.parametrize(
    ("call", "kind", "sentence"),
    [
        (
            lambda: bands_by_scheme("jenks", [1], 1),
            InputError,
            "scheme is 'jenks'; use one of natural, quantile, equal_interval, head_tail, maximum_gap, "
            "density_valley, gaussian_mixture, fixed.",
        ),
        (
            lambda: bands_by_scheme("quantile", [1, 2], 2, min_gap=1.0),
            UsageError,
            "min_members and min_gap do not fit scheme 'quantile'; use natural, or drop them.",
        ),
        (lambda: bands_by_scheme("fixed", [1, 2]), UsageError, "scheme 'fixed' has no edges; give edges."),
        (
            lambda: bands_by_scheme("fixed", [1, 2], 3, edges=[1.5]),
            UsageError,
            "1 edges make 2 bands and n_bands is 3; drop n_bands.",
        ),
        (
            lambda: bands_by_scheme("natural", [1, 2], 2, edges=[1.5]),
            UsageError,
            "edges do not fit scheme 'natural'; use fixed, or drop them.",
        ),
        (lambda: bands_by_scheme("natural", [1, 2]), UsageError, "scheme 'natural' has no n_bands; give n_bands."),
        (lambda: quantile_bands([1], 0), InputError, "n_bands is 0; ask for at least one band."),
        (
            lambda: quantile_bands([1, 1], 2),
            InputError,
            "2 bands are asked of 1 distinct value; ask for at most 1.",
        ),
        (
            lambda: equal_interval_bands([3, 3], 2),
            InputError,
            "the values span 3 to 3, which cannot be cut into 2 equal intervals; ask for one band.",
        ),
        (
            lambda: fixed_bands([1, 2], [2, 1]),
            InputError,
            "edges has 2 before 1; write the edges in strictly increasing order.",
        ),
        (
            lambda: fixed_bands([1, 2], [INF]),
            InputError,
            "edges is inf in row 1, which is not finite; fill it or drop the row.",
        ),
    ],
)
def test_refusals(call: object, kind: type[ParetocodeError], sentence: str) -> None:
    with pytest.raises(kind) as refusal:
        call()
    assert str(refusal.value) == sentence
