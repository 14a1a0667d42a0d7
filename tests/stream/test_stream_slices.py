"""Slices of a stream keep its sessions whole."""

from __future__ import annotations

from paretocode.stream.stream import request_stream


def test_first_sessions_are_whole() -> None:
    stream = request_stream(
        session=["a", "a", "b", "b", "b", "c"], time_s=range(6), prompt_tokens=[1] * 6, completion_tokens=[1] * 6
    )
    assert len(stream.first_sessions(3)) == 5
    assert stream.first_sessions(3).session_ids == ("a", "b")
    assert len(stream.first_sessions(2)) == 2
    assert stream.first_sessions(6) is stream
    assert stream.first_sessions(1).notes[-1] == "only the first 2 of 6 requests, whole sessions"
