"""Jumps worked out by hand: their causes, what they lose, how often they are taken back."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.sim.cache import PrefixCache
from paretocode.sim.jumps import (
    Failures,
    JumpCause,
    JumpTables,
    JumpTally,
    count_flaps,
    jump_causes,
    jump_report,
    jump_tables,
    tally_jumps,
)
from paretocode.sim.motion import Timeline, replay_in_motion
from paretocode.sim.plan import UNSERVED
from paretocode.sim.replaying import Replay, replay
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap import Policy, Tier, TierMap
from strategies import NAN, catalogue_of

ALWAYS = PrefixCache(ttl_s=300, min_tokens=0)
LOW, SMALL, LARGE, PLAIN = range(4)


def models(**columns: list[object]) -> Catalogue:
    """Return one low model and three high ones: the cheapest is small, and the dearest caches nothing."""
    return catalogue_of(
        {
            "model_id": ["low", "small", "large", "plain"],
            "coding_score": [20.0, 60.0, 60.0, 60.0],
            "prompt_usd_per_mtok": [1.0, 2.0, 4.0, 8.0],
            "completion_usd_per_mtok": [1.0, 9.0, 4.0, 8.0],
            "cache_read_usd_per_mtok": [0.1, 0.2, 0.4, NAN],
            "cache_write_usd_per_mtok": [NAN, NAN, 5.0, NAN],
            "context_tokens": [2000.0, 1000.0, 2000.0, 3000.0],
            **columns,
        }
    )


def a_map(**policy: object) -> TierMap:
    return TierMap(
        name="two", tiers=(Tier(name="low", models=("low",)), Tier(name="high", models=("small", "large", "plain"))),
        request_edges_ppm=(500_000,), score_edges_milli=None, default_tier="high",
        policy=Policy(**policy), score_definition="test-1",  # type: ignore[arg-type]
    )  # fmt: skip


def session(
    time_s: list[float], prompt: list[int], asked: list[float], *, completion: int = 0, shared: bool = True
) -> RequestStream:
    """Return one session; each prompt holds the one before if `shared`."""
    n = len(time_s)
    return request_stream(
        session=[0] * n, time_s=time_s, prompt_tokens=prompt, completion_tokens=[completion] * n, min_score=asked,
        prefix_tokens=[0, *prompt[:-1]] if shared else [0] * n,
    )  # fmt: skip


def tally_of(run: Replay, **more: object) -> JumpTally:
    return tally_jumps(run, jump_tables(run, ALWAYS), **more)  # type: ignore[arg-type]


def causes_of(run: Replay, **more: object) -> list[str]:
    causes = jump_causes(run, jump_tables(run, ALWAYS), **more)  # type: ignore[arg-type]
    return [list(JumpCause)[code - 1].name if code else "" for code in causes.tolist()]


def test_up_and_down_again() -> None:
    stream = session([0, 10, 20, 30], [100, 200, 300, 400], [0.2, 0.9, 0.2, 0.2])
    run = replay(stream, a_map(), models(), cache=ALWAYS)
    assert run.decisions.model_index.tolist() == [LOW, SMALL, LOW, LOW]
    assert causes_of(run) == ["", "CALLER", "CALLER", ""]
    found = tally_of(run)
    assert found.tier_pairs == ((1, 1), (1, 0))
    assert (found.n_tier_jumps_up, found.n_tier_jumps_down, found.tier_jumps_by_height) == (1, 1, {1: 2})
    assert found.model_jumps == {(LOW, SMALL): 1, (SMALL, LOW): 1}
    assert (found.n_tier_flaps, found.n_model_flaps) == (1, 1)  # the way up is taken back, the way down is not
    # Up: low held 100 of 200 and small holds nothing. Down: small held 200 of 300, low still holds 100.
    assert found.lost_tokens_by_cause[0] == found.lost_tokens == 100 + 100
    assert found.lost_pusd == 100 * (2_000_000 - 200_000) + 100 * (1_000_000 - 100_000)
    assert (found.n_warm_jumps, found.n_cold_jumps, found.warm_share) == (2, 0, 1.0)
    assert found.tier_jump_rate == pytest.approx(2 / 3)


def test_a_gap_of_the_time_limit_is_warm_and_a_longer_one_is_cold() -> None:
    stream = session([0, 300, 600.000001], [100, 200, 300], [0.2, 0.9, 0.2])
    found = tally_of(replay(stream, a_map(), models(), cache=ALWAYS))
    assert (found.n_warm_jumps, found.n_cold_jumps, found.lost_tokens) == (1, 1, 100)


def test_below_the_least_length_of_the_model_left_behind_nothing_is_lost() -> None:
    stream = session([0, 10, 20], [100, 200, 300], [0.2, 0.9, 0.2])
    cache = dataclasses.replace(ALWAYS, by_model={"low": PrefixCache(min_tokens=101), "small": PrefixCache(ttl_s=0)})
    run = replay(stream, a_map(), models(), cache=cache)
    found = tally_jumps(run, jump_tables(run, cache))
    # low: 100 is too short, but the gap is within its time; small caches nothing, so there is no time to be within.
    assert (found.lost_tokens, found.n_warm_jumps) == (0, 1)


def test_writing_to_the_new_cache_is_part_of_the_loss() -> None:
    stream = session([0, 10], [900, 1500], [0.9, 0.9])
    run = replay(stream, a_map(), models(), cache=ALWAYS)
    assert run.decisions.model_index.tolist() == [SMALL, LARGE]
    found = tally_of(run)
    assert causes_of(run) == ["", "CONTEXT"]
    assert found.lost_pusd == 900 * (5_000_000 - 400_000)


def test_a_model_without_a_price_for_cached_tokens_loses_tokens_and_no_money() -> None:
    stream = session([0, 10, 20], [1900, 2500, 1600], [0.9, 0.9, 0.9])
    run = replay(stream, a_map(), models(), cache=ALWAYS)
    assert run.decisions.model_index.tolist() == [LARGE, PLAIN, PLAIN]
    found = tally_of(run)
    assert (found.lost_tokens, found.unpriced_tokens, found.lost_pusd) == (1900, 1900, 0)


def test_a_prompt_that_shrinks_under_a_router_that_keeps_nothing() -> None:
    stream = session([0, 10], [1500, 900], [0.9, 0.9])
    assert causes_of(replay(stream, a_map(stickiness="none"), models(), cache=ALWAYS)) == ["", "CONTEXT"]
    assert causes_of(replay(stream, a_map(), models(), cache=ALWAYS)) == ["", ""]


def test_a_forgotten_session_jumps_though_its_model_is_still_listed() -> None:
    stream = session([0, 300], [1500, 900], [0.9, 0.9])
    assert causes_of(replay(stream, a_map(), models(), cache=ALWAYS)) == ["", "STICKINESS"]
    within = session([0, 299], [1500, 900], [0.9, 0.9])
    assert causes_of(replay(within, a_map(), models(), cache=ALWAYS)) == ["", ""]
    new_topic = session([0, 10], [1500, 900], [0.9, 0.9], shared=False)
    assert causes_of(replay(new_topic, a_map(stickiness="implicit"), models(), cache=ALWAYS)) == ["", "STICKINESS"]


def test_hysteresis_lets_go_within_one_tier() -> None:
    # Asked for: high throughout after the first request; the level follows 0.1 behind and reaches the edge late.
    stream = session([0, 1, 2], [100, 100, 100], [0.2, 0.55, 0.65])
    run = replay(stream, a_map(hysteresis_ppm=100_000), models(), cache=ALWAYS)
    assert run.decisions.tier_routed.tolist() == [0, 0, 1]
    assert causes_of(run) == ["", "", "HYSTERESIS"]


def test_own_tokens_choose_another_model() -> None:
    # small costs 2 and 9, large 4 and 4 USD per million tokens: a long answer makes large cheaper.
    stream = request_stream(
        session=[0, 0], time_s=[0, 1], prompt_tokens=[100, 100], completion_tokens=[10, 200], min_score=[0.9, 0.9]
    )
    run = replay(stream, a_map(stickiness="none", price_metric="request"), models(), cache=ALWAYS)
    assert run.decisions.model_index.tolist() == [SMALL, LARGE]
    assert causes_of(run) == ["", "OWN_TOKENS"]


def with_models(run: Replay, model: list[int], ranked: list[int]) -> Replay:
    """Return the replay as if these models had served; fallbacks within the high tier."""
    chosen = {"model_index": np.array(model, dtype=np.int32), "ranked_index": np.array(ranked, dtype=np.int32)}
    return dataclasses.replace(run, decisions=dataclasses.replace(run.decisions, **chosen))


def test_away_to_a_fallback_and_back() -> None:
    stream = session([0, 1, 2, 3, 4], [100] * 5, [0.9] * 5)
    calm = replay(stream, a_map(stickiness="none"), models(), cache=ALWAYS)
    run = with_models(calm, [SMALL, LARGE, SMALL, PLAIN, SMALL], [SMALL] * 5)
    failures = Failures(np.array([0, 2, 0, 3, 0], dtype=np.uint8), np.full(5, SMALL, dtype=np.int32))
    assert causes_of(run, failures=failures) == ["", "OUTAGE", "RETURN", "FALLBACK", "RETURN"]
    found = tally_of(run, failures=failures)
    assert (found.n_failure_driven, found.n_request_driven, found.n_catalogue_driven) == (4, 0, 0)
    assert found.n_model_flaps == 2  # small is taken up again twice, the fallbacks are not
    # Failures that a second try at the same model mends are no fallbacks, so they explain no jump.
    assert causes_of(calm, failures=failures) == [""] * 5
    assert causes_of(run) == ["", *["RANKING"] * 4]


def test_a_catalogue_that_moves() -> None:
    now = models()
    dearer = now.replace(prompt_usd_per_mtok=np.array([1.0, 6.0, 4.0, 8.0]))
    gone = now.replace(
        prompt_usd_per_mtok=np.array([1.0, 6.0, NAN, 8.0]), context_tokens=np.array([2000.0, 1000.0, NAN, 3000.0])
    )
    timeline = Timeline(starts_us=[0, 10_000_000, 20_000_000], catalogues=(now, dearer, gone))
    stream = session([0, 12, 25], [100, 200, 300], [0.9] * 3)
    motion = replay_in_motion(stream, a_map(stickiness="none"), timeline, cache=ALWAYS)
    versions = motion.plan.versions
    tables = JumpTables(
        plan=motion.plan, tariff=versions.tariff(ALWAYS.rules(motion.plan.catalogue)), price_index=versions.row
    )
    assert motion.run.decisions.model_index.tolist() == [SMALL, LARGE, SMALL]
    assert jump_causes(motion.run, tables).tolist() == [0, JumpCause.PRICE.code, JumpCause.CATALOGUE.code]
    found = tally_jumps(motion.run, tables)
    assert found.n_catalogue_driven == 2
    # To large 100 tokens at 5 - 0.4. Back at small at its later price: it holds 100, large held 200, 100 are lost.
    assert found.lost_pusd == 100 * (5_000_000 - 400_000) + 100 * (6_000_000 - 200_000)
    with pytest.raises(InputError, match="the replay ran under a moving catalogue; make JumpTables from"):
        jump_tables(motion.run)
    with pytest.raises(InputError, match="ran under 3 catalogues of 4 models and the tables hold 1 of 4"):
        tally_jumps(motion.run, dataclasses.replace(tables, price_index=versions.row[:1]))


@pytest.mark.parametrize(
    ("values", "turns", "flaps"),
    [
        ([1, 2, 1], 1, 1),
        ([1, 2, 2, 1], 1, 0),
        ([1, 2, 2, 1], 2, 1),
        ([1, 2, 1, 2], 3, 2),  # both of the first two jumps are taken back, the third is not
        ([1, 2, 3, 1], 2, 1),
        ([1, 2, UNSERVED, 1], 2, 1),  # an unserved request is a turn
        ([1, 2, 3], 3, 0),
        ([1, 2], 9, 0),
    ],
)
def test_flaps(values: list[int], turns: int, flaps: int) -> None:
    column = np.array(values, dtype=np.int32)
    served = column != UNSERVED
    at = np.flatnonzero((column[1:] != column[:-1]) & served[1:] & served[:-1]) + 1
    stream = session(list(range(len(values))), [1] * len(values), [0.5] * len(values))
    assert count_flaps(stream, column, at, turns=turns) == flaps


def test_no_flap_across_sessions() -> None:
    stream = request_stream(session=[0, 0, 1], time_s=[0, 1, 0], prompt_tokens=[1] * 3, completion_tokens=[1] * 3)
    assert count_flaps(stream, np.array([1, 2, 1], dtype=np.int32), np.array([1]), turns=3) == 0


def test_rates_of_nothing_are_none() -> None:
    found = tally_of(replay(session([0], [100], [0.9]), a_map(), models(), cache=ALWAYS))
    assert (found.n_pairs, found.tier_jump_rate, found.model_jump_rate, found.warm_share) == (0, None, None, None)
    assert (found + found).n_sessions == 2


def test_the_report_is_plain_and_names_things() -> None:
    stream = session([0, 10, 20, 30], [100, 200, 300, 400], [0.2, 0.9, 0.2, 0.2])
    report = jump_report(tally_of(replay(stream, a_map(), models(), cache=ALWAYS)))
    assert json.loads(json.dumps(report)) == report
    assert report["tier_pairs"] == {"low": {"low": 1, "high": 1}, "high": {"low": 1, "high": 0}}
    assert report["model_pairs"] == [
        {"before": "low", "after": "small", "jumps": 1},
        {"before": "small", "after": "low", "jumps": 1},
    ]
    why = "The caller's min score asked for another tier."
    assert report["causes"] == {"caller": {"why": why, "jumps": 2, "lost_tokens": 200, "lost_usd": 0.00027}}
    assert (report["request_driven"], report["catalogue_driven"], report["failure_driven"]) == (2, 0, 0)


def test_refusals() -> None:
    run = replay(session([0, 1], [100, 100], [0.2, 0.9]), a_map(), models(), cache=ALWAYS)
    tables = jump_tables(run, ALWAYS)
    with pytest.raises(InputError, match="flap_turns is 0; give 1 turn or more"):
        tally_jumps(run, tables, flap_turns=0)
    primary = run.decisions.model_index
    with pytest.raises(InputError, match="failures: failure has 1 rows and the replay 2"):
        jump_causes(run, tables, failures=Failures(np.zeros(1, dtype=np.uint8), primary))
    with pytest.raises(InputError, match="failures: primary has 1 rows and the replay 2"):
        jump_causes(run, tables, failures=Failures(np.zeros(2, dtype=np.uint8), primary[:1]))
    with pytest.raises(InputError, match="failure has the code 5; give codes from 0 to 4"):
        tally_jumps(run, tables, failures=Failures(np.array([0, 5], dtype=np.uint8), primary))
    with pytest.raises(InputError, match="jumps of the flap_turns 3 and 4 do not add up"):
        tally_jumps(run, tables) + tally_jumps(run, tables, flap_turns=4)
