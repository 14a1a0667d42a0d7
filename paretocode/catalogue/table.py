"""How do people bring a catalogue of their own? As a plain table, in TOML, CSV or Parquet (`docs/catalogue_table.md`).

Every refusal is one sentence that names file, row and column. Writing and reading again gives the same catalogue to
the last bit; CSV and Parquet leave out `sources` and `notes`, and hold one long-context price step a model.
"""

from __future__ import annotations

from pathlib import Path

from paretocode._files import replacing, write_atomically
from paretocode.catalogue._cells import number_cell
from paretocode.catalogue._flat_table import read_csv, read_parquet, write_csv, write_parquet
from paretocode.catalogue._toml_table import read_document, read_toml, toml_text
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import TableScale
from paretocode.errors import InputError

__all__ = ["TABLE_SUFFIXES", "read_scale", "read_table", "write_table"]

_READERS = {".toml": read_toml, ".csv": read_csv, ".parquet": read_parquet}
TABLE_SUFFIXES = tuple(_READERS)
"""File name endings of a plain table."""


def read_table(path: str | Path) -> Catalogue:
    """Read a plain table; the file name's ending says which kind it is.

    Raises
    ------
    InputError
        An ending other than `TABLE_SUFFIXES`; a file that is absent, empty, cut short or over the size limit; an
        unknown, missing or doubled column; two score definitions; a cell that cannot be used; a model twice; a
        price of 0 without ``is_free``.
    """
    path = Path(path)
    return _READERS[_suffix(path)](path)


def write_table(catalogue: Catalogue, path: str | Path, *, scale: TableScale | None = None) -> None:
    """Write a catalogue as a plain table; the file name's ending says which kind.

    Parameters
    ----------
    scale
        A score scale that goes with it, in TOML only; `read_scale` reads it.

    Raises
    ------
    InputError
        An unknown ending, no models, a scale or several price steps a model where the kind of file holds none.
    """
    path = Path(path)
    suffix = _suffix(path)
    if not len(catalogue):
        raise InputError("the catalogue holds no models", where=str(path), way_out="write at least one")
    if suffix == ".toml":
        text = toml_text(catalogue, scale_points=scale.points if scale else ())
        write_atomically(path, text.encode())
        return
    if scale is not None:
        raise InputError("this kind of file holds no score scale", where=str(path), way_out="write it as .toml")
    with replacing(path) as part:
        (write_csv if suffix == ".csv" else write_parquet)(catalogue, part, where=str(path))


def read_scale(path: str | Path) -> TableScale | None:
    """Read the score scale of a TOML catalogue (``scale_points = [[score, axis], ...]``), None where it has none.

    Raises
    ------
    InputError
        A file that is no TOML catalogue, or points that are no pairs of numbers or out of order.
    """
    path = Path(path)
    points = read_document(path).get("scale_points")
    if points is None:
        return None
    where = f"{path}, key scale_points"
    if not isinstance(points, list) or not all(isinstance(p, list) and len(p) == 2 for p in points):
        raise InputError("the points are not pairs", where=where, way_out="write [[score, axis], ...]")
    pairs = [tuple(number_cell(v, column="scale_points", where=str(path), least=None) for v in p) for p in points]
    return TableScale(points=tuple((score, axis) for score, axis in pairs))


def _suffix(path: Path) -> str:
    if path.suffix not in _READERS:
        raise InputError(
            f"the ending {path.suffix!r} is no kind of plain table",
            where=str(path),
            way_out=f"use {', '.join(_READERS)}",
        )
    return path.suffix
