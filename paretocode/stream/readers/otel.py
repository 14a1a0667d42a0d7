"""What do traces of model calls say was asked? Reader of OpenTelemetry spans, as collectors and OpenRouter write them.

Sources: opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans (``gen_ai.usage.input_tokens`` includes cached tokens,
``gen_ai.operation.name``, ``gen_ai.conversation.id``; ``prompt_tokens`` and ``completion_tokens`` are its older names)
and openrouter.ai/docs/guides/features/broadcast (OTLP JSON with ``session.id`` and ``trace.metadata.*``).
"""

from __future__ import annotations

import math
from pathlib import Path

from paretocode.stream._reading import MAX_BYTES
from paretocode.stream.readers._json_log import json_records
from paretocode.stream.readers._log_record import LogRecord
from paretocode.stream.readers._log_rows import LogRows
from paretocode.stream.readers._otlp import ENDS, FAILED_STATUSES, STARTS, spans_of
from paretocode.stream.stream import RequestStream

__all__ = ["read_otel"]

_MODEL_CALLS = ("chat", "text_completion", "generate_content")
_INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
_OUTPUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
_CACHE_READ = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.input_tokens.cached",
)
_CACHE_WRITE = (
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.input_tokens.cache_creation",
)
_SESSION = ("gen_ai.conversation.id", "session.id")
_NOT_TRACES = {"resourceMetrics": "metrics, which are sums", "resourceLogs": "log events"}


def read_otel(
    path: Path | str,
    *,
    min_score_key: str = "min_coding_score",
    session_key: str | None = None,
    input_includes_cached: bool = True,
    assume_growth: bool = False,
    name: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> RequestStream:
    """Read spans of model calls: OTLP JSON (one export request a line, or one document), or one flat span a line.

    Parameters
    ----------
    path
        JSON or NDJSON, plain or gzip.
    min_score_key
        Attribute that carries the min score; also found as ``trace.metadata.NAME`` and ``span.metadata.NAME``, where
        OpenRouter puts what a request states in its ``trace`` or ``metadata``.
    session_key
        Attribute that names the session; None takes ``gen_ai.conversation.id``, then ``session.id``. ``traceId`` makes
        each trace a session.
    input_includes_cached
        False for instrumentation that counts cached tokens beside the input tokens: the prompt is then the sum of
        input, cache reads and cache writes.
    assume_growth
        Take min(previous prompt, this prompt) for `prefix_tokens`, instead of the cached tokens.
    name
        What to call the stream; None takes the file's name.
    max_bytes
        Largest file taken [bytes on disk].

    Returns
    -------
    RequestStream
        ``answer_s`` is the span's length. Spans of tools, agents and embeddings, spans without token counts and spans
        whose children count the same tokens are left out and counted in notes. A model call that ended in an error
        stays, with 0 tokens where it has no counts.

    Raises
    ------
    InputError
        Metrics or log events instead of spans, times in another unit, or a span or file that is damaged.

    Examples
    --------
    >>> import tempfile
    >>> span = ('{"startTimeUnixNano": "1767225600000000000", "endTimeUnixNano": "1767225602500000000", '
    ...         '"attributes": [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": "900"}}, '
    ...         '{"key": "gen_ai.usage.output_tokens", "value": {"intValue": "40"}}]}')
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "spans.ndjson").write_text(span)
    ...     stream = read_otel(Path(folder) / "spans.ndjson")
    >>> stream.prompt_tokens.tolist(), stream.logged.answer_s.tolist()
    ([900], [2.5])
    """
    rows = LogRows(path, min_score_key=min_score_key)
    sessions = _SESSION if session_key is None else (session_key,)
    for record in json_records(path, max_bytes=max_bytes, inside=("resourceSpans", "batches")):
        _refuse_other_signals(record)
        for span in spans_of(record):
            _add(rows, span, sessions, input_includes_cached=input_includes_cached)
    return rows.stream(name=name, assume_growth=assume_growth)


def _add(rows: LogRows, span: LogRecord, sessions: tuple[str, ...], *, input_includes_cached: bool) -> None:
    is_failed = span.text("status") in FAILED_STATUSES or bool(span.text("error.type"))
    reason = _why_no_request(span, is_failed=is_failed)
    if reason:
        rows.left_out[reason] += 1
        return
    prompt, cached = span.tokens(*_INPUT), span.tokens(*_CACHE_READ)
    if not input_includes_cached and prompt is not None:
        prompt += (cached or 0) + (span.tokens(*_CACHE_WRITE) or 0)
    start, end = span.moment_us(*STARTS, unit="ns"), _end_us(span)
    if start is not None and end is not None and end < start:
        raise span.refusal(f"the span ends {(start - end) / 1e6:g} s before it starts", "repair the times, or drop it")
    key = rows.min_score_key
    rows.add(
        span,
        time_us=start,
        prompt=prompt,
        completion=span.tokens(*_OUTPUT),
        session=span.text(*sessions),
        cached=cached,
        min_score=span.share(key, f"trace.metadata.{key}", f"span.metadata.{key}"),
        model=span.text("gen_ai.response.model", "gen_ai.request.model"),
        answer_s=math.nan if start is None or end is None else (end - start) / 1e6,
        cost_usd=span.number("gen_ai.usage.total_cost", "gen_ai.usage.cost"),
        is_failed=is_failed,
        n_attempts=len(span.items("trace.metadata.provider_responses", "span.metadata.provider_responses")),
        key=_identity(span, "spanId"),
        parent=_identity(span, "parentSpanId"),
    )


def _why_no_request(span: LogRecord, *, is_failed: bool) -> str:
    """Return why a span is no request of its own, "" for a request."""
    operation = span.text("gen_ai.operation.name")
    if operation and operation not in _MODEL_CALLS:
        return f"spans of operation {operation}"
    if not any(str(name).startswith("gen_ai") for name in span.fields):
        return "spans that are no model call"
    is_counted = span.find(*_INPUT)[0] and span.find(*_OUTPUT)[0]
    # A failed attempt inside a request repeats it; one that stands alone, or says it is a call, is the request.
    is_whole = bool(operation or not span.text("parentSpanId"))
    return "" if is_counted or (is_failed and is_whole) else "spans without token counts"


def _end_us(span: LogRecord) -> int | None:
    name, value = span.find(*ENDS)
    # OTLP writes 0 for a span that was never closed.
    return None if str(value) == "0" else span.moment_us(name, unit="ns") if name else None


def _identity(span: LogRecord, which: str) -> str:
    return f"{span.text('traceId')}/{span.text(which)}" if span.text(which) else ""


def _refuse_other_signals(record: LogRecord) -> None:
    for key, what in _NOT_TRACES.items():
        if key in record.fields:
            raise record.refusal(f"it holds {what}, and only spans can be replayed", "export the traces")
