"""How does any table fit the terminal? Whole, with folded words, cut into tables side by side, or as a list of rows.

Of the tables that fit the one with fewest lines is taken, and the list where none does. Nothing is left out, no number
is broken, and where there is no terminal a row stays on its line, however long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from paretocode._terminal import filled, shown_width
from paretocode.report.text import format_table
from paretocode.report.text_wrapped import fitted, least_width, wrapped_table

__all__ = ["fits", "fitted_table"]

_GAP = 2
_LEAST_WORDS = 12
"""Words are folded in a column of so many characters at least, or into shreds."""

_Rows = Sequence[Sequence[str]]


def fitted_table(header: Sequence[str], rows: _Rows, align: str, *, width: int | None = None, n_keys: int = 1) -> str:
    """Return a table that fits a width.

    Parameters
    ----------
    header, rows, align
        As for `format_table`. Words may be folded, numbers (cells of an ``r`` column that
        do not begin with a letter) may not.
    width
        Characters a line may have; those of the terminal when None, and any number where there is none.
    n_keys
        How many of the first columns name a row; each of several tables repeats them.

    Examples
    --------
    >>> rows = [["quick", "1.25", "a few words on it"], ["slow", "2.50", ""]]
    >>> print(fitted_table(["model", "USD", "note"], rows, "lrl", width=26))
    model   USD  note
    -----  ----  -----------
    quick  1.25  a few words
                 on it
    slow   2.50
    >>> print(fitted_table(["model", "USD", "seconds"], [["quick", "1.25", "11.75"]], "lrr", width=14))
    model   USD
    -----  ----
    quick  1.25
    <BLANKLINE>
    model  seconds
    -----  -------
    quick    11.75
    """
    width = shown_width() if width is None else width
    whole = format_table(header, rows, align)
    if width is None or fits(whole, width):
        return whole
    forms = [*_folded(header, rows, align, width), *_side_by_side(header, rows, align, width, n_keys)]
    tables = [form for form in forms if fits(form, width)]
    return fitted(tables, width=width) if tables else _listed(header, rows, align, width, n_keys)


def fits(text: str, width: int) -> bool:
    """Return whether no line of a text is longer than a width."""
    return max(len(line) for line in text.splitlines()) <= width


def _folded(header: Sequence[str], rows: _Rows, align: str, width: int) -> Iterator[str]:
    """Yield the table with heads over numbers folded, then words, the widest column first, if that is enough."""
    widths = [
        max(len(cell) for cell in (head, *column)) for head, column in zip(header, _columns(header, rows), strict=True)
    ]
    least = [
        _least(head, column, side) for head, column, side in zip(header, _columns(header, rows), align, strict=True)
    ]
    spare = sum(widths) + _GAP * (len(widths) - 1) - width
    while spare > 0:
        at = max(range(len(widths)), key=lambda at: (widths[at] > least[at], align[at] == "r", widths[at]))
        if widths[at] <= least[at]:
            return
        widths[at] -= 1
        spare -= 1
    yield wrapped_table(header, rows, align, widths=widths)


def _least(head: str, column: Sequence[str], side: str) -> int:
    """Return how narrow a column may be: no number is broken, no word of a head, and words not into shreds."""
    natural = max(len(cell) for cell in (head, *column))
    if side == "r":
        words = [cell for cell in column if not _is_number(cell, side)]
        numbers = [cell for cell in column if _is_number(cell, side)]
        return max(least_width((*head.split(), *words)), *(len(cell) for cell in numbers), 1)
    return min(natural, max(least_width((head, *column)), _LEAST_WORDS))


def _side_by_side(header: Sequence[str], rows: _Rows, align: str, width: int, n_keys: int) -> Iterator[str]:
    """Yield the table cut between columns into as few tables as fit, each with the keys of its rows."""
    keys = list(range(n_keys))
    starts = [n_keys]
    for end in range(n_keys + 1, len(header) + 1):
        if not fits(_part(header, rows, align, [*keys, *range(starts[-1], end)]), width):
            starts.append(end - 1)
    parts = [[*keys, *range(start, end)] for start, end in pairwise([*starts, len(header)])]
    if all(len(part) > n_keys for part in parts):
        tables = [_part(header, rows, align, part) for part in parts]
        narrow = [
            table
            if fits(table, width)
            else fitted((*_folded(*_picked(header, rows, align, part), width), table), width=width)
            for table, part in zip(tables, parts, strict=True)
        ]
        yield "\n\n".join(narrow)


def _part(header: Sequence[str], rows: _Rows, align: str, columns: Sequence[int]) -> str:
    return format_table(*_picked(header, rows, align, columns))


def _picked(
    header: Sequence[str], rows: _Rows, align: str, columns: Sequence[int]
) -> tuple[list[str], list[list[str]], str]:
    """Return header, rows and alignment of some of the columns."""
    picked = [[row[at] for at in columns] for row in rows]
    return [header[at] for at in columns], picked, "".join(align[at] for at in columns)


def _listed(header: Sequence[str], rows: _Rows, align: str, width: int, n_keys: int) -> str:
    """Return each row as a paragraph: its keys, then a line for each cell that says something."""
    margin = min(max(len(head) for head in header), width // 3) + _GAP
    blocks = []
    for row in rows:
        keys = [f"{header[at]} {row[at]}" if align[at] == "r" else row[at] for at in range(n_keys) if row[at]]
        lines = [filled(" ".join(keys), width, hang="  ")]
        for at in range(n_keys, len(row)):
            if row[at]:
                lines += _entry(header[at], row[at], margin, width, is_whole=_is_number(row[at], align[at]))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _entry(head: str, cell: str, margin: int, width: int, *, is_whole: bool) -> list[str]:
    """Return a cell beside its head, or below it where one of them is too long for that."""
    if len(head) + _GAP > margin or (is_whole and _GAP + margin + len(cell) > width):
        below = f"    {cell}" if is_whole else filled(cell, width, first="    ")
        return [filled(head, width, first="  "), below]
    first = f"  {head:<{margin}}"
    return [f"{first}{cell}" if is_whole else filled(cell, width, first=first)]


def _is_number(cell: str, side: str) -> bool:
    return side == "r" and not cell[:1].isalpha()


def _columns(header: Sequence[str], rows: _Rows) -> list[list[str]]:
    return [[row[at] for row in rows] for at in range(len(header))]
