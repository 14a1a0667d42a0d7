"""Shifts and break-even points of worlds so small that every number is worked out on paper."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from evidence.sensitivity.two_maps import COST, SHORT, listing, small_world, three_models
from paretocode.catalogue import PercentileScale, PriceStep
from paretocode.evidence.sensitivity import (
    Effect,
    NewModel,
    Parameter,
    Setting,
    Shift,
    Standing,
    World,
    atom_moved,
    atom_share,
    break_even,
    cache_read_factor,
    cache_read_multiple,
    cache_rules,
    cache_ttl,
    cache_write_multiple,
    default_tier,
    error_share,
    model_withdrawn,
    n_replays_of,
    new_model,
    new_model_price,
    policy_choice,
    price_factor,
    price_pieces,
    score_error,
    score_noise,
    score_of,
    score_scale,
    sensitivity,
    sticky_ttl,
    switch_factors,
)
from paretocode.sim import PrefixCache
from paretocode.stream import request_stream


def differences(world: World, shift: Shift, measure: str = COST) -> list[float | None]:
    """Return candidate minus incumbent under each setting."""
    row = sensitivity(world, [shift], measures=[COST, SHORT, "tier_jump_rate", "model_jump_rate"]).row(shift.name)
    return [None if (d := s.difference(measure)) is None else round(d, 9) for s in row.settings]


def test_today_is_as_worked_out() -> None:
    base = sensitivity(small_world(), [price_factor("b").shift()], measures=[COST, SHORT]).base
    assert (base.incumbent[COST], base.candidate[COST]) == (2.5, 1.5)
    assert base.difference == pytest.approx({COST: -1.0, SHORT: 0.075, "unserved_share": 0.0})


def test_a_price_shock_moves_the_map_that_uses_the_model() -> None:
    world = small_world()
    # b at 1 USD: the candidate pays 2 + 2 thousandths; at 8 it takes c instead, as the incumbent does.
    assert differences(world, price_factor("b").shift(0.5, 4.0)) == [-1.5, 0.0]
    assert differences(world, price_factor("*").shift(3.0)) == [-3.0]
    row = sensitivity(world, [price_factor("b").shift(0.5, 4.0)], measures=[COST]).rows[0]
    assert row.span(COST) == (-1.5, 0.0)
    assert row.swing(COST) == 1.5
    assert row.stops_being_better(COST)
    assert (
        "x 0.5: 1.50 USD less, x 4: no difference; today 1.00 USD less, so it stops being better"
        in (sensitivity(world, [price_factor("b").shift(0.5, 4.0)], measures=[COST]).sentences()[2])
    )


def test_a_price_that_both_maps_pay_alike_does_not_swing() -> None:
    found = sensitivity(small_world(), [price_factor("a").shift(0.3, 1.1)], measures=[COST])
    assert [setting.effect for setting in found.rows[0].settings] == [Effect.ALIKE, Effect.ALIKE]
    assert found.rows[0].swing(COST) == 0.0
    assert found.n_settings[Effect.ALIKE] == 2


def test_long_context_prices_are_shocked_too() -> None:
    steps = (PriceStep(model_index=1, min_prompt_tokens=999, prompt_usd_per_mtok=3.0),)
    world = small_world(catalogue=three_models(price_steps=steps))
    # b costs 3 for these prompts: (2 + 6) / 4 today, (2 + 3) / 4 at half the price, against 10 / 4.
    assert differences(world, price_factor("b").shift(0.5, 1.0)) == [-1.25, -0.5]


def test_a_model_withdrawn_is_passed_over() -> None:
    world = small_world()
    assert differences(world, model_withdrawn("b")) == [0.0]
    # Without c the incumbent's high tier is empty and there is nothing above: two requests stay unserved.
    tornado = sensitivity(world, [model_withdrawn("c")], measures=[COST])
    setting = tornado.rows[0].settings[0]
    assert setting.compared is not None
    assert setting.compared.incumbent == {COST: 0.5, "unserved_share": 0.5}
    assert tornado.rows[0].stops_being_better(COST)
    assert "50 % of requests unserved by the incumbent and 0 % by the candidate" in tornado.sentences()[2]


def test_rules_for_a_withdrawn_model_fall_away() -> None:
    world = small_world(cache=PrefixCache(by_model={"b": PrefixCache(ttl_s=60.0)}))
    assert differences(world, model_withdrawn("b")) == [0.0]


def test_a_new_model_stands_where_score_edges_put_it_and_a_listing_does_not_know_it() -> None:
    new = NewModel(model_id="n", coding_score=70.0, prompt_usd_per_mtok=0.5, completion_usd_per_mtok=1.0,
                   context_tokens=5000)  # fmt: skip
    setting = sensitivity(small_world(), [new_model(new)], measures=[COST, SHORT]).rows[0].settings[0]
    assert setting.compared is not None
    assert setting.compared.candidate[COST] == (2 + 1) / 4
    assert setting.compared.candidate[SHORT] == pytest.approx((0.0 + 0.2) / 4)
    assert setting.compared.incumbent[COST] == 2.5
    assert setting.notes == ("the incumbent 'incumbent' is a listing and does not take n: no tier is named for it",)


def test_a_listing_takes_a_new_model_into_the_tier_that_is_named() -> None:
    new = NewModel(model_id="n", coding_score=70.0, prompt_usd_per_mtok=0.5, completion_usd_per_mtok=1.0,
                   context_tokens=5000, listed_tier="high")  # fmt: skip
    setting = sensitivity(small_world(), [new_model(new)], measures=[COST]).rows[0].settings[0]
    assert setting.compared is not None
    assert setting.compared.incumbent[COST] == setting.compared.candidate[COST] == 0.75
    assert "takes n into 'high' by assumption" in setting.notes[0]


def test_a_score_moves_its_model_only_where_tiers_are_cut_anew() -> None:
    world = small_world()
    kept, cut = (score_of("b", low=45.0, high=75.0, reading=reading) for reading in ("listed", "recut"))
    # Below the edge of 50, b is low and dearer than a, and the candidate's high tier is c alone.
    assert differences(world, cut.shift()) == [0.0, -1.0]
    assert differences(world, kept.shift()) == [-1.0, -1.0]
    # As listed, b serves 0.7 and 0.9 with 0.45: short by 0.25 and 0.45, the incumbent by 0.1.
    assert differences(world, kept.shift(), SHORT) == pytest.approx([0.6 / 4, 0.05 / 4])
    row = sensitivity(world, [cut.shift()], measures=[COST]).rows[0]
    assert row.notes == ("the incumbent 'incumbent' is a listing and keeps its lists",)
    assert "keeps its lists" in sensitivity(world, [cut.shift()], measures=[COST]).sentences()[2]


def test_one_standard_error_down_and_up() -> None:
    shift = score_error(small_world(), model="b", reading="recut")
    assert [setting.value for setting in shift.settings] == [45.0, 75.0]
    assert differences(small_world(), shift) == [0.0, -1.0]


def test_score_draws_begin_alike_and_leave_the_certain_alone() -> None:
    world = small_world(catalogue=three_models().replace(coding_score=[40.0, 60.0, 80.12345]))
    few, many = (score_noise(world, n=n, rng=7) for n in (2, 5))
    for short, long in zip(few.settings, many.settings, strict=False):
        scores = short.change(world).catalogue.coding_score
        assert scores.tolist() == long.change(world).catalogue.coding_score.tolist()
        assert scores[2] == 80.12345
        assert scores[0] != 40.0


def test_an_atom_that_crosses_an_edge_moves_its_traffic() -> None:
    world = small_world()
    # 0.3 moved over 0.5: all four requests are high, c against b: 16 against 8 thousandths.
    assert differences(world, atom_moved(0.3, low=0.31, high=0.5).shift()) == [-1.0, -2.0]
    found = break_even(world, atom_moved(0.3, low=0.0, high=1.0), measure=SHORT)
    # Asking for up to 0.4 is met by a; from 0.5 on c and b serve 0.5 and 0.6 without shortfall: the gap stays 0.075.
    assert found.today is Standing.WORSE
    assert found.crossings == ()
    assert "never better within [0, 1]" in found.sentences()[0]


def test_shares_change_by_whole_sessions() -> None:
    world = small_world()
    assert differences(world, atom_share(0.9, low=0.0, high=1.0, rng=3).shift())[1] == -2.0
    none = atom_share(0.9, low=0.0, high=1.0, rng=3).at(world, 0.0).stream
    assert 900_000 not in none.min_score_ppm.tolist()
    assert set(none.min_score_ppm.tolist()) <= {300_000, 700_000}
    omitted = atom_share(None, low=0.0, high=1.0, rng=3)
    asked = request_stream(session=[0, 1], time_s=[0, 0], prompt_tokens=[9] * 2, completion_tokens=[1] * 2,
                           min_score=[0.3, float("nan")])  # fmt: skip
    assert omitted.at(small_world(stream=asked), 1.0).stream.is_omitted.tolist() == [True, True]
    assert omitted.at(small_world(stream=asked), 0.0).stream.min_score_ppm.tolist() == [300_000, 300_000]


def sticky_world(cache: PrefixCache) -> World:
    """One session: the first prompt fits only c, the second comes 400 s later and shares 2,000 tokens with it."""
    models = three_models(
        context_tokens=[3000.0, 3000.0, 9000.0], cache_read_usd_per_mtok=[0.5, 1.0, 0.0],
    )  # fmt: skip
    stream = request_stream(session=[0, 0], time_s=[0, 400], prompt_tokens=[4000, 2000], completion_tokens=[0, 0],
                            prefix_tokens=[0, 2000], min_score=[0.9, 0.9])  # fmt: skip
    return small_world(catalogue=models, stream=stream, cache=cache)


def test_a_session_remembers_its_model_for_five_or_ten_minutes() -> None:
    # The candidate keeps c, at 4, within 600 s, else takes b, at 2; the incumbent has only c.
    plain = sticky_world(PrefixCache(ttl_s=0.0))
    assert differences(plain, sticky_ttl().shift(300, 600)) == [-(2000 * 2) / 1e6 * 500, 0.0]
    found = break_even(plain, sticky_ttl(low=300, high=600, now=300))
    # Sticky strictly below the limit: a gap of 400 s is bridged from 401 s on.
    assert [(one.below, one.at, one.after) for one in found.crossings] == [(400, 401, Standing.LEVEL)]
    assert found.sentences() == (
        "cost per 1,000 requests [USD]: the candidate stops being better when a session's model is remembered for "
        "401 s (to within 1).",
    )


def test_caches_that_live_longer_help_who_stays() -> None:
    cached = sticky_world(PrefixCache(ttl_s=300.0, min_tokens=0))
    # The incumbent's c finds its 2,000 tokens, free to read, once caches live for 400 s.
    assert differences(cached, cache_ttl().shift(300, 600)) == [-2.0, 2.0]
    found = break_even(cached, cache_ttl(low=300, high=600, now=300))
    assert [(one.below, one.at, one.after) for one in found.crossings] == [(399, 400, Standing.WORSE)]


def test_cache_prices_and_rules() -> None:
    cached = sticky_world(PrefixCache(ttl_s=600.0, min_tokens=0))
    # Reads at half the prompt price: c's 2,000 tokens cost 4 thousandths, as b's 2,000 fresh ones at 2 do.
    assert differences(cached, cache_read_multiple().shift(0.0, 0.5, 1.0)) == [2.0, 0.0, -2.0]
    assert differences(cached, cache_read_factor().shift(0.5, 2.0)) == [2.0, 2.0]  # a price of 0 stays
    # Written tokens at twice the prompt price: 4,000 x 8 for both, then b's 2,000 x 4 for the candidate alone.
    assert differences(cached, cache_write_multiple().shift(1.0, 2.0)) == [2.0, 4.0]
    assert differences(cached, cache_rules()) == [-2.0]


def test_policy_rules_change_for_both_maps() -> None:
    world = small_world()
    assert differences(world, policy_choice("price_metric", "request")) == [-1.0]
    assert differences(world, policy_choice("ranking", "throughput")) == [-1.0]
    row = sensitivity(world, [policy_choice("eligibility", "floor")], measures=[COST]).rows[0]
    assert row.effect is Effect.REFUSED
    assert "eligibility 'floor' needs score edges" in row.reasons[0]
    omitted = request_stream(session=[0], time_s=[0], prompt_tokens=[1000], completion_tokens=[0])
    assert differences(small_world(stream=omitted), default_tier()) == [0.0, -2.0, -2.0]
    scales = {"percentile": PercentileScale(field=(40.0, 60.0, 80.0))}
    # c stands at 1 and b at 2/3, in whole parts per million: short of 0.7 and 0.9 by 33,333 and 233,333.
    assert differences(world, score_scale(scales), SHORT) == pytest.approx([(33_333 + 233_333) / 4e6])


def test_an_empty_tier_goes_up_down_or_nowhere() -> None:
    world = small_world(candidate=listing("candidate", low=("gone",), high=("b",)))
    # The low tier is empty: up to b for all four, or the two low requests are refused.
    tornado = sensitivity(world, [policy_choice("empty_tier", "up", "refuse")], measures=[COST])
    values = [setting.compared.candidate for setting in tornado.rows[0].settings if setting.compared]
    assert values == [{COST: 2.0, "unserved_share": 0.0}, {COST: 1.0, "unserved_share": 0.5}]


def test_failures_make_a_map_fall_back() -> None:
    row = sensitivity(small_world(), [error_share().shift(0.0, 1.0)], measures=[COST]).rows[0]
    assert row.settings[0].effect is Effect.NOTHING
    assert row.settings[1].compared is not None
    assert row.settings[1].compared.candidate["unserved_share"] == 1.0


def test_switch_points_and_pieces_of_a_price() -> None:
    world = small_world()
    assert switch_factors(world, models="b") == (Fraction(2),)
    assert switch_factors(world, models="c") == (Fraction(1, 2),)
    pieces, n_replays = price_pieces(world, models="b", measure=COST, low=0.5, high=4.0)
    assert [(p.low, p.high) for p in pieces] == [(Fraction(1, 2), Fraction(2)), (Fraction(2), Fraction(4))]
    assert [(p.at_zero, p.slope) for p in pieces] == [(Fraction(-2), Fraction(1)), (Fraction(0), Fraction(0))]
    assert n_replays == 3  # the incumbent has one set of first choices, the candidate two


def test_break_even_at_a_switch_point() -> None:
    found = break_even(small_world(), price_factor("b", low=0.5, high=4.0))
    assert found.is_exact
    assert [(one.at, one.before, one.after) for one in found.crossings] == [(2.0, Standing.BETTER, Standing.LEVEL)]
    assert found.sentences() == (
        "cost per 1,000 requests [USD]: the candidate stops being better when b costs 2 times as much as today.",
    )
    # Below half of today's price c is what the candidate takes too.
    found = break_even(small_world(), price_factor("c", low=0.1, high=4.0))
    assert [(one.at, one.before) for one in found.ends] == [(0.5, Standing.LEVEL)]
    assert "when c costs at most 0.5 times as much as today" in found.sentences()[0]


def test_break_even_between_switch_points() -> None:
    only_b = small_world(candidate=listing("candidate", low=(), high=("b",)))
    # Four times 2 f against 10 thousandths.
    found = break_even(only_b, price_factor("b", low=0.1, high=4.0))
    assert [(one.at, one.after) for one in found.crossings] == [(1.25, Standing.WORSE)]
    scanned = break_even(only_b, price_factor("b", low=0.1, high=4.0), is_scanned=True)
    assert [one.at for one in scanned.crossings] == [1.25, 1.251]  # level at 1.25 itself
    assert scanned.standing_at(1.25) is Standing.LEVEL
    assert break_even(only_b, price_factor("b"), low=1.0, high=1.2).sentences() == (
        "prices of b, cost per 1,000 requests [USD]: the candidate never stops being better within [1, 1.2].",
    )


def test_several_crossings_are_all_reported_the_nearest_to_today_first() -> None:
    def at(world: World, value: float) -> World:
        factor = 1.0 if int(value) % 2 else 4.0
        return price_factor("b").at(world, factor)

    there_and_back = Parameter(name="x", group="prices", at=at, low=0, high=4.9, step=0.1, now=3.5, when="x is {}")
    found = break_even(small_world(), there_and_back)
    assert [one.at for one in found.crossings] == [1.0, 2.0, 3.0, 4.0]
    assert [one.at for one in found.ends] == [4.0, 3.0, 1.0]
    assert [sentence.partition("candidate ")[2] for sentence in found.sentences()] == [
        "stops being better when x is 4 (to within 0.1).",
        "stops being better when x is at most 2.9 (to within 0.1).",
        "begins to be better when x is at most 1.9 (to within 0.1).",
        "stops being better when x is at most 0.9 (to within 0.1).",
    ]


def test_a_tie_of_today_is_read_from_the_side_that_holds_today() -> None:
    models = three_models().replace(prompt_usd_per_mtok=[1.0, 2.0, 2.0])
    both = listing("candidate", low=("a",), high=("b", "c"))
    world = small_world(catalogue=models, candidate=both, incumbent=listing(high=("b",)))
    # At equal prices c, which scores more, serves; cheaper b serves. Shortfall: c .1, b .1 + .3.
    dear, cheap = price_factor("c", low=0.5, high=2.0), price_factor("b", low=0.5, high=2.0)
    found = break_even(world, dear, measure=SHORT)
    assert found.today is Standing.BETTER
    assert "stops being better when c costs any more than 1 times as much as today" in found.sentences()[0]
    found = break_even(world, cheap, measure=SHORT)
    assert "stops being better when b costs any less than 1 times" in found.sentences()[0]


def test_a_new_model_breaks_even_at_a_price() -> None:
    new = NewModel(model_id="n", coding_score=45.0, prompt_usd_per_mtok=1.0, completion_usd_per_mtok=1.0,
                   context_tokens=5000, listed_tier="low")  # fmt: skip
    low_only = small_world(incumbent=listing(high=("b",)))
    # Both take n into low: nothing changes between them at any price.
    assert break_even(low_only, new_model_price(new)).today is Standing.LEVEL
    high = NewModel(model_id="n", coding_score=70.0, prompt_usd_per_mtok=1.0, completion_usd_per_mtok=1.0,
                    context_tokens=5000)  # fmt: skip
    found = break_even(low_only, new_model_price(high))
    # The candidate takes n while it is cheaper than b, at 2; at 2 the higher score decides for n.
    assert [(one.below, one.at, one.after) for one in found.crossings] == [(1.999, 2.0, Standing.LEVEL)]


def test_progress_counts_up_and_numbers_are_plain_json() -> None:
    shifts = [price_factor("b").shift(), model_withdrawn("b"), model_withdrawn("nobody")]
    told: list[tuple[int, int]] = []
    found = sensitivity(small_world(), shifts, measures=[COST, SHORT], progress=lambda n, of: told.append((n, of)))
    assert told == [(0, 10), (2, 10), (4, 10), (6, 10), (8, 10), (10, 10)]
    assert n_replays_of(shifts) == 10
    assert len(found.seconds) == found.n_replays
    assert found.n_requests == 4 * found.n_replays
    plain = json.dumps(found.to_dict(), allow_nan=False, sort_keys=True)
    again = sensitivity(small_world(), shifts, measures=[COST, SHORT])
    assert json.dumps(again.to_dict(), allow_nan=False, sort_keys=True) == plain
    assert json.loads(plain)["n_settings"] == {"moves": 3, "alike": 0, "nothing": 0, "refused": 1}
    json.dumps(break_even(small_world(), price_factor("b")).to_dict(), allow_nan=False)


def test_rows_are_sorted_by_swing_then_name() -> None:
    shifts = [model_withdrawn("b"), price_factor("b").shift(0.5), price_factor("c").shift(2.0), model_withdrawn("a*")]
    found = sensitivity(small_world(), shifts, measures=[COST, SHORT])
    # 18 - 6 thousandths; 16 - 8; 10 - 10; 10 - 4: swings of 2, 1, 1 and 0.5 for a thousand requests.
    assert [row.shift for row in found.rows] == ["prices of c", "a* withdrawn", "b withdrawn", "prices of b"]
    assert [row.swing(COST) for row in found.rows] == sorted((row.swing(COST) for row in found.rows), reverse=True)
    assert found.by(SHORT).sorted_by == SHORT
    assert [row.shift for row in found.turning()] == ["b withdrawn"]


def test_what_nobody_can_say_stays_unknown() -> None:
    omitted = request_stream(session=[0], time_s=[0], prompt_tokens=[1000], completion_tokens=[0])
    found = sensitivity(small_world(stream=omitted), [price_factor("b").shift()], measures=[SHORT, "latency_p95_s"])
    assert found.base.difference[SHORT] is None
    assert found.rows[0].span(SHORT) is None
    assert not found.rows[0].changes_sign(SHORT)
    assert "nobody can say" in found.sentences()[2]
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_scan_counts_what_cannot_be_applied() -> None:
    found = break_even(small_world(), price_factor("b"), low=0.0, high=2.0, is_scanned=True)
    assert sum(found.reasons.values()) == 1
    assert "1 of " in found.sentences()[-1]
    assert "the price factor is 0" in found.sentences()[-1]


def test_a_custom_shift_may_do_anything() -> None:
    free = Shift(name="half", group="demand", settings=(Setting(label="first two", change=_first_two),))
    assert sensitivity(small_world(), [free], measures=[COST]).rows[0].effect is Effect.REFUSED


def _first_two(world: World) -> World:
    return world.replace(stream=world.stream.take_sessions(np.array([0, 1])))
