"""What is a span, in each of the shapes in which spans are written to files? One flat record each.

Sources: opentelemetry.io/docs/specs/otlp (JSON protobuf encoding: 64-bit integers are decimal strings, a value is an
object such as ``{"intValue": "7"}``) and opentelemetry-proto's ``TracesData``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from paretocode.stream.readers._log_record import LogRecord

STARTS = ("startTimeUnixNano", "start_time_unix_nano", "startTime", "start_time")
ENDS = ("endTimeUnixNano", "end_time_unix_nano", "endTime", "end_time")
FAILED_STATUSES = ("2", "STATUS_CODE_ERROR", "ERROR", "Error", "error")
_IDENTITY = {"traceId": "trace_id", "spanId": "span_id", "parentSpanId": "parent_span_id", "name": "span_name"}


def spans_of(record: LogRecord) -> Iterator[LogRecord]:
    """Yield the spans of an OTLP resource, or the span that the record itself is, with attributes as plain fields.

    Attributes of the resource count where the span has none of that name. Identity and times keep their OTLP names.
    """
    scopes = record.fields.get("scopeSpans", record.fields.get("instrumentationLibrarySpans"))
    if not isinstance(scopes, list):
        yield _flat(record, record.fields, {})
        return
    resource = record.fields.get("resource")
    shared = plain_attributes(resource.get("attributes")) if isinstance(resource, dict) else {}
    for scope in scopes:
        spans = scope.get("spans") if isinstance(scope, dict) else None
        if spans is not None and not isinstance(spans, list):
            raise record.refusal("its spans are no list", "export it again as OTLP JSON")
        for span in spans or []:
            if not isinstance(span, dict):
                raise record.refusal("a span is no object", "export it again as OTLP JSON")
            yield _flat(record, span, shared)


def _flat(record: LogRecord, span: dict[str, Any], shared: dict[str, Any]) -> LogRecord:
    attributes = span.get("attributes", span.get("SpanAttributes"))
    own = plain_attributes(attributes) if attributes is not None else span
    flat = {**shared, **own}
    for name in (*STARTS, *ENDS):
        if name in span:
            flat[name] = span[name]
    for name, other in _IDENTITY.items():
        flat[name] = span.get(name, span.get(other, ""))
    status = span.get("status")
    flat["status"] = status.get("code", status.get("status_code", "")) if isinstance(status, dict) else status
    return LogRecord(flat, record.where)


def plain_attributes(attributes: Any) -> dict[str, Any]:
    """Return OTLP attributes as a plain dict; a plain dict is taken as it is.

    Examples
    --------
    >>> plain_attributes([{"key": "n", "value": {"intValue": "7"}}, {"key": "m", "value": {"stringValue": "x"}}])
    {'n': '7', 'm': 'x'}
    """
    if isinstance(attributes, dict):
        return attributes
    if not isinstance(attributes, list):
        return {}
    return {
        str(item["key"]): _plain(item.get("value")) for item in attributes if isinstance(item, dict) and "key" in item
    }


def _plain(value: Any) -> Any:
    if not isinstance(value, dict) or len(value) != 1:
        return value
    kind, inner = next(iter(value.items()))
    if kind == "arrayValue" and isinstance(inner, dict):
        return [_plain(item) for item in inner.get("values", [])]
    if kind == "kvlistValue" and isinstance(inner, dict):
        return plain_attributes(inner.get("values"))
    return inner if kind.endswith("Value") else value
