"""OpenTelemetry spans as streams: the OTLP shapes, old and new names, and what is no request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.stream import RequestStream
from paretocode.stream.readers.otel import read_otel

START_NS = 1_777_629_600_000_000_000
S = 1_000_000_000


def attributes(values: dict[str, object]) -> list[dict[str, object]]:
    """Return plain values as OTLP writes them: 64-bit integers as text."""
    kinds = {int: "intValue", float: "doubleValue", bool: "boolValue", str: "stringValue"}
    return [
        {"key": key, "value": {kinds[type(value)]: str(value) if type(value) is int else value}}
        for key, value in values.items()
    ]


def span(span_id: str, at_s: float, values: dict[str, object], *, parent: str = "", code: int = 1) -> dict[str, object]:
    start = START_NS + int(at_s * S)
    return {
        "traceId": "t1",
        "spanId": span_id,
        "parentSpanId": parent,
        "name": "chat vendor/small",
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 2_500_000_000),
        "attributes": attributes(values),
        "status": {"code": code},
    }


def chat(prompt: int, completion: int, **more: object) -> dict[str, object]:
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "auto",
        "gen_ai.usage.input_tokens": prompt,
        "gen_ai.usage.output_tokens": completion,
        **more,
    }


def otlp(*spans: dict[str, object], **resource: object) -> dict[str, object]:
    return {
        "resourceSpans": [
            {"resource": {"attributes": attributes(resource)}, "scopeSpans": [{"scope": {}, "spans": list(spans)}]}
        ]
    }


def read(tmp_path: Path, *lines: object, indent: int | None = None, **options: object) -> RequestStream:
    file = tmp_path / "spans.json"
    file.write_text("\n".join(json.dumps(line, indent=indent) for line in lines))
    return read_otel(file, **options)


def sentence_of(tmp_path: Path, *lines: object, **options: object) -> str:
    with pytest.raises(InputError) as refusal:
        read(tmp_path, *lines, **options)
    return str(refusal.value).removeprefix(str(tmp_path / "spans.json"))


BROADCAST = {
    "gen_ai.request.model": "openrouter/pareto-code",
    "gen_ai.response.model": "vendor/small",
    "gen_ai.usage.input_tokens": 18_000,
    "gen_ai.usage.output_tokens": 120,
    "gen_ai.usage.input_tokens.cached": 12_000,
    "gen_ai.usage.total_cost": 0.0055,
    "session.id": "a",
    "trace.metadata.min_coding_score": "0.65",
    "trace.metadata.provider_responses": '[{"status": 503}, {"status": 200}]',
}


@pytest.mark.parametrize("indent", [None, 1])
def test_a_broadcast_trace_by_hand(tmp_path: Path, indent: int | None) -> None:
    attempt = span("2", 0.1, {"gen_ai.request.model": "vendor/small"}, parent="1", code=2)
    later = {**BROADCAST, "gen_ai.usage.input_tokens": 18_500, "gen_ai.usage.input_tokens.cached": 17_900}
    lines = [otlp(span("3", 12, later)), {"resourceSpans": []}, otlp(span("1", 0, BROADCAST), attempt)]
    stream = read(tmp_path, *lines, indent=indent)
    assert (stream.session_ids, stream.time_s.tolist()) == (("a",), [0.0, 12.0])
    assert (stream.prompt_tokens.tolist(), stream.completion_tokens.tolist()) == ([18_000, 18_500], [120, 120])
    assert (stream.prefix_tokens.tolist(), stream.min_score_ppm.tolist()) == ([0, 17_900], [650_000, 650_000])
    logged = stream.logged
    assert logged is not None
    assert (logged.model_names, logged.answer_s.tolist()) == (("vendor/small",), [2.5, 2.5])
    assert (logged.cost_usd.tolist(), logged.n_attempts.tolist()) == ([0.0055, 0.0055], [2, 2])
    assert not logged.is_failed.any()
    assert stream.notes[0] == "left out, spans without token counts: 1"


def test_the_older_names_mean_the_same(tmp_path: Path) -> None:
    old = {"gen_ai.usage.prompt_tokens": 7, "gen_ai.usage.completion_tokens": 3, "gen_ai.request.model": "m"}
    stream = read(tmp_path, otlp(span("1", 0, old)))
    assert (stream.prompt_tokens.tolist(), stream.completion_tokens.tolist()) == ([7], [3])
    assert stream.logged is not None
    assert stream.logged.model_names == ("m",)


@pytest.mark.parametrize(
    "flat",
    [
        {"start_time": "2026-05-01T10:00:00Z", "end_time": "2026-05-01T10:00:02.5Z", "attributes": chat(7, 3)},
        {
            "startTimeUnixNano": START_NS,
            "endTimeUnixNano": START_NS + 2_500_000_000,
            "attributes": attributes(chat(7, 3)),
        },
        {"start_time": "2026-05-01 10:00:00", "end_time": "2026-05-01 10:00:02.500000", **chat(7, 3)},
    ],
)
def test_flat_spans(tmp_path: Path, flat: dict[str, object]) -> None:
    stream = read(tmp_path, flat)
    assert (stream.prompt_tokens.tolist(), stream.completion_tokens.tolist()) == ([7], [3])
    assert stream.logged is not None
    assert stream.logged.answer_s.tolist() == [2.5]


def test_what_is_no_request_is_counted(tmp_path: Path) -> None:
    agent = span("1", 0, {**chat(30, 9), "gen_ai.operation.name": "invoke_agent"})
    tool = span("2", 1, {"gen_ai.operation.name": "execute_tool"}, parent="1")
    http = span("3", 1, {"http.method": "POST"}, parent="1")
    outer = span("4", 2, chat(10, 4), parent="1")
    inner = span("5", 2.1, chat(10, 4), parent="4")
    again = span("5", 2.1, chat(10, 4), parent="4")
    retried = span("6", 3, chat(20, 5), parent="1")
    attempt = span("7", 3.1, {"gen_ai.operation.name": "chat"}, parent="6", code=2)
    stream = read(tmp_path, otlp(agent, tool, http, outer, inner, again, retried, attempt))
    assert stream.prompt_tokens.tolist() == [10, 20]
    assert stream.time_s.tolist() == pytest.approx([0.0, 0.9], abs=1e-9)
    assert stream.notes[:-3] == (
        "left out, spans of operation invoke_agent: 1",
        "left out, spans of operation execute_tool: 1",
        "left out, spans that are no model call: 1",
        "left out, rows whose id stood before: 1",
        "left out, spans whose child spans count the same tokens: 1",
        "left out, failed attempts within another request: 1",
    )


def test_a_failed_call_stays(tmp_path: Path) -> None:
    alone = span("1", 0, {"gen_ai.request.model": "m"}, code=2)
    typed = span("2", 5, {"gen_ai.operation.name": "chat", "error.type": "timeout"}, parent="9")
    counted = span("3", 9, chat(10, 0), code=2)
    stream = read(tmp_path, otlp(alone, typed, counted, **{"session.id": "from the resource"}))
    assert stream.prompt_tokens.tolist() == [0, 0, 10]
    assert stream.session_ids == ("from the resource",)
    assert stream.logged is not None
    assert stream.logged.is_failed.tolist() == [True, True, True]


def test_sessions_by_the_name_you_give(tmp_path: Path) -> None:
    both = {"gen_ai.conversation.id": "c", "session.id": "s", "app.thread": "x"}
    line = otlp(span("1", 0, chat(7, 3, **both)))
    assert read(tmp_path, line).session_ids == ("c",)
    assert read(tmp_path, line, session_key="app.thread").session_ids == ("x",)
    assert read(tmp_path, line, session_key="traceId").session_ids == ("t1",)
    assert read(tmp_path, line, session_key="absent").session_ids == ()


def test_cached_tokens_beside_the_input(tmp_path: Path) -> None:
    cache = {"gen_ai.usage.cache_read.input_tokens": 90, "gen_ai.usage.cache_creation.input_tokens": 5}
    line = otlp(span("1", 0, chat(10, 3, **cache)))
    assert sentence_of(tmp_path, line) == (
        ", line 1: 90 tokens were read from a cache and the prompt has 10; count the cached tokens within the prompt."
    )
    stream = read(tmp_path, line, input_includes_cached=False)
    assert stream.prompt_tokens.tolist() == [105]
    assert stream.logged is not None
    assert stream.logged.cached_tokens.tolist() == [90]


def test_a_span_that_never_ended_has_no_length(tmp_path: Path) -> None:
    stream = read(tmp_path, otlp({**span("1", 0, chat(7, 3)), "endTimeUnixNano": "0"}))
    assert stream.logged is not None
    assert stream.logged.answer_s is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"startTimeUnixNano": "1777629600000"},
            "startTimeUnixNano is '1777629600000', which is no time in nanoseconds, but could be milliseconds; write "
            "it in nanoseconds since 1970.",
        ),
        ({"endTimeUnixNano": str(START_NS - S)}, "the span ends 1 s before it starts; repair the times, or drop it."),
        ({"startTimeUnixNano": None}, "there is no time among gen_ai.operation.name, gen_ai.request.model,"),
        (
            {"attributes": attributes(chat(7, 3, **{"gen_ai.usage.cost": "free"}))},
            "gen_ai.usage.cost is 'free', which is no number; write it as a plain number.",
        ),
        (
            {"attributes": attributes(chat(7, 3, min_coding_score=1.5))},
            "min_coding_score is 1.5, which is above 1; give it on the 0..1 axis.",
        ),
    ],
)
def test_damaged_spans(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    good = otlp(span("1", 0, chat(7, 3)))
    found = sentence_of(tmp_path, good, otlp({**span("2", 0, chat(7, 3)), **change}))
    assert found.startswith(f", line 2: {sentence}")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            {"resourceMetrics": []},
            "it holds metrics, which are sums, and only spans can be replayed; export the traces.",
        ),
        ({"resourceLogs": []}, "it holds log events, and only spans can be replayed; export the traces."),
        ({"resourceSpans": [{"scopeSpans": [{"spans": 3}]}]}, "its spans are no list; export it again as OTLP JSON."),
        ({"resourceSpans": [{"scopeSpans": [{"spans": [3]}]}]}, "a span is no object; export it again as OTLP JSON."),
    ],
)
def test_other_signals(tmp_path: Path, line: object, sentence: str) -> None:
    assert sentence_of(tmp_path, line) == f", line 1: {sentence}"


def test_a_trace_without_model_calls(tmp_path: Path) -> None:
    assert sentence_of(tmp_path, otlp(span("1", 0, {"http.method": "GET"}))) == (
        ": there is no request in it (spans that are no model call: 1); check what the file is."
    )


REQUESTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8
)


@given(REQUESTS)
def test_any_calls_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, requests: list[tuple[str, int, int, int]]
) -> None:
    """The oracle sorts plain tuples; ties of time keep the order of the file."""
    spans = [
        span(
            f"{i}", at_s, chat(cached + more, i, **{"session.id": who, "gen_ai.usage.cache_read.input_tokens": cached})
        )
        for i, (who, at_s, cached, more) in enumerate(requests)
    ]
    stream = read(tmp_path_factory.mktemp("spans"), otlp(*spans))
    earliest = min(at_s for _, at_s, _, _ in requests)
    wanted = sorted(enumerate(requests), key=lambda item: item[1][:2])
    assert stream.completion_tokens.tolist() == [i for i, _ in wanted]
    assert stream.time_s.tolist() == [float(at_s - earliest) for _, (_, at_s, _, _) in wanted]
    first = [k for k, (_, request) in enumerate(wanted) if k == 0 or wanted[k - 1][1][0] != request[0]]
    assert stream.prefix_tokens.tolist() == [0 if k in first else r[2] for k, (_, r) in enumerate(wanted)]
