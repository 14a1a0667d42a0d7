"""Are bands there, how many, and by which scheme? On values whose answer is known, and on the real field."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest

from paretocode.bands import (
    choose_n_bands,
    compare_schemes,
    density_valley_bands,
    gaussian_mixture_bands,
    head_tail_bands,
    maximum_gap_bands,
    natural_finding,
)
from paretocode.errors import InputError


def humps(*centres: float) -> np.ndarray:
    rng = np.random.default_rng(5)
    return np.concatenate([rng.normal(centre, 1, 40) for centre in centres])


def test_humps_are_found_and_a_uniform_field_is_not() -> None:
    assert natural_finding(humps(0, 8, 16), 3, n_replicates=60, rng=1).are_there
    even = natural_finding(np.random.default_rng(2).random(120), 3, n_replicates=60, rng=1)
    assert not even.are_there
    assert even.sentence.startswith("Three natural bands are not there: ")
    assert even.uniform_limit == pytest.approx(8 / 9)
    assert even.uniform_mean == pytest.approx(8 / 9, abs=0.01)
    assert even.normal_mean == pytest.approx(0.8098, abs=0.02)  # Max (1960): three levels of a normal law


def test_a_normal_field_has_no_bands() -> None:
    assert not natural_finding(np.random.default_rng(3).normal(size=150), 3, n_replicates=60, rng=1).are_there
    assert "One band is no finding" in natural_finding([1, 2], 1, n_replicates=1, rng=1).sentence


def test_the_number_of_humps_is_the_number_of_bands() -> None:
    found = choose_n_bands(humps(0, 12, 24), max_bands=6, n_replicates=60, rng=1)
    assert (found.by_bic, found.by_stability) == (3, 3)
    assert [count.n_bands for count in found.tried] == [1, 2, 3, 4, 5, 6]
    assert found.tried[2].stability == 1.0
    assert found.tried[5].stability < 0.8


def test_the_bic_is_that_of_the_mixture() -> None:
    values = np.array([0.0, 1.0, 10.0, 12.0, 13.0])
    count = choose_n_bands(values, max_bands=2, n_replicates=1, rng=1).tried[1]
    means, shares = np.array([0.5, 35 / 3]), np.array([0.4, 0.6])
    variance = (0.5 + (10 - 35 / 3) ** 2 + (12 - 35 / 3) ** 2 + (13 - 35 / 3) ** 2) / 5
    density = shares * np.exp(-((values[:, None] - means) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
    assert count.bic == pytest.approx(2 * np.log(density.sum(axis=1)).sum() - 4 * np.log(5))


def test_no_variance_left_is_no_number() -> None:
    found = choose_n_bands([1, 1, 2, 2], max_bands=5, n_replicates=10, rng=1)
    assert len(found.tried) == 2
    assert math.isnan(found.tried[1].bic)
    assert choose_n_bands([7, 7], n_replicates=5, rng=1).by_bic == 1


def test_the_other_schemes_by_hand() -> None:
    assert head_tail_bands([1] * 8 + [2] * 4 + [4] * 2 + [8], 3).edges == pytest.approx((32 / 15, 16 / 3))
    assert maximum_gap_bands([0, 1, 3, 5], 2).edges == (2.0,)  # equal gaps: the lower one
    assert maximum_gap_bands([0, 1, 3, 5, 9], 1).edges == ()
    assert density_valley_bands([0, 0.1, 5, 5.1, 9, 9.1], 3).gaps == ((0.1, 5.0), (5.1, 9.0))
    assert gaussian_mixture_bands([0, 1, 2, 20, 21, 22, 40, 41, 42], 3).edges == pytest.approx((11, 31), abs=0.1)


def test_every_scheme_finds_clear_humps() -> None:
    for result in compare_schemes(humps(0, 30, 60), 3):
        assert result.refusal == ""
        if result.scheme != "head_tail":
            assert result.loss_ratio == pytest.approx(1.0), result.scheme


def test_a_scheme_that_cannot_cut_says_so() -> None:
    results = {result.scheme: result for result in compare_schemes([7, 7, 7, 7, 7, 7, 8, 9], 3)}
    assert results["quantile"].bands is None
    assert math.isnan(results["quantile"].loss_ratio)
    assert "too many values are equal" in results["quantile"].refusal
    assert results["equal_interval"].loss_ratio == 1.0  # both leave nothing
    assert compare_schemes([0, 1, 2, 9], 2, weights=[1, 1, 1, 2])[-1].refusal.startswith("a Gaussian mixture takes no")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: natural_finding([3, 3], 1, rng=1), "all values are equal"),
        (lambda: natural_finding([3, 4], 1, n_replicates=0, rng=1), "n_replicates is 0"),
        (lambda: choose_n_bands([1, 2], n_replicates=0, rng=1), "n_replicates is 0"),
        (lambda: choose_n_bands([1, 2], max_bands=0, rng=1), "max_bands is 0"),
        (lambda: head_tail_bands([1, 1, 2], 3), "the head is one value after 2 bands; ask for at most 2"),
        (lambda: head_tail_bands([1], 0), "n_bands is 0"),
        (lambda: maximum_gap_bands([1, 1], 2), "2 bands are asked of 1 distinct value"),
        (lambda: density_valley_bands([1, 2], 0), "n_bands is 0"),
    ],
)
def test_refusals(call: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        call()


@pytest.mark.data
def test_three_natural_bands_are_not_there_in_the_real_field(data_dir: Path) -> None:
    with gzip.open(data_dir / "catalogue/aa/llms/2026-04-10.json.gz") as file:
        models = json.load(file)["models"]
    scores = [model["evaluations"]["artificial_analysis_coding_index"] for model in models]
    scores = [score for score in scores if score is not None]
    finding = natural_finding(scores, 3, rng=1)
    assert finding.n_values == 352
    assert finding.variance_explained == pytest.approx(0.855, abs=0.0005)
    assert finding.uniform_limit == pytest.approx(0.889, abs=0.0005)
    assert finding.uniform_share > 0.95
    assert finding.sentence.startswith(
        "Three natural bands are not there: they explain 0.855 of the variance of 352 values, a uniform spread 0.889"
    )
    assert choose_n_bands(scores, max_bands=5, rng=1).by_stability == 1
