"""Which file holds the reports? CSV, NDJSON or Parquet with one row a report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.feedback.reports import FeedbackReports
from paretocode.evidence.feedback.words import feedback_reports
from paretocode.stream._cells import MOMENT, NUMBER, parsed_column, seconds_since_earliest
from paretocode.stream._reading import Table, checked_file, fetch, open_table, require_columns
from paretocode.tiermap import TierMap

__all__ = ["FEEDBACK_COLUMNS", "read_feedback"]

FEEDBACK_COLUMNS = ("min_score", "verdict", "tier", "model", "reporter", "time_s", "ts", "session", "comment")
"""Our names. `min_score`, `verdict` and one of `tier` and `model` are required; `time_s` counts before `ts`."""
MAX_FEEDBACK_BYTES = 2**28
"""Largest table taken without being told [bytes]: millions of reports."""


def read_feedback(
    path: Path | str,
    *,
    tier_map: TierMap,
    columns: Mapping[str, str] | None = None,
    max_bytes: int = MAX_FEEDBACK_BYTES,
) -> FeedbackReports:
    """Read a table of reports.

    Parameters
    ----------
    path
        ``.csv``, ``.ndjson`` or ``.jsonl`` (each also ``.gz``), or ``.parquet``.
    tier_map
        The map that was in force.
    columns
        {our name: the file's name} where they differ; an empty name leaves a column out.
    max_bytes
        Largest file taken [bytes].

    Returns
    -------
    FeedbackReports
        In the file's order. An empty min score is an omitted one; so is NaN, with a note.

    Raises
    ------
    InputError
        A file that is missing, empty, too large or damaged; a required column that is not there; a cell that cannot be
        read; what `feedback_reports` refuses.

    Examples
    --------
    >>> import tempfile
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.tiermap import documented_pareto_code
    >>> rows = "min_score,tier,verdict,who\\n0.65,medium,too weak,ann\\n,high,fine,ann\\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "said.csv").write_text(rows)
    ...     reports = read_feedback(Path(folder) / "said.csv", columns={"reporter": "who"},
    ...                             tier_map=documented_pareto_code(load_bundled()))
    >>> len(reports), reports.is_omitted.tolist(), reports.n_writers
    (2, [False, True], 1)
    """
    table = open_table(checked_file(path, max_bytes=max_bytes))
    source = _sources(table, columns or {})
    texts = {ours: _text(table, source[ours]) for ours in _TEXTS if ours in source}
    if not table_length(texts):
        raise InputError("there is no report in it", where=str(path), way_out="give a table with at least one row")
    return feedback_reports(
        tier_map=tier_map,
        min_score=parsed_column(table, source["min_score"], NUMBER),
        time_s=_times(table, source),
        name=Path(path).name,
        where=str(path),
        notes=(*_notes(table, source), *_note_on_nan(table, source["min_score"])),
        verdict=texts["verdict"],
        **{ours: texts.get(ours) for ours in _TEXTS if ours != "verdict"},
    )


_TEXTS = ("verdict", "tier", "model", "reporter", "session", "comment")


def table_length(columns: Mapping[str, list[str]]) -> int:
    """Return the number of rows of text columns of equal length; 0 where there is no column."""
    return len(next(iter(columns.values()), []))


def _sources(table: Table, columns: Mapping[str, str]) -> dict[str, str]:
    where = str(table.file)
    for key in columns:
        if key not in FEEDBACK_COLUMNS:
            raise InputError(
                f"columns maps {key!r}, which is none of our names",
                where=where,
                way_out=f"use {', '.join(FEEDBACK_COLUMNS)}",
            )
    require_columns((theirs for theirs in columns.values() if theirs), table.columns, where=where)
    source = {ours: columns.get(ours, ours) for ours in FEEDBACK_COLUMNS}
    source = {ours: theirs for ours, theirs in source.items() if theirs in table.columns}
    way_out = "give the columns mapping {our name: the file's name}"
    for ours in ("min_score", "verdict"):
        if ours not in source:
            require_columns([ours], table.columns, where=where, way_out=way_out)
    if "tier" not in source and "model" not in source:
        require_columns(["tier"], table.columns, where=where, way_out=f"give tier or model, or {way_out}")
    return source


def _text(table: Table, theirs: str) -> list[str]:
    cells = fetch(table, {"x": f"coalesce(trim({table.columns[theirs]}::VARCHAR), '')"})["x"]
    return [str(cell) for cell in np.ma.filled(np.ma.asarray(cells), "").tolist()]


def _times(table: Table, source: Mapping[str, str]) -> FloatColumn | None:
    if "time_s" in source:
        return parsed_column(table, source["time_s"], NUMBER)
    if "ts" in source:
        return seconds_since_earliest(parsed_column(table, source["ts"], MOMENT))
    return None


def _note_on_nan(table: Table, theirs: str) -> tuple[str, ...]:
    cells = _text(table, theirs)
    n_nan = sum(cell.lower().lstrip("+-") == "nan" for cell in cells)
    return (f"{theirs} is NaN in {n_nan:,} of {len(cells):,} rows: taken as omitted",) if n_nan else ()


def _notes(table: Table, source: Mapping[str, str]) -> tuple[str, ...]:
    extra = [name for name in table.columns if name not in source.values()]
    notes = [f"columns left out: {', '.join(extra)}"] if extra else []
    if "reporter" not in source:
        notes.append("there is no column reporter, so every report counts as a person of its own")
    return tuple(notes)
