"""Is the frontier of all days at once the frontier of each day, and the hypervolume the area from one reference?"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from catalogue_history.worlds import NAN, histories, history_of
from paretocode.catalogue.history import History, load_history
from paretocode.errors import InputError
from paretocode.frontier import frontier_mask
from paretocode.frontier.through_time import frontier_through_time


def test_an_area_by_hand() -> None:
    history = history_of([[10, 30, 20], [10, 30, 20]], prompt=[[1, 10, 10], [1, 1, 100]])
    series = frontier_through_time(history, price_metric="prompt", reference=(100, 0))
    assert series.on_frontier.tolist() == [[True, True, False], [False, True, False]]
    assert series.hypervolume.tolist() == pytest.approx([2 * 10 + 1 * 20, 2 * 30])
    assert series.moves() == [("2026-01-02", (), ("a",))]
    assert "reference 100 USD per million tokens and score 0" in series.reference_line


def test_the_reference_is_one_for_all_days() -> None:
    history = history_of([[10], [10]], prompt=[[10], [1]])
    series = frontier_through_time(history, price_metric="prompt")
    assert series.reference_usd_per_mtok == 10
    assert series.hypervolume.tolist() == pytest.approx([0, 10])


def test_what_does_not_beat_the_reference_covers_nothing() -> None:
    history = history_of([[10, 50, 40]], prompt=[[1, 1000, NAN]])
    assert frontier_through_time(history, price_metric="prompt", reference=(100, 20)).hypervolume.tolist() == [0]
    assert frontier_through_time(history, price_metric="prompt").n_compared.tolist() == [2]
    for reference in ((0, 0), (math.inf, 0), (1, math.nan)):
        with pytest.raises(InputError, match="the reference is"):
            frontier_through_time(history, reference=reference)


@given(histories())
def test_each_day_is_the_scan_and_the_area_of_its_own(history: History) -> None:
    series = frontier_through_time(history, price_metric="prompt", reference=(8.0, 5.0))
    coding, prompt = history.numbers["coding_score"], history.numbers["prompt_usd_per_mtok"]
    for day in range(history.n_days):
        rows = np.flatnonzero(~np.isnan(coding[day]) & ~np.isnan(prompt[day]))
        mask = frontier_mask(prompt[day, rows], coding[day, rows])
        assert np.flatnonzero(series.on_frontier[day]).tolist() == rows[mask].tolist()
        # Riemann sum over the unit cells of a grid on which all prices (powers of two) and scores lie.
        area = 0.0
        for exponent in range(3):
            reached = [coding[day, i] for i in rows if prompt[day, i] <= 2**exponent]
            area += max(max(reached, default=5.0) - 5.0, 0.0) * math.log10(2)
        assert series.hypervolume[day] == pytest.approx(area)


@pytest.mark.data
def test_the_real_frontier_moves_and_prints_its_reference(data_dir: Path) -> None:
    history = load_history(data_dir / "catalogue/aa/aa_daily_changes_2026-04-10_2026-07-15.csv.gz")
    series = frontier_through_time(history, reference=(100, 0))
    inside = series.hypervolume[: history.day_index("2026-06-17") + 1]
    assert (np.diff(inside) >= -2).all()  # inside one version it hardly ever falls
    assert series.hypervolume[-1] != inside[-1]
    assert series.on_frontier.any(axis=1).all()
