"""Does the date follow from the rule, and is nothing extrapolated that was not seen?"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import linregress, poisson, t

from catalogue_history.worlds import history_of
from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.catalogue.history import load_history
from paretocode.errors import InputError
from paretocode.evidence.drift import (
    DatedMetric,
    ExpiryReason,
    dated_metric,
    earliest,
    expiry_of_metric,
    expiry_of_picks,
    metric_by_catalogue,
    metric_by_stream,
)
from paretocode.sim import measure, replay
from paretocode.stream import synthesise
from paretocode.tiermap import documented_pareto_code
from paretocode.tiermap.picks import FixedEdges, Flips, flips_of, picks_of, track_of_rule

MODELS = load_bundled()
SCALE = PercentileScale(field=tuple(MODELS.coding_score))
MAP = documented_pareto_code(MODELS)


def weekly(values: list[float], errors: list[float] | None = None) -> DatedMetric:
    dates = np.datetime64("2026-01-01") + 7 * np.arange(len(values))
    return dated_metric("cost_usd_per_krequest", list(dates), values, errors)


@given(
    values=st.lists(st.integers(0, 5).map(float), min_size=3, max_size=8), tolerance=st.sampled_from([0.5, 2.0, 9.0])
)
def test_the_day_is_that_of_the_regression(values: list[float], tolerance: float) -> None:
    series = weekly(values)
    fit = linregress(series.days, values)
    found = expiry_of_metric(series, tolerance=tolerance)
    assert found.numbers["rate_per_day"] == pytest.approx(fit.slope, abs=1e-12)
    assert found.numbers["rate_standard_error"] == pytest.approx(0.0 if len(set(values)) == 1 else fit.stderr, abs=1e-9)
    error = 0.0 if len(set(values)) == 1 else fit.stderr  # scipy has no error for a constant
    worst = abs(fit.slope) + t.ppf(0.975, len(values) - 2) * error
    horizon = int(2 * series.days[-1])
    days = [day for day in range(horizon + 1) if worst * day > tolerance * (1 + 1e-9)]
    expected = days[0] if days else horizon
    assert found.expires_on == str(np.datetime64("2026-01-01") + expected)
    assert (found.reason is ExpiryReason.HORIZON) == (not days)


def test_the_interval_of_the_rate_covers() -> None:
    hits, truth = 0, 0.05
    for world in range(1_000):
        rng = np.random.default_rng([31, world])
        noise = rng.uniform(0.5, 1.5, size=8)
        series = weekly((10 + truth * 7 * np.arange(8) + noise * rng.standard_normal(8)).tolist())
        found = expiry_of_metric(series, tolerance=1.0).numbers
        half = t.ppf(0.975, 6) * found["rate_standard_error"]
        hits += abs(found["rate_per_day"] - truth) <= half
    assert 0.93 <= hits / 1_000 <= 0.97


def test_stated_errors_can_only_bring_the_day_nearer() -> None:
    line = [10.0, 10.7, 11.4, 12.1]
    exact, unsure = (
        expiry_of_metric(weekly(line), tolerance=3.0),
        expiry_of_metric(weekly(line, [0.5] * 4), tolerance=3.0),
    )
    assert exact.expires_on == "2026-02-01"  # 0.1 a day: 30 days keep to 3.0, the 31st does not
    assert unsure.expires_on < exact.expires_on


def test_a_drift_that_has_left_is_past() -> None:
    found = expiry_of_metric(weekly([10.0, 12.0, 14.0]), tolerance=1.0)
    assert (found.reason, found.expires_on) == (ExpiryReason.PAST, "2026-01-05")


def test_a_random_walk_is_less_sure_than_a_trend_through_it() -> None:
    values = [10.0, 10.0, 10.5, 10.5, 10.5, 11.0, 11.0]
    walk, trend = (
        expiry_of_metric(weekly(values), tolerance=2.5, errors=errors) for errors in ("cumulative", "independent")
    )
    assert walk.expires_on < trend.expires_on
    assert walk.numbers["rate_per_day"] == pytest.approx(1 / 42)


def walk_interval(values: Sequence[float], gap: float, ahead: float) -> tuple[float, float]:
    """Centre and half of the 95 % interval of the drift `ahead` days after the last of dates `gap` days apart."""
    total, n = gap * (len(values) - 1), len(values) - 1
    rate = (values[-1] - values[0]) / total
    spread = np.sqrt(
        sum((right - left - rate * gap) ** 2 / gap for left, right in itertools.pairwise(values)) / (n - 1)
    )
    half = t.ppf(0.975, n - 1) * spread * np.sqrt(ahead + ahead**2 / total)
    return values[-1] - values[0] + rate * ahead, float(half)


@given(
    values=st.lists(st.integers(0, 5).map(float), min_size=3, max_size=6), tolerance=st.sampled_from([2.5, 6.5, 20.5])
)
def test_the_day_is_that_of_the_walk(values: list[float], tolerance: float) -> None:
    found = expiry_of_metric(weekly(values), tolerance=tolerance, errors="cumulative")
    last = 7 * (len(values) - 1)
    intervals = {day: walk_interval(values, 7.0, day - last) for day in range(last, 2 * last + 1)}
    outside = [day for day, (centre, half) in intervals.items() if abs(centre) + half > tolerance]
    assert found.expires_on == str(np.datetime64("2026-01-01") + (outside[0] if outside else 2 * last))
    expected = ExpiryReason.HORIZON if not outside else ExpiryReason.PAST if outside[0] == last else ExpiryReason.DRIFT
    assert found.reason is expected


def test_the_interval_of_a_random_walk_covers() -> None:
    hits = 0
    for world in range(2_000):
        path = np.cumsum(np.random.default_rng([32, world]).standard_normal(13) + 0.1)
        centre, half = walk_interval(path[:10].tolist(), 1.0, 3.0)
        hits += abs(path[12] - path[0] - centre) <= half
    assert 0.93 <= hits / 2_000 <= 0.97


def flips_of_prices(prompt: Sequence[Sequence[float]]) -> Flips:
    history = history_of([[30.0, 30.0]] * len(prompt), prompt=[list(day) for day in prompt])
    return flips_of(picks_of(track_of_rule(history, FixedEdges((20.0,)))))


def test_the_rate_of_flips_is_bounded_exactly() -> None:
    flips = flips_of_prices([[1, 2], [2, 1], [1, 2], *([[1, 2]] * 98)])
    found = expiry_of_picks(flips, least_unflipped=0.5).numbers
    assert (found["n_flips"], found["observed_days"]) == (2.0, 100.0)
    # Garwood's bound: at it, two flips or fewer in 100 days have a probability of 5 %.
    assert poisson.cdf(2, found["rate_per_day_at_most"] * 100) == pytest.approx(0.05)


def test_the_bound_of_the_rate_covers() -> None:
    rng = np.random.default_rng(33)
    flips = poisson.rvs(4.0, size=2_000, random_state=rng)
    bound = {k: _bound(int(k)) for k in np.unique(flips)}
    covered = np.mean([bound[k] >= 4.0 for k in flips])
    assert covered >= 0.95  # discrete: never below its level


def _bound(n_flips: int) -> float:
    prompt = [[1, 2] if day % 2 == 0 or day > n_flips else [2, 1] for day in range(n_flips + 1)]
    flips = flips_of_prices([*prompt, *([prompt[-1]] * 30)])
    found = expiry_of_picks(flips).numbers
    assert found["n_flips"] == n_flips
    return found["rate_per_day_at_most"] * found["observed_days"]


def test_no_flip_is_the_rule_of_three_and_no_day_lies_beyond_the_horizon() -> None:
    flips = flips_of_prices([[1, 2]] * 11)
    found = expiry_of_picks(flips, least_unflipped=0.01)
    assert found.numbers["rate_per_day_at_most"] == pytest.approx(3.0 / 10, rel=0.002)
    assert (found.expires_on, found.reason) == ("2026-01-21", ExpiryReason.HORIZON)
    assert expiry_of_picks(flips_of_prices([[1, 2], [2, 1]] * 4), causes=["exit"]).numbers["n_flips"] == 0.0


def test_a_metric_by_date_is_that_of_the_replay() -> None:
    streams = [synthesise("chat", n_sessions=25, rng=seed) for seed in (1, 2, 3)]
    days = ["2026-01-01", "2026-01-08", "2026-01-15"]
    series = metric_by_stream(zip(days, streams, strict=True), MAP, MODELS, metric="cost_usd_per_krequest", scale=SCALE)
    known = [measure(replay(stream, MAP, MODELS), scale=SCALE).cost_usd_per_krequest for stream in streams]
    assert series.values.tolist() == pytest.approx(known)
    assert series.standard_errors is not None
    assert (series.standard_errors > 0).all()
    dearer = [MODELS.replace(prompt_usd_per_mtok=MODELS.prompt_usd_per_mtok * factor) for factor in (1.0, 1.1, 1.2)]
    prices = metric_by_catalogue(
        list(zip(days, dearer, strict=True)), MAP, streams[0], metric="cost_usd_per_krequest", scale=SCALE
    )
    assert (np.diff(prices.values) > 0).all()
    first = earliest(
        [expiry_of_metric(prices, tolerance=1.0, errors="cumulative"), expiry_of_metric(series, tolerance=1.0)]
    )
    json.dumps(first.to_dict(), allow_nan=False)


def test_one_date_is_refused() -> None:
    with pytest.raises(InputError, match="is known on 1 date; give three or more: one date shows no rate"):
        expiry_of_metric(weekly([1.0]), tolerance=1.0)
    with pytest.raises(InputError, match="is known on 2 dates"):
        expiry_of_metric(weekly([1.0, 2.0]), tolerance=1.0)
    with pytest.raises(InputError, match="the history has one date"):
        expiry_of_picks(flips_of_prices([[1, 2]]))


def test_what_else_is_refused() -> None:
    with pytest.raises(InputError, match="the tolerance is 0; give a finite number above 0"):
        expiry_of_metric(weekly([1.0, 2.0, 3.0]), tolerance=0)
    with pytest.raises(InputError, match="errors is 'none'; use one of independent, cumulative"):
        expiry_of_metric(weekly([1.0, 2.0, 3.0]), tolerance=1, errors="none")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="the days are not in order"):
        dated_metric("x", ["2026-01-02", "2026-01-01"], [1.0, 2.0])
    with pytest.raises(InputError, match="history of x: 'yesterday' is not a date"):
        dated_metric("x", ["yesterday"], [1.0])
    with pytest.raises(InputError, match="x is nan in row 2"):
        dated_metric("x", ["2026-01-01", "2026-01-02"], [1.0, float("nan")])
    with pytest.raises(InputError, match="'mood' is no cause of a flip"):
        expiry_of_picks(flips_of_prices([[1, 2], [2, 1]]), causes=["mood"])
    with pytest.raises(InputError, match="no expiry is given"):
        earliest([])


@pytest.mark.data
def test_the_cheapest_pick_of_the_real_catalogue_does_not_keep_for_a_fortnight(data_dir: Path) -> None:
    """Data (c) Artificial Analysis (https://artificialanalysis.ai)."""
    history = load_history(data_dir / "catalogue/aa/aa_daily_changes_2026-04-10_2026-07-15.csv.gz")
    inside = history.between("2026-04-10", "2026-06-17")
    flips = flips_of(picks_of(track_of_rule(inside, FixedEdges((17.3, 32.6)))))
    found = expiry_of_picks(flips, least_unflipped=0.5)
    assert found.numbers["n_flips"] == len(flips)
    assert found.reason is ExpiryReason.DRIFT
    assert "2026-06-17" < found.expires_on < "2026-07-01"
