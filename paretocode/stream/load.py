"""Which reader reads this log? One door to all of them, by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

from paretocode._checks import one_of
from paretocode.errors import UsageError
from paretocode.stream.azure import read_azure
from paretocode.stream.coding_agent import read_coding_agent
from paretocode.stream.stream import RequestStream
from paretocode.stream.table import read_stream_table

__all__ = ["READERS", "load_stream"]

READERS: dict[str, Callable[..., RequestStream]] = {
    "coding_agent": read_coding_agent,
    "azure": read_azure,
    "table": read_stream_table,
}


def load_stream(reader: str, path: Path | str, **options: object) -> RequestStream:
    """Read a log with the reader of that name.

    Parameters
    ----------
    reader
        One of `READERS`.
    path
        The log.
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
    >>> load_stream("mooncake", "trace.jsonl.gz")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: reader is 'mooncake'; use one of coding_agent, azure, table.
    """
    one_of(reader, tuple(READERS), name="reader")
    read = READERS[reader]
    known = [name for name in inspect.signature(read).parameters if name != "path"]
    for option in options:
        if option not in known:
            raise UsageError(f"reader {reader!r} takes no option {option!r}", way_out=f"use {', '.join(known)}")
    return read(path, **options)
