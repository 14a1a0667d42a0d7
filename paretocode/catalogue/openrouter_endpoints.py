"""How fast is each provider of a model? OpenRouter's ``/api/v1/models/{author}/{slug}/endpoints`` as a catalogue.

The format (https://openrouter.ai/docs, "PublicEndpoint"): ``latency_last_30m`` is the time to first token in
*milliseconds*, ``throughput_last_30m`` tokens per second, both at p50, p75, p90, p99, counted from fast to slow, and
null for calls without a key; ``uptime_last_30m`` is in percent. (Routing preferences are in *seconds*; do not mix.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from paretocode.catalogue._amounts import UNSCORED, hide_no_prices
from paretocode.catalogue._clock import utc_time
from paretocode.catalogue._files import read_json
from paretocode.catalogue._records import Record, Row, catalogue_of_loose_rows, is_number, sub
from paretocode.catalogue.catalogue import PRICE_FIELDS, SPEED_PERCENTILES, Catalogue
from paretocode.catalogue.openrouter_pricing import read_pricing
from paretocode.errors import InputError

__all__ = ["PROVIDER_EFFORT", "read_openrouter_endpoints", "with_endpoint_speeds"]

PROVIDER_EFFORT = "provider:"
"""How the effort of an endpoint's row begins; the provider's tag follows."""

_SOURCE = "OpenRouter /endpoints"
_MS_PER_S = 1000.0


def read_openrouter_endpoints(
    path: str | Path, *, at_utc: str | None = None, apply_discount: bool = True, min_uptime_percent: float = 0.0
) -> Catalogue:
    """Read one endpoints answer, or a list of them (``.json`` or ``.json.gz``).

    Parameters
    ----------
    at_utc, apply_discount
        As in `read_openrouter_models`.
    min_uptime_percent
        Endpoints whose uptime of the last 30 minutes lies below it are left out by name; an unknown uptime stays in.

    Returns
    -------
    Catalogue
        One row an endpoint: the model's id, and ``provider:TAG`` as effort. Latency in seconds.

    Raises
    ------
    InputError
        No JSON, another shape, a price that is no number.
    """
    path = Path(path)
    minute = utc_time(at_utc, name="at_utc")
    rows: list[Row] = []
    notes: list[str] = []
    for model_id, record in _endpoints(read_json(path), where=str(path)):
        place = f"{model_id} at {_tag(record)}"
        uptime = record.get("uptime_last_30m")
        if is_number(uptime) and uptime < min_uptime_percent:
            notes.append(f"{place} is left out: its uptime is {uptime:g} percent.")
            continue
        found = read_pricing(
            model_id, sub(record, "pricing"), minute=minute, apply_discount=apply_discount, where=str(path)
        )
        is_free = model_id.endswith(":free")
        if hide_no_prices(found.prices, is_free=is_free):
            notes.append(f"{place} lists a price of 0 or less: taken as missing.")
        notes += found.remarks
        rows.append(_row(model_id, record, found.prices, found.steps, is_free=is_free))
    if rows and all(math.isnan(row.throughput_tps[SPEED_PERCENTILES.index(50)]) for row in rows):
        notes.append("No endpoint states its speed: OpenRouter shows it only to calls with a key.")
    columns = ("model_id", *PRICE_FIELDS, "context_tokens", "max_output_tokens", "throughput_tps", "ttft_s")
    return catalogue_of_loose_rows(
        rows,
        score_definition=UNSCORED,
        sources=dict.fromkeys(columns, _SOURCE),
        as_of="",
        attribution="Prices, speeds and context windows from OpenRouter.",
        notes=notes,
        where=str(path),
    )


def _endpoints(document: object, *, where: str) -> Iterator[tuple[str, Record]]:
    answers = document if isinstance(document, list) else [document]
    for answer in answers:
        data = answer.get("data", answer) if isinstance(answer, dict) else None
        endpoints = data.get("endpoints") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(endpoints, list) or not isinstance(data.get("id"), str):
            raise InputError(
                "there is no id with a list of endpoints under data", where=where, way_out="give the file as fetched"
            )
        for record in endpoints:
            if isinstance(record, dict):
                yield data["id"], record


def _tag(record: Record) -> str:
    return str(record.get("tag") or record.get("provider_name") or record.get("name") or "unnamed")


def _row(
    model_id: str, record: Record, prices: dict[str, float], steps: list[dict[str, float]], *, is_free: bool
) -> Row:
    context, longest = record.get("context_length"), record.get("max_completion_tokens")
    return Row(
        model_id=model_id,
        effort=PROVIDER_EFFORT + _tag(record),
        name=str(record.get("name") or model_id),
        prompt_usd_per_mtok=prices["prompt_usd_per_mtok"],
        completion_usd_per_mtok=prices["completion_usd_per_mtok"],
        cache_read_usd_per_mtok=prices["cache_read_usd_per_mtok"],
        cache_write_usd_per_mtok=prices["cache_write_usd_per_mtok"],
        throughput_tps=_percentiles(record.get("throughput_last_30m"), 1.0),
        ttft_s=_percentiles(record.get("latency_last_30m"), _MS_PER_S),
        context_tokens=float(context) if is_number(context) and context >= 1 else math.nan,
        max_output_tokens=float(longest) if is_number(longest) and longest >= 1 else math.nan,
        is_free=is_free,
        steps=steps,
    )


def _percentiles(stated: object, unit: float) -> tuple[float, ...]:
    found = stated if isinstance(stated, dict) else {}
    values = [found.get(f"p{percentile}") for percentile in SPEED_PERCENTILES]
    return tuple(value / unit if is_number(value) and value > 0 else math.nan for value in values)


def with_endpoint_speeds(catalogue: Catalogue, endpoints: Catalogue) -> Catalogue:
    """Return the catalogue with the speed of each model's cheapest endpoint (prompt price; ties: the first listed).

    Models without an endpoint keep their own speed.

    Parameters
    ----------
    endpoints
        As `read_openrouter_endpoints` gives it.
    """
    cheapest: dict[str, int] = {}
    prompt = np.nan_to_num(endpoints.prompt_usd_per_mtok, nan=np.inf)
    for row, model_id in enumerate(endpoints.model_id):
        if model_id not in cheapest or prompt[row] < prompt[cheapest[model_id]]:
            cheapest[model_id] = row
    speeds = {name: getattr(catalogue, name).copy() for name in ("throughput_tps", "ttft_s")}
    for row, model_id in enumerate(catalogue.model_id):
        if model_id in cheapest:
            for name, columns in speeds.items():
                columns[row] = getattr(endpoints, name)[cheapest[model_id]]
    sources = {**catalogue.sources, **dict.fromkeys(speeds, f"{_SOURCE}, the cheapest endpoint")}
    return catalogue.replace(**speeds, sources=sources)
