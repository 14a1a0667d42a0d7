"""What does a person read who was not there? The whole answer as one file: no network, no script, prints on paper.

The page tells a story: the question, the recommendation and what speaks against it, what changes for whom, the
evidence, the risks, what is not known, all maps and numbers, and how to make it again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from paretocode.catalogue.finding import SEVERITIES
from paretocode.report import numbers
from paretocode.report.against import against
from paretocode.report.comparison import Group, Row, compare_maps, map_order
from paretocode.report.differences import difference_lines
from paretocode.report.html_changes import change_facts, min_score_text
from paretocode.report.html_evidence import evidence_facts, other_parts, tile_intervals
from paretocode.report.html_figures import FIGURES, pictures
from paretocode.report.html_origin import origin_rows, reproduce_command
from paretocode.report.html_search import search_facts
from paretocode.report.names import short_model_names
from paretocode.report.palette import DARK, tier_colours
from paretocode.report.sentences import caveat, demand_sentence, recommendation

__all__ = ["FIGURES", "page_environment", "render_report"]

_TILES = {
    "cost_usd_per_krequest": "USD per 1,000 requests",
    "shortfall_mean": "mean shortfall, 0..1 axis",
    "tier_jump_rate": "tier jumps per pair",
    "model_jump_rate": "model jumps per pair",
}


def render_report(
    document: Mapping[str, Any],
    *,
    figures: Mapping[str, str],
    manifest: Mapping[str, Any] | None = None,
    warnings: Sequence[str] = (),
) -> str:
    """Return the report of a result as one HTML page.

    Parameters
    ----------
    document
        The content of a result's ``metrics.json``. Every string in it is escaped; a null metric reads as unknown. A
        section ``search`` gets a section of the page, and its picks stand there alone, the proposed one aside; so does
        a section ``evidence`` that compares something, and without one the page says that there is no interval.
    figures
        Name -> text of an SVG file; names of `FIGURES` get its captions. May be empty.
    manifest
        Of the result, for the section on how to make it again; None tells no versions.
    warnings
        What a reader must know of the result before reading it, a sentence each, on top of the page.

    Raises
    ------
    InputError
        A figure that is not plain SVG (see `paretocode.report.inline_svg`).

    Notes
    -----
    Same arguments, same bytes.
    """
    groups = compare_maps(document)
    proposed = document["proposed"] if document.get("proposed") in document["maps"] else document["incumbent"]
    names = _told_in_full(document, proposed)
    evidence = evidence_facts(document, proposed)
    search = None if document.get("search") is None else search_facts(document["search"])
    page = page_environment().get_template("report.html.j2")
    return page.render(
        document=document,
        names=names,
        incumbent=document["incumbent"],
        proposed=proposed,
        recommendation=recommendation(document),
        caveat=caveat(document),
        against=against(document),
        warnings=list(warnings),
        changes=change_facts(document, proposed),
        evidence=evidence,
        parts=other_parts(document),
        tile_intervals=tile_intervals(document, proposed),
        demand=demand_sentence(document),
        command=reproduce_command(document, manifest),
        origin=origin_rows(document, manifest),
        tiles=_tiles(groups) if proposed != document["incumbent"] else [],
        groups=groups,
        has_unknown=_has_unknown(groups),
        tier_colours={name: tier_colours(t["name"] for t in document["maps"][name]["tiers"]) for name in names},
        min_score_text=min_score_text,
        short=short_model_names(_models(document)),
        differences={name: difference_lines(diff) for name, diff in (document.get("diffs") or {}).items()},
        findings={name: _by_gravity(document["maps"][name].get("findings") or []) for name in names},
        figures=pictures(figures),
        known_figures=list(FIGURES),
        search=search,
        contents=_contents(has_changes=proposed != document["incumbent"], has_search=search is not None),
        dark={f"--c{colour[1:]}": twin for colour, twin in DARK.items()},
    )


def _contents(*, has_changes: bool, has_search: bool) -> list[tuple[str, str]]:
    """Return (id, title) of the page's sections."""
    sections = [
        ("changes", "What changes for whom", has_changes),
        ("evidence", "How sure is this?", True),
        ("search", "Search", has_search),
        ("risks", "Findings and risks", True),
        ("unknown", "What is not known", True),
        ("maps", "The maps", True),
        ("numbers", "All numbers", True),
        ("reproduce", "How to reproduce", True),
    ]
    return [(key, title) for key, title, is_there in sections if is_there]


def _told_in_full(document: Mapping[str, Any], proposed: str) -> list[str]:
    """Return the maps that get their own columns and tables: of a search's picks only the proposed one."""
    picks = {pick["name"] for pick in (document.get("search") or {}).get("picks") or []}
    return [name for name in map_order(document) if name not in picks or name == proposed]


def page_environment() -> Environment:
    """Return how pages of this package are set: everything escaped, a missing name is an error."""
    environment = Environment(
        loader=PackageLoader("paretocode.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["typeset"] = _typeset
    environment.filters["count"] = numbers.count
    return environment


def _typeset(text: str) -> str:
    """Return a number as print sets it: a true minus, arrows, no line break before a unit.

    Examples
    --------
    >>> _typeset("-12.0 %") == "\\u221212.0\\u00a0%", _typeset("[-3, -1]") == "[\\u22123, \\u22121]"
    (True, True)
    >>> _typeset("gpt-5 a-3")
    'gpt-5 a-3'
    """
    text = re.sub(r"(?<![^\s\[(])-(?=[<\d])", "\N{MINUS SIGN}", text.replace("->", "→"))
    return text.replace("+- ", "\u00b1\u00a0").replace(" %", "\u00a0%").replace(" pp", "\u00a0pp")


def _tiles(groups: list[Group]) -> list[tuple[str, Row]]:
    rows = {row.key: row for group in groups[:-2] for row in group.rows}
    return [(label, rows[key]) for key, label in _TILES.items() if key in rows]


def _has_unknown(groups: list[Group]) -> bool:
    cells = (cell for group in groups for row in group.rows for cell in row.cells.values())
    return any(numbers.UNKNOWN in (cell.value, cell.change) for cell in cells)


def _models(document: Mapping[str, Any]) -> list[str]:
    keys = {key for each in document["maps"].values() for tier in each["tiers"] for key in tier["models"]}
    return sorted(keys)


def _by_gravity(findings: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding["severity"]))
