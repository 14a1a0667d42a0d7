"""What does a person read in the terminal? Tables of maps, findings and differences, in plain aligned text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from paretocode._terminal import filled, page_width
from paretocode.catalogue.finding import SEVERITIES
from paretocode.report.comparison import Cell, Group, compare_maps, map_order
from paretocode.report.differences import difference_lines
from paretocode.report.names import clip
from paretocode.report.numbers import UNKNOWN

__all__ = ["diff_text", "edges_line", "findings_table", "format_table", "metrics_table"]

_GAP = "  "
_LABEL_WIDTH = 32
_NAME_WIDTH = 16


def format_table(header: Sequence[str], rows: Iterable[Sequence[str]], align: str) -> str:
    """Return rows under a header and a rule, columns two spaces apart, no trailing spaces.

    Parameters
    ----------
    header
        Column names.
    rows
        Cells as text, as many as columns.
    align
        One letter a column: ``l`` or ``r``.

    Examples
    --------
    >>> print(format_table(["tier", "share"], [["low", "5.0 %"], ["high", "35.0 %"]], "lr"))
    tier   share
    ----  ------
    low    5.0 %
    high  35.0 %
    """
    table = [list(header), *[list(row) for row in rows]]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    lines = [_aligned(row, widths, align) for row in table]
    return "\n".join([lines[0], _GAP.join("-" * width for width in widths), *lines[1:]])


def metrics_table(document: Mapping[str, Any], *, width: int | None = None) -> str:
    """Return the comparison of all maps of a metrics document: metrics down, maps across, incumbent first.

    Parameters
    ----------
    document
        The content of a result's ``metrics.json``.
    width
        Characters a line may have; the terminal's when None, or 100 where there is none. Maps that do not fit go
        into further blocks, each of which repeats the incumbent; one map more than fits never widens a line.

    Notes
    -----
    Beside each candidate stands its change against the incumbent: relative for money and latency, percentage points
    for shares and rates, in its own unit for shortfall and excess.
    """
    width = page_width(width)
    names, groups = map_order(document), compare_maps(document)
    blocks = [_block(groups, names[:1], document)] if len(names) == 1 else []
    rest = names[1:]
    while rest:
        fitting = len(rest)
        while fitting > 1 and _width_of(_block(groups, [names[0], *rest[:fitting]], document)) > width:
            fitting -= 1
        blocks.append(_block(groups, [names[0], *rest[:fitting]], document))
        rest = rest[fitting:]
    return "\n\n".join([*blocks, _footnotes(document, groups, width)])


def _block(groups: Sequence[Group], names: Sequence[str], document: Mapping[str, Any]) -> str:
    incumbent = document["incumbent"]
    header = [""]
    for name in names:
        mark = "*" if name == document.get("proposed") else ""
        header += [clip(name, _NAME_WIDTH) + mark] + ([] if name == incumbent else ["change"])
    rows: list[list[str]] = []
    for group in groups:
        rows.append([group.title] + [""] * (len(header) - 1))
        for row in group.rows:
            cells = [text for name in names for text in _texts(row.cells[name], is_incumbent=name == incumbent)]
            rows.append([_GAP + clip(row.label, _LABEL_WIDTH - len(_GAP)), *cells])
    return format_table(header, rows, "l" + "r" * (len(header) - 1))


def _texts(cell: Cell, *, is_incumbent: bool) -> list[str]:
    return [cell.value] if is_incumbent else [cell.value, cell.change]


def _footnotes(document: Mapping[str, Any], groups: Sequence[Group], width: int) -> str:
    notes = [f"change: against the incumbent {document['incumbent']}; pp = percentage points."]
    if document.get("proposed") in document["maps"]:
        notes.append(f"* proposed: {document['proposed']}.")
    cells = [cell for group in groups for row in group.rows for cell in row.cells.values()]
    if any(UNKNOWN in (cell.value, cell.change) for cell in cells):
        notes.append(f"{UNKNOWN} unknown: not measured for this map or its incumbent; it is not zero.")
    return "\n".join(filled(note, width) for note in notes)


def findings_table(findings: Sequence[Mapping[str, Any]], *, width: int | None = None) -> str:
    """Return findings, gravest first: severity, code and subject on one line, the sentence below it.

    Examples
    --------
    >>> print(findings_table([{"code": "empty-tier", "severity": "error", "subject": "low", "message": "it is empty"}]))
    error    empty-tier: low
             it is empty
    >>> findings_table([])
    'no findings'
    """
    if not findings:
        return "no findings"
    margin = max(len(severity) for severity in SEVERITIES) + len(_GAP)
    lines = []
    for finding in sorted(findings, key=lambda finding: SEVERITIES.index(finding["severity"])):
        lines.append(f"{finding['severity']:<{margin}}{finding['code']}: {finding['subject']}")
        lines.append(filled(finding["message"], width, first=" " * margin))
    return "\n".join(lines)


def edges_line(map_document: Mapping[str, Any]) -> str:
    """Return a map's tiers and cuts on one line; an edge belongs to the tier on its right.

    Examples
    --------
    >>> edges_line({"request_edges": [0.33, 0.66], "score_edges": None, "default_tier": "high",
    ...             "tiers": [{"name": "low"}, {"name": "medium"}, {"name": "high"}]})
    'low | 0.33 | medium | 0.66 | high; omitted: high; score edges: not stated'
    """
    parts = [map_document["tiers"][0]["name"]]
    for edge, tier in zip(map_document["request_edges"], map_document["tiers"][1:], strict=True):
        parts += [f"{edge:g}", tier["name"]]
    scores = map_document.get("score_edges")
    stated = "not stated" if scores is None else ", ".join(f"{edge:g}" for edge in scores) or "none"
    return f"{' | '.join(parts)}; omitted: {map_document['default_tier']}; score edges: {stated}"


def diff_text(diff: Mapping[str, Any], *, width: int | None = None) -> str:
    """Return what moves from an old map to a new one, subject by subject; from `MapDiff.to_dict` or its JSON.

    Examples
    --------
    >>> diff_text({"is_empty": True})
    'the two maps are the same'
    """
    rows = difference_lines(diff)
    if not rows:
        return "the two maps are the same"
    margin = max(len(subject) for subject, _ in rows)
    return "\n".join(filled(sentence, width, first=f"{subject:<{margin}}{_GAP}") for subject, sentence in rows)


def _aligned(row: Sequence[str], widths: Sequence[int], align: str) -> str:
    cells = [
        cell.rjust(width) if side == "r" else cell.ljust(width)
        for cell, width, side in zip(row, widths, align, strict=True)
    ]
    return _GAP.join(cells).rstrip()


def _width_of(text: str) -> int:
    return max(len(line) for line in text.splitlines())
