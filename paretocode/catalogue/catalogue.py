"""Which models are there, what do they score, cost and hold? One catalogue, as columns.

A `Catalogue` is a snapshot: equal-length, read-only columns, one row per model, where a model is a (model id,
reasoning effort) pair. A missing number is NaN and stays missing: no reader and no router turns it into a zero.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, float_column, read_only
from paretocode.errors import InputError

__all__ = ["PRICE_FIELDS", "SPEED_PERCENTILES", "Catalogue", "PriceStep", "model_key"]

PRICE_FIELDS = (
    "prompt_usd_per_mtok",
    "completion_usd_per_mtok",
    "cache_read_usd_per_mtok",
    "cache_write_usd_per_mtok",
)
"""The four prices of a model [USD per million tokens]; NaN is missing."""

SPEED_PERCENTILES = (5, 25, 50, 75, 90, 95, 99)
"""Percentiles of the speed columns, counted from fast to slow: p95 is a slow call, in seconds and in tokens/s alike.

OpenRouter publishes throughput this way round (its p99 is the slowest); Artificial Analysis counts tokens/s upwards,
and its reader turns them round.
"""

_MICRO = 1_000_000
_LIMITS: tuple[tuple[tuple[str, ...], float, str], ...] = (
    (PRICE_FIELDS, 1e6, "USD per million tokens"),
    (("context_tokens", "max_output_tokens"), 1e12, "tokens"),
    (("coding_score", "coding_score_se"), 1e9, "the score's native unit"),
)
_FLOAT_FIELDS = ("coding_score", "coding_score_se", *PRICE_FIELDS, "context_tokens", "max_output_tokens")


def model_key(model_id: str, effort: str) -> str:
    """Return the one-string name of a model: the id, with ``@effort`` where an effort is stated.

    Examples
    --------
    >>> model_key("openai/gpt-5.5", "xhigh"), model_key("moonshotai/kimi-k2.6", "")
    ('openai/gpt-5.5@xhigh', 'moonshotai/kimi-k2.6')
    """
    return f"{model_id}@{effort}" if effort else model_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceStep:
    """Prices that replace a model's own for long prompts.

    The step applies to a request whose prompt is *strictly longer* than `min_prompt_tokens` (OpenRouter's
    `pricing.overrides[].min_prompt_tokens`), and then to all of its tokens. A NaN price keeps the model's own.
    Of several steps that apply, the one with the greatest `min_prompt_tokens` counts.
    """

    model_index: int
    min_prompt_tokens: int
    prompt_usd_per_mtok: float = float("nan")
    completion_usd_per_mtok: float = float("nan")
    cache_read_usd_per_mtok: float = float("nan")
    cache_write_usd_per_mtok: float = float("nan")


@dataclass(frozen=True, kw_only=True, eq=False)
class Catalogue:
    """Models as columns; all columns have shape (n_models,), speed columns (n_models, len(SPEED_PERCENTILES)).

    Parameters
    ----------
    model_id, effort
        Stable id at the router and reasoning effort ("" where none is stated). The pair is the key and is unique.
    name
        What people call it.
    coding_score
        Benchmark score in its native unit; NaN when not scored.
    coding_score_se
        Standard error of that score, same unit; NaN when unknown.
    score_definition
        What the score is, for example ``aa-coding-4.0``. One catalogue has one definition.
    prompt_usd_per_mtok, completion_usd_per_mtok, cache_read_usd_per_mtok, cache_write_usd_per_mtok
        [USD per million tokens], >= 0 or NaN. A 0 for prompt or completion is allowed only where `is_free`.
    throughput_tps, ttft_s
        Output speed [tokens/s] and time to first token [s] at `SPEED_PERCENTILES`, fast to slow, > 0 or NaN.
    context_tokens, max_output_tokens
        [tokens], >= 1 or NaN. A model of unknown context can hold no request: nothing shows that it can.
    release_date
        datetime64[D], NaT when unknown.
    is_free
        Whether the record says that the model is free of charge.
    listed_tier
        The tier a published line-up puts the model in, "" where there is none.
    price_steps
        Long-context prices.
    sources
        Column name -> where its values come from.
    as_of
        The day the snapshot held, ISO date, "" when unknown.
    attribution
        A line that must stand wherever the data is shown.
    notes
        What a reader left out or changed, one sentence each.

    Raises
    ------
    InputError
        A key twice, a price of 0 without `is_free`, a negative or infinite number, columns of unequal length.

    Notes
    -----
    Scores and prices have an exact integer twin, used wherever something is compared or summed: `score_micro`
    (1e-6 of the native unit) and `price_micro_usd` (micro-USD per million tokens, which is pico-USD per token).
    """

    model_id: tuple[str, ...]
    effort: tuple[str, ...]
    name: tuple[str, ...]
    coding_score: FloatColumn
    coding_score_se: FloatColumn
    score_definition: str
    prompt_usd_per_mtok: FloatColumn
    completion_usd_per_mtok: FloatColumn
    cache_read_usd_per_mtok: FloatColumn
    cache_write_usd_per_mtok: FloatColumn
    throughput_tps: FloatColumn
    ttft_s: FloatColumn
    context_tokens: FloatColumn
    max_output_tokens: FloatColumn
    release_date: NDArray[np.datetime64]
    is_free: BoolColumn
    listed_tier: tuple[str, ...]
    price_steps: tuple[PriceStep, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    as_of: str = ""
    attribution: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n_models = len(self.model_id)
        where = "catalogue"
        if not self.score_definition:
            raise InputError("the scores have no definition", where=where, way_out="name it, as in aa-coding-4.0")
        for name in ("effort", "name", "listed_tier"):
            _expect_rows(name, len(getattr(self, name)), n_models)
        for name in _FLOAT_FIELDS:
            least = None if name == "coding_score" else 1.0 if name.endswith("_tokens") else 0.0
            column = float_column(getattr(self, name), name=name, where=where, least=least, missing_allowed=True)
            _expect_rows(name, len(column), n_models)
            object.__setattr__(self, name, column)
        for name in ("throughput_tps", "ttft_s"):
            object.__setattr__(self, name, _speed_columns(getattr(self, name), name=name, n_models=n_models))
        object.__setattr__(self, "release_date", read_only(np.asarray(self.release_date, dtype="datetime64[D]")))
        object.__setattr__(self, "is_free", read_only(np.asarray(self.is_free, dtype=np.bool_)))
        _expect_rows("release_date", len(self.release_date), n_models)
        _expect_rows("is_free", len(self.is_free), n_models)
        self._refuse_odd_names()
        self._refuse_giants()
        self._refuse_doubles()
        self._refuse_zero_prices()
        self._refuse_bad_steps()

    def _refuse_bad_steps(self) -> None:
        seen: set[tuple[int, int]] = set()
        for step in self.price_steps:
            place = (step.model_index, step.min_prompt_tokens)
            is_whole = all(isinstance(number, int | np.integer) and number >= 0 for number in place)
            if not is_whole or step.model_index >= len(self):
                raise InputError(
                    f"a price step names model row {step.model_index} and {step.min_prompt_tokens} prompt tokens",
                    where="catalogue",
                    way_out="give an existing row and whole tokens >= 0",
                )
            where = f"catalogue, row {step.model_index + 1}"
            if place in seen:
                raise InputError(
                    f"{self.keys[step.model_index]!r} has two price steps at {step.min_prompt_tokens} prompt tokens",
                    where=where,
                    way_out="keep one of them",
                )
            seen.add(place)
            for name in PRICE_FIELDS:
                self._refuse_bad_step_price(step, name, where)

    def _refuse_bad_step_price(self, step: PriceStep, name: str, where: str) -> None:
        price = getattr(step, name)
        may_be_zero = name not in PRICE_FIELDS[:2] or self.is_free[step.model_index]
        is_gift = not may_be_zero and abs(price) * _MICRO < 0.5
        if price < 0 or price > _LIMITS[0][1] or is_gift:
            raise InputError(
                f"{name} above {step.min_prompt_tokens} prompt tokens is {price:g}",
                where=where,
                way_out="give a positive price, or leave it out to keep the model's own",
            )

    def _refuse_odd_names(self) -> None:
        """Refuse ids and names that would not survive a terminal, a file or a comparison by eye."""
        for column in ("model_id", "effort", "name", "listed_tier"):
            for row, text in enumerate(getattr(self, column)):
                has_control = any(unicodedata.category(char) == "Cc" for char in text)
                if has_control or (column != "name" and text != text.strip()) or (column == "model_id" and not text):
                    raise InputError(
                        f"{column} is {text!r}, which is empty, padded or holds a control character",
                        where=f"catalogue, row {row + 1}",
                        way_out="give plain printable text",
                    )

    def _refuse_giants(self) -> None:
        """Refuse numbers beyond any real unit: whole-number arithmetic is exact up to here."""
        for names, limit, unit in _LIMITS:
            for name in names:
                column = getattr(self, name)
                giant = np.abs(column) > limit
                if giant.any():
                    row = int(np.flatnonzero(giant)[0])
                    raise InputError(
                        f"{name} of {self.keys[row]!r} is {column[row]:g}",
                        where=f"catalogue, row {row + 1}",
                        way_out=f"check the unit: it is read in {unit}",
                    )

    def _refuse_doubles(self) -> None:
        seen: dict[str, int] = {}
        for row, key in enumerate(self.keys):
            if key in seen:
                raise InputError(
                    f"model {key!r} stands in row {seen[key] + 1} and again in row {row + 1}",
                    where="catalogue",
                    way_out="give every model id and effort pair once",
                )
            seen[key] = row

    def _refuse_zero_prices(self) -> None:
        for name in PRICE_FIELDS[:2]:
            known = ~np.isnan(getattr(self, name))
            zero = known & (self.price_micro_usd(name) == 0) & ~self.is_free
            if zero.any():
                row = int(np.flatnonzero(zero)[0])
                shown = f"{getattr(self, name)[row]:g}"
                raise InputError(
                    f"{name} of {self.keys[row]!r} is {shown} though the record does not say that it is free",
                    where=f"catalogue, row {row + 1}",
                    way_out="set is_free = true if it is, or leave the price empty if it is unknown",
                )

    def __len__(self) -> int:
        return len(self.model_id)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The one-string name of every model, row by row."""
        return tuple(model_key(i, e) for i, e in zip(self.model_id, self.effort, strict=True))

    def index_of(self, key: str) -> int:
        """Return the row of a model key.

        Raises
        ------
        InputError
            When the catalogue has no such model.
        """
        try:
            return self._row_of_key[key]
        except KeyError:
            raise InputError(
                f"model {key!r} is not in the catalogue of {len(self)} models",
                way_out="check the id and the effort after the @",
            ) from None

    @cached_property
    def _row_of_key(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.keys)}

    def __contains__(self, key: object) -> bool:
        return key in self._row_of_key

    @cached_property
    def score_micro(self) -> IntColumn:
        """Coding scores in 1e-6 of their unit, rounded; 0 where missing (see `has_score`)."""
        return read_only(np.rint(np.nan_to_num(self.coding_score) * _MICRO).astype(np.int64))

    @cached_property
    def score_milli(self) -> IntColumn:
        """Coding scores in thousandths, rounded; 0 where missing. Routing compares these: the file carries them."""
        return read_only(np.rint(np.nan_to_num(self.coding_score) * 1000).astype(np.int64))

    @cached_property
    def throughput_milli_tps(self) -> IntColumn:
        """Median output speed in thousandths of a token per second, rounded; 0 where unmeasured. As `score_milli`."""
        p50 = self.throughput_tps[:, SPEED_PERCENTILES.index(50)]
        return read_only(np.rint(np.nan_to_num(p50) * 1000).astype(np.int64))

    @cached_property
    def has_score(self) -> BoolColumn:
        """Whether the model is scored."""
        return read_only(~np.isnan(self.coding_score))

    @cached_property
    def has_price(self) -> BoolColumn:
        """Whether prompt and completion price are both known."""
        return read_only(~np.isnan(self.prompt_usd_per_mtok) & ~np.isnan(self.completion_usd_per_mtok))

    def price_micro_usd(self, name: str) -> IntColumn:
        """Return a price column as whole micro-USD per million tokens; 0 where missing.

        One micro-USD per million tokens is one pico-USD per token, so that tokens times this price is an exact
        whole number of pico-USD. DeepSeek's cache-read price of 0.0036 USD per million tokens (3.6 nano-USD per
        token) is why the unit is not the nano-USD.
        """
        column: FloatColumn = getattr(self, name)
        return np.rint(np.nan_to_num(column) * _MICRO).astype(np.int64)

    def select(self, rows: Sequence[int] | IntColumn | BoolColumn) -> Catalogue:
        """Return the catalogue of some rows, in the order given (a boolean mask keeps the order)."""
        index = np.arange(len(self))[np.asarray(rows) if len(rows) else np.arange(0)]
        place = {int(old): new for new, old in enumerate(index)}
        changed: dict[str, object] = {
            name: tuple(getattr(self, name)[i] for i in index) for name in ("model_id", "effort", "name", "listed_tier")
        }
        for name in (*_FLOAT_FIELDS, "throughput_tps", "ttft_s", "release_date", "is_free"):
            changed[name] = getattr(self, name)[index]
        changed["price_steps"] = tuple(
            PriceStep(
                model_index=place[step.model_index],
                min_prompt_tokens=step.min_prompt_tokens,
                **{name: getattr(step, name) for name in PRICE_FIELDS},
            )
            for step in self.price_steps
            if step.model_index in place
        )
        return self.replace(**changed)

    def replace(self, **changed: object) -> Catalogue:
        """Return a copy with some columns changed; every check runs again."""
        columns = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return Catalogue(**{**columns, **changed})

    @cached_property
    def digest(self) -> str:
        """sha256 of all columns that routing or money can depend on, in row order; names and notes are not."""
        sha = hashlib.sha256()
        sha.update("\n".join((self.score_definition, *self.keys, *self.listed_tier)).encode())
        for name in (*_FLOAT_FIELDS, "throughput_tps", "ttft_s", "is_free"):
            sha.update(name.encode() + np.ascontiguousarray(getattr(self, name)).tobytes())
        sha.update(repr(self.price_steps).encode())
        return sha.hexdigest()


def _expect_rows(name: str, n_rows: int, n_models: int) -> None:
    if n_rows != n_models:
        raise InputError(
            f"{name} has {n_rows} rows and model_id has {n_models}",
            where="catalogue",
            way_out="give every column the same rows",
        )


def _speed_columns(values: object, *, name: str, n_models: int) -> FloatColumn:
    table = np.array(values, dtype=np.float64)
    if table.shape != (n_models, len(SPEED_PERCENTILES)):
        raise InputError(
            f"{name} has shape {table.shape}",
            where="catalogue",
            way_out=f"give ({n_models}, {len(SPEED_PERCENTILES)}): a row per model, a column per percentile",
        )
    bad = ~(np.isnan(table) | ((table > 0) & np.isfinite(table)))
    if bad.any():
        row, column = (int(i) for i in np.argwhere(bad)[0])
        raise InputError(
            f"{name} p{SPEED_PERCENTILES[column]} is {table[row, column]:g} in row {row + 1}",
            where="catalogue",
            way_out="give a positive number, or leave it empty if it was not measured",
        )
    return read_only(table)
