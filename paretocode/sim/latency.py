"""How long does a request take? Time to first token plus output tokens over throughput, drawn from percentiles.

Providers publish percentiles that already include their queues, so nothing is queued again here. The *luck* of each
request belongs to the stream, not to the map: two maps are compared on the same luck. Times are whole microseconds,
looked up in a table of luck levels, so that every engine gets the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IndexColumn, IntColumn
from paretocode.catalogue.catalogue import SPEED_PERCENTILES, Catalogue
from paretocode.sim.luck import LEVEL_NORMALS, Luck
from paretocode.sim.plan import UNSERVED
from paretocode.stream.stream import RequestStream

__all__ = ["DEFAULT_SPREAD", "UNCACHED_US_PER_TOKEN", "UNTIMED", "LatencyTables", "latency_tables", "latency_us"]

_KNOTS = np.array([NormalDist().inv_cdf(p / 100) for p in SPEED_PERCENTILES])
DEFAULT_SPREAD = {"ttft_s": 0.5, "throughput_tps": -0.24}
"""Slope of ln(value) against the standard normal where only one percentile is known: middle of the values measured
on four Claude endpoints, ln(p90 / p50) / 1.2816 = 0.42, 0.45, 0.51, 0.64 for TTFT and 0.24, 0.21, 0.25, 0.25 for
tokens/s (negative: slow calls have few tokens a second)."""

UNCACHED_US_PER_TOKEN = 17
"""What a prompt token that no cache holds adds to the time to first token [microseconds]: the middle of median
regressions on five Claude models, 0.010, 0.011, 0.017, 0.020 and 0.028 s per 1,000 tokens."""

UNTIMED = -1
"""Latency of a request that is unserved or whose model has no published speed. It is a code, never a number."""

_LONGEST = 10**11
"""Cap of a table's cell, 28 hours to the first token and 100 s a token, so that a time always fits 64 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyTables:
    """Times by (model, luck level).

    Parameters
    ----------
    ttft_us
        Shape (n_models, n_levels): time to first token [microseconds].
    token_ns
        Shape (n_models, n_levels): time of one completion token [nanoseconds].
    is_known
        Shape (n_models,): whether both are published in any percentile; elsewhere the tables hold 0.
    """

    ttft_us: IntColumn
    token_ns: IntColumn
    is_known: BoolColumn


def latency_tables(catalogue: Catalogue) -> LatencyTables:
    """Return the times of all models at all levels of luck. O(n_models x n_levels).

    Notes
    -----
    ln TTFT and ln throughput are straight lines between the published percentiles on a normal scale, and go on with
    the slope of their last piece beyond them; with one percentile the slope is `DEFAULT_SPREAD`.
    """
    ttft_s = np.array([_at_levels(row, DEFAULT_SPREAD["ttft_s"]) for row in catalogue.ttft_s])
    token_s = 1.0 / np.array([_at_levels(row, DEFAULT_SPREAD["throughput_tps"]) for row in catalogue.throughput_tps])
    is_known = ~np.isnan(ttft_s[:, 0]) & ~np.isnan(token_s[:, 0])
    return LatencyTables(
        ttft_us=_whole(ttft_s * 1e6, is_known), token_ns=_whole(token_s * 1e9, is_known), is_known=is_known
    )


def latency_us(
    stream: RequestStream,
    model_index: IndexColumn | IntColumn,
    cached_tokens: IntColumn,
    tables: LatencyTables,
    luck: Luck,
) -> IntColumn:
    """Return end-to-end times [microseconds], or `UNTIMED` where unserved or unmeasured. O(n).

    Notes
    -----
    TTFT + `UNCACHED_US_PER_TOKEN` x prompt tokens that no cache holds + completion tokens / throughput, the last
    rounded down to a microsecond. A model without any percentile of either has no latency: it is left out of the
    quantiles, and the coverage says so.

    Raises
    ------
    InputError
        Luck of another length than the stream.
    """
    luck.check_length(len(stream))
    served = np.maximum(model_index, 0)
    n_levels = tables.ttft_us.shape[1]
    cell = served.astype(np.int64) * n_levels
    time: IntColumn = tables.ttft_us.ravel()[cell + luck.ttft]
    time += UNCACHED_US_PER_TOKEN * (stream.prompt_tokens - cached_tokens)
    time += stream.completion_tokens * tables.token_ns.ravel()[cell + luck.throughput] // 1000
    time[(model_index == UNSERVED) | ~tables.is_known[served]] = UNTIMED
    return time


def _whole(values: FloatColumn, is_known: BoolColumn) -> IntColumn:
    whole: IntColumn = np.rint(np.minimum(np.where(is_known[:, None], values, 0.0), _LONGEST)).astype(np.int64)
    return whole


def _at_levels(percentiles: FloatColumn, default_slope: float) -> FloatColumn:
    """Return the value at every level of luck; NaN throughout where no percentile is known."""
    log_at_knot = _fill(percentiles, default_slope)
    slope = np.diff(log_at_knot) / np.diff(_KNOTS)
    piece = np.searchsorted(_KNOTS[1:-1], LEVEL_NORMALS, side="right")
    log_value: FloatColumn = log_at_knot[piece] + slope[piece] * (LEVEL_NORMALS - _KNOTS[piece])
    return np.asarray(np.exp(log_value), dtype=np.float64)


def _fill(percentiles: FloatColumn, default_slope: float) -> FloatColumn:
    """Return ln(value) at every knot: given, interpolated, or continued with the slope of the last known piece."""
    known = np.flatnonzero(~np.isnan(percentiles))
    if len(known) == 0:
        return np.full(len(_KNOTS), np.nan)
    z, log = _KNOTS[known], np.log(percentiles[known])
    if len(known) == 1:
        line: FloatColumn = log[0] + default_slope * (_KNOTS - z[0])
        return line
    filled: FloatColumn = np.interp(_KNOTS, z, log)
    low, high = z[0] > _KNOTS, z[-1] < _KNOTS
    filled[low] = log[0] + (log[1] - log[0]) / (z[1] - z[0]) * (_KNOTS[low] - z[0])
    filled[high] = log[-1] + (log[-1] - log[-2]) / (z[-1] - z[-2]) * (_KNOTS[high] - z[-1])
    return filled
