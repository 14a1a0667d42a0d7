"""What may a number of the table be? One rule a column, checked while it is still at hand, and one sentence each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import float_column, int_column
from paretocode.errors import InputError
from paretocode.stream._cells import FLAG, INTEGER_TYPES, MOMENT, NUMBER, STATUS, Parse, parsed_column, parsed_sql
from paretocode.stream._reading import Table
from paretocode.stream._scores import refuse_scores_above_one

LARGEST_COUNT = 2**53
"""Tokens and attempts may not exceed what a float still counts one by one; a log with more has a column mixed up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a column may hold.

    Parameters
    ----------
    parse
        How a cell is read.
    least, most
        Range, both ends allowed; None for no limit. Infinity is never allowed.
    is_whole
        Whether numbers must be whole; such a column ends as int64.
    empty
        What an empty cell stands for; NaN for a missing number.
    may_be_missing
        Whether an empty cell is allowed.
    """

    parse: Parse = NUMBER
    least: float | None = None
    most: float | None = None
    is_whole: bool = False
    empty: float = np.nan
    may_be_missing: bool = False


_COUNT = Rule(least=0, most=LARGEST_COUNT, is_whole=True)
_OPTIONAL_COUNT = Rule(least=0, most=LARGEST_COUNT, is_whole=True, empty=0, may_be_missing=True)
_OPTIONAL_AMOUNT = Rule(least=0, may_be_missing=True)
RULES = {
    "time_s": Rule(),
    "ts": Rule(parse=MOMENT),
    "min_score": Rule(least=0, most=1, may_be_missing=True),
    "prompt_tokens": _COUNT,
    "completion_tokens": _COUNT,
    "prefix_tokens": _OPTIONAL_COUNT,
    "cached_tokens": _OPTIONAL_AMOUNT,
    "answer_s": _OPTIONAL_AMOUNT,
    "answer_ms": _OPTIONAL_AMOUNT,
    "cost_usd": _OPTIONAL_AMOUNT,
    "is_failed": Rule(parse=FLAG, is_whole=True),
    "status": Rule(parse=STATUS, is_whole=True),
    "n_attempts": _OPTIONAL_COUNT,
}


def cell_sql(table: Table, theirs: str, rule: Rule) -> tuple[str, type[np.generic]]:
    """Return what to ask the engine for a column and the type of its answer; NULL there is a cell to refuse."""
    cell, type_ = table.columns[theirs], table.type_of(theirs)
    if rule.is_whole and type_ in INTEGER_TYPES and rule.parse is NUMBER:
        return (f"{cell}::BIGINT" if np.isnan(rule.empty) else f"coalesce({cell}::BIGINT, {rule.empty:g})"), np.int64
    return parsed_sql(cell, type_, rule.parse, empty=_empty_sql(rule)), np.float64


def is_sound(values: NDArray[Any], rule: Rule) -> bool:
    """Return whether numbers keep to the rule. O(n), no array of the whole length where there is nothing to see."""
    if len(values) == 0:
        return True
    low, high = np.fmin.reduce(values), np.fmax.reduce(values)
    if np.isnan(low):
        return rule.may_be_missing
    if values.dtype.kind == "f" and not rule.may_be_missing and np.isnan(np.min(values)):
        return False
    if not (np.isfinite(low) and np.isfinite(high)):
        return False
    if (rule.least is not None and low < rule.least) or (rule.most is not None and high > rule.most):
        return False
    return not rule.is_whole or values.dtype.kind == "i" or bool((values == np.floor(values)).all())


def refuse_column(table: Table, theirs: str, rule: Rule) -> NoReturn:
    """Read a column again that does not keep to its rule, and say which cell it is.

    Raises
    ------
    InputError
        Always; with file, column, row and value.
    """
    where = str(table.file)
    values = parsed_column(table, theirs, rule.parse, empty=_empty_sql(rule))
    if rule.is_whole:
        too_large = np.flatnonzero(values > LARGEST_COUNT)
        if len(too_large) and np.isfinite(values).all():
            row = int(too_large[0])
            raise InputError(
                f"{theirs} is {values[row]:.17g} in row {row + 1}, which is above 2^53",
                where=where,
                way_out="check which column of the log was read",
            )
        int_column(values, name=theirs, where=where, least=0)
    else:
        float_column(values, name=theirs, where=where, least=rule.least, missing_allowed=rule.may_be_missing)
        if rule.most is not None:
            refuse_scores_above_one(values, name=theirs, where=where)
    raise InputError("the file changed while it was read", where=where, way_out="read it again")


def _empty_sql(rule: Rule) -> str:
    if rule.parse in (FLAG, STATUS):
        return "NULL"
    return "'nan'::DOUBLE" if np.isnan(rule.empty) else f"{rule.empty:g}::DOUBLE"
