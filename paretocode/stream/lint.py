"""Does this stream look like real traffic? Signs that a log is broken, stripped or made up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode.stream.stream import RequestStream

__all__ = ["StreamFinding", "lint_stream"]

ENOUGH = 10
"""Fewer requests than this may be alike by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFinding:
    """One thing worth knowing about a stream.

    Parameters
    ----------
    code
        Stable short name, such as ``constant-tokens``.
    severity
        ``warning``: results may mislead; ``note``: worth knowing.
    message
        One sentence.
    """

    code: str
    severity: str
    message: str


def lint_stream(stream: RequestStream) -> list[StreamFinding]:
    """Return what is suspicious about a stream, in a fixed order; nothing found is an empty list. O(n log n).

    Notes
    -----
    A published look-alike of a well-known trace is made up, with timestamps 0, 1, 2, ...: perfect regularity is a
    finding. Streams of fewer than 10 requests are not judged by regularity.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> n = range(20)
    >>> stream = request_stream(session=n, time_s=n, prompt_tokens=n, completion_tokens=[1] * 20)
    >>> [finding.code for finding in lint_stream(stream)]
    ['constant-tokens', 'regular-times', 'no-demand', 'no-sessions']
    """
    return [*_tokens(stream), *_times(stream), *_demand(stream), *_sessions(stream)]


def _tokens(stream: RequestStream) -> list[StreamFinding]:
    found = []
    for name in ("prompt_tokens", "completion_tokens"):
        column = getattr(stream, name)
        if not column.any():
            message = f"{name} is 0 in every request, so that it costs nothing."
            found.append(StreamFinding(code="zero-tokens", severity="warning", message=message))
        elif len(column) >= ENOUGH and (column == column[0]).all():
            message = f"{name} is {column[0]} in every request, which no real log shows."
            found.append(StreamFinding(code="constant-tokens", severity="warning", message=message))
    return found


def _times(stream: RequestStream) -> list[StreamFinding]:
    if len(stream) < ENOUGH:
        return []
    steps = np.diff(np.sort(stream.time_s))
    if not steps.any():
        message = f"every request is at {stream.time_s[0]:g} s, so that gaps and caches mean nothing."
        return [StreamFinding(code="constant-times", severity="warning", message=message)]
    if np.allclose(steps, steps[0], rtol=1e-9, atol=0.0):
        message = f"requests come exactly {steps[0]:g} s apart, which no real log shows."
        return [StreamFinding(code="regular-times", severity="warning", message=message)]
    return []


def _demand(stream: RequestStream) -> list[StreamFinding]:
    if stream.has_demand:
        return []
    message = "every request omits the min score, so that only the default tier is asked for; apply a demand."
    return [StreamFinding(code="no-demand", severity="note", message=message)]


def _sessions(stream: RequestStream) -> list[StreamFinding]:
    found = []
    if stream.n_sessions == len(stream) > 1:
        message = "every request is a session of its own, so that jumps and caches cannot be seen."
        found.append(StreamFinding(code="no-sessions", severity="note", message=message))
    elif not stream.prefix_tokens.any() and len(stream) > 1:
        message = "prefix_tokens is 0 in every request, so that no prompt cache can help."
        found.append(StreamFinding(code="no-prefix", severity="note", message=message))
    return found
