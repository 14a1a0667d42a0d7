"""Sessions drawn with repetition: what `drawn_sessions` makes of them."""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.catalogue import load_bundled
from paretocode.errors import InputError
from paretocode.sim import replay
from paretocode.stream import DEFAULT_DEMAND, apply_demand, drawn_sessions, synthesise
from paretocode.tiermap import documented_pareto_code

STREAM = apply_demand(synthesise("coding_agent", n_requests=800, rng=1), DEFAULT_DEMAND, rng=2)


def test_a_replay_of_drawn_sessions_costs_what_their_counts_say() -> None:
    models = load_bundled()
    tier_map = documented_pareto_code(models)
    whole = replay(STREAM, tier_map, models)
    of_session = np.bincount(STREAM.session, weights=whole.cost_pusd)
    drawn = np.random.default_rng(3).integers(0, STREAM.n_sessions, STREAM.n_sessions)
    again = replay(drawn_sessions(STREAM, drawn), tier_map, models)
    assert int(again.cost_pusd.sum()) == int(of_session[drawn].sum())


def test_every_session_once_is_the_stream_itself() -> None:
    drawn = drawn_sessions(STREAM, np.arange(STREAM.n_sessions))
    assert drawn.digest == STREAM.digest


@pytest.mark.parametrize(
    ("sessions", "sentence"),
    [
        ([], "no session is drawn; draw positions from 0 to"),
        ([-1, 0], "sessions -1 to 0 are drawn"),
        ([0, 10**6], "sessions 0 to 1000000 are drawn"),
    ],
)
def test_sessions_that_are_not_there_are_refused(sessions: list[int], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        drawn_sessions(STREAM, np.array(sessions, dtype=np.int64))
