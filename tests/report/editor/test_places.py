"""The page's own rules of where an edge may go, run by Node: the kernel would mend what they let through."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PLACES = Path(__file__).parents[3] / "paretocode" / "report" / "editor" / "page" / "places.js"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function that gives the values of JavaScript expressions."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed: the page's rules were not run outside a browser")
    folder = tmp_path_factory.mktemp("places")
    shutil.copy(PLACES, folder / "places.mjs")  # Node takes a module by its suffix

    def values(*expressions: str) -> list[Any]:
        text = f"import * as p from './places.mjs'; console.log(JSON.stringify([{', '.join(expressions)}]));"
        (folder / "run.mjs").write_text(text)
        done = subprocess.run(["node", str(folder / "run.mjs")], capture_output=True, text=True, check=True, timeout=60)
        found: list[Any] = json.loads(done.stdout)
        return found

    return values


def test_an_edge_stays_a_millionth_from_its_neighbours(places: Any) -> None:
    found = places(
        "p.roomOf([300, 600, 900], 0, 1, 1000)",
        "p.roomOf([300, 600, 900], 1, 1, 1000)",
        "p.roomOf([300, 600, 900], 2, 1, 1000)",
        "p.roomOf([300, 301, 302], 1, 1, 1000)",
    )
    assert found == [[1, 599], [301, 899], [601, 1000], [301, 301]]


def test_a_pointer_beyond_a_neighbour_leaves_the_edge_on_its_own_side(places: Any) -> None:
    room = "p.roomOf([300, 600], 0, 1, 1000)"
    assert places(
        f"p.snapped([100, 400, 700], 950, {room})",  # the last candidate inside
        f"p.snapped([700, 800], 950, {room})",  # none inside: the end of the room
        f"p.snapped([100, 400, 700], -50, {room})",
        f"p.snapped([], 299.6, {room})",
        f"p.clamped(950, ...{room})",
    ) == [400, 599, 100, 300, 599]


def test_keys_step_over_candidates_and_stop_at_the_room(places: Any) -> None:
    room = "[150, 599]"
    assert places(
        f"p.stepped([100, 200, 300, 400, 700], 300, 1, {room})",
        f"p.stepped([100, 200, 300, 400, 700], 300, 5, {room})",
        f"p.stepped([100, 200, 300, 400, 700], 400, 1, {room})",
        f"p.stepped([100, 200, 300, 400, 700], 300, -1, {room})",
        f"p.stepped([100, 200, 300, 400, 700], 200, -1, {room})",
    ) == [400, 400, 599, 200, 150]


def test_equal_distances_take_the_lower_candidate(places: Any) -> None:
    assert places("p.snapped([200, 300], 250, [1, 999])", "p.firstAtLeast([1, 3, 3, 5], 3)") == [200, 1]
