"""Are rows added up by the units that they are drawn in?"""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.evidence import Clusters, day_clusters, label_clusters, session_clusters, summed
from paretocode.stream import RequestStream
from paretocode.stream.stream import request_stream


def stream_of(sessions: list[int], time_s: list[float] | None = None) -> RequestStream:
    n = len(sessions)
    return request_stream(
        session=sessions,
        time_s=list(range(n)) if time_s is None else time_s,
        prompt_tokens=[1] * n,
        completion_tokens=[1] * n,
    )


def test_sessions_are_clusters_in_their_order() -> None:
    clusters = session_clusters(stream_of([3, 3, 7, 9, 9, 9]))
    assert (clusters.n, clusters.kind, clusters.is_contiguous) == (3, "session", True)
    assert clusters.starts.tolist() == [0, 2, 3]
    assert summed(np.array([1, 2, 4, 8, 16, 32]), clusters).tolist() == [3, 4, 56]


def test_a_session_belongs_to_the_day_it_begins_on_even_when_it_runs_on() -> None:
    stream = stream_of([1, 1, 2, 3], [86_399.0, 200_000.0, 86_400.0, 0.0])
    assert day_clusters(stream).n == 2
    assert summed(np.ones(4, dtype=np.int64), day_clusters(stream)).tolist() == [3, 1]


def test_users_may_have_sessions_apart_from_each_other() -> None:
    clusters = label_clusters(stream_of([1, 1, 2, 3]), ["ann", "bob", "ann"], kind="user")
    assert (clusters.of_row.tolist(), clusters.is_contiguous) == ([0, 0, 1, 0], False)
    table = np.array([[1, 10], [2, 20], [4, 40], [8, 80]])
    assert summed(table, clusters).tolist() == [[11, 110], [4, 40]]
    assert summed(table / 2, clusters).tolist() == [[5.5, 55.0], [2.0, 20.0]]


def test_sums_of_whole_numbers_are_exact_up_to_the_last_bit() -> None:
    clusters = Clusters(of_row=np.array([0, 1, 0]), n=2, kind="session")
    assert summed(np.array([2**61, 2, 2**61 + 1]), clusters).tolist() == [2**62 + 1, 2]
    assert summed(np.array([2**62, -(2**60), -(2**60) - 1]), clusters).tolist() == [2**62 - 2**60 - 1, -(2**60)]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: session_clusters(stream_of([4, 4])), "there is one session only; give at least two"),
        (lambda: day_clusters(stream_of([4, 5])), "there is one day only; give at least two"),
        (lambda: label_clusters(stream_of([4, 5]), ["ann"] * 2, kind="user"), "there is one user only"),
        (
            lambda: label_clusters(stream_of([4, 5]), ["ann"], kind="user"),
            "1 labels of a user stand against 2 sessions",
        ),
        (lambda: Clusters(of_row=np.array([], dtype=np.int64), n=0, kind="day"), "there is no day"),
        (lambda: Clusters(of_row=np.array([0, 2]), n=3, kind="day"), "rows name other clusters than 0 to 2"),
        (lambda: Clusters(of_row=np.array([0, 2]), n=2, kind="day"), "rows name other clusters than 0 to 1"),
        (lambda: Clusters(of_row=np.array([0, -1]), n=2, kind="day"), "number each day that has rows, from 0 on"),
        (
            lambda: summed(np.ones(3), session_clusters(stream_of([1, 2]))),
            "3 rows of values stand against 2 rows in clusters; give one a row",
        ),
        (
            lambda: summed(np.full(2, 2**62), Clusters(of_row=np.array([0, 1]), n=2, kind="day")),
            "sums by cluster leave 64 bits; take a part of the stream",
        ),
    ],
)
def test_bad_input_is_refused_in_a_sentence(make: object, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        make()  # type: ignore[operator]
    assert sentence in str(caught.value)
