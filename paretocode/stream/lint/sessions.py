"""Are these sessions conversations? Their prompts, their pace, their doubles."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paretocode.stream.lint.finding import NOTE, WARNING, StreamFinding, by_share
from paretocode.stream.stream import RequestStream

__all__ = ["check_sessions"]

MOST_PER_SECOND = 20
"""A conversation waits for its answers; even an agent's parallel calls stay below this."""


def check_sessions(stream: RequestStream) -> Iterator[StreamFinding]:
    """Yield ``no-sessions`` or ``no-prefix``; ``long-prefix``, ``busy-session`` and ``duplicate-requests``."""
    if stream.n_sessions == len(stream) > 1:
        message = (
            "every request is a session of its own, so that jumps and caches cannot be seen; "
            "give session ids if the log has them."
        )
        yield StreamFinding(code="no-sessions", severity=NOTE, message=message)
    elif not stream.prefix_tokens.any() and len(stream) > 1:
        message = (
            "prefix_tokens is 0 in every request, so that no prompt cache can help; "
            "give the shared tokens if the log has them."
        )
        yield StreamFinding(code="no-prefix", severity=NOTE, message=message)
    yield from _long_prefix(stream)
    yield from _busy(stream)
    yield from _duplicates(stream)


def _long_prefix(stream: RequestStream) -> Iterator[StreamFinding]:
    before = np.append(0, stream.prompt_tokens[:-1])
    n_odd = int(np.sum((stream.prefix_tokens > before) & ~stream.is_first))
    if n_odd:
        message = (
            f"prefix_tokens exceeds the previous prompt of the session in {n_odd:,} of {len(stream):,} requests; "
            "count only tokens that both prompts share, in the order in which they were sent."
        )
        yield StreamFinding(code="long-prefix", severity=by_share(n_odd, len(stream)), message=message)


def _busy(stream: RequestStream) -> Iterator[StreamFinding]:
    time_us, session, step = stream.time_us, stream.session, MOST_PER_SECOND
    too_fast = (time_us[step:] - time_us[:-step] < 1_000_000) & (session[step:] == session[:-step])
    if too_fast.any():
        n_odd = len(np.unique(session[step:][too_fast]))
        message = (
            f"{n_odd:,} of {stream.n_sessions:,} sessions send more than {MOST_PER_SECOND} requests within a second, "
            "more than a conversation can; check that the session id names a conversation and not a client."
        )
        yield StreamFinding(code="busy-session", severity=WARNING, message=message)


def _duplicates(stream: RequestStream) -> Iterator[StreamFinding]:
    """Count rows that repeat another; where no request has a session, single ones are chance and only many count."""
    has_sessions = stream.n_sessions < len(stream)
    keys = [stream.time_us, stream.prompt_tokens, stream.completion_tokens]
    if has_sessions:
        keys.append(stream.session)
    order = np.lexsort(keys)
    is_double = np.logical_and.reduce([key[order][1:] == key[order][:-1] for key in keys])
    n_odd = int(is_double.sum())
    severity = by_share(n_odd, len(stream))
    if n_odd and (has_sessions or severity == WARNING):
        message = (
            f"{n_odd:,} of {len(stream):,} requests repeat another's {'session, ' if has_sessions else ''}time and "
            "tokens; check whether the log was joined or exported twice."
        )
        yield StreamFinding(code="duplicate-requests", severity=severity, message=message)
