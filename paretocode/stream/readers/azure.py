"""What does a cloud's request log without sessions look like? Reader of Azure's public traces of 2023.

Source: Azure/AzurePublicDataset (commit b469a113, CC-BY-4.0): ``TIMESTAMP`` with seven decimals of a second,
``ContextTokens``, ``GeneratedTokens``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from paretocode.stream._cells import moment_column, number_columns
from paretocode.stream._reading import MAX_BYTES, checked_file, open_table, require_columns
from paretocode.stream.stream import RequestStream, request_stream

__all__ = ["read_azure"]

_COLUMNS = ("TIMESTAMP", "ContextTokens", "GeneratedTokens")


def read_azure(path: Path | str, *, max_bytes: int = MAX_BYTES) -> RequestStream:
    """Read the trace; it names no sessions, so every request is a session of its own, numbered by time.

    Parameters
    ----------
    path
        CSV file, optionally .gz.
    max_bytes
        Largest file taken [bytes].

    Returns
    -------
    RequestStream
        Times in seconds since the first request, to the microsecond. No request states a min score or shares a prefix.

    Raises
    ------
    InputError
        A file that is missing, empty, too large, damaged, has other columns or a cell that cannot be read.
    """
    table = open_table(checked_file(path, max_bytes=max_bytes))
    require_columns(_COLUMNS, table.columns, where=str(path))
    time_s = moment_column(table, "TIMESTAMP")
    tokens = number_columns(table, {"prompt_tokens": "ContextTokens", "completion_tokens": "GeneratedTokens"})
    return request_stream(
        session=np.argsort(np.argsort(time_s, kind="stable")),
        time_s=time_s,
        prompt_tokens=tokens["prompt_tokens"],
        completion_tokens=tokens["completion_tokens"],
        name="azure",
        where=str(path),
        notes=("the log names no sessions, so every request is one of its own",),
    )
