"""Which reader does a file need? One entry for people and commands: a bundled name or a path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from paretocode.catalogue._files import read_json
from paretocode.catalogue.artificial_analysis import read_artificial_analysis
from paretocode.catalogue.bundled import BUNDLED, load_bundled
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.openrouter import read_openrouter_models
from paretocode.catalogue.table import TABLE_SUFFIXES, read_table
from paretocode.errors import InputError

__all__ = ["load_catalogue"]


def load_catalogue(spec: str | Path) -> Catalogue:
    """Return the catalogue that a word or a path names.

    Parameters
    ----------
    spec
        ``bundled`` or ``bundled:NAME``; a plain table (``.toml``, ``.csv``, ``.parquet``); a JSON file (``.json``,
        ``.json.gz``) of OpenRouter's ``/api/v1/models`` or of Artificial Analysis, told apart by the keys of its
        records.

    Raises
    ------
    InputError
        An unknown name or ending, JSON of neither shape, and whatever the reader refuses.

    Examples
    --------
    >>> len(load_catalogue("bundled"))
    13
    >>> load_catalogue("models.xlsx")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: models.xlsx: no reader knows this ending; use bundled, .toml, .csv, .parquet, .json
    or .json.gz.
    """
    if isinstance(spec, str) and (spec == "bundled" or spec.startswith("bundled:")):
        return load_bundled(spec.partition(":")[2] or BUNDLED[0])
    path = Path(spec)
    if path.suffix in TABLE_SUFFIXES:
        return read_table(path)
    if path.suffix == ".json" or path.name.endswith(".json.gz"):
        return _load_json(path)
    raise InputError(
        "no reader knows this ending",
        where=str(path),
        way_out=f"use bundled, {', '.join(TABLE_SUFFIXES)}, .json or .json.gz",
    )


def _load_json(path: Path) -> Catalogue:
    record = _first_record(read_json(path))
    if "evaluations" in record:
        return read_artificial_analysis(path)
    if "pricing" in record and "id" in record:
        return read_openrouter_models(path)
    raise InputError(
        "the records are neither OpenRouter's (id, pricing) nor Artificial Analysis's (id, evaluations)",
        where=str(path),
        way_out="bring the models as a plain table",
    )


def _first_record(document: object) -> Mapping[str, object]:
    if isinstance(document, dict):
        document = document.get("models", document.get("data"))
    if isinstance(document, list) and document and isinstance(document[0], dict):
        return document[0]
    return {}
