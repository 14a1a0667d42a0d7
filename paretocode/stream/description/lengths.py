"""How long are prompts, completions, sessions and gaps, and how much of a prompt was sent before?"""

from __future__ import annotations

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.stream.description.spread import spread
from paretocode.stream.stream import RequestStream

__all__ = ["gaps_and_reuse", "rank_correlation", "tokens_and_turns"]

LONG_GAPS_S = (300, 3600)
GAP_BUCKETS_S = (30, 60, 300, 3600)
"""Upper, inclusive bounds of the gaps by which reuse is told apart."""


def tokens_and_turns(stream: RequestStream) -> dict[str, float | int]:
    """Return the spread of `turns`, `prompt_tokens` and `completion_tokens`, and the tokens' rank correlation."""
    correlation = rank_correlation(stream.prompt_tokens, stream.completion_tokens)
    return {
        **spread("turns", np.bincount(stream.session)),
        **spread("prompt_tokens", stream.prompt_tokens),
        **spread("completion_tokens", stream.completion_tokens),
        **({} if correlation is None else {"prompt_completion_spearman": correlation}),
    }


def rank_correlation(left: IntColumn, right: IntColumn) -> float | None:
    """Return Spearman's rank correlation, ties at their middle rank; None where a column is constant. O(n log n).

    Examples
    --------
    >>> rank_correlation(np.array([1, 2, 2, 9]), np.array([5, 6, 6, 7]))
    1.0
    >>> rank_correlation(np.array([1, 1]), np.array([5, 6])) is None
    True
    """
    x, y = _middle_ranks(left), _middle_ranks(right)
    sizes = float(np.dot(x, x)), float(np.dot(y, y))
    if not min(sizes):
        return None
    return max(-1.0, min(1.0, float(np.dot(x, y) / np.sqrt(sizes[0] * sizes[1]))))


def _middle_ranks(values: IntColumn) -> FloatColumn:
    """Return twice the rank of each value, middle of its ties, minus the mean: whole numbers, so that 0 is exact."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    twice = 2 * np.cumsum(counts) - counts + 1
    return (twice[inverse] - (len(values) + 1)).astype(np.float64)


def gaps_and_reuse(stream: RequestStream) -> dict[str, float | int]:
    """Return the spread of `gap_s` [s, start to start], the shares of long gaps, and `prefix_share` by gap.

    Notes
    -----
    `prefix_share` is shared tokens over prompt tokens, of all requests; `prefix_share_gap_to_30s` and its neighbours
    are the same of the requests whose preceding gap lies in that bucket, upper bound included.
    """
    gap_us = stream.gap_us[~stream.is_first]
    record = spread("gap_s", stream.gap_s[~stream.is_first])
    if len(gap_us):
        for long_s in LONG_GAPS_S:
            record[f"gap_over_{long_s}s_share"] = float(np.mean(gap_us > long_s * 1_000_000))
    prompt_total = int(stream.prompt_tokens.sum())
    if prompt_total:
        record["prefix_share"] = int(stream.prefix_tokens.sum()) / prompt_total
    return {**record, **_reuse_by_gap(stream, gap_us)}


def _reuse_by_gap(stream: RequestStream, gap_us: IntColumn) -> dict[str, float]:
    bounds = np.array(GAP_BUCKETS_S) * 1_000_000
    bucket = np.searchsorted(bounds, gap_us, side="left")
    prompt = stream.prompt_tokens[~stream.is_first]
    prefix = stream.prefix_tokens[~stream.is_first]
    names = [*(f"to_{bound}s" for bound in GAP_BUCKETS_S), f"over_{GAP_BUCKETS_S[-1]}s"]
    record = {}
    for number, name in enumerate(names):
        mine = bucket == number
        total = int(prompt[mine].sum())
        if total:
            record[f"prefix_share_gap_{name}"] = int(prefix[mine].sum()) / total
    return record
