"""Is the robust map the best of all maps, for every aim, with limits and ties, whatever way it was found?"""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs import band_graphs
from oracles.slow_paths import all_paths, slow_totals
from paretocode.tune.measures import Counts, measure_named
from paretocode.tune.paths import _least_worst, _play, _world_mix
from paretocode.tune.paths._least_worst import least_worst
from paretocode.tune.paths._levels import levels_of
from paretocode.tune.paths._play import played
from paretocode.tune.paths._world_mix import least_columns
from paretocode.tune.paths.derived import combined
from paretocode.tune.paths.found import Verdict
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import MOST, least_from_start
from paretocode.tune.worlds._robust_search import RobustSearch
from paretocode.tune.worlds._worlds import Worlds
from paretocode.tune.worlds.robust import AIMS, RobustAnswer

NAMES = ("now", "a", "b", "c")
BANDS = (1, 2, 3)
MAPS = st.sampled_from([1, 40, 200_000])


@st.composite
def robust_questions(draw: st.DrawFn) -> tuple[BandGraph, Worlds]:
    """Two to four worlds with one or two limits somewhere, sizes alike or not, tiny totals and thus many ties."""
    n_worlds, n_limits = draw(st.integers(2, 4)), draw(st.integers(0, 2))
    graph = draw(band_graphs(n_metrics=n_worlds + n_limits, max_nodes=5, max_arcs=14, largest=4))
    measure = measure_named(draw(st.sampled_from(["cost_usd", "shortfall"])))
    names = NAMES[:n_worlds]
    limited = [f"n_unmet@{name}" for name in NAMES[:n_limits]]
    sizes = draw(st.sampled_from([(1, 1, 1, 1), (3, 2, 5, 4), (2**40 - 1, 2**41 + 1, 2**39 + 7, 3)]))
    worlds = Worlds(
        measure=measure,
        names=names,
        weights=tuple(draw(st.integers(1, 3)) for _ in names),
        counts=tuple(Counts(requests=9, pairs=9, stated=size, prompt_tokens=9) for size in sizes[:n_worlds]),
        limits={name: draw(st.integers(0, 7)) for name in limited},
    )
    metrics = (*(f"{measure.metric}@{name}" for name in names), *limited)
    made = BandGraph(n_nodes=graph.n_nodes, tail=graph.tail, head=graph.head, metrics=metrics, values=graph.values)
    return made, worlds


def answered(graph: BandGraph, worlds: Worlds, aim: str, *, most_steps: int = 200_000) -> RobustAnswer:
    """Return the answer on a graph that no log stands behind."""
    ready = SimpleNamespace(space=SimpleNamespace(graph=graph))
    return RobustSearch(worlds, ready, BANDS, most_steps, None).answer(aim)  # type: ignore[arg-type]


def kept(graph: BandGraph, worlds: Worlds, n_bands: int) -> dict[tuple[int, ...], tuple[int, ...]]:
    """Return every map within the limits, with its totals in the worlds."""
    n_worlds, limits = len(worlds.names), tuple(worlds.limits.values())
    every = {path: slow_totals(graph, path) for path in all_paths(graph, n_bands)}
    return {
        path: totals[:n_worlds]
        for path, totals in every.items()
        if all(total <= most for total, most in zip(totals[n_worlds:], limits, strict=True))
    }


def aimed(aim: str, worlds: Worlds, totals: tuple[int, ...], own: list[int]) -> Fraction:
    """Return what is to be least, by its definition."""
    if aim == "expected":
        return Fraction(sum(w * t for w, t in zip(worlds.weights, totals, strict=True)))
    base = own if aim == "regret" else [0] * len(own)
    return max(Fraction(t - b, p) for t, b, p in zip(totals, base, worlds.per, strict=True))


def mean(worlds: Worlds, totals: tuple[int, ...]) -> int:
    """Return the weighted sum that breaks ties."""
    return sum(w * t for w, t in zip(worlds.weights, totals, strict=True))


@given(question=robust_questions(), aim=st.sampled_from(AIMS), most_steps=MAPS)
@settings(max_examples=300)
def test_it_is_the_best_of_all_maps(question: tuple[BandGraph, Worlds], aim: str, most_steps: int) -> None:
    graph, worlds = question
    answer = answered(graph, worlds, aim, most_steps=most_steps)  # few steps: the maps are listed instead
    every = {n: kept(graph, worlds, n) for n in BANDS}
    union = [totals for maps in every.values() for totals in maps.values()]
    own = [min(column) for column in zip(*union, strict=True)] if union else []
    assert answer.own_best.tolist() == own
    assert answer.verdicts == {n: Verdict.EXACT if every[n] else Verdict.NO_MAP for n in BANDS}
    assert [found.n_bands for found in answer.maps] == [n for n in BANDS if every[n]]
    for found in answer.maps:
        keys = {p: (aimed(aim, worlds, t, own), mean(worlds, t), p[::-1]) for p, t in every[found.n_bands].items()}
        assert tuple(found.arcs.tolist()) == min(keys, key=keys.__getitem__)
        assert tuple(found.totals.tolist()) == every[found.n_bands][tuple(found.arcs.tolist())]
    for at, one in enumerate(answer.own_maps):
        assert one.totals[at] == own[at]
    if answer.best is not None:
        assert answer.best in answer.maps
        best = aimed(aim, worlds, tuple(answer.best.totals.tolist()), own)
        assert best == min(aimed(aim, worlds, totals, own) for totals in union)


def test_a_map_that_an_aim_meets_counts_for_its_worlds_too() -> None:
    """Without a proof: the search for the least expected total meets a map that is better in one world than its own."""
    graph = BandGraph(
        n_nodes=5,
        tail=np.array([0, 0, 1, 1, 1, 2, 2, 0, 2, 3], dtype=np.int32),
        head=np.array([1, 2, 2, 2, 3, 3, 3, 4, 4, 4], dtype=np.int32),
        metrics=("cost_pusd@now", "cost_pusd@a", "cost_pusd@b", "cost_pusd@c", "n_unmet@now"),
        values=np.array(
            [[0] * 5] * 4 + [[0, 0, 1, 0, 1]] + [[0] * 5] * 2 + [[0, 0, 0, 0, 1], [0, 0, 0, 1, 0], [0] * 5]
        ),
    )
    worlds = Worlds(
        measure=measure_named("cost_usd"),
        names=NAMES,
        weights=(1, 1, 1, 1),
        counts=(Counts(requests=9, pairs=9, stated=1, prompt_tokens=9),) * 4,
        limits={"n_unmet@now": 0},
    )
    with patch.object(_least_worst, "_MOST_LISTED", -1):
        answer = answered(graph, worlds, "expected", most_steps=0)
    assert answer.own_best.tolist() == [0, 0, 0, 0]


@given(question=robust_questions(), aim=st.sampled_from(AIMS))
def test_without_a_proof_the_best_map_seen_stands_in(question: tuple[BandGraph, Worlds], aim: str) -> None:
    graph, worlds = question
    with patch.object(_least_worst, "_MOST_LISTED", -1):
        answer = answered(graph, worlds, aim, most_steps=0)
    for n in BANDS:
        every = kept(graph, worlds, n)
        assert answer.verdicts[n] is Verdict.UNPROVEN or not every
        assert all(tuple(one.arcs.tolist()) in every for one in answer.maps if one.n_bands == n)
    for one in answer.maps:
        assert one.verdict is Verdict.UNPROVEN
        assert (one.totals >= answer.own_best).all()


@given(question=robust_questions())
def test_the_mix_of_the_worlds_never_promises_too_little(question: tuple[BandGraph, Worlds]) -> None:
    graph, worlds = question
    n_worlds = len(worlds.names)
    levels = levels_of(np.zeros(n_worlds, dtype=np.int64), worlds.per, 100)
    for n in BANDS:
        paths = all_paths(graph, n)
        if not paths:
            continue
        weights, met = played(graph, levels, n)
        assert {tuple(path) for path in met} <= set(paths)
        totals = np.array([slow_totals(graph, path)[:n_worlds] for path in paths])
        each = [[int(level) for level in row] for row in levels.of(totals)]
        mixed = min(sum(w * level for w, level in zip(weights, row, strict=True)) for row in each)
        assert mixed <= sum(weights) * min(max(row) for row in each)


@given(graph=band_graphs(), n_bands=st.sampled_from(BANDS), at_once=st.sampled_from([1, 2, 64]))
def test_least_totals_of_all_columns_are_those_of_each(graph: BandGraph, n_bands: int, at_once: int) -> None:
    with patch.object(_world_mix, "_COLUMNS_AT_ONCE", at_once):
        least = least_columns(graph, graph.values, n_bands)
    for at, column in enumerate(graph.values.T):
        np.testing.assert_array_equal(least[:, :, at], least_from_start(graph, column, n_bands))


@given(question=robust_questions(), n_listed=st.sampled_from([1, 5, 50]))
def test_the_mix_and_the_pieces_of_a_list_change_nothing(question: tuple[BandGraph, Worlds], n_listed: int) -> None:
    graph, worlds = question
    ready = worlds.graph(graph)
    levels = levels_of(np.zeros(len(worlds.names), dtype=np.int64), worlds.per, 100)
    for n in BANDS:
        asked = {"n_bands": n, "levels": levels, "limits": worlds.limit_totals}
        whole = least_worst(ready, **asked, most_steps=10_000)
        with patch.object(_play, "_MOST_ROUNDS", 0):
            plain = least_worst(ready, **asked, most_steps=10_000)
        with patch.object(_least_worst, "_LISTED_AT_ONCE", n_listed):
            listed = least_worst(ready, **asked, most_steps=0)
        assert whole.path == plain.path == listed.path
        assert (whole.is_proven, plain.is_proven, listed.is_proven) == (True, True, True)


@given(graph=band_graphs(n_metrics=3), weights=st.lists(st.integers(0, 4), min_size=3, max_size=3))
def test_a_combined_column_is_the_sum_on_every_arc(graph: BandGraph, weights: list[int]) -> None:
    wanted = dict(zip(graph.metrics, [weights[0] + 1, *weights[1:]], strict=True))
    made = combined(graph, {"sum": wanted, "last": {graph.metrics[2]: 1}})
    exact = [[sum(w * int(v) for w, v in zip(wanted.values(), row, strict=True)), int(row[2])] for row in graph.values]
    assert made.values.tolist() == exact
    assert (made.tail is graph.tail, made.head is graph.head, MOST > 0) == (True, True, True)
