"""How do columns outlive a run? One compressed file, sealed by the question that they answer."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._files import write_atomically

__all__ = ["read_sealed", "write_sealed"]

_SEAL_BYTES = hashlib.sha256().digest_size


def write_sealed(path: Path, arrays: Mapping[str, NDArray[Any]], *, question: str) -> None:
    """Write named columns; the file appears whole.

    Parameters
    ----------
    question
        All that the columns depend on, in a word: whoever asks another one gets nothing.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    body = buffer.getvalue()
    write_atomically(path, _seal(body, question) + body)


def read_sealed(path: Path, *, question: str) -> dict[str, NDArray[Any]] | None:
    """Return the columns; None where there are none, of another question, or not as they were written."""
    if not path.is_file():
        return None
    content = path.read_bytes()
    seal, body = content[:_SEAL_BYTES], content[_SEAL_BYTES:]
    if seal != _seal(body, question):
        return None
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, ValueError, zipfile.BadZipFile):
        return None


def _seal(body: bytes, question: str) -> bytes:
    return hashlib.sha256(f"{question} ".encode() + body).digest()
