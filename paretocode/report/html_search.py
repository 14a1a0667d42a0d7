"""What does the page say of a search for edges? What was weighed, what was picked and why, its bills and its worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from paretocode.report.search_limits import limits_sentence
from paretocode.report.search_measures import measure_head, measure_meaning
from paretocode.report.search_robust import robust_limits, robust_sentence, robust_table
from paretocode.report.search_rows import NOTHING_PICKED, has_unknown, no_tiers_sentence, pick_reasons, search_rows
from paretocode.report.search_tables import PlainTable, bills_of, bills_table, latency_table, stickiness_table
from paretocode.report.search_words import weighed_sentence

__all__ = ["search_facts", "stacked"]

_WORLDS = {
    "setting": ("map", "{}"),
    "request edges": ("map", "request edges {}"),
    "score edges": ("map", "score edges {}"),
    "worst in": ("worst", "{}"),
    "most in": ("regret", "{}"),
}
"""Columns of the robust table -> the column that takes them in, and how they read there: a page is narrow."""


def search_facts(search: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sentences and rows that the page's template sets.

    Parameters
    ----------
    search
        The ``search`` section of a result's ``metrics.json``.
    """
    rows = search_rows(search)
    return {
        "sentence": weighed_sentence(search),
        "limits": limits_sentence(search),
        "heads": [measure_head(name) for name in search["measures"]],
        "meanings": [measure_meaning(search, name) for name in search["measures"]],
        "incumbent": search["incumbent"]["name"],
        "rows": rows,
        "reasons": pick_reasons(search),
        "nothing_picked": NOTHING_PICKED,
        "no_tiers": no_tiers_sentence(search),
        "bills": [table for table in _bills(search) if table.rows],
        "warnings": search.get("warnings") or [],
        "robust": None if search.get("robust") is None else _robust(search["robust"], search.get("limits") or {}),
        "has_unknown": has_unknown(rows),
    }


def stacked(table: PlainTable, into: Mapping[str, tuple[str, str]]) -> PlainTable:
    """Return a table with some columns set below others, a line of the cell each; empty texts take no line.

    Parameters
    ----------
    into
        Head of a column that goes -> head of the column that takes it in, and its text with ``{}`` for the cell.

    Examples
    --------
    >>> table = PlainTable(header=["map", "edges"], align="ll", rows=[["robust", "0.5"], ["old", ""]])
    >>> stacked(table, {"edges": ("map", "edges {}")})
    PlainTable(header=['map'], align='l', rows=[['robust\\nedges 0.5'], ['old']])
    """
    kept = [at for at, head in enumerate(table.header) if head not in into]
    below = {
        at: [(other, into[head][1]) for other, head in enumerate(table.header) if into.get(head, ("",))[0] == home]
        for at, home in enumerate(table.header)
    }
    return PlainTable(
        header=[table.header[at] for at in kept],
        align="".join(table.align[at] for at in kept),
        rows=[["\n".join(_lines(row, at, below[at])) for at in kept] for row in table.rows],
    )


def _lines(row: Sequence[str], at: int, below: Sequence[tuple[int, str]]) -> list[str]:
    return [row[at], *(text.format(row[other]) for other, text in below if row[other])]


def _bills(search: Mapping[str, Any]) -> list[PlainTable]:
    return [bills_table(bills_of(search)), stickiness_table(search), latency_table(search)]


def _robust(robust: Mapping[str, Any], limits: Mapping[str, float | None]) -> dict[str, Any]:
    tables = [stacked(robust_table(robust), _WORLDS), robust_limits(robust, limits)]
    return {
        "sentence": robust_sentence(robust),
        "note": robust.get("note"),
        "tables": [table for table in tables if table.rows],
    }
