"""Is this file small enough, whole and readable? Asked once, before any reader looks inside."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

from paretocode.errors import InputError

__all__ = ["MAX_DOCUMENT_BYTES", "MAX_TABLE_BYTES", "check_file", "json_fault", "read_bytes", "read_json", "read_text"]

MAX_TABLE_BYTES = 256 * 2**20
"""Largest CSV or Parquet file that is opened [bytes]."""

MAX_DOCUMENT_BYTES = 64 * 2**20
"""Largest JSON or TOML file that is opened, counted after decompression [bytes]."""


def check_file(path: Path, *, limit: int) -> None:
    """Refuse a file that is absent, not a file, empty or over the limit, without reading it.

    Raises
    ------
    InputError
        With the file's size and the limit.
    """
    where = str(path)
    try:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist"
            raise InputError(f"the catalogue file {what}", where=where, way_out="name a file that exists")
        size = path.stat().st_size
    except OSError as error:
        raise InputError(
            f"the file cannot be opened ({error.strerror})", where=where, way_out="check its name and rights"
        ) from error
    if size == 0:
        raise InputError("the file is empty", where=where, way_out="give a file with at least one model")
    _refuse_size(size, limit=limit, where=where)


def _refuse_size(size: int, *, limit: int, where: str) -> None:
    if size > limit:
        raise InputError(
            f"the file has {'more than ' if size == limit + 1 else ''}{size:,} bytes, over the limit of {limit:,}",
            where=where,
            way_out="keep only the models you need",
        )


def read_bytes(path: Path, *, limit: int) -> bytes:
    """Return a file's bytes, decompressed where the name ends in ``.gz``; never more than `limit` of them.

    Raises
    ------
    InputError
        As `check_file`, or when the compressed data is broken, cut short or unpacks to more than the limit.
    """
    check_file(path, limit=limit)
    try:
        if path.suffix != ".gz":
            return path.read_bytes()
        with gzip.open(path) as stream:
            data = stream.read(limit + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(
            f"the compressed data is broken or cut short ({_gzip_fault(error)})",
            where=str(path),
            way_out="fetch the file again",
        ) from error
    except OSError as error:
        raise InputError(
            f"the file cannot be read ({error.strerror})", where=str(path), way_out="check its name and rights"
        ) from error
    _refuse_size(len(data), limit=limit, where=str(path))
    return data


def read_text(path: Path, *, limit: int) -> str:
    """Return a file as UTF-8 text, without a byte-order mark.

    Raises
    ------
    InputError
        As `read_bytes`, or when the bytes are not UTF-8.
    """
    try:
        return read_bytes(path, limit=limit).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"byte {error.start} is not UTF-8 text", where=str(path), way_out="save the file as UTF-8"
        ) from error


def _gzip_fault(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "it ends too early"
    return "it is not whole gzip" if isinstance(error, gzip.BadGzipFile) else "its bytes were changed"


def json_fault(error: Exception) -> str:
    """Return in plain words why a text is no JSON.

    Examples
    --------
    >>> json_fault(RecursionError("maximum recursion depth exceeded"))
    'it is nested too deeply'
    """
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8 text"
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}"
    return "a number has too many digits"


def read_json(path: Path) -> object:
    """Return the content of a ``.json`` or ``.json.gz`` file.

    Raises
    ------
    InputError
        As `read_text`, or when the text is not JSON.
    """
    try:
        return json.loads(read_text(path, limit=MAX_DOCUMENT_BYTES))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"the file is not whole JSON ({json_fault(error)})",
            where=str(path),
            way_out="fetch or write the file again",
        ) from error
