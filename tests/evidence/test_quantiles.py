"""Is a resampled quantile what sorting the resample would give?"""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.evidence import Clusters, QuantileWindow, Resampling
from paretocode.evidence import quantiles as module
from paretocode.evidence.quantiles import quantile_influence_us, quantile_window, resampled_quantiles_us
from paretocode.sim.latency import UNTIMED


def clusters_of(of_row: list[int] | np.ndarray) -> Clusters:
    rows = np.asarray(of_row)
    return Clusters(of_row=rows, n=int(rows.max()) + 1, kind="session")


def drawn_quantiles(window: QuantileWindow, counts: np.ndarray) -> np.ndarray:
    turned = np.ascontiguousarray(counts.T, dtype=np.int16)
    return resampled_quantiles_us(window, counts @ window.n_timed, counts @ window.n_below, turned)


@pytest.mark.parametrize(
    ("per_mille", "quantile"), [(1, 10), (250, 10), (251, 20), (500, 20), (501, 30), (750, 30), (950, 40), (999, 40)]
)
def test_a_quantile_is_the_order_statistic(per_mille: int, quantile: int) -> None:
    times = np.array([30, UNTIMED, 10, 40, 20, UNTIMED])
    window = quantile_window(times, clusters_of([0, 0, 0, 1, 1, 1]), per_mille=per_mille)
    assert window.point_us == quantile
    assert (window.n_timed.tolist(), window.sum_us.tolist()) == ([2, 2], [40, 60])


def test_the_window_is_the_sorted_middle_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LEAST", 2)
    monkeypatch.setattr(module, "_WIDTH", 0.0)
    times = np.array([5, 5, 1, 9, 5, 7, 5, 8, 3, 5])
    owner = np.array([0, 1, 0, 1, 1, 0, 0, 1, 1, 0])
    window = quantile_window(times, clusters_of(owner), per_mille=500)
    # Sorted: 1 3 5 5 | 5 5 5 7 .. with the 5th smallest in the middle of ranks 3..7; equals keep the order of rows.
    assert (window.time_us.tolist(), window.place, window.point_us) == ([5, 5, 5, 5, 5], 2, 5)
    assert window.cluster.tolist() == [0, 1, 1, 0, 0]
    assert window.n_below.tolist() == [1, 1]
    assert window.n_up_to.tolist() == [4, 3]


def test_a_resample_outside_the_window_is_undefined_and_never_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LEAST", 1)
    monkeypatch.setattr(module, "_WIDTH", 0.0)
    window = quantile_window(np.arange(30), clusters_of(np.arange(30) // 10), per_mille=500)
    assert window.time_us.tolist() == [13, 14, 15]
    counts = np.array([[1, 1, 1], [3, 0, 0], [0, 0, 3], [0, 3, 0]], dtype=np.float64)
    np.testing.assert_array_equal(drawn_quantiles(window, counts), [14, np.nan, np.nan, 14])


def test_resamples_of_long_windows_cross_stretches() -> None:
    rng = np.random.default_rng(1)
    owner = np.sort(rng.integers(0, 300, 4000))
    times = rng.integers(0, 900, 4000) + 400 * (owner % 7)
    clusters = clusters_of(np.unique(owner, return_inverse=True)[1])
    resampling = Resampling(n_clusters=clusters.n, n_replicates=100)
    (counts,) = [counts.copy() for _, counts in resampling.blocks()]
    for per_mille in (500, 950, 990):
        window = quantile_window(times, clusters, per_mille=per_mille)
        assert len(window.time_us) > 129 or per_mille == 990  # more than one stretch
        found = drawn_quantiles(window, counts)
        for r in range(100):
            drawn = np.sort(np.repeat(times, counts[r][clusters.of_row].astype(int)))
            assert found[r] == drawn[-(-len(drawn) * per_mille // 1000) - 1]


def test_a_resample_without_times_is_undefined() -> None:
    window = quantile_window(np.array([5, UNTIMED]), clusters_of([0, 1]), per_mille=500)
    np.testing.assert_array_equal(drawn_quantiles(window, np.array([[0.0, 2.0], [1.0, 1.0]])), [np.nan, 5])


def test_the_influence_gives_the_standard_error_that_resamples_have() -> None:
    rng = np.random.default_rng(2)
    owner = np.repeat(np.arange(400), 10)
    times = np.rint(1e6 * rng.lognormal(0.4 * rng.standard_normal(400)[owner], 0.5)).astype(np.int64)
    clusters = clusters_of(owner)
    counts = np.concatenate([c.copy() for _, c in Resampling(n_clusters=400, n_replicates=2000).blocks()])
    for per_mille in (500, 950):
        window = quantile_window(times, clusters, per_mille=per_mille)
        influence = quantile_influence_us(window)
        assert influence.sum() == pytest.approx(0, abs=1e-3)
        analytic = np.sqrt((influence**2).sum() * 400 / 399)
        assert analytic == pytest.approx(drawn_quantiles(window, counts).std(), rel=0.15)


def test_equal_times_have_no_influence() -> None:
    window = quantile_window(np.full(12, 7), clusters_of(np.arange(12) // 3), per_mille=950)
    assert quantile_influence_us(window).tolist() == [0, 0, 0, 0]
    assert (window.point_us, window.us_per_time) == (7, 0)


def test_a_plateau_of_equal_times_is_looked_past() -> None:
    times = np.array([0] * 5 + [50] * 2000 + [100] * 5)
    window = quantile_window(times, clusters_of(np.arange(2010) % 400), per_mille=500)
    assert window.us_per_time >= 0
    wide = np.array([0] * 100 + [50] * 300 + [100] * 100)
    assert quantile_window(wide, clusters_of(np.arange(500) % 5), per_mille=210).us_per_time > 0


def test_no_known_time_is_refused() -> None:
    with pytest.raises(InputError, match="no request has a known time; leave the latency measures out"):
        quantile_window(np.full(3, UNTIMED), clusters_of([0, 1, 1]), per_mille=500)


def test_the_last_of_the_times_has_nothing_above_it_to_tell_how_sure_it_is() -> None:
    clusters = Clusters(of_row=np.arange(12), n=12, kind="session")
    window = quantile_window(np.arange(1, 13) * 1000, clusters, per_mille=950)  # the twelfth of twelve
    assert window.point_us == 12_000
    assert np.isnan(quantile_influence_us(window)).all()
    assert (quantile_influence_us(quantile_window(np.full(12, 7), clusters, per_mille=950)) == 0).all()
