"""Which reader does a history need? One entry for people and commands: a folder, a log or a file of copies."""

from __future__ import annotations

import csv
from pathlib import Path

from paretocode.catalogue._files import MAX_DOCUMENT_BYTES, read_text
from paretocode.catalogue.history.aa_log import AA_LOG_COLUMNS, AA_SPEED_COLUMNS, read_aa_changes
from paretocode.catalogue.history.folder import read_folder
from paretocode.catalogue.history.history import History
from paretocode.catalogue.history.openrouter_log import (
    PRICE_LOG_COLUMNS,
    read_price_changes,
    read_price_snapshots,
)
from paretocode.errors import InputError, UsageError

__all__ = ["load_history"]


def load_history(path: str | Path, *, speeds: str | Path | None = None) -> History:
    """Return the history that a path names.

    Parameters
    ----------
    path
        A folder of dated catalogues; a change log as CSV, told apart by its header; a JSON file of copies.
    speeds
        A speed log to go with a change log of Artificial Analysis.

    Raises
    ------
    InputError
        A path of no known shape; a file that is absent, cut short or no CSV or JSON; an unknown, missing or doubled
        column; days out of order or twice; a score without a definition; a cell that cannot be used.
    UsageError
        A speed log for another kind of history.
    """
    path = Path(path)
    if path.name.endswith((".csv", ".csv.gz")):
        header = _header(path)
        if set(header) >= set(AA_SPEED_COLUMNS):
            raise InputError(
                "this is a speed log without its change log",
                where=str(path),
                way_out="give the change log first and this file as its speeds (--speeds)",
            )
        if "aa_id" in header:
            return read_aa_changes(path, speeds=speeds)
        reader = read_price_changes
        if len(set(header) & set(PRICE_LOG_COLUMNS)) < 3:
            raise InputError(
                f"the columns {', '.join(header)[:120]} are those of no log",
                where=str(path),
                way_out=f"give {', '.join(AA_LOG_COLUMNS[:3])}, ... or {', '.join(PRICE_LOG_COLUMNS)}",
            )
    elif path.is_dir():
        reader = read_folder  # type: ignore[assignment]
    elif path.name.endswith((".json", ".json.gz")):
        reader = read_price_snapshots
    else:
        what = "no reader knows this ending" if path.exists() else "there is no such file or folder"
        raise InputError(what, where=str(path), way_out="give a folder, .csv, .csv.gz, .json or .json.gz")
    if speeds is not None:
        raise UsageError("a speed log goes with a change log of Artificial Analysis", way_out="drop the speeds")
    return reader(path)


def _header(path: Path) -> list[str]:
    text = read_text(path, limit=MAX_DOCUMENT_BYTES)
    return next(csv.reader(text.splitlines()[:1]), [])
