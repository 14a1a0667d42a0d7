"""Does the refusal name the rule, the limit or the pair that stands in the way, and a value that would do?"""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from paretocode.catalogue import bundled_scale, load_bundled
from paretocode.errors import InputError
from paretocode.stream import DEFAULT_DEMAND, apply_demand, request_stream, synthesise
from paretocode.tune.conflicts import explain_no_map, refuse_no_map
from paretocode.tune.edges.candidates import EdgeRules
from paretocode.tune.edges.lattice import TierRules
from paretocode.tune.measures import Counts, measure_named
from paretocode.tune.paths.every import every_map
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.prepare import Prepared, prepared
from paretocode.tune.question import MapQuestion
from paretocode.tune.search import search_maps
from paretocode.tune.worlds.scenarios import price_shock

LIMITED = ("cost_usd", "shortfall", "tier_change_rate")


@pytest.fixture(scope="module")
def question() -> MapQuestion:
    stream = apply_demand(synthesise("coding_agent", n_sessions=40, rng=1), DEFAULT_DEMAND, rng=2)
    return MapQuestion(
        stream=stream,
        catalogue=load_bundled(),
        scale=bundled_scale(),
        n_bands=(2, 3),
        hysteresis_ppm=(0, 50_000),
        request_rules=EdgeRules(most_candidates=30),
    )


@pytest.fixture(scope="module")
def ready(question: MapQuestion) -> tuple[Prepared, ...]:
    return tuple(prepared(question, setting) for setting in question.settings)


@pytest.fixture(scope="module")
def totals(question: MapQuestion, ready: tuple[Prepared, ...]) -> np.ndarray:
    """Return what every map of every setting comes to in the limited measures."""
    every = [every_map(one.space.graph, n_bands=n) for one in ready for n in question.n_bands]
    columns = [[each.graph.column(measure_named(name).metric) for name in LIMITED] for each in every]
    return np.concatenate([each.totals[:, column] for each, column in zip(every, columns, strict=True)])


def told(question: MapQuestion, ready: tuple[Prepared, ...] = ()) -> str:
    return str(explain_no_map(question, ready))


def limits_of(question: MapQuestion, whole: dict[str, int]) -> dict[str, float]:
    """Return limits in people's units."""
    return {name: measure_named(name).value(total, question.counts) for name, total in whole.items()}


def test_one_limit_that_nothing_keeps_is_named_with_what_would_do(
    question: MapQuestion, ready: tuple[Prepared, ...], totals: np.ndarray
) -> None:
    asked = replace(question, limits={"shortfall": 0.9, "cost_usd": 0.01})
    said = told(asked, ready)
    found = re.fullmatch(
        r"search: none of (\d+) maps keeps the limit cost_usd <= 0.01: it is at least ([\d.]+); "
        r"raise the limit to ([\d.]+) or more\.",
        said,
    )
    assert found, said
    assert int(found[1]) == len(totals)
    least, given = int(totals[:, 0].min()), measure_named("cost_usd").total(float(found[2]), question.counts)
    assert least <= given <= least * 1.01
    with pytest.raises(InputError, match="none of"):
        refuse_no_map(search_maps(asked))
    refuse_no_map(search_maps(replace(asked, limits={"cost_usd": float(found[2])})))


def test_a_pair_of_limits_is_named_with_the_least_that_the_second_allows(
    question: MapQuestion, ready: tuple[Prepared, ...], totals: np.ndarray
) -> None:
    cheap, best = totals[:, 0].argmin(), totals[:, 1].min()
    assert totals[cheap, 1] > best
    limits = limits_of(question, {"cost_usd": int(totals[cheap, 0]) + 1000, "shortfall": int(best)})
    limits["cost_usd"] += 1e-6
    limits["shortfall"] += 1e-6
    said = told(replace(question, limits=limits), ready)
    found = re.search(r"with the second kept, cost_usd is at least ([\d.]+); raise the limit of cost_usd to", said)
    assert found, said
    most = measure_named("shortfall").total(limits["shortfall"], question.counts)
    least = int(totals[totals[:, 1] <= most, 0].min())
    assert least <= measure_named("cost_usd").total(float(found[1]), question.counts) <= least * 1.01


def test_three_limits_any_two_of_which_go_together() -> None:
    """Of three maps each breaks one limit; a fourth measure sets two of the limits against each other."""
    named = ("unserved_share", "unmet_share", "tier_change_rate", "near_edge_share")
    graph = BandGraph(
        n_nodes=2,
        tail=np.zeros(3, dtype=np.int32),
        head=np.ones(3, dtype=np.int32),
        metrics=tuple(measure_named(name).metric for name in named),
        values=np.array([[0, 0, 3, 0], [0, 4, 0, 1], [5, 0, 0, 1]]),
    )
    ready = [SimpleNamespace(space=SimpleNamespace(graph=graph))]

    def said(**limits: float) -> str:
        counts = Counts(requests=10, pairs=10, stated=10, prompt_tokens=10)
        asked = SimpleNamespace(n_bands=(1, 2), counts=counts, limits=limits, epsilon={})
        return str(explain_no_map(asked, ready))  # type: ignore[arg-type]

    assert said(unserved_share=0.2, unmet_share=0.2, tier_change_rate=0.2) == (
        "search: none of 3 maps keeps all limits unserved_share <= 0.2, unmet_share <= 0.2 and tier_change_rate <= 0.2"
        ", though it can any two: with the others kept, unserved_share is at least 0.5; "
        "raise the limit of unserved_share to 0.5 or more, or another one."
    )
    assert "unmet_share is at least 0.4; raise" in said(unmet_share=0.1, tier_change_rate=0.1, unserved_share=0.4)
    pair = "none of 3 maps keeps the limits tier_change_rate <= 0.2 and near_edge_share <= 0 together: with the second"
    assert pair in said(unserved_share=0.2, tier_change_rate=0.2, near_edge_share=0.0)


def test_scenarios_beside_it_change_nothing(question: MapQuestion, ready: tuple[Prepared, ...]) -> None:
    limits = {"cost_usd": 0.01}
    beside = replace(
        question, limits=limits, scenarios=(price_shock(question.catalogue, models="deepseek/*", factor=0.5),)
    )
    both = tuple(prepared(beside, setting) for setting in beside.settings)
    assert told(beside, both) == told(replace(question, limits=limits), ready)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"tier_rules": TierRules(least_providers=9)},
            "without at least 9 providers in a tier; loosen least_providers",
        ),
        ({"tier_rules": TierRules(most_members=2)}, "without at most 2 models in a tier; loosen most_members"),
        (
            {"tier_rules": TierRules(least_request_gap_ppm=900_000, least_members=0), "n_bands": (3,)},
            "without the least gap of 0.9 between request edges; lower it",
        ),
        (
            {"tier_rules": TierRules(most_members=2, least_providers=9)},
            "without at least 9 providers in a tier and without at most 2 models in a tier; "
            "loosen least_providers and loosen most_members",
        ),
    ],
)
def test_a_rule_that_leaves_no_map_is_named(question: MapQuestion, changes: dict[str, object], words: str) -> None:
    asked = replace(question, hysteresis_ppm=(0,), **changes)  # type: ignore[arg-type]
    said = told(asked)
    assert words in said, said
    assert re.match(r"search: no map of (2 or 3|3) tiers keeps all rules, and [\d,]+ maps? would", said)


def test_rules_without_a_word_to_lift_are_counted(question: MapQuestion) -> None:
    rules = TierRules(most_members=2, least_providers=9, least_request_gap_ppm=900_000)
    said = told(replace(question, hysteresis_ppm=(0,), n_bands=(3,), tier_rules=rules))
    assert "rules, nor all but two of them; loosen several rules" in said, said


def test_more_tiers_than_models_and_requests_can_part(question: MapQuestion) -> None:
    """Two scores without room between them, and requests that ask for two things."""
    scores = np.where(np.arange(len(question.catalogue)) < 6, 40.0, 40.001)
    few = request_stream(
        session=[0] * 14,
        time_s=range(14),
        prompt_tokens=[10] * 14,
        completion_tokens=[1] * 14,
        min_score=[0.3, 0.6] * 7,
    )
    asked = replace(question, stream=few, catalogue=question.catalogue.replace(coding_score=scores), n_bands=(12, 13))
    said = told(replace(asked, hysteresis_ppm=(0,)))
    found = re.fullmatch(
        r"search: no map has 12 or 13 tiers: even without any rule, models and requests allow (\d); "
        r"ask for fewer tiers\.",
        said,
    )
    assert found, said
    assert 2 <= int(found[1]) <= 5


def test_a_grid_that_is_too_thin_is_named(question: MapQuestion) -> None:
    said = told(replace(question, n_bands=(7,), hysteresis_ppm=(0,), request_rules=EdgeRules(most_candidates=3)))
    assert said.endswith("maps would without the limit of 3 request candidates; raise most_candidates.")


def test_limits_of_which_only_pairs_go_together() -> None:
    """Six maps keep two of four limits each, so that no three go together and no least value can be told."""
    named = ("unserved_share", "unmet_share", "tier_change_rate", "near_edge_share")
    kept = np.array([[a, b] for a in range(4) for b in range(a)])
    values = np.ones((6, 4), dtype=np.int64)
    values[np.arange(6)[:, None], kept] = 0
    graph = BandGraph(
        n_nodes=2,
        tail=np.zeros(6, dtype=np.int32),
        head=np.ones(6, dtype=np.int32),
        metrics=tuple(measure_named(name).metric for name in named),
        values=values,
    )
    counts = Counts(requests=10, pairs=10, stated=10, prompt_tokens=10)
    asked = SimpleNamespace(n_bands=(1,), counts=counts, limits=dict.fromkeys(named, 0.0), epsilon={})
    said = str(explain_no_map(asked, [SimpleNamespace(space=SimpleNamespace(graph=graph))]))  # type: ignore[arg-type]
    assert said.startswith("search: none of 6 maps is found to keep all limits unserved_share <= 0, ")
    assert said.endswith("though some keep any two; raise one of them.")


def test_an_answer_with_a_map_within_the_limits_is_not_refused(question: MapQuestion) -> None:
    refuse_no_map(search_maps(replace(question, hysteresis_ppm=(0,))))


def test_limits_that_only_epsilon_hides_say_so(question: MapQuestion, ready: tuple[Prepared, ...]) -> None:
    asked = replace(question, limits={"cost_usd": 1e6, "shortfall": 1.0}, epsilon={"cost_usd": 5.0})
    said = told(asked, ready)
    assert said == (
        "search: no shown map keeps the limits cost_usd <= 1000000 and shortfall <= 1, though some map does; "
        "lower the epsilon (cost_usd 5)."
    )
