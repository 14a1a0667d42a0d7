"""May this name or reason stand in a file, on a page and in a terminal? One plain line, not too long."""

from __future__ import annotations

import unicodedata

from paretocode.errors import UsageError

__all__ = ["MAX_TEXT", "is_plain", "name_and_reason", "one_line", "same_words"]

MAX_TEXT = 500


def is_plain(text: str) -> bool:
    """Return whether a text is free of control and format characters (marks of direction too) and line separators.

    Examples
    --------
    >>> is_plain("Ada Lovelace"), is_plain("Ada\\u202eecalevoL"), is_plain("Ada\\u2028Lovelace")
    (True, False, False)
    """
    return not any(unicodedata.category(char)[0] == "C" or unicodedata.category(char) in {"Zl", "Zp"} for char in text)


def same_words(text: str) -> str:
    """Return what two spellings of one name have in common: case folded, NFKC, runs of spaces as one.

    Source: the Unicode Standard, section 3.13, D147 (compatibility caseless matching), here without its last round for
    rare signs.

    Examples
    --------
    >>> same_words("ADA\\u00a0 Lovelace ") == same_words("Ada Lovelace")
    True
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split())


def one_line(text: str, name: str) -> str:
    """Return the text without spaces around it.

    Raises
    ------
    UsageError
        A control character, or more than 500 characters; `name` is what the text was given as.
    """
    text = _as_typed(text).strip()
    if not is_plain(text) or len(text) > MAX_TEXT:
        raise UsageError(
            f"{name} holds a control character or more than {MAX_TEXT} characters", way_out="give one plain line"
        )
    return text


def _as_typed(text: str) -> str:
    """Return a text of the command line as it was typed: in a locale of ASCII only, its letters arrive as bytes."""
    try:
        return text.encode("utf-8", errors="surrogateescape").decode("utf-8")
    except UnicodeError:
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
