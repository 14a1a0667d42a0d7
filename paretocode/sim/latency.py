"""How long does a request take? Time to first token plus output tokens over throughput, drawn from percentiles.

Providers publish percentiles that already include their queues, so nothing is queued again here. The *luck* of each
request (two standard normal draws) belongs to the stream, not to the map: two maps are compared on the same luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.catalogue.catalogue import SPEED_PERCENTILES, Catalogue
from paretocode.errors import InputError
from paretocode.sim.plan import UNSERVED
from paretocode.stream.stream import RequestStream

__all__ = ["DEFAULT_SPREAD", "Luck", "draw_luck", "latency_s"]

_KNOTS = np.array([NormalDist().inv_cdf(p / 100) for p in SPEED_PERCENTILES])
DEFAULT_SPREAD = {"ttft_s": 0.5, "throughput_tps": -0.24}
"""Slope of ln(value) against the standard normal where only one percentile is known: middle of the values measured
on four Claude endpoints, ln(p90 / p50) / 1.2816 = 0.42, 0.45, 0.51, 0.64 for TTFT and 0.24, 0.21, 0.25, 0.25 for
tokens/s (negative: slow calls have few tokens a second)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Luck:
    """Standard normal draws of each request: shape (n,) each; positive is slow."""

    ttft: FloatColumn
    throughput: FloatColumn


def draw_luck(stream: RequestStream, *, rng: np.random.Generator | int) -> Luck:
    """Draw the luck of a stream; same seed, same bytes."""
    generator = np.random.default_rng(rng)
    return Luck(ttft=generator.standard_normal(len(stream)), throughput=generator.standard_normal(len(stream)))


def latency_s(stream: RequestStream, model_index: IntColumn, catalogue: Catalogue, luck: Luck) -> FloatColumn:
    """Return end-to-end times [s]: TTFT + completion tokens / throughput; NaN where unserved or unmeasured.

    Notes
    -----
    ln TTFT and ln throughput are straight lines between the published percentiles on a normal scale, and go on with
    the slope of their last piece beyond them; with one percentile the slope is `DEFAULT_SPREAD`. A model without any
    percentile of either has no latency: it is left out of the quantiles, and the coverage says so. O(n).

    Raises
    ------
    InputError
        Luck of another length than the stream.
    """
    if len(luck.ttft) != len(stream) or len(luck.throughput) != len(stream):
        raise InputError(
            f"the luck has {len(luck.ttft)} draws and the stream {len(stream)} requests",
            way_out="draw it for this stream: draw_luck(stream, rng=...)",
        )
    served = np.maximum(model_index, 0)
    ttft: FloatColumn = np.exp(_draw(catalogue.ttft_s, "ttft_s", served, luck.ttft))
    throughput = np.exp(_draw(catalogue.throughput_tps, "throughput_tps", served, luck.throughput))
    ttft += stream.completion_tokens / throughput
    ttft[model_index == UNSERVED] = np.nan
    return ttft


def _draw(percentiles: FloatColumn, name: str, model_index: IntColumn, luck: FloatColumn) -> FloatColumn:
    log_at_knot = np.stack([_fill(row, DEFAULT_SPREAD[name]) for row in percentiles])
    slope = np.diff(log_at_knot, axis=1) / np.diff(_KNOTS)
    offset = log_at_knot[:, :-1] - slope * _KNOTS[:-1]
    n_pieces = slope.shape[1]
    piece = np.searchsorted(_KNOTS[1:-1], luck, side="right")
    cell = model_index * n_pieces + piece
    log_value: FloatColumn = offset.ravel()[cell] + slope.ravel()[cell] * luck
    return log_value


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
