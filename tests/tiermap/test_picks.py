"""Tiers, picks, flips and their causes: by hand, against the router's own ranking, and by slow definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue_history.worlds import NAN, histories, history_of
from paretocode.catalogue import load_bundled
from paretocode.catalogue.history import History, history_of_catalogues
from paretocode.errors import InputError, UsageError
from paretocode.tiermap import Policy, documented_pareto_code
from paretocode.tiermap.picks import (
    FixedEdges,
    PercentileEdges,
    RefittedEdges,
    TierTrack,
    edges_through_time,
    flips_of,
    hold_picks,
    n_flips,
    pass_through,
    picks_of,
    speed_noise,
    tier_changes,
    track_of_map,
    track_of_rule,
)
from paretocode.tiermap.ranking import ranked_rows

rules = st.sampled_from([FixedEdges((20.0,)), FixedEdges((15.0, 30.0)), PercentileEdges((50,)), RefittedEdges(2)])


def track(history: History, *edges: float) -> TierTrack:
    return track_of_rule(history, FixedEdges(edges))


def test_edges_of_each_rule() -> None:
    history = history_of([[10, 20, 30, NAN], [10, 20, 30, 90]])
    assert edges_through_time(history, FixedEdges((15.0,))).tolist() == [[15.0], [15.0]]
    assert edges_through_time(history, PercentileEdges((50,))).tolist() == [[20.0], [25.0]]
    assert edges_through_time(history, RefittedEdges(2)).tolist() == [[15.0], [60.0]]


def test_a_day_without_enough_scores_has_no_edges_and_no_tiers() -> None:
    history = history_of([[NAN, NAN]])
    for rule in (PercentileEdges((50,)), RefittedEdges(2)):
        assert np.isnan(edges_through_time(history, rule)).all()
        assert track_of_rule(history, rule).tiers.tolist() == [[-1, -1]]


@pytest.mark.parametrize("wrong", [(50, 50), (0,), (100,), (95, 85)])
def test_percentiles_out_of_order_or_range_are_refused(wrong: tuple[float, ...]) -> None:
    with pytest.raises(InputError):
        PercentileEdges(wrong)


@pytest.mark.parametrize(
    ("after", "listed", "definitions", "cause"),
    [
        ([10, 30, 30, NAN], [1, 1, 1, 0], ["test-1", "test-1"], "score"),
        ([10, 30, 30, NAN], [1, 1, 1, 0], ["test-1", "test-2"], "definition"),
    ],
)
def test_a_score_that_crosses_a_fixed_edge(
    after: list[float], listed: list[int], definitions: list[str], cause: str
) -> None:
    history = history_of([[10, 20, 30, NAN], after], listed=[[1, 1, 1, 0], listed], definitions=definitions)
    (row,) = tier_changes(track(history, 25)).rows()
    assert (row["key"], row["before"], row["after"], row["cause"]) == ("b", "band1", "band2", cause)


def test_entries_push_down_and_exits_lift() -> None:
    listed = [[True] * 3 + [False], [True] * 4, [True] * 3 + [False]]
    history = history_of([[10, 20, 30, NAN], [10, 20, 30, 90], [10, 20, 30, NAN]], listed=listed)
    changes = tier_changes(track_of_rule(history, PercentileEdges((50,))))
    assert [(r["key"], r["after"], r["cause"]) for r in changes.rows()] == [
        ("b", "band1", "entry"),
        ("b", "band2", "exit"),
    ]
    assert (changes.n_up, changes.n_down) == (1, 1)


@given(histories(), rules)
def test_tier_changes_are_the_loop(history: History, rule: FixedEdges) -> None:
    tiers = track_of_rule(history, rule).tiers
    expected = [
        (day, i, tiers[day - 1, i], tiers[day, i])
        for day in range(1, history.n_days)
        for i in range(history.n_models)
        if -1 not in (tiers[day - 1, i], tiers[day, i]) and tiers[day - 1, i] != tiers[day, i]
    ]
    found = tier_changes(track_of_rule(history, rule))
    assert list(zip(found.day_index, found.model_index, found.before, found.after, strict=True)) == expected
    assert sum(found.causes().values()) == len(found)


@given(histories(), rules, st.sampled_from(["price", "throughput"]), st.sampled_from(["prompt", "blend_3_1"]))
def test_a_pick_is_the_routers_first(history: History, rule: FixedEdges, ranking: str, metric: str) -> None:
    membership = track_of_rule(history, rule)
    path = picks_of(membership, ranking=ranking, price_metric=metric)
    policy = Policy(ranking=ranking, price_metric=metric)
    for day in range(history.n_days):
        catalogue = history.as_of(history.dates[day])
        column = np.flatnonzero(history.is_listed[day])
        for tier in range(membership.n_tiers):
            rows = np.flatnonzero(membership.tiers[day, column] == tier)
            ranked = ranked_rows(catalogue, rows, policy)
            assert path.model_index[day, tier] == (column[ranked[0]] if ranked else -1)


CAUSES = [
    ("price", {"prompt": [[1, 2], [3, 2]]}, "price", "price"),
    ("a price that goes", {"prompt": [[1, 2], [NAN, 2]]}, "price", "price"),
    ("exit", {"prompt": [[1, 2], [1, 2]], "listed": [[True, True], [False, True]]}, "price", "exit"),
    ("entry", {"prompt": [[3, 2], [1, 2]], "listed": [[False, True], [True, True]]}, "price", "entry"),
    ("score", {"scores": [[30, 30], [10, 30]], "prompt": [[1, 2], [1, 2]]}, "price", "score"),
    (
        "definition",
        {"scores": [[30, 30], [10, 30]], "prompt": [[1, 2], [1, 2]], "definitions": ["test-1", "test-2"]},
        "price",
        "definition",
    ),
    ("speed", {"tps": [[50, 49], [50, 51]]}, "throughput", "speed noise"),
]


@pytest.mark.parametrize(("name", "world", "ranking", "cause"), CAUSES, ids=[case[0] for case in CAUSES])
def test_each_cause_by_hand(name: str, world: dict[str, list[list[float]]], ranking: str, cause: str) -> None:
    n_days = len(next(iter(world.values())))
    settings: dict[str, object] = {"scores": [[30, 30]] * n_days, **world}
    history = history_of(settings.pop("scores"), **settings)  # type: ignore[arg-type]
    found = flips_of(picks_of(track(history, 20), ranking=ranking))
    assert [flip.cause for flip in found.flips] == [cause] * len(found)
    assert len(found) == 1


def test_a_lead_beyond_the_usual_change_of_speed_is_no_noise() -> None:
    days = [[50.0, 49.0 + (i % 2)] for i in range(20)] + [[50.0, 100.0]] * 80
    history = history_of([[30, 30]] * 100, tps=days)
    (flip,) = flips_of(picks_of(track(history, 20), ranking="throughput")).flips
    assert (flip.cause, flip.day_index, flip.before, flip.after) == ("speed", 20, 0, 1)
    assert speed_noise(history)[0] == 0
    assert np.isnan(speed_noise(history_of([[1]]))).all()


def test_a_tier_that_was_empty_flips_when_it_comes_back_with_another() -> None:
    history = history_of([[30, 30]] * 3, prompt=[[1, NAN], [NAN, NAN], [NAN, 5]])
    path = picks_of(track(history, 20))
    assert path.model_index[:, 1].tolist() == [0, -1, 1]
    assert [(flip.day_index, flip.cause) for flip in flips_of(path).flips] == [(2, "price")]


@given(histories(), rules, st.sampled_from(["price", "throughput"]))
def test_every_flip_is_counted_and_has_a_cause(history: History, rule: FixedEdges, ranking: str) -> None:
    path = picks_of(track_of_rule(history, rule), ranking=ranking)
    found, last = [], [-1] * path.track.n_tiers
    for day, row in enumerate(path.model_index.tolist()):
        for tier, pick in enumerate(row):
            if pick >= 0:
                if last[tier] not in (-1, pick):
                    found.append((day, tier, last[tier], pick))
                last[tier] = pick
    flips = flips_of(path)
    assert [(flip.day_index, flip.tier, flip.before, flip.after) for flip in flips.flips] == found
    assert len(flips) == n_flips(path.model_index) == sum(flips.causes().values()) == sum(flips.by_tier().values())
    assert len(list(flips.rows())) == len(found)


def test_hysteresis_waits_for_margin_and_days() -> None:
    prompt = [[10.0, 20.0], [10.0, 9.5], [10.0, 8.0], [10.0, 12.0], [10.0, 8.0], [10.0, 8.0]]
    path = picks_of(track(history_of([[30, 30]] * 6, prompt=prompt), 20))
    assert path.model_index[:, 1].tolist() == [0, 1, 1, 0, 1, 1]
    held = hold_picks(path, margin=0.1, days=2)
    assert held.held.model_index[:, 1].tolist() == [0, 0, 0, 0, 0, 1]
    assert (held.n_flips_free, held.n_flips_held, held.n_removed) == (3, 1, 2)
    assert held.cost[1] == pytest.approx((10 * 5 + 8) / (10 + 9.5 + 8 + 10 + 8 + 8) - 1)
    assert np.isnan(held.cost[0])


def test_an_incumbent_that_goes_is_replaced_at_once() -> None:
    path = picks_of(track(history_of([[30, 30], [30, 30]], prompt=[[1, 2], [NAN, 2]]), 20))
    assert hold_picks(path, margin=0.9, days=9).held.model_index[:, 1].tolist() == [0, 1]


def test_an_unmeasured_incumbent_does_not_hold_against_a_measured_one() -> None:
    history = history_of([[30, 30], [30, 30]], prompt=[[1, 2], [1, 2]], tps=[[NAN, NAN], [NAN, 10]])
    path = picks_of(track(history, 20), ranking="throughput")
    assert hold_picks(path, margin=0.5).held.model_index[:, 1].tolist() == [0, 1]


@pytest.mark.parametrize(("margin", "days"), [(-0.1, 1), (1.0, 1), (0.1, 0), (NAN, 1)])
def test_margins_that_mean_nothing_are_refused(margin: float, days: int) -> None:
    with pytest.raises(InputError, match="margin is"):
        hold_picks(picks_of(track(history_of([[1]]), 20)), margin=margin, days=days)


@given(histories(), rules, st.sampled_from(["price", "throughput"]), st.sampled_from([0.0, 0.3]), st.integers(1, 3))
def test_hysteresis_keeps_to_eligible_models(
    history: History, rule: FixedEdges, ranking: str, margin: float, days: int
) -> None:
    path = picks_of(track_of_rule(history, rule), ranking=ranking)
    held = hold_picks(path, margin=margin, days=days)
    kept = held.held.model_index
    assert ((kept < 0) == (path.model_index < 0)).all()
    for day, tier in np.argwhere(kept >= 0):
        assert path.track.tiers[day, kept[day, tier]] == tier
    if ranking == "price":
        assert not (held.cost < 0).any()
    if margin == 0 and days == 1:
        assert (kept == path.model_index).all()


def test_pass_through_counts_only_changes_that_move_a_price() -> None:
    # b falls out of the upper tier and the cheapest there changes; c falls as well, dearer than a; d stays above.
    history = history_of([[30, 30, 30, 30], [30, 10, 10, 31]], prompt=[[2, 1, 3, 4]] * 2)
    result = pass_through(track(history, 20))
    assert result.changes_tier.tolist() == [True, True, False]
    assert result.changes_price.tolist() == [True, True, False]  # c gives the lower tier its first pick
    assert result.price_before[0].tolist()[1] == 1
    assert result.price_after[0].tolist() == [1, 2]
    assert result.share == pytest.approx(2 / 3)
    assert result.price_ratios.tolist() == [2.0]
    with pytest.raises(UsageError, match="a listed map does not follow scores"):
        pass_through(bundled_track())


@given(histories(), st.sampled_from([15.0, 25.0]))
def test_pass_through_is_one_score_put_into_yesterday(history: History, edge: float) -> None:
    membership = track(history, edge)
    result = pass_through(membership)
    for i, (day, model) in enumerate(zip(result.day_index, result.model_index, strict=True)):
        before = history.select(days=[day - 1])
        scores = before.numbers["coding_score"].copy()
        scores[0, model] = history.numbers["coding_score"][day, model]
        changed = before.with_scores(dict(zip(history.keys, scores[0], strict=True)), "test-1")
        prices = [picks_of(track(world, edge)).price_usd_per_mtok[0] for world in (before, changed)]
        same = np.array_equal(prices[0], prices[1], equal_nan=True)
        assert bool(result.changes_price[i]) == (not same)


def bundled_track() -> TierTrack:
    catalogue = load_bundled()
    return track_of_map(history_of_catalogues([("2026-05-29", catalogue)]), documented_pareto_code(catalogue))


def test_a_map_keeps_its_models_where_it_lists_them() -> None:
    result = bundled_track()
    assert sorted(result.tiers[0].tolist()) == [0] * 5 + [1] * 4 + [2] * 4
    assert len(tier_changes(result)) == 0
    with pytest.raises(InputError, match="lists none of the map's models"):
        track_of_map(history_of([[1]]), documented_pareto_code(load_bundled()))


def test_two_efforts_of_one_price_id_in_two_tiers_need_keys() -> None:
    catalogue = load_bundled().select([0, 4]).replace(model_id=("x/m", "x/m"), effort=("max", "low"))
    tier_map = documented_pareto_code(catalogue)
    history = history_of([[1, 2]], keys=("x/m", "x/m-low"), names=("x/m", "x/m-low"))
    with pytest.raises(InputError, match="model 'x/m' stands in two tiers of the map"):
        track_of_map(history, tier_map)
    assert track_of_map(history, tier_map, keys={"x/m@low": "x/m-low"}).tiers.tolist() == [[2, 1]]
