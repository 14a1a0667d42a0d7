"""Can these be numbers of tokens? Zero, constant, wrapped, or longer than any model holds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paretocode.stream.lint.finding import ENOUGH, WARNING, StreamFinding
from paretocode.stream.stream import RequestStream

__all__ = ["TOKEN_COLUMNS", "check_tokens"]

TOKEN_COLUMNS = ("prompt_tokens", "completion_tokens")
CONSTANT_SHARE = 0.95
WRAP = 2**31
NEAR_WRAP = 2**20
"""Nothing real comes within a million tokens of a 32-bit counter's end."""


def check_tokens(stream: RequestStream, longest_context_tokens: int | None = None) -> Iterator[StreamFinding]:
    """Yield ``zero-tokens``, ``constant-tokens``, ``wrapped-tokens`` and ``beyond-context``."""
    for name in TOKEN_COLUMNS:
        yield from _flat(stream, name)
    for name in TOKEN_COLUMNS:
        yield from _wrapped(stream, name)
    if longest_context_tokens is not None:
        yield from _beyond(stream, longest_context_tokens)


def _flat(stream: RequestStream, name: str) -> Iterator[StreamFinding]:
    column = getattr(stream, name)
    if not column.any():
        message = f"{name} is 0 in every request, so that it costs nothing; check which column of the log was read."
        yield StreamFinding(code="zero-tokens", severity=WARNING, message=message)
        return
    values, counts = np.unique(column, return_counts=True)
    most = int(counts.argmax())
    if len(column) >= ENOUGH and counts[most] >= CONSTANT_SHARE * len(column):
        message = (
            f"{name} is {values[most]} in {counts[most]:,} of {len(column):,} requests, which hardly any real log "
            "shows; check that it was measured and not filled in."
        )
        yield StreamFinding(code="constant-tokens", severity=WARNING, message=message)


def _wrapped(stream: RequestStream, name: str) -> Iterator[StreamFinding]:
    column = getattr(stream, name)
    n_odd = int(np.sum(column >= WRAP - NEAR_WRAP))
    if n_odd:
        message = (
            f"{name} reaches {column.max():,} and lies near or above 2^31 in {n_odd:,} of {len(column):,} requests, "
            "as a 32-bit counter does that overflowed; export it as a 64-bit integer."
        )
        yield StreamFinding(code="wrapped-tokens", severity=WARNING, message=message)


def _beyond(stream: RequestStream, longest: int) -> Iterator[StreamFinding]:
    n_odd = int(np.sum(stream.prompt_tokens + stream.completion_tokens > longest))
    if n_odd:
        message = (
            f"prompt and completion exceed {longest:,} tokens, the longest context on offer, in {n_odd:,} of "
            f"{len(stream):,} requests; no model can serve them, so check the units or the catalogue."
        )
        yield StreamFinding(code="beyond-context", severity=WARNING, message=message)
