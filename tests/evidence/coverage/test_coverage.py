"""Do the intervals hold the truth as often as they say? A part of `tests/benchmarks/coverage.py` that runs in seconds.

The long run promises 93 to 97 of 100. A count of 1,000 worlds is itself off by 0.007 (one standard deviation at 0.95),
so a count may lie two of these outside. What must fail is far away: naive intervals hold the truth in 20 to 85 of 100.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from evidence.coverage.counting import Row, markdown
from evidence.coverage.grouped import DAYS, USERS, Groups, grouped_rows
from evidence.coverage.many import Field, best_rows, nested_rows, plateau_rows
from evidence.coverage.replayed import Population, population, replayed_rows

N_WORLDS = 1000


def shares(rows: list[Row]) -> dict[str, float]:
    assert len({row.case for row in rows}) == 1
    return {row.method: row.share for row in rows}


def holds_as_promised(share: float, n_worlds: int = N_WORLDS) -> bool:
    """Return whether a count fits a long run of 0.93 to 0.97."""
    room = 2 * math.sqrt(0.95 * 0.05 / n_worlds)
    return 0.93 - room <= share <= 0.97 + room


@pytest.fixture(scope="module")
def people() -> Population:
    return population(60_000, seed=1, measures=("cost_usd_per_krequest", "shortfall_mean", "model_jump_rate"))


def test_differences_on_replays(people: Population) -> None:
    rows = replayed_rows(people, n_sessions=150, n_worlds=N_WORLDS, n_replicates=199, seed=7)
    found = {(row.case, row.method): row for row in rows}
    for measure in people.measures:
        own = found[measure, "bootstrap-t"]
        assert own.n_worlds > 0.95 * N_WORLDS
        assert holds_as_promised(own.share, own.n_worlds), (measure, own.share)
    assert holds_as_promised(found["all of them", "at once, max-t"].share)
    assert found["all of them", "at once, each alone"].share < 0.92
    # Requests of one session are no independent witnesses.
    for measure in ("cost_usd_per_krequest", "shortfall_mean"):
        assert found[measure, "requests independent"].share < 0.4


@pytest.mark.parametrize(
    "groups", [replace(USERS, n=80), replace(DAYS, sessions_per_group=15)], ids=lambda groups: groups.kind
)
def test_clusters_must_not_be_finer_than_what_correlates(groups: Groups) -> None:
    rows = grouped_rows(groups, n_worlds=N_WORLDS, n_replicates=149, seed=7)
    found = {(row.case.rpartition(" ")[2], row.method): row.share for row in rows}
    for method in ("bootstrap-t", "student"):
        assert holds_as_promised(found[groups.kind, method])
        assert found["session", method] < 0.9


@pytest.mark.parametrize(("n_maps", "correlation", "most_naive"), [(5, 0.0, 0.93), (20, 0.0, 0.75)])
def test_the_best_of_many(n_maps: int, correlation: float, most_naive: float) -> None:
    field = Field(n_maps=n_maps, n_sessions=100, gap=0.0, correlation=correlation)
    found = shares(best_rows(field, n_worlds=N_WORLDS, n_replicates=199, seed=7))
    assert found["naive"] < most_naive
    assert holds_as_promised(found["max-t, all maps at once"])
    assert found["max-t, the picked map"] >= found["max-t, all maps at once"]
    assert holds_as_promised(found["at most, one-sided"])


def test_a_clear_winner_needs_no_correction_and_loses_little_by_it() -> None:
    field = Field(n_maps=5, n_sessions=150, gap=2.0, correlation=0.9, has_winner=True)
    found = shares(best_rows(field, n_worlds=N_WORLDS, n_replicates=199, seed=7))
    assert holds_as_promised(found["naive"])
    assert found["max-t, the picked map"] > 0.95


def test_the_nested_bootstrap_of_a_chosen_map() -> None:
    """Few worlds, for time: 100 of them are off by 0.022; the command counts 1,000."""
    field = Field(n_maps=20, n_sessions=40, gap=0.0, correlation=0.0)
    found = shares(nested_rows(field, n_worlds=100, n_outer=100, n_inner=30, seed=7))
    assert found["naive"] < 0.75
    assert holds_as_promised(found["nested"], 100)


def test_the_truly_best_map_is_on_the_plateau() -> None:
    field = Field(n_maps=10, n_sessions=150, gap=0.2, correlation=0.5)
    found = shares(plateau_rows(field, n_worlds=300, n_replicates=199, seed=7))
    assert found["plateau"] > 0.95


def test_the_table_has_a_line_for_each_case_and_a_column_for_each_method() -> None:
    rows = [
        Row(study="S", case="a", method="x", n_worlds=10, n_held=9),
        Row(study="S", case="a", method="y", n_worlds=10, n_held=5),
        Row(study="S", case="b", method="x", n_worlds=4, n_held=4),
    ]
    assert markdown(rows).splitlines() == [
        "### S",
        "",
        "| case | worlds | x | y |",
        "|---|--:|--:|--:|",
        "| a | 10 | 0.900 | 0.500 |",
        "| b | 4 | 1.000 | - |",
    ]
    assert rows[0].band(sure=0.95) == pytest.approx((0.95 - 0.135, 0.95 + 0.135), abs=1e-3)
