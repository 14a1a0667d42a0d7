"""How did scores, prices and speeds of Artificial Analysis move day by day? Its change log and speed log as a history.

The logs are derived from the daily page payloads: a line for every model of the first day, then one for every entry,
exit and change; and a line a day for every measured speed. Data is (c) Artificial Analysis
(https://artificialanalysis.ai): show the attribution wherever the numbers are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.catalogue._cells import flag_cell
from paretocode.catalogue.history._log import Events, days_of, events_of, matrices, numbers_of, read_columns
from paretocode.catalogue.history.history import History
from paretocode.errors import InputError

__all__ = ["AA_LOG_COLUMNS", "AA_SPEED_COLUMNS", "MIXED_AA", "aa_definition_on", "read_aa_changes"]

AA_LOG_COLUMNS = (
    "date",
    "event",
    "aa_id",
    "slug",
    "coding_index",
    "intelligence_index",
    "price_in",
    "price_out",
    "context",
    "deprecated",
    "release_date",
)
"""Columns of the change log: a 0-100 index, USD per million tokens, tokens; ``aa_id`` is the stable key."""

AA_SPEED_COLUMNS = (
    "date",
    "aa_id",
    "slug",
    "tps_p50",
    "tps_p05",
    "tps_p95",
    "ttft_p50_s",
    "ttft_p05_s",
    "ttft_p95_s",
)
"""Columns of the speed log: tokens/s and seconds."""

MIXED_AA = "aa-coding-4.0 and 4.1 mixed"
"""The definition of the two days of the re-base, when scores of both indices stood in one catalogue."""

ATTRIBUTION = "Scores, speeds and prices from Artificial Analysis (https://artificialanalysis.ai)."


def aa_definition_on(day: str) -> str:
    """Return what the coding index of a day was: 4.0 before 2026-06-18, mixed on 06-18 and 06-19, then 4.1.

    Examples
    --------
    >>> [aa_definition_on(day) for day in ("2026-06-17", "2026-06-18", "2026-06-20")]
    ['aa-coding-4.0', 'aa-coding-4.0 and 4.1 mixed', 'aa-coding-4.1']
    """
    if day < "2026-06-18":
        return "aa-coding-4.0"
    return MIXED_AA if day <= "2026-06-19" else "aa-coding-4.1"


def read_aa_changes(
    path: str | Path,
    *,
    speeds: str | Path | None = None,
    definition_on: Callable[[str], str] = aa_definition_on,
    include_deprecated: bool = True,
) -> History:
    """Read a change log (``.csv`` or ``.csv.gz``), with the speed log where it is given.

    Parameters
    ----------
    speeds
        The speed log; its days must lie in the change log's or after its first day.
    definition_on
        ISO date -> what the coding index of that day is.
    include_deprecated
        Whether a model counts on days on which it is marked deprecated.

    Returns
    -------
    History
        Keyed by ``aa_id``; `names` are slugs as last seen, which the source re-points. The index is taken *as it
        stands*: the log does not hold the parts from which an older index could be told, so that the scored field
        holds some of them (18 of 352 on 2026-04-10). A price of 0 is missing: the source writes 0 for both unknown and
        free.

    Raises
    ------
    InputError
        As `paretocode.catalogue.history.load_history`; a speed below 0, a speed of a model the log never lists.
    """
    path = Path(path)
    table = read_columns(path, AA_LOG_COLUMNS)
    events = events_of(table["date"], table["event"], table["aa_id"], path=path)
    flags = enumerate(table["deprecated"], start=2)
    columns = {
        "coding_score": numbers_of(table["coding_index"], column="coding_index", path=path, least=0, greatest=100),
        "prompt_usd_per_mtok": _price(table, "price_in", path),
        "completion_usd_per_mtok": _price(table, "price_out", path),
        "context_tokens": _price(table, "context", path),
        "deprecated": np.array(
            [flag_cell(cell, column="deprecated", where=f"{path}, row {row}") for row, cell in flags], dtype=np.float64
        ),
    }
    numbers = matrices(events, columns)
    deprecated = numbers.pop("deprecated") == 1
    notes = [] if speeds else [_quiet(events)] if events.quiet_days else []
    if speeds is not None:
        numbers |= _speeds(Path(speeds), events, notes)
    return History(
        dates=events.dates,
        keys=events.keys,
        names=tuple(dict(zip(table["aa_id"], table["slug"], strict=True)).values()),
        is_listed=events.is_listed if include_deprecated else events.is_listed & ~deprecated,
        is_free=np.zeros(events.is_listed.shape, dtype=np.bool_),
        numbers=numbers,
        score_definitions=tuple(definition_on(str(day)) for day in events.dates),
        attribution=ATTRIBUTION,
        notes=(*notes, "The coding index is taken as listed: some deprecated entries carry one of an older index."),
    )


def _price(table: dict[str, list[str]], column: str, path: Path) -> FloatColumn:
    numbers = numbers_of(table[column], column=column, path=path)
    return np.where(numbers == 0, np.nan, numbers)


def _quiet(events: Events) -> str:
    return (
        f"{events.quiet_days} of {len(events.dates)} days have no line: nothing changed, or nobody looked; "
        "they hold the state of the day before."
    )


def _speeds(path: Path, events: Events, notes: list[str]) -> dict[str, FloatColumn]:
    table = read_columns(path, AA_SPEED_COLUMNS)
    column = {key: i for i, key in enumerate(events.keys)}
    if unknown := set(table["aa_id"]) - set(column):
        raise InputError(
            f"{len(unknown)} models have speeds and stand in no line of the change log, {min(unknown)!r} first",
            where=str(path),
            way_out="give the two logs of one source",
        )
    days = np.array(days_of(table["date"], path=path))
    row = (days - events.dates[0]).astype(np.int64)
    inside = (row >= 0) & (row < len(events.dates))
    if not inside.all():
        notes.append(f"{int((~inside).sum())} speeds lie outside the days of the change log and are left out.")
    if n_silent := len(events.dates) - len(np.unique(row[inside])):
        notes.append(f"{n_silent} days have no speeds: they are missing there.")
    model = np.array([column[key] for key in table["aa_id"]], dtype=np.int64)
    found: dict[str, FloatColumn] = {}
    for name, cells in (("throughput_tps", "tps_p50"), ("ttft_s", "ttft_p50_s")):
        matrix = np.full(events.is_listed.shape, np.nan)
        values = _price(table, cells, path)
        matrix[row[inside], model[inside]] = values[inside]
        found[name] = matrix
    return found
