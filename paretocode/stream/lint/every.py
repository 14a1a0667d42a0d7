"""What is odd about a stream, in all respects?"""

from __future__ import annotations

from paretocode.stream.lint.clock import check_clock
from paretocode.stream.lint.counters import check_counters
from paretocode.stream.lint.demand import check_demand
from paretocode.stream.lint.finding import StreamFinding
from paretocode.stream.lint.logged import check_logged
from paretocode.stream.lint.sessions import check_sessions
from paretocode.stream.lint.steps import check_steps
from paretocode.stream.lint.tokens import check_tokens
from paretocode.stream.stream import RequestStream

__all__ = ["lint_stream"]


def lint_stream(stream: RequestStream, *, longest_context_tokens: int | None = None) -> list[StreamFinding]:
    """Return what is suspicious about a stream, in a fixed order; nothing found is an empty list. O(n log n).

    Parameters
    ----------
    stream
        Any stream.
    longest_context_tokens
        Largest context window among the models that may serve it [tokens]; None leaves that check out.

    Notes
    -----
    A published look-alike of a well-known trace is made up, with timestamps 0, 1, 2, ...: perfect regularity is a
    finding. Fewer than 10 values are not judged by regularity. Times that run backwards cannot stand in a stream: its
    rows are sorted by session and time.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> n = range(20)
    >>> stream = request_stream(session=n, time_s=n, prompt_tokens=n, completion_tokens=[1] * 20)
    >>> [finding.code for finding in lint_stream(stream)]
    ['constant-tokens', 'cumulative-tokens', 'regular-times', 'no-demand', 'no-sessions']
    """
    return [
        *check_tokens(stream, longest_context_tokens),
        *check_counters(stream),
        *check_steps(stream),
        *check_clock(stream),
        *check_demand(stream),
        *check_sessions(stream),
        *check_logged(stream),
    ]
