"""What did vLLM Semantic Router decide, and what came of it? Reader of its JSON log and of its replay records.

Source: vllm-project/semantic-router, ``pkg/extproc`` (events ``routing_decision`` and ``llm_usage``),
``pkg/observability/logging`` (``ts`` as ISO 8601 without an offset, ``msg``, ``event``) and
``pkg/routerreplay/store`` (replay records); all latencies are in milliseconds.
"""

from __future__ import annotations

import math
from pathlib import Path

from paretocode.stream._reading import MAX_BYTES
from paretocode.stream.readers._json_log import json_records
from paretocode.stream.readers._log_record import LogRecord, min_score_names
from paretocode.stream.readers._log_rows import LogRows
from paretocode.stream.stream import RequestStream

__all__ = ["read_vllm_semantic_router"]

_MS, _US_PER_MS = 1e3, 1_000
_HTTP_ERROR = 400
_SESSION = ("session_id", "conversation_id")
_FAILED_STATES = ("failed", "aborted")


def read_vllm_semantic_router(
    path: Path | str,
    *,
    min_score_key: str = "min_coding_score",
    assume_growth: bool = False,
    name: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> RequestStream:
    """Read the router's log (decisions joined with their usage by request id) or its replay records.

    Parameters
    ----------
    path
        JSON or NDJSON, plain or gzip; other events and other programs' lines are counted and left out.
    min_score_key
        Name of the min score, in the decision or record or its ``metadata``; a path such as
        ``projection_scores.difficulty`` takes a score that the router worked out itself.
    assume_growth
        Take min(previous prompt, this prompt) for `prefix_tokens`, instead of the cached tokens.
    name
        What to call the stream; None takes the file's name.
    max_bytes
        Largest file taken [bytes on disk].

    Returns
    -------
    RequestStream
        A decision starts ``routing_latency_ms`` before it is logged; ``answer_s`` is ``completion_latency_ms`` or the
        record's ``duration_ms``. The log names no sessions unless you add ``session_id``. Decisions without usage and
        usage without a decision are left out and counted: a log cannot say whether they failed or were cut off. Of two
        decisions on one request the later one counts. Costs in another currency than USD are unknown.

    Raises
    ------
    InputError
        No joined request and no record, or a row or file that is damaged.

    Examples
    --------
    >>> import tempfile
    >>> lines = ('{"ts": "2026-05-01T10:00:00.250", "msg": "routing_decision", "event": "routing_decision", '
    ...          '"request_id": "r1", "selected_model": "m", "routing_latency_ms": 250}\\n'
    ...          '{"ts": "2026-05-01T10:00:02.000", "msg": "llm_usage", "event": "llm_usage", "request_id": "r1", '
    ...          '"model": "m", "prompt_tokens": 900, "completion_tokens": 40, "completion_latency_ms": 2000}\\n')
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "router.log").write_text(lines)
    ...     stream = read_vllm_semantic_router(Path(folder) / "router.log")
    >>> stream.prompt_tokens.tolist(), stream.logged.answer_s.tolist(), stream.logged.model_names
    ([900], [2.0], ('m',))
    """
    rows = LogRows(path, min_score_key=min_score_key)
    # Only what waits for its other half is held.
    decisions: dict[str, LogRecord] = {}
    usages: dict[str, LogRecord] = {}
    for record in json_records(path, max_bytes=max_bytes, inside=("data", "records"), may_hold_text=True):
        event, request_id = record.text("event", "msg"), record.text("request_id")
        if "lifecycle_state" in record.fields or ("timestamp" in record.fields and "selected_model" in record.fields):
            _add_record(rows, record)
        elif not record.fields:
            rows.left_out["lines of other text"] += 1
        elif event not in ("routing_decision", "llm_usage") or not request_id:
            rows.left_out["other events"] += 1
        elif event == "routing_decision":
            _pair(rows, request_id, record, mine=decisions, other=usages, is_decision=True)
        else:
            _pair(rows, request_id, record, mine=usages, other=decisions, is_decision=False)
    rows.left_out["decisions without usage"] += len(decisions)
    rows.left_out["usage without a decision"] += len(usages)
    return rows.stream(name=name, assume_growth=assume_growth)


def _pair(
    rows: LogRows,
    request_id: str,
    record: LogRecord,
    *,
    mine: dict[str, LogRecord],
    other: dict[str, LogRecord],
    is_decision: bool,
) -> None:
    """Join an event with its other half, or keep it until that comes."""
    if request_id in other:
        decision, usage = (record, other.pop(request_id)) if is_decision else (other.pop(request_id), record)
        _add_joined(rows, decision, usage)
        return
    if request_id in mine:
        kind = "earlier decisions on the same request" if is_decision else "earlier usage of the same request"
        rows.left_out[kind] += 1
    mine[request_id] = record


def _add_joined(rows: LogRows, decision: LogRecord, usage: LogRecord) -> None:
    decided_us = decision.moment_us("ts", unit="s")
    routing_ms = decision.number("routing_latency_ms")
    lead_us = 0 if math.isnan(routing_ms) else round(routing_ms * _US_PER_MS)
    rows.add(
        usage,
        time_us=None if decided_us is None else decided_us - lead_us,
        prompt=usage.tokens("prompt_tokens"),
        completion=usage.tokens("completion_tokens"),
        session=decision.text(*_SESSION) or usage.text(*_SESSION),
        cached=usage.tokens("cached_prompt_tokens", "cached_tokens"),
        min_score=decision.share(*min_score_names(rows.min_score_key, "metadata")),
        model=decision.text("selected_model") or usage.text("model"),
        answer_s=usage.number("completion_latency_ms") / _MS,
        cost_usd=_cost_usd(rows, usage),
        key=usage.text("request_id"),
    )


def _add_record(rows: LogRows, record: LogRecord) -> None:
    """Add a replay record, which holds decision, usage and outcome together."""
    status = record.number("response_status")
    is_failed = record.text("lifecycle_state") in _FAILED_STATES or status >= _HTTP_ERROR
    if not is_failed and not record.find("prompt_tokens")[0]:
        rows.left_out["replay records without token counts"] += 1
        return
    duration_ms = record.number("duration_ms")
    rows.add(
        record,
        time_us=record.moment_us("timestamp", unit="s"),
        prompt=record.tokens("prompt_tokens"),
        completion=record.tokens("completion_tokens"),
        session=record.text(*_SESSION),
        cached=record.tokens("cached_prompt_tokens"),
        min_score=record.share(*min_score_names(rows.min_score_key, "metadata")),
        model=record.text("selected_model"),
        answer_s=duration_ms / _MS if duration_ms > 0 else math.nan,
        cost_usd=_cost_usd(rows, record),
        is_failed=is_failed,
        key=record.text("id", "request_id"),
    )


def _cost_usd(rows: LogRows, record: LogRecord) -> float:
    if record.text("pricing") == "not_configured":
        return math.nan
    currency = record.text("currency")
    if currency not in ("", "USD"):
        rows.remarks[f"requests whose cost is in {currency}, unknown in USD"] += 1
        return math.nan
    return record.number("cost_usd", "cost", "actual_cost")
