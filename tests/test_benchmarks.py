"""Do all contenders of the benchmarks still give the same answers? Tiny sizes; nothing is timed here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.band_cuts import bands_race, scores
from benchmarks.events import events_race
from benchmarks.frontier_points import efficient_points, frontier_race, random_points
from benchmarks.harness import Contender, Race, hold, markdown
from benchmarks.stateful import stateful_race
from benchmarks.stateless import stateless_race

N = 2_000

RACES: dict[str, Callable[[], Race]] = {
    "stateless": lambda: stateless_race(N, n_small=N, n_oracle=100),
    "stateful": lambda: stateful_race(N, n_small=N, n_oracle=100),
    "events": lambda: events_race(N, n_small=N, n_simpy=500),
    "frontier, random": lambda: frontier_race(random_points(N), title="random"),
    "frontier, all efficient": lambda: frontier_race(efficient_points(N), title="efficient"),
    "bands, 3 decimals": lambda: bands_race(scores(N, decimals=3), title="rounded"),
    "bands, unrounded": lambda: bands_race(scores(N, decimals=None), title="unrounded"),
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
