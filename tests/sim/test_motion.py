"""A moving catalogue by hand: who keeps which model, who pays which price, and what a history lacks."""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.catalogue import Catalogue, PriceStep
from paretocode.errors import InputError
from paretocode.sim import NO_CACHE, UNSERVED, PrefixCache
from paretocode.sim.motion import (
    JumpCauses,
    Timeline,
    catalogue_jumps,
    jump_causes,
    map_in_force,
    motion_effect,
    replay_in_motion,
)
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap import Policy, Tier, TierMap
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


def one_tier(**policy: object) -> TierMap:
    return TierMap(
        name="one", tiers=(Tier(name="all", models=("a", "b")),), request_edges_ppm=(), score_edges_milli=None,
        default_tier="all", policy=Policy(**policy), score_definition="test-1",  # type: ignore[arg-type]
    )  # fmt: skip


def session(times: list[float], **more: list[int]) -> RequestStream:
    n = len(times)
    return request_stream(
        session=[0] * n, time_s=times, **{"prompt_tokens": [2000] * n, "completion_tokens": [0] * n, **more}
    )


def timeline(*catalogues: Catalogue, every_s: int = 100) -> Timeline:
    starts = np.arange(len(catalogues)) * every_s * SECOND
    return Timeline(starts_us=starts, catalogues=catalogues)


def test_a_session_keeps_its_model_until_it_is_gone_and_does_not_take_it_back() -> None:
    moving = timeline(two(), two(a=3.0), two(a=NAN), two())
    stream = session([0, 100, 200, 300])
    motion = replay_in_motion(stream, one_tier(), moving, cache=NO_CACHE)
    # a is cheapest; kept though dearer; gone, so b; kept though a is back and cheaper.
    assert motion.run.decisions.model_index.tolist() == [0, 0, 1, 1]
    assert motion.run.decisions.ranked_index.tolist() == [0, 1, 1, 0]
    assert motion.run.cost_pusd.tolist() == [2000 * price for price in (1_000_000, 3_000_000, 2_000_000, 2_000_000)]
    assert catalogue_jumps(motion).tolist() == [False, False, True, False]
    fresh = replay_in_motion(stream, one_tier(stickiness="none"), moving)
    assert fresh.run.decisions.model_index.tolist() == [0, 1, 1, 0]
    assert catalogue_jumps(fresh).tolist() == [False, True, False, True]


def test_the_start_of_a_catalogue_is_its_own() -> None:
    motion = replay_in_motion(session([99.999999, 100]), one_tier(), timeline(two(), two(a=4.0)), cache=NO_CACHE)
    assert motion.epoch.tolist() == [0, 1]
    assert motion.run.cost_pusd.tolist() == [2_000_000_000, 8_000_000_000]


def test_a_free_model_wins_and_costs_nothing_while_it_is_free() -> None:
    free = two(a=2.0, b=2.0).replace(
        prompt_usd_per_mtok=[2.0, 0.0], completion_usd_per_mtok=[0.5, 0.0], is_free=[False, True]
    )
    stream = request_stream(
        session=[0, 1, 2], time_s=[0, 100, 200], prompt_tokens=[2000] * 3, completion_tokens=[9] * 3
    )
    motion = replay_in_motion(stream, one_tier(), timeline(two(), free, two()))
    assert motion.run.decisions.model_index.tolist() == [0, 1, 0]
    assert motion.run.cost_pusd[1] == 0


def test_a_cache_outlives_a_change_of_price_and_is_read_at_the_new_one() -> None:
    # Nothing but the price of a read moves, and at last there is none.
    moving = timeline(two(cache_read_usd_per_mtok=[0.1, NAN]), two(cache_read_usd_per_mtok=[0.4, NAN]), two())
    stream = session([0, 100, 200, 201], prefix_tokens=[0, 2000, 2000, 2000], prompt_tokens=[2000, 2500, 2500, 2500])
    motion = replay_in_motion(stream, one_tier(), moving, cache=PrefixCache(ttl_s=300, min_tokens=0))
    assert motion.run.cached_tokens.tolist() == [0, 2000, 0, 0]
    assert motion.run.cost_pusd.tolist() == [
        2000 * 1_000_000, 2000 * 400_000 + 500 * 1_000_000, 2500 * 1_000_000, 2500 * 1_000_000
    ]  # fmt: skip


def test_long_context_prices_are_those_of_the_epoch() -> None:
    step = PriceStep(model_index=0, min_prompt_tokens=1999, prompt_usd_per_mtok=7.0)
    motion = replay_in_motion(
        session([0, 100]), one_tier(), timeline(two(), two().replace(price_steps=(step,))), cache=NO_CACHE
    )
    assert motion.run.cost_pusd.tolist() == [2000 * 1_000_000, 2000 * 7_000_000]


def test_under_the_metric_request_a_request_is_priced_in_its_epoch() -> None:
    # 2,000 in and 1,000 out: a costs 2.5 and b 4.5 milli-USD, then a 8.5.
    stream = session([0, 100], completion_tokens=[1000, 1000])
    policy = {"price_metric": "request", "stickiness": "none"}
    motion = replay_in_motion(stream, one_tier(**policy), timeline(two(), two(a=4.0)))
    assert motion.run.decisions.model_index.tolist() == [0, 1]


def test_the_fastest_is_the_fastest_of_its_epoch() -> None:
    # Where both are as fast, the request's own price decides.
    policy = {"ranking": "throughput", "price_metric": "request", "stickiness": "none"}
    moving = timeline(two(tps=[10.0, 20.0]), two(tps=[20.0, 10.0]), two(b=0.5, tps=[20.0, 20.0]))
    motion = replay_in_motion(session([0, 100, 200]), one_tier(**policy), moving)
    assert motion.run.decisions.model_index.tolist() == [1, 0, 1]


def test_an_epoch_that_can_serve_nothing_refuses_and_is_remembered_over() -> None:
    moving = timeline(two(), two(a=NAN, b=NAN), two(a=3.0))
    motion = replay_in_motion(session([0, 100, 200]), one_tier(), moving, cache=NO_CACHE)
    assert motion.run.decisions.model_index.tolist() == [0, UNSERVED, 0]  # the session still knows a
    effect = motion_effect(motion)
    assert (effect.moving_unserved, effect.standing_unserved, effect.n_other_model) == (1, 0, 1)
    assert effect.cost_pusd == 2000 * (1_000_000 + 3_000_000) - 3 * 2000 * 1_000_000
    with pytest.raises(InputError, match="none of its models has both prices and a context window"):
        replay_in_motion(session([0]), one_tier(), timeline(two(a=NAN, b=NAN)))


def test_causes_of_jumps() -> None:
    tier_map = TierMap(
        name="two", tiers=(Tier(name="low", models=("a",)), Tier(name="high", models=("b",))),
        request_edges_ppm=(500_000,), score_edges_milli=None, default_tier="low",
        policy=Policy(empty_tier="up", stickiness="none"), score_definition="test-1",
    )  # fmt: skip
    moving = timeline(two(), two(a=NAN), two())
    stream = request_stream(
        session=[0] * 6, time_s=[0, 1, 100, 200, 201, 202], prompt_tokens=[1] * 6, completion_tokens=[0] * 6,
        min_score=[0.1, 0.9, 0.1, 0.1, 0.9, 0.9],
    )  # fmt: skip
    motion = replay_in_motion(stream, tier_map, moving)
    assert motion.run.decisions.model_index.tolist() == [0, 1, 1, 0, 1, 1]
    # 0 to 1: asked. 1 to 2: asked for less, and stays on b only because a is gone: no jump. 2 to 3: a came back.
    assert catalogue_jumps(motion).tolist() == [False, False, False, True, False, False]
    assert jump_causes(motion) == JumpCauses(n_pairs=5, n_pairs_across=2, n_model_jumps=3, n_catalogue_jumps=1)
    assert jump_causes(motion).n_request_jumps == 2


def test_a_map_cut_anew_follows_the_scores() -> None:
    tier_map = TierMap(
        name="cut", tiers=(Tier(name="low", models=("a",)), Tier(name="high", models=("b",))),
        request_edges_ppm=(500_000,), score_edges_milli=(20_000,), default_tier="high",
        policy=Policy(), score_definition="test-1",
    )  # fmt: skip
    early, late = two(coding_score=[19.999, 20.0]), two(coding_score=[20.0, NAN])
    assert [tier.models for tier in map_in_force(tier_map, late, "recut").tiers] == [(), ("a",)]
    stream = request_stream(session=[0, 1], time_s=[0, 100], prompt_tokens=[1, 1], completion_tokens=[0, 0])
    listed = replay_in_motion(stream, tier_map, timeline(early, late))
    recut = replay_in_motion(stream, tier_map, timeline(early, late), membership="recut")
    assert listed.run.decisions.model_index.tolist() == [1, 1]
    assert recut.run.decisions.model_index.tolist() == [1, 0]
    assert recut.notes == ("the score of a moves: metrics judge by the first one.",)
    with pytest.raises(InputError, match="no score edges to cut by; use membership 'listed'"):
        replay_in_motion(stream, one_tier(), timeline(two()), membership="recut")
    with pytest.raises(InputError, match="use one of listed, recut"):
        replay_in_motion(stream, one_tier(), timeline(two()), membership="anew")


def test_metrics_name_a_model_by_its_first_score() -> None:
    moving = timeline(two(a=NAN), two(coding_score=[30.0, NAN]), two(coding_score=[40.0, 50.0]))
    assert moving.overview.coding_score.tolist() == [30.0, 50.0]
    assert moving.rescored == ("a",)


def test_requests_outside_the_catalogues_are_counted() -> None:
    moving = Timeline(starts_us=[50 * SECOND, 100 * SECOND], catalogues=(two(), two(a=3.0)), end_us=200 * SECOND)
    motion = replay_in_motion(session([0, 49.9, 50, 199, 200]), one_tier(), moving)
    assert motion.epoch.tolist() == [0, 0, 0, 1, 1]
    assert motion.notes == (
        "2 requests come before the first catalogue begins: it counts for them all the same.",
        "1 requests come after the last catalogue ends: it counts for them all the same.",
    )
    for times in ([0, 49.999999], [200, 201]):
        with pytest.raises(InputError, match="on its clock; give the date of the stream's time 0 as origin"):
            replay_in_motion(session(times), one_tier(), moving)


@pytest.mark.parametrize(
    ("starts", "catalogues", "end", "message"),
    [
        ([], (), None, "0 catalogues have 0 starts"),
        ([0, 1], (two(),), None, "1 catalogues have 2 starts"),
        ([1, 0], (two(), two()), None, "starts_us has 1 before 0"),
        ([0, 0], (two(), two()), None, "starts_us has 0 twice"),
        ([0, 5], (two(), two()), 5, "the end 5 is not after the last start 5"),
        (
            [0, 5],
            (two(), two().replace(score_definition="test-2")),
            None,
            r"catalogue 2 \(undated\): it scores 'test-2'",
        ),
        ([0, 5], (two(), two().select([0])), None, "only some catalogues list 'b'"),
        ([0, 5], (two().select([0]), two()), None, "only some catalogues list 'b'"),
        ([0, 5], (two(), two().select([1, 0])), None, "its models stand in another order"),
    ],
)
def test_what_a_timeline_refuses(
    starts: list[int], catalogues: tuple[Catalogue, ...], end: int | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Timeline(starts_us=np.array(starts, dtype=np.int64), catalogues=catalogues, end_us=end)


def test_a_map_of_other_scores_is_refused() -> None:
    with pytest.raises(InputError, match="re-anchor the edges"):
        replay_in_motion(session([0]), one_tier(), timeline(two().replace(score_definition="test-2")))
