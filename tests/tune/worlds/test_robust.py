"""Robust maps of a made-up log: each aim against the list of all maps, limits here and everywhere, parts of a log."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paretocode.catalogue import FractionScale, bundled_scale, load_bundled
from paretocode.errors import InputError, UsageError
from paretocode.sim import NO_CACHE
from paretocode.stream import DEFAULT_DEMAND, apply_demand, request_stream, synthesise
from paretocode.tiermap import Policy
from paretocode.tune.edges.candidates import EdgeRules
from paretocode.tune.edges.maps import exact_totals
from paretocode.tune.measures import measure_named
from paretocode.tune.paths.every import every_map
from paretocode.tune.paths.found import Verdict
from paretocode.tune.prepare import Prepared, prepared
from paretocode.tune.question import MapQuestion
from paretocode.tune.worlds.over_settings import robust_over_settings
from paretocode.tune.worlds.robust import AIMS, robust_maps
from paretocode.tune.worlds.scenarios import Scenario, price_shock, score_replicates, weeks
from strategies import catalogue_of

MODELS = load_bundled()


@pytest.fixture(scope="module")
def question() -> MapQuestion:
    """Two score replicates and a shock, which counts double, on a log of forty sessions."""
    stream = apply_demand(synthesise("coding_agent", n_sessions=40, rng=1), DEFAULT_DEMAND, rng=2)
    return MapQuestion(
        stream=stream,
        catalogue=MODELS,
        scale=bundled_scale(),
        n_bands=(2, 3),
        request_rules=EdgeRules(most_candidates=30),
        scenarios=(
            *score_replicates(MODELS, n=2, rng=1),
            price_shock(MODELS, models="deepseek/*", factor=4.0, weight=2),
        ),
    )


@pytest.fixture(scope="module")
def ready(question: MapQuestion) -> Prepared:
    return prepared(question, question.settings[0])


def totals_of_all(ready: Prepared, n_bands: int, names: tuple[str, ...], metric: str = "cost_pusd") -> np.ndarray:
    """Return a metric of every map in some worlds."""
    graph = ready.space.graph
    return every_map(graph, n_bands=n_bands).totals[:, [graph.column(f"{metric}@{name}") for name in names]]


@pytest.mark.parametrize("aim", AIMS)
def test_each_aim_is_least_among_all_maps(question: MapQuestion, ready: Prepared, aim: str) -> None:
    seen: list[tuple[int, int]] = []
    progress = lambda done, n: seen.append((done, n))  # noqa: E731
    answer = robust_maps(question, question.settings[0], aim=aim, ready=ready, progress=progress)
    assert seen == [(i, 6) for i in range(1, 7)]
    names = answer.worlds.names
    assert names == ("now", "scores 1", "scores 2", "deepseek/* x 4")
    every = {n: totals_of_all(ready, n, names) for n in (2, 3)}
    own = np.concatenate(list(every.values())).min(axis=0)
    assert answer.own_best.tolist() == own.tolist()
    for found in answer.maps:
        level = {
            "expected": every[found.n_bands] @ np.array([1, 1, 1, 2]),
            "worst": every[found.n_bands].max(axis=1),
            "regret": (every[found.n_bands] - own).max(axis=1),
        }[aim]
        mine = {
            "expected": int(found.totals @ np.array([1, 1, 1, 2])),
            "worst": int(found.totals.max()),
            "regret": int((found.totals - own).max()),
        }
        assert mine[aim] == level.min()
        assert answer.expected(found) == pytest.approx(mine["expected"] / 5e12)
        assert answer.worst(found) == (mine["worst"] / 1e12, names[int(np.argmax(found.totals))])
        assert answer.regret(found) == (mine["regret"] / 1e12, names[int(np.argmax(found.totals - own))])
        assert answer.values(found).tolist() == (found.totals / 1e12).tolist()
        assert answer.tier_map(found, name="robust").n_tiers == found.n_bands
    assert answer.best is not None
    assert answer.verdicts == {2: Verdict.EXACT, 3: Verdict.EXACT}


def test_what_a_map_costs_in_a_scenario_is_what_it_decides_there(question: MapQuestion, ready: Prepared) -> None:
    answer = robust_maps(question, question.settings[0], aim="worst", measure="shortfall", ready=ready)
    found = answer.maps[0]
    at = ready.space.metrics[1].names.index("shortfall_ppm")
    exact = [int(exact_totals(ready.space, found.arcs, scenario=s).totals[at]) for s in range(4)]
    assert found.totals.tolist() == exact


@pytest.mark.parametrize("where", ["now", "all"])
def test_limits_hold_here_or_everywhere(question: MapQuestion, ready: Prepared, where: str) -> None:
    shortfall = {n: totals_of_all(ready, n, ("now", "scores 1", "scores 2"), "shortfall_ppm") for n in (2, 3)}
    middle = int(np.sort(np.concatenate(list(shortfall.values())).max(axis=1))[20])
    measure, counts = measure_named("shortfall"), question.counts
    asked = replace(question, limits={"shortfall": measure.value(middle, counts)})
    most = measure.total(asked.limits["shortfall"], counts)
    answer = robust_maps(asked, asked.settings[0], aim="expected", limits_in=where, ready=ready)
    for found in answer.maps:
        every = totals_of_all(ready, found.n_bands, answer.worlds.names) @ np.array([1, 1, 1, 2])
        kept = (shortfall[found.n_bands][:, : 3 if where == "all" else 1] <= most).all(axis=1)
        assert int(found.totals @ np.array([1, 1, 1, 2])) == every[kept].min()


def test_a_limit_that_no_map_keeps_leaves_no_map(question: MapQuestion, ready: Prepared) -> None:
    asked = replace(question, limits={"cost_usd": 1e-9})
    answer = robust_maps(asked, asked.settings[0], aim="regret", ready=ready)
    assert (answer.maps, answer.own_maps, answer.best, len(answer.own_best)) == ((), (), None, 0)
    assert answer.verdicts == {2: Verdict.NO_MAP, 3: Verdict.NO_MAP}


def test_parts_of_a_log_compare_shares_by_their_own_requests(question: MapQuestion) -> None:
    days = float(np.ptp(question.stream.time_s[question.stream.is_first])) / 86_400 / 3
    asked = replace(question, scenarios=weeks(question.stream, days=days), n_bands=(2,))
    answer = robust_maps(asked, asked.settings[0], aim="worst", measure="shortfall", now_weight=0)
    assert "now" not in answer.worlds.names
    assert len(set(answer.worlds.per)) > 1
    every = totals_of_all(answer.ready, 2, answer.worlds.names, "shortfall_ppm") / np.array(answer.worlds.per)
    best = answer.best
    assert best is not None
    value, where = answer.worst(best)
    assert value == pytest.approx(every.max(axis=1).min() / 1e6)
    assert where == answer.worlds.names[int(np.argmax(answer.values(best)))]
    # Pooled: the parts together are the log.
    pooled = robust_maps(
        asked, asked.settings[0], aim="expected", measure="shortfall", now_weight=0, ready=answer.ready
    )
    whole = totals_of_all(answer.ready, 2, ("now",), "shortfall_ppm").min()
    assert pooled.best is not None
    assert pooled.expected(pooled.best) == pytest.approx(whole / 1e6 / question.counts.stated)


def test_questions_that_make_no_sense_are_refused(question: MapQuestion, ready: Prepared) -> None:
    setting = question.settings[0]
    with pytest.raises(InputError, match="aim is 'best'; use one of expected, worst, regret"):
        robust_maps(question, setting, aim="best", ready=ready)
    with pytest.raises(InputError, match="limits_in is 'mean'"):
        robust_maps(question, setting, aim="worst", limits_in="mean", ready=ready)
    with pytest.raises(UsageError, match="now_weight is -1"):
        robust_maps(question, setting, aim="worst", now_weight=-1, ready=ready)
    with pytest.raises(UsageError, match="n_bands is 0"):
        robust_maps(question, setting, aim="worst", n_bands=[0], ready=ready)
    with pytest.raises(InputError, match="no scenario is given"):
        robust_maps(replace(question, scenarios=()), setting, aim="worst")
    with pytest.raises(InputError, match="two worlds are called 'scores 1'"):
        replace(question, scenarios=question.scenarios[:1] * 2)


def test_serving_nobody_is_no_bargain() -> None:
    """In a world where the best model's score falls, a tier above it is empty and its requests cost nothing."""
    models = catalogue_of(
        {
            "model_id": ["low/a", "mid/b", "top/c"],
            "coding_score": [20.0, 50.0, 80.0],
            "prompt_usd_per_mtok": [1.0, 2.0, 4.0],
        }
    )
    fallen = models.replace(coding_score=np.array([20.0, 50.0, 40.0]))
    stream = request_stream(
        session=[1, 2, 3],
        time_s=[0, 0, 0],
        prompt_tokens=[100] * 3,
        completion_tokens=[0] * 3,
        min_score=[0.1, 0.5, 0.8],
    )
    asked = MapQuestion(
        stream=stream,
        catalogue=models,
        scale=FractionScale(full=100.0),
        policy=Policy(empty_tier="refuse"),
        cache=NO_CACHE,
        n_bands=(2,),
        scenarios=(Scenario(name="fallen", catalogue=fallen),),
    )
    careless = robust_maps(asked, asked.settings[0], aim="regret")
    # The upper edge leaves its tier empty in the fallen world: two requests at 1 USD, the third served by nobody.
    assert careless.own_best[list(careless.worlds.names).index("fallen")] == 2 * 100_000_000
    careful = robust_maps(replace(asked, limits={"unserved_share": 0.0}), asked.settings[0], aim="regret")
    # The lower edge serves all in both: one request at 1 USD and two at 2, 100 tokens each.
    assert careful.own_best.tolist() == [500_000_000, 500_000_000]


def test_all_settings_are_held_to_one_limit_on_unserved_requests(question: MapQuestion) -> None:
    """A setting in which nobody can keep the limit must not win by the requests that it turns away."""
    asked = replace(question, edges=("coupled", "apart"), limits={"unserved_share": 0.0})
    found = robust_over_settings(asked, asked.settings, aim="regret")
    assert len({answer.worlds.most_unserved for _, answer in found.answers if answer.maps}) == 1
    assert len({tuple(answer.own_best.tolist()) for _, answer in found.answers}) == 1
    best = found.best
    assert best is not None
    for _, answer in found.answers:
        assert answer.best is None or answer.aimed(answer.best) >= found.best_answer.aimed(best)
