"""What does a person read who is asked to sign a change? The diff as one page: no network, no script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paretocode.report.evidence_rows import VERDICTS, difference_rows
from paretocode.report.evidence_words import interval_meaning, left_out_sentences, level_text
from paretocode.report.html import page_environment
from paretocode.report.impact_rows import change_lines, slice_rows, slice_sentences, traffic_lines
from paretocode.report.palette import DARK

__all__ = ["render_diff"]


def render_diff(document: Mapping[str, Any]) -> str:
    """Return a diff as one HTML page.

    Parameters
    ----------
    document
        `paretocode.release.impact.Impact.to_dict`. Every string in it is escaped.

    Notes
    -----
    Same document, same bytes.
    """
    comparison, slices = document["comparison"], document["slices"]
    name = None if comparison is None else next(iter(comparison["maps"]))
    changes = change_lines(document["changes"])
    return (
        page_environment()
        .get_template("diff.html.j2")
        .render(
            document=document,
            changes=changes,
            traffic=traffic_lines(document) if changes else [],
            comparison=comparison if changes else None,
            rows=[] if comparison is None or name is None else difference_rows(comparison, name),
            level="" if comparison is None else level_text(comparison["level"]),
            meaning=[] if comparison is None else [interval_meaning(comparison), *left_out_sentences(comparison)],
            verdicts=VERDICTS,
            slices=[] if slices is None or not changes else slice_rows(slices),
            slice_sentences=[] if slices is None or not changes else slice_sentences(slices),
            has_refused=slices is not None and any(entry["newly_unserved"] for entry in slices["slices"]),
            dark={f"--c{colour[1:]}": twin for colour, twin in DARK.items()},
            evidence=True,  # the style sheet sets its tables
            search=False,
        )
    )
