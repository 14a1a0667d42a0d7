"""What does the frontier search answer on graphs small enough to work out by hand, and what does it refuse?"""

from __future__ import annotations

import numpy as np
import pytest

from graphs import chain_graph, graph_of
from paretocode._compiled import MODE_VARIABLE
from paretocode.errors import InputError, UsageError
from paretocode.tune.paths.found import Verdict
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.pareto import frontier_of_maps

modes = pytest.mark.parametrize("mode", ["never", "always"])

# Two bands over node 1 or node 2, or one band. Metrics: cost, shortfall, jumps.
DIAMOND = graph_of(
    4,
    [(0, 1), (0, 2), (0, 3), (1, 3), (1, 3), (2, 3)],
    [[1, 8, 2], [4, 2, 0], [9, 9, 0], [2, 2, 2], [2, 2, 5], [3, 3, 1]],
    n_metrics=3,
)


@modes
def test_the_two_ways_of_the_diamond(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODE_VARIABLE, mode)
    (found,) = frontier_of_maps(DIAMOND, n_bands=2, metrics=["cost", "shortfall"])
    # Over node 1: 1 + 2, 8 + 2, by either of two bands; over node 2: 4 + 3, 2 + 3.
    assert found.searched_totals.tolist() == [[3, 10], [7, 5]]
    assert found.n_sharing.tolist() == [2, 1]
    assert found.arcs.tolist() == [[0, 3], [1, 5]]
    assert (found.verdict, found.slack, found.searched) == (Verdict.EXACT, (0, 0), ("cost", "shortfall"))


@modes
def test_a_third_metric_tells_the_parallel_bands_apart(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODE_VARIABLE, mode)
    (found,) = frontier_of_maps(DIAMOND, n_bands=2, metrics=["jumps", "cost", "shortfall"])
    assert found.searched_totals.tolist() == [[1, 7, 5], [4, 3, 10]]
    assert found.n_sharing.tolist() == [1, 1]


def test_a_limit_on_a_metric_that_is_not_searched_keeps_the_dearer_way() -> None:
    free, limited = (
        frontier_of_maps(DIAMOND, n_bands=2, metrics=["cost"], limits=limits)[0] for limits in (None, {"jumps": 3})
    )
    assert (free.totals.tolist(), limited.totals.tolist()) == ([[3, 10, 4]], [[7, 5, 1]])
    # (3, 10, 7) shares the cost of (3, 10, 4), but the limited metric tells them apart: at least one map shares.
    (loose,) = frontier_of_maps(DIAMOND, n_bands=2, metrics=["cost"], limits={"jumps": 7})
    assert (loose.totals.tolist(), loose.n_sharing.tolist(), free.n_sharing.tolist()) == ([[3, 10, 4]], [1], [2])


def test_several_numbers_of_bands_come_in_rising_order_and_once() -> None:
    found = frontier_of_maps(DIAMOND, n_bands=[3, 1, 2, 1], metrics=["cost"])
    assert [each.n_bands for each in found] == [1, 2, 3]
    assert [each.totals[:, 0].tolist() for each in found] == [[9], [3], []]
    assert (found[2].verdict, found[2].arcs.shape) == (Verdict.NO_MAP, (0, 3))
    assert frontier_of_maps(DIAMOND, n_bands=10**9, metrics=["cost"])[0].verdict == Verdict.NO_MAP


def test_an_unreachable_end_or_a_limit_too_tight_is_no_map() -> None:
    lost = graph_of(3, [(0, 1)], [[1]], n_metrics=1)
    assert frontier_of_maps(lost, n_bands=1, metrics=["cost"])[0].verdict == Verdict.NO_MAP
    assert frontier_of_maps(DIAMOND, n_bands=1, metrics=["jumps"], limits={"cost": 8})[0].verdict == Verdict.NO_MAP
    assert len(frontier_of_maps(DIAMOND, n_bands=1, metrics=["jumps"], limits={"cost": 9})[0]) == 1


@modes
def test_equal_vectors_show_the_lowest_arcs_from_the_end_and_count_all(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MODE_VARIABLE, mode)
    chain = graph_of(4, [(i, j) for i in range(4) for j in range(i + 1, 4)] * 2, [[1, 1]] * 12, n_metrics=2)
    (found,) = frontier_of_maps(chain, n_bands=2, metrics=["cost", "shortfall"])
    # Over node 1 or node 2, each band twice: 2 x 4 maps.
    assert (found.searched_totals.tolist(), found.n_sharing.tolist()) == ([[2, 2]], [8])
    assert found.arcs.tolist() == [[0, chain.arcs_into(3).start + 2]]


@modes
def test_counts_stop_at_two_to_the_62(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODE_VARIABLE, mode)
    arcs = [(i, i + 1) for i in range(64) for _ in range(2)]
    doubled = graph_of(65, arcs, np.zeros((128, 1)), n_metrics=1)
    assert frontier_of_maps(doubled, n_bands=64, metrics=["cost"])[0].n_sharing.tolist() == [2**62]


def test_slack_shrinks_the_answer_and_is_written_down() -> None:
    graph = chain_graph(14, 2, 3)
    exact, rough = (
        frontier_of_maps(graph, n_bands=5, metrics=["cost", "shortfall"], epsilon=epsilon)[0]
        for epsilon in ({}, {"cost": 9_000, "shortfall": 9_000})
    )
    assert 0 < len(rough) < len(exact)
    assert (rough.verdict, rough.slack) == (Verdict.WITHIN_EPSILON, (9_000, 9_000))
    worse = (rough.searched_totals[:, None] - exact.searched_totals).max(axis=2).min(axis=0)
    assert worse.max() <= 9_000


def test_slack_that_would_lose_the_only_map_within_the_limits_is_not_used_on_them() -> None:
    # After two bands (0, 5) and (2, 1) meet in one cell of width 101, and the first stays: it can keep either limit.
    # Only the second can keep both, with the last band (0, 4).
    graph = graph_of(4, [(0, 1), (0, 1), (1, 2), (2, 3), (2, 3)], [[0, 5], [2, 1], [0, 0], [4, 0], [0, 4]], n_metrics=2)
    arguments = {"n_bands": 3, "metrics": ["cost", "shortfall"], "limits": {"cost": 3, "shortfall": 5}}
    (found,) = frontier_of_maps(graph, **arguments, epsilon={"cost": 100, "shortfall": 100})
    assert found.searched_totals.tolist() == [[2, 5]]
    assert (found.verdict, found.slack) == (Verdict.EXACT, (0, 0))


def test_progress_counts_nodes_and_labels_and_may_interrupt() -> None:
    seen: list[tuple[int, int, int]] = []
    frontier_of_maps(DIAMOND, n_bands=2, metrics=["cost"], progress=lambda *now: seen.append(now))
    # Nodes 1 and 2 after one band, the end after two.
    assert seen == [(1, 3, 1), (2, 3, 2), (3, 3, 3)]

    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        frontier_of_maps(DIAMOND, n_bands=2, metrics=["cost"], progress=interrupt)


def test_too_many_labels_are_refused_with_the_layer() -> None:
    with pytest.raises(
        InputError, match=r"search: 3 partial maps are worth keeping by band 2 of 2, and 2 were allowed; allow an epsil"
    ):
        frontier_of_maps(DIAMOND, n_bands=2, metrics=["cost"], most_labels=2)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"metrics": []}, "no metric was named; name some of cost, shortfall, jumps"),
        ({"metrics": ["cost", "cost"]}, "cost was named twice; name each metric once"),
        ({"n_bands": 0}, "n_bands is 0; ask for maps of at least one band"),
        ({"n_bands": []}, "no number of bands was asked for"),
        ({"n_bands": [2, -1]}, "n_bands is -1"),
        ({"limits": {"cost": -1}}, "the limit of cost is -1; give a whole number, 0 or more"),
        ({"limits": {"cost": 1.5}}, "the limit of cost is 1.5"),
        ({"epsilon": {"cost": -2}}, "the epsilon of cost is -2; give a whole number, 0 or more"),
        ({"epsilon": {"jumps": 1}}, "epsilon is given for jumps, which is not searched; give it for cost, or search"),
        ({"n_bands": 2.5}, "n_bands is 2.5"),
    ],
)
def test_what_makes_no_question_is_refused(changes: dict[str, object], sentence: str) -> None:
    arguments: dict[str, object] = {"n_bands": 2, "metrics": ["cost"]} | changes
    with pytest.raises(UsageError, match=f"search: {sentence}"):
        frontier_of_maps(DIAMOND, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [{"metrics": ["p95"]}, {"limits": {"p95": 1}}, {"epsilon": {"p95": 1}}],
    ids=lambda each: next(iter(each)),
)
def test_a_metric_that_the_graph_does_not_carry_is_refused(changes: dict[str, object]) -> None:
    arguments: dict[str, object] = {"n_bands": 2, "metrics": ["cost"]} | changes
    with pytest.raises(InputError, match="metric is 'p95'; use one of cost, shortfall, jumps"):
        frontier_of_maps(DIAMOND, **arguments)  # type: ignore[arg-type]


def test_sums_beyond_62_bits_are_refused_and_those_within_are_exact() -> None:
    def path(value: int) -> BandGraph:
        return graph_of(3, [(0, 1), (1, 2)], [[value], [value]], n_metrics=1)

    with pytest.raises(InputError, match="do not fit 62 bits"):
        frontier_of_maps(path(2**61), n_bands=2, metrics=["cost"])
    (found,) = frontier_of_maps(path(2**61 - 1), n_bands=2, metrics=["cost"], limits={"cost": 10**30})
    assert found.totals.tolist() == [[2**62 - 2]]
