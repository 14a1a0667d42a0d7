"""Do bounds hold whatever the unseen outcomes are, and are they never narrower than that?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters
from paretocode.evidence.logged import bounded_mean


@given(data=st.data())
def test_every_completion_lies_within_and_the_extreme_ones_touch(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 8))
    column = st.lists(st.integers(0, 3).map(float), min_size=n, max_size=n)
    outcome, unseen = np.array(data.draw(column)), np.array(data.draw(column))
    known = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    clusters = Clusters(of_row=np.arange(n) % 2, n=2, kind="session")
    found = bounded_mean(np.where(known, outcome, np.nan), known, clusters, outcome_range=(0.0, 3.0))
    assert found.low - 1e-12 <= np.where(known, outcome, unseen).mean() <= found.high + 1e-12
    assert found.low == pytest.approx(np.where(known, outcome, 0.0).mean())
    assert found.high == pytest.approx(np.where(known, outcome, 3.0).mean())
    assert 0.0 <= found.low_end <= found.low + 1e-12
    assert found.high - 1e-12 <= found.high_end <= 3.0
    assert found.known_share == known.mean()


def test_the_ends_cover_at_least_as_often_as_stated() -> None:
    """Unseen outcomes are all the worst ones: the truth sits on the lower bound, where covering is hardest."""
    hits = 0
    for world in range(1_000):
        rng = np.random.default_rng([51, world])
        turns = rng.integers(1, 6, size=80)
        of_row = np.repeat(np.arange(80), turns)
        known = (rng.random(80) < 0.7)[of_row]
        level = rng.beta(2.0, 2.0, size=80)[of_row]
        outcome = (rng.random(len(of_row)) < level).astype(np.float64)
        clusters = Clusters(of_row=of_row, n=80, kind="session")
        found = bounded_mean(outcome, known, clusters, outcome_range=(0.0, 1.0))
        hits += found.low_end <= 0.35 <= found.high_end  # 0.7 known with mean 0.5, the rest fail
    assert hits / 1_000 >= 0.95


def test_nothing_known_leaves_the_range() -> None:
    clusters = Clusters(of_row=np.array([0, 1]), n=2, kind="session")
    found = bounded_mean([np.nan, np.nan], np.zeros(2, dtype=np.bool_), clusters, outcome_range=(0.0, 2.0))
    assert (found.known_mean, found.low, found.high, found.low_end, found.high_end) == (None, 0.0, 2.0, 0.0, 2.0)


def test_what_is_refused() -> None:
    clusters, known = Clusters(of_row=np.array([0, 1]), n=2, kind="session"), np.array([True, True])
    with pytest.raises(InputError, match="log: outcome is missing in row 2; fill it, drop the row, or widen"):
        bounded_mean([1.0, np.nan], known, clusters, outcome_range=(0.0, 1.0))
    with pytest.raises(InputError, match="outcome is 3, outside 0 to 1, in row 1"):
        bounded_mean([3.0, 1.0], known, clusters, outcome_range=(0.0, 1.0))
    with pytest.raises(InputError, match="the range of outcomes is 1 to 0; give two finite numbers, the least first"):
        bounded_mean([1.0, 1.0], known, clusters, outcome_range=(1.0, 0.0))
    with pytest.raises(InputError, match="outcome has 3 rows and the log 2"):
        bounded_mean([1.0, 1.0, 1.0], known, clusters, outcome_range=(0.0, 1.0))
