"""A timeline from a history: whose numbers count when, what is filled, and what real prices did to real picks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from oracles.slow_motion import slow_motion, slow_motion_bill
from paretocode.catalogue import Catalogue, PriceStep, load_bundled
from paretocode.catalogue.history import History, history_of_catalogues, read_price_changes
from paretocode.errors import InputError
from paretocode.sim import PrefixCache
from paretocode.sim.motion import (
    catalogue_jumps,
    jump_causes,
    motion_effect,
    moving_plan,
    replay_in_motion,
    timeline_of,
)
from paretocode.stream import synthesise
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import Policy, Tier, TierMap, documented_pareto_code
from paretocode.tiermap.picks import picks_of, track_of_map
from strategies import catalogue_of

NAN = float("nan")
SECOND = 1_000_000
DAY = 86_400


def two(*, a: float = 1.0, b: float = 2.0, **more: list[float]) -> Catalogue:
    """Models a and b at prompt prices; NaN takes a model off the market."""
    gone = [np.isnan(price) for price in (a, b)]
    columns: dict[str, list[object]] = {
        "model_id": ["a", "b"],
        "prompt_usd_per_mtok": [a, b],
        "completion_usd_per_mtok": [NAN if off else 0.5 for off in gone],
        "context_tokens": [NAN if off else 1e6 for off in gone],
    }
    return catalogue_of({**columns, **more})  # type: ignore[dict-item]


def one_tier() -> TierMap:
    return TierMap(
        name="one", tiers=(Tier(name="all", models=("a", "b")),), request_edges_ppm=(), score_edges_milli=None,
        default_tier="all", policy=Policy(), score_definition="test-1",
    )  # fmt: skip


def history(*days: tuple[str, Catalogue], cadence: str = "day") -> History:
    made = history_of_catalogues(days)
    return made if cadence == "day" else History(
        **{name: getattr(made, name) for name in made.__dataclass_fields__} | {"cadence": cadence}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("origin", "hours"),
    [
        ("2026-06-01", 24),
        (date(2026, 6, 1), 24),
        (datetime(2026, 6, 1, 6, tzinfo=UTC), 18),
        (datetime(2026, 6, 1, 6, tzinfo=timezone(timedelta(hours=2))), 20),
        ("2026-06-01T06:00+02:00", 20),
    ],
)
def test_an_origin_is_a_moment_in_utc(origin: str | date, hours: int) -> None:
    made = timeline_of(history(("2026-06-02", two())), one_tier(), origin=origin)
    assert made.starts_us.tolist() == [hours * 3600 * SECOND]


def test_equal_entries_are_one_epoch_and_days_can_be_chosen() -> None:
    days = history(
        ("2026-06-01", two()), ("2026-06-02", two()), ("2026-06-05", two(a=3.0)), ("2026-06-06", two()),
        ("2026-06-07", two(b=9.0)),
    )  # fmt: skip
    made = timeline_of(days, one_tier(), origin="2026-06-01")
    assert (made.starts_us / SECOND / DAY).tolist() == [0, 4, 5, 6]
    assert made.end_us == 7 * DAY * SECOND
    assert made.notes == ("2026-06-03 to 2026-06-04: the history has no entry; the one before holds.",)
    some = timeline_of(days, one_tier(), origin="2026-06-01", first="2026-06-04", last="2026-06-05")
    assert [c.as_of for c in some.catalogues] == ["2026-06-02", "2026-06-05"]  # the entry in force on the 4th
    assert some.end_us == 5 * DAY * SECOND
    held = timeline_of(days, one_tier(), origin="2026-06-01", last="2026-06-04")
    assert held.end_us == 4 * DAY * SECOND  # the entry of the 2nd is known to hold that long
    assert timeline_of(days, one_tier(), origin="2026-06-01", last="2026-07-30").end_us == 7 * DAY * SECOND


def test_a_monthly_history_holds_to_the_end_of_its_month() -> None:
    days = history(("2026-06-03", two()), ("2026-07-09", two(a=3.0)), cadence="month")
    made = timeline_of(days, one_tier(), origin="2026-07-01")
    assert (made.starts_us / SECOND / DAY).tolist() == [-28, 8]
    assert made.end_us == 31 * DAY * SECOND


def test_models_go_by_their_key_or_their_id_or_a_name_that_is_given() -> None:
    plain = two().replace(effort=("low", ""))
    tier_map = TierMap(
        name="m", tiers=(Tier(name="all", models=("a@low", "a@high", "c", "ghost")),), request_edges_ppm=(),
        score_edges_milli=None, default_tier="all", policy=Policy(), score_definition="test-1",
    )  # fmt: skip
    made = timeline_of(history(("2026-06-01", two())), tier_map, origin="2026-06-01", keys={"c": "b"})
    assert made.keys == ("a@low", "a@high", "c", "ghost")
    assert made.catalogues[0].effort == ("low", "high", "", "")
    assert made.catalogues[0].prompt_usd_per_mtok[:3].tolist() == [1.0, 1.0, 2.0]
    assert not made.catalogues[0].has_price[3]
    assert made.notes == ("ghost is not in the history: it is never on offer.",)
    own = timeline_of(history(("2026-06-01", plain)), tier_map, origin="2026-06-01")
    assert own.catalogues[0].has_price.tolist() == [True, False, False, False]


def test_what_a_history_does_not_carry_is_filled_and_named() -> None:
    step = PriceStep(model_index=1, min_prompt_tokens=9, prompt_usd_per_mtok=8.0)
    base = two(cache_read_usd_per_mtok=[0.25, 0.5], coding_score=[30.0, 40.0], tps=[50.0, 60.0])
    base = base.replace(as_of="2026-05-29", price_steps=(step,))
    bare = two(a=3.0).replace(context_tokens=[NAN, NAN])
    some = two(a=4.0, cache_read_usd_per_mtok=[0.1, NAN]).replace(context_tokens=[5000.0, NAN])
    whole = history(("2026-06-01", bare), ("2026-06-02", some))
    days = History(**{name: getattr(whole, name) for name in whole.__dataclass_fields__} | {"snapshots": ()})
    made = timeline_of(days, one_tier(), origin="2026-06-01", fill_from=base)
    first, second = made.catalogues
    assert first.context_tokens.tolist() == [1e6, 1e6]
    assert first.cache_read_usd_per_mtok.tolist() == [0.25, 0.5]
    assert first.prompt_usd_per_mtok.tolist() == [3.0, 2.0]
    assert first.throughput_milli_tps.tolist() == [50_000, 60_000]
    assert first.coding_score.tolist() == [30.0, 40.0]
    # The second day carries windows and cache prices, so what it leaves out is not there.
    assert second.context_tokens[0] == 5000
    assert np.isnan(second.context_tokens[1])
    assert np.isnan(second.cache_read_usd_per_mtok[1])
    assert [step.prompt_usd_per_mtok for step in second.price_steps] == [8.0]
    named = "comes from the catalogue of 2026-05-29 given to fill from"
    assert set(made.notes) == {
        f"context_tokens {named} in 1 of 2 entries.",
        f"cache_read_usd_per_mtok {named} in 1 of 2 entries.",
        f"cache_write_usd_per_mtok {named} in 2 of 2 entries.",
        f"coding_score {named} in 2 of 2 entries.",
        f"throughput_tps {named} in 2 of 2 entries.",
        f"ttft_s {named} in 2 of 2 entries.",
        "long-context prices come from the catalogue of 2026-05-29 given to fill from in all entries and stand still.",
    }
    unfilled = timeline_of(days, one_tier(), origin="2026-06-01")
    assert "b never has both prices and a context window: it can serve nothing." in unfilled.notes


def test_a_history_of_whole_catalogues_keeps_speeds_and_long_context_prices() -> None:
    step = PriceStep(model_index=1, min_prompt_tokens=9, prompt_usd_per_mtok=8.0)
    tps = np.array([[90.0, 70, 50, 40, 30, 20, 10], [9, 7, 5, 4, 3, 2, 1]])
    day = two().replace(price_steps=(step,), throughput_tps=tps)
    (made,) = timeline_of(history(("2026-06-01", day)), one_tier(), origin="2026-06-01").catalogues
    assert made.throughput_tps.tolist() == tps.tolist()
    assert made.price_steps == (step,)


def test_what_timeline_of_refuses() -> None:
    days = history(("2026-06-01", two()), ("2026-06-02", two(coding_score=[1.0, 2.0])))
    for message, options in {
        "'June' is not a moment": {"origin": "June"},
        "keys names 'x', which is no model of it": {"keys": {"x": "a"}},
        "model 'x' is in none of the 2 days": {"keys": {"a": "x"}},
        "the history lists none of the models": {"models": ["x", "y"]},
        "the first day 2026-06-02 lies after the last day 2026-06-01": {"first": "2026-06-02", "last": "2026-06-01"},
        "lies before the first day": {"first": "2026-05-01"},
    }.items():
        with pytest.raises(InputError, match=message):
            timeline_of(days, one_tier(), **{"origin": "2026-06-01", **options})  # type: ignore[arg-type]
    other = history(("2026-06-01", two(coding_score=[1.0, 2.0])), ("2026-06-02", two().replace(
        coding_score=[1.0, 3.0], score_definition="test-2")))  # fmt: skip
    with pytest.raises(InputError, match=r"catalogue 2 \(2026-06-02\): it scores 'test-2' and the first one 'test-1'"):
        timeline_of(other, one_tier(), origin="2026-06-01")


def test_an_unlinted_price_of_zero_is_refused_with_its_day() -> None:
    numbers = {name: np.array([[0.0]]) for name in ("prompt_usd_per_mtok", "completion_usd_per_mtok")}
    days = History(
        dates=np.array(["2026-05-20"], dtype="datetime64[D]"), keys=("a",), names=("a",),
        is_listed=np.array([[True]]), is_free=np.array([[False]]), numbers=numbers, score_definitions=("",),
    )  # fmt: skip
    with pytest.raises(InputError, match="history, 2026-05-20: prompt_usd_per_mtok of 'a' is 0 though"):
        timeline_of(days, one_tier(), origin="2026-05-20")


PRICES = "catalogue/openrouter/price_changes_2026-05-17_2026-07-15.csv.gz"
FLIPS = {"prompt": [0, 0, 0], "completion": [0, 0, 0], "blend_3_1": [0, 0, 0], "blend_7_2_1": [0, 7, 0]}


@pytest.fixture(scope="module")
def prices(data_dir: Path) -> History:
    return read_price_changes(data_dir / PRICES)


@pytest.fixture(scope="module")
def month() -> RequestStream:
    """20,000 requests of coding agents over four weeks, all of them at the medium tier."""
    stream = synthesise("coding_agent", n_requests=20_000, parameters={"sessions_per_hour": 0.5}, rng=7)
    n = len(stream)
    return stream.replace(min_score_ppm=np.full(n, 500_000), is_omitted=np.zeros(n, dtype=np.bool_))


@pytest.mark.data
@pytest.mark.parametrize("metric", FLIPS)
def test_the_picks_of_real_prices_are_those_of_the_price_history(prices: History, metric: str) -> None:
    catalogue = load_bundled()
    tier_map = documented_pareto_code(catalogue, policy=Policy(price_metric=metric))
    made = timeline_of(prices, tier_map, origin="2026-05-17", fill_from=catalogue)
    assert made.n_epochs == 27
    assert made.end_us == 60 * DAY * SECOND
    plan = moving_plan(tier_map, made)
    ours = plan.best.reshape(made.n_epochs, tier_map.n_tiers, plan.n_classes)[:, :, 0]
    flips = (ours[1:] != ours[:-1]).sum(axis=0)
    assert flips.tolist() == FLIPS[metric]  # by its cached price the medium tier is a coin on edge
    scored = prices.with_scores(
        dict(zip(catalogue.model_id, catalogue.coding_score.tolist(), strict=True)), catalogue.score_definition
    )
    theirs = picks_of(track_of_map(scored, tier_map), price_metric=metric).model_index
    by_day = made.epoch_of(np.arange(60) * DAY * SECOND)
    for day, epoch in enumerate(by_day.tolist()):
        keys = [made.keys[row].partition("@")[0] for row in ours[epoch]]
        assert keys == [prices.keys[i] for i in theirs[day]]


@pytest.mark.data
def test_real_prices_move_sessions_rarely_and_their_cost_by_a_tenth(prices: History, month: RequestStream) -> None:
    catalogue = load_bundled()
    tier_map = documented_pareto_code(catalogue, policy=Policy(price_metric="blend_7_2_1"))
    made = timeline_of(prices, tier_map, origin="2026-05-17", fill_from=catalogue)
    motion = replay_in_motion(month, tier_map, made)
    causes, effect = jump_causes(motion), motion_effect(motion)
    # A session lives an hour and prices move at midnight: almost all of the change falls between sessions.
    assert causes.n_catalogue_jumps <= causes.n_pairs_across < 0.001 * causes.n_pairs
    assert effect.n_other_model > 0.2 * len(month)
    assert effect.moving_unserved == effect.standing_unserved == 0
    assert -0.2 < effect.cost_pusd / effect.standing_pusd < -0.02
    slow, jumps = slow_motion(month, made, tier_map, "listed")
    assert motion.run.decisions.model_index.tolist() == [d.primary for d in slow]
    assert motion.run.cost_pusd.tolist() == slow_motion_bill(month, [d.primary for d in slow], made, PrefixCache())[0]
    assert catalogue_jumps(motion).tolist() == jumps
