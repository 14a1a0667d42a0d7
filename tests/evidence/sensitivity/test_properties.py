"""What holds in every world: no change changes nothing, prices push costs up, exact break-even points are right."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evidence.sensitivity.two_maps import COST, SHORT, random_worlds
from paretocode.errors import InputError
from paretocode.evidence.sensitivity import (
    Effect,
    Setting,
    Shift,
    Standing,
    World,
    atom_moved,
    atom_share,
    break_even,
    cache_rules,
    default_shifts,
    model_withdrawn,
    policy_choice,
    price_factor,
    price_pieces,
    sensitivity,
)
from paretocode.evidence.sensitivity.demand import with_atom_share
from paretocode.evidence.sensitivity.prices import with_price_factor
from paretocode.evidence.sensitivity.words import standing
from paretocode.evidence.sensitivity.world import cut_anew, follows_edges, with_catalogue
from paretocode.sim import Metrics, measure, replay
from paretocode.stream.demand.apply import demand_of
from paretocode.tiermap import map_from_edges

MEASURES = (COST, SHORT, "tier_jump_rate", "latency_p50_s")


@settings(max_examples=20)
@given(random_worlds())
def test_no_change_and_a_factor_of_one_change_nothing(world: World) -> None:
    nothing = Shift(name="nothing", group="demand", settings=(Setting(label="as it is", change=lambda same: same),))
    shifts = [nothing, price_factor("*").shift(1.0), cache_rules({"the same": world.cache})]
    found = sensitivity(world, shifts, measures=MEASURES)
    assert found.n_settings[Effect.NOTHING] == 3
    assert all(row.swing(name) == 0 for row in found.rows for name in MEASURES)
    assert not any(row.changes_sign(name) for row in found.rows for name in MEASURES)
    assert found.n_replays <= 2  # what was replayed is not replayed again


@settings(max_examples=25)
@given(random_worlds())
def test_twice_all_prices_is_twice_the_cost_and_the_same_decisions(world: World) -> None:
    doubled = with_price_factor(world, 2.0, models="*")
    for tier_map in world.maps:
        runs = [replay(w.stream, tier_map, w.catalogue, cache=w.cache) for w in (world, doubled)]
        assert (runs[0].decisions.model_index == runs[1].decisions.model_index).all()
        assert (2 * runs[0].cost_pusd == runs[1].cost_pusd).all()


@settings(max_examples=20)
@given(random_worlds(is_ranked_by_list=True), st.data())
def test_a_dearer_model_never_makes_fixed_decisions_cheaper(world: World, data: st.DataObject) -> None:
    """Between two switch points decisions are fixed, and there each map's cost rises with the factor."""
    models = data.draw(st.sampled_from(world.catalogue.keys))
    pieces, _ = price_pieces(world, models=models, measure=COST, low=0.1, high=8.0)
    piece = data.draw(st.sampled_from(pieces))
    width = piece.high - piece.low
    costs = []
    for part in (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)):
        changed = with_price_factor(world, float(piece.low + part * width), models=models)
        costs.append([int(replay(changed.stream, m, changed.catalogue, cache=changed.cache).cost_pusd.sum())
                      for m in changed.maps])  # fmt: skip
    assert np.all(np.diff(np.array(costs), axis=0) >= 0)


def difference_of(world: World, name: str) -> Fraction | None:
    """Return candidate minus incumbent from replays on the whole catalogue; cost to the pico-USD."""
    runs = [replay(world.stream, m, world.catalogue, cache=world.cache) for m in world.maps]
    if name == COST:
        incumbent, candidate = (Fraction(int(run.cost_pusd.sum()), 10**9 * len(world.stream)) for run in runs)
        return candidate - incumbent
    known = [getattr(measure(run, scale=world.scale), name) for run in runs]
    return None if None in known else Fraction(known[1]) - Fraction(known[0])


def rounding_of(world: World) -> Fraction:
    """Return how far two bills can stand off by rounding each price to a millionth of a USD per million tokens."""
    tokens = int(world.stream.prompt_tokens.sum() + world.stream.completion_tokens.sum())
    return Fraction(tokens, 10**9 * len(world.stream))


@settings(max_examples=25)
@given(random_worlds(is_ranked_by_list=True), st.data())
def test_pieces_are_what_replays_say(world: World, data: st.DataObject) -> None:
    """The oracle: at factors that keep all prices whole, a replay gives the very difference of the piece."""
    models = data.draw(st.sampled_from(world.catalogue.keys))
    name = data.draw(st.sampled_from([COST, COST, SHORT, "model_jump_rate"]))
    pieces, _ = price_pieces(world, models=models, measure=name, low=0.1, high=8.0)
    for factor in (0.25, 0.75, 1.25, 1.5, 3.0, 5.0, 7.5):  # prices of 0.0036 and up times these are whole micro-USD
        known = difference_of(with_price_factor(world, factor, models=models), name)
        for piece in pieces:
            if piece.low < Fraction(factor) < piece.high:
                assert piece.difference(Fraction(factor)) == known


@settings(max_examples=12)
@given(random_worlds(is_ranked_by_list=True), st.data())
def test_exact_break_even_points_agree_with_a_dense_scan(world: World, data: st.DataObject) -> None:
    models = data.draw(st.sampled_from(world.catalogue.keys))
    name = data.draw(st.sampled_from([COST, COST, SHORT]))
    exact = break_even(world, price_factor(models, low=0.2, high=4.5), measure=name)
    pieces, _ = price_pieces(world, models=models, measure=name, low=0.2, high=4.5)
    assert exact.is_exact
    least = rounding_of(world) if name == COST else Fraction(0)
    for factor in np.round(np.arange(0.2005, 4.5, 0.1239), 4).tolist():  # off the round switch points
        known = difference_of(with_price_factor(world, factor, models=models), name)
        said = next(p.difference(Fraction(factor)) for p in pieces if p.low < Fraction(factor) < p.high)
        if known is None or said is None:
            assert known is said is None
            assert exact.standing_at(factor) is Standing.UNKNOWN
        else:
            assert abs(known - said) <= least
            assert standing(float((said > 0) - (said < 0))) is exact.standing_at(factor)
            if abs(known) > least:
                assert standing(float(known)) is exact.standing_at(factor)


@settings(max_examples=20)
@given(random_worlds(), st.data())
def test_a_tornado_is_what_single_replays_say(world: World, data: st.DataObject) -> None:
    """The oracle of the memory of replays: every setting replayed and measured by itself, on the whole catalogue."""
    drawn = data.draw(st.lists(st.sampled_from(_shifts_of(world)), min_size=1, max_size=4, unique_by=lambda s: s.name))
    found = sensitivity(world, drawn, measures=[COST, SHORT])
    assert found.n_replays + found.n_reused <= 2 * (1 + sum(len(shift.settings) for shift in drawn))
    for shift in drawn:
        for setting, outcome in zip(shift.settings, found.row(shift.name).settings, strict=True):
            slow, reason = _measured(world, setting)
            assert outcome.reason == reason
            assert (outcome.effect is Effect.REFUSED) == bool(reason)
            if outcome.compared is not None:
                for name in (COST, SHORT):
                    assert outcome.compared.incumbent[name] == getattr(slow[0], name)
                    assert outcome.compared.candidate[name] == getattr(slow[1], name)


def _measured(world: World, setting: Setting) -> tuple[list[Metrics], str]:
    """Return both maps under a setting, or why there is no such world."""
    try:
        changed = setting.change(world)
        runs = [replay(changed.stream, m, changed.catalogue, cache=changed.cache, luck=changed.luck)
                for m in changed.maps]  # fmt: skip
    except InputError as refusal:
        return [], str(refusal)
    return [measure(run, scale=changed.scale) for run in runs], ""


def _shifts_of(world: World) -> list[Shift]:
    keys = world.catalogue.keys
    return [
        *(price_factor(key).shift(0.5, 3.0) for key in keys),
        *(model_withdrawn(key) for key in keys),
        policy_choice("price_metric"),
        policy_choice("empty_tier"),
        policy_choice("stickiness"),
        policy_choice("eligibility"),
        atom_moved(0.65, low=0.64, high=0.66).shift(),
        atom_share(0.25, low=0.0, high=1.0, rng=1).shift(0.1, 0.9),
        cache_rules(),
    ]


@settings(max_examples=3)
@given(random_worlds(), st.integers(0, 5))
def test_default_shifts_fit_any_world_and_none_is_dropped(world: World, seed: int) -> None:
    shifts = default_shifts(world, n_score_draws=2, rng=seed, has_failures=False)
    found = sensitivity(world, shifts, measures=[COST, SHORT])
    assert {row.shift for row in found.rows} == {shift.name for shift in shifts}
    assert sum(found.n_settings.values()) == sum(len(shift.settings) for shift in shifts)
    assert all(row.reasons for row in found.rows if row.effect is Effect.REFUSED)
    assert len(found.sentences()) == len(shifts) + 3


@settings(max_examples=20)
@given(random_worlds(), st.floats(0, 1), st.floats(0, 1))
def test_shares_are_met_and_nested(world: World, one: float, other: float) -> None:
    stream = world.stream
    table = demand_of(stream)
    assume(len(table.min_score_ppm) > 1)
    atom = float(table.min_score_ppm[0]) / 1e6
    longest = int(np.bincount(stream.session).max())
    asks = []
    for share in sorted((one, other)):
        changed = with_atom_share(world, share, min_score=atom, rng=5).stream
        asks.append(~changed.is_omitted & (changed.min_score_ppm == table.min_score_ppm[0]))
        assert abs(int(asks[-1].sum()) - round(share * len(stream))) <= longest
        assert changed.prompt_tokens is stream.prompt_tokens
    assert (asks[0] <= asks[1]).all()


@settings(max_examples=15)
@given(random_worlds())
def test_cutting_anew_without_a_change_keeps_the_map(world: World) -> None:
    scored = world.catalogue.has_score
    assume(scored.any())
    cut = map_from_edges(world.catalogue, score_edges=[15.0, 25.0], request_edges=[0.3, 0.6])
    assert follows_edges(cut, world.catalogue)
    assert cut_anew(cut, world.catalogue, pool=set(cut.models)) == cut
    same = with_catalogue(world.replace(candidate=cut), world.catalogue, reading="recut")
    assert same.candidate == cut


@settings(max_examples=12)
@given(random_worlds(), st.data())
def test_a_scan_separates_what_it_says(world: World, data: st.DataObject) -> None:
    """At every crossing of a scan, replays at the two neighbouring values stand as it says."""
    models = data.draw(st.sampled_from(world.catalogue.keys))
    parameter = price_factor(models, low=0.2, high=4.5)
    found = break_even(world, parameter, is_scanned=True, n_scan=5)
    assert not found.is_exact
    for crossing in found.crossings:
        assert round(crossing.at - crossing.below, 9) == parameter.step
        for value, said in ((crossing.below, crossing.before), (crossing.at, crossing.after)):
            changed = parameter.at(world, value)
            costs = [measure(replay(changed.stream, m, changed.catalogue, cache=changed.cache), scale=world.scale)
                     .cost_usd_per_krequest for m in changed.maps]  # fmt: skip
            assert said is not Standing.UNKNOWN
            if abs(costs[1] - costs[0]) > 1e-12:
                assert standing(costs[1] - costs[0]) is said
