"""What is in this stream? Its size, lengths, gaps, reuse and demand as one flat record."""

from __future__ import annotations

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.stream.demand import demand_of
from paretocode.stream.stream import PPM, RequestStream

__all__ = ["describe"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
LONG_GAP_S = 300.0
N_ATOMS = 5


def describe(stream: RequestStream) -> dict[str, float | int]:
    """Return a flat record of a stream; O(n log n).

    Parameters
    ----------
    stream
        Any stream.

    Returns
    -------
    dict
        ``requests``, ``sessions``; ``turns_*``, ``prompt_tokens_*``, ``completion_tokens_*`` [tokens] and ``gap_s_*``
        [s, start to start within sessions] with ``mean`` and quantiles ``p05 .. p99`` (linear interpolation);
        ``gap_over_300s_share`` of the gaps; ``prefix_share`` of the prompt tokens; ``omitted_share`` of the requests;
        and ``atom_<min score>`` for the up to five most asked min scores, the share of requests on each. What has no
        value is left out: a stream without a second turn has no gaps.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> record = describe(request_stream(session=[1, 1, 2], time_s=[0, 400, 0], prompt_tokens=[10, 20, 10],
    ...                                  completion_tokens=[1, 1, 1], prefix_tokens=[0, 10, 0],
    ...                                  min_score=[0.65, 0.65, float("nan")]))
    >>> record["requests"], record["turns_mean"], record["gap_over_300s_share"], record["prefix_share"]
    (3, 1.5, 1.0, 0.25)
    >>> round(record["atom_0.65"], 3), round(record["omitted_share"], 3)
    (0.667, 0.333)
    """
    gaps = stream.gap_s[~stream.is_first]
    prompt_total = int(stream.prompt_tokens.sum())
    table = demand_of(stream)
    most = np.argsort(-table.share, kind="stable")[:N_ATOMS]
    return {
        "requests": len(stream),
        "sessions": stream.n_sessions,
        **_spread("turns", np.bincount(stream.session).astype(np.float64)),
        **_spread("prompt_tokens", stream.prompt_tokens.astype(np.float64)),
        **_spread("completion_tokens", stream.completion_tokens.astype(np.float64)),
        **_spread("gap_s", gaps),
        **({"gap_over_300s_share": float(np.mean(gaps > LONG_GAP_S))} if len(gaps) else {}),
        **({"prefix_share": int(stream.prefix_tokens.sum()) / prompt_total} if prompt_total else {}),
        "omitted_share": table.omitted_share,
        **{f"atom_{table.min_score_ppm[i] / PPM:g}": float(table.share[i]) for i in most},
    }


def _spread(name: str, values: FloatColumn) -> dict[str, float | int]:
    if len(values) == 0:
        return {}
    cuts = np.quantile(values, QUANTILES)
    return {
        f"{name}_mean": float(values.mean()),
        **{f"{name}_p{round(100 * q):02d}": float(cut) for q, cut in zip(QUANTILES, cuts, strict=True)},
    }
