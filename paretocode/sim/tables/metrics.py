"""What does a row of the tables add to each metric?

What a row of requests adds depends on the model that serves it; what a row of pairs gives back depends on whether one
model serves both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.sim.latency import UNCACHED_US_PER_TOKEN
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables._by_model import UNTABULATED, ByModel
from paretocode.sim.tables.log_tables import LogTables
from paretocode.sim.tables.metric_names import (
    ADDITIVE,
    METRIC_NAMES,
    NOT_ADDITIVE,
    millionths_of,
    refuse_unknown_metric,
)
from paretocode.stream.stream import PPM

__all__ = ["ADDITIVE", "METRIC_NAMES", "NOT_ADDITIVE", "TableMetrics", "refuse_unknown_metric"]

_OF_EDGES = ("n_tier_changes", "tier_distance", "n_near_edge")
_OF_SCORES = ("shortfall_ppm", "excess_ppm", "n_short", "n_unmet", "n_short_above")
_OF_TIMES = ("latency_us", "n_above")


def _family(name: str) -> str:
    return name.partition(":")[0]


@dataclass(frozen=True, kw_only=True, eq=False)
class TableMetrics:
    """What rows of the tables add to the asked metrics.

    Parameters
    ----------
    tables
        The counted log.
    names
        The asked metrics, each known; times need `paretocode.sim.tables.with_times`.
    by_model
        For `over` alone: the models' columns, from tables of the same subject with the same names.

    Raises
    ------
    InputError
        An unknown metric, times or a limit that are not tabulated, or scores that are no mark of the grid.
    """

    tables: LogTables
    names: tuple[str, ...]
    by_model: ByModel | None = None

    def __post_init__(self) -> None:
        if self.by_model is not None:
            return  # the names were checked with the subject that it was made for
        for name in self.names:
            refuse_unknown_metric(name)
            if _family(name) in _OF_TIMES:
                self._refuse_untimed(name)
            if _family(name) in _OF_SCORES:
                self._refuse_unmarked(name)

    def _refuse_untimed(self, name: str) -> None:
        subject = self.tables.subject
        if not len(subject.timed_models):
            raise InputError(f"{name} needs times", where="search", way_out="tabulate them with luck, or leave it out")
        if name != "latency_us" and millionths_of(name) not in subject.limits_us:
            raise InputError(f"{name} is not tabulated", where="search", way_out="name its limit when tabulating")

    def _refuse_unmarked(self, name: str) -> None:
        """Refuse scores that fall between two marks: min scores that are summed together would part there."""
        subject = self.tables.subject
        compared = subject.models.axis_ppm[subject.models.can_serve] + self._margin_ppm(name)
        lost = np.setdiff1d(compared[compared < PPM], subject.grid.asked_ppm)
        if len(lost):
            raise InputError(
                f"{name} compares min scores with {lost[0]:,} ppm, which is no mark of the grid",
                where="search",
                way_out="give the places of all models, and margins above them, as asked_ppm",
            )

    @staticmethod
    def _margin_ppm(name: str) -> int:
        return millionths_of(name) if _family(name) == "n_short_above" else 0

    @cached_property
    def _by_model(self) -> ByModel:
        return ByModel(self.tables.subject) if self.by_model is None else self.by_model

    def over(self, tables: LogTables) -> TableMetrics:
        """Return the same metrics of other tables of the same subject, without looking up what models charge."""
        return replace(self, tables=tables, by_model=self._by_model)

    @cached_property
    def _request_step(self) -> IntColumn:
        return self._by_model.step_of(self.tables.requests.number)

    @cached_property
    def _pair_step(self) -> IntColumn:
        return self._by_model.step_of(self.tables.pairs.number)

    def of_requests(self, rows: IntColumn, model: IntColumn) -> NDArray[np.int64]:
        """Return what rows of requests add, served by given models without any cache.

        Parameters
        ----------
        rows
            Shape (n,): rows of `tables.requests`.
        model
            Shape (n,): places in the order of score, or `UNSERVED`.

        Returns
        -------
        values
            Shape (n, n_metrics); columns of metrics of edges stay 0.

        Raises
        ------
        InputError
            A time is asked of a model whose times are not tabulated.
        """
        values = np.zeros((len(rows), len(self.names)), dtype=np.int64)
        for at, name in enumerate(self.names):
            if name not in _OF_EDGES:
                values[:, at] = self._added(name, rows, model)
        return values

    def _added(self, name: str, rows: IntColumn, model: IntColumn) -> IntColumn:
        table = self.tables.requests
        if name in {"cost_pusd", "list_cost_pusd"}:
            step, prices = self._request_step[rows], self._by_model.prices
            of_prompt = prices["fresh" if name == "cost_pusd" else "prompt"][step, model]
            of_completion = prices["completion"][step, model]
            cost: IntColumn = table.prompt_tokens[rows] * of_prompt + table.completion_tokens[rows] * of_completion
            return cost
        if name == "fresh_tokens":
            tokens: IntColumn = table.prompt_tokens[rows] * (model != UNSERVED)
            return tokens
        if _family(name) in _OF_TIMES:
            return self._times(name, rows, model)
        if _family(name) in _OF_SCORES:
            return self._misses(name, rows, model)
        n: IntColumn = table.n[rows] * self._by_model.is_counted(name)[model]
        return n

    def _times(self, name: str, rows: IntColumn, model: IntColumn) -> IntColumn:
        table, subject = self.tables.requests, self.tables.subject
        column = self._by_model.time_column[model]
        if (column == UNTABULATED).any():
            key = subject.models.keys[int(model[np.argmax(column == UNTABULATED)])]
            raise InputError(
                f"{name} asks for times of {key}, which are not tabulated",
                where="search",
                way_out="tabulate the times of all models that bands take",
            )
        times = table.latency_us
        if name != "latency_us":
            times = table.n_above[:, :, subject.limits_us.index(millionths_of(name))]
        found: IntColumn = times[rows, np.maximum(column, 0)] * (column >= 0)
        return found

    def _misses(self, name: str, rows: IntColumn, model: IntColumn) -> IntColumn:
        """Return what is served below or above what is asked; requests that ask nothing miss nothing."""
        table, axis = self.tables.requests, self._by_model.axis_ppm
        place = np.searchsorted(self.tables.subject.grid.asked_ppm, axis + self._margin_ppm(name), side="left")
        is_stated, is_served = self.tables.is_stated[rows], model != UNSERVED
        is_short = is_stated & is_served & (table.mark[rows] > place[model])
        found: IntColumn
        if name in {"shortfall_ppm", "excess_ppm"}:
            missing = table.asked_ppm[rows] - table.n[rows] * axis[model]
            found = missing * is_short if name == "shortfall_ppm" else -missing * (is_stated & is_served & ~is_short)
        else:
            found = table.n[rows] * (is_short | (is_stated & ~is_served) if name == "n_unmet" else is_short)
        return found

    @cached_property
    def given_back(self) -> tuple[int, ...]:
        """Positions of the metrics that a cache lowers; none where nothing caches."""
        lowered = ("cost_pusd", "fresh_tokens", *_OF_TIMES)
        names = self.names if self.tables.subject.cache_rules else ()
        return tuple(at for at, name in enumerate(names) if _family(name) in lowered)

    def of_pairs(self, rows: IntColumn, model: IntColumn) -> NDArray[np.int64]:
        """Return what pairs give back when one model serves both requests: what its cache still holds.

        Parameters
        ----------
        rows
            Shape (n,): rows of `tables.pairs`.
        model
            Shape (n,): the model that serves both, or `UNSERVED`.

        Returns
        -------
        values
            Shape (n, len(given_back)); negative where a cached token is dearer than a fresh one.
        """
        pairs, subject = self.tables.pairs, self.tables.subject
        values = np.zeros((len(rows), len(self.given_back)), dtype=np.int64)
        if not self.given_back:
            return values
        step = self._pair_step[rows]
        held = pairs.held[rows, self._by_model.cache_rule[model]]
        found = held * self._by_model.prices["caches"][step, model]
        for at, name in enumerate(self.names[column] for column in self.given_back):
            if name == "cost_pusd":
                values[:, at] = held * self._by_model.prices["saved"][step, model]
            elif name == "fresh_tokens":
                values[:, at] = found
            elif name == "latency_us":
                values[:, at] = found * self._by_model.has_speed[model] * UNCACHED_US_PER_TOKEN
            else:
                column = self._by_model.time_column[model]
                saved = pairs.n_above_saved[:, :, subject.limits_us.index(millionths_of(name))]
                values[:, at] = saved[rows, np.maximum(column, 0)] * (column >= 0)
        return values
