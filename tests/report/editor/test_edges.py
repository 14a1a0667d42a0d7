"""Edges never cross, pinned ones stay, undo goes back: whatever a hand does."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.report.editor.edges import MOST_EDGES, EdgeState, edge_state
from paretocode.report.editor.history import MOST_STEPS, History
from paretocode.stream.stream import PPM

ASKED = st.integers(-5, PPM + 5)


@st.composite
def handled(draw: st.DrawFn) -> list[EdgeState]:
    """The states that some handling leads through."""
    state = EdgeState(request_ppm=tuple(sorted(draw(st.sets(st.integers(1, PPM), max_size=4)))))
    states = [state]
    for _ in range(draw(st.integers(1, 8))):
        index = draw(st.integers(0, 5))
        what = draw(st.sampled_from(["move", "score", "add", "remove", "pin", "part", "couple"]))
        n = len(state.request_ppm)
        state = {
            "move": lambda s=state, i=index: s.moved("request", i, draw(ASKED)),
            "score": lambda s=state, i=index: s.moved("score", i, draw(ASKED), least=0, most=PPM),
            "add": lambda s=state: s.added(draw(ASKED), score_milli=draw(st.integers(30_000, 30_005))),
            "remove": lambda s=state, i=index: s.removed(i),
            "pin": lambda s=state, i=index: s.pinned("request", i, on=draw(st.booleans())),
            "part": lambda s=state, k=n: s.parted(range(30_000, 30_000 + k)),
            "couple": lambda s=state: s.coupled(),
        }[what]()
        states.append(state)
    return states


@given(states=handled())
def test_edges_increase_and_stay_on_the_axis(states: list[EdgeState]) -> None:
    for state in states:
        assert all(low < high for low, high in pairwise((0, *state.request_ppm, PPM + 1)))
        assert all(low < high for low, high in pairwise(state.score_milli or ()))
        assert len(state.pinned_request) == len(state.request_ppm)
        assert state.score_milli is None or len(state.score_milli) == len(state.pinned_score) == len(state.request_ppm)


@given(states=handled(), data=st.data())
def test_a_pinned_edge_stays(states: list[EdgeState], data: st.DataObject) -> None:
    state = states[-1]
    if not state.request_ppm:
        return
    index = data.draw(st.integers(0, len(state.request_ppm) - 1))
    pinned = state.pinned("request", index, on=True)
    assert pinned.moved("request", index, data.draw(ASKED)) == pinned
    assert pinned.removed(index) == pinned
    freed = pinned.pinned("request", index, on=False)
    assert freed.removed(index) != freed or any(freed.pinned_score[index : index + 1])


def test_an_edge_stops_one_millionth_before_its_neighbour() -> None:
    state = EdgeState(request_ppm=(330_000, 660_000))
    assert state.moved("request", 0, 900_000).request_ppm == (659_999, 660_000)
    assert state.moved("request", 1, 0).request_ppm == (330_000, 330_001)
    assert state.moved("request", 1, 2 * PPM).request_ppm == (330_000, PPM)
    assert state.moved("request", 0, -9).request_ppm == (1, 660_000)


def test_an_edge_is_added_where_there_is_room() -> None:
    state = EdgeState(request_ppm=(330_000,))
    assert state.added(330_000).request_ppm == (329_999, 330_000)
    assert EdgeState(request_ppm=()).added(PPM + 7).request_ppm == (PPM,)
    apart = EdgeState(request_ppm=(330_000, 660_000), score_milli=(44_000, 44_001))
    added = apart.added(500_000, score_milli=44_000)
    assert added.request_ppm == (330_000, 500_000, 660_000)
    assert added.score_milli == (44_000, 44_001, 44_002)
    full = EdgeState(request_ppm=tuple(range(1, MOST_EDGES + 1)))
    assert full.added(500_000) == full


def test_edges_from_elsewhere_are_set_right_and_said() -> None:
    state, notes = edge_state([500_000, 500_000, -3])
    assert state.request_ppm == (1, 499_999, 500_000)
    assert len(notes) == 2
    with pytest.raises(InputError, match="give at most"):
        edge_state(range(1, MOST_EDGES + 3))
    with pytest.raises(InputError, match="give as many of both"):
        edge_state([1, 2], [3])


@given(states=handled())
def test_undo_leads_back_through_every_state_and_redo_forth(states: list[EdgeState]) -> None:
    history = History(present=states[0])
    for state in states[1:]:
        history = history.then(state)
    seen = [states[0]]
    for state in states[1:]:
        seen += [state] if state != seen[-1] else []
    back = history
    for state in reversed(seen):
        assert back.present == state
        back = back.undone()
    assert back.present == states[0]
    for state in seen[1:]:
        back = back.redone()
        assert back.present == state
    assert back.redone() == back


def test_a_change_forgets_what_was_undone_and_old_steps_are_dropped() -> None:
    history = History(present=EdgeState(request_ppm=(1,)))
    for at in range(2, MOST_STEPS + 10):
        history = history.then(EdgeState(request_ppm=(at,)))
    assert len(history.past) == MOST_STEPS
    changed = history.undone().then(EdgeState(request_ppm=(9,)))
    assert not changed.future
