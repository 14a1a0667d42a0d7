"""How wide may a line be? As wide as the terminal, or as COLUMNS says; without one, pages have a width."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from typing import TextIO

__all__ = ["PAGE_WIDTH", "filled", "page_width", "shown_width"]

PAGE_WIDTH = 100
"""Characters of a line of prose where there is no terminal: a file reads the same on every machine."""

_LEAST_WIDTH = 40


def shown_width(stream: TextIO | None = None) -> int | None:
    """Return how many characters fit a line of a stream; None where it is no terminal, and a line may be of any length.

    COLUMNS, where it is set, says so for terminals and pipes alike. Narrower than 40 nothing can be read, so that is
    taken for 40.

    Parameters
    ----------
    stream
        Standard output when None.
    """
    stated = os.environ.get("COLUMNS", "")
    if stated.isascii() and stated.isdecimal() and int(stated):
        return max(int(stated), _LEAST_WIDTH)
    stream = sys.stdout if stream is None else stream
    if not stream.isatty():
        return None
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return None
    return max(columns or 80, _LEAST_WIDTH)  # 0: a terminal that does not tell its size


def page_width(width: int | None = None) -> int:
    """Return a width as given; for None the terminal's, and where there is none that of a page."""
    return width or shown_width() or PAGE_WIDTH


def filled(text: str, width: int | None = None, *, first: str = "", hang: str | None = None) -> str:
    """Return a sentence in lines that end after a word; neither a word nor a model key is broken.

    Parameters
    ----------
    width
        See `page_width`.
    first
        What the first line begins with, such as ``- ``.
    hang
        What the others begin with; as many spaces as `first` has characters when None.

    Examples
    --------
    >>> print(filled("a bird in the hand is worth two in the bush", 40, first="- "))
    - a bird in the hand is worth two in the
      bush
    """
    return textwrap.fill(
        text,
        max(page_width(width), _LEAST_WIDTH),
        initial_indent=first,
        subsequent_indent=re.sub(r".", " ", first) if hang is None else hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
