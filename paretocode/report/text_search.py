"""What does a person read when a search for edges is done? What was weighed, the picked maps and why, and the bills."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from paretocode._terminal import shown_width
from paretocode.report.numbers import UNKNOWN
from paretocode.report.search_limits import limits_sentence
from paretocode.report.search_measures import measure_meaning
from paretocode.report.search_rows import NOTHING_PICKED, has_unknown, no_tiers_sentence, pick_reasons, search_rows
from paretocode.report.search_tables import latency_table, stickiness_table
from paretocode.report.search_words import alternatives_sentence, weighed_sentence
from paretocode.report.text_search_bills import bills_text, plain_text
from paretocode.report.text_search_robust import robust_text
from paretocode.report.text_search_table import picks_text

__all__ = ["search_table"]

_WIDTH = 120


def search_table(search: Mapping[str, Any], *, width: int | None = None) -> str:
    """Return the printed answer of a search for edges.

    Parameters
    ----------
    search
        The ``search`` section of a result's ``metrics.json``.
    width
        Characters a line may have; the terminal's when None, or 120 where there is none. Names and edges go on in
        further lines of their column; where all measures do not fit beside the edges, edges get a table of their own
        below.

    Returns
    -------
    str
        What was weighed; the incumbent, the picks and a router without tiers; why each was picked; the bills; times and
        warnings, if there are any; and the maps that were searched over several worlds, if any were.

    Notes
    -----
    A null is unknown and never a zero. Changes are against the incumbent: relative for the first measure, for money and
    for times, in percentage points (pp) for shares, in its own unit for shortfall and excess.
    """
    width = width or shown_width() or _WIDTH
    sentences = [weighed_sentence(search), limits_sentence(search)]
    parts = [
        *(_filled(sentence, width) for sentence in sentences if sentence),
        "",
        picks_text(search, search_rows(search), width=width),
        _notes(search, width),
        "",
        _reasons(search, width),
        *([_filled(sentence, width)] if (sentence := alternatives_sentence(search)) else []),
        "",
        bills_text(search, width=width),
    ]
    for table in (stickiness_table(search), latency_table(search)):
        if table.rows:
            parts += ["", plain_text(table, width)]
    if search.get("warnings"):
        parts += ["", _warnings(search, width)]
    if search.get("robust") is not None:
        parts += ["", robust_text(search["robust"], limits=search.get("limits"), width=width)]
    return "\n".join(parts)


def _notes(search: Mapping[str, Any], width: int) -> str:
    meaning = "; ".join(measure_meaning(search, name) for name in search["measures"])
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
