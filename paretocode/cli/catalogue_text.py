"""How is a catalogue shown? As a document for ``--json``, and as a table for people."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from paretocode._files import sha256_of_file

__all__ = ["catalogue_document", "catalogue_text", "findings_text", "pull_document", "pull_text", "shortened"]

_COLUMNS = (
    "coding_score",
    "coding_score_se",
    "prompt_usd_per_mtok",
    "completion_usd_per_mtok",
    "cache_read_usd_per_mtok",
    "context_tokens",
)
_MEDIANS = ("throughput_tps_p50", "ttft_s_p50")
_LONGEST = 200


def catalogue_document(catalogue: Any, findings: Sequence[Any]) -> dict[str, Any]:
    """Return what a catalogue holds and what is odd about it, as plain data; a missing number is None."""
    return {
        "as_of": catalogue.as_of,
        "score_definition": catalogue.score_definition,
        "attribution": catalogue.attribution,
        "digest": catalogue.digest,
        "models": [_row(catalogue, row) for row in range(len(catalogue))],
        "notes": list(catalogue.notes),
        "findings": [dataclasses.asdict(finding) for finding in findings],
    }


def _row(catalogue: Any, row: int) -> dict[str, Any]:
    from paretocode.catalogue import SPEED_PERCENTILES

    median = SPEED_PERCENTILES.index(50)
    numbers = {name: float(getattr(catalogue, name)[row]) for name in _COLUMNS}
    speed = dict(
        zip(_MEDIANS, (float(catalogue.throughput_tps[row, median]), float(catalogue.ttft_s[row, median])), strict=True)
    )
    return {
        "model": catalogue.keys[row],
        "listed_tier": catalogue.listed_tier[row],
        **{name: None if math.isnan(value) else value for name, value in (numbers | speed).items()},
    }


def catalogue_text(document: dict[str, Any]) -> str:
    """Return a catalogue document as a table for people."""
    from paretocode.report.text_fitted import fitted_table

    header = ["model", "tier", "score", "se", "prompt", "completion", "cache read", "context", "tokens/s", "TTFT s"]
    rows = [
        [
            model["model"],
            model["listed_tier"] or "",
            *("" if model[name] is None else _number(name, model[name]) for name in (*_COLUMNS, *_MEDIANS)),
        ]
        for model in document["models"]
    ]
    as_of = document["as_of"] or "an unknown day"
    title = f"{len(rows)} models, {document['score_definition']}, as of {as_of}; prices in USD per million tokens"
    parts = [title, fitted_table(header, rows, "ll" + "r" * 8), document["attribution"]]
    if document["findings"]:
        parts.append(findings_text(document["findings"]))
    return "\n\n".join(part for part in parts if part)


def _number(name: str, value: float) -> str:
    return f"{value:,.0f}" if name.endswith("_tokens") else f"{value:g}"


def findings_text(findings: Sequence[dict[str, Any]], *, limit: int | None = None) -> str:
    """Return findings as a table for people; long sentences and lists are cut, and ``--json`` has them whole."""
    from paretocode.report.text import findings_table

    if not findings:
        return "no findings"
    listed = findings[:limit]
    parts = [findings_table([{**finding, "message": shortened(finding["message"])} for finding in listed])]
    if len(listed) < len(findings):
        parts.append(f"{len(findings) - len(listed)} further findings; --limit shows more, --json all.")
    return "\n\n".join(parts)


def pull_document(path: Path, source: str, catalogue: Any) -> dict[str, Any]:
    """Return the summary of a raw copy that was just saved."""
    return {
        "path": str(path),
        "source": source,
        "bytes": path.stat().st_size,
        "sha256": sha256_of_file(path),
        "as_of": catalogue.as_of,
        "models": len(catalogue),
        "with_price": int(catalogue.has_price.sum()),
        "with_score": int(catalogue.has_score.sum()),
        "score_definition": catalogue.score_definition,
        "notes": list(catalogue.notes),
        "attribution": catalogue.attribution,
    }


def pull_text(document: dict[str, Any]) -> str:
    """Return the summary of a raw copy for people."""
    lines = [
        f"{document['path']}: {document['bytes']:,} bytes, sha256 {document['sha256'][:12]}",
        f"{document['models']} models, {document['with_price']} with prices, {document['with_score']} with scores"
        f" ({document['score_definition']}), as of {document['as_of'] or 'an unknown day'}",
        *(f"note: {shortened(note)}" for note in document["notes"]),
        document["attribution"],
    ]
    return "\n".join(lines)


def shortened(sentence: str) -> str:
    """Return a sentence that fits on a screen; a long one is cut and says so.

    Examples
    --------
    >>> shortened("short")
    'short'
    >>> len(shortened("x" * 1000)) < 260
    True
    """
    return sentence if len(sentence) <= _LONGEST else f"{sentence[:_LONGEST].rstrip()} ... (whole in --json)"
