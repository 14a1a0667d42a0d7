"""How sure memberships are, by hand and on the 13 models whose tiers were listed without edges."""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.bands import assign_bands, band_probabilities, edges_of_listed_bands, inverted_pairs
from paretocode.catalogue import load_bundled
from paretocode.errors import InputError

NAN = float("nan")
TIERS = ("low", "medium", "high")


def test_probabilities_by_hand() -> None:
    found = band_probabilities([50.0, 55.0, 50.0], [5.0, 5.0, 0.0], [50.0, 60.0])
    assert found[0] == pytest.approx([0.5, 0.477250, 0.022750], abs=1e-6)
    assert found[1] == pytest.approx([0.158655, 0.682689, 0.158655], abs=1e-6)
    assert found[2].tolist() == [0, 1, 0]  # exactly on an edge: the band above
    assert band_probabilities([1.0, 2.0], [NAN, 1.0], []).tolist() == [[1.0], [1.0]]


def test_the_thirteen_models_and_their_listed_tiers() -> None:
    catalogue = load_bundled()
    listed = np.array([TIERS.index(tier) for tier in catalogue.listed_tier])
    pairs = inverted_pairs(catalogue.coding_score, catalogue.coding_score_se, listed)
    assert (pairs.n_pairs, len(pairs.pairs)) == (56, 5)
    assert pairs.expected == pytest.approx(10.48, abs=0.01)
    edges = edges_of_listed_bands(catalogue.coding_score, listed)
    assert edges == pytest.approx((46.325, 53.49))
    assert int((assign_bands(catalogue.coding_score, edges) == listed).sum()) == 11
    chance = band_probabilities(catalogue.coding_score, catalogue.coding_score_se, edges)[np.arange(13), listed]
    by_model = dict(zip((key.partition("@")[0] for key in catalogue.keys), chance.tolist(), strict=True))
    assert by_model["openai/gpt-5.5"] == pytest.approx(0.858, abs=1e-3)
    assert by_model["deepseek/deepseek-v4-pro"] == pytest.approx(0.130, abs=1e-3)  # listed high, scores medium
    assert by_model["x-ai/grok-4.3"] == pytest.approx(0.147, abs=1e-3)  # listed medium, scores low
    assert by_model["moonshotai/kimi-k2.6"] == pytest.approx(0.444, abs=1e-3)
    assert chance.sum() == pytest.approx(7.72, abs=0.01)


def test_equal_values_are_not_inverted() -> None:
    found = inverted_pairs([5, 5, 4], [NAN, 0, 3], [0, 1, 1])
    assert found.pairs == ((0, 2),)
    assert found.expected == pytest.approx(0.630559, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: edges_of_listed_bands([1, 2], [0, 2]), "band 1 is not listed"),
        (lambda: edges_of_listed_bands([1, 1], [0, 1]), "not two different values"),
        (lambda: edges_of_listed_bands([1, 5, 2], [0, 1, 2]), "edges of the listed bands has 1.5 twice"),
        (lambda: band_probabilities([1], [-1], [0]), "standard_errors is -1.0"),
        (lambda: band_probabilities([1], [1], [2, 1]), "edges has 2 before 1"),
        (lambda: inverted_pairs([1], [1], [-1]), "listed_band is -1"),
    ],
)
def test_refusals(call: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        call()
