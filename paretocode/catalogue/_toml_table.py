"""How does a catalogue stand in TOML? `[[models]]` entries below a short header."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from paretocode._files import parse_toml
from paretocode.catalogue._cells import text_cell
from paretocode.catalogue._files import MAX_DOCUMENT_BYTES, read_text
from paretocode.catalogue._rows import (
    COLUMNS,
    REQUIRED_COLUMNS,
    Header,
    catalogue_of_rows,
    refuse_unknown,
    rows_of_catalogue,
)
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError

__all__ = ["FORMAT", "read_document", "read_toml", "toml_text"]

FORMAT = "paretocode-catalogue-1"
"""The version of the format, in every TOML catalogue."""

_TEXT_KEYS = ("score_definition", "as_of", "attribution")
_KEYS = ("format", *_TEXT_KEYS, "sources", "notes", "scale_points", "models")
_MODEL_KEYS = (*COLUMNS, "price_steps")


def read_document(path: Path) -> dict[str, object]:
    """Return the parsed file after checking its format, its keys and nothing else.

    Raises
    ------
    InputError
        Not TOML, another format version, an unknown key.
    """
    try:
        document = parse_toml(read_text(path, limit=MAX_DOCUMENT_BYTES).encode())
    except ValueError as error:
        raise InputError(
            f"the file is not whole TOML ({error})", where=str(path), way_out="correct it there, or write it again"
        ) from error
    if document.get("format") != FORMAT:
        raise InputError(
            f"the format is {document.get('format')!r}",
            where=str(path),
            way_out=f'this version reads format = "{FORMAT}"',
        )
    refuse_unknown(list(document), _KEYS, what="key", where=str(path))
    return document


def read_toml(path: Path) -> Catalogue:
    """Read a TOML catalogue; every refusal names file, row and key."""
    document, where = read_document(path), str(path)
    models = document.get("models", [])
    if not isinstance(models, list) or not all(isinstance(entry, dict) for entry in models):
        raise InputError("models is not a list of tables", where=where, way_out="write each model under [[models]]")
    for row, entry in enumerate(models, start=1):
        _refuse_keys(entry, where=f"{where}, row {row}")
    return catalogue_of_rows(models, header=_header(document, where), where=where)


def _refuse_keys(entry: Mapping[str, object], *, where: str) -> None:
    refuse_unknown(list(entry), _MODEL_KEYS, what="key", where=where)
    for name in REQUIRED_COLUMNS:
        if name not in entry and name != "score_definition":
            raise InputError(f"key {name} is missing", where=where, way_out=f'give it, or {name} = "" if it is unknown')


def _header(document: Mapping[str, object], where: str) -> Header:
    sources, notes = document.get("sources", {}), document.get("notes", [])
    if not isinstance(sources, dict) or not all(isinstance(v, str) for v in sources.values()):
        raise InputError("sources is not a table of texts", where=where, way_out='write column = "where it is from"')
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        raise InputError("notes is not a list of texts", where=where, way_out='write notes = ["..."]')
    text = {name: text_cell(document.get(name), column=name, where=where) for name in _TEXT_KEYS}
    return Header(**text, sources=sources, notes=tuple(notes))


def toml_text(catalogue: Catalogue, *, scale_points: Sequence[tuple[float, float]] = ()) -> str:
    """Return the catalogue as TOML; floats are written so that reading gives the same bits."""
    lines = [f"format = {_value(FORMAT)}"]
    lines += [f"{name} = {_value(getattr(catalogue, name))}" for name in _TEXT_KEYS]
    if catalogue.notes:
        lines.append(f"notes = {_value(list(catalogue.notes))}")
    if scale_points:
        lines.append(f"scale_points = {_value([list(point) for point in scale_points])}")
    if catalogue.sources:
        lines += ["", "[sources]"]
        lines += [f"{_key(str(column))} = {_value(text)}" for column, text in catalogue.sources.items()]
    for cells in rows_of_catalogue(catalogue):
        lines += ["", "[[models]]"]
        lines += [f"{name} = {_value(cell)}" for name, cell in _kept(cells)]
    return "\n".join(lines) + "\n"


def _kept(cells: Mapping[str, object]) -> list[tuple[str, object]]:
    """Leave out the definition, which stands in the header, and what is empty; required keys stay, as ""."""
    kept: list[tuple[str, object]] = []
    for name, cell in cells.items():
        # A price of 0.0 equals False and must stay: hence `is`.
        is_empty = cell is None or cell is False or cell in ("", [])
        if name == "score_definition" or (is_empty and name not in REQUIRED_COLUMNS):
            continue
        kept.append((name, "" if is_empty else cell))
    return kept


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: object) -> str:
    if isinstance(value, str):
        # A TOML basic string is a JSON string, but for the delete character, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(_value(entry) for entry in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(entry)}" for key, entry in value.items()) + "}"
    return repr(value)
