"""What does a person read of a diff in the terminal? What differs, moves, is predicted, and who is hit hardest."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from paretocode._terminal import page_width
from paretocode.report.evidence_rows import VERDICTS, difference_rows
from paretocode.report.evidence_words import interval_meaning, left_out_sentences, level_text
from paretocode.report.impact_rows import change_lines, slice_rows, slice_sentences, traffic_lines
from paretocode.report.names import clip
from paretocode.report.text_fitted import fitted_table

__all__ = ["impact_text"]

_NAME_WIDTH = 16
_LEAST_WIDTH = 60
_GAP = "  "


def impact_text(document: Mapping[str, Any], *, width: int | None = None) -> str:
    """Return a diff as text, from `paretocode.release.impact.Impact.to_dict`."""
    asked, width = width, max(page_width(width), _LEAST_WIDTH)
    changes = change_lines(document["changes"])
    lines = [*changes, *traffic_lines(document)] if changes else [("maps", "the two maps are the same")]
    margin = max(len(subject) for subject, _ in lines)
    parts = ["\n".join(_filled(sentence, width, first=f"{subject:<{margin}}{_GAP}") for subject, sentence in lines)]
    if document["comparison"] is not None and changes:
        parts += [_predicted(document, asked), _meaning(document, width)]
    if document["slices"] is not None and changes:
        parts += _slices(document["slices"], width, table_width=asked)
    if left_out := document["left_out"]:
        parts.append("\n".join(_filled(f"{name}: left out, {why}.", width) for name, why in sorted(left_out.items())))
    return "\n\n".join(part for part in parts if part)


def _predicted(document: Mapping[str, Any], width: int | None) -> str:
    comparison = document["comparison"]
    (name,) = comparison["maps"]
    header = [
        "predicted",
        clip(comparison["incumbent"], _NAME_WIDTH),
        clip(name, _NAME_WIDTH),
        "difference",
        f"{level_text(comparison['level'])} interval",
        "all at once",
        "verdict",
    ]
    rows = [
        [row.short, row.incumbent, row.candidate, row.difference, row.interval, row.wider, VERDICTS[row.verdict]]
        for row in difference_rows(comparison, name)
    ]
    return fitted_table(header, rows, "lrrrrrl", width=width)


def _meaning(document: Mapping[str, Any], width: int) -> str:
    comparison = document["comparison"]
    said = [f"Predicted from {document['source']}.", interval_meaning(comparison), *left_out_sentences(comparison)]
    return _filled(" ".join(said), width)


def _slices(slices: Mapping[str, Any], width: int, *, table_width: int | None) -> list[str]:
    rows = [
        [
            f"{row.family} {row.name}",
            row.share,
            row.cost,
            row.cost_interval,
            row.shortfall,
            row.shortfall_interval,
            row.refused,
        ]
        for row in slice_rows(slices)
    ]
    if not rows:
        return [_filled(" ".join(slice_sentences(slices)), width)]
    header = ["slice", "requests", "cost", "interval", "shortfall", "interval", "refused"]
    if not any(row[-1] for row in rows):
        header, rows = header[:-1], [row[:-1] for row in rows]
    table = fitted_table(header, rows, "lrrrrrr"[: len(header)], width=table_width)
    return [table, _filled(" ".join(slice_sentences(slices)), width)]


def _filled(text: str, width: int, *, first: str = "") -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=" " * len(first) if first else "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
