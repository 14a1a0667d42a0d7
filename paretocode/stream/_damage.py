"""What is wrong with a file that cannot be read? Our sentence for every complaint of the reading engine."""

from __future__ import annotations

import errno
import gzip
import itertools
import json
import os
import re
import zlib
from pathlib import Path

from paretocode._files import unwritable
from paretocode.errors import InputError

_MAX_LINE_CHARS = 2**24
"""Longest row of an NDJSON file: what the reading engine takes."""


def damaged(file: Path, error: Exception) -> InputError:
    """Return our sentence for an engine's complaint about a file."""
    text = str(error)
    if text.startswith("Out of Memory"):
        what = "the memory that there is does not hold what the reading engine needs for it"
        return InputError(what, where=str(file), way_out="keep fewer rows or columns, or cut it into several files")
    if "gzip" in text.lower() or "compressed" in text.lower():
        what, line = "the compressed file is cut short or damaged", 0
    elif kind_of(file) == "NDJSON":
        what, line = bad_json(file)
    else:
        what, line = _bad_csv(text)
    if not line:
        what = what or f"the file cannot be read as {kind_of(file)}, it may be cut short or damaged"
        return InputError(what, where=str(file), way_out="fetch or export the file again")
    return InputError(what, where=f"{file}, line {line}", way_out="repair the row")


def unwritten(file: Path, error: Exception) -> InputError:
    """Return our sentence for an engine's complaint about a file that it could not write, with the system's reason."""
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES):
        if os.strerror(number) in str(error):
            return unwritable(file, OSError(number, os.strerror(number)))
    return InputError("it cannot be written", where=str(file), way_out="check the folder and the disk")


def _bad_csv(complaint: str) -> tuple[str, int]:
    line = re.search(r"CSV Error on Line: (\d+)", complaint)
    if not line:
        return "", 0
    if columns := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", complaint):
        return f"the row has {columns[2]} cells and the header {columns[1]}", int(line[1])
    if "unterminated quote" in complaint:
        return "a quote is opened and never closed", int(line[1])
    return "the row cannot be read", int(line[1])


def bad_json(file: Path) -> tuple[str, int]:
    """Find the first line that is no JSON object; the engine's own line numbers are off by one at the file's end."""
    opener = gzip.open if file.suffix.lower() == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8") as lines:
            for number in itertools.count(1):
                line = lines.readline(_MAX_LINE_CHARS + 1)
                if not line:
                    break
                if len(line) > _MAX_LINE_CHARS:
                    return f"the row has more than {_MAX_LINE_CHARS:,} characters", number
                try:
                    is_object = not line.strip() or isinstance(json.loads(line), dict)
                except (ValueError, RecursionError):
                    is_object = False
                if not is_object:
                    return "the row is no JSON object", number
    except (OSError, EOFError, UnicodeDecodeError, zlib.error):
        pass  # no line to name: the whole file is refused
    return "", 0


def kind_of(file: Path) -> str:
    """Return what the name says the file is: ``Parquet``, ``CSV`` or ``NDJSON``.

    Raises
    ------
    InputError
        The suffix is none we know.
    """
    suffixes = [suffix.lower() for suffix in file.suffixes]
    kinds = {".parquet": "Parquet", ".csv": "CSV", ".ndjson": "NDJSON", ".jsonl": "NDJSON"}
    last = suffixes[-2:-1] if suffixes[-1:] == [".gz"] else suffixes[-1:]
    kind = kinds.get(last[0], "") if last else ""
    if not kind or (kind == "Parquet" and suffixes[-1] == ".gz"):
        raise InputError(
            f"the name ends in {''.join(file.suffixes[-2:]) or 'nothing'}, which names no format we read",
            where=str(file),
            way_out="use .csv, .csv.gz, .ndjson, .jsonl, .ndjson.gz, .jsonl.gz or .parquet",
        )
    return kind
