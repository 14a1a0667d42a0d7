"""Which kinds of min score are told apart? Every atom, the omitted ones, and the rest between edges and quantiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.stream.stream import PPM, RequestStream

__all__ = ["LEAST_ATOM_SHARE", "asked_classes"]

LEAST_ATOM_SHARE = 0.01
"""A min score is an atom when at least this share of all requests of both streams ask for it: our choice."""

_TENTHS = tuple(step / 10 for step in range(1, 10))


def asked_classes(
    tuned: RequestStream, today: RequestStream, *, edges_ppm: Sequence[int] = (), shares: Sequence[float] = _TENTHS
) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Return for each request of either stream the kind of min score it asks for. O(n log n).

    Parameters
    ----------
    edges_ppm
        Request edges of the map [ppm]: no class lies on both sides of one, so that what changes its tier changes its
        class. A min score at an edge belongs above it.
    shares
        Quantiles of the rest of both streams pooled, at which it is cut too.

    Returns
    -------
    tuned, today
        Shape (n_requests,): ``omitted``, ``0.65`` for an atom, ``rest 0.5-0.66`` for the others: from 0.5 on and below
        0.66, the last stretch with its end. All fall into one class only where all ask for one and the same.

    Examples
    --------
    Of the rest, 0.3001 and 0.3002 lie on either side of the edge:

    >>> from paretocode.stream.stream import request_stream
    >>> ask = [0.65] * 100 + [0.3001, 0.3002, float("nan")]
    >>> stream = request_stream(session=range(103), time_s=[0] * 103, prompt_tokens=[1] * 103,
    ...                         completion_tokens=[1] * 103, min_score=ask)
    >>> asked_classes(stream, stream, edges_ppm=[300_200], shares=())[0][-4:].tolist()
    ['0.65', 'rest 0-0.3002', 'rest 0.3002-1', 'omitted']
    """
    sides = [np.where(s.is_omitted, -1, s.min_score_ppm) for s in (tuned, today)]
    values, place, count = np.unique(np.concatenate(sides), return_inverse=True, return_counts=True)
    is_rest = (count < LEAST_ATOM_SHARE * count.sum()) & (values >= 0)
    starts = _starts(np.repeat(values[is_rest], count[is_rest]), edges_ppm, shares)
    labels = np.array(
        [_label(int(v), starts if rest else None) for v, rest in zip(values, is_rest, strict=True)], dtype=np.str_
    )
    return labels[place[: len(tuned)]], labels[place[len(tuned) :]]


def _starts(rest_ppm: IntColumn, edges_ppm: Sequence[int], shares: Sequence[float]) -> IntColumn:
    """Return where the rest's stretches start, the first one at 0; different values are never all in one stretch."""
    if not len(rest_ppm):
        return np.zeros(1, dtype=np.int64)
    cuts = np.union1d(np.quantile(rest_ppm, shares, method="inverted_cdf"), edges_ppm).astype(np.int64)
    cuts = cuts[(cuts > rest_ppm.min()) & (cuts <= rest_ppm.max())]
    if not len(cuts):
        cuts = np.unique(rest_ppm)[1:2]
    return np.union1d([0], cuts).astype(np.int64)


def _label(ppm: int, starts: IntColumn | None) -> str:
    if ppm < 0:
        return "omitted"
    if starts is None:
        return f"{ppm / PPM:g}"
    at = int(np.searchsorted(starts, ppm, side="right"))
    start, end = int(starts[at - 1]), int(starts[at]) if at < len(starts) else PPM
    return f"rest {start / PPM:g}-{end / PPM:g}" if start < end else f"rest {start / PPM:g}"
