"""What does a person read when a search for edges is done? What was weighed, the picked maps and why, and the bills."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from paretocode.report.numbers import UNKNOWN
from paretocode.report.search_rows import (
    NOTHING_PICKED,
    SearchRow,
    has_unknown,
    no_tiers_sentence,
    pick_reasons,
    search_rows,
)
from paretocode.report.search_words import limits_sentence, measure_label, weighed_sentence
from paretocode.report.text_search_bills import bills_text
from paretocode.report.text_search_robust import robust_text
from paretocode.report.text_search_stickiness import stickiness_text
from paretocode.report.text_wrapped import wrapped_table

__all__ = ["search_table"]

_GAP = 2
_LEAST_CELL, _MOST_CELL = 10, 48
"""Characters that names and edges may have in a line of their column, at least and at most."""
_HEAD = 9
"""Characters that a measure's name may have in a line of its head."""


def search_table(search: Mapping[str, Any], *, width: int = 120) -> str:
    """Return the printed answer of a search for edges.

    Parameters
    ----------
    search
        The ``search`` section of a result's ``metrics.json``.
    width
        Characters a line may have. Names and edges go on in further lines of their column, as narrow as need be;
        measures that do not fit beside them go into further blocks, each of which repeats the names.

    Returns
    -------
    str
        What was weighed; the incumbent, the picks and a router without tiers; why each was picked; the bills; warnings;
        and the maps that were searched over several worlds, if any were.

    Notes
    -----
    A null is unknown and never a zero. Changes are against the incumbent: relative for the first measure, for money and
    for times, in percentage points (pp) for shares, in its own unit for shortfall and excess.
    """
    sentences = [weighed_sentence(search), limits_sentence(search)]
    parts = [
        *(_filled(sentence, width) for sentence in sentences if sentence),
        "",
        _table(search, width),
        _notes(search, width),
        "",
        _reasons(search, width),
        "",
        bills_text(search, width=width),
    ]
    if sticky := stickiness_text(search):
        parts += ["", sticky]
    if search.get("warnings"):
        parts += ["", _warnings(search, width)]
    if search.get("robust") is not None:
        parts += ["", robust_text(search["robust"], width=width)]
    return "\n".join(parts)


def _table(search: Mapping[str, Any], width: int) -> str:
    """Return the rows in as few blocks as fit."""
    rows, measures = search_rows(search), list(range(len(search["measures"])))
    blocks: list[str] = []
    while measures:
        is_first = not blocks
        n = len(measures)
        while n > 1 and _width_of(_block(search, rows, measures[:n], _LEAST_CELL, is_first=is_first)) > width:
            n -= 1
        tried = (_block(search, rows, measures[:n], cell, is_first=is_first) for cell in range(_MOST_CELL, 0, -1))
        blocks.append(next((block for block in tried if _width_of(block) <= width), ""))
        if not blocks[-1]:  # narrower than any table of this kind can be
            blocks[-1] = _block(search, rows, measures[:n], _LEAST_CELL, is_first=is_first)
        measures = measures[n:]
    return "\n\n".join(blocks)


def _block(
    search: Mapping[str, Any], rows: Sequence[SearchRow], measures: Sequence[int], cell: int, *, is_first: bool
) -> str:
    """Return the table of some measures, names and edges in `cell` characters; only the first block has the edges."""
    header = ["map", *(["tiers", "request edges", "score edges"] if is_first else [])]
    widths = [cell, *([5, cell, cell] if is_first else [])]
    for measure in measures:
        header += [search["measures"][measure], "change"]
    header += ["moved"] if is_first else []
    table = [
        [
            row.name,
            *([row.n_bands, row.request_edges, row.score_edges] if is_first else []),
            *(text for measure in measures for text in (row.cells[measure].value, row.cells[measure].change)),
            *([row.moved_share] if is_first else []),
        ]
        for row in rows
    ]
    rest = len(header) - len(widths)
    numbers_width = [max(_HEAD, *(len(row[at]) for row in table)) for at in range(len(widths), len(header))]
    align = ("lrll" if is_first else "l") + "r" * rest
    return wrapped_table(header, table, align, widths=[*widths, *numbers_width])


def _notes(search: Mapping[str, Any], width: int) -> str:
    meaning = "; ".join(f"{name}: {measure_label(search, name)}" for name in search["measures"])
    notes = [
        f"{meaning}. change: against the incumbent {search['incumbent']['name']}; pp = percentage points. moved: share "
        "of requests that another model would serve.",
        no_tiers_sentence(search),
    ]
    if has_unknown(search_rows(search)):
        notes.append(f"{UNKNOWN} unknown: not measured for this map or its incumbent; it is not zero.")
    return "\n".join(_filled(note, width) for note in notes if note)


def _reasons(search: Mapping[str, Any], width: int) -> str:
    reasons = pick_reasons(search)
    if not reasons:
        return _filled(NOTHING_PICKED, width)
    return "\n".join(_filled(f"{name}: {why}", width, indent=2) for name, why in reasons.items())


def _warnings(search: Mapping[str, Any], width: int) -> str:
    return "\n".join(_filled(f"warning: {sentence}", width, indent=2) for sentence in search["warnings"])


def _filled(text: str, width: int, *, indent: int = 0) -> str:
    return textwrap.fill(
        text, max(width, 40), subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )


def _width_of(text: str) -> int:
    return max(len(line) for line in text.splitlines())
