"""What does the page say of a search for edges? What was weighed, what was picked and why, and what to mind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paretocode.report.search_rows import NOTHING_PICKED, has_unknown, no_tiers_sentence, pick_reasons, search_rows
from paretocode.report.search_words import limits_sentence, measure_label, weighed_sentence
from paretocode.report.text_search_robust import robust_sentence

__all__ = ["search_facts"]


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
        "measures": [(name, measure_label(search, name)) for name in search["measures"]],
        "incumbent": search["incumbent"]["name"],
        "rows": rows,
        "reasons": pick_reasons(search),
        "nothing_picked": NOTHING_PICKED,
        "no_tiers": no_tiers_sentence(search),
        "warnings": search.get("warnings") or [],
        "robust": None if search.get("robust") is None else robust_sentence(search["robust"]),
        "has_unknown": has_unknown(rows),
    }
