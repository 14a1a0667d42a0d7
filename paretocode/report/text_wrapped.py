"""How does a wide table fit a terminal? Long cells and heads go on in further lines, and nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from paretocode.report.text import format_table

__all__ = ["fitted", "least_width", "wrapped_cell", "wrapped_table"]


def wrapped_table(header: Sequence[str], rows: Iterable[Sequence[str]], align: str, *, widths: Sequence[int]) -> str:
    """Return a table as `format_table` does, no column wider than its width but for a single longer word.

    Parameters
    ----------
    header, rows, align
        As for `format_table`; heads are wrapped as well.
    widths
        Characters a cell of each column may have.

    Examples
    --------
    >>> print(wrapped_table(["name", "request edges"], [["most-stable", "0.25, 0.5"]], "ll", widths=[6, 7]))
    name    request
            edges
    ------  -------
    most-   0.25,
    stable  0.5
    """
    head = _lines(header, widths)
    body = [line for row in rows for line in _lines(row, widths)]
    lines = format_table(head[0], [*head[1:], *body], align).splitlines()
    rule = lines.pop(1)
    return "\n".join([*lines[: len(head)], rule, *lines[len(head) :]])


def fitted(tables: Iterable[str], *, width: int) -> str:
    """Return the table with fewest lines of those that fit a width, the first of equal ones; the last if none fits.

    Examples
    --------
    >>> fitted(["a b c", "a b\\nc", "a\\nb\\nc"], width=3)
    'a b\\nc'
    >>> fitted(["abc"], width=2)
    'abc'
    """
    every = list(tables)
    fitting = [table for table in every if max(len(line) for line in table.splitlines()) <= width]
    return min(fitting or every[-1:], key=lambda table: table.count("\n"))


def least_width(texts: Iterable[str]) -> int:
    """Return how wide a column must be so that no word is cut.

    Examples
    --------
    >>> least_width(["best-coupled-hysteresis-0.05", "provider share"]), least_width([])
    (11, 0)
    """
    return max((len(piece.rstrip()) for text in texts for piece in _pieces(text, 0)), default=0)


def wrapped_cell(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` characters, broken after spaces, hyphens, underscores and slashes.

    A piece that is longer still is cut.

    Examples
    --------
    >>> wrapped_cell("best-coupled-hysteresis-0.05", 13), wrapped_cell("abcdef", 4), wrapped_cell("", 4)
    (['best-coupled-', 'hysteresis-', '0.05'], ['abcd', 'ef'], [''])
    """
    pieces = [piece[at : at + width] for piece in _pieces(text, width) for at in range(0, len(piece), width)]
    lines = [""]
    for piece in pieces:
        if len((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def _pieces(text: str, width: int) -> list[str]:
    """Return a text that fits whole, another one in pieces that each end where a line may."""
    return [text] if len(text) <= width else re.findall(r"[^ \-_/]*[ \-_/]+|[^ \-_/]+", text)


def _lines(row: Sequence[str], widths: Sequence[int]) -> list[list[str]]:
    cells = [wrapped_cell(cell, width) for cell, width in zip(row, widths, strict=True)]
    depth = max(len(cell) for cell in cells)
    return [[cell[at] if at < len(cell) else "" for cell in cells] for at in range(depth)]
