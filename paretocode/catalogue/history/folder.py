"""How do dated files become a history? A folder of daily catalogues, or catalogues in hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.catalogue._files import read_json
from paretocode.catalogue._records import read_records
from paretocode.catalogue.artificial_analysis import read_artificial_analysis
from paretocode.catalogue.catalogue import SPEED_PERCENTILES, Catalogue
from paretocode.catalogue.history._days import day_of
from paretocode.catalogue.history.aa_log import MIXED_AA, aa_definition_on
from paretocode.catalogue.history.history import NUMBER_FIELDS, History
from paretocode.catalogue.load import load_catalogue
from paretocode.catalogue.sources import SOURCES, recognise
from paretocode.errors import InputError

__all__ = ["history_of_catalogues", "read_folder"]

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2}).*\.(json|json\.gz|csv|toml|parquet)")
_P50 = SPEED_PERCENTILES.index(50)
_SPEEDS = ("throughput_tps", "ttft_s")
_AA, _TABLE = "artificial-analysis", "a plain table"
_SOURCES = (_AA, "openrouter", _TABLE)


def read_folder(folder: str | Path, *, raw_scores: bool = True) -> History:
    """Read a folder of daily catalogues whose file names begin with the day (``2026-04-10.json.gz``).

    Payloads of Artificial Analysis are keyed by their stable id, because slugs and names are re-pointed; any other
    catalogue (OpenRouter's models, plain tables) by its model key. Files without a day in their name are left out and
    named in `notes`; a missing day stays a gap.

    Parameters
    ----------
    raw_scores
        For Artificial Analysis: take deprecated entries and the index as it stands, older indices among them (the
        raw field), instead of the checked scores of the day's definition. On the two days of the re-base the checked
        reading takes 4.1 only.

    Raises
    ------
    InputError
        No folder, no dated file, two files of one day, files of two sources or of one that has no history (Arena's
        boards), a file of another day than its name says, or whatever the reader of a file refuses.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError("there is no such folder", where=str(folder), way_out="name a folder of dated catalogues")
    dated: dict[np.datetime64, Path] = {}
    notes: list[str] = []
    for path in sorted(folder.iterdir()):
        found = _DATED.fullmatch(path.name)
        if found is None:
            shown = path.name if path.name.isprintable() else repr(path.name)
            notes.append(f"{shown} has no day in its name: left out.")
            continue
        day = day_of(found[1], where=str(path))
        if day in dated:
            raise InputError(
                f"{dated[day].name} and {path.name} are both of {day}", where=str(folder), way_out="keep one file a day"
            )
        dated[day] = path
    if not dated:
        raise InputError("no file name begins with a day", where=str(folder), way_out="name them as 2026-04-10.json.gz")
    source = _one_source(list(dated.values()), folder)
    read = [_read(path, str(day), source, raw_scores=raw_scores) for day, path in dated.items()]
    return history_of_catalogues(
        [(day, catalogue) for day, (catalogue, _) in zip(dated, read, strict=True)],
        keys=[keys for _, keys in read],
        notes=notes,
    )


def _one_source(paths: Sequence[Path], folder: Path) -> str:
    sources = [_source_of(path) for path in paths]
    for path, source in zip(paths, sources, strict=True):
        if source not in _SOURCES:
            raise InputError(
                f"the file is of {source or 'no known source'}, which has no history",
                where=str(path),
                way_out=f"give dated files of one of {', '.join(_SOURCES)}",
            )
        if source != sources[0]:
            raise InputError(
                f"{paths[0].name} is of {sources[0]} and {path.name} of {source}",
                where=str(folder),
                way_out="keep the files of each source in a folder of their own",
            )
    return sources[0]


def _source_of(path: Path) -> str:
    if ".json" not in path.name:
        return _TABLE
    document = read_json(path)
    return _AA if SOURCES[_AA].is_like(document) else recognise(document)


def _read(path: Path, day: str, source: str, *, raw_scores: bool) -> tuple[Catalogue, Sequence[str]]:
    if source != _AA:
        catalogue = load_catalogue(path)
        return catalogue, catalogue.keys
    _, records = read_records(path, keys=("models", "data"))
    definition = aa_definition_on(day)
    is_mixed = definition == MIXED_AA
    catalogue = read_artificial_analysis(
        path,
        score_definition="aa-coding-4.1" if is_mixed else definition,
        include_deprecated=True,
        include_legacy_scores=raw_scores,
    )
    if is_mixed and raw_scores:
        # Standard errors follow from one index's parts: a column of two has none.
        unknown = np.full(len(catalogue), np.nan)
        catalogue = catalogue.replace(score_definition=MIXED_AA, coding_score_se=unknown)
    if catalogue.as_of and catalogue.as_of != day:
        raise InputError(
            f"the file was fetched on {catalogue.as_of} and its name says {day}",
            where=str(path),
            way_out="name it by the day it was fetched",
        )
    return catalogue, [str(record["id"]) for record in records]


def history_of_catalogues(
    dated: Iterable[tuple[object, Catalogue]], *, keys: Sequence[Sequence[str]] | None = None, notes: Sequence[str] = ()
) -> History:
    """Return catalogues in order of time as a history.

    Parameters
    ----------
    dated
        (date, catalogue) pairs, dates strictly increasing.
    keys
        For each catalogue the stable key of every row; None takes the catalogue's own keys.

    Raises
    ------
    InputError
        Nothing given, days out of order or twice, keys that do not fit the rows.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> history = history_of_catalogues([("2026-05-29", load_bundled()), ("2026-06-02", load_bundled())])
    >>> [(str(first), str(last)) for first, last in history.gaps]
    [('2026-05-30', '2026-06-01')]
    >>> print(history.as_of("2026-06-01").as_of)
    2026-05-29
    """
    pairs = [(day_of(day), catalogue) for day, catalogue in dated]
    rows_of = [catalogue.keys for _, catalogue in pairs] if keys is None else [tuple(k) for k in keys]
    if [len(catalogue) for _, catalogue in pairs] != [len(row) for row in rows_of]:
        raise InputError("keys and catalogues have other rows", where="history", way_out="give one key a row")
    column = {key: i for i, key in enumerate(dict.fromkeys(key for row in rows_of for key in row))}
    names = dict(
        zip((k for row in rows_of for k in row), (n for _, catalogue in pairs for n in catalogue.name), strict=True)
    )
    shape = (len(pairs), len(column))
    is_listed, is_free = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    numbers: dict[str, FloatColumn] = {name: np.full(shape, np.nan) for name in NUMBER_FIELDS}
    for day, ((_, catalogue), row) in enumerate(zip(pairs, rows_of, strict=True)):
        place = np.array([column[key] for key in row], dtype=np.int64)
        is_listed[day, place] = True
        is_free[day, place] = catalogue.is_free
        for name, matrix in numbers.items():
            values = getattr(catalogue, name)
            matrix[day, place] = values[:, _P50] if name in _SPEEDS else values
    return History(
        dates=np.array([day for day, _ in pairs], dtype="datetime64[D]"),
        keys=tuple(column),
        names=tuple(names[key] for key in column),
        is_listed=is_listed,
        is_free=is_free,
        numbers=numbers,
        score_definitions=tuple(catalogue.score_definition for _, catalogue in pairs),
        snapshots=tuple(
            catalogue.replace(as_of=str(day)) if catalogue.as_of != str(day) else catalogue for day, catalogue in pairs
        ),
        attribution=pairs[-1][1].attribution if pairs else "",
        notes=tuple(notes),
    )
