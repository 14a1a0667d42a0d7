"""What did OpenRouter do with our requests? Reader of generation records, one for each request.

Source: openrouter.ai/docs, "Get request & usage metadata for a generation" (GET /api/v1/generation) and the page of
`GenerationResponseData`: ``native_tokens_*`` are the provider's own counts, ``latency`` and ``generation_time`` are in
milliseconds, ``total_cost`` in USD, ``provider_responses`` holds one entry for each endpoint tried.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from paretocode._checks import one_of
from paretocode.stream._reading import MAX_BYTES
from paretocode.stream.readers._json_log import json_records
from paretocode.stream.readers._log_record import LogRecord, min_score_names
from paretocode.stream.readers._log_rows import LogRows
from paretocode.stream.stream import RequestStream

__all__ = ["read_openrouter_generations"]

_MS = 1e3
_HTTP_ERROR = 400


def read_openrouter_generations(
    path: Path | str,
    *,
    min_score_key: str = "min_coding_score",
    latency_is: str = "total",
    assume_growth: bool = False,
    name: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> RequestStream:
    """Read generation records: one a line, a list, or the API's answers with their ``data``.

    Parameters
    ----------
    path
        JSON or NDJSON, plain or gzip.
    min_score_key
        Name of the min score. A generation record does not carry it, so it counts where your own log adds it: in the
        record, in its ``metadata``, or in ``plugins`` as it was sent.
    latency_is
        ``total``: what the documentation says, ``answer_s`` is the longer of ``latency`` and ``generation_time``;
        ``first_token``: ``answer_s`` is their sum. Where ``generation_time`` is the longer one, ``latency`` cannot be
        the total: a note counts such records, and ``answer_s`` is a lower bound there.
    assume_growth
        Take min(previous prompt, this prompt) for `prefix_tokens`, instead of the cached tokens.
    name
        What to call the stream; None takes the file's name.
    max_bytes
        Largest file taken [bytes on disk].

    Returns
    -------
    RequestStream
        ``created_at`` is taken as the start. Reasoning is part of the completion. A record counts as failed when it was
        cancelled, ended with ``error``, or no endpoint answered; it stays, with 0 tokens where it has no counts.

    Raises
    ------
    InputError
        Daily totals of the activity API, which cannot be replayed, or a record or file that is damaged.

    Examples
    --------
    >>> import tempfile
    >>> record = ('{"created_at": "2026-05-01T10:00:00Z", "session_id": "a", "native_tokens_prompt": 900, '
    ...           '"native_tokens_completion": 40, "native_tokens_cached": 800, "latency": 1250, "total_cost": 0.01}')
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "log.ndjson").write_text(record)
    ...     stream = read_openrouter_generations(Path(folder) / "log.ndjson")
    >>> stream.prompt_tokens.tolist(), stream.logged.answer_s.tolist(), stream.logged.cached_tokens.tolist()
    ([900], [1.25], [800.0])
    """
    one_of(latency_is, ("total", "first_token"), name="latency_is", where=str(path))
    rows = LogRows(path, min_score_key=min_score_key)
    for record in json_records(path, max_bytes=max_bytes, inside=("data",)):
        if "error" in record.fields and "created_at" not in record.fields:
            rows.left_out["answers of the API that hold an error instead of a record"] += 1
            continue
        _refuse_totals(record)
        _add(rows, record, latency_is)
    return rows.stream(name=name, assume_growth=assume_growth)


def _add(rows: LogRows, record: LogRecord, latency_is: str) -> None:
    statuses = [item.get("status") for item in record.items("provider_responses") if isinstance(item, dict)]
    prompt = _native(rows, record, "prompt")
    if record.is_true("is_byok"):
        rows.remarks["requests with a provider key of your own, whose cost_usd is only what OpenRouter billed"] += 1
    rows.add(
        record,
        time_us=record.moment_us("created_at", unit="s"),
        prompt=prompt,
        completion=_native(rows, record, "completion"),
        session=record.text("session_id"),
        cached=record.tokens("native_tokens_cached"),
        min_score=record.share(*min_score_names(rows.min_score_key, "metadata", "plugins")),
        model=record.text("model"),
        answer_s=_answer_s(rows, record, latency_is),
        cost_usd=record.number("total_cost", "usage"),
        is_failed=_is_failed(record, statuses),
        n_attempts=len(statuses),
        key=record.text("id"),
    )


def _native(rows: LogRows, record: LogRecord, what: str) -> int | None:
    native = record.tokens(f"native_tokens_{what}")
    if native is not None:
        return native
    normalised = record.tokens(f"tokens_{what}")
    if normalised is not None:
        rows.remarks[f"requests without native_tokens_{what}, counted by OpenRouter's own tokens_{what}"] += 1
    return normalised


def _answer_s(rows: LogRows, record: LogRecord, latency_is: str) -> float:
    latency, generation = record.number("latency"), record.number("generation_time")
    if latency_is == "first_token":
        return (latency + generation) / _MS
    if generation > latency:
        rows.remarks["requests whose generation_time is above latency, answer_s a lower bound"] += 1
        return generation / _MS
    return latency / _MS


def _is_failed(record: LogRecord, statuses: list[Any]) -> bool:
    known = [status for status in statuses if isinstance(status, int)]
    is_refused = bool(known) and all(status >= _HTTP_ERROR for status in known)
    return record.is_true("cancelled") or record.text("finish_reason") == "error" or is_refused


def _refuse_totals(record: LogRecord) -> None:
    if "created_at" not in record.fields and ("requests" in record.fields or "date" in record.fields):
        number = record.number("requests")
        many = "the" if math.isnan(number) else f"{number:g}"
        raise record.refusal(
            f"the row sums up {many} requests of {record.text('date') or 'a period'}, and sums cannot be replayed",
            "export single generations (GET /api/v1/generation, or Broadcast with the otel reader)",
        )
