"""Which map is best over several worlds? The robust maps beside the cheapest one and the incumbent, as text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from paretocode.report.search_robust import robust_limits, robust_sentence, robust_table
from paretocode.report.search_tables import PlainTable
from paretocode.report.text_fitted import fits, fitted_table
from paretocode.report.text_wrapped import fitted, least_width, wrapped_table

__all__ = ["robust_text"]

_NAME = 28
_CELLS = (40, 32, 26, 22, 19, 16, 13, 10, 8)
_WRAPPED = ("setting", "request edges", "score edges", "worst in", "most in")


def robust_text(
    robust: Mapping[str, Any], *, limits: Mapping[str, float | None] | None = None, width: int = 120
) -> str:
    """Return what was searched over several worlds, what to know of it, its maps and how they keep the limits.

    Parameters
    ----------
    robust
        The ``robust`` section of a search; of a map, a key that is left out does not apply and a null is unknown.
    limits
        Those of the search.
    width
        Characters a line may have.
    """
    sentences = [robust_sentence(robust), *([robust["note"]] if robust.get("note") else [])]
    head = "\n".join(
        textwrap.fill(sentence, max(width, 40), break_long_words=False, break_on_hyphens=False)
        for sentence in sentences
    )
    held = robust_limits(robust, limits or {})
    tables = [robust_table(robust), *([held] if held.rows else [])]
    return "\n\n".join([head, *(_fitted(table, width) for table in tables)])


def _fitted(table: PlainTable, width: int) -> str:
    names = dict.fromkeys((_NAME, min(_NAME, least_width(row[0] for row in table.rows))))
    text = fitted((_wrapped(table, name, cell) for name in names for cell in _CELLS), width=width)
    return text if fits(text, width) else fitted_table(table.header, table.rows, table.align, width=width)


def _wrapped(table: PlainTable, name: int, cell: int) -> str:
    rest = [
        cell if head in _WRAPPED else max(least_width([head]), *(len(row[at]) for row in table.rows))
        for at, head in enumerate(table.header[1:], 1)
    ]
    return wrapped_table(table.header, table.rows, table.align, widths=[name, *rest])
