"""What do people and programs of their own read? The map's file as it is, and a table with a row per candidate."""

from __future__ import annotations

import csv
import io

from paretocode.release.exporters.exported import ExportedText, refuse_unsafe_text
from paretocode.tiermap.file import TierMapFile, canonical_bytes

__all__ = ["csv_table", "json_file"]

_ACTS_IN_A_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run as a formula (OWASP, "CSV Injection")."""


def json_file(file: TierMapFile) -> ExportedText:
    """Return the file of the map in its canonical bytes: nothing is lost."""
    return ExportedText(content=canonical_bytes(file), suffix=".json", cannot_express=())


def csv_table(file: TierMapFile) -> ExportedText:
    """Return one row per tier and candidate, lowest tier first, for people.

    A text that begins like a formula is led in by an apostrophe. The table has no room for the map's name and digest:
    it is for reading, and its file name is the reader's own.

    Raises
    ------
    InputError
        A text that no export may carry.
    """
    refuse_unsafe_text(file)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            "tier",
            "min_score_from",
            "rank",
            "model_id",
            "effort",
            "score",
            "prompt_usd_per_mtok",
            "completion_usd_per_mtok",
            "context_tokens",
        ]
    )
    for tier, start in zip(file.tiers, [0, *file.request_edges_ppm], strict=True):
        for rank, c in enumerate(tier.candidates, start=1):
            prices = (c.prompt_micro_usd_per_mtok, c.completion_micro_usd_per_mtok)
            numbers = (c.score_milli and c.score_milli / 1000, *(p and p / 1e6 for p in prices), c.context_tokens)
            words = (_harmless(tier.name), start / 1e6, rank, _harmless(c.model_id), _harmless(c.effort))
            writer.writerow([*words, *("" if n is None else n for n in numbers)])
    losses = (
        "A table for people: the policy, the default tier, cache prices, price steps, speeds, and the map's name, "
        "serial and digest are not in it.",
    )
    return ExportedText(content=text.getvalue().encode(), suffix=".csv", cannot_express=losses)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_ACTS_IN_A_SPREADSHEET) else cell
