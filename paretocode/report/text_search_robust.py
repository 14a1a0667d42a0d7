"""Which map is best over several worlds? The robust maps beside the cheapest one and the incumbent, as text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from paretocode.report import numbers
from paretocode.report.search_words import edges_text, kind_of
from paretocode.report.text_wrapped import wrapped_table

__all__ = ["robust_sentence", "robust_text"]

_AIMS = {"expected": "least expected", "worst": "least worst", "regret": "least regret in"}
_MOST_NAMED = 4
_LEAST_CELL, _MOST_CELL = 8, 40


def robust_text(robust: Mapping[str, Any], *, width: int = 120) -> str:
    """Return what was searched over several worlds, and a table of its maps.

    Parameters
    ----------
    robust
        The ``robust`` section of a search; of a map, a key that is left out does not apply and a null is unknown.
    width
        Characters a line may have.
    """
    head = textwrap.fill(robust_sentence(robust), max(width, 40), break_long_words=False, break_on_hyphens=False)
    tables = [_table(robust, cell) for cell in range(_MOST_CELL, _LEAST_CELL - 1, -1)]
    fitting = [table for table in tables if max(len(line) for line in table.splitlines()) <= width]
    return f"{head}\n\n{(fitting or tables[-1:])[0]}"


def robust_sentence(robust: Mapping[str, Any]) -> str:
    """Return what the robust search looked for, over which worlds, and what its answer is worth.

    Examples
    --------
    >>> robust_sentence({"aim": "worst", "measure": "cost_usd", "scenarios": ["now", "all x 2"], "verdict": "exact: e"})
    'Robust: least worst cost_usd over 2 scenarios (now; all x 2). Exact: e.'
    """
    names: Sequence[str] = robust["scenarios"]
    shown = "; ".join(names[:_MOST_NAMED]) + (f"; and {len(names) - _MOST_NAMED} more" * (len(names) > _MOST_NAMED))
    verdict = robust.get("verdict") or numbers.UNKNOWN
    aim = _AIMS.get(robust["aim"], robust["aim"])
    over = f"{len(names)} scenario{'' if len(names) == 1 else 's'} ({shown})"
    return f"Robust: {aim} {robust['measure']} over {over}. {verdict[:1].upper()}{verdict[1:]}."


def _table(robust: Mapping[str, Any], cell: int) -> str:
    value = kind_of(robust["measure"]).value
    header = ["map", "tiers", "request edges", "score edges", "expected", "worst", "worst in", "regret", "most in"]
    rows = [
        [
            each["name"],
            numbers.count(each["n_bands"]) if "n_bands" in each else "",
            edges_text(each["request_edges"]) if "request_edges" in each else "",
            edges_text(each["score_edges"]) if "score_edges" in each else "",
            value(each.get("expected")),
            value(each.get("worst")),
            each.get("worst_in") or numbers.UNKNOWN,
            value(each.get("regret")),
            each.get("regret_in") or numbers.UNKNOWN,
        ]
        for each in robust["maps"]
    ]
    return wrapped_table(header, rows, "lrllrrlrl", widths=[cell, 5, cell, cell, 14, 14, cell, 14, cell])
