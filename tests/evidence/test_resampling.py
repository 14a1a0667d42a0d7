"""Do resamples draw whole clusters, the same however they are cut, and add up exactly?"""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.evidence import Resampling, resampled_totals
from paretocode.evidence import resampling as module
from paretocode.evidence.resampling import limbs_of


def counts_of(resampling: Resampling, kind: type = np.float64) -> np.ndarray:
    return np.concatenate([counts.copy() for _, counts in resampling.blocks(kind)])


def test_a_resample_draws_as_many_clusters_as_there_are() -> None:
    counts = counts_of(Resampling(n_clusters=7, n_replicates=300))
    assert counts.shape == (300, 7)
    assert (counts.sum(axis=1) == 7).all()
    assert (counts == np.floor(counts)).all()
    # Each cluster once on average, with the variance of n draws out of n.
    assert counts.mean(axis=0) == pytest.approx(np.ones(7), abs=5 * np.sqrt(6 / 7 / 300))
    assert counts.var() == pytest.approx(6 / 7, abs=0.1)


@pytest.mark.parametrize("n", [2, 5, 64, 1000])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_blocks_do_not_change_what_is_drawn(n: int, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = counts_of(Resampling(n_clusters=n, n_replicates=101))
    for block, kept in ((1, 1 << 28), (3 * n, 0), (50 * n + 1, 1 << 28)):
        monkeypatch.setattr(module, "_BLOCK_NUMBERS", block)
        monkeypatch.setattr(module, "_MOST_KEPT", kept)
        cut = Resampling(n_clusters=n, n_replicates=101)
        assert len(list(cut.blocks())) > 1
        np.testing.assert_array_equal(counts_of(cut, kind), whole)
        np.testing.assert_array_equal(counts_of(cut, kind), whole)  # and again, from what was kept


def test_the_seed_is_the_resample() -> None:
    one, two, other = (Resampling(n_clusters=50, n_replicates=100, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(counts_of(one), counts_of(two))
    assert (counts_of(one) != counts_of(other)).any()
    assert one == two != other


def test_totals_by_hand() -> None:
    resampling = Resampling(n_clusters=3, n_replicates=100)
    columns = np.array([[1, 10], [2, 20], [4, -40]])
    np.testing.assert_array_equal(resampled_totals(columns, resampling), counts_of(resampling) @ columns)
    half = resampled_totals(columns / 2, resampling)
    np.testing.assert_array_equal(half, counts_of(resampling) @ (columns / 2))


def test_small_columns_share_a_float_and_large_ones_are_cut() -> None:
    small = np.arange(40)[:, None] % 5 + np.zeros((40, 6), dtype=np.int64)  # totals up to 160: 8 bits each
    assert limbs_of(small).parts.shape == (40, 1)
    assert limbs_of(np.full((40, 1), 2**47)).parts.shape == (40, 1)
    assert limbs_of(np.full((40, 1), 2**47 + 1)).parts.shape == (40, 2)
    assert limbs_of(np.zeros((40, 0), dtype=np.int64)).totals(np.ones((3, 40))).shape == (3, 0)


def test_numbers_far_below_nothing_are_cut_too() -> None:
    odd = limbs_of(np.array([[-(2**53) - 1], [1]]))
    assert odd.totals(np.ones((1, 2))).tolist() == [[-(2.0**53)]]
    column = np.array([[-(2**63)], [1]])
    counts = np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0]])
    assert limbs_of(column).totals(counts).ravel().tolist() == [float(-(2**63) + 1), -(2.0**64), 2.0]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Resampling(n_clusters=1), "1 clusters cannot be resampled; give 2 to 134,217,728"),
        (lambda: Resampling(n_clusters=2**27 + 1), "134217729 clusters cannot be resampled"),
        (lambda: Resampling(n_clusters=2, n_replicates=99), "99 replicates say nothing about the ends of an interval"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(make: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        make()  # type: ignore[operator]
