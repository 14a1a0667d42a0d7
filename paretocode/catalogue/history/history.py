"""What did the catalogue hold on which day? Days and models as matrices, with look-up as of a day.

A `History` is columns once more: a matrix per field, a row per day, a column per model. What a matrix does not hold
(long-context prices, speed percentiles) is in `snapshots`, where the history was read from whole catalogues.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, FloatColumn, one_of, read_only
from paretocode.catalogue.catalogue import SPEED_PERCENTILES, Catalogue
from paretocode.catalogue.history._days import day_of
from paretocode.errors import InputError

__all__ = ["CADENCES", "NUMBER_FIELDS", "History", "has_meaning", "refuse_odd_keys"]

NUMBER_FIELDS = (
    "coding_score",
    "prompt_usd_per_mtok",
    "completion_usd_per_mtok",
    "cache_read_usd_per_mtok",
    "cache_write_usd_per_mtok",
    "context_tokens",
    "throughput_tps",
    "ttft_s",
)
"""The matrices of numbers; speeds are medians. NaN is missing, and everything is NaN where a model is not listed."""

CADENCES = ("day", "month")
"""How often a history is meant to have an entry; decides what counts as a gap."""

_LIMITS = {name: 1e6 for name in NUMBER_FIELDS if name.endswith("_usd_per_mtok")} | {
    "coding_score": 1e9,
    "context_tokens": 1e12,
}
"""Numbers beyond any real unit, as in `Catalogue`."""

_UNIT = {"day": "D", "month": "M"}
_P50 = SPEED_PERCENTILES.index(50)


@dataclass(frozen=True, kw_only=True, eq=False)
class History:
    """Dated catalogues as matrices of shape (n_days, n_models).

    Parameters
    ----------
    dates
        Shape (n_days,), datetime64[D], strictly increasing, at least one.
    keys
        The stable name of every model: what the source promises not to re-use (an id rather than a slug). Unique.
    names
        What people call it, as last seen.
    is_listed
        Whether the model stands in the catalogue of the day.
    numbers
        `NUMBER_FIELDS` -> matrix, in the units of `Catalogue`; a field left out is missing everywhere.
    is_free
        Whether the record says that the model is free of charge.
    score_definitions
        What the scores of each day are, "" where the day has none.
    cadence
        One of `CADENCES`.
    snapshots
        The catalogues themselves, one a day, where there were any; otherwise empty.
    attribution, notes
        As in `Catalogue`.

    Raises
    ------
    InputError
        Days out of order or twice, shapes that do not fit, scores on a day without a definition, an infinite, giant
        or negative number, an empty or padded key, a control character in a key or a name.

    Notes
    -----
    A price of 0 without `is_free` may stand in a matrix, so that an unlinted file can be studied as it is; `as_of`
    refuses to make a catalogue of it, as `Catalogue` does.
    """

    dates: NDArray[np.datetime64]
    keys: tuple[str, ...]
    names: tuple[str, ...]
    is_listed: BoolColumn
    is_free: BoolColumn
    numbers: Mapping[str, FloatColumn]
    score_definitions: tuple[str, ...]
    cadence: str = "day"
    snapshots: tuple[Catalogue, ...] = ()
    attribution: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        one_of(self.cadence, CADENCES, name="cadence", where="history")
        dates = np.asarray(self.dates, dtype="datetime64[D]")
        object.__setattr__(self, "dates", read_only(dates))
        self._refuse_disorder()
        if len(set(self.keys)) != len(self.keys) or len(self.names) != len(self.keys):
            raise InputError("keys stand twice or have no name", where="history", way_out="name every model once")
        refuse_odd_keys(self.keys, where="history")
        _refuse_control(self.names, what="the name", where="history")
        shape = (len(dates), len(self.keys))
        for name in ("is_listed", "is_free"):
            flags = np.asarray(getattr(self, name), dtype=np.bool_)
            _expect_shape(name, flags.shape, shape)
            object.__setattr__(self, name, read_only(flags))
        object.__setattr__(self, "numbers", {name: self._matrix(name, shape) for name in NUMBER_FIELDS})
        if len(self.score_definitions) != len(dates) or len(self.snapshots) not in (0, len(dates)):
            raise InputError(
                f"{len(dates)} days have {len(self.score_definitions)} score definitions and {len(self.snapshots)} "
                "snapshots",
                where="history",
                way_out="give one of each a day",
            )
        self._refuse_undefined_scores()

    def _matrix(self, name: str, shape: tuple[int, int]) -> FloatColumn:
        given = self.numbers.get(name)
        if given is None:
            return read_only(np.full(shape, np.nan))
        matrix = np.asarray(given, dtype=np.float64)
        _expect_shape(name, matrix.shape, shape)
        matrix = np.where(self.is_listed, matrix, np.nan)
        bad = (np.abs(matrix) > _LIMITS.get(name, np.finfo(np.float64).max)) | ((matrix < 0) & (name != "coding_score"))
        if bad.any():
            day, model = (int(i) for i in np.argwhere(bad)[0])
            raise InputError(
                f"{name} of {self.keys[model]!r} is {matrix[day, model]:g}",
                where=f"history, {self.dates[day]}",
                way_out="correct it, or leave it empty if it is unknown",
            )
        return read_only(matrix)

    def _refuse_disorder(self) -> None:
        if not len(self.dates):
            raise InputError("the history has no days", way_out="give at least one dated catalogue")
        bad = np.flatnonzero(~(np.diff(self.dates) > np.timedelta64(0, "D")))
        if len(bad):
            before, after = self.dates[bad[0]], self.dates[bad[0] + 1]
            what = f"{before} stands twice" if before == after else f"{before} stands before {after}"
            raise InputError(what, where="history", way_out="give every day once, in order of time")

    def _refuse_undefined_scores(self) -> None:
        scored = (~np.isnan(self.numbers["coding_score"])).any(axis=1)
        for day in np.flatnonzero(scored):
            if not self.score_definitions[day]:
                raise InputError(
                    f"the scores of {self.dates[day]} have no definition",
                    where="history",
                    way_out="name it, as in aa-coding-4.0",
                )

    @property
    def n_days(self) -> int:
        """Number of days with an entry."""
        return len(self.dates)

    @property
    def n_models(self) -> int:
        """Number of models ever listed."""
        return len(self.keys)

    @cached_property
    def gaps(self) -> tuple[tuple[np.datetime64, np.datetime64], ...]:
        """The spans without an entry, first and last missing day (or month) of each, inclusive. Nothing fills them."""
        unit = self.dates.astype(f"datetime64[{_UNIT[self.cadence]}]")
        step = np.flatnonzero(np.diff(unit).astype(np.int64) > 1)
        return tuple((unit[i] + 1, unit[i + 1] - 1) for i in step)

    def day_index(self, date: object) -> int:
        """Return the row of the last entry on or before a date.

        Raises
        ------
        InputError
            No date, or one before the first entry.
        """
        day = day_of(date)
        row = int(np.searchsorted(self.dates, day, side="right")) - 1
        if row < 0:
            raise InputError(
                f"{day} lies before the first day {self.dates[0]}", where="history", way_out="ask for a later day"
            )
        return row

    def column_of(self, key: str) -> int:
        """Return the column of a model key.

        Raises
        ------
        InputError
            When the history never lists it.
        """
        try:
            return self._column_of_key[key]
        except KeyError:
            raise InputError(
                f"model {key!r} is in none of the {self.n_days} days", where="history", way_out="check the key"
            ) from None

    @cached_property
    def _column_of_key(self) -> dict[str, int]:
        return {key: column for column, key in enumerate(self.keys)}

    def __contains__(self, key: object) -> bool:
        return key in self._column_of_key

    def as_of(self, date: object) -> Catalogue:
        """Return the catalogue that held on a date: of that day, else of the last day before it that has an entry.

        Its `as_of` is the day of the entry, so that an answer out of a gap shows its age.

        Raises
        ------
        InputError
            A date before the first entry, or a day whose numbers are no catalogue (an unlinted price of 0).
        """
        row = self.day_index(date)
        return self.snapshots[row] if self.snapshots else self._catalogue(row)

    def _catalogue(self, row: int) -> Catalogue:
        listed = np.flatnonzero(self.is_listed[row])
        unknown = np.full(len(listed), np.nan)
        number = {name: self.numbers[name][row, listed] for name in NUMBER_FIELDS}
        speed = {name: np.full((len(listed), len(SPEED_PERCENTILES)), np.nan) for name in ("throughput_tps", "ttft_s")}
        for name, table in speed.items():
            table[:, _P50] = number[name]
        return Catalogue(
            model_id=tuple(self.keys[i] for i in listed),
            effort=("",) * len(listed),
            name=tuple(self.names[i] for i in listed),
            coding_score=number["coding_score"],
            coding_score_se=unknown,
            prompt_usd_per_mtok=number["prompt_usd_per_mtok"],
            completion_usd_per_mtok=number["completion_usd_per_mtok"],
            cache_read_usd_per_mtok=number["cache_read_usd_per_mtok"],
            cache_write_usd_per_mtok=number["cache_write_usd_per_mtok"],
            throughput_tps=speed["throughput_tps"],
            ttft_s=speed["ttft_s"],
            context_tokens=number["context_tokens"],
            max_output_tokens=unknown,
            score_definition=self.score_definitions[row] or "none",
            release_date=np.full(len(listed), "NaT", dtype="datetime64[D]"),
            is_free=self.is_free[row, listed],
            listed_tier=("",) * len(listed),
            as_of=str(self.dates[row]),
            attribution=self.attribution,
            notes=self.notes,
        )

    def select(self, *, days: object = None, models: object = None) -> History:
        """Return some days and some models (rows or masks; order is kept), None for all.

        Raises
        ------
        InputError
            When no day is left.
        """
        day = np.arange(self.n_days) if days is None else np.arange(self.n_days)[np.asarray(days)]
        model = np.arange(self.n_models) if models is None else np.arange(self.n_models)[np.asarray(models)]
        keeps_all = len(model) == self.n_models
        return dataclasses.replace(
            self,
            dates=self.dates[day],
            keys=tuple(self.keys[i] for i in model),
            names=tuple(self.names[i] for i in model),
            is_listed=self.is_listed[np.ix_(day, model)],
            is_free=self.is_free[np.ix_(day, model)],
            numbers={name: matrix[np.ix_(day, model)] for name, matrix in self.numbers.items()},
            score_definitions=tuple(self.score_definitions[i] for i in day),
            snapshots=tuple(self.snapshots[i] for i in day) if self.snapshots and keeps_all else (),
        )

    def between(self, first: object, last: object) -> History:
        """Return the days from `first` to `last`, both included.

        Raises
        ------
        InputError
            No dates, the first after the last, or no entry between them.
        """
        start, end = day_of(first), day_of(last)
        inside = (self.dates >= start) & (self.dates <= end)
        if not inside.any():
            raise InputError(
                f"the first day {start} lies after the last day {end}"
                if start > end
                else f"no entry lies between {start} and {end}",
                where="history",
                way_out=f"ask for days from {self.dates[0]} to {self.dates[-1]}",
            )
        return self.select(days=inside)

    def with_scores(self, score_of_key: Mapping[str, float], score_definition: str) -> History:
        """Return the history under fixed scores: each model keeps one score on all days; the others have none."""
        row = np.array([score_of_key.get(key, np.nan) for key in self.keys], dtype=np.float64)
        return dataclasses.replace(
            self,
            numbers={**self.numbers, "coding_score": np.broadcast_to(row, self.is_listed.shape)},
            score_definitions=(score_definition,) * self.n_days,
            snapshots=(),
        )


def has_meaning(definition: str) -> bool:
    """Whether a score definition names one: neither empty nor the word ``none`` of a catalogue without scores."""
    return definition not in ("", "none")


def refuse_odd_keys(keys: Sequence[str], *, where: str) -> None:
    """Refuse ids that would not survive a terminal, a file or a comparison by eye.

    Raises
    ------
    InputError
        An id that is empty, padded or holds a control character.
    """
    _refuse_control(keys, what="the id", where=where)
    if odd := [key for key in keys if not key or key != key.strip()]:
        raise InputError(f"the id is {odd[0]!r}, empty or padded", where=where, way_out="give plain printable text")


def _refuse_control(texts: Sequence[str], *, what: str, where: str) -> None:
    for text in texts:
        if any(unicodedata.category(char) == "Cc" for char in text):
            raise InputError(
                f"{what} {text!r} holds a control character", where=where, way_out="give plain printable text"
            )


def _expect_shape(name: str, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    if shape != expected:
        raise InputError(
            f"{name} has shape {shape}", where="history", way_out=f"give {expected}: a row a day, a column a model"
        )
