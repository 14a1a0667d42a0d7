"""Which rows does the table of picked maps have? The incumbent, the picks, and a router without tiers, for two readers.

Terminal and page show the same cells; each is a number as text with its change against the incumbent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from paretocode.report import numbers
from paretocode.report.comparison import Cell
from paretocode.report.search_measures import kind_of
from paretocode.report.search_words import edges_text

__all__ = ["NOTHING_PICKED", "NO_TIERS", "SearchRow", "has_unknown", "no_tiers_sentence", "pick_reasons", "search_rows"]

NO_TIERS = "no tiers"
"""What a router is called that looks at each request alone."""

NOTHING_PICKED = "No map keeps all limits, so none is picked; loosen a limit or search more tiers."

_Number = float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRow:
    """One line of the table.

    Parameters
    ----------
    name
        Of the map.
    n_bands, request_edges, score_edges, moved_share
        As text; empty where the row has none or the search does not say.
    cells
        One for each searched measure, in their order; a value is empty where the measure does not apply.
    """

    name: str
    n_bands: str
    request_edges: str
    score_edges: str
    cells: tuple[Cell, ...]
    moved_share: str


def search_rows(search: Mapping[str, Any]) -> list[SearchRow]:
    """Return the incumbent, every pick in the order of the search, and the router without tiers.

    Parameters
    ----------
    search
        The ``search`` section of a result's ``metrics.json``.

    Notes
    -----
    A null is unknown; a key that is left out does not apply. The first measure's change is relative whatever its kind,
    the others' is that of their kind. Less is better in all.

    Examples
    --------
    >>> old, new = {"cost_usd": 100.0, "shortfall": 0.1}, {"cost_usd": 88.0, "shortfall": None}
    >>> pick = {"name": "cheapest", "n_bands": 2, "request_edges": [0.5], "score_edges": [47.3], "moved_share": 0.4,
    ...         "measures": new}
    >>> rows = search_rows({"measures": ["cost_usd", "shortfall"], "incumbent": {"name": "old", "measures": old},
    ...                     "picks": [pick], "per_request": {"cost_usd": 80.0}})
    >>> [[row.name, *((cell.value, cell.change) for cell in row.cells)] for row in rows]
    [['old', ('100.00', ''), ('0.1000', '')], ['cheapest', ('88.00', '-12.0 %'), ('–', '–')],
    ['no tiers', ('80.00', '-20.0 %'), ('', '')]]
    """
    incumbent = search["incumbent"]
    found = [_row(search, incumbent, incumbent["measures"], name=incumbent["name"], is_incumbent=True)]
    found += [_row(search, pick, pick["measures"], name=pick["name"]) for pick in search.get("picks") or []]
    alone = search.get("per_request")
    return found if alone is None else [*found, _row(search, {}, alone, name=NO_TIERS)]


def no_tiers_sentence(search: Mapping[str, Any]) -> str:
    """Return what the last row is; "" where the search does not have it."""
    if search.get("per_request") is None:
        return ""
    return f"{NO_TIERS}: every request at the cheapest model that meets what it asked."


def pick_reasons(search: Mapping[str, Any]) -> dict[str, str]:
    """Return why each pick was made, what else it might be called, and its setting where there are several.

    Examples
    --------
    >>> pick = {"name": "knee", "why": ["knee of cost", "fewest tiers"], "also": ["best-of-2"], "setting": "apart"}
    >>> pick_reasons({"picks": [pick], "settings": [{}, {}]})
    {'knee': 'knee of cost; fewest tiers; also best-of-2; setting: apart'}
    """
    has_settings = len(search.get("settings") or []) > 1
    return {
        pick["name"]: "; ".join(
            [
                *pick["why"],
                *([f"also {', '.join(pick['also'])}"] if pick.get("also") else []),
                *([f"setting: {pick['setting']}"] if has_settings else []),
            ]
        )
        for pick in search.get("picks") or []
    }


def has_unknown(rows: Iterable[SearchRow]) -> bool:
    """Return whether any number of the rows is unknown, so that a note is due."""
    texts = (
        text
        for row in rows
        for text in (row.moved_share, *(t for cell in row.cells for t in (cell.value, cell.change)))
    )
    return numbers.UNKNOWN in texts


def _row(
    search: Mapping[str, Any],
    entry: Mapping[str, Any],
    measures: Mapping[str, _Number],
    *,
    name: str,
    is_incumbent: bool = False,
) -> SearchRow:
    old = search["incumbent"]["measures"]
    cells = []
    for place, measure in enumerate(search["measures"]):
        kind = kind_of(measure)
        if measure not in measures:
            cells.append(Cell(value=""))
        elif is_incumbent:
            cells.append(Cell(value=kind.value(measures[measure])))
        else:
            change = kind.change if place else numbers.relative_change
            cells.append(_cell(measures[measure], old.get(measure), kind.value, change))
    return SearchRow(
        name=name,
        n_bands=numbers.count(entry["n_bands"]) if "n_bands" in entry else "",
        request_edges=edges_text(entry["request_edges"]) if "request_edges" in entry else "",
        score_edges=edges_text(entry["score_edges"]) if "score_edges" in entry else "",
        cells=tuple(cells),
        moved_share=numbers.percent(entry["moved_share"]) if "moved_share" in entry else "",
    )


def _cell(
    new: _Number, old: _Number, value: Callable[[_Number], str], change: Callable[[_Number, _Number], str]
) -> Cell:
    verdict = "" if new is None or old is None or new == old else "better" if new < old else "worse"
    return Cell(value=value(new), change=change(new, old), verdict=verdict)
