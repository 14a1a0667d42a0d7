"""vLLM Semantic Router's log and replay records as streams: the join, what it cannot join, and each slip's sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.stream import RequestStream
from paretocode.stream.readers.vllm_semantic_router import read_vllm_semantic_router


def decision(request_id: str, ts: str = "2026-05-01T10:00:00.250", **more: object) -> dict[str, object]:
    return {
        "level": "info",
        "ts": ts,
        "caller": "logging.go:120",
        "msg": "routing_decision",
        "event": "routing_decision",
        "reason_code": "auto_routing",
        "request_id": request_id,
        "original_model": "auto",
        "selected_model": "small",
        "decision": "code",
        "routing_latency_ms": 250,
        **more,
    }


def usage(request_id: str, ts: str = "2026-05-01T10:00:02.000", **more: object) -> dict[str, object]:
    return {
        "level": "info",
        "ts": ts,
        "msg": "llm_usage",
        "event": "llm_usage",
        "request_id": request_id,
        "model": "small",
        "prompt_tokens": 18_000,
        "completion_tokens": 120,
        "completion_latency_ms": 2_000,
        "cost": 0.0055,
        "currency": "USD",
        **more,
    }


RECORD = {
    "id": "replay-1",
    "timestamp": "2026-05-01T10:00:00.123456789Z",
    "request_id": "r1",
    "session_id": "a",
    "turn_index": 0,
    "decision": "code",
    "selected_model": "small",
    "projection_scores": {"difficulty": 0.7},
    "lifecycle_state": "completed",
    "response_status": 200,
    "duration_ms": 2_000,
    "prompt_tokens": 18_000,
    "cached_prompt_tokens": 12_000,
    "completion_tokens": 120,
    "actual_cost": 0.0055,
    "currency": "USD",
}


def read(tmp_path: Path, *lines: object, **options: object) -> RequestStream:
    file = tmp_path / "router.log"
    file.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return read_vllm_semantic_router(file, **options)


def sentence_of(tmp_path: Path, *lines: object) -> str:
    with pytest.raises(InputError) as refusal:
        read(tmp_path, *lines)
    return str(refusal.value).removeprefix(str(tmp_path / "router.log"))


def test_two_requests_by_hand(tmp_path: Path) -> None:
    second = decision("r2", "2026-05-01T10:00:12.100", selected_model="large", routing_latency_ms=100)
    stream = read(
        tmp_path, decision("r1"), second, usage("r2", prompt_tokens=18_500, completion_latency_ms=750), usage("r1")
    )
    assert stream.time_s.tolist() == [0.0, 12.0]
    assert (stream.prompt_tokens.tolist(), stream.completion_tokens.tolist()) == ([18_000, 18_500], [120, 120])
    logged = stream.logged
    assert logged is not None
    assert (logged.model_names, logged.model_code.tolist()) == (("large", "small"), [1, 0])
    assert (logged.answer_s.tolist(), logged.cost_usd.tolist()) == ([2.0, 0.75], [0.0055, 0.0055])
    assert stream.notes == (
        "the log names no sessions, so every request is one of its own",
        "no request states min_coding_score, so every min score is omitted",
        "the log counts no cached tokens, so prefix_tokens is 0 throughout: no cache can help",
    )


def test_what_cannot_be_joined_is_counted(tmp_path: Path) -> None:
    stream = read(
        tmp_path,
        "starting envoy",
        {"level": "info", "ts": "2026-05-01T09:59:00.000", "msg": "config loaded"},
        decision("r1", selected_model="large"),
        decision("r1", "2026-05-01T10:00:01.000"),
        decision("lost"),
        usage("r1"),
        usage("older"),
        usage("r1"),
    )
    assert len(stream) == 1
    assert stream.logged is not None
    assert stream.logged.model_names == ("small",)
    assert stream.notes[:5] == (
        "left out, lines of other text: 1",
        "left out, other events: 1",
        "left out, earlier decisions on the same request: 1",
        "left out, decisions without usage: 1",
        "left out, usage without a decision: 2",
    )


EVENTS = [("decision", i) for i in range(4)] + [("usage", i) for i in range(2, 6)]


@given(st.permutations(EVENTS))
def test_the_join_does_not_depend_on_the_order(
    tmp_path_factory: pytest.TempPathFactory, events: list[tuple[str, int]]
) -> None:
    lines = [
        decision(f"r{i}", f"2026-05-01T10:00:0{i}.250") if kind == "decision" else usage(f"r{i}", prompt_tokens=10 * i)
        for kind, i in events
    ]
    stream = read(tmp_path_factory.mktemp("log"), *lines)
    assert stream.prompt_tokens.tolist() == [20, 30]
    assert stream.time_s.tolist() == [0.0, 1.0]
    assert "left out, decisions without usage: 2" in stream.notes
    assert "left out, usage without a decision: 2" in stream.notes


@pytest.mark.parametrize(
    ("price", "cost_usd"),
    [
        ({"cost": 0.5, "currency": "USD"}, [0.5]),
        ({"cost": None, "currency": None, "cost_usd": 0.25}, [0.25]),
        ({"cost": 0.0, "currency": "unknown", "pricing": "not_configured"}, None),
        ({"cost": 0.5, "currency": "EUR"}, None),
    ],
)
def test_costs_in_usd_only(tmp_path: Path, price: dict[str, object], cost_usd: list[float] | None) -> None:
    stream = read(tmp_path, decision("r1"), usage("r1", **price))
    assert stream.logged is not None
    assert (None if stream.logged.cost_usd is None else stream.logged.cost_usd.tolist()) == cost_usd
    assert ("requests whose cost is in EUR, unknown in USD: 1" in stream.notes) == (price["currency"] == "EUR")


def test_replay_records_by_hand(tmp_path: Path) -> None:
    later = {**RECORD, "id": "replay-2", "timestamp": "2026-05-01T10:00:12.123456Z", "cached_prompt_tokens": 17_900}
    failed = {**later, "id": "replay-3", "timestamp": "2026-05-01T12:00:20.123456+02:00", "lifecycle_state": "aborted"}
    refused = {**later, "id": "replay-4", "session_id": "b", "response_status": 503, "projection_scores": {}}
    open_ = {**RECORD, "id": "replay-5", "lifecycle_state": "in_progress", "prompt_tokens": None}
    uncounted = dict.fromkeys(("prompt_tokens", "completion_tokens", "cached_prompt_tokens", "duration_ms"))
    failed, refused = {**failed, **uncounted}, {**refused, **uncounted}
    page = {"object": "router_replay.list", "count": 5, "data": [later, failed, refused, open_, RECORD]}
    stream = read(tmp_path, page, min_score_key="projection_scores.difficulty")
    assert (stream.session_ids, stream.session.tolist()) == (("a", "b"), [0, 0, 0, 1])
    assert stream.time_s.tolist() == [0.0, 12.0, 20.0, 12.0]
    assert stream.prompt_tokens.tolist() == [18_000, 18_000, 0, 0]
    assert stream.prefix_tokens.tolist() == [0, 17_900, 0, 0]
    assert (stream.min_score_ppm.tolist()[:3], stream.is_omitted.tolist()) == ([700_000] * 3, [False] * 3 + [True])
    assert stream.logged is not None
    assert stream.logged.is_failed.tolist() == [False, False, True, True]
    assert str(stream.logged.answer_s.tolist()) == "[2.0, 2.0, nan, nan]"
    assert stream.notes[:2] == (
        "left out, replay records without token counts: 1",
        "failed requests without token counts, kept with 0 tokens: 2",
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            usage("r1", completion_tokens="x"),
            "completion_tokens is 'x', which is no number; write it as a plain number.",
        ),
        (usage("r1", prompt_tokens=None), "there are no prompt tokens among level, ts, msg, event, request_id, model,"),
        (usage("r1", completion_latency_ms=-2), "completion_latency_ms is -2, which is below 0; correct it, or leave"),
        (
            {**RECORD, "timestamp": 1_777_629_612_250},
            "timestamp is 1777629612250, which is no time in seconds, but could",
        ),
        ('{"event": "llm_usage", "request_id"', "the row is no JSON object; repair the row."),
    ],
)
def test_damaged_rows(tmp_path: Path, line: object, sentence: str) -> None:
    assert sentence_of(tmp_path, decision("r1"), line).startswith(f", line 2: {sentence}")


def test_a_log_without_requests(tmp_path: Path) -> None:
    assert sentence_of(tmp_path, decision("r1"), "# HELP llm_model_requests_total", "llm_model_requests_total 9") == (
        ": there is no request in it (lines of other text: 2, decisions without usage: 1); check what the file is."
    )
