"""Does the Brier score come apart without a rest, and do bins hold what they say?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters
from paretocode.evidence.outcomes import calibration
from paretocode.evidence.proportions import clopper_pearson_intervals

pairs = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), st.booleans()), min_size=1, max_size=20)
kinds = st.sampled_from(["equal-width", "equal-count"])


@given(pairs, st.integers(1, 12), kinds)
def test_the_parts_add_up_to_the_brier_score(rows: list[tuple[float, bool]], n_bins: int, bins: str) -> None:
    f, o = [p for p, _ in rows], [h for _, h in rows]
    found = calibration(f, o, n_bins=min(n_bins, len(rows)), bins=bins)  # type: ignore[arg-type]
    assert found.brier == pytest.approx(np.mean([(p - h) ** 2 for p, h in rows]))
    parts = found.reliability - found.resolution + found.uncertainty + found.within_bins
    assert parts == pytest.approx(found.brier)
    assert found.n_in_bin.sum() == len(rows)
    ece = 0.0
    for b in range(len(found.n_in_bin)):
        low, high, is_last = found.bin_low[b], found.bin_high[b], b == len(found.n_in_bin) - 1
        inside = [(p, h) for p, h in rows if low <= p < high or (is_last and p == high)]
        assert len(inside) == found.n_in_bin[b]
        assert found.predicted[b] == pytest.approx(np.mean([p for p, _ in inside]))
        assert found.observed[b] == pytest.approx(np.mean([h for _, h in inside]))
        ece += len(inside) / len(rows) * abs(found.predicted[b] - found.observed[b])
        exact = clopper_pearson_intervals([sum(h for _, h in inside)], [len(inside)])
        assert found.intervals.low[b] == exact.low[0]
    assert found.ece == pytest.approx(ece)


def test_equal_counts_are_equal_where_nothing_ties() -> None:
    f = np.arange(20) / 20
    found = calibration(f, f > 0.5, n_bins=4, bins="equal-count")
    assert found.n_in_bin.tolist() == [5, 5, 5, 5]


def test_clusters_widen_the_bins() -> None:
    f, o = np.full(24, 0.6), np.repeat([1, 1, 0, 1, 0, 1, 1, 1], 3)
    clusters = Clusters(of_row=np.repeat(np.arange(8), 3), n=8, kind="question")
    plain, wide = calibration(f, o, n_bins=5), calibration(f, o, n_bins=5, clusters=clusters)
    assert wide.intervals.low[0] < plain.intervals.low[0]
    assert wide.intervals.high[0] > plain.intervals.high[0]
    assert wide.ece == plain.ece


@pytest.mark.parametrize(
    ("f", "o", "n_bins", "bins", "sentence"),
    [
        ([], [], 1, "equal-width", "there is no prediction"),
        ([0.5, 1.2], [0, 1], 1, "equal-width", "predicted is 1.2 in row 2"),
        ([0.5, -0.1], [0, 1], 1, "equal-width", "predicted is -0.1 in row 2"),
        ([0.5, float("nan")], [0, 1], 1, "equal-width", "predicted is nan in row 2"),
        ([0.5, 0.5], [0, 0.5], 1, "equal-width", "happened is 0.5 in row 2"),
        ([0.5], [0, 1], 1, "equal-width", "rows"),
        ([0.5, 0.5], [0, 1], 3, "equal-width", "n_bins is 3 for 2 predictions"),
        ([0.5, 0.5], [0, 1], 0, "equal-width", "n_bins is 0"),
        ([0.5, 0.5], [0, 1], 1, "by feeling", "bins is 'by feeling'"),
    ],
)
def test_refusals(f: list[float], o: list[float], n_bins: int, bins: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        calibration(f, o, n_bins=n_bins, bins=bins)  # type: ignore[arg-type]
