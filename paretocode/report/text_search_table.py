"""How do the picked maps of a search fit one table? With their edges where there is room, else in two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from paretocode.report.comparison import Cell
from paretocode.report.search_measures import measure_head
from paretocode.report.search_rows import SearchRow
from paretocode.report.text_wrapped import fitted, least_width, wrapped_table

__all__ = ["picks_text"]

_NAMES = (28, 24, 20, 16)
"""Characters that names may have in a line of their column, tried from the widest."""
_EDGES = (48, 32, 24, 20, 16, 14, 13)
_SHORT = 8
"""A head of so few characters stays on one line."""


def picks_text(search: Mapping[str, Any], rows: Sequence[SearchRow], *, width: int) -> str:
    """Return the rows as one table, or, where that is too wide, as one of measures and one of edges.

    Parameters
    ----------
    search
        The ``search`` section of a result's ``metrics.json``.
    rows
        Those of `search_rows`.
    width
        Characters a line may have. Measures that do not fit beside the names go into further tables, each of which
        repeats the names.
    """
    measures = range(len(search["measures"]))
    widths = _name_widths(rows)
    whole = fitted(
        (_table(search, rows, measures, name, edges=edges) for name in widths for edges in _EDGES), width=width
    )
    if _fits(whole, width):
        return whole
    blocks, rest = [], list(measures)
    while rest:
        n, block = len(rest), _measured(search, rows, rest, widths, width)
        while n > 1 and not _fits(block, width):
            n -= 1
            block = _measured(search, rows, rest[:n], widths, width)
        blocks.append(block)
        rest = rest[n:]
    return "\n\n".join([*blocks, _edges_only(rows, widths, width)])


def _measured(
    search: Mapping[str, Any], rows: Sequence[SearchRow], measures: Sequence[int], widths: Iterable[int], width: int
) -> str:
    return fitted((_table(search, rows, measures, name, edges=None) for name in widths), width=width)


def _table(
    search: Mapping[str, Any], rows: Sequence[SearchRow], measures: Sequence[int], name: int, *, edges: int | None
) -> str:
    """Return the table of some measures, with edges in so many characters a line or without them."""
    columns = [("map", "l", name, [row.name for row in rows])]
    if edges is not None:
        columns += _edge_columns(rows, edges)
    for at in measures:
        cells = [row.cells[at] for row in rows]
        columns += [_numbers(measure_head(search["measures"][at]), cells, lambda cell: cell.value)]
        columns += [_numbers("change", cells, lambda cell: cell.change)]
    if edges is not None:
        columns.append(("moved", "r", 8, [row.moved_share for row in rows]))
    return _set(columns)


def _edges_only(rows: Sequence[SearchRow], widths: Iterable[int], width: int) -> str:
    """Return names, edges and moved shares of the rows that have edges."""
    edged = [row for row in rows if row.n_bands]
    moved = ("moved", "r", 8, [row.moved_share for row in edged])
    names = [row.name for row in edged]
    tables = (
        _set([("map", "l", name, names), *_edge_columns(edged, edges), moved]) for name in widths for edges in _EDGES
    )
    return fitted(tables, width=width)


_Column = tuple[str, str, int, list[str]]


def _edge_columns(rows: Sequence[SearchRow], width: int) -> list[_Column]:
    return [
        ("tiers", "r", 5, [row.n_bands for row in rows]),
        ("request edges", "l", width, [row.request_edges for row in rows]),
        ("score edges", "l", width, [row.score_edges for row in rows]),
    ]


def _numbers(head: str, cells: Sequence[Cell], text: Callable[[Cell], str]) -> _Column:
    """Return a column of numbers, none of them broken and no word of its head either."""
    texts = [text(cell) for cell in cells]
    words = [head] if len(head) <= _SHORT else head.split()
    return head, "r", max(len(each) for each in (*words, *texts)), texts


def _set(columns: Sequence[_Column]) -> str:
    rows = zip(*(texts for *_, texts in columns), strict=True)
    align = "".join(side for _, side, *_ in columns)
    return wrapped_table([head for head, *_ in columns], rows, align, widths=[width for _, _, width, _ in columns])


def _name_widths(rows: Sequence[SearchRow]) -> list[int]:
    least = min(_NAMES[0], least_width(row.name for row in rows))
    return [*(width for width in _NAMES if width > least), least]


def _fits(text: str, width: int) -> bool:
    return max(len(line) for line in text.splitlines()) <= width
