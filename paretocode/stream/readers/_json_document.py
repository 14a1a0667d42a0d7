"""How is one large JSON document read without holding it? Value by value, down to the list that has the records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO, Any

from paretocode.errors import InputError
from paretocode.stream.readers._log_record import LogRecord

CHUNK_CHARS = 2**20
MAX_RECORD_CHARS = 64 * 2**20
"""Largest single record; a batch of some thousand spans is about a tenth of it."""

_OTHER_FORMATS = "export it as JSON; a CSV or Parquet file goes through the reader table, with columns"
_DECODER = json.JSONDecoder()
_SPACES = re.compile(r"[ \t\r\n]*")  # it matches anywhere, if only nothing


class Document:
    """A text of JSON values and a place in it.

    Parameters
    ----------
    file
        For errors.
    text
        The rest of the text.
    head
        What was read of it already.
    """

    def __init__(self, file: str, text: IO[str], head: str) -> None:
        self.file, self.text, self.buffer = file, text, head
        self.at, self.line, self.n_records = 0, 1, 0

    def records(self, inside: tuple[str, ...]) -> Iterator[LogRecord]:
        """Yield the records of a list, of a wrapper's list under a key of `inside`, or of objects one after another."""
        while self._next():
            if self._next() == "[":
                yield from self._elements()
            elif self._next() == "{":
                yield from self._object(inside)
            else:
                raise InputError("this is no JSON object", where=self._where(), way_out=_OTHER_FORMATS)

    def _elements(self) -> Iterator[LogRecord]:
        self._take("[")
        while self._next() != "]":
            where, value = self._where(), self._value()
            self.n_records += 1
            yield LogRecord(value, where)
            if self._next() != "]":
                self._take(",")
        self._take("]")

    def _object(self, inside: tuple[str, ...]) -> Iterator[LogRecord]:
        """Walk the members; a wrapper's list is yielded as it is read, any other object is one record."""
        where, fields, is_wrapper = self._where(), {}, False
        self._take("{")
        while self._next() != "}":
            key = self._value()
            self._take(":")
            if key in inside and self._next() == "[":
                is_wrapper = True
                yield from self._elements()
            else:
                fields[key] = self._value()
            if self._next() != "}":
                self._take(",")
        self._take("}")
        if not is_wrapper:
            wrapped = next((fields[key] for key in inside if isinstance(fields.get(key), dict)), fields)
            self.n_records += 1
            yield LogRecord(wrapped, where)

    def _next(self) -> str:
        """Return the next character that is no space, "" at the end."""
        while True:
            if self.at < len(self.buffer) and self.buffer[self.at] > " ":
                return self.buffer[self.at]
            start, self.at = self.at, _SPACES.match(self.buffer, self.at).end()  # type: ignore[union-attr]
            self.line += self.buffer.count("\n", start, self.at)
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self._read_on():
                return ""

    def _take(self, mark: str) -> None:
        found = self._next()
        if found != mark:
            what = f"there is {found!r} where {mark!r} belongs" if found else "the file is cut short"
            raise self._refusal(what)
        self.at += 1

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.at)
            except (ValueError, RecursionError) as error:
                if not self._read_on():
                    raise self._refusal("the record is no JSON or cut short") from error
                continue
            # A number at the very end may go on in the next chunk.
            if end < len(self.buffer) or not self._read_on():
                self.line += self.buffer.count("\n", self.at, end)
                self.at = end
                return value

    def _read_on(self) -> bool:
        """Drop what was used and read at least as much again as is left, so that a long record costs linear time."""
        self.buffer, self.at = self.buffer[self.at :], 0
        if len(self.buffer) > MAX_RECORD_CHARS:
            raise self._refusal(f"a record has more than {MAX_RECORD_CHARS:,} characters or is no JSON")
        more = self.text.read(max(CHUNK_CHARS, len(self.buffer)))
        self.buffer += more
        return bool(more)

    def _where(self) -> str:
        return f"{self.file}, line {self.line}, record {self.n_records + 1}"

    def _refusal(self, what: str) -> InputError:
        return InputError(what, where=self._where(), way_out="export the file again, best with one record a line")
