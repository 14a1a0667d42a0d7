"""Which kinds of min score are told apart? Every atom, the omitted ones, and the smooth rest by quarter of the axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode.stream.stream import PPM, RequestStream

__all__ = ["LEAST_ATOM_SHARE", "asked_classes"]

LEAST_ATOM_SHARE = 0.01
"""A min score is an atom when at least this share of all requests of both streams ask for it: our choice."""

_QUARTER = PPM // 4


def asked_classes(tuned: RequestStream, today: RequestStream) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Return for each request of either stream the kind of min score it asks for. O(n log n).

    Returns
    -------
    tuned, today
        Shape (n_requests,): ``omitted``, ``0.65`` for an atom, ``rest 0.5-0.75`` for the others; the last quarter
        holds 1.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> ask = [0.65] * 100 + [0.3001, float("nan")]
    >>> stream = request_stream(session=range(102), time_s=[0] * 102, prompt_tokens=[1] * 102,
    ...                         completion_tokens=[1] * 102, min_score=ask)
    >>> asked_classes(stream, stream)[0][-3:].tolist()
    ['0.65', 'rest 0.25-0.5', 'omitted']
    """
    sides = [np.where(s.is_omitted, -1, s.min_score_ppm) for s in (tuned, today)]
    values, place, count = np.unique(np.concatenate(sides), return_inverse=True, return_counts=True)
    is_atom = count >= LEAST_ATOM_SHARE * count.sum()
    labels = np.array([_label(int(v), bool(a)) for v, a in zip(values, is_atom, strict=True)], dtype=np.str_)
    return labels[place[: len(tuned)]], labels[place[len(tuned) :]]


def _label(ppm: int, is_atom: bool) -> str:
    if ppm < 0:
        return "omitted"
    if is_atom:
        return f"{ppm / PPM:g}"
    quarter = min(ppm // _QUARTER, 3)
    return f"rest {quarter / 4:g}-{(quarter + 1) / 4:g}"
