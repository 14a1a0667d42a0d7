"""How does a stream leave the house? As a plain stream table that `read_stream_table` reads back unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._files import engine_path, replacing
from paretocode.errors import InputError
from paretocode.stream._damage import unwritten
from paretocode.stream.logged import Logged
from paretocode.stream.stream import PPM, RequestStream

__all__ = ["write_stream_table"]

_FORMATS = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER",
    ".csv.gz": "FORMAT csv, HEADER, COMPRESSION gzip",
}


def write_stream_table(stream: RequestStream, path: Path | str) -> None:
    """Write a stream as ``.parquet``, ``.csv`` or ``.csv.gz``, replacing the file once it is complete.

    Parameters
    ----------
    stream
        Any stream. Where sessions have no names, their numbers are written, padded with zeros so that they sort alike.
        What is logged is written too, empty where unknown; names of models that no request has are lost.
    path
        File to write; its folder must exist.

    Raises
    ------
    InputError
        Unknown suffix, no such folder, or a place that cannot be written to.
    """
    import duckdb

    file = Path(path)
    suffix = next((known for known in (".csv.gz", ".csv", ".parquet") if file.name.lower().endswith(known)), None)
    if suffix is None:
        raise InputError(
            "the name ends in no format we write", where=str(path), way_out="use .parquet, .csv or .csv.gz"
        )
    if not file.parent.is_dir():
        raise InputError("there is no such folder to write to", where=str(file.parent), way_out="create it first")
    columns = _columns(stream)  # the query below finds this dictionary by its name
    with replacing(file) as part, duckdb.connect() as engine:
        target = "'" + engine_path(part, where=path).replace("'", "''") + "'"
        try:
            engine.execute(f"COPY (SELECT {_select(columns)} FROM columns) TO {target} ({_FORMATS[suffix]})")
        except duckdb.Error as error:
            raise unwritten(Path(path), error) from error
    del columns


def _select(columns: dict[str, NDArray[Any]]) -> str:
    """Return the columns' expressions: what is missing becomes an empty cell."""
    expressions = []
    for name, column in columns.items():
        cell = f"nullif({name}, '')" if column.dtype.kind == "O" else name
        if column.dtype.kind == "f" and name != "time_s":
            cell = f"CASE WHEN isnan({name}) THEN NULL ELSE {name} END"
        expressions.append(f"{cell} AS {name}")
    return ", ".join(expressions)


def _columns(stream: RequestStream) -> dict[str, NDArray[Any]]:
    width = len(str(stream.n_sessions))
    names = stream.session_ids or tuple(f"{number:0{width}d}" for number in range(stream.n_sessions))
    return {
        "session_id": np.array(names, dtype=object)[stream.session],
        "time_s": stream.time_s,
        "min_score": np.where(stream.is_omitted, np.nan, stream.min_score_ppm / PPM),
        "prompt_tokens": stream.prompt_tokens,
        "completion_tokens": stream.completion_tokens,
        "prefix_tokens": stream.prefix_tokens,
        **({} if stream.logged is None else _logged_columns(stream.logged)),
    }


def _logged_columns(logged: Logged) -> dict[str, NDArray[Any]]:
    columns = logged.columns()
    if "model_code" in columns:
        # The unknown code -1 finds the "" at the end.
        columns["model"] = np.array([*logged.model_names, ""], dtype=object)[columns.pop("model_code")]
    return columns
