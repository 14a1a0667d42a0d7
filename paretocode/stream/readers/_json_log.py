"""How is a log of JSON records read one by one, whatever it is wrapped in? Lines, lists and one-document exports.

A file is read as a stream: at most one record is held beside the buffer it came from, so memory does not grow with the
file. The reading engine is not used here, since these records nest deeper than columns.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from paretocode.errors import InputError
from paretocode.progress import Task, task
from paretocode.stream._reading import checked_file
from paretocode.stream.readers._json_document import MAX_RECORD_CHARS, Document
from paretocode.stream.readers._log_record import LogRecord

FIRST_LOOK_CHARS = 2**20
_GZIP_MARK = b"\x1f\x8b"


def json_records(
    path: Path | str, *, max_bytes: int, inside: tuple[str, ...] = (), may_hold_text: bool = False
) -> Iterator[LogRecord]:
    """Yield the records of a log in the file's order.

    Parameters
    ----------
    path
        One object a line, a list of objects, or one object whose list stands under a key of `inside`; UTF-8, plain or
        gzip, told by the content and not by the name.
    max_bytes
        Largest file taken [bytes on disk].
    inside
        Keys under which an object only wraps the records (a list) or the record.
    may_hold_text
        Whether lines that start with no brace are other programs' talk: then they are yielded as records without
        fields, for the reader to count.

    Raises
    ------
    InputError
        A file that is missing, empty, too large, cut short or damaged, or a record that is no JSON object, with its
        line.
    """
    file = checked_file(path, max_bytes=max_bytes)
    try:
        with _opened(file) as text, task("read the log", total=_n_bytes(file), unit="B") as work:
            head = _first_line(text)
            is_by_line = _is_object(head) or (may_hold_text and head.lstrip()[:1] not in ("{", "["))
            if is_by_line:
                yield from _by_line(file, head, text, inside, work, may_hold_text=may_hold_text)
            else:
                yield from Document(str(path), text, head).records(inside)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            "the compressed file is cut short or damaged", where=str(path), way_out="fetch or export the file again"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError("the file is no UTF-8 text", where=str(path), way_out="export it as JSON in UTF-8") from error


def _opened(file: Path) -> IO[str]:
    is_packed = _is_packed(file)
    return gzip.open(file, "rt", encoding="utf-8-sig") if is_packed else file.open(encoding="utf-8-sig")


def _is_packed(file: Path) -> bool:
    with file.open("rb") as start:
        return start.read(2) == _GZIP_MARK


def _n_bytes(file: Path) -> int | None:
    """Return how much there is to read; None where only unpacking would tell."""
    return None if _is_packed(file) else file.stat().st_size


def _first_line(text: IO[str]) -> str:
    """Return everything up to the end of the first line that is not blank; a long line is cut."""
    head = line = text.readline(FIRST_LOOK_CHARS)
    while line and not line.strip() and len(head) < FIRST_LOOK_CHARS:
        line = text.readline(FIRST_LOOK_CHARS)
        head += line
    return head


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _by_line(
    file: Path, head: str, text: IO[str], inside: tuple[str, ...], work: Task, *, may_hold_text: bool
) -> Iterator[LogRecord]:
    line_number = head.count("\n", 0, len(head.rstrip())) + 1
    line = head
    while line:
        where = f"{file}, line {line_number}"
        if len(line) > MAX_RECORD_CHARS:
            raise InputError("the row is too long", where=where, way_out="write one record a line")
        stripped = line.strip()
        if stripped[:1] == "{" or (stripped and not may_hold_text):
            for fields in _unwrapped(_parsed(stripped, where), inside):
                yield LogRecord(fields, where)
        elif stripped:
            yield LogRecord({}, where)
        work.advance(len(line))  # characters stand for bytes: a bar need not be exact
        line = text.readline(MAX_RECORD_CHARS + 1)
        line_number += 1


def _parsed(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError("the row is no JSON object", where=where, way_out="repair the row") from error


def _unwrapped(value: Any, inside: tuple[str, ...]) -> Iterator[Any]:
    wrapped = next((value[key] for key in inside if isinstance(value, dict) and key in value), value)
    yield from wrapped if isinstance(wrapped, list) else [wrapped]
