"""What does a refusal of a reader or a result mean to someone at the command line? The way out in options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from paretocode.errors import InputError

if TYPE_CHECKING:
    from paretocode.result import ResultFolder

__all__ = ["naming_columns", "opened_result"]

_NO_COLUMN = re.compile(r"there is no column (.+?) among ")
_MAPPING = re.compile(r"(, )?(or )?give the columns mapping \{our name: the file's name\}")
_MOST_NAMED = 3


@contextmanager
def naming_columns(option: str, columns: Mapping[str, str]) -> Iterator[None]:
    """Say by which option a column that is not there is named.

    Parameters
    ----------
    option
        Such as ``--columns``.
    columns
        {our name: the file's name} as given with it.

    Examples
    --------
    >>> with naming_columns("--columns", {}):
    ...     raise InputError("there is no column min_score among q, tier", where="said.csv", way_out="give a column")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: said.csv: there is no column min_score among q, tier; give a column, name the file's \
column with --columns min_score=THEIRS.
    """
    try:
        yield
    except InputError as refusal:
        found = _NO_COLUMN.match(refusal.what)
        if found is None:
            raise
        ours = next((ours for ours, theirs in columns.items() if theirs == found[1]), found[1])
        before = _MAPPING.sub("", refusal.way_out)
        way_out = f"{before}, " if before and before != "check what the file is" else ""
        raise InputError(
            refusal.what, where=refusal.where, way_out=f"{way_out}name the file's column with {option} {ours}=THEIRS"
        ) from refusal


def opened_result(word: str | Path) -> ResultFolder:
    """Open a finished result, unaltered.

    Raises
    ------
    InputError
        What `open_result` refuses; a folder that holds results, with their names.
    SealError
        An altered result.
    """
    from paretocode.result import MANIFEST, METRICS, open_result

    path = Path(word)
    if path.is_dir() and not (path / MANIFEST).exists():
        inside = sorted({file.parent for depth in ("*", "*/*") for file in path.glob(f"{depth}/{MANIFEST}")})
        inside = [folder for folder in inside if (folder / METRICS).is_file()]
        if inside:
            shown = ", ".join(str(folder) for folder in inside[:_MOST_NAMED])
            more = f" or one of {len(inside) - _MOST_NAMED:,} more" if len(inside) > _MOST_NAMED else ""
            is_one = len(inside) == 1
            raise InputError(
                f"it is no result itself, but holds {'one' if is_one else f'{len(inside):,}'}",
                where=str(path),
                way_out=f"name {shown}" if is_one else f"name one of them: {shown}{more}",
            )
    result = open_result(path)
    result.refuse_alteration()
    return result
