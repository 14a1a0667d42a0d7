"""How do the engine's columns become numpy's without a library between, and without a second copy of the log?

The engine hands out its answer as an Arrow C stream, a few C structures that any program may read
(https://arrow.apache.org/docs/format/CStreamInterface.html). We ask it for 8-byte numbers only, so that a column of a
batch is one look at memory. Taking all at once, as numpy columns, was twice as slow and held everything twice.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from paretocode.stream._damage import damaged

_Pointer = ctypes.c_void_p


class _Array(ctypes.Structure):
    """ArrowArray: one batch, or one column of it."""


class _Stream(ctypes.Structure):
    """ArrowArrayStream: where batches come from."""


_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(_Pointer)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
    ("dictionary", _Pointer),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_Array))),
    ("private_data", _Pointer),
]
_Stream._fields_ = [
    ("get_schema", _Pointer),
    ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Stream), ctypes.POINTER(_Array))),
    ("get_last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.POINTER(_Stream))),
    ("release", _Pointer),
    ("private_data", _Pointer),
]
_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype = _Pointer
_pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]


class Batch(NamedTuple):
    """Some rows.

    Parameters
    ----------
    columns
        {name: shape (n_rows,)}, read-only in spirit: they are the engine's memory and gone with the next batch.
    null_in
        Names of the columns that hold a NULL, whose value is then anything.
    """

    columns: dict[str, NDArray[Any]]
    null_in: tuple[str, ...]


def batches_of(engine: Any, query: str, dtypes: Mapping[str, DTypeLike], *, file: Path) -> Iterator[Batch]:
    """Yield the rows of an answer in order, some 10^5 at a time; copy what you keep.

    Parameters
    ----------
    engine
        Where to ask.
    query
        SQL whose columns are BIGINT, UBIGINT or DOUBLE.
    dtypes
        {name: the numpy type of 8 bytes}, in the order of the query's columns.
    file
        What is read, for the error.

    Raises
    ------
    InputError
        The engine cannot make the next batch: the file is damaged.
    """
    import duckdb

    try:
        relation = engine.sql(query)
        if not hasattr(relation, "__arrow_c_stream__"):  # the engine's older versions
            yield _all_at_once(relation.fetchnumpy(), dtypes)
            return
        capsule = relation.__arrow_c_stream__()  # frees the stream when it goes
    except duckdb.Error as error:
        raise damaged(file, error) from error
    stream = ctypes.cast(_pointer_of(capsule, b"arrow_array_stream"), ctypes.POINTER(_Stream))
    while True:
        array = _Array()
        if stream.contents.get_next(stream, ctypes.byref(array)):
            complaint = (stream.contents.get_last_error(stream) or b"").decode(errors="replace")
            raise damaged(file, OSError(complaint))
        if not array.release:  # the stream's way to say that it has ended
            return
        try:
            yield _batch(array, dtypes)
        finally:
            array.release(ctypes.byref(array))


def _batch(array: _Array, dtypes: Mapping[str, DTypeLike]) -> Batch:
    columns, null_in = {}, []
    for index, (name, dtype) in enumerate(dtypes.items()):
        child = array.children[index].contents
        columns[name] = _looked_at(child, np.dtype(dtype))
        if child.null_count:
            null_in.append(name)
    return Batch(columns, tuple(null_in))


def _looked_at(child: _Array, dtype: np.dtype[Any]) -> NDArray[Any]:
    if child.length == 0:
        return np.zeros(0, dtype=dtype)
    cells = (ctypes.c_int64 * child.length).from_address(child.buffers[1] + child.offset * dtype.itemsize)
    return np.frombuffer(cells, dtype=dtype)


def _all_at_once(found: Mapping[str, NDArray[Any]], dtypes: Mapping[str, DTypeLike]) -> Batch:
    null_in = tuple(name for name in dtypes if np.ma.getmaskarray(np.ma.asarray(found[name])).any())
    return Batch({name: np.ma.getdata(found[name]).astype(dtype) for name, dtype in dtypes.items()}, null_in)
