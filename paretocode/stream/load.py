"""Which reader reads this log? One door to all of them, by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path

from paretocode._checks import one_of
from paretocode.errors import UsageError
from paretocode.stream.readers import (
    read_azure,
    read_burstgpt,
    read_coding_agent,
    read_litellm,
    read_mooncake,
    read_openrouter_generations,
    read_otel,
    read_vllm_semantic_router,
)
from paretocode.stream.stream import RequestStream
from paretocode.stream.table import read_stream_table

__all__ = ["READERS", "load_stream"]

READERS: dict[str, Callable[..., RequestStream]] = {
    "coding_agent": read_coding_agent,
    "azure": read_azure,
    "burstgpt": read_burstgpt,
    "mooncake": read_mooncake,
    "openrouter_generations": read_openrouter_generations,
    "otel": read_otel,
    "litellm": read_litellm,
    "vllm_semantic_router": read_vllm_semantic_router,
    "table": read_stream_table,
}
"""Name of a reader, as experiments and ``--reader`` give it -> the function."""


def load_stream(reader: str, path: Path | str | Sequence[Path | str], **options: object) -> RequestStream:
    """Read a log with the reader of that name.

    Parameters
    ----------
    reader
        One of `READERS`.
    path
        The log; the reader ``table`` also takes a folder or a list of files.
    options
        What that reader takes, such as ``threads`` or ``columns``.

    Raises
    ------
    InputError
        Unknown reader, or what the reader itself refuses.
    UsageError
        An option that the reader does not take.

    Examples
    --------
    >>> load_stream("wildchat", "trace.jsonl.gz")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: reader is 'wildchat'; use one of coding_agent, azure, burstgpt, mooncake,
    openrouter_generations, otel, litellm, vllm_semantic_router, table.
    """
    one_of(reader, tuple(READERS), name="reader")
    read = READERS[reader]
    known = [name for name in inspect.signature(read).parameters if name != "path"]
    for option in options:
        if option not in known:
            raise UsageError(f"reader {reader!r} takes no option {option!r}", way_out=f"use {', '.join(known)}")
    return read(path, **options)
