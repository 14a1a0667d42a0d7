"""Which reader does a file need? One entry for people and commands: a bundled name or a path."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path

from paretocode._checks import one_of
from paretocode.catalogue._files import read_json
from paretocode.catalogue.bundled import BUNDLED, load_bundled
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.sources import SOURCES, recognise, source_of_path
from paretocode.catalogue.table import TABLE_SUFFIXES, read_table
from paretocode.errors import InputError, UsageError

__all__ = ["kind_of", "load_catalogue", "source_of"]

_HEAD_BYTES = 2000
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d-[01]\d-[0-3]\d)(?!\d)")


def load_catalogue(spec: str | Path, source: str | None = None, *, score_definition: str | None = None) -> Catalogue:
    """Return the catalogue that a word or a path names.

    Parameters
    ----------
    spec
        ``bundled`` or ``bundled:NAME``; a plain table (``.toml``, ``.csv``, ``.parquet``); a file of one of `SOURCES`:
        JSON (``.json``, ``.json.gz``, told apart by its shape), a models.dev tarball (``.tar.gz``), an Aider board
        (``.yml``), a folder of llm-prices.
    source
        A name of `SOURCES`, to be read as that and nothing else.
    score_definition
        What the score is, for sources that may not say it (OpenRouter, Artificial Analysis).

    Returns
    -------
    Catalogue
        Where the file does not say its day and its name holds exactly one (``models_2026-05-15.json``), `as_of` is
        that, and `sources` says so.

    Raises
    ------
    InputError
        An unknown name, ending or source, JSON of no known shape, and whatever the reader refuses.
    UsageError
        A `score_definition` for a source that has no choice of it.

    Examples
    --------
    >>> len(load_catalogue("bundled"))
    13
    >>> load_catalogue("models.xlsx")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: models.xlsx: no reader knows this ending; use bundled, .toml, .csv, .parquet, .json,
    .json.gz, .tar.gz or .yml.
    """
    if not str(spec).strip():
        raise InputError("the name of the catalogue file is empty", way_out="name a file, or bundled")
    if source is None and _is_bundled(spec):
        _refuse_definition(score_definition, "a bundled catalogue")
        return load_bundled(str(spec).partition(":")[2] or BUNDLED[0])
    path = Path(spec)
    if source is None:
        _refuse_history(path)
    if source is None and path.suffix in TABLE_SUFFIXES:
        _refuse_definition(score_definition, "a plain table")
        return read_table(path)
    name = source_of(path) if source is None else one_of(source, list(SOURCES), name="source")
    if not SOURCES[name].takes_definition:
        _refuse_definition(score_definition, f"source {name}")
        return _dated(SOURCES[name].read(path), path)
    return _dated(SOURCES[name].read(path, score_definition=score_definition), path)


def _is_bundled(spec: str | Path) -> bool:
    return isinstance(spec, str) and (spec == "bundled" or spec.startswith("bundled:"))


def kind_of(spec: str | Path, source: str | None = None) -> str:
    """Return what a word or a path is read as: a name of `SOURCES`, or ``plain table``, which bundled ones are too.

    Raises
    ------
    InputError
        As `source_of`.
    """
    if source is not None:
        return source
    path = Path(spec)
    return "plain table" if _is_bundled(spec) or path.suffix in TABLE_SUFFIXES else source_of(path)


def _refuse_history(path: Path) -> None:
    """Refuse several catalogues at once: a folder that is no llm-prices, or a change log."""
    is_folder = path.is_dir() and not any("price_history" in _head(file) for file in sorted(path.glob("*.json"))[:3])
    is_log = path.name.endswith((".csv", ".csv.gz")) and _head(path).startswith("date,event")
    if is_folder or is_log:
        raise _is_history("a folder" if is_folder else "a change log", path)


def _is_history(what: str, path: Path) -> InputError:
    return InputError(
        f"this is {what} and no one catalogue",
        where=str(path),
        way_out="name one file, or see what changed with paretocode catalogue history",
    )


def _head(path: Path) -> str:
    if not path.is_file():  # a pipe would be waited for
        return ""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return stream.read(_HEAD_BYTES).decode("utf-8-sig", errors="replace")
    except (OSError, EOFError, zlib.error):
        return ""


def source_of(path: Path) -> str:
    """Return the name of the source that a file is of, by its ending or else by the shape of its JSON.

    Raises
    ------
    InputError
        An ending that no reader knows, or JSON of no known shape.
    """
    named = source_of_path(path)
    if named:
        return named
    if path.suffix != ".json" and not path.name.endswith(".json.gz"):
        raise InputError(
            "no reader knows this ending",
            where=str(path),
            way_out=f"use bundled, {', '.join(TABLE_SUFFIXES)}, .json, .json.gz, .tar.gz or .yml",
        )
    document = read_json(path)
    name = recognise(document)
    if not name and isinstance(document, dict) and "snapshots" in document:
        raise _is_history("monthly copies", path)
    if not name:
        raise InputError(
            "the file has the shape of no known source",
            where=str(path),
            way_out=f"name its source ({', '.join(SOURCES)}) or bring the models as a plain table",
        )
    return name


def _refuse_definition(score_definition: str | None, what: str) -> None:
    if score_definition is not None:
        raise UsageError(
            f"score_definition is {score_definition!r} and {what} has no choice of it", way_out="leave it out"
        )


def _dated(catalogue: Catalogue, path: Path) -> Catalogue:
    days = set(_DAY_IN_NAME.findall(path.name))
    if catalogue.as_of or len(days) != 1:
        return catalogue
    return catalogue.replace(as_of=days.pop(), sources={**catalogue.sources, "as_of": "the name of the file"})
