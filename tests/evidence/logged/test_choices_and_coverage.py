"""What does a log hold of a candidate's traffic? Against slow loops, by hand, and on a replayed stream."""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.catalogue import load_bundled
from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters
from paretocode.evidence.logged import (
    LoggedChoices,
    asked_strata,
    choices_of_log,
    coverage_of_replay,
    log_coverage,
    logged_choices,
)
from paretocode.sim import replay
from paretocode.stream import logged_columns, request_stream
from paretocode.tiermap import documented_pareto_code

MODELS = load_bundled()
MAP = documented_pareto_code(MODELS)


@st.composite
def logs(draw: st.DrawFn) -> tuple[LoggedChoices, list[int], list[str], list[str], list[str]]:
    """Short logs of few sessions, models and strata; choices that are missing or serve nobody among them."""
    n = draw(st.integers(2, 14))

    def column(values: list[str]) -> list[str]:
        return draw(st.lists(st.sampled_from(values), min_size=n, max_size=n))

    of_row = [0, 1, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))]
    logged, candidate, strata = column(["a", "b", ""]), column(["a", "b", "c", ""]), column(["x", "y"])
    clusters = Clusters(of_row=np.array(of_row), n=2, kind="session")
    choices = logged_choices(clusters=clusters, logged=logged, candidate=candidate, strata=strata)
    return choices, of_row, logged, candidate, strata


@given(log=logs())
def test_columns_are_their_definitions(log: tuple[LoggedChoices, list[int], list[str], list[str], list[str]]) -> None:
    choices, of_row, logged, candidate, strata = log
    sessions_of: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for session, model, stratum in zip(of_row, logged, strata, strict=True):
        sessions_of[model, stratum].add(session)
    parted: set[int] = set()
    for at, (session, model, wanted, stratum) in enumerate(zip(of_row, logged, candidate, strata, strict=True)):
        is_identical = bool(model) and model == wanted
        if not is_identical:
            parted.add(session)
        assert choices.is_identical[at] == is_identical
        assert choices.is_identical_so_far[at] == (session not in parted)
        assert choices.is_seen[at] == (bool(wanted) and len(sessions_of[wanted, stratum]) >= 2)


@given(log=logs(), data=st.data())
def test_every_request_is_of_one_kind(
    log: tuple[LoggedChoices, list[int], list[str], list[str], list[str]], data: st.DataObject
) -> None:
    choices = log[0]
    n = len(choices)
    cost = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    found = log_coverage(choices, cost=cost, moves=["up", "down"] * (n // 2) + ["up"] * (n % 2))
    for rows in ((found.total,), found.strata, found.moves):
        assert sum(row.n_requests for row in rows) == n
        for row in rows:
            assert row.identical + row.seen + row.unseen + row.unserved + row.unknown == pytest.approx(1.0)
        if cost.any():
            assert sum(row.cost_share for row in rows if row.cost_share is not None) == pytest.approx(1.0)
    identical = sum(row.identical * row.n_requests for row in found.strata)
    assert identical == pytest.approx(found.total.identical * n)
    assert found.identical_so_far <= found.total.identical
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_log_of_a_replay_covers_that_replay_whole() -> None:
    """The log is what the documented map did; a candidate with a lower high edge differs where it sends requests up."""
    scores = [0.2, 0.5, 0.62, 0.9] * 3
    stream = request_stream(
        session=range(12), time_s=[0] * 12, prompt_tokens=[1_000] * 12, completion_tokens=[100] * 12, min_score=scores
    )
    served = replay(stream, MAP, MODELS)
    names = [MODELS.keys[row] for row in served.decisions.model_index]
    stream = stream.replace(logged=logged_columns(model=names))
    incumbent = replay(stream, MAP, MODELS)
    same = coverage_of_replay(incumbent, incumbent)
    assert (same.total.identical, same.total.identical_cost_share, same.identical_so_far) == (1.0, 1.0, 1.0)
    lower = dataclasses.replace(MAP, request_edges_ppm=(330_000, 600_000))
    candidate = replay(stream, lower, MODELS)
    tiers = ["low", "medium", "medium", "high"] * 3
    found = coverage_of_replay(candidate, incumbent, strata=tiers)
    assert {row.name: row.n_requests for row in found.moves} == {
        "high -> high": 3,
        "low -> low": 3,
        "medium -> high": 3,
        "medium -> medium": 3,
    }
    moved = next(row for row in found.moves if row.name == "medium -> high")
    assert (moved.identical, moved.seen, moved.unseen) == (0.0, 0.0, 1.0)  # no high model ever served this stratum
    assert coverage_of_replay(candidate, incumbent).total.unseen == 0.25  # kinds by min score say the same
    one_kind = choices_of_log(candidate, strata=["all"] * 12)
    assert one_kind.is_seen.all()  # only in one kind does one high request stand for another


def test_kinds_are_parted_at_the_edges_of_both_maps() -> None:
    """Smooth min scores on both sides of the incumbent's high edge, all above the candidate's."""
    edge = MAP.request_edges_ppm[-1]
    low, high = [edge - step for step in range(1, 151)], [edge + step for step in range(150)]
    n = len(low + high)
    stream = request_stream(
        session=range(n),
        time_s=[0] * n,
        prompt_tokens=[1_000] * n,
        completion_tokens=[100] * n,
        min_score=[ppm / 1e6 for ppm in low + high],
    )
    names = [MODELS.keys[row] for row in replay(stream, MAP, MODELS).decisions.model_index]
    stream = stream.replace(logged=logged_columns(model=names))
    lower = dataclasses.replace(MAP, request_edges_ppm=(MAP.request_edges_ppm[0], edge - 1_000))
    incumbent, candidate = (replay(stream, tier_map, MODELS) for tier_map in (MAP, lower))
    tier = np.searchsorted(MAP.request_edges_ppm, stream.min_score_ppm, side="right")
    kinds = np.array(asked_strata(stream, MAP, lower))
    assert all(len(set(tier[kinds == kind].tolist())) == 1 for kind in set(kinds.tolist()))
    found = coverage_of_replay(candidate, incumbent)
    assert (found.total.identical, found.total.seen, found.total.unseen) == (0.5, 0.0, 0.5)
    assert choices_of_log(candidate, incumbent=incumbent).is_seen.sum() == 150


def test_names_of_the_log_are_translated() -> None:
    stream = request_stream(
        session=[1, 2], time_s=[0, 0], prompt_tokens=[10, 10], completion_tokens=[1, 1], min_score=[0.1, 0.1]
    ).replace(logged=logged_columns(model=["Flash", "else"]))
    run = replay(stream, MAP, MODELS)
    choices = choices_of_log(run, keys={"Flash": MODELS.keys[run.decisions.model_index[0]]})
    assert choices.is_identical.tolist() == [True, False]
    assert "else" in choices.names
    assert coverage_of_replay(run, keys={"Flash": choices.names[choices.logged[0]]}).total.identical == 0.5


def test_what_is_refused() -> None:
    stream = request_stream(session=[1, 2], time_s=[0, 0], prompt_tokens=[10, 10], completion_tokens=[1, 1], name="day")
    with pytest.raises(InputError, match="day: the log names no model; read a log that says which model served"):
        choices_of_log(replay(stream, MAP, MODELS))
    clusters = Clusters(of_row=np.array([0, 1]), n=2, kind="session")
    with pytest.raises(InputError, match="candidate has 1 rows and the log 2"):
        logged_choices(clusters=clusters, logged=["a", "b"], candidate=["a"])
    choices = logged_choices(clusters=clusters, logged=["a", "b"], candidate=["a", "a"])
    with pytest.raises(InputError, match="cost has 3 rows and the log 2"):
        log_coverage(choices, cost=np.array([1, 2, 3]))
    longer = request_stream(session=[1, 2, 3], time_s=[0] * 3, prompt_tokens=[10] * 3, completion_tokens=[1] * 3)
    with pytest.raises(InputError, match="replayed on 3 requests, the candidate on 2; replay both on one stream"):
        coverage_of_replay(replay(stream, MAP, MODELS), replay(longer, MAP, MODELS))
