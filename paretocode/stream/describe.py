"""What is in this stream? Its size, pace, lengths, gaps, reuse, demand and log as one flat record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paretocode.stream.demand.asked_counts import AskedCounts, asked_counts
from paretocode.stream.description.arrivals import arrivals
from paretocode.stream.description.asked import NearEdgeMass, asked, asked_of, near_edge_mass
from paretocode.stream.description.lengths import gaps_and_reuse, tokens_and_turns
from paretocode.stream.description.served import served
from paretocode.stream.stream import RequestStream

__all__ = ["NearEdgeMass", "counted", "describe", "describe_counts", "near_edge_mass"]


def describe(stream: RequestStream) -> dict[str, float | int]:
    """Return a flat record of a stream; O(n log n).

    Parameters
    ----------
    stream
        Any stream.

    Returns
    -------
    dict
        In this order: ``requests``, ``sessions``; the pace of `arrivals` [s, 1/s]; ``turns_*``, ``prompt_tokens_*``,
        ``completion_tokens_*`` [tokens] with ``mean``, quantiles ``p05 .. p99`` (linear interpolation) and ``max``,
        and ``prompt_completion_spearman``; ``gap_s_*`` [s, start to start within sessions],
        ``gap_over_300s_share`` and ``gap_over_3600s_share`` of the gaps; ``prefix_share`` of the prompt tokens, in
        all and by preceding gap; ``min_scores``, ``omitted_share``, ``switch_share`` and ``atom_<min score>``, the
        share of requests on each of the up to five most asked; ``logged_*`` where the log says what was done. What
        has no value is left out: a stream without a second turn has no gaps, and sessions that all start at one time
        share no clock, so that no rate is known.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> record = describe(request_stream(session=[1, 1, 2], time_s=[0, 400, 0], prompt_tokens=[10, 20, 10],
    ...                                  completion_tokens=[1, 1, 1], prefix_tokens=[0, 10, 0],
    ...                                  min_score=[0.65, 0.65, float("nan")]))
    >>> record["requests"], record["turns_mean"], record["gap_over_300s_share"], record["prefix_share"]
    (3, 1.5, 1.0, 0.25)
    >>> round(record["atom_0.65"], 3), round(record["omitted_share"], 3), "requests_per_s" in record
    (0.667, 0.333, False)
    """
    return {
        "requests": len(stream),
        "sessions": stream.n_sessions,
        **arrivals(stream),
        **tokens_and_turns(stream),
        **gaps_and_reuse(stream),
        **asked(stream),
        **served(stream),
    }


def counted(stream: RequestStream) -> dict[str, Any]:
    """Return what of a description adds up over parts that are split by session, for `describe_counts`. O(n log n)."""
    return {
        "asked": asked_counts(stream),
        "sessions": stream.n_sessions,
        "prompt_tokens": int(stream.prompt_tokens.sum()),
        "completion_tokens": int(stream.completion_tokens.sum()),
        "prefix_tokens": int(stream.prefix_tokens.sum()),
    }


def describe_counts(asked: AskedCounts, sums: Mapping[str, int]) -> dict[str, float | int]:
    """Return as much of `describe` as follows from sums: means and shares, no quantiles, nothing of the pace.

    Parameters
    ----------
    asked, sums
        Of the whole log: what `counted` returns, added up.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> found = counted(request_stream(session=[1, 1, 2], time_s=[0, 400, 0], prompt_tokens=[10, 20, 10],
    ...                                completion_tokens=[1, 1, 1], min_score=[0.65, 0.65, 0.2]))
    >>> record = describe_counts(found.pop("asked"), found)
    >>> record["requests"], record["turns_mean"], record["completion_tokens_mean"], record["min_scores"]
    (3, 1.5, 1.0, 2)
    """
    n = asked.n_requests
    return {
        "requests": n,
        "sessions": sums["sessions"],
        "turns_mean": n / sums["sessions"],
        "prompt_tokens_mean": sums["prompt_tokens"] / n,
        "completion_tokens_mean": sums["completion_tokens"] / n,
        **({"prefix_share": sums["prefix_tokens"] / sums["prompt_tokens"]} if sums["prompt_tokens"] else {}),
        **asked_of(asked),
    }
