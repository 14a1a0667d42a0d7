"""Do all contenders of the benchmarks still give the same answers? Tiny sizes; nothing is timed here."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from moocore import hypervolume as moocore_hypervolume

from benchmarks.band_cuts import bands_race, scores
from benchmarks.bootstrap import bootstrap_race
from benchmarks.events import events_race
from benchmarks.frontier_points import efficient_points, frontier_race, random_points
from benchmarks.harness import Contender, Race, hold, markdown
from benchmarks.search_every import band_matrix, every_map_race, frontier_of_maps_race
from benchmarks.search_figures import Measured, frontiers_table, replay_seconds, scalar_table, steps_table
from benchmarks.search_peers import optimisers
from benchmarks.search_problem import MapProblem
from benchmarks.search_scores import Effort, frontier_table, hypervolume, one_map_table
from benchmarks.search_tables import tables_race
from benchmarks.search_world import SearchWorld, search_world
from benchmarks.stateful import stateful_race
from benchmarks.stateless import stateless_race
from paretocode.tune import every_map

N = 2_000


def small_world(eligibility: str = "floor") -> SearchWorld:
    return search_world(N, n_models=40, n_edges=12, eligibility=eligibility)


RACES: dict[str, Callable[[], Race]] = {
    "stateless": lambda: stateless_race(N, n_small=N, n_oracle=100),
    "stateful": lambda: stateful_race(N, n_small=N, n_oracle=100),
    "events": lambda: events_race(N, n_small=N, n_simpy=500),
    "frontier, random": lambda: frontier_race(random_points(N), title="random"),
    "frontier, all efficient": lambda: frontier_race(efficient_points(N), title="efficient"),
    "bands, 3 decimals": lambda: bands_race(scores(N, decimals=3), title="rounded"),
    "bands, unrounded": lambda: bands_race(scores(N, decimals=None), title="unrounded"),
    "search, tables": lambda: tables_race(small_world()),
    "search, tables of tiers that hand on": lambda: tables_race(small_world("tier")),
    "search, all maps": lambda: every_map_race(small_world(), n_small=50),
    "search, frontier": lambda: frontier_of_maps_race(small_world()),
    "intervals": lambda: bootstrap_race(N, n_maps=3, n_replicates=100),
    "search, frontier of tiers that hand on": lambda: frontier_of_maps_race(small_world("tier")),
}


@pytest.mark.parametrize("name", RACES)
def test_contenders_agree(name: str) -> None:
    race = RACES[name]()
    assert len(race.contenders) > 1
    assert {c.name: c.is_right() for c in race.contenders} == {c.name: True for c in race.contenders}


def test_a_wrong_answer_is_never_timed() -> None:
    ours = Contender(name="ours", run=lambda: 1, size=1, expected=1)
    wrong = Contender(name="wrong", run=lambda: 2, size=1, expected=1)
    with pytest.raises(ValueError, match="a race: wrong gives another answer"):
        hold(Race(title="a race", unit="things", contenders=(ours, wrong)), repeats=1)


def test_the_table_has_a_row_for_each_contender() -> None:
    race = Race(
        title="a race",
        unit="things",
        contenders=(
            Contender(name="ours", run=lambda: 1, size=2_000_000, expected=1),
            Contender(name="peer", run=lambda: 1, size=1_000, expected=1, note="a part"),
        ),
    )
    rows = markdown(race, [[1.0, 3.0, 2.0], [0.002, 0.002, 0.002]]).splitlines()[-2:]
    assert rows == [
        "| ours | 2,000,000 | 2,000 | 1,000 | 1 | 1 |  |",
        "| peer | 1,000 | 2 | 2 | 0.5 | 2 | a part |",
    ]


def test_the_figures_of_the_search_name_every_world_and_step() -> None:
    worlds = {"floor": small_world(), "tier, up": small_world("tier")}
    measured = Measured(worlds=worlds, repeats=1, replay_s=replay_seconds(worlds["tier, up"], 1))
    for text, n_rows in (
        (steps_table(measured), 2),
        (frontiers_table(measured, (3,)), 4),
        (scalar_table(measured, 3), 2),
    ):
        rows = [line for line in text.splitlines() if line.startswith(("| floor |", "| tier, up |"))]
        assert len(rows) == n_rows


def test_whoever_draws_long_enough_finds_the_exact_answer() -> None:
    # Optuna and pymoo stand in the tables where they are installed; random draws always do, and 66 maps are soon drawn.
    effort = Effort(n_seeds=1, seconds=1.0, replay_s=0.01, most_maps=3_000)
    one, frontier = one_map_table(small_world(), 3, effort), frontier_table(small_world(), 3, effort)
    for text in (one, frontier):
        assert [name for name in optimisers() if f"| {name} |" in text] == list(optimisers())
    last = frontier.splitlines()[-1].split(" | ")
    assert one.splitlines()[-1].split(" | ")[-2] == "0 %"
    assert (last[4], last[-1]) == ("100 %", "100 % |")


def test_whatever_edges_a_peer_asks_for_become_a_map_of_as_many_tiers() -> None:
    space = small_world().six
    problem = MapProblem(matrix=band_matrix(space), n_bands=4)
    asked = np.array(list(itertools.product(range(1, problem.n_edges + 1), repeat=3)))
    maps = {tuple(row) for row in every_map(space.graph, n_bands=4).totals.tolist()}
    assert {tuple(row) for row in problem.totals(asked).tolist()} == maps


@pytest.mark.parametrize("seed", range(5))
def test_our_hypervolume_of_the_scores_is_moocore_s(seed: int) -> None:
    points = np.random.default_rng(seed).integers(0, 12, (20, 2))
    assert hypervolume(points, np.array([10, 9])) == moocore_hypervolume(points.astype(float), ref=[10, 9])
