"""What does a log say was done with its requests? Optional columns: evidence, never input to routing."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, read_only
from paretocode.errors import InputError

__all__ = ["UNKNOWN_MODEL", "Logged", "logged_columns"]

UNKNOWN_MODEL = -1
"""Model code of a request whose log names no model."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Logged:
    """What was done with each request, by the log; columns of shape (n_requests,), each None where the log has none.

    Make one with `logged_columns`.

    Parameters
    ----------
    model_code
        Position in `model_names`, or `UNKNOWN_MODEL`.
    model_names
        Names of the models as the log writes them, sorted.
    cached_tokens
        Prompt tokens billed as read from a cache [tokens]; NaN where unknown.
    answer_s
        From the request's start to its last token [s]; NaN where unknown.
    cost_usd
        What was billed [USD]; NaN where unknown.
    is_failed
        Whether the request got no usable answer.
    n_attempts
        How many endpoints were tried; 0 where unknown.
    """

    model_code: IntColumn | None = None
    model_names: tuple[str, ...] = ()
    cached_tokens: FloatColumn | None = None
    answer_s: FloatColumn | None = None
    cost_usd: FloatColumn | None = None
    is_failed: BoolColumn | None = None
    n_attempts: IntColumn | None = None

    def columns(self) -> dict[str, Any]:
        """Return the columns that the log has."""
        found = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "model_names"}
        return {name: column for name, column in found.items() if column is not None}

    def check_length(self, n_requests: int, *, where: str) -> None:
        """Refuse columns of another length than the stream.

        Raises
        ------
        InputError
            With the column's name and both lengths.
        """
        for name, column in self.columns().items():
            if len(column) != n_requests:
                raise InputError(
                    f"logged {name} has {len(column)} rows and the stream {n_requests}",
                    where=where,
                    way_out="give one value for each request",
                )

    def take(self, rows: IntColumn) -> Logged:
        """Return the given rows in the given order."""
        return Logged(
            model_names=self.model_names,
            **{name: read_only(column[rows]) for name, column in self.columns().items()},
        )

    def add_to(self, sha: Any) -> None:
        """Feed all columns to a hash."""
        sha.update(repr(self.model_names).encode())
        for name, column in self.columns().items():
            sha.update(name.encode() + np.ascontiguousarray(column).tobytes())


def logged_columns(
    *,
    model: ArrayLike | None = None,
    cached_tokens: ArrayLike | None = None,
    answer_s: ArrayLike | None = None,
    cost_usd: ArrayLike | None = None,
    is_failed: ArrayLike | None = None,
    n_attempts: ArrayLike | None = None,
    where: str = "",
) -> Logged | None:
    """Return logged columns from raw ones; None when a log has none of them.

    Parameters
    ----------
    model
        Shape (n,) names; "" or None where unknown.
    cached_tokens, answer_s, cost_usd
        Shape (n,); NaN where unknown. Negative values are refused.
    is_failed, n_attempts
        Shape (n,).

    Raises
    ------
    InputError
        A negative or infinite number, with its row.

    Examples
    --------
    >>> logged = logged_columns(model=["b", "a", ""], answer_s=[1.5, float("nan"), 2.0])
    >>> logged.model_names, logged.model_code.tolist()
    (('a', 'b'), [1, 0, -1])
    """
    raw = (model, cached_tokens, answer_s, cost_usd, is_failed, n_attempts)
    if all(column is None for column in raw):
        return None
    names, code = _coded(model)
    numbers = {"cached_tokens": cached_tokens, "answer_s": answer_s, "cost_usd": cost_usd}
    return Logged(
        model_code=code,
        model_names=names,
        is_failed=None if is_failed is None else read_only(np.asarray(is_failed, dtype=np.bool_)),
        n_attempts=None if n_attempts is None else read_only(np.asarray(n_attempts, dtype=np.int64)),
        **{name: _number(column, name, where) for name, column in numbers.items() if column is not None},
    )


def _coded(model: ArrayLike | None) -> tuple[tuple[str, ...], IntColumn | None]:
    if model is None:
        return (), None
    texts = [str(name) if name is not None else "" for name in np.asarray(model, dtype=object).tolist()]
    names = tuple(sorted(set(texts) - {""}))
    code_of = {name: code for code, name in enumerate(names)}
    codes = np.fromiter((code_of.get(text, UNKNOWN_MODEL) for text in texts), dtype=np.int64, count=len(texts))
    return names, read_only(codes)


def _number(values: ArrayLike, name: str, where: str) -> FloatColumn:
    column = np.asarray(values, dtype=np.float64)
    bad = np.flatnonzero((column < 0) | np.isinf(column))
    if len(bad):
        row = int(bad[0])
        raise InputError(
            f"{name} is {column[row]:g} in row {row + 1}", where=where, way_out="give a number >= 0, empty if unknown"
        )
    return read_only(column)
