"""What do real prices do to the documented line-up? With and without the rule that 0 is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from paretocode.catalogue import load_bundled
from paretocode.catalogue.history import load_history, read_price_changes
from paretocode.tiermap import documented_pareto_code
from paretocode.tiermap.picks import (
    FixedEdges,
    Flips,
    flips_of,
    hold_picks,
    pass_through,
    picks_of,
    track_of_map,
    track_of_rule,
)

pytestmark = pytest.mark.data

PRICES = "catalogue/openrouter/price_changes_2026-05-17_2026-07-15.csv.gz"


def line_up_flips(path: Path, *, zero_is_missing: bool) -> Flips:
    catalogue = load_bundled()
    history = read_price_changes(path, zero_is_missing=zero_is_missing)
    history = history.with_scores(
        dict(zip(catalogue.model_id, catalogue.coding_score.tolist(), strict=True)), catalogue.score_definition
    )
    return flips_of(picks_of(track_of_map(history, documented_pareto_code(catalogue))))


def test_a_paid_model_at_zero_takes_the_low_tier_for_two_days(data_dir: Path) -> None:
    flips = line_up_flips(data_dir / PRICES, zero_is_missing=False)
    assert flips.by_tier() == {"low": 2, "medium": 0, "high": 0}
    there, back = flips.rows()
    assert (there["date"], there["after"], there["cause"]) == ("2026-05-20", "z-ai/glm-5.1", "price")
    assert there["price_micro_usd"] == [112_000, 0]
    assert (back["date"], back["before"], back["cause"]) == ("2026-05-22", "z-ai/glm-5.1", "price")


def test_linted_nothing_flips(data_dir: Path) -> None:
    assert line_up_flips(data_dir / PRICES, zero_is_missing=True).by_tier() == {"low": 0, "medium": 0, "high": 0}
    history = read_price_changes(data_dir / PRICES)
    assert "z-ai/glm-5.1 is listed at price 0 on 2 of 60 days without being free: taken as missing." in history.notes


def test_hysteresis_and_pass_through_on_the_measured_field(data_dir: Path) -> None:
    folder = data_dir / "catalogue/aa"
    history = load_history(
        folder / "aa_daily_changes_2026-04-10_2026-07-15.csv.gz",
        speeds=folder / "aa_daily_speed_2026-04-10_2026-07-15.csv.gz",
    )
    track = track_of_rule(history, FixedEdges((17.3, 32.6)))
    held = hold_picks(picks_of(track, ranking="throughput"), margin=0.1, days=3)
    assert (held.n_flips_free, held.n_flips_held) == (49, 16)
    assert held.cost.round(3).tolist() == [0.079, 0.002, 0.05]
    cheap = hold_picks(picks_of(track), margin=0.1)
    assert (cheap.n_flips_free, cheap.n_flips_held) == (10, 9)
    assert (cheap.cost < 0.001).all()
    result = pass_through(track)
    assert (len(result), int(result.changes_tier.sum()), int(result.changes_price.sum())) == (471, 415, 5)
    assert int(result.changes_price[~result.at_rebase].sum()) == 2
