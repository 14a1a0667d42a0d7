"""May this name or reason stand in a file, on a page and in a terminal? One plain line, not too long."""

from __future__ import annotations

import unicodedata

from paretocode.errors import UsageError

__all__ = ["MAX_TEXT", "name_and_reason", "one_line"]

MAX_TEXT = 500


def one_line(text: str, name: str) -> str:
    """Return the text without spaces around it.

    Raises
    ------
    UsageError
        A control character, or more than 500 characters; `name` is what the text was given as.
    """
    text = text.strip()
    if any(unicodedata.category(char).startswith("C") for char in text) or len(text) > MAX_TEXT:
        raise UsageError(
            f"{name} holds a control character or more than {MAX_TEXT} characters", way_out="give one plain line"
        )
    return text


def name_and_reason(by: str, reason: str, *, what: str) -> tuple[str, str]:
    """Return a name and a reason that may stand in a record of `what`.

    Raises
    ------
    UsageError
        One of them is empty, or no plain line.
    """
    if not by.strip() or not reason.strip():
        raise UsageError(f"{what} needs a name and a reason", way_out="give --by NAME --reason TEXT, neither empty")
    return one_line(by, "--by"), one_line(reason, "--reason")
