"""Can what the log says was done have been done?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.stream.lint.finding import ENOUGH, WARNING, StreamFinding, by_share
from paretocode.stream.stream import RequestStream

__all__ = ["check_logged"]

FASTEST_TOKENS_PER_S = 10_000
"""Well above any endpoint that is sold; the fastest are advertised with a few thousand."""
SLOWEST_TOKENS_PER_S = 0.5
LONG_ANSWER_TOKENS = 50
"""Of shorter answers the time is mostly waiting, and their pace says nothing about units."""


def check_logged(stream: RequestStream) -> Iterator[StreamFinding]:
    """Yield ``impossible-speed``, ``slow-answers`` and ``cached-beyond-prompt``."""
    logged = stream.logged
    if logged is None:
        return
    if logged.answer_s is not None:
        yield from _speed(stream, logged.answer_s)
    if logged.cached_tokens is not None:
        n_odd = int(np.sum(logged.cached_tokens > stream.prompt_tokens))
        if n_odd:
            message = (
                f"cached tokens exceed the prompt in {n_odd:,} of {len(stream):,} requests, as where prompt_tokens "
                "leaves out what was read from the cache; add both up."
            )
            severity = by_share(n_odd, len(stream))
            yield StreamFinding(code="cached-beyond-prompt", severity=severity, message=message)


def _speed(stream: RequestStream, answer_s: FloatColumn) -> Iterator[StreamFinding]:
    timed = ~np.isnan(answer_s)
    tokens, seconds = stream.completion_tokens[timed], answer_s[timed]
    n_fast = int(np.sum(tokens > FASTEST_TOKENS_PER_S * seconds))
    if n_fast:
        message = (
            f"{n_fast:,} of {len(tokens):,} timed answers come at more than {FASTEST_TOKENS_PER_S:,} tokens/s; "
            "check the unit of answer_s, or whether the gateway answered them from its own store."
        )
        yield StreamFinding(code="impossible-speed", severity=by_share(n_fast, len(tokens)), message=message)
    is_long = tokens >= LONG_ANSWER_TOKENS
    n_long, n_slow = int(is_long.sum()), int(np.sum(tokens[is_long] < SLOWEST_TOKENS_PER_S * seconds[is_long]))
    if n_long >= ENOUGH and 2 * n_slow > n_long:
        message = (
            f"{n_slow:,} of {n_long:,} answers of {LONG_ANSWER_TOKENS} tokens or more come at less than "
            f"{SLOWEST_TOKENS_PER_S:g} tokens/s, as where milliseconds are read as seconds; check the unit of answer_s."
        )
        yield StreamFinding(code="slow-answers", severity=WARNING, message=message)
