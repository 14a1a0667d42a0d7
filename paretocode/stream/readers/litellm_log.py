"""What did a LiteLLM proxy serve? Reader of its spend logs and of its standard logging payloads.

Source: docs.litellm.ai, "StandardLoggingPayload Specification" and "Spend Tracking", and the table
``LiteLLM_SpendLogs`` of the proxy's schema: times are ISO 8601 in spend logs and seconds since 1970 in payloads,
``spend`` and ``response_cost`` are in USD, ``prompt_tokens`` includes what was read from a provider's cache.
"""

from __future__ import annotations

import math
from pathlib import Path

from paretocode.stream._reading import MAX_BYTES
from paretocode.stream.readers._json_log import json_records
from paretocode.stream.readers._log_record import LogRecord, min_score_names
from paretocode.stream.readers._log_rows import LogRows
from paretocode.stream.stream import RequestStream

__all__ = ["read_litellm"]

_MODEL_CALLS = {
    *("completion", "text_completion", "responses", "generate_content", "generate_content_stream"),
    *("acompletion", "atext_completion", "aresponses", "agenerate_content", "agenerate_content_stream"),
    *("anthropic_messages", "pass_through_endpoint", "allm_passthrough_route"),
}
_SESSION = ("session_id", "metadata.session_id", "metadata.litellm_session_id", "trace_id")
_CACHED = (
    "metadata.usage_object.prompt_tokens_details.cached_tokens",
    "metadata.usage_object.cache_read_input_tokens",
    "metadata.additional_usage_values.prompt_tokens_details.cached_tokens",
    "metadata.additional_usage_values.cache_read_input_tokens",
    "response.usage.prompt_tokens_details.cached_tokens",
)
_HOLDERS = (
    *("metadata", "metadata.spend_logs_metadata", "metadata.requester_metadata", "model_parameters"),
    *("model_parameters.plugins", "proxy_server_request", "proxy_server_request.plugins"),
)
_TOTALS = ("metrics", "breakdown", "users", "models")


def read_litellm(
    path: Path | str,
    *,
    min_score_key: str = "min_coding_score",
    assume_growth: bool = False,
    name: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> RequestStream:
    """Read spend logs or logging payloads: one a line, a list, or the API's pages with their ``data``.

    Parameters
    ----------
    path
        JSON or NDJSON, plain or gzip; lines of other text between the records are counted and left out.
    min_score_key
        Name of the min score: in the row, its ``metadata``, its ``model_parameters`` or the request the proxy kept.
    assume_growth
        Take min(previous prompt, this prompt) for `prefix_tokens`, instead of the cached tokens.
    name
        What to call the stream; None takes the file's name.
    max_bytes
        Largest file taken [bytes on disk].

    Returns
    -------
    RequestStream
        A session is ``session_id``, in the row or its metadata, else ``trace_id``. ``answer_s`` is ``endTime`` minus
        ``startTime``; ``response_time`` is not used, since it ends at the first token of a streamed answer. Rows of
        embeddings, images and the like are left out and counted. Requests that the proxy answered from its own
        response cache stay, and a note counts them. Failed requests stay.

    Raises
    ------
    InputError
        Daily totals, which cannot be replayed, times in another unit, or a row or file that is damaged.

    Examples
    --------
    >>> import tempfile
    >>> row = ('{"request_id": "r1", "startTime": "2026-05-01T10:00:00Z", "endTime": "2026-05-01T10:00:02.5Z", '
    ...        '"call_type": "acompletion", "prompt_tokens": 900, "completion_tokens": 40, "spend": 0.01}')
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "spend.ndjson").write_text(row)
    ...     stream = read_litellm(Path(folder) / "spend.ndjson")
    >>> stream.prompt_tokens.tolist(), stream.logged.answer_s.tolist(), stream.logged.cost_usd.tolist()
    ([900], [2.5], [0.01])
    """
    rows = LogRows(path, min_score_key=min_score_key)
    for record in json_records(path, max_bytes=max_bytes, inside=("data", "results"), may_hold_text=True):
        reason = _why_no_request(record)
        if reason:
            rows.left_out[reason] += 1
        else:
            _refuse_totals(record)
            _add(rows, record)
    return rows.stream(name=name, assume_growth=assume_growth)


def _add(rows: LogRows, record: LogRecord) -> None:
    start, end = record.moment_us("startTime", unit="s"), record.moment_us("endTime", unit="s")
    if start is not None and end is not None and end < start:
        raise record.refusal(f"endTime lies {(start - end) / 1e6:g} s before startTime", "repair the times, or drop it")
    if record.is_true("cache_hit"):
        rows.remarks["requests that the proxy answered from its own response cache"] += 1
    retries = record.tokens("metadata.attempted_retries")
    rows.add(
        record,
        time_us=start,
        prompt=record.tokens("prompt_tokens"),
        completion=record.tokens("completion_tokens"),
        session=record.text(*_SESSION),
        cached=record.tokens(*_CACHED),
        min_score=record.share(*min_score_names(rows.min_score_key, *_HOLDERS)),
        model=record.text("model"),
        answer_s=math.nan if start is None or end is None else (end - start) / 1e6,
        cost_usd=record.number("spend", "response_cost"),
        is_failed=record.text("status", "metadata.status") == "failure",
        n_attempts=0 if retries is None else retries + 1,
        key=record.text("request_id", "id"),
    )


def _why_no_request(record: LogRecord) -> str:
    """Return why a row is no request, "" for a request."""
    if not record.fields:
        return "lines of other text"
    call_type = record.text("call_type")
    if call_type and call_type not in _MODEL_CALLS:
        return f"rows of call type {call_type}"
    # The proxy's JSON log also holds plain messages.
    is_message = "message" in record.fields and "level" in record.fields and "startTime" not in record.fields
    return "messages of the proxy" if is_message else ""


def _refuse_totals(record: LogRecord) -> None:
    if "prompt_tokens" not in record.fields and any(name in record.fields for name in _TOTALS):
        day = record.text("date", "startTime") or "a period"
        raise record.refusal(
            f"the row sums up the requests of {day}, and sums cannot be replayed",
            "export single rows (/spend/logs/v2 or the table LiteLLM_SpendLogs)",
        )
