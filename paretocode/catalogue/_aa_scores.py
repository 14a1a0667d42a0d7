"""Which index is a coding score of Artificial Analysis, and how sure is it? The formulas of v4.0 and v4.1.

v4.0 = 100 (2 Terminal-Bench Hard + SciCode) / 3, v4.1 the same with Terminal-Bench 2.1
(https://artificialanalysis.ai/methodology). Components are counts: Terminal-Bench Hard k/132 (44 tasks, 3 trials
each), Terminal-Bench 2.1 k/267 (89 tasks, 3 trials), SciCode k/864 (80 problems of 288 steps, 3 trials).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from paretocode.catalogue._records import Record, is_number
from paretocode.errors import InputError

__all__ = [
    "DEFINITIONS",
    "SE_UNITS",
    "index_parts",
    "is_mixed_day",
    "refuse_definition",
    "score_definition_on",
    "standard_error",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    terminal: int
    scicode: int


DEFINITIONS = {
    "aa-coding-4.0": {"trial": _Counts(terminal=132, scicode=864), "task": _Counts(terminal=44, scicode=80)},
    "aa-coding-4.1": {"trial": _Counts(terminal=267, scicode=864), "task": _Counts(terminal=89, scicode=80)},
}
"""Index definitions with known formulas, and how many draws each component has per unit of chance."""

SE_UNITS = ("task", "trial")
"""Units of chance of a standard error."""

_FIRST_MIXED_DAY, _LAST_MIXED_DAY = "2026-06-18", "2026-06-19"


def is_mixed_day(day: str) -> bool:
    """Whether the file of that day holds scores of both definitions."""
    return _FIRST_MIXED_DAY <= day <= _LAST_MIXED_DAY


def score_definition_on(day: str, *, where: str) -> str:
    """Return the definition of the coding index on a day ("" for unknown).

    Raises
    ------
    InputError
        On the two days of the re-base, when both scales sat in one file, and on an unknown day.
    """
    if not day:
        raise InputError(
            "the file does not say when it was fetched", where=where, way_out="name the score_definition of its index"
        )
    if is_mixed_day(day):
        raise InputError(
            f"the file of {day} mixes aa-coding-4.0 and aa-coding-4.1",
            where=where,
            way_out="name the score_definition you want; scores of the other are then left out",
        )
    return "aa-coding-4.0" if day < _FIRST_MIXED_DAY else "aa-coding-4.1"


def refuse_definition(definition: str, day: str, *, is_checked: bool, where: str) -> None:
    """Refuse a named definition that the file contradicts.

    Raises
    ------
    InputError
        A definition without a known formula where scores are to be checked by one; a known one that is not the
        day's.
    """
    if definition not in DEFINITIONS:
        if is_checked:
            raise InputError(
                f"score_definition is {definition!r}, by which no score of the file can be checked",
                where=where,
                way_out=f"name {' or '.join(DEFINITIONS)}",
            )
    elif day and not is_mixed_day(day) and score_definition_on(day, where=where) != definition:
        raise InputError(
            f"score_definition is {definition} and the file of {day} holds {score_definition_on(day, where=where)}",
            where=where,
            way_out="leave the score_definition out",
        )


def index_parts(
    index: float, evaluations: Record, *, definition: str, is_mixed: bool = False
) -> tuple[float, float] | None:
    """Return the index's Terminal-Bench and SciCode parts, 0..1; None where the index is not of the definition.

    v4.0 is recomputed from both published parts. The files hold no Terminal-Bench 2.1, so that for v4.1 it follows
    from index and SciCode, and must be a whole number of 267ths; where the file is mixed, an index that v4.0 explains
    as well is taken for v4.0.
    """
    scicode = evaluations.get("scicode")
    if not (is_number(scicode) and 0 <= scicode <= 1 and 0 <= index <= 100):
        return None
    terminal = evaluations.get("terminal_bench_hard", evaluations.get("terminalbench_hard"))
    # Files before May 2026 round the index to 0.01 or 0.1 and the parts to 0.001; later ones do not round.
    is_rounded = abs(index - round(index, 2)) < 1e-9
    is_v40 = is_number(terminal) and abs(100 * (2 * terminal + scicode) / 3 - index) < (0.11 if is_rounded else 1e-4)
    if definition == "aa-coding-4.0":
        return (float(terminal), float(scicode)) if is_v40 and is_number(terminal) else None
    count = 267 * (3 * index / 100 - scicode) / 2
    is_whole = abs(count - round(count)) < (0.3 if is_rounded else 1e-3)
    if not (is_whole and 0 <= round(count) <= 267) or (is_mixed and is_v40):
        return None
    return round(count) / 267, float(scicode)


def standard_error(terminal: float, scicode: float, *, definition: str, unit: str) -> float:
    """Return the standard error of the index: both parts as independent binomial shares of their draws.

    se = 100 sqrt((2/3)^2 t (1 - t) / n_t + (1/3)^2 s (1 - s) / n_s)

    By ``trial`` every attempt counts as a draw (132 and 864 under v4.0), by ``task`` every task (44 and 80), which
    is the case where all trials of a task end alike.

    Examples
    --------
    >>> [round(standard_error(80 / 132, 485 / 864, definition="aa-coding-4.0", unit=unit), 2) for unit in SE_UNITS]
    [5.25, 2.89]
    """
    counts = DEFINITIONS[definition][unit]
    variance = 4 * terminal * (1 - terminal) / counts.terminal + scicode * (1 - scicode) / counts.scicode
    return 100 * math.sqrt(variance) / 3
